"""A small policy with everything that can be traced: a procedure, its form, letter, periods, story and register."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workers.checks.finding import Finding
from workers.checks.project import read_project
from workers.checks.traceability import traceability

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    id="Definitions_leave" targetNamespace="https://dueprocess.example/leave">
  <bpmn:process id="leave_request" name="Leave request" isExecutable="true">
    <bpmn:documentation>Somebody asks for leave.</bpmn:documentation>
    <bpmn:startEvent id="StartEvent_LeaveWanted" name="Leave wanted">
      <bpmn:outgoing>Flow_1</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_LeaveWanted" targetRef="Task_LookUpPeriods" />
    <bpmn:businessRuleTask id="Task_LookUpPeriods" name="Look up periods">
      <bpmn:extensionElements>
        <zeebe:calledDecision decisionId="leave_periods" resultVariable="periods" bindingType="deployment" />
        <zeebe:ioMapping><zeebe:output source='=periods[name = "notice"][1]' target="notice" /></zeebe:ioMapping>
      </bpmn:extensionElements>
      <bpmn:incoming>Flow_1</bpmn:incoming>
      <bpmn:outgoing>Flow_2</bpmn:outgoing>
    </bpmn:businessRuleTask>
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Task_LookUpPeriods" targetRef="Task_DecideOnLeave" />
    <bpmn:userTask id="Task_DecideOnLeave" name="Decide on leave">
      <bpmn:documentation>Done by the line manager.</bpmn:documentation>
      <bpmn:extensionElements>
        <zeebe:userTask />
        <zeebe:formDefinition formId="leave_decision" bindingType="deployment" />
        <zeebe:assignmentDefinition candidateGroups="line_managers" />
        <zeebe:taskSchedule dueDate="=decision_due" />
        <zeebe:properties><zeebe:property name="policy" value="LV-1a, LV-A1" /></zeebe:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>Flow_2</bpmn:incoming>
      <bpmn:outgoing>Flow_3</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="Flow_3" sourceRef="Task_DecideOnLeave" targetRef="CallActivity_WriteTheAnswer" />
    <bpmn:callActivity id="CallActivity_WriteTheAnswer" name="Write the answer">
      <bpmn:extensionElements>
        <zeebe:calledElement processId="leave_letter" propagateAllChildVariables="false" />
        <zeebe:ioMapping>
          <zeebe:input source='="leave/leave_answer"' target="template" />
          <zeebe:input source="=employee.staff_number" target="recipient" />
        </zeebe:ioMapping>
      </bpmn:extensionElements>
      <bpmn:incoming>Flow_3</bpmn:incoming>
      <bpmn:outgoing>Flow_4</bpmn:outgoing>
    </bpmn:callActivity>
    <bpmn:sequenceFlow id="Flow_4" sourceRef="CallActivity_WriteTheAnswer" targetRef="EndEvent_Answered" />
    <bpmn:endEvent id="EndEvent_Answered" name="Answered"><bpmn:incoming>Flow_4</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""

LETTER_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    id="Definitions_letter" targetNamespace="https://dueprocess.example/leave">
  <bpmn:process id="leave_letter" name="Leave letter" isExecutable="true">
    <bpmn:startEvent id="StartEvent_ToSend" name="To send"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_ToSend" targetRef="Task_SendTheLetter" />
    <bpmn:serviceTask id="Task_SendTheLetter" name="Send the letter">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="send_notice" />
        <zeebe:properties><zeebe:property name="policy" value="LV-2b" /></zeebe:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>Flow_1</bpmn:incoming>
      <bpmn:outgoing>Flow_2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Task_SendTheLetter" targetRef="EndEvent_Sent" />
    <bpmn:endEvent id="EndEvent_Sent" name="Sent"><bpmn:incoming>Flow_2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""

PERIODS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="Definitions_leave_periods" name="Leave periods"
    namespace="https://dueprocess.example/dmn">
  <decision id="leave_periods" name="Leave periods">
    <decisionTable id="DecisionTable_1" hitPolicy="COLLECT">
      <output id="Output_1" label="Period" name="name" typeRef="string" />
      <output id="Output_2" label="Amount" name="amount" typeRef="number" />
      <output id="Output_3" label="Unit" name="unit" typeRef="string" />
      <output id="Output_4" label="Paragraph" name="paragraph" typeRef="string" />
      <output id="Output_5" label="Source" name="source" typeRef="string" />
      <rule id="Rule_notice">
        <outputEntry id="Entry_1"><text>"notice"</text></outputEntry>
        <outputEntry id="Entry_2"><text>14</text></outputEntry>
        <outputEntry id="Entry_3"><text>"calendar_days"</text></outputEntry>
        <outputEntry id="Entry_4"><text>"LV-1b"</text></outputEntry>
        <outputEntry id="Entry_5"><text>"policy"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""

FORM = """{"id": "leave_decision", "type": "default", "components": [
  {"id": "Field_1", "type": "radio", "key": "granted", "label": "Is it granted?",
   "values": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]}]}
"""

LETTER = "---\nsubject: Your leave\nkind: letter\n---\nDear {{ recipient.name }}\n"

STORY = """import pytest

pytestmark = [pytest.mark.timeout(10), pytest.mark.policy("LV-2a")]


@pytest.mark.policy("LV-1a", "LV-1b")
def test_leave_is_granted() -> None: ...


async def test_leave_is_refused() -> None: ...
"""

REGISTER = """policy:
  title: Leave
  prefix: LV
planned:
  - leave_report
parameters:
  - name: notice
    value: 2
    unit: weeks
    source: policy
    paragraphs: [LV-1b]
requirements:
  - id: LV-1a
    paragraph: '1'
    procedures: [leave_request]
    strength: must
    who: line manager
    text: The line manager decides.
    source: policy
  - id: LV-1b
    paragraph: '1'
    procedures: [leave_request]
    strength: should
    who: employee
    text: Leave is asked for two weeks before.
    source: policy
  - id: LV-2a
    paragraph: '2'
    procedures: [leave_request]
    strength: must
    who: the organisation
    text: The answer is given in writing.
    source: policy
    met_by:
      - letter: leave/leave_answer
      - form: leave_decision.granted
      - decision: leave_periods.Rule_notice
      - job_type: send_notice
      - process: leave_letter
      - access_rule: workers.cases.case_file.may_read
      - test: tests/scenarios/test_leave_request.py::test_leave_is_refused
  - id: LV-2b
    paragraph: '2'
    procedures: [leave_request]
    strength: must
    who: the organisation
    text: The letter is sent at once.
    source: policy
  - id: LV-3
    paragraph: '3'
    procedures: [leave_report]
    strength: must
    who: the organisation
    text: Leave is counted each year.
    source: policy
  - id: LV-4
    paragraph: '4'
    procedures: [all]
    strength: must
    who: everybody
    text: Everybody is polite.
    source: policy
    not_met: Nobody can measure it.
  - id: LV-5
    paragraph: '5'
    procedures: [leave_request]
    strength: may
    who: employee
    text: The employee may say why.
    source: policy
  - id: LV-A1
    paragraph: '1'
    procedures: [leave_request]
    strength: should
    who: process owner
    leaves_open: Who decides when the line manager is away.
    text: Another line manager decides.
    source: our assumption
"""


@dataclass(frozen=True)
class LeavePolicy:
    """The files of the policy; tests spoil one of them."""

    root: Path

    def spoil(self, file: str, before: str, after: str) -> LeavePolicy:
        """Replace words in a file; they must be there."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert before in text, f"{file} does not say {before!r}"
        path.write_text(text.replace(before, after), encoding="utf-8")
        return self

    def findings(self) -> list[Finding]:
        """What the check says."""
        project = read_project(self.root / "bpmn", self.root / "templates")
        assert not project.unreadable
        return list(traceability(project, policies_dir=self.root / "policies", tests_dir=self.root / "tests"))

    def one_finding(self) -> Finding:
        """The only thing the check says."""
        findings = self.findings()
        assert len(findings) == 1, [str(finding) for finding in findings]
        return findings[0]


def write_leave_policy(root: Path) -> LeavePolicy:
    """Write the files below a folder."""
    for name, text in (
        ("bpmn/leave/leave_request.bpmn", DIAGRAM),
        ("bpmn/leave/leave_letter.bpmn", LETTER_DIAGRAM),
        ("bpmn/leave/leave_periods.dmn", PERIODS),
        ("bpmn/leave/leave_decision.form", FORM),
        ("templates/leave/leave_answer.md", LETTER),
        ("tests/scenarios/test_leave_request.py", STORY),
        ("policies/leave.yaml", REGISTER),
    ):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return LeavePolicy(root)

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.diagrams.drawing import FILE, NAMESPACES, Sketch, leave_request, shape
from workers.diagrams.model import (
    Assignment,
    Bounds,
    CalledDecision,
    CalledProcess,
    DiagramError,
    FormLink,
    Listener,
    Repetition,
    Script,
    TaskDefinition,
    Timer,
    VariableMapping,
)
from workers.diagrams.reading import diagrams_in, read_diagram, read_diagram_bytes


def extensions(inner: str) -> str:
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


def test_reads_the_process_and_what_is_in_it() -> None:
    diagram = leave_request().read()
    (process,) = diagram.processes
    assert (process.id, process.name, process.executable) == ("leave_request", "Leave request", True)
    assert [element.type for element in process.elements] == [
        "startEvent",
        "userTask",
        "exclusiveGateway",
        "endEvent",
        "endEvent",
    ]
    assert diagram.elements["Decide"].name == "Decide the request"
    assert diagram.elements["Decide"].line == 4
    assert (diagram.execution_platform, diagram.execution_platform_version) == ("Camunda Cloud", "8.6.0")


def test_reads_flows_with_conditions_and_the_default() -> None:
    sketch = leave_request()
    sketch.process = [line.replace('id="Gateway"', 'id="Gateway" default="Flow_No"') for line in sketch.process]
    diagram = sketch.read()
    yes, no = diagram.flows["Flow_Yes"], diagram.flows["Flow_No"]
    assert (yes.condition, yes.is_default, yes.source, yes.target) == ("=granted", False, "Gateway", "Granted")
    assert (no.condition, no.is_default) == (None, True)
    assert diagram.elements["Gateway"].default_flow == "Flow_No"
    assert [flow.id for flow in diagram.outgoing("Gateway")] == ["Flow_Yes", "Flow_No"]
    assert [flow.id for flow in diagram.incoming("Decide")] == ["Flow_Decide"]
    assert diagram.incoming("Start") == ()


def test_reads_the_drawing() -> None:
    (plane,) = leave_request().read().planes
    assert plane.shapes["Decide"].bounds == Bounds(200, 78, 100, 80)
    assert plane.shapes["Gateway"].label == Bounds(360, 68, 50, 14)
    assert plane.shapes["Decide"].label is None
    assert [(point.x, point.y) for point in plane.edges["Flow_No"].waypoints] == [(385, 143), (385, 238), (500, 238)]
    assert plane.edges["Flow_No"].label == Bounds(395, 160, 16, 14)


def test_reads_a_job_with_its_mappings_headers_and_listeners() -> None:
    inner = "<bpmn:documentation>The personnel team.</bpmn:documentation>" + extensions(
        '<zeebe:taskDefinition type="send_notice" retries="5"/>'
        '<zeebe:taskHeaders><zeebe:header key="marking" value="OFFICIAL"/></zeebe:taskHeaders>'
        '<zeebe:ioMapping><zeebe:input source="=case.reference" target="case_reference"/>'
        '<zeebe:output source="=notice" target="letter"/></zeebe:ioMapping>'
        '<zeebe:executionListeners><zeebe:executionListener eventType="end" type="file_statement"/>'
        "</zeebe:executionListeners>"
        '<zeebe:properties><zeebe:property name="policy" value="ATT-15a, ATT-15b"/>'
        '<zeebe:property name="policy" value="ATT-16"/><zeebe:property name="owner" value="hr"/></zeebe:properties>'
    )
    sketch = Sketch().element("serviceTask", "Task_Send", None, "Send it", inner)
    sketch.process[0] = sketch.process[0].replace(
        "<bpmn:serviceTask ", '<bpmn:serviceTask zeebe:modelerTemplate="send_notice" zeebe:modelerTemplateVersion="2" '
    )
    task = sketch.read().elements["Task_Send"]
    assert task.documentation == "The personnel team."
    assert task.policy == ("ATT-15a", "ATT-15b", "ATT-16")
    facts = task.zeebe
    assert facts.task == TaskDefinition("send_notice", "5")
    assert facts.headers == (("marking", "OFFICIAL"),)
    assert facts.inputs == (VariableMapping("=case.reference", "case_reference"),)
    assert facts.outputs == (VariableMapping("=notice", "letter"),)
    assert facts.listeners == (Listener("end", "file_statement", "3"),)
    assert (facts.template, facts.template_version) == ("send_notice", "2")


def test_reads_a_user_task() -> None:
    inner = extensions(
        '<zeebe:userTask/><zeebe:formDefinition formId="leave_decision" bindingType="deployment"/>'
        '<zeebe:assignmentDefinition assignee="=manager" candidateUsers="a.morgan" candidateGroups="hr, finance"/>'
        '<zeebe:taskSchedule dueDate="=deadline.moment" followUpDate="=soon"/>'
        '<zeebe:priorityDefinition priority="80"/>'
    )
    facts = Sketch().element("userTask", "Task_Decide", None, "Decide", inner).read().elements["Task_Decide"].zeebe
    assert facts.user_task
    assert facts.form == FormLink("leave_decision", "deployment")
    assert facts.assignment == Assignment("=manager", "a.morgan", "hr, finance")
    assert facts.assignment is not None
    assert (facts.assignment.named_groups, facts.assignment.named_users) == (("hr", "finance"), ("a.morgan",))
    assert (facts.due_date, facts.follow_up_date, facts.priority) == ("=deadline.moment", "=soon", "80")


def test_a_group_by_expression_has_no_names() -> None:
    assert Assignment(candidate_groups='="hr"').named_groups == ()


def test_reads_what_is_called() -> None:
    diagram = (
        Sketch()
        .element(
            "businessRuleTask",
            "Task_Rule",
            None,
            "Find the period",
            extensions(
                '<zeebe:calledDecision decisionId="periods" resultVariable="period" bindingType="versionTag" '
                'versionTag="v2"/>'
            ),
        )
        .element(
            "callActivity",
            "Task_Call",
            None,
            "Deliver the letter",
            extensions('<zeebe:calledElement processId="letter_delivery" propagateAllChildVariables="false"/>'),
        )
        .element(
            "scriptTask",
            "Task_Script",
            None,
            "Add up",
            extensions('<zeebe:script expression="=a+b" resultVariable="c"/>'),
        )
        .read()
    )
    assert diagram.elements["Task_Rule"].zeebe.decision == CalledDecision("periods", "period", "versionTag", "v2")
    assert diagram.elements["Task_Call"].zeebe.called_process == CalledProcess(
        "letter_delivery", "latest", propagate_all_child_variables=False
    )
    assert diagram.elements["Task_Script"].zeebe.script == Script("=a+b", "c")


def test_reads_events() -> None:
    sketch = (
        Sketch(
            outside=[
                '<bpmn:message id="Message_1" name="leave_withdrawn">'
                + extensions('<zeebe:subscription correlationKey="=reference"/>')
                + "</bpmn:message>",
                '<bpmn:error id="Error_1" name="Nobody" errorCode="PERSON_NOT_FOUND"/>',
                '<bpmn:escalation id="Escalation_1" name="Late" escalationCode="LATE"/>',
                '<bpmn:signal id="Signal_1" name="closed"/>',
            ]
        )
        .element("userTask", "Task", None, "Decide")
        .element(
            "boundaryEvent",
            "Late",
            None,
            "Late",
            "<bpmn:timerEventDefinition><bpmn:timeDuration>PT5D</bpmn:timeDuration></bpmn:timerEventDefinition>",
            attachedToRef="Task",
            cancelActivity="false",
        )
        .element(
            "boundaryEvent", "Nobody", None, "", '<bpmn:errorEventDefinition errorRef="Error_1"/>', attachedToRef="Task"
        )
        .element(
            "intermediateCatchEvent", "Withdrawn", None, "", '<bpmn:messageEventDefinition messageRef="Message_1"/>'
        )
        .element("receiveTask", "Receive", None, "Wait", "", messageRef="Message_1")
        .element("endEvent", "Escalated", None, "", '<bpmn:escalationEventDefinition escalationRef="Escalation_1"/>')
        .element("endEvent", "Closed", None, "", '<bpmn:signalEventDefinition signalRef="Signal_1"/>')
        .element("endEvent", "Ended", None, "", "<bpmn:terminateEventDefinition/>")
    )
    diagram = sketch.read()
    late, nobody = diagram.boundary_events("Task")
    assert (late.attached_to, late.interrupting, nobody.interrupting) == ("Task", False, True)
    assert late.event is not None
    assert late.event.timer == Timer("duration", "PT5D")
    assert nobody.event is not None
    assert nobody.event.error is not None
    assert nobody.event.error.code == "PERSON_NOT_FOUND"
    for waiting in ("Withdrawn", "Receive"):
        event = diagram.elements[waiting].event
        assert event is not None
        assert event.message is not None
        assert (event.message.name, event.message.correlation_key) == ("leave_withdrawn", "=reference")
    kinds = {found: definition.kind for found, e in diagram.elements.items() for definition in e.events}
    assert kinds["Ended"] == "terminate"
    escalated, closed = diagram.elements["Escalated"].event, diagram.elements["Closed"].event
    assert escalated is not None
    assert escalated.escalation is not None
    assert escalated.escalation.code == "LATE"
    assert closed is not None
    assert closed.signal is not None
    assert closed.signal.name == "closed"


def test_reads_subprocesses_and_repetition() -> None:
    loop = "<bpmn:multiInstanceLoopCharacteristics>" + extensions(
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" outputCollection="answers" '
        'outputElement="=answer"/>'
    )
    loop += "<bpmn:completionCondition>=enough</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>"
    inner = (
        f'{loop}<bpmn:subProcess id="Deep" triggeredByEvent="true"><bpmn:startEvent id="S" isInterrupting="false"/>'
        '<bpmn:endEvent id="E"/><bpmn:sequenceFlow id="F" sourceRef="S" targetRef="E"/></bpmn:subProcess>'
    )
    diagram = Sketch().element("subProcess", "Outer", None, "Ask everybody", inner).read()
    assert diagram.elements["Outer"].repetition == Repetition(
        False, "=people", "person", "answers", "=answer", "=enough"
    )
    assert diagram.elements["Deep"].parent == "Outer"
    assert diagram.elements["Deep"].triggered_by_event
    assert diagram.elements["S"].interrupting is False
    assert (diagram.elements["S"].parent, diagram.flows["F"].parent) == ("Deep", "Deep")
    assert list(diagram.ancestors("S")) == ["Deep", "Outer"]
    assert [child.id for child in diagram.children("Deep")] == ["S", "E"]


def test_reads_pools_lanes_notes_and_message_flows() -> None:
    sketch = Sketch(
        process=[
            '<bpmn:laneSet id="Lanes"><bpmn:lane id="Lane_HR" name="HR"><bpmn:flowNodeRef>Task</bpmn:flowNodeRef>'
            '</bpmn:lane></bpmn:laneSet><bpmn:task id="Task" name="Work"/>'
            '<bpmn:textAnnotation id="Note"><bpmn:text>Mind this.</bpmn:text></bpmn:textAnnotation>'
            '<bpmn:association id="Line" sourceRef="Task" targetRef="Note" associationDirection="One"/>'
        ],
        outside=[
            '<bpmn:collaboration id="C"><bpmn:participant id="Pool" name="Office" processRef="leave_request"/>'
            '<bpmn:participant id="Employee" name="Employee"/>'
            '<bpmn:messageFlow id="Asks" name="asks" sourceRef="Employee" targetRef="Task"/></bpmn:collaboration>'
        ],
    )
    diagram = sketch.read()
    assert diagram.lanes["Lane_HR"].flow_nodes == ("Task",)
    assert [(pool.id, pool.process_id) for pool in diagram.participants] == [
        ("Pool", "leave_request"),
        ("Employee", None),
    ]
    lines = {line.id: line for line in diagram.connections}
    assert (lines["Line"].type, lines["Line"].direction) == ("association", "One")
    assert (lines["Asks"].type, lines["Asks"].source, lines["Asks"].name) == ("messageFlow", "Employee", "asks")
    assert diagram.elements["Note"].text == "Mind this."
    assert diagram.name_of("Lane_HR") == "HR"
    assert diagram.name_of("Line") == "from 'Work' to 'Mind this.'"


BROKEN = [
    pytest.param(b"", "1: no well-formed XML", id="empty"),
    pytest.param(b"<a>\n<b></a>", "2: no well-formed XML", id="unclosed"),
    pytest.param(b"<html/>", "no BPMN: the file begins with <html>", id="another format"),
    pytest.param(
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "declares a document type", id="doctype"
    ),
    pytest.param(
        Sketch().element("task", "A", None).element("task", "A", None).xml(),
        ":4: the id 'A' is already used in line 3.",
        id="id used twice",
    ),
    pytest.param(
        Sketch().element("task", "A", None).flow("F", "A", "B").xml(),
        ":4: the sequenceFlow 'F' names 'B' as its targetRef; the file has no such id.",
        id="flow to nothing",
    ),
    pytest.param(
        Sketch(process=['<bpmn:sequenceFlow id="F" targetRef="F"/>']).xml(), "has no sourceRef", id="flow from nothing"
    ),
    pytest.param(Sketch(process=["<bpmn:task/>"]).xml(), "this <task> has no id", id="no id"),
    pytest.param(
        Sketch().element("boundaryEvent", "B", None, "Late", attachedToRef="Task").xml(),
        "the boundaryEvent 'Late' names 'Task' as its attachedToRef",
        id="event on nothing",
    ),
    pytest.param(
        Sketch().element("endEvent", "E", None, "", '<bpmn:errorEventDefinition errorRef="X"/>').xml(),
        "names 'X' as its errorRef; the file declares no such one",
        id="unknown error",
    ),
    pytest.param(
        Sketch(plane=[shape("Gone", (0, 0, 1, 1))]).xml(), "names 'Gone' as its bpmnElement", id="stray shape"
    ),
    pytest.param(
        Sketch().element("task", "A", (0, 0, 1, 1)).xml().replace(b'width="1"', b'width="wide"'),
        "width='wide' in the drawing is no number",
        id="no number",
    ),
    pytest.param(
        leave_request().xml().replace(b'<di:waypoint x="200" y="118"/>', b""), "fewer than two waypoints", id="no line"
    ),
    pytest.param(
        f'<bpmn:definitions {NAMESPACES}><bpmn:process id="p"><bpmn:x:y/></bpmn:process></bpmn:definitions>'.encode(),
        "no well-formed XML",
        id="bad name",
    ),
]


@pytest.mark.parametrize(("content", "problem"), BROKEN)
def test_refuses_a_broken_file_naming_it(content: bytes, problem: str) -> None:
    with pytest.raises(DiagramError) as refused:
        read_diagram_bytes(content, FILE)
    assert str(refused.value).startswith(str(FILE))
    assert problem in str(refused.value)


def test_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DiagramError, match=r"missing\.bpmn: the file cannot be read: No such file"):
        read_diagram(tmp_path / "missing.bpmn")


def test_an_entity_is_never_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    content = leave_request().xml().replace(b"<bpmn:definitions", b"<!DOCTYPE x SYSTEM 'x.dtd'><bpmn:definitions", 1)
    with pytest.raises(DiagramError, match="document type"):
        read_diagram_bytes(content, FILE)


def test_finds_the_diagrams_of_a_folder(tmp_path: Path) -> None:
    for name in ("b/two.bpmn", "a/one.bpmn", "a/one.form"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(leave_request().xml())
    assert [file.name for file in diagrams_in(tmp_path)] == ["one.bpmn", "two.bpmn"]
    assert read_diagram(tmp_path / "a/one.bpmn").processes[0].id == "leave_request"

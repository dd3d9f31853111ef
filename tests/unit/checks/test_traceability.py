from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.unit.checks.leave_policy import LeavePolicy, write_leave_policy
from workers.checks.project import read_project
from workers.checks.stories import shown_by_stories
from workers.checks.traceability import traceability
from workers.checks.tracing import Tracing
from workers.settings import PROJECT

DIAGRAM = "bpmn/leave/leave_request.bpmn"
LETTER_DIAGRAM = "bpmn/leave/leave_letter.bpmn"
TABLE = "bpmn/leave/leave_periods.dmn"
REGISTER = "policies/leave.yaml"


@pytest.fixture
def leave(tmp_path: Path) -> LeavePolicy:
    return write_leave_policy(tmp_path)


def test_nothing_is_amiss_where_everything_is_traced(leave: LeavePolicy) -> None:
    assert [str(finding) for finding in leave.findings()] == []


@pytest.mark.parametrize(
    ("file", "before", "after", "rule", "element", "said"),
    [
        (
            DIAGRAM,
            "LV-1a, LV-A1",
            "LV-A1",
            "requirement-not-met",
            "LV-1a",
            "a 'must' of the policy, and nothing in the",
        ),
        (DIAGRAM, "LV-1a, LV-A1", "LV-1a", "requirement-not-met", "LV-A1", "our own assumption"),
        (LETTER_DIAGRAM, "LV-2b", "LV-2a", "requirement-not-met", "LV-2b", "procedure leave_request carries it out"),
        (DIAGRAM, "leave_letter", "some_letter", "requirement-not-met", "LV-2b", "procedure leave_request"),
        (TABLE, "LV-1b", "LV-1a", "requirement-not-met", "LV-1b", "a 'should' of the policy"),
        (DIAGRAM, "LV-1a, LV-A1", "LV-1a, LV-A1, LV-1z", "unknown-paragraph", "Task_DecideOnLeave", "LV-1a, LV-1b"),
        (
            DIAGRAM,
            "LV-1a, LV-A1",
            "LV-1a, LV-A1, ZZ-7",
            "unknown-paragraph",
            "Task_DecideOnLeave",
            "begin with one of LV",
        ),
        (TABLE, '"LV-1b"', '"LV-1b, LV-9"', "unknown-paragraph", "Rule_notice", "names LV-9"),
        (
            "tests/scenarios/test_leave_request.py",
            '"LV-1b"',
            '"LV-9"',
            "unknown-paragraph",
            "test_leave_is_granted",
            "LV-9",
        ),
        (
            REGISTER,
            "- leave_report\n",
            "- leave_report\n  - leave_request\n",
            "stale-planned",
            "leave_request",
            "drawn",
        ),
        (
            REGISTER,
            "procedures: [leave_report]",
            "procedures: [leave_count]",
            "unknown-procedure",
            "LV-3",
            "leave_count",
        ),
        (LETTER_DIAGRAM, "LV-2b", "LV-2b, LV-4", "stale-not-met", "LV-4", "'Send the letter' (Task_SendTheLetter)"),
        (TABLE, "<text>14</text>", "<text>10</text>", "wrong-period", "Rule_notice", "says 2 weeks (policy, LV-1b)"),
        (TABLE, "calendar_days", "working_days", "wrong-period", "Rule_notice", "is 14 working_days"),
        (TABLE, '"policy"', '"our assumption"', "wrong-period", "Rule_notice", "gives 'our assumption' as its source"),
        (TABLE, '"notice"', '"warning"', "unknown-period", "Rule_notice", "no such period"),
        (REGISTER, "paragraphs: [LV-1b]", "paragraphs: [LV-8]", "unknown-paragraph", "notice", "LV-8"),
        (REGISTER, "leave/leave_answer", "leave/leave_reply", "unknown-place", "LV-2a", "letter leave/leave_reply"),
        (REGISTER, "leave_decision.granted", "leave_decision.given", "unknown-place", "LV-2a", "no field with the key"),
        (REGISTER, "leave_decision.granted", "leave_choice", "unknown-place", "LV-2a", "form leave_choice"),
        (REGISTER, "leave_periods.Rule_notice", "leave_periods.Rule_2", "unknown-place", "LV-2a", "no row with the id"),
        (REGISTER, "job_type: send_notice", "job_type: send_pigeon", "unknown-place", "LV-2a", "send_pigeon"),
        (REGISTER, "process: leave_letter", "process: leave_parcel", "unknown-place", "LV-2a", "leave_parcel"),
        (REGISTER, "case_file.may_read", "case_file.may_write", "unknown-place", "LV-2a", "may_write"),
        (REGISTER, "::test_leave_is_refused", "::test_leave_is_lost", "unknown-place", "LV-2a", "test_leave_is_lost"),
    ],
)
def test_a_fault_is_found_where_it_is(
    leave: LeavePolicy, *, file: str, before: str, after: str, rule: str, element: str, said: str
) -> None:
    finding = leave.spoil(file, before, after).findings()[0]
    assert (finding.rule, said in str(finding)) == (rule, True), str(finding)
    assert finding.element_id == element
    assert finding.line
    assert finding.remedy.endswith(".")
    assert finding.file.is_relative_to(leave.root)


def test_a_letter_that_no_longer_exists_is_missed(leave: LeavePolicy) -> None:
    (leave.root / "templates/leave/leave_answer.md").unlink()
    finding = leave.one_finding()
    assert (finding.rule, finding.element_id) == ("unknown-place", "LV-2a")
    assert "letter leave/leave_answer, but there is none of that name" in str(finding)


def test_a_letter_another_procedure_sends_does_not_count(leave: LeavePolicy) -> None:
    register = leave.root / REGISTER
    text = register.read_text(encoding="utf-8")
    begin, end = text.index("      - form:"), text.index("  - id: LV-2b")
    register.write_text(text[:begin] + text[end:], encoding="utf-8")
    assert leave.findings() == []
    leave.spoil(DIAGRAM, '"leave/leave_answer"', '"leave/leave_other"')
    assert (leave.one_finding().rule, leave.one_finding().element_id) == ("requirement-not-met", "LV-2a")


def test_what_binds_every_procedure_waits_until_all_are_drawn(leave: LeavePolicy) -> None:
    leave.spoil(REGISTER, "    not_met: Nobody can measure it.\n", "")
    assert leave.findings() == []
    leave.spoil(REGISTER, "planned:\n  - leave_report\n", "").spoil(REGISTER, "[leave_report]", "[leave_letter]")
    assert [(one.rule, one.element_id) for one in leave.findings()] == [
        ("requirement-not-met", "LV-3"),
        ("requirement-not-met", "LV-4"),
    ]


def test_a_variation_said_to_be_ours_may_differ(leave: LeavePolicy) -> None:
    leave.spoil(TABLE, "<text>14</text>", "<text>10</text>").spoil(TABLE, '"policy"', '"our variation"')
    assert leave.findings() == []


def test_a_period_of_our_own_needs_no_entry(leave: LeavePolicy) -> None:
    leave.spoil(TABLE, '"notice"', '"reminder"').spoil(TABLE, '"policy"', '"our assumption"')
    assert leave.findings() == []


def test_a_broken_register_does_not_make_every_paragraph_unknown(leave: LeavePolicy) -> None:
    leave.spoil(REGISTER, "strength: may", "strength: perhaps")
    assert leave.one_finding().rule == "unreadable-register"


def test_stories_say_what_they_show_themselves_or_with_their_module(leave: LeavePolicy) -> None:
    shown = [(one.story, one.paragraph, one.title) for one in shown_by_stories(leave.root / "tests")]
    assert shown == [
        ("test_leave_is_granted", "LV-2a", "leave is granted"),
        ("test_leave_is_refused", "LV-2a", "leave is refused"),
        ("test_leave_is_granted", "LV-1a", "leave is granted"),
        ("test_leave_is_granted", "LV-1b", "leave is granted"),
    ]


def test_what_a_procedure_calls_belongs_to_it(leave: LeavePolicy) -> None:
    tracing = Tracing(read_project(leave.root / "bpmn", leave.root / "templates"))
    assert tracing.family_of["leave_request"] == {"leave_request", "leave_letter"}
    assert tracing.family_of["leave_letter"] == {"leave_letter"}
    assert tracing.processes_using("letter", "leave/leave_answer") == {"leave_request"}


def test_every_requirement_of_the_policies_is_traced_and_quickly() -> None:
    project = read_project(PROJECT / "bpmn", PROJECT / "templates")
    started = time.process_time()
    findings = list(traceability(project))
    taken = time.process_time() - started
    assert [str(finding) for finding in findings] == []
    assert taken < 2, f"{taken:.2f} s of work; the check must stay quick enough to run before each deployment"

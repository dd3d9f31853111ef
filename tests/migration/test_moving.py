"""Cases go on by a changed diagram, on the real engine."""

from __future__ import annotations

import pytest

from tests.migration.conftest import Office
from tests.scenarios.driver.story import Procedure, Story
from tests.unit.migration.drawing import (
    END,
    START,
    boundary,
    bpmn,
    call,
    element,
    flow,
    for_message,
    message,
    path,
    service_task,
    timer,
    user_task,
)
from workers.migration.plan import Wishes

REMINDED = element("endEvent", "EndEvent_Reminded", "Reminded")
ASK = user_task("Task_Ask", "Ask for leave")


def asking(*more: str, task: str = ASK, task_id: str = "Task_Ask", outside: str = "") -> bytes:
    """A procedure of one task."""
    return bpmn(START, task, END, path("StartEvent_Begun", task_id, "EndEvent_Done"), *more, outside=outside)


def reminder(period: str, event: str = "BoundaryEvent_Remind", name: str = "Time to remind") -> str:
    """A reminder on the task."""
    return boundary(event, name, "Task_Ask", timer(period)) + REMINDED + flow(event, "EndEvent_Reminded")


def begins(story: Story, office: Office, before: bytes, after: bytes, at: str | None = "Ask for leave") -> Procedure:
    """A case begun by the old version, standing at a task, when the new one is deployed."""
    office.deploy({"leave.bpmn": before})
    case = story.start_with("leave", {"staff_number": "1"})
    if at:
        case.task(at)
    story.comes_to_rest()
    office.deploy({"leave.bpmn": after})
    return case


def test_a_case_at_a_task_goes_on_by_the_new_version(story: Story, office: Office) -> None:
    after = bpmn(
        START,
        ASK,
        user_task("Task_Note", "Note the leave"),
        END,
        path("StartEvent_Begun", "Task_Ask", "Task_Note", "EndEvent_Done"),
    )
    office.deploy({"leave.bpmn": asking()})
    case, other = (story.start_with("leave", {}) for _ in range(2))
    for one in (case, other):
        one.task("Ask for leave")
    story.comes_to_rest()
    office.deploy({"leave.bpmn": after})
    office.moves(case)
    assert office.version_of(case) == office.version_of(other) + 1
    case.task("Ask for leave").complete()
    case.task("Note the leave").complete()
    case.ends_at("Done")
    other.task("Ask for leave").complete()
    other.ends_at("Done")
    assert office.tries_to_move(case) is None, "it is over"


def test_a_second_run_finds_nothing_to_do(story: Story, office: Office) -> None:
    case = begins(story, office, asking(), asking(reminder("P3D")))
    office.moves(case)
    assert office.tries_to_move(case) is None
    story.moves_to("Thursday 6 March 2025 09:00")
    case.reaches("Reminded")


def test_a_timer_keeps_the_time_that_is_left(story: Story, office: Office) -> None:
    waiting = element("intermediateCatchEvent", "Event_Wait", "Five days later", timer("P5D"))
    longer = element("intermediateCatchEvent", "Event_Wait", "Five days later", timer("P9D"))
    parts = path("StartEvent_Begun", "Event_Wait", "EndEvent_Done")
    case = begins(story, office, bpmn(START, waiting, END, parts), bpmn(START, longer, END, parts), at=None)
    story.moves_to("Thursday 6 March 2025 09:00")
    done = office.moves(case)
    assert any("keeps its date" in note for note in done.moved[0].notes)
    story.moves_to("Saturday 8 March 2025 08:59")
    case.is_running()
    story.moves_to("Saturday 8 March 2025 09:00")
    case.ends_at("Done")


@pytest.mark.parametrize(
    ("after", "wishes", "due"),
    [
        (reminder("P5D") + element("textAnnotation", "Annotation_1"), Wishes({}), "Saturday 8 March 2025 09:00"),
        (reminder("P7D"), Wishes({}), "Saturday 8 March 2025 09:00"),
        (reminder("P7D"), Wishes({}, ("BoundaryEvent_Remind",)), "Thursday 13 March 2025 09:00"),
        (
            reminder("P5D", "BoundaryEvent_Nudge"),
            Wishes({"BoundaryEvent_Remind": "BoundaryEvent_Nudge"}),
            "Saturday 8 March 2025 09:00",
        ),
        (
            reminder("P5D", "BoundaryEvent_Nudge"),
            Wishes({"BoundaryEvent_Remind": "BoundaryEvent_Nudge"}, ("BoundaryEvent_Remind",)),
            "Tuesday 11 March 2025 09:00",
        ),
    ],
    ids=["the same", "longer", "longer, started anew", "renamed", "renamed, started anew"],
)
def test_a_reminder_comes_when_it_was_said(story: Story, office: Office, after: str, wishes: Wishes, due: str) -> None:
    case = begins(story, office, asking(reminder("P5D")), asking(after))
    story.moves_to("Thursday 6 March 2025 09:00")
    office.moves(case, wishes)
    before = due.replace("09:00", "08:59")
    story.moves_to(before)
    case.never_reached("Reminded")
    story.moves_to(due)
    case.reaches("Reminded")
    case.task("Ask for leave").complete()
    case.ends_at("Done", "Reminded")


def test_a_reminder_that_came_does_not_come_again(story: Story, office: Office) -> None:
    case = begins(story, office, asking(reminder("P5D")), asking(reminder("P5D")))
    story.moves_to("Saturday 8 March 2025 09:00")
    case.reaches("Reminded")
    office.deploy({"leave.bpmn": asking(reminder("P6D"))})
    office.moves(case)
    story.moves_to("Monday 31 March 2025 09:00")
    ends = story.records.read(lambda state: [s for s in state.steps if s.element_id == "EndEvent_Reminded"])
    assert len({step.timestamp for step in ends}) == 1


def test_a_case_at_a_job_goes_on(story: Story, office: Office) -> None:
    count = service_task("Task_Count", "Count the days", "compute_nothing")
    office.deploy({"leave.bpmn": asking(task=count, task_id="Task_Count")})
    case = story.start_with("leave", {})
    story.records.wait_for(lambda state: any(j.instance_key == case.key for j in state.jobs.values()) or None, 20)
    renamed = service_task("Task_CountDays", "Count the days", "compute_nothing")
    office.deploy({"leave.bpmn": asking(task=renamed, task_id="Task_CountDays")})
    refused = office.tries_to_move(case)
    assert refused
    assert not refused.moved
    assert "--map Task_Count=Task_CountDays" in refused.prospect.members[0].why_not[0]
    office.moves(case, Wishes({"Task_Count": "Task_CountDays"}))
    story.awaits(
        lambda state: (
            True
            if any(e.instance_key == case.key and e.element_id == "Task_CountDays" for e in state.elements.values())
            else None
        ),
        "the move of the task",
    )
    case.cancel()


def test_a_message_is_still_received(story: Story, office: Office) -> None:
    waiting = element("intermediateCatchEvent", "Event_Arrived", "Papers arrived", for_message("Message_Papers"))
    renamed = element("intermediateCatchEvent", "Event_PapersArrived", "Papers arrived", for_message("Message_Papers"))
    outside = message("Message_Papers", "papers_arrived")
    before = bpmn(START, waiting, END, path("StartEvent_Begun", "Event_Arrived", "EndEvent_Done"), outside=outside)
    after = bpmn(START, renamed, END, path("StartEvent_Begun", "Event_PapersArrived", "EndEvent_Done"), outside=outside)
    case = begins(story, office, before, after, at=None)
    office.moves(case, Wishes({"Event_Arrived": "Event_PapersArrived"}))
    story.publishes("papers_arrived", "1")
    case.ends_at("Done")
    case.reaches("Event_PapersArrived")


def test_a_boundary_message_under_a_new_name_is_waited_for_anew(story: Story, office: Office) -> None:
    def with_message(name: str) -> bytes:
        withdrawn = boundary("BoundaryEvent_Gone", "Withdrawn", "Task_Ask", for_message("Message_W"), interrupting=True)
        gone = element("endEvent", "EndEvent_Gone", "Gone")
        more = (withdrawn, gone, flow("BoundaryEvent_Gone", "EndEvent_Gone"))
        return asking(*more, outside=message("Message_W", name))

    case = begins(story, office, with_message("withdrawn"), with_message("leave_withdrawn"))
    office.moves(case)
    story.publishes("withdrawn", "1")
    case.is_running()
    story.publishes("leave_withdrawn", "1")
    case.ends_at("Gone")


def test_what_was_called_is_moved_by_its_own_plan(story: Story, office: Office) -> None:
    caller = bpmn(
        START,
        call("CallActivity_Check", "Check it", "leave_check"),
        END,
        path("StartEvent_Begun", "CallActivity_Check", "EndEvent_Done"),
    )

    def called(task_id: str, *more: str) -> bytes:
        looks = user_task(task_id, "Look at it")
        parts = path("StartEvent_Begun", task_id, *more, "EndEvent_Done")
        return bpmn(START, looks, *(user_task(m, "Look again") for m in more), END, parts, process_id="leave_check")

    office.deploy({"leave.bpmn": caller, "leave_check.bpmn": called("Task_Look")})
    case = story.start_with("leave", {})
    case.task("Look at it")
    story.comes_to_rest()
    office.deploy({"leave.bpmn": caller, "leave_check.bpmn": called("Task_LookAt", "Task_LookAgain")})
    assert "--map Task_Look=Task_LookAt" in office.refuses(case)
    done = office.moves(case, Wishes({"Task_Look": "Task_LookAt"}))
    assert [member.instance.process_id for member in done.moved] == ["leave", "leave_check"]
    case.task("Look at it").complete()
    case.task("Look again").complete()
    case.ends_at("Done")


@pytest.mark.parametrize(
    ("after", "task_id", "why"),
    [
        (service_task("Task_Ask", "Ask for leave"), "Task_Ask", "is a user task in version"),
        (
            element("userTask", "Task_Ask", "Ask for leave"),
            "Task_Ask",
            "is a Camunda user task in one version and a job in the other",
        ),
        (user_task("Task_Other", "Do something else entirely"), "Task_Other", "--map Task_Ask=Task_Other"),
    ],
    ids=["a job instead", "a job-based user task instead", "gone"],
)
def test_a_case_that_would_come_to_harm_goes_on_as_before(
    story: Story, office: Office, after: str, task_id: str, why: str
) -> None:
    case = begins(story, office, asking(), asking(task=after, task_id=task_id))
    assert why in office.refuses(case)
    case.task("Ask for leave").complete()
    case.ends_at("Done")


def test_a_branch_waiting_for_the_other_holds_the_case_back(story: Story, office: Office) -> None:
    def both(*more: str) -> bytes:
        return bpmn(
            START,
            element("parallelGateway", "Gateway_Both"),
            user_task("Task_One", "One"),
            user_task("Task_Two", "Two"),
            element("parallelGateway", "Gateway_Joined", "Both done"),
            END,
            path("StartEvent_Begun", "Gateway_Both", "Task_One", "Gateway_Joined", "EndEvent_Done"),
            path("Gateway_Both", "Task_Two", "Gateway_Joined"),
            *more,
        )

    nudge = boundary("BoundaryEvent_Nudge", "Nudge", "Task_Two", timer("P1D"))
    case = begins(story, office, both(), both(nudge, REMINDED, flow("BoundaryEvent_Nudge", "EndEvent_Reminded")), "One")
    case.task("One").complete()
    story.comes_to_rest()
    assert "A branch waits at “Both done” (Gateway_Joined)" in office.refuses(case)
    case.task("Two").complete()
    case.ends_at("Done")


def test_an_incident_holds_the_case_back_unless_the_new_version_mends_it(story: Story, office: Office) -> None:
    def granted_if(condition: str) -> bytes:
        return bpmn(
            START,
            element("exclusiveGateway", "Gateway_Granted", "Granted?"),
            ASK,
            END,
            path("StartEvent_Begun", "Gateway_Granted"),
            flow("Gateway_Granted", "Task_Ask", condition),
            flow("Task_Ask", "EndEvent_Done"),
        )

    office.deploy({"leave.bpmn": granted_if('=staff_number = "2"')})
    case = story.start_with("leave", {"staff_number": "1"})
    stuck = case.incident("at least one condition")
    office.deploy({"leave.bpmn": granted_if('=staff_number = "1"')})
    refused = office.tries_to_move(case)
    assert refused
    assert "It has an incident" in refused.prospect.members[0].why_not[0]
    office.moves(case, with_incidents=True)
    stuck.is_mended()
    case.task("Ask for leave").complete()
    case.ends_at("Done")

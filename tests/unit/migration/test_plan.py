"""Plans for two versions of a procedure: what is mapped, what holds a case back, what is different for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.migration.drawing import (
    END,
    START,
    boundary,
    call,
    element,
    extensions,
    flow,
    for_message,
    message,
    path,
    service_task,
    timer,
    user_task,
    version,
)
from workers.migration.plan import PlanError, Wishes, make_plan
from workers.migration.versions import Version

ASK = user_task("Task_Ask", "Ask for leave")
THROUGH = path("StartEvent_Begun", "Task_Ask", "EndEvent_Done")
REMIND = boundary("BoundaryEvent_Remind", "Time to remind", "Task_Ask", timer("P5D"))


def procedure(*parts: str, number: int = 1, outside: str = "") -> Version:
    """A procedure of one task, and more."""
    return version(START, ASK, END, THROUGH, *parts, number=number, outside=outside)


def one(task: str, number: int = 1, *more: str, task_id: str = "Task_Ask", outside: str = "") -> Version:
    """A procedure of that one task."""
    through = path("StartEvent_Begun", task_id, "EndEvent_Done")
    return version(START, task, END, through, *more, number=number, outside=outside)


def inside(*parts: str) -> str:
    """A subprocess."""
    return element("subProcess", "SubProcess_All", "All of it", "".join(parts))


def repeated(kind: str) -> str:
    """A task for each of a list."""
    sequential = {"one after another": "true", "all at once": "false"}[kind]
    each = extensions('<zeebe:loopCharacteristics inputCollection="=[1]" />')
    kind = "multiInstanceLoopCharacteristics"
    loop = f'<bpmn:{kind} isSequential="{sequential}">{each}</bpmn:{kind}>'
    return element("userTask", "Task_Ask", "Ask for leave", extensions("<zeebe:userTask />") + loop)


def catching(what: str) -> str:
    """An event to wait at."""
    return element("intermediateCatchEvent", "Task_Ask", "Wait", what)


PAPERS = message("Message_1", "papers")


def test_what_has_the_same_id_is_the_same() -> None:
    plan = make_plan(procedure(REMIND), procedure(REMIND, number=2))
    assert plan.mapping == {"Task_Ask": "Task_Ask", "BoundaryEvent_Remind": "BoundaryEvent_Remind"}
    assert not plan.why_not("Task_Ask")
    assert not plan.notes
    assert not plan.guesses


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (one(ASK), one(service_task("Task_Ask", "Ask"), 2), "is a user task in version 1 and a service task"),
        (
            one(ASK),
            one(element("userTask", "Task_Ask"), 2),
            "a Camunda user task in one version and a job in the other",
        ),
        (one(ASK), one(repeated("all at once"), 2), "is repeated in another way"),
        (one(repeated("all at once")), one(repeated("one after another"), 2), "is repeated in another way"),
        (
            one(service_task("Task_Ask", "", "send_notice")),
            one(service_task("Task_Ask", "", "send_letter"), 2),
            "waits for a worker of type send_notice, in version 2 send_letter",
        ),
        (
            one(call("Task_Ask", "Check", "leave_check")),
            one(call("Task_Ask", "Check", "leave_other"), 2),
            "calls leave_other instead of leave_check, which is under way",
        ),
        (
            one(catching(timer("P1D"))),
            one(catching(for_message("Message_1")), 2, outside=PAPERS),
            "waits for a timer in version 1 and for a message in version 2",
        ),
        (
            one(catching(for_message("Message_1")), outside=PAPERS),
            one(catching(for_message("Message_1")), 2, outside=message("Message_1", "letters")),
            "would go on waiting for the message 'papers' with the key =staff_number, but version 2 expects the "
            "message 'letters'",
        ),
        (
            one(catching(for_message("Message_1")), outside=PAPERS),
            one(catching(for_message("Message_1")), 2, outside=message("Message_1", "papers", "=case_reference")),
            "but version 2 expects the message 'papers' with the key =case_reference",
        ),
        (
            one(ASK),
            version(START, inside(ASK), END, number=2),
            "has moved into the subprocess “All of it” (SubProcess_All)",
        ),
        (version(START, inside(ASK), END), one(ASK, 2), "has moved out of its subprocess"),
        (
            one(ASK),
            one(ASK, 2, boundary("BoundaryEvent_Up", "Up", "Task_Ask", "<bpmn:escalationEventDefinition />")),
            "The engine cannot move a case past “Up” (BoundaryEvent_Up) of version 2",
        ),
        (
            one(ASK, 1, boundary("BoundaryEvent_M", "M", "Task_Ask", for_message("Message_1")), outside=PAPERS),
            one(
                ASK,
                2,
                boundary("BoundaryEvent_M", "M", "Task_Ask", for_message("Message_1")),
                outside=message("Message_1", "papers", "=case_reference"),
            ),
            "“M” (BoundaryEvent_M) would go on waiting for the message 'papers' with the key =staff_number",
        ),
        (
            one(ASK, 1, boundary("BoundaryEvent_M", "M", "Task_Ask", for_message("Message_1")), outside=PAPERS),
            one(
                ASK,
                2,
                boundary("BoundaryEvent_M", "M", "Task_Ask", for_message("Message_1")),
                boundary("BoundaryEvent_N", "N", "Task_Ask", for_message("Message_1")),
                outside=PAPERS,
            ),
            "“N” (BoundaryEvent_N) waits for the message 'papers', which is waited for there already",
        ),
        (
            one(ASK, 1, boundary("BoundaryEvent_Remind", "Time to remind", "Task_Ask", timer("P5D"))),
            one(ASK, 2, boundary("BoundaryEvent_Nudge", "Time to remind", "Task_Ask", timer("P5D"))),
            "seems to be “Time to remind” (BoundaryEvent_Nudge) now (the same name, between the same elements). "
            "Confirm it with --map BoundaryEvent_Remind=BoundaryEvent_Nudge",
        ),
    ],
    ids=[
        "another type",
        "another kind of user task",
        "repeated now",
        "repeated otherwise",
        "another job",
        "another called procedure",
        "another kind of event",
        "another message",
        "another key",
        "into a subprocess",
        "out of a subprocess",
        "an escalation",
        "another key on the border",
        "the same message twice",
        "a timer that seems renamed",
    ],
)
def test_what_holds_a_case_back(old: Version, new: Version, why: str) -> None:
    plan = make_plan(old, new)
    assert why in " ".join(plan.why_not("Task_Ask"))
    assert "Task_Ask" not in plan.mapping, "the engine would let a case through that comes there meanwhile"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            [REMIND],
            [boundary("BoundaryEvent_Remind", "Time to remind", "Task_Ask", timer("P7D"))],
            ["keeps its date; P7D instead of P5D is for cases that come there later. --restart BoundaryEvent_Remind"],
        ),
        ([REMIND], [], ["“Time to remind” (BoundaryEvent_Remind) is not waited for any more"]),
        (
            [],
            [REMIND],
            ["“Time to remind” (BoundaryEvent_Remind) starts when the case is moved: P5D, counted from then"],
        ),
        (
            [],
            [boundary("BoundaryEvent_On", "On the day", "Task_Ask", timer("=day", "timeDate"))],
            ["starts when the case is moved: on the date =day; if that is past, at once"],
        ),
        (
            [REMIND],
            [boundary("BoundaryEvent_Remind", "Time to remind", "Task_Ask", timer("P5D"), interrupting=True)],
            ["ends the element when it happens"],
        ),
    ],
    ids=["another period", "gone", "new", "new, on a date", "interrupting now"],
)
def test_what_is_different_around_a_task(old: Sequence[str], new: Sequence[str], said: Sequence[str]) -> None:
    plan = make_plan(procedure(*old), procedure(*new, number=2))
    assert not plan.why_not("Task_Ask")
    for words, note in zip(said, plan.notes["Task_Ask"], strict=True):
        assert words in note


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<zeebe:formDefinition formId="one" />', '<zeebe:formDefinition formId="two" />', "keeps its form"),
        (
            '<zeebe:assignmentDefinition candidateGroups="hr" />',
            '<zeebe:assignmentDefinition candidateGroups="finance" />',
            "keeps its people it is offered to",
        ),
        (
            "",
            '<zeebe:ioMapping><zeebe:input source="=today()" target="day" /></zeebe:ioMapping>',
            "day is new among its inputs and will not be set",
        ),
        (
            '<zeebe:ioMapping><zeebe:input source="=one" target="day" /></zeebe:ioMapping>',
            '<zeebe:ioMapping><zeebe:input source="=two" target="day" /></zeebe:ioMapping>',
            "the inputs day stay as they were",
        ),
        (
            "",
            '<zeebe:executionListeners><zeebe:executionListener eventType="end" type="file_statement" />'
            "</zeebe:executionListeners>",
            "its listeners changed",
        ),
    ],
    ids=["form", "people", "a new input", "another input", "listeners"],
)
def test_what_an_open_task_keeps(old: str, new: str, said: str) -> None:
    plan = make_plan(one(user_task("Task_Ask", "Ask", old)), one(user_task("Task_Ask", "Ask", new), 2))
    assert said in " ".join(plan.notes["Task_Ask"])


def test_what_is_new_before_the_case_is_not_done_for_it() -> None:
    new = version(
        START,
        user_task("Task_Warn", "Warn"),
        ASK,
        END,
        path("StartEvent_Begun", "Task_Warn", "Task_Ask", "EndEvent_Done"),
        number=2,
    )
    assert "comes after what is new: “Warn” (Task_Warn)" in make_plan(one(ASK), new).notes["Task_Ask"][0]


def test_a_renamed_element_goes_where_a_person_says() -> None:
    renamed = one(user_task("Task_AskForLeave", "Ask for leave"), 2, task_id="Task_AskForLeave")
    asked = make_plan(one(ASK), renamed)
    assert [(guess.old, guess.new) for guess in asked.guesses] == [("Task_Ask", "Task_AskForLeave")]
    assert "Confirm it with --map Task_Ask=Task_AskForLeave" in asked.why_not("Task_Ask")[0]
    plan = make_plan(one(ASK), renamed, Wishes({"Task_Ask": "Task_AskForLeave"}))
    assert plan.mapping == {"Task_Ask": "Task_AskForLeave"}
    assert not plan.guesses


def test_a_renamed_subprocess_takes_its_elements_along() -> None:
    old = version(START, inside(ASK), END)
    new = version(START, element("subProcess", "SubProcess_Whole", "All of it", ASK), END, number=2)
    plan = make_plan(old, new, Wishes({"SubProcess_All": "SubProcess_Whole"}))
    assert plan.mapping == {"SubProcess_All": "SubProcess_Whole", "Task_Ask": "Task_Ask"}


def test_a_timer_can_be_started_anew() -> None:
    plan = make_plan(procedure(REMIND), procedure(REMIND, number=2), Wishes({}, ["BoundaryEvent_Remind"]))
    assert plan.mapping == {"Task_Ask": "Task_Ask"}
    assert len(plan.notes["Task_Ask"]) == 2


def test_event_subprocesses_go_along() -> None:
    start = element("startEvent", "StartEvent_Late", "Too late", timer("P9D"))
    late = element("subProcess", "SubProcess_Late", "Late", start, triggeredByEvent="true")
    plan = make_plan(procedure(late), procedure(late, number=2))
    assert plan.mapping["StartEvent_Late"] == "StartEvent_Late"
    added = make_plan(procedure(), procedure(late, number=2))
    assert "“Too late” (StartEvent_Late) starts when the case is moved" in added.notes["leave"][0]


def test_what_an_event_based_gateway_waits_for_goes_along() -> None:
    def waiting(first: str) -> str:
        return (
            element("eventBasedGateway", "Gateway_Which")
            + element("intermediateCatchEvent", first, "First", timer("P1D"))
            + element("intermediateCatchEvent", "Event_Second", "Second", timer("P2D"))
            + flow("Gateway_Which", first)
            + flow("Gateway_Which", "Event_Second")
        )

    plan = make_plan(
        procedure(waiting("Event_First")),
        procedure(waiting("Event_One"), number=2),
        Wishes({"Event_First": "Event_One"}),
    )
    assert plan.mapping["Event_First"] == "Event_One"
    assert plan.mapping["Gateway_Which"] == "Gateway_Which"


def test_two_elements_that_look_alike_are_not_guessed() -> None:
    old = version(START, user_task("Task_A", "Ask"), user_task("Task_B", "Ask"), END)
    new = version(START, user_task("Task_C", "Ask"), user_task("Task_D", "Ask"), END, number=2)
    assert make_plan(old, new).guesses == ()


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (Wishes({"Task_Nowhere": "Task_Ask"}), "leave has no element Task_Nowhere in version 1"),
        (Wishes({"Task_Ask": "Task_Nowhere"}), "leave has no element Task_Nowhere in version 2"),
        (Wishes({}, ["Task_Ask"]), "only a timer"),
        (Wishes({}, ["BoundaryEvent_Nowhere"]), "has no such element in version 1"),
    ],
)
def test_a_wish_that_fits_nothing_is_told(wishes: Wishes, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        make_plan(procedure(REMIND), procedure(REMIND, number=2), wishes)


def test_a_case_at_a_throw_event_has_to_go_on_first() -> None:
    thrown = element("intermediateThrowEvent", "Event_Said", "Said")
    plan = make_plan(procedure(thrown), procedure(thrown, number=2))
    assert "cannot move a case that stands at “Said” (Event_Said)" in plan.why_not("Event_Said")[0]

"""Which variables there are where: the engine's rules of scopes, paths, calls, messages and events."""

from __future__ import annotations

from tests.unit.checks.small import diagram, element, end, flow, form, mappings, path, project, script, start, table
from workers.checks.evaluation import Variables
from workers.checks.feel import Feel
from workers.checks.kinds import NULL, NUMBER, TEXT, constant, join, list_of, of_type, optional
from workers.checks.project import Project
from workers.diagrams.model import Diagram

ASKS = form(
    "asks",
    {"type": "textfield", "key": "name", "validate": {"required": True}},
    {"type": "radio", "key": "answer", "validate": {"required": True}, "values": [{"value": "yes"}, {"value": "no"}]},
    {"type": "datetime", "key": "on", "subtype": "date"},
    {"type": "textarea", "key": "statement.why", "conditional": {"hide": '=answer = "yes"'}},
)


def at(checked: Project, which: Diagram, any_id: str) -> Variables:
    found = checked.flow.at(which, which.elements[any_id])
    assert found is not None, f"{any_id} is not reached"
    return found


def test_what_a_start_form_asks_is_there(feel: Feel) -> None:
    leave = diagram("leave", start(form="asks"), end(), path("Start", "End"))
    known = at(project(feel, leave, ASKS), leave, "End").known
    assert known["name"] == TEXT
    assert known["answer"] == join(constant("yes"), constant("no"))
    assert known["on"] == optional(of_type("date text"))
    assert known["statement"].by_name["why"] == optional(TEXT)


def test_what_is_set_on_one_path_may_be_null_where_paths_meet(feel: Feel) -> None:
    leave = diagram(
        "leave",
        start(form="asks"),
        element("exclusiveGateway", "Which", default="Which_Meet"),
        script("Set", "=1", "length"),
        element("exclusiveGateway", "Meet"),
        end(),
        path("Start", "Which", "Meet", "End"),
        flow("Which", "Set", '=answer = "yes"'),
        path("Set", "Meet"),
    )
    checked = project(feel, leave, ASKS)
    assert at(checked, leave, "Set").known["answer"] == constant("yes")
    assert at(checked, leave, "End").known["length"] == optional(constant(1.0))


def test_a_loop_sees_what_it_set_before(feel: Feel) -> None:
    leave = diagram(
        "leave",
        start(form="asks"),
        element("exclusiveGateway", "Again"),
        script("Count", "=(if times = null then 0 else times) + 1", "times"),
        element("exclusiveGateway", "Enough", default="Enough_End"),
        end(),
        path("Start", "Again", "Count", "Enough", "End"),
        flow("Enough", "Again", "=times < 3"),
    )
    assert at(project(feel, leave, ASKS), leave, "Count").known["times"] == optional(NUMBER)


def test_an_input_is_the_elements_own(feel: Feel) -> None:
    leave = diagram(
        "leave",
        start(form="asks"),
        element("userTask", "Ask", '<zeebe:formDefinition formId="asks" />' + mappings({"hint": "=1"})),
        end(),
        path("Start", "Ask", "End"),
    )
    assert "hint" not in at(project(feel, leave, ASKS), leave, "End").known


def test_output_mappings_say_what_goes_on(feel: Feel) -> None:
    leave = diagram(
        "leave",
        start(),
        element(
            "serviceTask",
            "Find",
            '<zeebe:taskDefinition type="find_person" />' + mappings(outputs={"who": "=person.staff_number"}),
        ),
        end(),
        path("Start", "Find", "End"),
    )
    known = at(project(feel, leave), leave, "End").known
    assert known["who"].types == {"text"}
    assert "person" not in known


def test_a_called_process_gets_what_it_is_given_and_gives_what_is_taken(feel: Feel) -> None:
    called = (
        '<zeebe:calledElement processId="inner" propagateAllChildVariables="false" '
        'propagateAllParentVariables="false" />'
    )
    outer = diagram(
        "outer",
        start(form="asks"),
        element("callActivity", "Call", called + mappings({"given": "=answer"}, {"result": "=made"})),
        end(),
        path("Start", "Call", "End"),
    )
    inner = diagram("inner", start(), script("Make", "=given", "made"), end(), path("Start", "Make", "End"))
    checked = project(feel, outer, inner, ASKS)
    assert set(at(checked, inner, "Make").known) == {"given"}
    assert at(checked, outer, "End").known["result"] == join(constant("yes"), constant("no"))
    assert "made" not in at(checked, outer, "End").known


def test_a_message_brings_what_was_published(feel: Feel) -> None:
    publish = element(
        "intermediateThrowEvent",
        "Tell",
        '<zeebe:taskDefinition type="publish_message" />'
        + mappings({"message": '="told"', "correlation_key": "=name", "variables": '={"what": answer}'}),
        '<bpmn:messageEventDefinition id="m" />',
    )
    teller = diagram("teller", start(form="asks"), publish, end(), path("Start", "Tell", "End"))
    listener = diagram(
        "listener",
        element("startEvent", "Start", inside='<bpmn:messageEventDefinition id="m" messageRef="Message_Told" />'),
        end(),
        path("Start", "End"),
        rest='<bpmn:message id="Message_Told" name="told" />',
    )
    checked = project(feel, teller, listener, ASKS)
    assert at(checked, listener, "End").known["what"] == join(constant("yes"), constant("no"))
    assert not at(checked, listener, "End").open


def test_of_a_message_from_elsewhere_nothing_is_said(feel: Feel) -> None:
    listener = diagram(
        "listener",
        element("startEvent", "Start", inside='<bpmn:messageEventDefinition id="m" messageRef="Message_Told" />'),
        end(),
        path("Start", "End"),
        rest='<bpmn:message id="Message_Told" name="told" />',
    )
    assert at(project(feel, listener), listener, "End").open


def test_what_a_reminder_sets_may_be_there_later(feel: Feel) -> None:
    leave = diagram(
        "leave",
        start(form="asks"),
        element("userTask", "Ask", '<zeebe:userTask /><zeebe:formDefinition formId="asks" />'),
        element(
            "boundaryEvent",
            "Later",
            inside='<bpmn:timerEventDefinition id="t"><bpmn:timeDuration>P1D</bpmn:timeDuration>'
            "</bpmn:timerEventDefinition>",
            attachedToRef="Ask",
            cancelActivity="false",
        ),
        script("Remind", "=true", "reminded"),
        end("Reminded"),
        end(),
        path("Start", "Ask", "End"),
        path("Later", "Remind", "Reminded"),
    )
    assert at(project(feel, leave, ASKS), leave, "End").known["reminded"] == optional(constant(True))


def test_parallel_branches_join(feel: Feel) -> None:
    leave = diagram(
        "leave",
        start(form="asks"),
        element("parallelGateway", "Split"),
        script("One", "=1", "one"),
        script("Two", "=2", "two"),
        element("parallelGateway", "Join"),
        end(),
        path("Start", "Split", "One", "Join", "End"),
        path("Split", "Two", "Join"),
    )
    known = at(project(feel, leave, ASKS), leave, "End").known
    assert {"one", "two"} <= set(known)


def test_what_is_done_in_a_subprocess_is_there_after_it(feel: Feel) -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics "
        'inputCollection="=[1, 2]" inputElement="one" outputCollection="doubled" outputElement="=twice" />'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    inner = start("InnerStart") + script("Double", "=one * 2", "twice") + end("InnerEnd")
    leave = diagram(
        "leave",
        start(form="asks"),
        element("subProcess", "Each", inside=inner + path("InnerStart", "Double", "InnerEnd") + loop),
        end(),
        path("Start", "Each", "End"),
    )
    checked = project(feel, leave, ASKS)
    assert at(checked, leave, "Double").known["one"] == join(constant(1.0), constant(2.0))
    known = at(checked, leave, "End").known
    assert "one" not in known
    assert known["doubled"] == list_of(NUMBER)


def test_an_event_subprocess_sees_what_was_set_around_it(feel: Feel) -> None:
    inside = (
        element(
            "startEvent",
            "Cancelled",
            inside='<bpmn:timerEventDefinition id="t"><bpmn:timeDuration>P1D</bpmn:timeDuration>'
            "</bpmn:timerEventDefinition>",
            isInterrupting="false",
        )
        + script("Note", "=length", "noted")
        + end("NoteEnd")
        + path("Cancelled", "Note", "NoteEnd")
    )
    leave = diagram(
        "leave",
        start(form="asks"),
        script("Set", "=5", "length"),
        end(),
        element("subProcess", "Aside", inside=inside, triggeredByEvent="true"),
        path("Start", "Set", "End"),
    )
    checked = project(feel, leave, ASKS)
    assert at(checked, leave, "Note").known["length"] == optional(constant(5.0))
    assert "noted" in at(checked, leave, "End").known


def test_the_answer_of_a_decision_is_known(feel: Feel) -> None:
    says = table(
        "says",
        {"answer": "string"},
        {"allowed": "boolean", "why": "string"},
        '"yes" -> true ; "fine"',
        '"no" -> false ; "sorry"',
    )
    leave = diagram(
        "leave",
        start(form="asks"),
        element("businessRuleTask", "Ask", '<zeebe:calledDecision decisionId="says" resultVariable="said" />'),
        end(),
        path("Start", "Ask", "End"),
    )
    said = at(project(feel, leave, ASKS, says), leave, "End").known["said"]
    assert said.by_name["allowed"].constants == join(constant(True), constant(False)).constants


def test_what_comes_with_an_error_is_there_after_it(feel: Feel) -> None:
    leave = diagram(
        "leave",
        start(),
        element("serviceTask", "Send", '<zeebe:taskDefinition type="send_notice" />'),
        element(
            "boundaryEvent",
            "Post",
            inside='<bpmn:errorEventDefinition id="e" errorRef="Error_Post" />',
            attachedToRef="Send",
        ),
        end("Posted"),
        end(),
        path("Start", "Send", "End"),
        path("Post", "Posted"),
        rest='<bpmn:error id="Error_Post" name="Post" errorCode="NOTICE_MUST_BE_POSTED" />',
    )
    assert {"notice_reference", "why"} <= set(at(project(feel, leave), leave, "Posted").known)


def test_a_variable_that_is_always_null_is_null(feel: Feel) -> None:
    leave = diagram("leave", start(form="asks"), script("Set", "=null", "gone"), end(), path("Start", "Set", "End"))
    assert at(project(feel, leave, ASKS), leave, "End").known["gone"] == NULL

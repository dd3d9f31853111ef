"""What the records tell: where everything is, and whether anything will go on by itself."""

from __future__ import annotations

import pytest

from tests.unit.driver.records import DEFINITION, INSTANCE, History

NOW = 1_000


@pytest.fixture
def history() -> History:
    told = History()
    told.starts()
    return told


def at_task(history: History) -> None:
    history.element("ELEMENT_ACTIVATED", 101, "Task_Decide", "USER_TASK")


def test_an_element_without_anything_to_wait_for_goes_on(history: History) -> None:
    at_task(history)
    assert history.state.restless(NOW) == ["'Decide on the request' is activated"]


def test_an_open_task_waits(history: History) -> None:
    at_task(history)
    history.task("CREATED", 102, 101)
    assert not history.state.restless(NOW)
    history.task("COMPLETING", 102, 101)
    assert history.state.restless(NOW)


def test_an_assigned_task_is_open(history: History) -> None:
    at_task(history)
    history.task("CREATED", 102, 101)
    history.task("ASSIGNED", 102, 101, assignee="a.morgan")
    task = history.state.tasks[102]
    assert task.open
    assert task.assignee == "a.morgan"


def test_a_migrated_task_waits_as_before(history: History) -> None:
    at_task(history)
    history.task("CREATED", 102, 101)
    moved = {"elementId": "Task_DecideOnIt", "processDefinitionKey": 2}
    history.element("ELEMENT_MIGRATED", 101, "Task_DecideOnIt", "USER_TASK", processDefinitionKey=2)
    history.task("MIGRATED", 102, 101, **moved)
    history.happens("VARIABLE", "MIGRATED", 104, scopeKey=101, name="outcome", value="")
    element, task = history.state.elements[101], history.state.tasks[102]
    assert (element.element_id, element.definition_key) == (task.element_id, task.definition_key)
    assert (task.element_id, task.definition_key, task.open) == ("Task_DecideOnIt", 2, True)
    assert not history.state.restless(NOW)


def test_a_job_goes_on_until_it_is_done(history: History) -> None:
    at_task(history)
    history.task("CREATED", 102, 101)
    history.job("CREATED", 103, 101)
    assert history.state.restless(NOW) == ["job find_person of 'Decide on the request'"]
    history.job("FAILED", 103, 101, retries=2, errorMessage="The mail server is away.")
    assert history.state.restless(NOW) == [
        "job find_person of 'Decide on the request' failed: The mail server is away."
    ]
    history.job("COMPLETED", 103, 101)
    assert not history.state.restless(NOW)


def test_a_job_with_an_incident_is_stuck(history: History) -> None:
    at_task(history)
    history.job("CREATED", 103, 101)
    history.job("FAILED", 103, 101, retries=0)
    assert history.state.restless(NOW), "the incident is still to come"
    history.happens("INCIDENT", "CREATED", 104, **INCIDENT)
    assert not history.state.restless(NOW)
    history.happens("INCIDENT", "RESOLVED", 104, **INCIDENT)
    assert history.state.restless(NOW)


INCIDENT = {
    "elementInstanceKey": 101,
    "processInstanceKey": INSTANCE,
    "processDefinitionKey": DEFINITION,
    "elementId": "Task_Decide",
    "errorType": "JOB_NO_RETRIES",
    "errorMessage": "staff_number is missing",
    "jobKey": 103,
}


@pytest.mark.parametrize(("due", "waits"), [(NOW - 1, False), (NOW, False), (NOW + 1, True)])
def test_a_timer_waits_until_it_is_due(history: History, due: int, waits: bool) -> None:
    at_task(history)
    history.timer("CREATED", 105, 101, due)
    assert (not history.state.restless(NOW)) is waits
    history.timer("TRIGGERED", 105, 101, due)
    assert not history.state.due_timers(NOW)


@pytest.mark.parametrize(
    ("intent", "waits"), [("CREATING", False), ("CREATED", True), ("CORRELATING", False), ("DELETING", False)]
)
def test_a_message_is_waited_for_once_the_engine_has_said_so(history: History, intent: str, waits: bool) -> None:
    at_task(history)
    history.happens(
        "PROCESS_MESSAGE_SUBSCRIPTION", intent, 106, elementInstanceKey=101, messageName="come", interrupting=True
    )
    assert (not history.state.restless(NOW)) is waits


def test_a_called_instance_is_family(history: History) -> None:
    history.element("ELEMENT_ACTIVATED", 101, "Task_Decide", "CALL_ACTIVITY")
    history.element(
        "ELEMENT_ACTIVATED",
        200,
        "request",
        "PROCESS",
        processInstanceKey=200,
        flowScopeKey=-1,
        parentElementInstanceKey=101,
        parentProcessInstanceKey=INSTANCE,
    )
    history.element("ELEMENT_ACTIVATED", 300, "request", "PROCESS", processInstanceKey=300, flowScopeKey=-1)
    assert history.state.family(INSTANCE) == {INSTANCE, 200}
    assert [token.key for token in history.state.tokens()] == [200, 300]
    assert [root.key for root in history.state.running_roots()] == [INSTANCE, 300]


def test_variables_are_seen_from_inside(history: History) -> None:
    at_task(history)
    for scope, name, value in ((INSTANCE, "case", '"CAP"'), (INSTANCE, "who", '"Alex"'), (101, "who", '"Priya"')):
        history.happens("VARIABLE", "CREATED", 1, scopeKey=scope, name=name, value=value)
    assert history.state.visible_variables(101) == {"case": "CAP", "who": "Priya"}
    assert history.state.visible_variables(INSTANCE) == {"case": "CAP", "who": "Alex"}


def test_a_label_is_known_without_its_line_breaks(history: History) -> None:
    state = history.state
    assert state.label(DEFINITION, "Task_Decide") == "Decide on the request"
    assert state.is_called(DEFINITION, "Task_Decide", "Decide on the request")
    assert state.is_called(DEFINITION, "Task_Decide", "Task_Decide")
    assert not state.is_called(DEFINITION, "Task_Decide", "Decide")


def test_the_next_story_begins_with_nothing(history: History) -> None:
    at_task(history)
    history.task("CREATED", 102, 101)
    history.state.forget_instances()
    assert not list(history.state.tokens())
    assert not history.state.tasks
    assert history.state.definitions[DEFINITION].start_form == "request_start"

"""Where every process instance is, put together from the engine's records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.scenarios.driver.definitions import Definition, read_definition, read_form
from tests.scenarios.driver.moments import from_engine

if TYPE_CHECKING:
    from tests.scenarios.driver.record_stream import Record

NONE = -1
"""What the engine writes where there is no key."""


@dataclass
class ElementInstance:
    """An element that was entered: a process instance itself, a task, an event …"""

    key: int
    element_id: str
    type: str
    definition_key: int
    instance_key: int
    """The process instance it belongs to."""
    scope_key: int
    """What it lies in: a subprocess or the process instance; -1 for a process instance."""
    parent_element_key: int
    """The call activity that started it; -1 unless it is a called process instance."""
    parent_instance_key: int
    state: str = "ACTIVATING"

    @property
    def over(self) -> bool:
        """Whether it was left or cancelled."""
        return self.state in ("COMPLETED", "TERMINATED")


@dataclass
class Job:
    """Work for a worker."""

    key: int
    type: str
    kind: str
    element_instance_key: int
    instance_key: int
    retries: int
    state: str = "CREATED"
    failure: str = ""

    @property
    def over(self) -> bool:
        """Whether no worker will be asked to do it any more."""
        return self.state in ("COMPLETED", "CANCELED", "ERROR_THROWN") or self.retries <= 0


@dataclass
class UserTask:
    """Work for a person."""

    key: int
    element_id: str
    element_instance_key: int
    instance_key: int
    definition_key: int
    candidate_users: list[str]
    candidate_groups: list[str]
    assignee: str
    due: datetime | None
    follow_up: datetime | None
    form_key: int
    state: str = "CREATED"

    @property
    def open(self) -> bool:
        """Whether somebody may still complete it."""
        return self.state in ("CREATED", "ASSIGNED", "UPDATED")


@dataclass
class Incident:
    """Something only a person can mend."""

    key: int
    element_instance_key: int
    instance_key: int
    definition_key: int
    element_id: str
    error_type: str
    message: str
    job_key: int
    resolved: bool = False
    expected: bool = False
    """The story has asked for it."""

    @property
    def open(self) -> bool:
        """Whether it still stands."""
        return not self.resolved


@dataclass
class Timer:
    """A point of time somebody waits for."""

    key: int
    due: int
    """Milliseconds since 1970."""
    element_id: str
    element_instance_key: int
    instance_key: int
    definition_key: int
    running: bool = True


@dataclass(frozen=True)
class Step:
    """An element entered or left, or a flow taken, in the order it happened."""

    timestamp: int
    instance_key: int
    definition_key: int
    element_id: str
    what: str


@dataclass
class EngineState:
    """Everything the records told so far; see the record stream for how to read it safely."""

    elements: dict[int, ElementInstance] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    tasks: dict[int, UserTask] = field(default_factory=dict)
    incidents: dict[int, Incident] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    subscriptions: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Message name to state, by the element instance that waits."""
    signal_subscriptions: set[int] = field(default_factory=set)
    kept_messages: dict[int, int] = field(default_factory=dict)
    """When each message that is still kept for somebody expires, in milliseconds since 1970."""
    variables: dict[int, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    """Name to value, by scope."""
    definitions: dict[int, Definition] = field(default_factory=dict)
    forms: dict[int, dict[str, Any]] = field(default_factory=dict)
    latest_forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    messages: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """Name, correlation key and variables of each message published."""
    markers: set[str] = field(default_factory=set)
    """The signals that came by."""
    happened: int = 0
    """How many records came that were no signals."""

    def apply(self, record: Record) -> None:
        """Take one record in."""
        if record.value_type == "SIGNAL":
            self.markers.add(record.value["signalName"])
            return
        self.happened += 1
        take = getattr(self, f"_{record.value_type.lower()}", None)
        if take is not None:
            take(record)

    def forget_instances(self) -> None:
        """Forget every process instance; what is deployed stays known."""
        for kept in (self.elements, self.jobs, self.tasks, self.incidents, self.subscriptions, self.variables):
            kept.clear()
        self.timers = {key: timer for key, timer in self.timers.items() if timer.instance_key == NONE}
        self.signal_subscriptions.clear()
        self.steps.clear()
        self.messages.clear()
        self.markers.clear()

    # What is asked of it

    def family(self, root: int) -> set[int]:
        """The keys of a process instance and of all instances it called, directly or not."""
        found = {root}
        # Called instances come after their callers, and the dictionary keeps that order.
        for element in self.elements.values():
            if element.type == "PROCESS" and element.parent_instance_key in found:
                found.add(element.key)
        return found

    def label(self, definition_key: int, element_id: str) -> str:
        """The element's label, or its id."""
        definition = self.definitions.get(definition_key)
        return definition.label(element_id) if definition else element_id

    def is_called(self, definition_key: int, element_id: str, wanted: str) -> bool:
        """Whether ``wanted`` is the element's label or its id."""
        definition = self.definitions.get(definition_key)
        return definition.is_called(element_id, wanted) if definition else wanted == element_id

    def visible_variables(self, scope: int) -> dict[str, Any]:
        """The variables seen from an element instance: its own first, then those of what it lies in."""
        seen: dict[str, Any] = {}
        while scope != NONE:
            seen = {**self.variables.get(scope, {}), **seen}
            element = self.elements.get(scope)
            scope = element.scope_key if element else NONE
        return seen

    def running_roots(self) -> list[ElementInstance]:
        """The process instances that are not over and were not called by another."""
        return [
            element
            for element in self.elements.values()
            if element.type == "PROCESS" and not element.over and element.parent_instance_key == NONE
        ]

    def tokens(self, instances: set[int] | None = None) -> Iterator[ElementInstance]:
        """Everything entered and not left, except what merely holds something else that is."""
        active = [
            element
            for element in self.elements.values()
            if not element.over and (instances is None or element.instance_key in instances)
        ]
        holding = {e.scope_key for e in active} | {e.parent_element_key for e in active}
        return (element for element in active if element.key not in holding)

    def open_incidents(self, instances: set[int] | None = None) -> list[Incident]:
        """The incidents nobody has mended."""
        return [i for i in self.incidents.values() if i.open and (instances is None or i.instance_key in instances)]

    def due_timers(self, until: int) -> list[Timer]:
        """The running timers of process instances that are due by then, soonest first."""
        due = (t for t in self.timers.values() if t.running and t.due <= until and t.instance_key != NONE)
        return sorted(due, key=lambda timer: timer.due)

    def restless(self, now: int) -> list[str]:
        """What will still go on by itself, in words; nothing when everybody waits for somebody outside.

        ``now`` is the engine's clock in milliseconds.
        """
        stuck = {i.element_instance_key for i in self.open_incidents()}
        stuck_jobs = {i.job_key for i in self.open_incidents()}
        found = [
            f"job {job.type} of {self._place(job.element_instance_key)}"
            + (f" failed: {job.failure}" if job.failure else "")
            for job in self.jobs.values()
            if not job.over and job.key not in stuck_jobs
        ]
        found += [f"timer {self.label(t.definition_key, t.element_id)!r} is due" for t in self.due_timers(now)]
        busy = {job.element_instance_key for job in self.jobs.values() if not job.over or job.key in stuck_jobs}
        for token in self.tokens():
            if token.key not in busy | stuck and not self._waits(token):
                found.append(f"{self._place(token.key)} is {token.state.lower()}")
        for key, waiting in self.subscriptions.items():
            if key in self.elements and not self.elements[key].over:
                found += [
                    f"{self._place(key)} is {state.lower()} for the message {name!r}"
                    for name, state in waiting.items()
                    if state in ("CREATING", "CORRELATING", "DELETING")
                ]
        return found

    def _waits(self, token: ElementInstance) -> bool:
        """Whether an element stands still until a person, a message or the clock moves it."""
        if token.state != "ACTIVATED":
            return False
        return (
            any(task.open and task.element_instance_key == token.key for task in self.tasks.values())
            or any(timer.running and timer.element_instance_key == token.key for timer in self.timers.values())
            or any(state == "CREATED" for state in self.subscriptions.get(token.key, {}).values())
            or token.key in self.signal_subscriptions
        )

    def _place(self, element_key: int) -> str:
        element = self.elements.get(element_key)
        return repr(self.label(element.definition_key, element.element_id)) if element else f"element {element_key}"

    # One method for each kind of record

    def _process(self, record: Record) -> None:
        if record.intent == "CREATED":
            self.definitions[record.key] = read_definition(record.key, record.value)

    def _form(self, record: Record) -> None:
        if record.intent == "CREATED":
            form = read_form(record.value)
            self.forms[record.key] = form
            self.latest_forms[record.value["formId"]] = form

    def _process_instance(self, record: Record) -> None:
        value, intent = record.value, record.intent
        if intent == "SEQUENCE_FLOW_TAKEN":
            self._step(record, "taken")
            return
        if not intent.startswith("ELEMENT_"):
            return
        element = self.elements.get(record.key)
        if element is None:
            element = self.elements[record.key] = ElementInstance(
                key=record.key,
                element_id=value["elementId"],
                type=value["bpmnElementType"],
                definition_key=value["processDefinitionKey"],
                instance_key=value["processInstanceKey"],
                scope_key=value["flowScopeKey"],
                parent_element_key=value["parentElementInstanceKey"],
                parent_instance_key=value["parentProcessInstanceKey"],
            )
        if intent == "ELEMENT_MIGRATED":
            element.element_id, element.definition_key = value["elementId"], value["processDefinitionKey"]
            return
        element.state = intent.removeprefix("ELEMENT_")
        if intent in ("ELEMENT_ACTIVATED", "ELEMENT_COMPLETED", "ELEMENT_TERMINATED"):
            self._step(record, element.state.lower())
        if element.over:
            self.signal_subscriptions.discard(record.key)

    def _step(self, record: Record, what: str) -> None:
        value = record.value
        self.steps.append(
            Step(record.timestamp, value["processInstanceKey"], value["processDefinitionKey"], value["elementId"], what)
        )

    def _job(self, record: Record) -> None:
        value = record.value
        if record.intent == "CREATED":
            self.jobs[record.key] = Job(
                key=record.key,
                type=value["type"],
                kind=value["jobKind"],
                element_instance_key=value["elementInstanceKey"],
                instance_key=value["processInstanceKey"],
                retries=value["retries"],
            )
        elif (job := self.jobs.get(record.key)) and record.intent != "MIGRATED":
            job.state = record.intent
            job.retries = value["retries"]
            job.failure = value["errorMessage"]

    def _user_task(self, record: Record) -> None:
        value = record.value
        task = self.tasks.get(record.key)
        if task is None:
            task = self.tasks[record.key] = UserTask(
                key=record.key,
                element_id=value["elementId"],
                element_instance_key=value["elementInstanceKey"],
                instance_key=value["processInstanceKey"],
                definition_key=value["processDefinitionKey"],
                candidate_users=[],
                candidate_groups=[],
                assignee="",
                due=None,
                follow_up=None,
                form_key=value["formKey"],
                state="CREATING",
            )
        task.candidate_users = value["candidateUsersList"]
        task.candidate_groups = value["candidateGroupsList"]
        task.assignee = value["assignee"]
        task.due = from_engine(value["dueDate"])
        task.follow_up = from_engine(value["followUpDate"])
        if record.intent == "MIGRATED":
            task.element_id, task.definition_key = value["elementId"], value["processDefinitionKey"]
            return
        # Assigning and updating are over before anybody can look, so only what ends a task changes its state.
        if record.intent not in ("ASSIGNING", "CLAIMING", "UPDATING"):
            task.state = record.intent

    def _incident(self, record: Record) -> None:
        value = record.value
        if record.intent == "CREATED":
            self.incidents[record.key] = Incident(
                key=record.key,
                element_instance_key=value["elementInstanceKey"],
                instance_key=value["processInstanceKey"],
                definition_key=value["processDefinitionKey"],
                element_id=value["elementId"],
                error_type=value["errorType"],
                message=value["errorMessage"],
                job_key=value["jobKey"],
            )
        elif record.intent == "RESOLVED" and record.key in self.incidents:
            self.incidents[record.key].resolved = True

    def _timer(self, record: Record) -> None:
        value = record.value
        if record.intent == "CREATED":
            self.timers[record.key] = Timer(
                key=record.key,
                due=value["dueDate"],
                element_id=value["targetElementId"],
                element_instance_key=value["elementInstanceKey"],
                instance_key=value["processInstanceKey"],
                definition_key=value["processDefinitionKey"],
            )
        elif record.intent in ("TRIGGERED", "CANCELED") and record.key in self.timers:
            self.timers[record.key].running = False
        elif record.intent == "MIGRATED" and (timer := self.timers.get(record.key)):
            timer.element_id, timer.definition_key = value["targetElementId"], value["processDefinitionKey"]

    def _process_message_subscription(self, record: Record) -> None:
        value = record.value
        waiting = self.subscriptions[value["elementInstanceKey"]]
        if record.intent == "DELETED" or (record.intent == "CORRELATED" and value["interrupting"]):
            waiting.pop(value["messageName"], None)
        else:
            still = record.intent in ("CORRELATED", "MIGRATED")
            waiting[value["messageName"]] = "CREATED" if still else record.intent

    def _message(self, record: Record) -> None:
        value = record.value
        if record.intent == "PUBLISHED":
            self.messages.append((value["name"], value["correlationKey"], value["variables"]))
            self.kept_messages[record.key] = value["deadline"]
        elif record.intent == "EXPIRED":
            self.kept_messages.pop(record.key, None)

    def _signal_subscription(self, record: Record) -> None:
        if record.intent in ("CREATED", "MIGRATED"):
            self.signal_subscriptions.add(record.value["catchEventInstanceKey"])
        else:
            self.signal_subscriptions.discard(record.value["catchEventInstanceKey"])

    def _variable(self, record: Record) -> None:
        if record.intent == "MIGRATED":
            return
        self.variables[record.value["scopeKey"]][record.value["name"]] = json.loads(record.value["value"])

"""Telling a story about a procedure: what people do, when they do it, and what must and must not come of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Protocol, TypeVar

from tests.forms.form_filler import FormFiller, ShownForm
from tests.scenarios.driver.engine_client import EngineClient, EngineRefused
from tests.scenarios.driver.engine_state import EngineState, Incident, UserTask
from tests.scenarios.driver.failure import StoryFailed, situation
from tests.scenarios.driver.letters import Letter
from tests.scenarios.driver.moments import from_milliseconds, in_words, london_moment, milliseconds
from tests.scenarios.driver.people import Person
from tests.scenarios.driver.record_stream import RecordStream
from workers.records.database import Database

Found = TypeVar("Found")

PATIENCE = 20.0
"""Seconds until a story that still moves, but does not get where it should, has failed."""

_TICK = timedelta(milliseconds=200)
"""Engine time that lets it look at its timers again."""

_LOOK_AGAIN = 0.4
"""Seconds without the awaited thing before asking whether anything more can come at all."""


class Letterbox(Protocol):
    """Where letters arrive, and those still on their way."""

    def letters(self) -> list[Letter]:
        """Every letter that arrived since it was last emptied, oldest first."""
        ...

    def wait(self, timeout: float) -> None:
        """Return when a letter arrives, at the latest after ``timeout`` seconds."""
        ...

    def on_their_way(self) -> int:
        """How many letters are written and not sent yet."""
        ...

    def empty(self) -> None:
        """Forget what arrived."""
        ...


@dataclass
class Story:
    """One story on the real engine. Get it from the ``story`` fixture and begin by saying when it begins."""

    name: str
    engine: EngineClient = field(repr=False)
    records: RecordStream = field(repr=False)
    forms: FormFiller = field(repr=False)
    letterbox: Letterbox = field(repr=False)
    database: Database = field(repr=False)
    now: datetime = field(default_factory=lambda: london_moment("Monday 3 March 2025 09:00"))
    _procedures: set[int] = field(default_factory=set, repr=False)
    _read: set[int] = field(default_factory=set, repr=False)
    _ticks: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    # Time

    def begins(self, moment: str) -> None:
        """Pin the engine's clock at a London moment such as ``Monday 3 March 2025 09:00``.

        :raises ValueError: that day is another weekday.
        """
        self._pin(london_moment(moment))

    def moves_to(self, moment: str) -> None:
        """Let the time pass until a moment, stopping at every timer that is due on the way, as life would."""
        target = london_moment(moment)
        if target < self.now:
            raise ValueError(f"The story is at {in_words(self.now)} already; it cannot move back to {moment}.")
        while True:
            # A job in a worker's hands would come back at once if its time ran out under it.
            self.comes_to_rest()
            due = self.records.read(lambda state: state.due_timers(milliseconds(target)))
            if not due:
                break
            self._pin(max(self.now, from_milliseconds(due[0].due)))
        self._pin(target)

    def moves_by(self, **time_passing: float) -> None:
        """Let some time pass: ``moves_by(hours=2)``, ``moves_by(seconds=1)``."""
        self.moves_to(in_words_exactly(self.now + timedelta(**time_passing)))

    def _pin(self, moment: datetime) -> None:
        self.engine.pin_clock(moment)
        self.now = moment

    # Procedures

    def start(self, process_id: str, form: Mapping[str, Any] | None = None) -> Procedure:
        """Start a procedure as Tasklist does, through its start form.

        :param form: the answers; see :meth:`tests.forms.form_filler.FormFiller.fill`.
        :raises FormRefused: the form does not take these answers.
        """
        schema = self.records.read(lambda state: _start_form(state, process_id))
        if schema is None:
            assert not form, f"{process_id} has no start form, so there is nothing to fill in."
            variables: dict[str, Any] = {}
        else:
            variables = self.forms.fill(schema, {}, form or {}, now=self.now)
        return self._procedure(self.engine.start(process_id, variables), process_id)

    def start_form(self, process_id: str) -> ShownForm:
        """The start form of a procedure, before anything is filled in."""
        schema = self.records.read(lambda state: _start_form(state, process_id))
        assert schema is not None, f"{process_id} has no start form."
        return self.forms.show(schema, {}, now=self.now)

    def start_with(self, process_id: str, variables: Mapping[str, Any]) -> Procedure:
        """Start a procedure that has no start form, as another procedure or a program would."""
        return self._procedure(self.engine.start(process_id, variables), process_id)

    def sees_start_of(self, process_id: str) -> Procedure:
        """Await an instance that a message or timer starts, and that this story has not seen yet."""

        def started(state: EngineState) -> int | None:
            for element in state.elements.values():
                definition = state.definitions.get(element.definition_key)
                known = element.key in self._procedures or element.parent_instance_key != -1
                if element.type == "PROCESS" and definition and definition.process_id == process_id and not known:
                    return element.key
            return None

        return self._procedure(self.awaits(started, f"the start of {process_id}"), process_id)

    def publishes(self, message: str, correlation_key: str, **variables: Any) -> None:
        """Publish a message to the engine, as another program would."""
        self.engine.publish(message, correlation_key, variables)

    def published(self, message: str, correlation_key: str) -> dict[str, Any]:
        """Await a message that a procedure publishes, and give its variables."""

        def seen(state: EngineState) -> dict[str, Any] | None:
            return next((v for name, key, v in state.messages if (name, key) == (message, correlation_key)), None)

        return self.awaits(seen, f"the message {message!r} for {correlation_key!r}")

    def _procedure(self, key: int, process_id: str) -> Procedure:
        self._procedures.add(key)
        self.awaits(lambda state: True if key in state.elements else None, f"the start of {process_id}")
        return Procedure(self, process_id, key)

    # Letters

    def letter(self, to: Person | str, *, subject: str | None = None, about: str | None = None) -> Letter:
        """Await a letter to somebody that was not read yet in this story, oldest first.

        :param subject: words in its subject.
        :param about: words in its subject or text.
        """

        def arrived(_: EngineState) -> tuple[int, Letter] | None:
            for number, letter in enumerate(self.letterbox.letters()):
                if number not in self._read and _matches(letter, to, subject, about):
                    return number, letter
            return None

        number, letter = self.awaits(arrived, f"a letter to {to}{_described(subject, about)}")
        self._read.add(number)
        return letter

    def letters(self, to: Person | str | None = None) -> list[Letter]:
        """Every letter so far, once everything has come to rest."""
        self.comes_to_rest()
        return [letter for letter in self.letterbox.letters() if to is None or _matches(letter, to, None, None)]

    def no_letter(self, to: Person | str, *, subject: str | None = None, about: str | None = None) -> None:
        """There is no such letter, read or unread, and none will come without somebody doing something."""
        for letter in self.letters(to):
            if _matches(letter, to, subject, about):
                self.fails(f"There must be no letter to {to}{_described(subject, about)}, but there is: {letter}")

    def no_unread_letter(self, to: Person | str | None = None) -> None:
        """Every letter that was sent was read in this story, so nobody got one the story does not tell of."""
        self.comes_to_rest()
        for number, letter in enumerate(self.letterbox.letters()):
            if number not in self._read and (to is None or _matches(letter, to, None, None)):
                self.fails(f"There is a letter nobody expected: {letter}")

    # Waiting

    def awaits(
        self, look: Callable[[EngineState], Found | None], what: str, *, despite_incidents: bool = False
    ) -> Found:
        """Wait until ``look`` finds something.

        Fails as soon as it is certain that it never will: at an incident the story did not expect, or when
        everything has come to rest; and after :data:`PATIENCE` in any case.

        :raises StoryFailed: with everything that tells why.
        """
        __tracebackhide__ = True
        deadline = time.monotonic() + PATIENCE
        at_rest = False
        while True:
            found = self.records.wait_for(
                lambda state: _either(look(state), None if despite_incidents else _surprise(state)),
                0.0 if at_rest else min(_LOOK_AGAIN, max(deadline - time.monotonic(), 0.0)),
            )
            if found is not None and found[0] is not None:
                return found[0]
            if found is not None:
                self.fails(f"Waiting for {what}, there was an incident.")
            if at_rest:
                self.fails(f"Everything has come to rest without {what}.")
            if time.monotonic() >= deadline:
                self.fails(f"{PATIENCE:g} seconds went by without {what}.")
            at_rest = self._looks_at_rest()

    def comes_to_rest(self) -> None:
        """Wait until nothing more happens unless a person, a message or the clock makes it.

        That is: every job is done or stuck, no timer is due, nothing is between two elements, no letter is on its
        way; and between two signals of ours, sent after all that was so, the engine did nothing else.

        :raises StoryFailed: there was an incident the story did not expect, or it takes longer than PATIENCE.
        """
        __tracebackhide__ = True
        deadline = time.monotonic() + PATIENCE
        while not self._looks_at_rest():
            if self.records.read(_surprise):
                self.fails("There was an incident.")
            if time.monotonic() >= deadline:
                self.fails(f"Nothing came to rest within {PATIENCE:g} seconds: {'; '.join(self._restless())}.")
            self.records.wait_for(lambda state: None if state.restless(milliseconds(self.now)) else True, _LOOK_AGAIN)
            if self.letterbox.on_their_way():
                self.letterbox.wait(_LOOK_AGAIN)
        if self.records.read(_surprise):
            self.fails("There was an incident.")

    def _looks_at_rest(self) -> bool:
        self._lets_overdue_timers_fire()
        if self._restless():
            return False
        self._sees_a_marker()
        happened = self.records.read(lambda state: state.happened)
        if self._restless():
            return False
        self._sees_a_marker()
        return not self._restless() and happened == self.records.read(lambda state: state.happened)

    def _lets_overdue_timers_fire(self) -> None:
        """A timer that is overdue when it is set fires when the clock next ticks, which a pinned one does not."""
        if self.records.read(lambda state: state.due_timers(milliseconds(self.now))):
            self.engine.pin_clock(self.now + next(self._ticks) * _TICK)

    def _restless(self) -> list[str]:
        moving = self.records.read(lambda state: state.restless(milliseconds(self.now)))
        if letters := self.letterbox.on_their_way():
            moving.append(f"{letters} letters on their way")
        return moving

    def _sees_a_marker(self) -> None:
        """Broadcast a signal nobody waits for, and see it come by: all that happened before it was seen too."""
        signal = f"marker-{uuid.uuid4()}"
        self.engine.broadcast(signal)
        if not self.records.wait_for(lambda state: signal in state.markers or None, PATIENCE):
            self.fails(f"The engine's record stream stood still for {PATIENCE:g} seconds.")

    # Ending

    def fails(self, why: str) -> Any:
        """Fail, and tell where everything is.

        :raises StoryFailed: always.
        """
        __tracebackhide__ = True
        letters = [str(letter) for letter in self.letterbox.letters()]
        raise StoryFailed(f"{why}\n{self.records.read(lambda state: situation(state, self.now, letters))}")

    def is_over(self) -> None:
        """Cancel whatever is left; fail at an incident the story did not expect."""
        try:
            surprise = self.records.read(_surprise)
            if surprise:
                self.fails("The story leaves an incident it did not expect.")
        finally:
            self._cancel_everything()
            self._lets_messages_expire()

    def _cancel_everything(self) -> None:
        # What runs may end by itself before it is cancelled, and what ends may start another by message.
        while roots := self.records.read(lambda state: [root.key for root in state.running_roots()]):
            for root in roots:
                with suppress(EngineRefused):
                    self.engine.cancel(root)
            if not self.records.wait_for(partial(_all_over, roots), PATIENCE):
                self.fails("Not everything could be cancelled.")
        self._sees_a_marker()

    def _lets_messages_expire(self) -> None:
        """Nobody in the next story may get a message of this one.

        The engine lets messages expire only while its clock runs, so those of a story told later than today stay.
        """
        today = milliseconds(datetime.now(UTC))
        if self.records.read(lambda state: _expired(state, today)):
            return
        self.engine.release_clock()
        if not self.records.wait_for(lambda state: _expired(state, today) or None, PATIENCE):
            self.fails("The engine keeps messages of this story.")
        self._pin(self.now)
        # Meanwhile a timer may have started something.
        self._cancel_everything()


@dataclass(frozen=True)
class Procedure:
    """A procedure under way: a process instance and everything it calls."""

    story: Story
    process_id: str
    key: int

    def task(self, label: str, *, candidate: Person | str | None = None) -> Task:
        """Await the open user task with this label or element id, in the procedure or in one it calls.

        :param candidate: the person it must be offered to, where several have the label.
        """

        def offered(state: EngineState) -> UserTask | None:
            found = self._open_tasks(state, label)
            if candidate is not None:
                found = [task for task in found if _username(candidate) in task.candidate_users]
            if len(found) > 1:
                self.story.fails(f"{len(found)} tasks {label!r} are open; say which candidate's you mean.")
            return found[0] if found else None

        whose = f" for {candidate}" if candidate else ""
        task = self.story.awaits(offered, f"the task {label!r}{whose} in {self.process_id}")
        return Task(self, label, task)

    def tasks(self, label: str | None = None) -> list[Task]:
        """The open user tasks, once everything has come to rest."""
        self.story.comes_to_rest()

        def all_open(state: EngineState) -> list[tuple[str, UserTask]]:
            return [(state.label(t.definition_key, t.element_id), t) for t in self._open_tasks(state, label)]

        return [Task(self, name, task) for name, task in self.story.records.read(all_open)]

    def has_no_task(self, label: str) -> None:
        """Nobody has such a task, and nobody will get it without somebody doing something."""
        if self.tasks(label):
            self.story.fails(f"There must be no task {label!r} in {self.process_id}.")

    def reaches(self, label: str) -> None:
        """Await that an element with this label or id was left, in the procedure or in one it calls."""
        self.story.awaits(
            lambda state: True if self._was_at(state, label, "completed") else None,
            f"{label!r} in {self.process_id}",
        )

    def never_reached(self, label: str) -> None:
        """No element with this label or id was entered, and none will be without somebody doing something.

        :raises ValueError: no diagram of the procedure has such an element.
        """
        self.story.comes_to_rest()
        self._knows(label)
        if self.story.records.read(lambda state: self._was_at(state, label, "activated", "completed")):
            self.story.fails(f"{self.process_id} must not reach {label!r}.")

    def ends_at(self, *labels: str) -> None:
        """Await the end of the procedure, at exactly these end events (labels or element ids)."""
        for label in labels:
            self._knows(label)

        def over(state: EngineState) -> list[str] | None:
            if not state.elements[self.key].over:
                return None
            ends = [
                element
                for element in state.elements.values()
                if element.scope_key == self.key and element.type == "END_EVENT" and element.state == "COMPLETED"
            ]
            wrong = [e for e in ends if not any(state.is_called(e.definition_key, e.element_id, w) for w in labels)]
            missed = [w for w in labels if not any(state.is_called(e.definition_key, e.element_id, w) for e in ends)]
            if wrong or missed or state.elements[self.key].state == "TERMINATED":
                return [repr(state.label(e.definition_key, e.element_id)) for e in ends] or ["no end: it was cancelled"]
            return []

        wanted = " and ".join(map(repr, labels))
        if ended := self.story.awaits(over, f"the end of {self.process_id} at {wanted}"):
            self.story.fails(f"{self.process_id} ended at {' and '.join(ended)} instead of {wanted}.")

    def is_running(self) -> None:
        """The procedure is not over, and will not be without somebody doing something."""
        self.story.comes_to_rest()
        if self.story.records.read(lambda state: state.elements[self.key].over):
            self.story.fails(f"{self.process_id} must not be over yet.")

    def incident(self, message: str = "") -> OpenIncident:
        """Await an incident whose message holds these words; it is then expected and does not fail the story."""

        def stuck(state: EngineState) -> Incident | None:
            family = state.family(self.key)
            for incident in state.open_incidents(family):
                if not incident.expected and message in incident.message:
                    incident.expected = True
                    return incident
            return None

        what = f"an incident about {message!r}" if message else "an incident"
        found = self.story.awaits(stuck, f"{what} in {self.process_id}", despite_incidents=True)
        return OpenIncident(self, found)

    def cancel(self) -> None:
        """Cancel the procedure, as somebody may in Operate."""
        self.story.engine.cancel(self.key)
        self.story.awaits(
            lambda state: True if state.elements[self.key].over else None, f"the cancelling of {self.process_id}"
        )

    @property
    def variables(self) -> dict[str, Any]:
        """The process variables, once everything has come to rest."""
        self.story.comes_to_rest()
        return self.story.records.read(lambda state: state.visible_variables(self.key))

    def all_variables(self) -> list[tuple[str, Any]]:
        """Every variable of every scope of the procedure and what it called, for saying what must not be in them."""
        self.story.comes_to_rest()

        def everywhere(state: EngineState) -> list[tuple[str, Any]]:
            family = state.family(self.key)
            scopes = (element.key for element in state.elements.values() if element.instance_key in family)
            return [item for scope in scopes for item in state.variables.get(scope, {}).items()]

        return self.story.records.read(everywhere)

    def _open_tasks(self, state: EngineState, label: str | None) -> list[UserTask]:
        family = state.family(self.key)
        return [
            task
            for task in state.tasks.values()
            if task.open
            and task.instance_key in family
            and (label is None or state.is_called(task.definition_key, task.element_id, label))
        ]

    def _was_at(self, state: EngineState, label: str, *how: str) -> bool:
        family = state.family(self.key)
        return any(
            step.instance_key in family
            and step.what in how
            and state.is_called(step.definition_key, step.element_id, label)
            for step in state.steps
        )

    def _knows(self, label: str) -> None:
        """A misspelt label must not make an assertion hold that something was *not* reached."""
        known = self.story.records.read(
            lambda state: any(
                definition.is_called(element, label)
                for definition in state.definitions.values()
                for element in definition.elements
            )
        )
        if not known:
            raise ValueError(f"No deployed diagram has an element {label!r}.")


@dataclass(frozen=True)
class Task:
    """A user task as it was when the story came to it."""

    procedure: Procedure
    label: str
    _task: UserTask

    @property
    def candidate_users(self) -> list[str]:
        """The usernames it is offered to."""
        return list(self._task.candidate_users)

    @property
    def candidate_groups(self) -> list[str]:
        """The roles it is offered to."""
        return list(self._task.candidate_groups)

    @property
    def due(self) -> str | None:
        """When it is due, in words: ``Monday 10 March 2025 23:59:59``."""
        return in_words(self._task.due) if self._task.due else None

    @property
    def is_open(self) -> bool:
        """Whether somebody may still complete it."""
        return self._task.open

    @property
    def variables(self) -> dict[str, Any]:
        """The variables it sees."""
        return self.procedure.story.records.read(lambda state: state.visible_variables(self._task.element_instance_key))

    @property
    def form(self) -> ShownForm:
        """The form as the person sees it before filling it in."""
        story = self.procedure.story
        return story.forms.show(self._schema(), self.variables, now=story.now)

    def complete(self, answers: Mapping[str, Any] | None = None, *, by: Person | str | None = None) -> None:
        """Fill in the form and complete the task; without a form there is nothing to answer.

        :param by: who takes the task first; without, nobody is written down.
        :raises FormRefused: the form does not take these answers; the task stays open.
        """
        story, task = self.procedure.story, self._task
        variables = (
            story.forms.fill(self._schema(), self.variables, answers or {}, now=story.now) if task.form_key > 0 else {}
        )
        assert task.form_key > 0 or not answers, f"The task {self.label!r} has no form to fill in."
        if by is not None:
            story.engine.assign(task.key, _username(by))
        story.engine.complete(task.key, variables)
        story.awaits(
            lambda state: None if state.tasks[task.key].open else True,
            f"the completion of {self.label!r}",
            despite_incidents=True,
        )

    def complete_past_the_form(self, variables: Mapping[str, Any]) -> None:
        """Complete the task through the engine's API with what no form would submit, as a program could."""
        self.procedure.story.engine.complete(self._task.key, variables)
        self.is_gone()

    def is_gone(self) -> None:
        """Await that the task is not open any more, whoever or whatever ended it."""
        self.procedure.story.awaits(lambda _: None if self._task.open else True, f"the end of the task {self.label!r}")

    def _schema(self) -> dict[str, Any]:
        assert self._task.form_key > 0, f"The task {self.label!r} has no form."
        return self.procedure.story.records.read(lambda state: state.forms[self._task.form_key])


@dataclass(frozen=True)
class OpenIncident:
    """An incident the story expects."""

    procedure: Procedure
    _incident: Incident

    @property
    def message(self) -> str:
        """What an operator reads."""
        return self._incident.message

    def is_mended(self) -> None:
        """Do what an operator does once the cause is gone: give the job a retry and resolve the incident."""
        story = self.procedure.story
        if self._incident.job_key > 0:
            story.engine.give_retries(self._incident.job_key, 3)
        story.engine.resolve(self._incident.key)
        story.awaits(lambda _: True if self._incident.resolved else None, "the resolution of the incident")


def in_words_exactly(moment: datetime) -> str:
    """A moment in words without seconds.

    :raises ValueError: it has seconds, which a story cannot name.
    """
    if moment.second or moment.microsecond:
        raise ValueError(f"Stories are told in minutes: {moment} is none.")
    return in_words(moment)


def _start_form(state: EngineState, process_id: str) -> dict[str, Any] | None:
    versions = [d for d in state.definitions.values() if d.process_id == process_id]
    if not versions:
        known = ", ".join(sorted({d.process_id for d in state.definitions.values()}))
        raise ValueError(f"No process {process_id!r} is deployed; there are {known}.")
    form_id = max(versions, key=lambda definition: definition.version).start_form
    return state.latest_forms[form_id] if form_id else None


def _either(found: Found | None, surprise: Incident | None) -> tuple[Found | None] | None:
    return (found,) if found is not None or surprise is not None else None


def _surprise(state: EngineState) -> Incident | None:
    return next((incident for incident in state.open_incidents() if not incident.expected), None)


def _expired(state: EngineState, until: int) -> bool:
    return all(expires > until for expires in state.kept_messages.values())


def _all_over(keys: list[int], state: EngineState) -> bool | None:
    return all(state.elements[key].over for key in keys) or None


def _username(person: Person | str) -> str:
    return person if isinstance(person, str) else person.username


def _matches(letter: Letter, to: Person | str, subject: str | None, about: str | None) -> bool:
    address = to if isinstance(to, str) else to.email
    return (
        letter.recipient == address
        and (subject is None or subject in letter.subject)
        and (about is None or letter.says(about))
    )


def _described(subject: str | None, about: str | None) -> str:
    return (f" with the subject {subject!r}" if subject else "") + (f" about {about!r}" if about else "")

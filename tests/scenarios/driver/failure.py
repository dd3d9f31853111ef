"""What a story tells when it goes otherwise than told: where everything is, and how it came there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tests.scenarios.driver.engine_state import EngineState, Step
from tests.scenarios.driver.moments import from_milliseconds, in_words

LAST_STEPS = 20


class StoryFailed(AssertionError):
    """The procedure did not do what the story says."""


def situation(state: EngineState, now: datetime, letters: Iterable[str] = ()) -> str:
    """Everything worth knowing when a story fails."""
    parts = (
        ("Where everything is", _places(state)),
        ("Open tasks", _tasks(state)),
        ("Open incidents", _incidents(state)),
        ("Running timers", _timers(state)),
        ("Jobs not done", _jobs(state)),
        ("Letters so far", letters),
        (
            f"The last {LAST_STEPS} steps",
            [_step(state, step) for step in state.steps if _is_telling(state, step)][-LAST_STEPS:],
        ),
    )
    told = [f"It is {in_words(now)}."]
    for title, lines in parts:
        listed = list(lines)
        told.append(f"{title}:" if listed else f"{title}: none")
        told += [f"  {line}" for line in listed]
    return "\n".join(told)


def _places(state: EngineState) -> Iterator[str]:
    for token in state.tokens():
        definition = state.definitions.get(token.definition_key)
        where = definition.process_id if definition else "?"
        kind = token.type.lower().replace("_", " ")
        yield f"{where}: {state.label(token.definition_key, token.element_id)!r} ({kind}, {token.state.lower()})"


def _tasks(state: EngineState) -> Iterator[str]:
    for task in state.tasks.values():
        if task.open:
            who = ", ".join(task.candidate_users + task.candidate_groups) or "anybody"
            due = f", due {in_words(task.due)}" if task.due else ""
            yield f"{state.label(task.definition_key, task.element_id)!r} for {who}{due}"


def _incidents(state: EngineState) -> Iterator[str]:
    for incident in state.open_incidents():
        place = state.label(incident.definition_key, incident.element_id)
        yield f"{place!r}: {incident.error_type}: {incident.message}"


def _timers(state: EngineState) -> Iterator[str]:
    for timer in sorted(state.timers.values(), key=lambda timer: timer.due):
        if timer.running:
            yield f"{state.label(timer.definition_key, timer.element_id)!r} on {in_words(from_milliseconds(timer.due))}"


def _jobs(state: EngineState) -> Iterator[str]:
    for job in state.jobs.values():
        if not job.over:
            failed = f", {job.retries} retries left: {job.failure}" if job.failure else ""
            yield f"{job.type} ({job.state.lower()}{failed})"


def _is_telling(state: EngineState, step: Step) -> bool:
    """Flows tell what was entered and left; beside them only what no flow leads to, and what was cancelled."""
    definition = state.definitions.get(step.definition_key)
    if definition is None or step.what in ("taken", "terminated"):
        return True
    return step.what == "activated" and step.element_id not in {flow.target for flow in definition.flows.values()}


def _step(state: EngineState, step: Step) -> str:
    definition = state.definitions.get(step.definition_key)
    where = definition.process_id if definition else "?"
    moment = in_words(from_milliseconds(step.timestamp))
    flow = definition.flows.get(step.element_id) if definition else None
    if flow and definition:
        name = f" [{flow.name}]" if flow.name else ""
        return f"{moment}  {where}: {definition.label(flow.source)!r} →{name} {definition.label(flow.target)!r}"
    return f"{moment}  {where}: {state.label(step.definition_key, step.element_id)!r} {step.what}"

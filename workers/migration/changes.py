"""What of an element changed that matters to a case standing there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workers.diagrams.model import Element, EventDefinition, one_line
from workers.migration.versions import Version

WAITING_FOR = {"message": "message", "timer": "timer", "signal": "signal"}


def why_unsafe(old: Version, new: Version, one: str, two: str, pairs: Mapping[str, str]) -> tuple[str, ...]:
    """Why a case that stands at ``one`` must not go on at ``two``, in sentences; nothing if it may."""
    before, after = old.elements[one], new.elements[two]
    name = old.name(one)
    if before.type != after.type:
        return (
            f"{name} is a {_kind(before)} in {old.words} and a {_kind(after)} ({two}) in {new.words}; a case can only "
            f"go on at an element of the same type. Let it finish on {old.words}, or undo the change under that id.",
        )
    return tuple(_unsafe_changes(old, new, before, after, pairs))


def _unsafe_changes(
    old: Version, new: Version, before: Element, after: Element, pairs: Mapping[str, str]
) -> Iterator[str]:
    name, stay = old.name(before.id), f"Let it finish on {old.words}"
    scope = pairs.get(before.parent) if before.parent else None
    if scope != after.parent or (before.parent and scope is None):
        yield (
            f"{name} has moved {_place(new, after.parent)}; the engine cannot take a case into or out of a subprocess. "
            f"{stay}."
        )
    if before.zeebe.user_task != after.zeebe.user_task:
        yield f"{name} is a Camunda user task in one version and a job in the other. {stay}."
    if _repeats(before) != _repeats(after):
        yield f"{name} is repeated in another way (once, one after another, all at once). {stay}."
    if _job(before) != _job(after):
        yield (
            f"{name} waits for a worker of type {_job(before) or 'none'}, in {new.words} {_job(after) or 'none'}; its "
            f"job keeps the old type. Let a worker finish it, then try again."
        )
    if (before.zeebe.decision is None) != (after.zeebe.decision is None):
        yield f"{name} asks a decision in one version and a worker in the other. {stay}."
    called = [e.zeebe.called_process.process_id if e.zeebe.called_process else "" for e in (before, after)]
    if called[0] != called[1]:
        yield (
            f"{name} calls {called[1]} instead of {called[0]}, which is under way. Let {called[0]} end, then try again."
        )
    if before.type in ("intermediateCatchEvent", "receiveTask"):
        yield from _unsafe_waiting(old, new, before, after)


def _unsafe_waiting(old: Version, new: Version, before: Element, after: Element) -> Iterator[str]:
    name = old.name(before.id)
    one, two = before.event, after.event
    if one is None or two is None or one.kind not in WAITING_FOR:
        kind = one.kind if one else "nothing"
        yield f"The engine cannot move a case that waits at {name} ({kind}). Let it finish on {old.words}."
    elif one.kind != two.kind:
        yield f"{name} waits for a {one.kind} in {old.words} and for a {two.kind} in {new.words}. {_then(old)}"
    elif waits_for(one) != waits_for(two):
        yield (
            f"{name} would go on waiting for {waits_for(one)}, but {new.words} expects {waits_for(two)}. {_then(old)}"
        )
    if any(old.elements[flow.source].type == "eventBasedGateway" for flow in old.diagram.incoming(before.id)):
        yield f"{name} follows an event-based gateway and has just happened; try again in a moment."


def waits_for(event: EventDefinition) -> str:
    """What an event that somebody else triggers waits for, in words; empty for a timer."""
    if event.message is not None:
        return f"the message {event.message.name!r} with the key {event.message.correlation_key or '(none)'}"
    if event.signal is not None:
        return f"the signal {event.signal.name!r}"
    return ""


def kept_as_it_was(old: Version, new: Version, one: str, two: str, pairs: Mapping[str, str]) -> tuple[str, ...]:
    """What the case keeps from the old version although the new one has it otherwise, in sentences."""
    before, after = old.elements[one], new.elements[two]
    return tuple(_kept(old, new, before, after, pairs))


def _kept(old: Version, new: Version, before: Element, after: Element, pairs: Mapping[str, str]) -> Iterator[str]:
    name, facts, now = old.name(before.id), before.zeebe, after.zeebe
    if before.type == "userTask":
        changed = [
            words
            for words, one, two in (
                ("form", facts.form, now.form),
                ("people it is offered to", facts.assignment, now.assignment),
                ("due date", facts.due_date, now.due_date),
                ("follow-up date", facts.follow_up_date, now.follow_up_date),
                ("priority", facts.priority, now.priority),
            )
            if one != two
        ]
        if changed:
            yield f"{name}: the task that is open keeps its {' and '.join(changed)}."
    if before.type == "intermediateCatchEvent" and (one := _timer(before)) != (two := _timer(after)):
        yield f"{name} keeps its date; {two} instead of {one} is for cases that come there later."
    had = {mapping.target: mapping.source for mapping in facts.inputs}
    wanted = {mapping.target: mapping.source for mapping in now.inputs}
    if missing := [target for target in wanted if target not in had]:
        yield (
            f"{name}: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} new among its inputs and will not "
            f"be set, because the case is there already. If it is needed, set it in Operate."
        )
    if stale := [target for target in wanted if target in had and had[target] != wanted[target]]:
        yield f"{name}: the inputs {', '.join(stale)} stay as they were when the case came there."
    if facts.task is not None and facts.headers != now.headers:
        yield f"{name}: its job keeps the headers it has."
    if facts.listeners != now.listeners:
        yield f"{name}: its listeners changed; those for its end are the new ones."
    if before.type != "subProcess":
        yield from _not_done(new, after, pairs)


def _not_done(new: Version, after: Element, pairs: Mapping[str, str]) -> Iterator[str]:
    behind = new.before(after.id) - new.after(after.id)
    added = [
        element
        for element in new.elements.values()
        if element.id in behind and element.id not in pairs.values() and (element.is_activity or element.is_event)
    ]
    if added:
        names = ", ".join(new.name(element.id) for element in added)
        yield (
            f"{new.name(after.id)} comes after what is new: {names}. The case has passed there and does not go back."
        )


def _repeats(element: Element) -> str:
    if element.repetition is None:
        return "once"
    return "sequential" if element.repetition.sequential else "parallel"


def _job(element: Element) -> str | None:
    return element.zeebe.task.type if element.zeebe.task else None


def _timer(element: Element) -> str:
    timer = element.event.timer if element.event else None
    return one_line(timer.expression) if timer else ""


def _kind(element: Element) -> str:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in element.type)
    return f"{element.event.kind} {words}" if element.event else words


def _place(version: Version, parent: str | None) -> str:
    return f"into the subprocess {version.name(parent)}" if parent else "out of its subprocess"


def _then(old: Version) -> str:
    return f"Let it finish on {old.words}."

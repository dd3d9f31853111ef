"""What becomes of a case at each element when its procedure goes from one version to another.

What the engine can do is that of Zeebe 8.6. What it can do but a case would suffer from is refused here: the engine
is told only of elements where a case is safe, so it refuses a case that has gone on to another one meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from workers.engine.errors import EngineError
from workers.migration.catch_events import Accompanying, Fate
from workers.migration.changes import kept_as_it_was, why_unsafe
from workers.migration.renamed import Guess, guesses
from workers.migration.versions import CATCH_EVENTS, Version

MOVABLE = frozenset(
    {
        "serviceTask",
        "userTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
        "scriptTask",
        "callActivity",
        "subProcess",
        "intermediateCatchEvent",
        "exclusiveGateway",
        "eventBasedGateway",
    }
)
"""Where the engine can move a case that stands there."""


class PlanError(EngineError):
    """What was asked for the plan does not fit the two versions."""


@dataclass(frozen=True)
class Wishes:
    """What a person says about the plan."""

    maps: Mapping[str, str]
    """Old element id to new."""
    restarts: Collection[str] = ()
    """Timers, by their old ids, to start anew instead of keeping their date."""


NO_WISHES = Wishes({})


@dataclass(frozen=True)
class Plan:
    """What becomes of a case, by where it stands."""

    old: Version
    new: Version
    mapping: Mapping[str, str]
    """What the engine is told: the elements, old id to new, where a case is safe."""
    unsafe: Mapping[str, tuple[str, ...]]
    """Why a case that stands at an element of the old version is not moved, in sentences."""
    notes: Mapping[str, tuple[str, ...]]
    """What is different for a case that stands there and is moved, in sentences."""
    guesses: tuple[Guess, ...]
    """Elements that seem renamed and were not confirmed."""

    @property
    def everywhere(self) -> tuple[str, ...]:
        """Why no case of the old version can be moved, wherever it stands."""
        return self.unsafe.get(self.old.process_id, ())

    def why_not(self, element_id: str) -> tuple[str, ...]:
        """Why a case that stands at this element is not moved; nothing if it can be."""
        if element_id not in self.old.elements:
            return (f"It stands at {element_id}, which {self.old.words} does not have. Look at it in Operate.",)
        return self.unsafe.get(element_id, ())

    @property
    def joins(self) -> Mapping[str, frozenset[str]]:
        """The flows into each gateway of the old version that waits for all of them."""
        return {
            element.id: frozenset(flow.id for flow in self.old.diagram.incoming(element.id))
            for element in self.old.elements.values()
            if element.type in ("parallelGateway", "inclusiveGateway")
            and len(self.old.diagram.incoming(element.id)) > 1
        }


def make_plan(old: Version, new: Version, wishes: Wishes = NO_WISHES) -> Plan:
    """The plan for two versions of a procedure.

    :raises PlanError: a wish names an element that is not there, or of another type.
    """
    pairs = _pairs(old, new, wishes)
    unconfirmed = {guess.old: guess for guess in guesses(old, new, pairs)}
    accompanying = Accompanying(old, new, pairs, unconfirmed, wishes.restarts)
    whole = accompanying.fate(None)
    unsafe: dict[str, tuple[str, ...]] = {}
    notes: dict[str, tuple[str, ...]] = {}
    mapping = dict(whole.mapping)
    for element_id in old.elements:
        fate = accompanying.fate(element_id) if element_id in pairs else Fate()
        problems = (*_unsafe(old, new, element_id, pairs, unconfirmed), *fate.unsafe)
        mapping |= fate.mapping
        if problems:
            unsafe[element_id] = problems
            continue
        mapping[element_id] = pairs[element_id]
        if said := (*kept_as_it_was(old, new, element_id, pairs[element_id], pairs), *fate.notes):
            notes[element_id] = said
    if whole.unsafe:
        unsafe[old.process_id] = tuple(whole.unsafe)
    if whole.notes:
        notes[old.process_id] = tuple(whole.notes)
    return Plan(old, new, mapping, unsafe, notes, tuple(unconfirmed.values()))


def _unsafe(
    old: Version, new: Version, element_id: str, pairs: Mapping[str, str], unconfirmed: Mapping[str, Guess]
) -> tuple[str, ...]:
    if old.elements[element_id].type not in MOVABLE:
        return (
            f"The engine cannot move a case that stands at {old.name(element_id)}. It will go on by itself, or after "
            "its incident is mended; then try again.",
        )
    if element_id not in pairs:
        return (_no_target(old, new, element_id, unconfirmed.get(element_id)),)
    return why_unsafe(old, new, element_id, pairs[element_id], pairs)


def _pairs(old: Version, new: Version, wishes: Wishes) -> dict[str, str]:
    pairs = {element: element for element in old.elements if element in new.elements}
    for one, two in wishes.maps.items():
        if one not in old.elements or two not in new.elements:
            missing, version = (one, old) if one not in old.elements else (two, new)
            raise PlanError(f"--map {one}={two}: {old.process_id} has no element {missing} in {version.words}.")
        pairs[one] = two
    if wrong := [timer for timer in wishes.restarts if timer not in old.elements]:
        raise PlanError(f"--restart {wrong[0]}: {old.process_id} has no such element in {old.words}.")
    if not_timers := [timer for timer in wishes.restarts if not _is_accompanying_timer(old, timer)]:
        raise PlanError(
            f"--restart {not_timers[0]}: only a timer on the border of an element, after an event-based gateway or "
            "at the start of an event subprocess can be started anew."
        )
    return pairs


def _is_accompanying_timer(version: Version, element_id: str) -> bool:
    element = version.elements[element_id]
    if element.type not in CATCH_EVENTS or element.event is None or element.event.kind != "timer":
        return False
    hosts = (None, *version.elements)
    return any(element_id == event.id for host in hosts for event in version.catch_events(host))


def _no_target(old: Version, new: Version, element_id: str, guess: Guess | None) -> str:
    if guess is not None:
        return (
            f"{old.name(element_id)} seems to be {new.name(guess.new)} now ({guess.because.lower()}). Confirm it with "
            f"--map {element_id}={guess.new}, or name another element of the same type."
        )
    kind = old.elements[element_id].type
    others = [e.id for e in new.elements.values() if e.type == kind and e.id not in old.elements]
    some = f" New in it and of that type: {', '.join(others)}." if others else ""
    return (
        f"{old.name(element_id)} is not in {new.words} any more. Say where its cases go on with "
        f"--map {element_id}=NEW (an element of the same type), or let them finish on {old.words}.{some}"
    )

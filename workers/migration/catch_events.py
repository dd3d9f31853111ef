"""What becomes of the timers and messages that accompany an element while a case stands there.

A mapped timer keeps its date. An unmapped one ends, and one that is new in the new version starts when the case is
moved. A mapped message goes on being waited for under its old name and key. One that was triggered already and does
not interrupt is not triggered again as long as it is mapped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from workers.diagrams.model import Element, one_line
from workers.migration.changes import waits_for
from workers.migration.renamed import Guess
from workers.migration.versions import Version

KINDS = frozenset({"message", "timer", "signal", "error"})
"""What may accompany an element whose case the engine moves."""


@dataclass
class Fate:
    """What becomes of what accompanies one element."""

    mapping: dict[str, str] = field(default_factory=dict)
    unsafe: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Accompanying:
    """What becomes of what accompanies the elements of two versions.

    :param pairs: the elements that are the same, old id to new.
    :param unconfirmed: those that only seem the same.
    :param restarts: the timers that shall start anew, by their old ids.
    """

    old: Version
    new: Version
    pairs: Mapping[str, str]
    unconfirmed: Mapping[str, Guess]
    restarts: Collection[str]

    def fate(self, host: str | None) -> Fate:
        """What becomes of what accompanies an element that has a pair; None: the procedure as a whole."""
        had = self.old.catch_events(host)
        has = {event.id: event for event in self.new.catch_events(self.pairs[host] if host else None)}
        fate = Fate()
        fate.unsafe += [*_unsupported(self.old, had), *_unsupported(self.new, has.values())]
        for event in had:
            self._go_on(event, has, fate)
        names = {_message_name(event) for event in had} - {None}
        for event in has.values():
            if event.id not in fate.mapping.values() and _kind(event) != "error":
                self._begin(event, names, fate)
        return fate

    def _go_on(self, event: Element, has: Mapping[str, Element], fate: Fate) -> None:
        name, target = self.old.name(event.id), has.get(self.pairs.get(event.id, ""))
        if event.id not in self.pairs and event.id in self.unconfirmed:
            fate.unsafe.append(_unconfirmed(self.old, self.new, event, self.unconfirmed[event.id]))
        elif event.id in self.restarts:
            fate.notes.append(f"{name} ends, as --restart asks.")
        elif target is None or _kind(event) != _kind(target):
            fate.notes.append(f"{name} is not waited for any more.")
        elif _kind(event) in ("message", "signal") and _waits_for(event) != _waits_for(target):
            fate.notes.append(f"{name} does not wait for {_waits_for(event)} any more.")
            if _message_name(event) == _message_name(target):
                fate.unsafe.append(
                    f"{name} would go on waiting for {_waits_for(event)}, but {self.new.words} expects "
                    f"{_waits_for(target)}. Let the case finish on {self.old.words}."
                )
        else:
            self._map(event, target, fate)

    def _map(self, event: Element, target: Element, fate: Fate) -> None:
        if target.id in fate.mapping.values():
            fate.unsafe.append(
                f"{self.new.name(target.id)} can continue only one of the events mapped to it; choose one."
            )
        fate.mapping[event.id] = target.id
        if (before := _timer(event)) != (after := _timer(target)):
            fate.notes.append(
                f"{self.old.name(event.id)} keeps its date; {after} instead of {before} is for cases that come there "
                f"later. --restart {event.id} starts it anew."
            )
        if event.interrupting != target.interrupting:
            does = "ends the element" if target.interrupting else "lets the element go on"
            fate.notes.append(f"{self.new.name(target.id)} {does} when it happens.")

    def _begin(self, event: Element, waited_for: Collection[str | None], fate: Fate) -> None:
        name = self.new.name(event.id)
        if _message_name(event) in waited_for:
            fate.unsafe.append(
                f"{name} waits for the message {_message_name(event)!r}, which is waited for there already. Say with "
                f"--map which event of {self.old.words} it continues, or let the case finish there."
            )
        fate.notes.append(f"{name} starts when the case is moved: {_what(event)}.")


def _unsupported(version: Version, events: Collection[Element]) -> Iterator[str]:
    for event in events:
        if _kind(event) not in KINDS:
            yield (
                f"The engine cannot move a case past {version.name(event.id)} of {version.words}, which waits for "
                f"{_kind(event)}. Let it finish on its version."
            )


def _unconfirmed(old: Version, new: Version, event: Element, guess: Guess) -> str:
    restart = f", or start it anew with --restart {event.id}" if _kind(event) == "timer" else ""
    return (
        f"{old.name(event.id)} seems to be {new.name(guess.new)} now ({guess.because.lower()}). Confirm it with "
        f"--map {event.id}={guess.new}, which keeps what it has waited for{restart}."
    )


def _kind(event: Element) -> str:
    return event.event.kind if event.event else "nothing"


def _waits_for(event: Element) -> str:
    return waits_for(event.event) if event.event else ""


def _message_name(event: Element) -> str | None:
    return event.event.message.name if event.event and event.event.message else None


def _timer(event: Element) -> str:
    timer = event.event.timer if event.event else None
    return one_line(timer.expression) if timer else ""


def _what(event: Element) -> str:
    timer = event.event.timer if event.event else None
    if timer is None:
        return _waits_for(event)
    if timer.kind == "date":
        return f"on the date {_timer(event)}; if that is past, at once"
    return f"{_timer(event)}, counted from then"

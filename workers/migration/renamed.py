"""Guessing which elements of the old version only changed their id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workers.diagrams.model import Element, one_line
from workers.migration.versions import Version


@dataclass(frozen=True)
class Guess:
    """An element that seems to have another id in the new version; only a person can tell."""

    old: str
    new: str
    because: str


def guesses(old: Version, new: Version, pairs: Mapping[str, str]) -> tuple[Guess, ...]:
    """Elements that seem renamed: alike in type and name or in their neighbours, with no second candidate.

    :param pairs: the elements known to be the same, old id to new.
    """
    known = dict(pairs)
    found: dict[str, Guess] = {}
    # One renamed element found may be the neighbour that tells the next one.
    while more := _round(old, new, known):
        found |= {guess.old: guess for guess in more}
        known |= {guess.old: guess.new for guess in more}
    return tuple(found[element] for element in old.elements if element in found)


def _round(old: Version, new: Version, known: Mapping[str, str]) -> list[Guess]:
    gone = [element for element in old.elements.values() if element.id not in known]
    added = [element for element in new.elements.values() if element.id not in known.values()]
    for alike in (_name_and_neighbours, _name, _neighbours):
        likely = {
            one.id: [two.id for two in added if _same_kind(one, two, known) and alike(one, two, old, new, known)]
            for one in gone
        }
        claims = [candidate for candidates in likely.values() for candidate in candidates]
        certain = [
            Guess(one, candidates[0], (alike.__doc__ or "").rstrip("."))
            for one, candidates in likely.items()
            if len(candidates) == 1 and claims.count(candidates[0]) == 1
        ]
        if certain:
            return certain
    return []


def _same_kind(one: Element, two: Element, known: Mapping[str, str]) -> bool:
    return (
        one.type == two.type
        and [event.kind for event in one.events] == [event.kind for event in two.events]
        and one.triggered_by_event == two.triggered_by_event
        and (known.get(one.parent) if one.parent else None) == two.parent
    )


def _name_and_neighbours(one: Element, two: Element, old: Version, new: Version, known: Mapping[str, str]) -> bool:
    """The same name, between the same elements."""
    return _name(one, two, old, new, known) and _neighbours(one, two, old, new, known)


def _name(one: Element, two: Element, old: Version, new: Version, known: Mapping[str, str]) -> bool:
    """The same name."""
    name = one_line(one.name).casefold()
    return bool(name) and name == one_line(two.name).casefold()


def _neighbours(one: Element, two: Element, old: Version, new: Version, known: Mapping[str, str]) -> bool:
    """Between the same elements."""
    if one.attached_to or two.attached_to:
        return known.get(one.attached_to or "") == two.attached_to
    before = {known.get(flow.source) for flow in old.diagram.incoming(one.id)}
    after = {known.get(flow.target) for flow in old.diagram.outgoing(one.id)}
    return bool(before & {flow.source for flow in new.diagram.incoming(two.id)}) and bool(
        after & {flow.target for flow in new.diagram.outgoing(two.id)}
    )

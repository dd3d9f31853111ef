"""What the command says, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workers.migration.moving import Moved
from workers.migration.plan import Plan
from workers.migration.prospects import FamilyProspect, Prospect


def about_plan(plan: Plan) -> Iterator[str]:
    """What a plan maps that has not the same id, and what it asks."""
    yield f"{plan.old.process_id}: {plan.old.words} → {plan.new.words}"
    renamed = {old: new for old, new in plan.mapping.items() if old != new}
    yield from (f"  {plan.old.name(old)} is {plan.new.name(new)}" for old, new in renamed.items())
    for guess in plan.guesses:
        yield (
            f"  {plan.old.name(guess.old)} seems to be {plan.new.name(guess.new)} now ({guess.because.lower()}): "
            f"--map {guess.old}={guess.new}"
        )
    yield from (f"  No case of {plan.old.words} can be moved: {why}" for why in plan.everywhere)


def about_elements(plan: Plan) -> Iterator[str]:
    """What would become of a case at each element that is not simply the same; for looking ahead without an engine."""
    for element in plan.old.elements.values():
        if not (element.is_activity or element.type == "intermediateCatchEvent"):
            continue
        yield from (f"  Not moved: {why}" for why in plan.unsafe.get(element.id, ()))
        yield from (f"  {note}" for note in plan.notes.get(element.id, ()))
    yield from (f"  {note}" for note in plan.notes.get(plan.old.process_id, ()))


def about_family(prospect: FamilyProspect, name: str) -> Iterator[str]:
    """What would become of a case."""
    verdict = "stays as it is" if prospect.refused else "would be moved"
    yield f"{name}: {verdict}"
    for member in prospect.to_move:
        yield f"  {_place(member)}"
        yield from (f"    {why}" for why in member.why_not)
        if not prospect.refused:
            yield from (f"    {note}" for note in member.notes)


def about_move(move: Moved, name: str) -> Iterator[str]:
    """What became of a case."""
    if move.prospect.refused:
        yield from about_family(move.prospect, name)
        return
    if move.failure:
        yield f"{name}: {'moved in part' if move.moved else 'not moved'}"
        yield f"  {move.failure}"
    else:
        yield f"{name}: moved"
    yield from (f"  {_place(member)}" for member in move.moved)


def name_of(prospect: FamilyProspect, references: Mapping[int, str]) -> str:
    """How a person calls the case: by its references, or the procedure and the instance's key."""
    found = references_of(prospect, references)
    instance = f"{prospect.members[0].instance.process_id}, instance {prospect.key}"
    return f"{' and '.join(found)} ({instance})" if found else instance


def references_of(prospect: FamilyProspect, references: Mapping[int, str]) -> list[str]:
    """The references of the cases that a family's instances opened."""
    found = (references.get(member.instance.key) for member in prospect.members)
    return list(dict.fromkeys(reference for reference in found if reference))


def summary(words: Sequence[tuple[int, str]]) -> str:
    """``3 moved, 1 stays``: the counts that are not zero."""
    return ", ".join(f"{count} {what}" for count, what in words if count)


def lines(text: Iterable[str]) -> str:
    """The lines as one text."""
    return "\n".join(text)


def _place(member: Prospect) -> str:
    versions = f"{member.plan.old.words} → {member.plan.new.words}" if member.plan else ""
    return f"{member.instance.process_id}, {versions}, at {member.stands_at}"

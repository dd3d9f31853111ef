"""Bringing the people file into the records: all of it or, if anything in it is wrong, nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from workers.people.csv_file import ImportRefused, Line, read_people
from workers.people.rows import PersonRow
from workers.records.models import Person, PersonRole


@dataclass(frozen=True)
class KeptLastDay:
    """A last day on which a procedure decided otherwise than the file says."""

    staff_number: str
    decided: date
    """The last day that a procedure set or took back."""
    taken_back: bool
    in_file: date | None


@dataclass(frozen=True)
class ImportReport:
    """What an import did, in staff numbers."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Recorded, not in the file and without a last day: left as they were, for a person to look at."""
    kept: list[KeptLastDay] = field(default_factory=list)
    """Last days that were not taken from the file, for a person to look at; all else of these people was."""


def import_people(session: Session, path: Path, *, follow_file: Collection[str] = ()) -> ImportReport:
    """Add and update the people the file names; importing it again changes nothing.

    Nobody is removed: people with a case stay in the records, and who has left is said by ``left_on``. What a procedure
    decided on somebody's last day stays until the file says the same.

    :param follow_file: staff numbers of those whose last day is taken from the file whatever a procedure decided.
    :raises ImportRefused: something in the file is wrong, or does not fit the people already recorded; nothing is
        imported, and all faults are named with line and column.
    """
    lines = read_people(path)
    recorded = {person.staff_number: person for person in session.scalars(select(Person))}
    if faults := [*_not_in_file(lines, follow_file), *_faults_between_rows(lines, recorded)]:
        raise ImportRefused(faults)

    _free_usernames(session, lines, recorded)
    report = ImportReport()
    for line in lines:
        person = recorded.get(line.row.staff_number)
        if person is None:
            session.add(_new_person(line.row))
            report.added.append(line.row.staff_number)
            continue
        kept = None if line.row.staff_number in follow_file else _kept_last_day(person, line.row)
        if kept is not None:
            report.kept.append(kept)
        if _update(person, line.row, kept):
            report.updated.append(line.row.staff_number)
        else:
            report.unchanged.append(line.row.staff_number)
    session.flush()
    in_file = {line.row.staff_number for line in lines}
    report.missing.extend(
        sorted(number for number, person in recorded.items() if number not in in_file and person.left_on is None)
    )
    return report


_PLAIN_FIELDS = tuple(name for name in PersonRow.model_fields if name not in {"staff_number", "left_on", "roles"})


def _new_person(row: PersonRow) -> Person:
    person = Person(**row.model_dump(exclude={"roles"}))
    person.roles = [PersonRole(role=role) for role in row.roles]
    return person


def _kept_last_day(person: Person, row: PersonRow) -> KeptLastDay | None:
    """What a procedure decided on the person's last day and the file does not know of.

    The file is followed when it gives the day that a procedure set or an earlier one, no longer gives the one that was
    taken back, or gives a first day after it: that is a new employment.
    """
    ended_on, restored_from = person.procedure_ended_on, person.procedure_restored_from
    if ended_on is not None and row.started_on <= ended_on and (row.left_on is None or row.left_on > ended_on):
        return KeptLastDay(row.staff_number, ended_on, taken_back=False, in_file=row.left_on)
    if restored_from is not None and row.left_on == restored_from:
        return KeptLastDay(row.staff_number, restored_from, taken_back=True, in_file=row.left_on)
    return None


def _update(person: Person, row: PersonRow, kept: KeptLastDay | None) -> bool:
    changed = False
    for name in _PLAIN_FIELDS:
        value = getattr(row, name)
        if getattr(person, name) != value:
            setattr(person, name, value)
            changed = True
    if kept is None:
        left_on = row.left_on
        person.procedure_ended_on = person.procedure_restored_from = None
    else:
        left_on = None if kept.taken_back else kept.decided
    if person.left_on != left_on:
        person.left_on = left_on
        changed = True
    if {held.role for held in person.roles} != set(row.roles):
        held_still = [held for held in person.roles if held.role in row.roles]
        new = set(row.roles) - {held.role for held in held_still}
        person.roles = held_still + [PersonRole(role=role) for role in sorted(new)]
        changed = True
    return changed


def _free_usernames(session: Session, lines: list[Line[PersonRow]], recorded: dict[str, Person]) -> None:
    """Set aside the usernames that change, since two people may swap theirs."""
    changing = [
        recorded[line.row.staff_number]
        for line in lines
        if line.row.staff_number in recorded and recorded[line.row.staff_number].username != line.row.username
    ]
    for person in changing:
        person.username = f"~{person.staff_number}"
    if changing:
        session.flush()


def _not_in_file(lines: list[Line[PersonRow]], follow_file: Collection[str]) -> Iterable[str]:
    in_file = {line.row.staff_number for line in lines}
    for number in sorted(set(follow_file) - in_file):
        yield f"The file is to be followed for the staff number {number}, which is not in it: correct the number."


def _faults_between_rows(lines: list[Line[PersonRow]], recorded: dict[str, Person]) -> list[str]:
    in_file = {line.row.staff_number for line in lines}
    not_in_file = [person for number, person in recorded.items() if number not in in_file]
    found = [
        *_repeated(lines, "staff_number", lambda row: row.staff_number, {}),
        *_repeated(lines, "username", lambda row: row.username.casefold(), _taken(not_in_file, "username")),
        *_repeated(lines, "email", lambda row: (row.email or "").casefold(), _taken(not_in_file, "email")),
        *_unreachable(lines),
        *_unknown_managers(lines, recorded),
        *_manager_loops(lines, not_in_file),
    ]
    return [fault for _, fault in sorted(found, key=lambda numbered: numbered[0])]


def _taken(people: Iterable[Person], column: str) -> dict[str, str]:
    return {(getattr(person, column) or "").casefold(): person.staff_number for person in people}


def _repeated(
    lines: list[Line[PersonRow]], column: str, value_of: Callable[[PersonRow], str], taken: dict[str, str]
) -> Iterable[tuple[int, str]]:
    """What two people may not share: letters and tasks of one would reach the other."""
    first: dict[str, int] = {}
    for line in lines:
        value = value_of(line.row)
        if not value:
            continue
        if value in first:
            yield (
                line.number,
                f"Line {line.number}, column {column}: is the same as on line {first[value]}: correct one of them.",
            )
        elif value in taken:
            yield (
                line.number,
                f"Line {line.number}, column {column}: already belongs to the person with the staff number "
                f"{taken[value]}, who is not in this file: correct it, or add that person's line.",
            )
        first.setdefault(value, line.number)


def _unreachable(lines: list[Line[PersonRow]]) -> Iterable[tuple[int, str]]:
    for line in lines:
        if line.row.left_on is None and line.row.email is None and not line.row.postal_address:
            yield (
                line.number,
                f"Line {line.number}, column postal_address: is empty and so is email, so nobody could write to this "
                "person: fill in one of them.",
            )


def _unknown_managers(lines: list[Line[PersonRow]], recorded: dict[str, Person]) -> Iterable[tuple[int, str]]:
    known = {line.row.staff_number for line in lines} | set(recorded)
    for line in lines:
        if line.row.line_manager is not None and line.row.line_manager not in known:
            yield (
                line.number,
                f"Line {line.number}, column line_manager: nobody has the staff number {line.row.line_manager}: "
                "correct it, or add that person's line.",
            )


def _manager_loops(lines: list[Line[PersonRow]], not_in_file: list[Person]) -> Iterable[tuple[int, str]]:
    """Each loop once, at its first line."""
    manager_of = {person.staff_number: person.line_manager for person in not_in_file}
    manager_of |= {line.row.staff_number: line.row.line_manager for line in lines}
    settled: set[str] = set()
    for line in lines:
        chain: list[str] = []
        at: str | None = line.row.staff_number
        while at is not None and at not in settled and at not in chain:
            chain.append(at)
            at = manager_of.get(at)
        if at is not None and at in chain:
            loop = [*chain[chain.index(at) :], at]
            told = min((x.number for x in lines if x.row.staff_number in loop), default=line.number)
            yield (
                told,
                f"Line {told}, column line_manager: the managers go round in a circle "
                f"({' → '.join(loop)}): correct one of them.",
            )
        settled.update(chain)

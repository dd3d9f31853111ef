"""Bringing the absences file into the records, and the working patterns file: all of a file or nothing of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from workers.attendance.absences import (
    CAUSE_COLUMNS,
    CERTIFICATE_PREFIX,
    PREFIX,
    absences_of,
    certificates_of,
    change,
    lock_absences,
)
from workers.attendance.patterns import spans_from
from workers.attendance.rows import AbsenceRow, PatternRow
from workers.deadlines.moments import london_day
from workers.people.csv_file import ImportRefused, Line, read_rows
from workers.records.models import Absence, AbsenceCertificate, Person, WorkingPattern
from workers.records.references import next_reference


@dataclass(frozen=True)
class ImportReport:
    """What an import did, in references of absences."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def import_absences(session: Session, path: Path, *, at: datetime) -> ImportReport:
    """Add the absences the file names, and update those recorded that begin on the same day; again changes nothing.

    An empty cell leaves what is recorded, and a cause that is recorded stays: the file may know less than the records.
    None is removed; one recorded by mistake is withdrawn by a diagram.

    :param at: when it is imported.
    :raises ImportRefused: something in the file is wrong, or does not fit the records; all faults are named with line
        and column, and nothing is imported.
    """
    lines = read_rows(path, AbsenceRow, what="absences", each="absence")
    _refuse_unknown(session, [(line.number, line.row.staff_number) for line in lines])
    by_person: dict[str, list[Line[AbsenceRow]]] = defaultdict(list)
    for line in lines:
        by_person[line.row.staff_number].append(line)
    recorded: dict[str, dict[date, Absence]] = {}
    faults: list[tuple[int, str]] = []
    # Always in this order, so that two imports do not wait for each other.
    for staff_number in sorted(by_person):
        lock_absences(session, staff_number)
        recorded[staff_number] = {absence.first_day: absence for absence in absences_of(session, staff_number)}
        faults += _overlaps(by_person[staff_number], recorded[staff_number])
    if faults:
        raise ImportRefused([fault for _, fault in sorted(faults)])
    report = ImportReport()
    for line in lines:
        known = recorded[line.row.staff_number].get(line.row.first_day)
        if known is None:
            report.added.append(_add(session, line.row, at))
        elif _update(session, known, line.row, at):
            report.updated.append(known.reference)
        else:
            report.unchanged.append(known.reference)
    session.flush()
    return report


def import_patterns(session: Session, path: Path) -> int:
    """Give the people the file names the working patterns it names, instead of those they had; how many people.

    :raises ImportRefused: something in the file is wrong, or does not fit the records; nothing is imported.
    """
    lines = read_rows(path, PatternRow, what="working patterns", each="pattern")
    _refuse_unknown(session, [(line.number, line.row.staff_number) for line in lines])
    begins: dict[str, dict[date, int]] = defaultdict(dict)
    faults = []
    for line in lines:
        row = line.row
        if row.from_day in begins[row.staff_number]:
            faults.append(f"Line {line.number}, column from_day: is the same as on an earlier line of this person.")
        begins[row.staff_number][row.from_day] = row.weekdays
    if faults:
        raise ImportRefused(faults)
    for staff_number, days in begins.items():
        session.execute(delete(WorkingPattern).where(WorkingPattern.staff_number == staff_number))
        session.add_all(
            WorkingPattern(staff_number=staff_number, first_day=span.first, last_day=span.last, weekdays=span.weekdays)
            for span in spans_from(sorted(days.items()))
        )
    session.flush()
    return len(begins)


def _refuse_unknown(session: Session, numbers: list[tuple[int, str]]) -> None:
    known = set(session.scalars(select(Person.staff_number)))
    faults = [
        f"Line {number}, column staff_number: nobody has the staff number {staff_number}: correct it, or import the "
        "person first."
        for number, staff_number in numbers
        if staff_number not in known
    ]
    if faults:
        raise ImportRefused(faults)


def _overlaps(lines: list[Line[AbsenceRow]], recorded: dict[date, Absence]) -> Iterable[tuple[int, str]]:
    """Lines of a person that have days of another line, or of an absence recorded and not in the file."""
    spans = [(line.row.first_day, line.row.last_day or date.max, line.number) for line in lines]
    in_file = {line.row.first_day for line in lines}
    spans += [
        (absence.first_day, absence.last_day or date.max, 0)
        for first_day, absence in recorded.items()
        if first_day not in in_file
    ]
    latest = (date.min, 0)
    for (_, last, number), (next_first, _, next_number) in pairwise(sorted(spans)):
        latest = max(latest, (last, number))
        if next_first > latest[0]:
            continue
        told, other = (next_number, latest[1]) if next_number else (latest[1], 0)
        with_what = f"the absence on line {other}" if other else "an absence of this person that is recorded already"
        yield told, f"Line {told}, column first_day: the absence has days of {with_what}: correct one of them."


def _add(session: Session, row: AbsenceRow, at: datetime) -> str:
    absence = Absence(
        reference=next_reference(session, PREFIX, london_day(at).year),
        staff_number=row.staff_number,
        first_day=row.first_day,
        last_day=row.last_day,
        reason=row.reason,
        recorded_at=at,
        **_causes(row),
    )
    session.add(absence)
    session.flush()
    _certify(session, absence, row, at)
    return absence.reference


def _update(session: Session, absence: Absence, row: AbsenceRow, at: datetime) -> bool:
    said = {"last_day": row.last_day, "reason": row.reason, **_causes(row)}
    values = {name: value for name, value in said.items() if value}
    made = change(absence, values, changed_by=None, changed_at=at, recorded_at=at)
    if made is not None:
        session.add(made)
    return _certify(session, absence, row, at) or made is not None


def _causes(row: AbsenceRow) -> dict[str, bool]:
    return {column: cause in row.related_to for cause, column in CAUSE_COLUMNS.items()}


def _certify(session: Session, absence: Absence, row: AbsenceRow, at: datetime) -> bool:
    """Add the doctor's statement of the row, unless one already certifies the absence up to that day."""
    if row.certified_until is None:
        return False
    known = {certificate.covers_until for certificate in certificates_of(session, absence.reference)}
    if row.certified_until in known:
        return False
    session.add(
        AbsenceCertificate(
            reference=next_reference(session, CERTIFICATE_PREFIX, london_day(at).year),
            absence_reference=absence.reference,
            kind="doctors_statement",
            covers_from=row.first_day,
            covers_until=row.certified_until,
            recorded_at=at,
        )
    )
    return True

"""Reading absences, and keeping a person's absences apart from each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from workers.attendance.counting import CAUSES, Cause, Spell
from workers.attendance.patterns import Span
from workers.records.models import Absence, AbsenceCertificate, AbsenceChange, Person, WorkingPattern

PREFIX = "ABS"
CERTIFICATE_PREFIX = "CRT"

CAUSE_COLUMNS: Mapping[Cause, str] = {
    "disability": "disability_related",
    "pregnancy": "pregnancy_related",
    "assault_at_work": "assault_at_work",
    "injury_at_work": "injury_at_work",
}


def absences_of(
    session: Session, staff_number: str, *, first: date | None = None, last: date | None = None, withdrawn: bool = False
) -> list[Absence]:
    """A person's absences, oldest first.

    :param first: only those with a day on or after this one.
    :param last: only those with a day on or before this one.
    :param withdrawn: those that turned out not to be any as well.
    """
    query = select(Absence).where(Absence.staff_number == staff_number, *_within(first, last))
    if not withdrawn:
        query = query.where(Absence.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(Absence.first_day, Absence.reference)))


def spells_of(
    session: Session, staff_numbers: Collection[str], *, first: date | None = None, last: date | None = None
) -> dict[str, list[Spell]]:
    """Each person's absences as spells to count, oldest first; see :func:`absences_of`."""
    query = (
        select(Absence)
        .where(Absence.staff_number.in_(staff_numbers), Absence.withdrawn_at.is_(None), *_within(first, last))
        .order_by(Absence.first_day)
    )
    found: dict[str, list[Spell]] = defaultdict(list)
    for absence in session.scalars(query):
        found[absence.staff_number].append(
            Spell(absence.reference, absence.first_day, absence.last_day, frozenset(causes_of(absence)))
        )
    return found


def patterns_of(session: Session, staff_numbers: Collection[str]) -> dict[str, list[Span]]:
    """Each person's working pattern; empty for whoever works from Monday to Friday."""
    query = (
        select(WorkingPattern)
        .where(WorkingPattern.staff_number.in_(staff_numbers))
        .order_by(WorkingPattern.staff_number, WorkingPattern.first_day)
    )
    found: dict[str, list[Span]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.staff_number].append(Span(row.first_day, row.last_day, row.weekdays))
    return found


def certificates_of(session: Session, reference: str) -> list[AbsenceCertificate]:
    """An absence's certificates without those entered wrongly and replaced, in the order they came."""
    query = select(AbsenceCertificate).where(
        AbsenceCertificate.absence_reference == reference, AbsenceCertificate.replaced_by.is_(None)
    )
    return list(session.scalars(query.order_by(AbsenceCertificate.recorded_at, AbsenceCertificate.reference)))


def causes_of(absence: Absence) -> list[Cause]:
    """What the absence is related to."""
    return [cause for cause in CAUSES if getattr(absence, CAUSE_COLUMNS[cause])]


def team_of(session: Session, manager: str, on: date) -> list[str]:
    """Staff numbers of those who have this line manager and work here on that day."""
    query = select(Person.staff_number).where(
        Person.line_manager == manager,
        Person.started_on <= on,
        or_(Person.left_on.is_(None), Person.left_on >= on),
    )
    return list(session.scalars(query.order_by(Person.staff_number)))


def lock_absences(session: Session, staff_number: str) -> None:
    """Nobody else changes the person's absences until the transaction ends."""
    session.get_one(Person, staff_number, with_for_update=True)


def overlapping(
    session: Session, staff_number: str, first: date, last: date | None, *, except_reference: str | None = None
) -> str | None:
    """Reference of an absence of the person on one of these days; without a last day, of all days from the first."""
    query = select(Absence.reference).where(
        Absence.staff_number == staff_number, Absence.withdrawn_at.is_(None), *_within(first, last)
    )
    if except_reference is not None:
        query = query.where(Absence.reference != except_reference)
    return session.scalar(query.order_by(Absence.first_day).limit(1))


def change(
    absence: Absence,
    values: Mapping[str, Any],
    *,
    changed_by: str | None,
    changed_at: datetime,
    recorded_at: datetime,
    element_id: str = "",
    job_key: int | None = None,
) -> AbsenceChange | None:
    """Give columns of an absence other values; the change, to be added to the records, or nothing if there is none."""
    differing = {name: value for name, value in values.items() if getattr(absence, name) != value}
    if not differing:
        return None
    made = AbsenceChange(
        absence_reference=absence.reference,
        old_values={name: _plain(getattr(absence, name)) for name in differing},
        new_values={name: _plain(value) for name, value in differing.items()},
        changed_by=changed_by,
        changed_at=changed_at,
        recorded_at=recorded_at,
        element_id=element_id,
        job_key=job_key,
    )
    for name, value in differing.items():
        setattr(absence, name, value)
    return made


def _within(first: date | None, last: date | None) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions.append(or_(Absence.last_day.is_(None), Absence.last_day >= first))
    if last is not None:
        conditions.append(Absence.first_day <= last)
    return conditions


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value

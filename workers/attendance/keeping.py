"""Changing absences in a job: the parts several jobs share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, Literal

from workers.attendance.absences import change, lock_absences, overlapping, patterns_of
from workers.attendance.counting import first_working_day
from workers.attendance.models import AbsenceFacts
from workers.cases.filing import require_people
from workers.deadlines.periods import DateOutOfRange, moment_on
from workers.deadlines.working_days import UnknownHolidays
from workers.records.models import Absence
from workers.runtime.contract import BpmnError, JobContext
from workers.runtime.errors import BusinessOutcome, PersonMustAct

OVERLAPS = BpmnError(
    "ABSENCE_OVERLAPS",
    "Another absence of the person has some of these days; the variable overlapping_absence is its reference.",
)


def facts(absence: Absence, context: JobContext) -> AbsenceFacts:
    """What a diagram may know of the absence."""
    return AbsenceFacts(
        reference=absence.reference,
        staff_number=absence.staff_number,
        first_day=absence.first_day,
        last_day=absence.last_day,
        reported=_reported(absence, context),
        withdrawn=absence.withdrawn_at is not None,
    )


def _reported(absence: Absence, context: JobContext) -> Literal["before_normal_start", "after_normal_start"] | None:
    """Beside the normal start of the first working day (ATT-2c, ATT-2d)."""
    if absence.reported_at is None or absence.normal_start is None:
        return None
    pattern = patterns_of(context.records, [absence.staff_number])[absence.staff_number]
    with calendar_known():
        day = first_working_day(absence.first_day, pattern)
    start = moment_on(day, time.fromisoformat(absence.normal_start))
    return "before_normal_start" if absence.reported_at < start else "after_normal_start"


def absence_of_job(context: JobContext, variable: str, reference: str) -> Absence:
    """The absence a job changes; nobody else changes any of the person's until it is done."""
    found = context.records.get(Absence, reference.upper())
    if found is None:
        raise wrong(context, variable, "is not the reference of an absence")
    lock_absences(context.records, found.staff_number)
    context.records.refresh(found)
    return found


def change_in_job(
    context: JobContext, absence: Absence, values: dict[str, Any], *, by: tuple[str, str | None], at: datetime
) -> None:
    """Give columns of an absence other values and keep the old ones.

    :param by: the job's variable that says who did it, and whom it says.
    """
    variable, someone = by
    if someone is not None:
        require_people(context, variable, [someone])
    made = change(
        absence,
        values,
        changed_by=someone,
        changed_at=at,
        recorded_at=context.engine_time,
        element_id=context.element_id,
        job_key=context.key,
    )
    if made is not None:
        context.records.add(made)
    context.records.flush()


def refuse_overlap(
    context: JobContext, staff_number: str, first: date, last: date | None, *, except_reference: str | None = None
) -> None:
    """Make sure that no other absence of the person has one of these days.

    :raises BusinessOutcome: one has; its reference goes with it.
    """
    other = overlapping(context.records, staff_number, first, last, except_reference=except_reference)
    if other is not None:
        raise BusinessOutcome(
            OVERLAPS.code,
            f"The absence {other} of the same person has some of these days.",
            {"overlapping_absence": other},
        )


def withdrawn(context: JobContext, absence: Absence) -> PersonMustAct:
    """That nothing can be done to the absence any more."""
    return PersonMustAct(
        f"The absence {absence.reference} at {context.element_id} has been withdrawn: there was no such absence. "
        "Cancel this process instance, or record the right absence and set the reference to it, then retry."
    )


def wrong(context: JobContext, variable: str, what: str) -> PersonMustAct:
    """That a variable of the job is wrong."""
    return PersonMustAct(
        f"The variable {variable} of {context.element_id} {what}. Correct it in Operate for this case and in the "
        "diagram for later ones, then retry."
    )


@contextmanager
def calendar_known() -> Iterator[None]:
    """What cannot be counted is for a person to look at."""
    try:
        yield
    except (UnknownHolidays, DateOutOfRange) as unknown:
        raise PersonMustAct(str(unknown)) from unknown

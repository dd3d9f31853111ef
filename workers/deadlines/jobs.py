"""Deadlines for diagrams."""

from __future__ import annotations

from datetime import time

from workers.deadlines.models import ComputeDeadline, Deadline, DeadlineComputed
from workers.deadlines.periods import END_OF_DAY, DateOutOfRange, deadline_day, moment_on
from workers.deadlines.words import in_words
from workers.deadlines.working_days import UnknownHolidays
from workers.runtime.contract import job_type
from workers.runtime.errors import PersonMustAct


@job_type("compute_deadline", title="Compute a deadline")
def compute_deadline(job: ComputeDeadline) -> DeadlineComputed:
    """Count a period from a day and give the deadline as a date, a moment and words.

    The day after the start is day one. Working days are Monday to Friday without the bank holidays of England and
    Wales; a month ends on the same day of the later month or on its last day.
    """
    try:
        day = deadline_day(job.start, job.period, job.direction, job.rounding)
    except (UnknownHolidays, DateOutOfRange) as unknown:
        raise PersonMustAct(str(unknown)) from unknown
    at = time.fromisoformat(job.time_of_day) if job.time_of_day else END_OF_DAY
    return DeadlineComputed(deadline=Deadline(date=day, moment=moment_on(day, at), words=in_words(day)))

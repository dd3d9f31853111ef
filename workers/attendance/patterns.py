"""Which days somebody works: the weekdays of their pattern, without bank holidays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workers.deadlines.working_days import bank_holidays

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONDAY_TO_FRIDAY = 0b0011111
"""The weekdays of whoever has no pattern in the records; one bit a weekday, the lowest is Monday."""


@dataclass(frozen=True)
class Span:
    """Days on which the same pattern holds, the first and the last included."""

    first: date
    last: date
    weekdays: int


def spans_from(beginnings: Sequence[tuple[date, int]]) -> list[Span]:
    """The spans of patterns that each hold until the next one begins; before the first, Monday to Friday.

    :param beginnings: first days, each once and in order, and the weekdays from then on.
    """
    if not beginnings:
        return []
    begins = list(beginnings)
    if begins[0][0] > date.min:
        begins.insert(0, (date.min, MONDAY_TO_FRIDAY))
    ends = [first - timedelta(days=1) for first, _ in begins[1:]] + [date.max]
    return [Span(first, last, weekdays) for (first, weekdays), last in zip(begins, ends, strict=True)]


def weekdays_on(day: date, pattern: Sequence[Span]) -> int:
    """The weekdays that somebody with this pattern works in the week of ``day``."""
    return next((span.weekdays for span in pattern if span.first <= day <= span.last), MONDAY_TO_FRIDAY)


def works_on(day: date, pattern: Sequence[Span]) -> bool:
    """Whether ``day`` is a working day of somebody with this pattern.

    :raises UnknownHolidays: the year's bank holidays are not known.
    """
    return is_worked(day, weekdays_on(day, pattern))


def is_worked(day: date, weekdays: int) -> bool:
    """Whether ``day`` is one of the weekdays and no bank holiday.

    :raises UnknownHolidays: the year's bank holidays are not known.
    """
    return day not in bank_holidays(day.year) and bool(weekdays >> day.weekday() & 1)

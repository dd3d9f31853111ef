"""Counting a period from a day, as policies count: see :class:`Period` for what each word means."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workers.deadlines.moments import LONDON
from workers.deadlines.working_days import ONE_DAY, count_working_days, nearest_working_day

Unit = Literal["calendar_days", "working_days", "weeks", "calendar_months"]
Direction = Literal["after", "before"]
Rounding = Literal["none", "next_working_day", "previous_working_day"]

END_OF_DAY = time(23, 59, 59)
DAYS_IN_WEEK = 7
MONTHS_IN_YEAR = 12


class Period(BaseModel):
    """How long; a row of a decision table may say more about it, which is ignored here."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    amount: int = Field(description="How many of the unit.", ge=0, le=1000)
    unit: Unit = Field(description="calendar_days, working_days, weeks or calendar_months.")
    clear: bool = Field(
        False, description="Clear days: neither the first day nor the last counts, so the period is a day longer."
    )


class DateOutOfRange(ValueError):
    """The deadline would lie outside the calendar."""


def deadline_day(start: date, period: Period, direction: Direction = "after", rounding: Rounding = "none") -> date:
    """The day a period from ``start`` ends on.

    The day after ``start`` is day one, so seven calendar days after Monday 3 March is Monday 10 March, and two clear
    days after it is Thursday 6 March: Tuesday and Wednesday lie wholly between. A month ends on the same day of the
    later month, or on that month's last day where it is shorter.

    :raises UnknownHolidays: working days are counted or rounded to in a year whose bank holidays are not known.
    :raises DateOutOfRange: the deadline would lie before year 1 or after year 9999.
    """
    step = ONE_DAY if direction == "after" else -ONE_DAY
    try:
        day = _counted(start, period, step)
        match rounding:
            case "none":
                return day
            case "next_working_day":
                return nearest_working_day(day, ONE_DAY)
            case "previous_working_day":
                return nearest_working_day(day, -ONE_DAY)
    except OverflowError:
        raise DateOutOfRange(
            f"{period.amount} {period.unit.replace('_', ' ')} {direction} {start.isoformat()} lies outside the "
            "calendar. Check the date and the period."
        ) from None


def _counted(start: date, period: Period, step: timedelta) -> date:
    extra = 1 if period.clear else 0
    match period.unit:
        case "calendar_days":
            return start + step * (period.amount + extra)
        case "weeks":
            return start + step * (period.amount * DAYS_IN_WEEK + extra)
        case "calendar_months":
            return add_months(start, period.amount * step.days) + step * extra
        case "working_days":
            return count_working_days(start, period.amount + extra, step)


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later (earlier when negative), or the month's last day where it is shorter.

    :raises OverflowError: the result is no day of the calendar.
    """
    year, month = divmod(day.year * MONTHS_IN_YEAR + day.month - 1 + months, MONTHS_IN_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"There is no year {year}.")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def moment_on(day: date, at: time = END_OF_DAY) -> datetime:
    """The moment the clocks in London show ``at`` on ``day``, with its offset.

    Where the clocks go back and show it twice, the second time, so that nobody's period is cut short; where they go
    forward and skip it, the same length of time after midnight.
    """
    first = datetime.combine(day, at, tzinfo=LONDON)
    second = first.replace(fold=1)
    # Two readings in one zone compare by their faces; converted to UTC, the later of the two differs.
    shown_twice = second.astimezone(UTC) > first.astimezone(UTC)
    chosen = second if shown_twice else first
    return chosen.astimezone(UTC).astimezone(LONDON)

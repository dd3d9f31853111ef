"""Days and moments as letters print them."""

from __future__ import annotations

from datetime import date, datetime

from workers.deadlines.moments import LONDON

# Written out, because strftime would follow the machine's language.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def in_words(day: date) -> str:
    """``Monday 10 March 2025``; of a moment, its day in London."""
    if isinstance(day, datetime):
        day = day.astimezone(LONDON).date()
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_in_words(moment: datetime) -> str:
    """``Monday 10 March 2025 at 14:30``, London time."""
    local = moment.astimezone(LONDON)
    return f"{in_words(local.date())} at {local:%H:%M}"

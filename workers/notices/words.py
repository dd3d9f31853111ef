"""Dates and times as a letter prints them, from what a diagram supplies."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from workers.deadlines.moments import LONDON, london_day
from workers.deadlines.words import in_words as day_in_words

_ZONE_SUFFIX = re.compile(r"\[[A-Za-z0-9_+\-/]+\]$")
_NOON = 12


def in_words(value: Any) -> str:
    """The day of a date or moment, in London: ``Monday 10 March 2025``.

    :raises ValueError: the value is neither a date nor a moment with an offset, as such or as ISO 8601 text.
    """
    return day_in_words(as_day(value))


def at_time(value: Any) -> str:
    """The time of day of a moment, in London, as letters print it: ``10.30 am``, ``2 pm``, ``12 noon``.

    :raises ValueError: the value is no moment with an offset.
    """
    moment = as_moment(value).astimezone(LONDON)
    if not moment.minute and moment.hour in (0, _NOON):
        return "12 noon" if moment.hour else "12 midnight"
    minutes = f".{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % _NOON or _NOON}{minutes} {'am' if moment.hour < _NOON else 'pm'}"


def as_day(value: Any) -> date:
    """The day meant; a moment's day is its day in London.

    :raises ValueError: the value is neither a date nor a moment with an offset, as such or as ISO 8601 text.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and "T" not in value:
        return date.fromisoformat(value)
    return london_day(as_moment(value))


def as_moment(value: Any) -> datetime:
    """The moment meant.

    :raises ValueError: the value is no date and time, as such or as ISO 8601 text, or has no offset.
    """
    moment = datetime.fromisoformat(_ZONE_SUFFIX.sub("", value)) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise ValueError("not a date and time with an offset from UTC")
    return moment

"""Days and moments as the engine writes them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BeforeValidator, PlainSerializer, TypeAdapter, WithJsonSchema

LONDON = ZoneInfo("Europe/London")
"""The authority's time zone: every day in a policy is a day in London."""

NOT_A_MOMENT = "must be a date and time with its offset, such as 2025-06-03T10:00:00+01:00"
NOT_A_DAY = "must be a date such as 2025-06-03"

_ZONE_SUFFIX = re.compile(r"\[[A-Za-z0-9_+\-/]+\]$")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _without_zone_suffix(value: Any) -> Any:
    """FEEL writes ``2025-06-03T10:00:01+01:00[Europe/London]``; ISO 8601 knows only the offset."""
    if isinstance(value, datetime):
        return value
    # Left to itself pydantic would read a bare date as midnight, and a number as seconds since 1970.
    if not isinstance(value, str) or not _MOMENT.match(plain := _ZONE_SUFFIX.sub("", value.strip())):
        raise ValueError(NOT_A_MOMENT)
    return plain


def _plain_day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(plain := value.strip()):
        raise ValueError(NOT_A_DAY)
    return plain


def _day_of_either(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and "T" in value):
        return london_day(_MOMENTS.validate_python(value))
    return _plain_day(value)


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_without_zone_suffix),
    PlainSerializer(datetime.isoformat, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A date and time with its offset from UTC; the engine's zone suffix is accepted and dropped."""

Day = Annotated[date, BeforeValidator(_plain_day)]
"""A date and nothing more: a moment is refused, because its day depends on the zone."""

DayOrMoment = Annotated[date, BeforeValidator(_day_of_either)]
"""A date, or a moment of which the day in London is taken."""

_MOMENTS: TypeAdapter[datetime] = TypeAdapter(Moment)


def london_day(moment: datetime) -> date:
    """The day it was in London at ``moment``.

    :raises ValueError: the moment has no offset.
    """
    if moment.utcoffset() is None:
        raise ValueError("A moment without an offset has no day: give its offset from UTC.")
    return moment.astimezone(LONDON).date()

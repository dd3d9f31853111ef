"""Moments and days as the engine writes them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BeforeValidator, PlainSerializer, WithJsonSchema

LONDON = ZoneInfo("Europe/London")
"""The authority's time zone: every day in a policy is a day in London."""

_ZONE_SUFFIX = re.compile(r"\[[A-Za-z0-9_+\-/]+\]$")
_LOOKS_LIKE_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


def _without_zone_suffix(value: Any) -> Any:
    """FEEL writes ``2025-06-03T10:00:01+01:00[Europe/London]``; ISO 8601 knows only the offset."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("must be a date and time such as 2025-06-03T10:00:00+01:00")
    plain = _ZONE_SUFFIX.sub("", value.strip())
    if not _LOOKS_LIKE_MOMENT.match(plain):
        raise ValueError("must be a date and time such as 2025-06-03T10:00:00+01:00")
    return plain


def _as_iso(value: datetime) -> str:
    return value.isoformat()


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_without_zone_suffix),
    PlainSerializer(_as_iso, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A date and time with its offset from UTC; the engine's zone suffix is accepted and dropped."""


def london_day(moment: datetime) -> date:
    """The day it was in London at ``moment``.

    :raises ValueError: the moment has no offset.
    """
    if moment.utcoffset() is None:
        raise ValueError("A moment without an offset has no day: give its offset from UTC.")
    return moment.astimezone(LONDON).date()

"""Moments as people write them in a story: ``Monday 3 March 2025 09:00``, London time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workers.deadlines.moments import LONDON

FORMAT = "%d %B %Y %H:%M"
EXAMPLE = "Monday 3 March 2025 09:00"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def london_moment(words: str) -> datetime:
    """The moment meant by ``words``.

    :raises ValueError: they do not read as a moment, or the weekday is not that day's.
    """
    weekday, _, rest = " ".join(words.split()).partition(" ")
    try:
        moment = datetime.strptime(rest, FORMAT).replace(tzinfo=LONDON)
    except ValueError:
        raise ValueError(f"{words!r} is no moment of a story; write it like {EXAMPLE!r}.") from None
    if weekday != f"{moment:%A}":
        raise ValueError(f"{words!r}: {rest} is a {moment:%A}.")
    if moment.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise ValueError(f"{words!r}: the clocks went forward over that time; it never was in London.")
    return moment


def in_words(moment: datetime) -> str:
    """A moment as a story writes it, with seconds where there are any."""
    local = moment.astimezone(LONDON)
    clock = f"{local:%H:%M:%S}" if local.second or local.microsecond else f"{local:%H:%M}"
    return f"{local:%A} {local.day} {local:%B %Y} {clock}"


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, as the engine counts."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_milliseconds(count: int) -> datetime:
    """The moment, in London, that many milliseconds after 1970 began."""
    return (_EPOCH + timedelta(milliseconds=count)).astimezone(LONDON)


def from_engine(text: str) -> datetime | None:
    """A date and time as the engine writes it in a record; None for an empty one."""
    return datetime.fromisoformat(text.split("[", maxsplit=1)[0].replace("Z", "+00:00")) if text else None

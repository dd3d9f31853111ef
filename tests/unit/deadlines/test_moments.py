"""Days and moments as the engine writes them, and as letters print them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from workers.deadlines.moments import Day, DayOrMoment, Moment, london_day
from workers.deadlines.words import in_words, moment_in_words

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
DAY: TypeAdapter[date] = TypeAdapter(Day)
EITHER: TypeAdapter[date] = TypeAdapter(DayOrMoment)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2025-06-03T10:00:01+01:00[Europe/London]", "2025-06-03T10:00:01+01:00"),
        ("2025-03-03T10:00:00Z[GMT]", "2025-03-03T10:00:00+00:00"),
        ("2025-03-03T10:00Z", "2025-03-03T10:00:00+00:00"),
        ("2025-06-03T10:00:01.123456789+01:00[Europe/London]", "2025-06-03T10:00:01.123456+01:00"),
        (" 2025-06-03T10:00:01+01:00 ", "2025-06-03T10:00:01+01:00"),
        (datetime(2025, 6, 3, 10, tzinfo=UTC), "2025-06-03T10:00:00+00:00"),
    ],
)
def test_moments(written: Any, iso: str) -> None:
    moment = MOMENT.validate_python(written)

    assert moment.isoformat() == iso
    assert MOMENT.validate_python(MOMENT.dump_python(moment, mode="json")) == moment


@pytest.mark.parametrize(
    "wrong",
    [
        "2025-06-03",
        "2025-06-03T10:00:00",
        "2025-06-03T10:00:00[Europe/London]",
        "2025-02-30T10:00:00Z",
        "03/06/2025 10:00",
        1748941201,
        "1748941201",
        True,
        None,
        "",
        datetime(2025, 6, 3, 10),  # noqa: DTZ001 - the point of the test
        date(2025, 6, 3),
    ],
)
def test_what_is_no_moment(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(wrong)


@pytest.mark.parametrize(
    "wrong", ["2025-06-03T00:00:00Z", "2025-02-29", "3 June 2025", 20250603, 0, None, datetime(2025, 6, 3, tzinfo=UTC)]
)
def test_what_is_no_day(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(wrong)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-06-03", date(2025, 6, 3)),
        (date(2025, 6, 3), date(2025, 6, 3)),
        ("2025-06-03T00:30:00+01:00[Europe/London]", date(2025, 6, 3)),
        ("2025-06-02T23:30:00Z", date(2025, 6, 3)),  # half past midnight in London
        ("2025-03-02T23:30:00Z", date(2025, 3, 2)),
        ("2025-06-03T00:00:00+05:00", date(2025, 6, 2)),
        (datetime(2025, 6, 2, 23, 30, tzinfo=UTC), date(2025, 6, 3)),
    ],
)
def test_the_day_of_a_moment_is_london_s(written: Any, expected: date) -> None:
    assert EITHER.validate_python(written) == expected


@pytest.mark.parametrize("wrong", ["2025-06-03T10:00:00", "tomorrow", "The third", None, 7])
def test_what_is_neither(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        EITHER.validate_python(wrong)


def test_a_moment_without_offset_has_no_day() -> None:
    with pytest.raises(ValueError, match="offset"):
        london_day(datetime(2025, 6, 3))  # noqa: DTZ001 - the point of the test


def test_in_words() -> None:
    assert in_words(date(2025, 3, 10)) == "Monday 10 March 2025"
    assert in_words(date(2024, 2, 29)) == "Thursday 29 February 2024"
    assert in_words(datetime(2025, 6, 2, 23, 30, tzinfo=UTC)) == "Tuesday 3 June 2025"
    assert moment_in_words(datetime(2025, 6, 2, 23, 30, tzinfo=UTC)) == "Tuesday 3 June 2025 at 00:30"

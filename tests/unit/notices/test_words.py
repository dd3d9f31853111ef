from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from workers.notices.words import at_time, in_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2025-03-10", "Monday 10 March 2025"),
        (date(2025, 3, 10), "Monday 10 March 2025"),
        ("2025-03-10T10:30:00+00:00[Europe/London]", "Monday 10 March 2025"),
        # Half past eleven at night in UTC is the next day in London's summer.
        ("2025-06-30T23:30:00+00:00", "Tuesday 1 July 2025"),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "Wednesday 31 December 2025"),
    ],
)
def test_days_in_words(value: object, words: str) -> None:
    assert in_words(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2025-03-10T10:30:00+00:00", "10.30 am"),
        ("2025-03-10T09:05:00+00:00", "9.05 am"),
        ("2025-03-10T12:00:00+00:00", "12 noon"),
        ("2025-03-10T12:15:00+00:00", "12.15 pm"),
        ("2025-03-10T00:00:00+00:00", "12 midnight"),
        ("2025-03-10T00:30:00+00:00", "12.30 am"),
        ("2025-03-10T14:00:00+00:00", "2 pm"),
        ("2025-07-10T13:00:00+00:00", "2 pm"),
    ],
)
def test_times_of_day(value: str, words: str) -> None:
    assert at_time(value) == words


@pytest.mark.parametrize("value", ["", "tomorrow", "2025-02-30", "2025-03-10T10:00:00", 20250310, None, True])
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        in_words(value)

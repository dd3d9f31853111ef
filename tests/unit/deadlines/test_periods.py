"""Counting periods: tables of labelled dates, and what must hold for every date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workers.deadlines.moments import LONDON
from workers.deadlines.periods import DateOutOfRange, Direction, Period, Rounding, add_months, deadline_day, moment_on
from workers.deadlines.working_days import UnknownHolidays, is_working_day


def day(labelled: str) -> date:
    weekday, rest = labelled.split(" ", 1)
    parsed = datetime.strptime(rest, "%d %B %Y").replace(tzinfo=LONDON).date()
    assert parsed.strftime("%a") == weekday, f"{rest} is a {parsed:%a}"
    return parsed


def period(words: str) -> Period:
    """``2 clear calendar_days``."""
    amount, *clear, unit = words.split()
    return Period.model_validate({"amount": int(amount), "unit": unit, "clear": clear == ["clear"]})


@pytest.mark.parametrize(
    ("start", "length", "direction", "expected"),
    [
        # One week to appeal; a notice of two to seven clear days (CAP-14b, CAP-A02).
        ("Mon 3 March 2025", "7 calendar_days", "after", "Mon 10 March 2025"),
        ("Mon 3 March 2025", "1 weeks", "after", "Mon 10 March 2025"),
        ("Mon 3 March 2025", "2 clear calendar_days", "after", "Thu 6 March 2025"),
        ("Mon 3 March 2025", "7 clear calendar_days", "after", "Tue 11 March 2025"),
        ("Wed 5 March 2025", "1 weeks", "after", "Wed 12 March 2025"),
        ("Thu 6 March 2025", "2 clear calendar_days", "before", "Mon 3 March 2025"),
        ("Mon 3 March 2025", "0 calendar_days", "after", "Mon 3 March 2025"),
        ("Mon 3 March 2025", "0 clear calendar_days", "after", "Tue 4 March 2025"),
        ("Mon 3 March 2025", "1 clear weeks", "after", "Tue 11 March 2025"),
        # Across the clock changes a day is still a day.
        ("Sat 29 March 2025", "1 calendar_days", "after", "Sun 30 March 2025"),
        ("Sat 25 October 2025", "2 calendar_days", "after", "Mon 27 October 2025"),
        # Working days round Christmas and Easter.
        ("Mon 2 March 2026", "10 working_days", "after", "Mon 16 March 2026"),
        ("Mon 3 March 2025", "2 clear working_days", "after", "Thu 6 March 2025"),
        ("Thu 6 March 2025", "2 clear working_days", "before", "Mon 3 March 2025"),
        ("Wed 16 April 2025", "5 working_days", "after", "Fri 25 April 2025"),
        ("Tue 23 December 2025", "5 working_days", "after", "Fri 2 January 2026"),
        ("Wed 24 December 2025", "1 clear working_days", "after", "Tue 30 December 2025"),
        ("Fri 2 January 2026", "5 working_days", "before", "Tue 23 December 2025"),
        # Months: a warning's life (CAP-31, CAP-36, CAP-A10), leap years and short months.
        ("Mon 3 March 2025", "6 calendar_months", "after", "Wed 3 September 2025"),
        ("Mon 3 March 2025", "12 calendar_months", "after", "Tue 3 March 2026"),
        ("Sun 31 August 2025", "6 calendar_months", "after", "Sat 28 February 2026"),
        ("Thu 31 August 2023", "6 calendar_months", "after", "Thu 29 February 2024"),
        ("Fri 31 January 2025", "1 calendar_months", "after", "Fri 28 February 2025"),
        ("Thu 29 February 2024", "12 calendar_months", "after", "Fri 28 February 2025"),
        ("Thu 29 February 2024", "48 calendar_months", "after", "Tue 29 February 2028"),
        ("Mon 31 March 2025", "1 calendar_months", "before", "Fri 28 February 2025"),
        ("Wed 15 January 2025", "1 calendar_months", "before", "Sun 15 December 2024"),
        ("Mon 15 December 2025", "1 calendar_months", "after", "Thu 15 January 2026"),
        ("Mon 3 March 2025", "1 clear calendar_months", "after", "Fri 4 April 2025"),
    ],
)
def test_deadline_day(start: str, length: str, direction: Direction, expected: str) -> None:
    assert deadline_day(day(start), period(length), direction) == day(expected)


@pytest.mark.parametrize(
    ("start", "length", "rounding", "expected"),
    [
        ("Mon 10 March 2025", "5 calendar_days", "none", "Sat 15 March 2025"),
        ("Mon 10 March 2025", "5 calendar_days", "next_working_day", "Mon 17 March 2025"),
        ("Mon 10 March 2025", "5 calendar_days", "previous_working_day", "Fri 14 March 2025"),
        ("Mon 10 March 2025", "1 calendar_days", "next_working_day", "Tue 11 March 2025"),
        ("Fri 11 April 2025", "1 weeks", "next_working_day", "Tue 22 April 2025"),
        ("Fri 11 April 2025", "1 weeks", "previous_working_day", "Thu 17 April 2025"),
        ("Tue 25 November 2025", "1 calendar_months", "next_working_day", "Mon 29 December 2025"),
        ("Mon 1 December 2025", "1 calendar_months", "previous_working_day", "Wed 31 December 2025"),
    ],
)
def test_rounding(start: str, length: str, rounding: Rounding, expected: str) -> None:
    assert deadline_day(day(start), period(length), "after", rounding) == day(expected)


def test_calendar_days_need_no_holidays() -> None:
    assert deadline_day(date(2090, 1, 1), period("7 calendar_days")) == date(2090, 1, 8)


@pytest.mark.parametrize(("length", "rounding"), [("1 working_days", "none"), ("1 calendar_days", "next_working_day")])
def test_working_days_of_a_far_year_are_an_error(length: str, rounding: Rounding) -> None:
    with pytest.raises(UnknownHolidays, match="2090"):
        deadline_day(date(2090, 1, 2), period(length), "after", rounding)


@pytest.mark.parametrize(
    ("start", "length", "direction"),
    [
        (date(9999, 12, 31), "1 calendar_days", "after"),
        (date(9999, 6, 1), "7 calendar_months", "after"),
        (date(1, 1, 1), "1 weeks", "before"),
        (date(1, 1, 31), "1 calendar_months", "before"),
    ],
)
def test_outside_the_calendar(start: date, length: str, direction: Direction) -> None:
    with pytest.raises(DateOutOfRange, match="outside the calendar"):
        deadline_day(start, period(length), direction)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1, "unit": "weeks"},
        {"amount": 1.5, "unit": "weeks"},
        {"amount": 1001, "unit": "weeks"},
        {"amount": 1, "unit": "fortnights"},
        {"amount": None, "unit": "weeks"},
        {"unit": "weeks"},
    ],
)
def test_wrong_periods(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Period.model_validate(wrong)


def test_a_decision_tables_row_may_say_more() -> None:
    row = {"amount": 1, "unit": "weeks", "paragraph": "64"}

    assert Period.model_validate(row) == Period(amount=1, unit="weeks", clear=False)


# The longest period, five years either way, stays within the years whose holidays are known.
KNOWN_DAYS = st.dates(date(2005, 6, 1), date(2023, 6, 1))
AMOUNTS = st.integers(0, 250)
UNITS = st.sampled_from(["calendar_days", "working_days", "weeks", "calendar_months"])
PERIODS = st.builds(
    lambda amount, unit, clear: Period(
        amount=amount if unit != "calendar_months" else amount % 25, unit=unit, clear=clear
    ),
    AMOUNTS,
    UNITS,
    st.booleans(),
)


@given(KNOWN_DAYS, PERIODS)
def test_after_is_never_earlier_and_before_never_later(start: date, length: Period) -> None:
    assert deadline_day(start, length, "before") <= start <= deadline_day(start, length, "after")


@given(KNOWN_DAYS, PERIODS)
def test_a_later_start_never_ends_earlier(start: date, length: Period) -> None:
    assert deadline_day(start, length) <= deadline_day(start + timedelta(days=1), length)


@given(KNOWN_DAYS, st.integers(0, 200), UNITS)
def test_clear_days_are_a_day_longer(start: date, amount: int, unit: Any) -> None:
    months = unit == "calendar_months"
    plain = deadline_day(start, Period(amount=amount % 25 if months else amount, unit=unit, clear=False))
    clear = deadline_day(start, Period(amount=amount % 25 if months else amount, unit=unit, clear=True))

    if unit == "working_days":
        between = [plain + timedelta(days=n) for n in range(1, (clear - plain).days)]
        assert is_working_day(clear)
        assert not any(map(is_working_day, between))
    else:
        assert clear == plain + timedelta(days=1)


@given(KNOWN_DAYS, st.integers(1, 250))
def test_exactly_that_many_working_days_lie_within(start: date, amount: int) -> None:
    end = deadline_day(start, Period(amount=amount, unit="working_days", clear=False))
    within = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]

    assert sum(map(is_working_day, within)) == amount
    assert is_working_day(end)


@given(KNOWN_DAYS, PERIODS, st.sampled_from(["after", "before"]))
def test_rounded_deadlines_are_working_days_on_the_right_side(
    start: date, length: Period, direction: Direction
) -> None:
    plain = deadline_day(start, length, direction)
    following = deadline_day(start, length, direction, "next_working_day")
    preceding = deadline_day(start, length, direction, "previous_working_day")

    assert preceding <= plain <= following
    assert is_working_day(preceding)
    assert is_working_day(following)
    assert (preceding == plain == following) is is_working_day(plain)


@given(KNOWN_DAYS, st.integers(-300, 300))
def test_months_keep_the_day_or_end_the_month(start: date, months: int) -> None:
    moved = add_months(start, months)

    assert (moved.year - start.year) * 12 + moved.month - start.month == months
    assert moved.day == start.day or (moved.day < start.day and (moved + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("labelled", "at", "expected"),
    [
        ("Mon 3 March 2025", time(10), "2025-03-03T10:00:00+00:00"),
        ("Tue 3 June 2025", time(10), "2025-06-03T10:00:00+01:00"),
        ("Sat 29 March 2025", time(23, 59, 59), "2025-03-29T23:59:59+00:00"),
        ("Sun 30 March 2025", time(0, 59, 59), "2025-03-30T00:59:59+00:00"),
        ("Sun 30 March 2025", time(1, 30), "2025-03-30T02:30:00+01:00"),  # no clock shows 01:30
        ("Sun 30 March 2025", time(2), "2025-03-30T02:00:00+01:00"),
        ("Sun 30 March 2025", time(23, 59, 59), "2025-03-30T23:59:59+01:00"),
        ("Sun 26 October 2025", time(0, 30), "2025-10-26T00:30:00+01:00"),
        ("Sun 26 October 2025", time(1, 30), "2025-10-26T01:30:00+00:00"),  # the second 01:30
        ("Sun 26 October 2025", time(23, 59, 59), "2025-10-26T23:59:59+00:00"),
    ],
)
def test_moment_on(labelled: str, at: time, expected: str) -> None:
    assert moment_on(day(labelled), at).isoformat() == expected


@given(st.dates(date(1980, 1, 1), date(2100, 1, 1)))
def test_the_end_of_a_day_is_on_that_day(anyday: date) -> None:
    assert moment_on(anyday).replace(tzinfo=None) == datetime.combine(anyday, time(23, 59, 59))

"""Working days and bank holidays of England and Wales."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from workers.deadlines.moments import LONDON
from workers.deadlines.working_days import (
    FIRST_KNOWN_YEAR,
    LAST_KNOWN_YEAR,
    ONE_DAY,
    UnknownHolidays,
    bank_holidays,
    count_working_days,
    is_working_day,
    nearest_working_day,
)


def day(labelled: str) -> date:
    """``Mon 10 March 2025``: the label is checked, so that a table cannot name the wrong weekday."""
    weekday, rest = labelled.split(" ", 1)
    parsed = datetime.strptime(rest, "%d %B %Y").replace(tzinfo=LONDON).date()
    assert parsed.strftime("%a") == weekday, f"{rest} is a {parsed:%a}"
    return parsed


# As GOV.UK lists them; weekdays off work only, since a holiday on a Sunday changes nothing.
ANNOUNCED = {
    2022: "3 Jan, 15 Apr, 18 Apr, 2 May, 2 Jun, 3 Jun, 29 Aug, 19 Sep, 26 Dec, 27 Dec",
    2023: "2 Jan, 7 Apr, 10 Apr, 1 May, 8 May, 29 May, 28 Aug, 25 Dec, 26 Dec",
    2024: "1 Jan, 29 Mar, 1 Apr, 6 May, 27 May, 26 Aug, 25 Dec, 26 Dec",
    2025: "1 Jan, 18 Apr, 21 Apr, 5 May, 26 May, 25 Aug, 25 Dec, 26 Dec",
    2026: "1 Jan, 3 Apr, 6 Apr, 4 May, 25 May, 31 Aug, 25 Dec, 28 Dec",
    2027: "1 Jan, 26 Mar, 29 Mar, 3 May, 31 May, 30 Aug, 27 Dec, 28 Dec",
    2028: "3 Jan, 14 Apr, 17 Apr, 1 May, 29 May, 28 Aug, 25 Dec, 26 Dec",
}


@pytest.mark.parametrize("year", ANNOUNCED)
def test_weekdays_off_are_those_announced(year: int) -> None:
    weekdays_off = [found for found in sorted(bank_holidays(year)) if found.weekday() < 5]

    assert ", ".join(f"{found.day} {found:%b}" for found in weekdays_off) == ANNOUNCED[year]


@pytest.mark.parametrize(
    ("labelled", "works"),
    [
        ("Fri 28 February 2025", True),
        ("Sat 1 March 2025", False),
        ("Sun 2 March 2025", False),
        ("Mon 3 March 2025", True),
        ("Thu 17 April 2025", True),
        ("Fri 18 April 2025", False),  # Good Friday
        ("Mon 21 April 2025", False),  # Easter Monday
        ("Tue 22 April 2025", True),
        ("Wed 24 December 2025", True),
        ("Mon 28 December 2026", False),  # Boxing Day fell on Saturday
        ("Tue 29 December 2026", True),
        ("Mon 17 March 2025", True),  # St Patrick's Day: Northern Ireland only
        ("Fri 2 January 2026", True),  # Scotland only
        ("Mon 4 August 2025", True),  # Scotland only
    ],
)
def test_is_working_day(labelled: str, works: bool) -> None:
    assert is_working_day(day(labelled)) is works


@pytest.mark.parametrize("year", [FIRST_KNOWN_YEAR - 1, LAST_KNOWN_YEAR + 1, 2100, 9999])
def test_a_year_without_announced_holidays_is_an_error_not_a_guess(year: int) -> None:
    with pytest.raises(UnknownHolidays, match=f"The bank holidays of {year} are not known"):
        is_working_day(date(year, 3, 3))


def test_a_count_may_not_run_into_an_unknown_year() -> None:
    last_friday = day("Fri 29 December 2028")

    assert last_friday.year == LAST_KNOWN_YEAR
    with pytest.raises(UnknownHolidays):
        count_working_days(last_friday, 1)


def test_a_count_may_not_run_back_before_the_known_years() -> None:
    with pytest.raises(UnknownHolidays):
        count_working_days(day("Tue 4 January 2000"), 1, -ONE_DAY)


def test_next_year_is_known() -> None:
    """Fails while there is still a year to add the holidays: see LAST_KNOWN_YEAR."""
    assert datetime.now(LONDON).year + 1 <= LAST_KNOWN_YEAR


@pytest.mark.parametrize(
    ("start", "amount", "step", "expected"),
    [
        ("Mon 2 March 2026", 10, ONE_DAY, "Mon 16 March 2026"),
        ("Fri 28 February 2025", 1, ONE_DAY, "Mon 3 March 2025"),
        ("Sat 1 March 2025", 1, ONE_DAY, "Mon 3 March 2025"),
        ("Sun 2 March 2025", 1, ONE_DAY, "Mon 3 March 2025"),
        ("Sat 1 March 2025", 0, ONE_DAY, "Sat 1 March 2025"),
        ("Thu 17 April 2025", 1, ONE_DAY, "Tue 22 April 2025"),
        ("Wed 24 December 2025", 2, ONE_DAY, "Tue 30 December 2025"),
        ("Thu 24 December 2026", 1, ONE_DAY, "Tue 29 December 2026"),
        ("Fri 24 December 2027", 1, ONE_DAY, "Wed 29 December 2027"),
        ("Fri 23 December 2022", 1, ONE_DAY, "Wed 28 December 2022"),
        ("Tue 31 December 2024", 1, ONE_DAY, "Thu 2 January 2025"),
        ("Tue 22 April 2025", 1, -ONE_DAY, "Thu 17 April 2025"),
        ("Mon 3 March 2025", 5, -ONE_DAY, "Mon 24 February 2025"),
        ("Thu 2 January 2025", 1, -ONE_DAY, "Tue 31 December 2024"),
    ],
)
def test_count_working_days(start: str, amount: int, step: timedelta, expected: str) -> None:
    assert count_working_days(day(start), amount, step) == day(expected)


@pytest.mark.parametrize(
    ("start", "step", "expected"),
    [
        ("Mon 3 March 2025", ONE_DAY, "Mon 3 March 2025"),
        ("Sat 1 March 2025", ONE_DAY, "Mon 3 March 2025"),
        ("Fri 18 April 2025", ONE_DAY, "Tue 22 April 2025"),
        ("Mon 21 April 2025", -ONE_DAY, "Thu 17 April 2025"),
        ("Sat 27 December 2025", -ONE_DAY, "Wed 24 December 2025"),
    ],
)
def test_nearest_working_day(start: str, step: timedelta, expected: str) -> None:
    assert nearest_working_day(day(start), step) == day(expected)

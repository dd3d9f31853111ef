"""Counting absence: tables of labelled dates, and what must hold for any absences."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.attendance import made, naive
from workers.attendance.counting import (
    Cause,
    Figures,
    Joining,
    Rule,
    Spell,
    Threshold,
    Unit,
    beginnings,
    current_episode,
    figures,
    first_day_of,
    first_uncovered,
    first_working_day,
    working_days,
)
from workers.attendance.patterns import Span, spans_from
from workers.deadlines.moments import LONDON
from workers.deadlines.periods import Period
from workers.deadlines.working_days import UnknownHolidays

TWELVE_MONTHS = Period(amount=12, unit="calendar_months")
MON_TUE_WED = 0b0000111
THU_FRI = 0b0011000
EVERY_DAY = 0b1111111


def day(labelled: str) -> date:
    """``Mon 3 March 2025``, whose weekday is checked."""
    weekday, rest = labelled.split(" ", 1)
    parsed = datetime.strptime(rest, "%d %B %Y").replace(tzinfo=LONDON).date()
    assert parsed.strftime("%a") == weekday, f"{rest} is a {parsed:%a}"
    return parsed


def spell(days: str, *causes: Cause, reference: str = "") -> Spell:
    """``Mon 3 March 2025 - Fri 7 March 2025``, or ``Mon 3 March 2025 -`` for one that goes on, or one day."""
    first, dash, last = days.partition(" -")
    end = day(last.strip()) if last.strip() else None if dash else day(first)
    return Spell(reference or days, day(first), end, frozenset(causes))


def counted(
    on: str, *days: str, unit: Unit = "working_days", joining: Joining = "no_working_day_between", weekdays: int = 0
) -> tuple[int, int]:
    """Days and occasions in the twelve months that end on a day."""
    last = day(on)
    pattern = spans_from([(date.min, weekdays)]) if weekdays else []
    found = figures([spell(one) for one in days], Rule(first_day_of(TWELVE_MONTHS, last), last, unit, joining), pattern)
    return found.days, found.occasions


@pytest.mark.parametrize(
    ("on", "absences", "expected"),
    [
        ("Mon 10 March 2025", [], (0, 0)),
        ("Mon 10 March 2025", ["Mon 3 March 2025"], (1, 1)),
        ("Mon 10 March 2025", ["Mon 3 March 2025 - Fri 7 March 2025"], (5, 1)),
        # Friday to Monday of somebody who works from Monday to Friday: two days (ATT-A03).
        ("Mon 10 March 2025", ["Fri 7 March 2025 - Mon 10 March 2025"], (2, 1)),
        # Two spells of three and six days (ATT-15c).
        (
            "Mon 31 March 2025",
            ["Mon 3 March 2025 - Wed 5 March 2025", "Mon 10 March 2025 - Mon 17 March 2025"],
            (9, 2),
        ),
        # Bank holidays: Good Friday and Easter Monday 2025, Christmas 2024.
        ("Wed 30 April 2025", ["Thu 17 April 2025 - Tue 22 April 2025"], (2, 1)),
        ("Thu 2 January 2025", ["Tue 24 December 2024 - Thu 2 January 2025"], (5, 1)),
        # At a weekend or on a bank holiday only, nobody was absent from work.
        ("Mon 10 March 2025", ["Sat 8 March 2025 - Sun 9 March 2025"], (0, 0)),
        ("Wed 30 April 2025", ["Fri 18 April 2025"], (0, 0)),
        # One that goes on counts up to the day of the check; one of the future does not count.
        ("Wed 12 March 2025", ["Mon 3 March 2025 -"], (8, 1)),
        ("Tue 11 March 2025", ["Mon 3 March 2025 -"], (7, 1)),
        ("Mon 3 March 2025", ["Mon 3 March 2025 - Fri 7 March 2025"], (1, 1)),
        ("Fri 28 February 2025", ["Mon 3 March 2025 - Fri 7 March 2025"], (0, 0)),
        # The period's edge: twelve months to Monday 3 March 2025 begin on Monday 4 March 2024 (ATT-A04).
        ("Mon 3 March 2025", ["Fri 1 March 2024"], (0, 0)),
        ("Tue 4 March 2025", ["Mon 4 March 2024"], (0, 0)),
        ("Mon 3 March 2025", ["Mon 4 March 2024"], (1, 1)),
        ("Mon 3 March 2025", ["Thu 29 February 2024 - Wed 6 March 2024"], (3, 1)),
        ("Mon 3 March 2025", ["Thu 29 February 2024 - Sun 3 March 2024"], (0, 0)),
        ("Fri 1 March 2024", ["Mon 27 February 2023 - Fri 3 March 2023"], (2, 1)),
        ("Fri 3 March 2023", ["Mon 28 February 2022 - Fri 4 March 2022"], (1, 1)),
        ("Fri 4 March 2022", ["Mon 1 March 2021 - Sun 7 March 2021"], (1, 1)),
        # Only the weekend of it lies in the period.
        ("Sat 5 March 2022", ["Mon 1 March 2021 - Sun 7 March 2021"], (0, 0)),
        # Leap days.
        ("Fri 28 February 2025", ["Thu 29 February 2024"], (1, 1)),
        ("Sat 1 March 2025", ["Thu 29 February 2024"], (0, 0)),
        ("Thu 29 February 2024", ["Tue 28 February 2023"], (0, 0)),
        ("Thu 29 February 2024", ["Wed 1 March 2023"], (1, 1)),
        ("Thu 29 February 2024", ["Wed 28 February 2024 -"], (2, 1)),
        # Longer than the period: every working day of twelve months.
        ("Tue 31 December 2024", ["Mon 6 March 2023 -"], (254, 1)),
    ],
)
def test_days_and_occasions(on: str, absences: list[str], expected: tuple[int, int]) -> None:
    assert counted(on, *absences) == expected


@pytest.mark.parametrize(
    ("absences", "never", "no_day", "no_working_day"),
    [
        (["Mon 3 March 2025", "Wed 5 March 2025"], 2, 2, 2),
        (["Mon 3 March 2025", "Tue 4 March 2025"], 2, 1, 1),
        (["Fri 7 March 2025", "Mon 10 March 2025"], 2, 2, 1),
        (["Thu 17 April 2025", "Tue 22 April 2025"], 2, 2, 1),  # Easter
        (["Thu 17 April 2025", "Wed 23 April 2025"], 2, 2, 2),
        (["Fri 7 March 2025", "Sat 8 March 2025 - Sun 9 March 2025", "Mon 10 March 2025"], 2, 1, 1),
        (["Thu 6 March 2025", "Sat 8 March 2025 - Sun 9 March 2025", "Mon 10 March 2025"], 2, 2, 2),
        (["Tue 4 March 2025", "Mon 3 March 2025", "Fri 14 March 2025"], 3, 2, 2),
        (["Mon 3 March 2025 - Tue 4 March 2025", "Wed 5 March 2025 -"], 2, 1, 1),
    ],
)
def test_absences_that_adjoin(absences: list[str], never: int, no_day: int, no_working_day: int) -> None:
    found = [counted("Wed 30 April 2025", *absences, joining=joining)[1] for joining in made.JOININGS]

    assert found == [never, no_day, no_working_day]


@pytest.mark.parametrize(
    ("weekdays", "absences", "expected"),
    [
        (MON_TUE_WED, ["Mon 3 March 2025 - Fri 7 March 2025"], (3, 1)),
        (MON_TUE_WED, ["Thu 6 March 2025 - Sun 9 March 2025"], (0, 0)),
        (MON_TUE_WED, ["Wed 5 March 2025", "Mon 10 March 2025"], (2, 1)),  # Thursday and Friday lie between
        (THU_FRI, ["Mon 3 March 2025 - Fri 7 March 2025"], (2, 1)),
        (THU_FRI, ["Thu 17 April 2025 - Tue 22 April 2025"], (1, 1)),  # Good Friday
        (EVERY_DAY, ["Sat 8 March 2025 - Sun 9 March 2025"], (2, 1)),
    ],
)
def test_days_of_the_persons_own_pattern(weekdays: int, absences: list[str], expected: tuple[int, int]) -> None:
    assert counted("Wed 30 April 2025", *absences, weekdays=weekdays) == expected


@pytest.mark.parametrize(
    ("absences", "expected"),
    [
        (["Fri 7 March 2025 - Mon 10 March 2025"], (4, 1)),
        (["Sat 8 March 2025 - Sun 9 March 2025"], (2, 1)),
        (["Mon 3 March 2025 -"], (59, 1)),
    ],
)
def test_calendar_days(absences: list[str], expected: tuple[int, int]) -> None:
    assert counted("Wed 30 April 2025", *absences, unit="calendar_days") == expected


def test_a_pattern_that_changes_during_an_absence() -> None:
    pattern = spans_from([(day("Mon 3 March 2025"), MON_TUE_WED), (day("Thu 13 March 2025"), THU_FRI)])
    absent = [spell("Thu 27 February 2025 - Fri 14 March 2025")]
    rule = Rule(day("Sat 1 February 2025"), day("Mon 31 March 2025"))

    # Monday to Friday until Sunday 2 March, then six days of the first pattern and two of the second.
    assert figures(absent, rule, pattern) == Figures(days=2 + 6 + 2, calendar_days=16, occasions=1)


def test_what_is_disregarded_is_left_out_and_does_not_join() -> None:
    absent = [
        spell("Mon 3 March 2025 - Tue 4 March 2025"),
        spell("Wed 5 March 2025 - Thu 6 March 2025", "pregnancy"),
        spell("Fri 7 March 2025", "disability", "injury_at_work"),
    ]
    rule = Rule(day("Sat 1 March 2025"), day("Mon 31 March 2025"))

    def without(*causes: Cause) -> tuple[int, int]:
        found = figures(absent, Rule(rule.first, rule.last, disregard=frozenset(causes)), [])
        return found.days, found.occasions

    assert without() == (5, 1)
    assert without("pregnancy") == (3, 2)
    assert without("pregnancy", "disability") == (2, 1)
    assert without("injury_at_work", "assault_at_work") == (4, 1)


@pytest.mark.parametrize(
    ("days", "occasions", "reached"),
    [(8, 1, True), (7, 1, False), (2, 2, True), (0, 0, False), (7, 3, True), (9, 1, True)],
)
def test_a_trigger_is_reached_by_days_or_occasions(days: int, occasions: int, reached: bool) -> None:
    """Eight or more days, two or more periods (ATT-15a, ATT-A02)."""
    assert Threshold("investigation", 8, 2).reached(days, occasions) is reached


def test_a_trigger_of_one_number() -> None:
    assert not Threshold("days", days=8).reached(7, 99)
    assert not Threshold("occasions", occasions=3).reached(99, 2)


@pytest.mark.parametrize(
    ("on", "first"),
    [
        ("Mon 3 March 2025", "Mon 4 March 2024"),
        ("Fri 28 February 2025", "Thu 29 February 2024"),
        ("Thu 29 February 2024", "Wed 1 March 2023"),
        ("Tue 31 December 2024", "Mon 1 January 2024"),
    ],
)
def test_where_twelve_months_begin(on: str, first: str) -> None:
    assert first_day_of(TWELVE_MONTHS, day(on)) == day(first)


@pytest.mark.parametrize(
    ("on", "absences", "first", "calendar_days"),
    [
        ("Mon 3 March 2025", ["Mon 3 March 2025 -"], "Mon 3 March 2025", 1),
        ("Mon 24 March 2025", ["Mon 3 March 2025 -"], "Mon 3 March 2025", 22),  # day 22 (CAP-45c)
        ("Sun 23 March 2025", ["Mon 3 March 2025 -"], "Mon 3 March 2025", 21),
        ("Fri 7 March 2025", ["Mon 3 March 2025 - Fri 7 March 2025"], "Mon 3 March 2025", 5),
        ("Sat 8 March 2025", ["Mon 3 March 2025 - Fri 7 March 2025"], None, 0),
        ("Tue 11 March 2025", ["Mon 3 March 2025 - Fri 7 March 2025", "Mon 10 March 2025 -"], "Mon 3 March 2025", 9),
        ("Wed 12 March 2025", ["Mon 3 March 2025 - Fri 7 March 2025", "Tue 11 March 2025 -"], "Tue 11 March 2025", 2),
        ("Fri 28 February 2025", ["Mon 3 March 2025 -"], None, 0),
    ],
)
def test_the_absence_somebody_is_in(on: str, absences: list[str], first: str | None, calendar_days: int) -> None:
    episode = current_episode([spell(one) for one in absences], day(on), "no_working_day_between", [])

    assert [one.first for one in episode[:1]] == ([day(first)] if first else [])
    assert ((episode and (day(on) - episode[0].first).days + 1) or 0) == calendar_days


@pytest.mark.parametrize(
    ("certificates", "uncovered"),
    [
        ([], "Mon 10 March 2025"),
        ([("Mon 10 March 2025", "Mon 24 March 2025")], "Tue 25 March 2025"),
        ([("Mon 10 March 2025", "Mon 31 March 2025")], None),
        ([("Mon 10 March 2025", "Fri 14 March 2025"), ("Mon 17 March 2025", "Mon 31 March 2025")], "Sat 15 March 2025"),
        ([("Mon 17 March 2025", "Mon 31 March 2025"), ("Mon 3 March 2025", "Sun 16 March 2025")], None),
        ([("Mon 3 March 2025", "Fri 7 March 2025")], "Mon 10 March 2025"),
        ([("Mon 3 March 2025", "Fri 7 March 2025"), ("Tue 11 March 2025", "Mon 31 March 2025")], "Mon 10 March 2025"),
    ],
)
def test_the_first_day_without_a_certificate(certificates: list[tuple[str, str]], uncovered: str | None) -> None:
    """Of the days from the eighth of an absence from Monday 3 to Monday 31 March."""
    found = first_uncovered(
        day("Mon 10 March 2025"), day("Mon 31 March 2025"), [(day(one), day(other)) for one, other in certificates]
    )

    assert found == (day(uncovered) if uncovered else None)


def test_certificates_that_never_end() -> None:
    assert first_uncovered(day("Mon 3 March 2025"), date.max, [(date.min, date.max)]) is None


@pytest.mark.parametrize(
    ("first", "weekdays", "expected"),
    [
        ("Sat 8 March 2025", 0b11111, "Mon 10 March 2025"),
        ("Mon 10 March 2025", 0b11111, "Mon 10 March 2025"),
        ("Thu 6 March 2025", MON_TUE_WED, "Mon 10 March 2025"),
        ("Fri 18 April 2025", 0b11111, "Tue 22 April 2025"),
    ],
)
def test_the_first_working_day(first: str, weekdays: int, expected: str) -> None:
    assert first_working_day(day(first), spans_from([(date.min, weekdays)])) == day(expected)


def test_when_occasions_began() -> None:
    absent = [
        spell("Mon 3 March 2025"),
        spell("Mon 17 March 2025 - Tue 18 March 2025"),
        spell("Wed 19 March 2025"),  # goes on from the day before
        spell("Fri 28 February 2025"),  # before the period
        spell("Sat 22 March 2025"),  # nobody works
        spell("Wed 2 April 2025"),
    ]
    weekdays, months = beginnings(absent, Rule(day("Sat 1 March 2025"), day("Wed 30 April 2025")), [])

    assert weekdays == [2, 0, 1, 0, 0, 0, 0]
    assert months == [0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]


def test_years_whose_bank_holidays_nobody_knows() -> None:
    rule = Rule(date(2040, 1, 1), date(2040, 12, 31))
    absent = [Spell("ABS", date(2040, 3, 1), date(2040, 3, 2))]
    with pytest.raises(UnknownHolidays):
        figures(absent, rule, [])
    with pytest.raises(UnknownHolidays):
        working_days(date(1999, 12, 31), date(2000, 1, 4), [])


def test_patterns_follow_each_other_without_a_gap() -> None:
    spans = spans_from([(date(2024, 1, 1), MON_TUE_WED), (date(2025, 1, 1), THU_FRI)])

    assert spans == [
        Span(date.min, date(2023, 12, 31), 0b11111),
        Span(date(2024, 1, 1), date(2024, 12, 31), MON_TUE_WED),
        Span(date(2025, 1, 1), date.max, THU_FRI),
    ]
    assert spans_from([]) == []


@given(made.spells(), made.rules(), made.patterns())
def test_as_counted_day_by_day(spells: list[Spell], rule: Rule, pattern: list[Span]) -> None:
    found = figures(spells, rule, pattern)

    assert (found.days, found.occasions) == naive.days_and_occasions(spells, rule, pattern)


@given(made.spells(), made.rules(), made.patterns())
def test_joining_never_makes_more_occasions_nor_other_days(
    spells: list[Spell], rule: Rule, pattern: list[Span]
) -> None:
    never, no_day, no_working_day = (
        figures(spells, Rule(rule.first, rule.last, rule.unit, joining, rule.disregard), pattern)
        for joining in made.JOININGS
    )

    assert never.days == no_day.days == no_working_day.days
    assert never.occasions >= no_day.occasions >= no_working_day.occasions
    assert never.calendar_days >= never.days


@given(made.spells(), made.rules(), made.patterns(), st.integers(0, 400))
def test_two_periods_have_the_days_of_one(spells: list[Spell], rule: Rule, pattern: list[Span], offset: int) -> None:
    middle = min(rule.first + timedelta(days=offset), rule.last)
    one = figures(spells, Rule(rule.first, middle, rule.unit), pattern)
    other = figures(spells, Rule(middle + timedelta(days=1), rule.last, rule.unit), pattern)

    assert one.days + other.days == figures(spells, Rule(rule.first, rule.last, rule.unit), pattern).days

"""Who has reached a trigger: everybody at once, as each of them is counted alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from tests.unit.attendance import made
from tests.unit.records.test_database import a_person
from workers.attendance.absences import CAUSE_COLUMNS, patterns_of, spells_of
from workers.attendance.counting import Joining, Rule, Spell, Threshold, figures
from workers.attendance.patterns import Span, spans_from
from workers.attendance.reached import Reached, who_reached
from workers.records.database import Database
from workers.records.models import Absence, WorkingPattern

NOW = datetime(2025, 3, 3, 12, tzinfo=UTC)
YEAR = Rule(date(2024, 3, 4), date(2025, 3, 3))
NUMBERS = ("1", "2", "3")


def absence(staff_number: str, spell: Spell, *, withdrawn_at: datetime | None = None) -> Absence:
    return Absence(
        reference=f"{staff_number}-{spell.reference}",
        staff_number=staff_number,
        first_day=spell.first,
        last_day=spell.last,
        recorded_at=NOW,
        withdrawn_at=withdrawn_at,
        **{column: cause in spell.causes for cause, column in CAUSE_COLUMNS.items()},
    )


def reached(database: Database, *thresholds: Threshold, rule: Rule = YEAR) -> list[Reached]:
    with database.reading() as session:
        return who_reached(session, rule, thresholds)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    absences=st.tuples(made.spells(), made.spells(), made.spells()),
    patterns=st.tuples(made.patterns(), made.patterns(), made.patterns()),
    rule=made.rules(),
    numbers=st.tuples(st.none() | st.integers(1, 30), st.integers(1, 5)),
)
def test_everybody_is_counted_as_each_alone(
    database: Database,
    absences: tuple[list[Spell], ...],
    patterns: tuple[list[Span], ...],
    rule: Rule,
    numbers: tuple[int | None, int],
) -> None:
    with database.session() as session:
        session.execute(delete(Absence))
        session.execute(delete(WorkingPattern))
        for number in NUMBERS:
            session.merge(a_person(number))
        session.flush()
        for number, spells, pattern in zip(NUMBERS, absences, patterns, strict=True):
            session.add_all(absence(number, spell) for spell in spells)
            session.add_all(
                WorkingPattern(staff_number=number, first_day=span.first, last_day=span.last, weekdays=span.weekdays)
                for span in pattern
            )
    days, occasions = numbers
    thresholds = [Threshold("both", days, occasions), Threshold("occasions", occasions=occasions + 1)]
    expected = []
    with database.reading() as session:
        recorded, worked = spells_of(session, NUMBERS), patterns_of(session, NUMBERS)
        for number in NUMBERS:
            assert worked[number] == patterns[NUMBERS.index(number)]
            alone = figures(recorded[number], rule, worked[number])
            names = tuple(one.name for one in thresholds if one.reached(alone.days, alone.occasions))
            expected += [Reached(number, names)] if names else []

    assert reached(database, *thresholds, rule=rule) == expected


@pytest.mark.parametrize(
    ("absences", "joining", "occasions"),
    [
        # Monday 10 to Wednesday 12 March 2025 in one pattern (Monday to Wednesday), from Thursday 13 in another.
        ([(11, 11), (13, 13)], "no_working_day_between", 2),  # Wednesday lies between, in the first pattern
        ([(12, 12), (14, 14)], "no_working_day_between", 2),  # and Thursday in the second
        ([(12, 12), (13, 13)], "no_working_day_between", 1),
        ([(12, 13)], "never", 1),  # one absence stays one where the pattern changes
        ([(5, 5), (8, 9), (10, 10)], "no_working_day_between", 1),
        ([(5, 5), (8, 9), (10, 10)], "no_day_between", 2),
        ([(10, 10), (12, 12)], "no_day_between", 2),
        ([(11, 11), (12, 12)], "no_day_between", 1),
        ([(11, 11), (12, 12)], "never", 2),
        ([(8, 9)], "never", 0),  # a weekend only
        ([(8, 9), (11, 11)], "no_working_day_between", 1),
    ],
)
def test_occasions_where_the_pattern_changes(
    database: Database, absences: list[tuple[int, int]], joining: Joining, occasions: int
) -> None:
    with database.session() as session:
        session.add(a_person("1"))
        session.flush()
        session.add_all(
            WorkingPattern(staff_number="1", first_day=span.first, last_day=span.last, weekdays=span.weekdays)
            for span in spans_from([(date(2024, 9, 2), 0b0000111), (date(2025, 3, 13), 0b0011000)])
        )
        for first, last in absences:
            spell = Spell(f"{first}", date(2025, 3, first), date(2025, 3, last))
            session.add(absence("1", spell))
    rule = Rule(date(2024, 4, 1), date(2025, 3, 31), joining=joining)
    asked = [Threshold(str(number), occasions=number) for number in (1, 2, 3)]
    names = tuple(str(number) for number in range(1, occasions + 1))

    assert reached(database, *asked, rule=rule) == ([Reached("1", names)] if names else [])


def test_only_those_who_work_here(database: Database) -> None:
    with database.session() as session:
        session.add_all(
            [
                a_person("1"),
                a_person("2", left_on=date(2025, 3, 2)),
                a_person("3", left_on=date(2025, 3, 3)),
                a_person("4", started_on=date(2025, 3, 4)),
            ]
        )
        session.flush()
        session.add_all(absence(number, Spell("A", date(2025, 2, 3), date(2025, 2, 14))) for number in "1234")

    assert reached(database, Threshold("t", days=8)) == [Reached("1", ("t",)), Reached("3", ("t",))]


def test_what_was_withdrawn_does_not_count(database: Database) -> None:
    with database.session() as session:
        session.add(a_person("1"))
        session.flush()
        session.add(absence("1", Spell("A", date(2025, 2, 3), date(2025, 2, 14)), withdrawn_at=NOW))
        session.add(absence("1", Spell("B", date(2025, 2, 3), date(2025, 2, 3))))

    assert reached(database, Threshold("t", days=2, occasions=2)) == []
    assert reached(database, Threshold("t", days=1)) == [Reached("1", ("t",))]


def test_nobody_has_any(database: Database) -> None:
    assert reached(database, Threshold("t", days=1, occasions=1)) == []


_PLANS = {
    "sqlite": "EXPLAIN QUERY PLAN SELECT * FROM absences WHERE staff_number IN ('1') AND first_day <= '2025-03-03'",
    "postgresql": "EXPLAIN SELECT * FROM absences WHERE staff_number IN ('1') AND first_day <= '2025-03-03'",
}


def test_one_persons_absences_are_found_by_index(database: Database) -> None:
    with database.session() as session:
        session.add_all([a_person("1"), a_person("2")])
        session.flush()
        for n in range(300):
            first = date(2010, 1, 4) + timedelta(days=14 * n)
            session.add_all(absence(number, Spell(f"A{n}", first, first + timedelta(days=2))) for number in ("1", "2"))
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # So few rows are read faster without an index.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = str(connection.execute(text(_PLANS[connection.dialect.name])).all())

    assert "ix_absences_staff_number_first_day" in plan

"""A year of absences of a made-up authority of any size, the same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, text

from workers.attendance.patterns import spans_from
from workers.records.database import Database
from workers.records.models import Absence, Person, WorkingPattern

LAST_DAY = date(2025, 12, 31)
FIRST_DAY = date(2025, 1, 1)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
TEAM = 8
EPISODES = ((0, 24), (1, 34), (2, 22), (3, 12), (4, 5), (5, 2), (7, 1))
"""How many absences a person has in the year, and of a hundred people how many have so many: 1.5 each."""
LENGTHS = (((1, 3), 62), ((4, 7), 22), ((8, 21), 11), ((22, 180), 5))
"""Calendar days of an absence, and of a hundred absences how many last so long."""
PART_TIME = (0b0001111, 0b0011110, 0b0000111, 0b0010101, 0b0011100)
PART_TIME_SHARE = 0.2
CAUSES = ("disability_related", "pregnancy_related", "assault_at_work", "injury_at_work")
CAUSE_SHARE = 0.02
RECORDED = datetime(2025, 12, 31, 12, tzinfo=UTC)
AT_ONCE = 5000


def fill(database: Database, people: int) -> int:
    """Put so many people, their patterns and their absences into empty records; how many absences there are."""
    absences = 0
    with database.session() as session:
        for some in _parts(range(people)):
            session.execute(insert(Person), [_person(n) for n in some])
        for some in _parts(range(people)):
            patterns = [row for n in some for row in _pattern(n)]
            if patterns:
                session.execute(insert(WorkingPattern), patterns)
            rows = [row for n in some for row in _absences(n)]
            absences += len(rows)
            session.execute(insert(Absence), rows)
    with database.engine.connect() as connection:
        # As either database does by itself after a while.
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return absences


def staff_number(number: int) -> str:
    """Whose absences those with this number are."""
    return f"{200000 + number}"


def _person(number: int) -> dict[str, Any]:
    manager = number - number % TEAM
    return {
        "staff_number": staff_number(number),
        "username": f"u{number}",
        "name": "Made Up",
        "postal_address": "",
        "job_title": "Officer",
        "seniority": 3,
        "employment": "employee",
        "started_on": date(2020, 1, 6),
        "line_manager": None if manager == number else staff_number(manager),
    }


def _pattern(number: int) -> list[dict[str, Any]]:
    chance = random.Random(f"pattern {number}")  # noqa: S311 - the same in every run
    if chance.random() >= PART_TIME_SHARE:
        return []
    begins = date(2020, 1, 6) if chance.random() < 0.9 else FIRST_DAY + timedelta(days=chance.randrange(DAYS))  # noqa: PLR2004
    return [
        {
            "staff_number": staff_number(number),
            "first_day": span.first,
            "last_day": span.last,
            "weekdays": span.weekdays,
        }
        for span in spans_from([(begins, chance.choice(PART_TIME))])
    ]


def _absences(number: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(f"absences {number}")  # noqa: S311 - the same in every run
    (episodes,) = chance.choices([n for n, _ in EPISODES], [share for _, share in EPISODES])
    free = FIRST_DAY
    for n, start in enumerate(sorted(chance.sample(range(DAYS), episodes))):
        first = max(FIRST_DAY + timedelta(days=start), free)
        ((shortest, longest),) = chance.choices([days for days, _ in LENGTHS], [share for _, share in LENGTHS])
        last = first + timedelta(days=chance.randint(shortest, longest) - 1)
        if first > LAST_DAY:
            return
        free = last + timedelta(days=1)
        related = chance.choice(CAUSES) if chance.random() < CAUSE_SHARE else None
        yield {
            "reference": f"ABS-2025-{number:07}{n}",
            "staff_number": staff_number(number),
            "first_day": first,
            "last_day": None if last > LAST_DAY else last,
            "reason": "",
            "recorded_at": RECORDED,
        } | {column: column == related for column in CAUSES}


def _parts(numbers: Sequence[int]) -> Iterator[list[int]]:
    left = iter(numbers)
    while some := list(islice(left, AT_ONCE)):
        yield some

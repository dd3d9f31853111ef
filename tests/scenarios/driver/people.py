"""The people of the stories: those of ``samples/people.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from workers.settings import PROJECT

PEOPLE_CSV = PROJECT / "samples" / "people.csv"


@dataclass(frozen=True)
class Person:
    """Somebody who works for the authority."""

    staff_number: str
    username: str
    name: str
    email: str | None

    def __str__(self) -> str:
        return self.name


@cache
def _everybody() -> dict[str, Person]:
    with PEOPLE_CSV.open(encoding="utf-8", newline="") as file:
        rows = [
            Person(row["staff_number"], row["username"], row["name"], row["email"] or None)
            for row in csv.DictReader(file)
        ]
    return {person.staff_number: person for person in rows}


def person(staff_number: str) -> Person:
    """The person with a staff number."""
    return _everybody()[staff_number]


HELEN = person("100001")
"""Chief Executive."""
SAMIR = person("100002")
"""Monitoring Officer."""
JOANNE = person("100003")
"""Chief Finance Officer."""
RUTH = person("100010")
"""Head of HR."""
TOM = person("100011")
"""HR adviser."""
DANIEL = person("100020")
"""Policy manager, Alex's line manager."""
AMARA = person("100021")
"""Communications manager, Owen's line manager."""
PETER = person("100022")
"""Casework manager, Priya's and Lena's line manager."""
GRACE = person("100030")
"""Payroll officer."""
ALEX = person("100100")
"""Policy officer."""
PRIYA = person("100101")
"""Casework officer."""
OWEN = person("100102")
"""Communications officer without an email address: everything reaches him by post."""
LENA = person("100103")
"""Casework assistant, an agency worker."""
CALLUM = person("100104")
"""Policy assistant since February 2025."""
NADIA = person("100040")
"""Occupational Health Adviser."""

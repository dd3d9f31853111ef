"""The jobs that find people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.records.fixtures import Office
from workers.people.directory import person_by_username
from workers.people.jobs import end_employment, find_people, find_person, restore_employment
from workers.records.models import Person, PersonRole
from workers.runtime.errors import BusinessOutcome, PersonMustAct


def leave(office: Office, staff_number: str, on: date) -> None:
    with office.database.session() as session:
        session.get_one(Person, staff_number).left_on = on


def test_find_person(office: Office) -> None:
    assert office.run(find_person, staff_number=" 100100 ") == {
        "person": {
            "staff_number": "100100",
            "username": "a.morgan",
            "line_manager": "100020",
            "seniority": 3,
            "employment": "employee",
            "started_on": "2021-05-10",
            "roles": [],
            "has_email": True,
        }
    }


@pytest.mark.parametrize(
    ("staff_number", "field", "expected"),
    [
        ("100001", "line_manager", None),
        ("100003", "roles", ["finance", "statutory_officers"]),
        ("100102", "has_email", False),
        ("100103", "employment", "agency_worker"),
    ],
)
def test_what_differs(office: Office, staff_number: str, field: str, expected: Any) -> None:
    assert office.run(find_person, staff_number=staff_number)["person"][field] == expected


@pytest.mark.parametrize("typed", ["999999", "", "Alex Morgan", "100100; --", "1" * 200])
def test_nobody(office: Office, typed: str) -> None:
    with pytest.raises(BusinessOutcome) as outcome:
        office.run(find_person, staff_number=typed)

    assert outcome.value.code == "PERSON_NOT_FOUND"
    assert "Morgan" not in outcome.value.message


def test_who_has_left_is_found_without_roles(office: Office) -> None:
    leave(office, "100003", date(2025, 3, 3))

    assert office.run(find_person, staff_number="100003", at="2025-03-03T23:30:00+00:00")["person"]["roles"] == [
        "finance",
        "statutory_officers",
    ]
    assert office.run(find_person, staff_number="100003", at="2025-03-04T00:00:00+00:00")["person"]["roles"] == []


def test_a_manager_who_has_left_manages_nobody(office: Office) -> None:
    leave(office, "100020", date(2025, 2, 28))

    assert office.run(find_person, staff_number="100100")["person"]["line_manager"] is None


def test_find_people(office: Office) -> None:
    assert office.run(find_people, roles=["hr"]) == {
        "people": {
            "role": "hr",
            "staff_numbers": ["100000", "100010", "100011"],
            "usernames": ["demo", "r.okafor", "t.bright"],
        }
    }


@pytest.mark.parametrize(
    ("roles", "left_out", "role", "staff_numbers"),
    [
        (["chief_executive", "statutory_officers"], [], "chief_executive", ["100001"]),
        (["chief_executive", "statutory_officers"], ["100001"], "statutory_officers", ["100002", "100003"]),
        (["chief_executive", "statutory_officers"], ["100001", "100002", None, ""], "statutory_officers", ["100003"]),
        (["legal_adviser", "finance"], [], "finance", ["100003", "100030"]),
        (["hr"], ["100000"], "hr", ["100010", "100011"]),
    ],
)
def test_the_first_role_somebody_still_holds(
    office: Office, roles: list[str], left_out: list[str | None], role: str, staff_numbers: list[str]
) -> None:
    people = office.run(find_people, roles=roles, except_staff_numbers=left_out)["people"]

    assert (people["role"], people["staff_numbers"]) == (role, staff_numbers)
    assert len(people["usernames"]) == len(staff_numbers)


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("2025-02-16T23:59:59+00:00", False),
        ("2025-02-17T00:00:00+00:00", True),  # the first day
        ("2025-06-30T22:59:59+00:00", True),  # 23:59:59 in London on the last day
        ("2025-06-30T23:00:00+00:00", False),  # midnight in London
    ],
)
def test_roles_are_held_from_the_first_to_the_last_day(office: Office, at: str, found: bool) -> None:
    with office.database.session() as session:
        session.add(PersonRole(staff_number="100104", role="internal_audit"))
    leave(office, "100104", date(2025, 6, 30))

    if found:
        assert office.run(find_people, roles=["internal_audit"], at=at)["people"]["staff_numbers"] == ["100104"]
    else:
        with pytest.raises(BusinessOutcome) as outcome:
            office.run(find_people, roles=["internal_audit"], at=at)
        assert outcome.value.code == "NOBODY_FOUND"


def test_nobody_is_left(office: Office) -> None:
    with pytest.raises(BusinessOutcome) as outcome:
        office.run(find_people, roles=["legal_adviser", "chief_executive"], except_staff_numbers=["100001"])

    assert outcome.value.code == "NOBODY_FOUND"


def test_a_role_there_is_not(office: Office) -> None:
    with pytest.raises(PersonMustAct, match=r"names managers, which is no role\. Correct it to one of: line_"):
        office.run(find_people, roles=["hr", "managers"])


def test_person_by_username(office: Office) -> None:
    with office.database.reading() as session:
        found = person_by_username(session, " A.Morgan ")
        nobody = person_by_username(session, "a_morgan")

    assert found is not None
    assert found.staff_number == "100100"
    assert nobody is None


def last_day_of(office: Office, staff_number: str) -> date | None:
    with office.database.reading() as session:
        return session.get_one(Person, staff_number).left_on


@pytest.mark.parametrize(
    ("recorded", "after"),
    [
        (None, date(2025, 3, 31)),
        (date(2025, 6, 30), date(2025, 3, 31)),
        (date(2025, 3, 14), date(2025, 3, 14)),  # somebody who leaves earlier anyway
    ],
)
def test_end_employment(office: Office, recorded: date | None, after: date) -> None:
    if recorded:
        leave(office, "100100", recorded)
    office.run(end_employment, staff_number="100100", last_day="2025-03-31")

    assert last_day_of(office, "100100") == after


def test_employment_does_not_end_before_it_began(office: Office) -> None:
    with pytest.raises(PersonMustAct, match="variable last_day of Task_Test is before the first day"):
        office.run(end_employment, staff_number="100104", last_day="2025-02-16")


@pytest.mark.parametrize(
    ("recorded", "after"),
    [
        (date(2025, 3, 31), None),
        (date(2025, 3, 14), date(2025, 3, 14)),  # another last day was not the dismissal's
        (None, None),
    ],
)
def test_restore_employment(office: Office, recorded: date | None, after: date | None) -> None:
    if recorded:
        leave(office, "100100", recorded)
    office.run(restore_employment, staff_number="100100", last_day="2025-03-31")

    assert last_day_of(office, "100100") == after


@pytest.mark.parametrize("handler", [end_employment, restore_employment])
def test_nobodys_employment(office: Office, handler: Any) -> None:
    with pytest.raises(PersonMustAct, match="variable staff_number of Task_Test is nobody's staff number"):
        office.run(handler, staff_number="7", last_day="2025-03-31")


def test_no_last_day_was_set(office: Office) -> None:
    leave(office, "100100", date(2025, 3, 14))
    office.run(restore_employment, staff_number="100100", last_day=None)

    assert last_day_of(office, "100100") == date(2025, 3, 14)

"""The jobs of the registers, and which entries are active."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from tests.unit.records.fixtures import Office
from workers.cases.case_file import timeline
from workers.cases.jobs import open_case
from workers.records.models import RegisterChange, RegisterEntry
from workers.registers.definitions import REGISTERS
from workers.registers.entries import UnknownRegister, active_entries, entries, status_on
from workers.registers.jobs import (
    add_register_entry,
    change_register_entry,
    change_register_facts,
    find_active_entries,
    find_register_entry,
)
from workers.runtime.contract import declaration_of
from workers.runtime.errors import BusinessOutcome, PersonMustAct

CASE = "CAP-2025-0001"
FACTS: dict[str, Any] = {
    "informed_on": "2025-03-03",
    "decided_by": "100020",
    "decided_by_seniority": 5,
    "involved": ["100020", None, "100011"],
}
WARNING: dict[str, Any] = {
    "register": "capability_decisions",
    "staff_number": "100100",
    "case_reference": CASE,
    "kind": "first_written_warning",
    "active_from": "2025-03-03",
    "active_until": "2025-09-02",
    "facts": FACTS,
}
CHANGE: dict[str, Any] = {
    "register": "capability_decisions",
    "reference": "DEC-2025-0001",
    "case_reference": CASE,
    "status": "revoked",
    "changed_at": "2025-04-01T10:00:00+01:00",
}


@pytest.fixture
def with_case(office: Office) -> Office:
    office.run(
        open_case,
        policy="capability",
        procedure="capability_hearing",
        staff_number="100100",
        opened_at="2025-03-03T10:00:00Z",
    )
    return office


def count(office: Office, table: type[Any]) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_add_register_entry(with_case: Office) -> None:
    assert with_case.run(add_register_entry, **WARNING) == {
        "entry": {
            "reference": "DEC-2025-0001",
            "staff_number": "100100",
            "kind": "first_written_warning",
            "status": "active",
            "active_from": "2025-03-03",
            "active_until": "2025-09-02",
            "facts": {
                "informed_on": "2025-03-03",
                "effective_on": None,
                "decided_by": "100020",
                "decided_by_seniority": 5,
                "case": None,
                "involved": ["100020", "100011"],
                "appeal_outcome": None,
                "review_until": None,
                "extends": None,
                "extended_active_until": None,
                "track": None,
            },
        }
    }


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"register": "decisions"}, "variable register of Task_Test is not one of capability_decisions"),
        ({"kind": "warning"}, "variable kind of Task_Test is not one of first_written_warning, final_written_warning"),
        ({"staff_number": "7"}, "variable staff_number of Task_Test names 7, but nobody"),
        ({"case_reference": "CAP-2025-0009"}, "variable case_reference of Task_Test is not the reference of a case"),
        ({"active_until": "2025-03-02"}, "variable active_until of Task_Test is before active_from"),
        ({"facts": {}}, "facts.informed_on is missing; facts.decided_by is missing"),
        ({"facts": FACTS | {"informed_on": "3 March"}}, "facts.informed_on must be a date such as 2025-06-03"),
        ({"facts": FACTS | {"informed_on": None}}, "facts.informed_on must be a date"),
        ({"facts": FACTS | {"decided_by": "Daniel"}}, "facts.decided_by must be a staff number: digits only"),
        ({"facts": FACTS | {"decided_by": "8"}}, "variable facts.decided_by of Task_Test names 8, but nobody"),
        ({"facts": FACTS | {"involved": ["9"]}}, "variable facts.involved of Task_Test names 9, but nobody"),
        ({"facts": FACTS | {"case": "CAP-2025-0009"}}, "variable facts.case of Task_Test is not the reference of a"),
        (
            {"facts": FACTS | {"decided_by_seniority": 10}},
            "facts.decided_by_seniority should be less than or equal to 9",
        ),
        ({"facts": FACTS | {"reason": "personal"}}, "facts.reason is not known to the register"),
    ],
)
def test_what_does_not_fit_the_register(with_case: Office, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(PersonMustAct) as failure:
        with_case.run(add_register_entry, **WARNING | wrong)

    assert message in failure.value.message
    assert "Daniel" not in failure.value.message
    assert count(with_case, RegisterEntry) == 0


def test_a_moment_is_no_day(with_case: Office) -> None:
    with pytest.raises(ValidationError):
        with_case.run(add_register_entry, **WARNING | {"active_from": "2025-03-03T00:00:00Z"})


@pytest.mark.parametrize(
    ("on", "active"),
    [
        ("2025-03-02", False),
        ("2025-03-03", True),  # the first day counts
        ("2025-09-02", True),  # and so does the last
        ("2025-09-03", False),
    ],
)
def test_active_from_the_first_to_the_last_day(with_case: Office, on: str, active: bool) -> None:
    with_case.run(add_register_entry, **WARNING)

    with with_case.database.reading() as session:
        found = active_entries(session, "capability_decisions", "100100", on=date.fromisoformat(on))
        assert [entry.reference for entry in found] == (["DEC-2025-0001"] if active else [])


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("2025-09-02T22:59:59+00:00", "active"),
        ("2025-09-02T23:00:00+00:00", "expired"),  # midnight in London
        ("2025-03-01T00:00:00+00:00", "active"),
    ],
)
def test_expired_follows_from_the_last_active_day(with_case: Office, at: str, status: str) -> None:
    with_case.run(add_register_entry, **WARNING)
    found = with_case.run(find_register_entry, register="capability_decisions", reference="DEC-2025-0001", at=at)

    assert found["entry"]["status"] == status


def test_without_a_last_day_it_stays_active(with_case: Office) -> None:
    with_case.run(add_register_entry, **WARNING | {"kind": "dismissal", "active_until": None})

    with with_case.database.reading() as session:
        assert active_entries(session, "capability_decisions", "100100", on=date(2099, 1, 1))


def test_only_the_persons_own_of_the_kinds_asked_for(with_case: Office) -> None:
    with_case.run(add_register_entry, **WARNING)
    with_case.run(add_register_entry, **WARNING | {"kind": "final_written_warning"})
    with_case.run(add_register_entry, **WARNING | {"staff_number": "100101"})

    with with_case.database.reading() as session:
        register, day = "capability_decisions", date(2025, 3, 3)
        both = active_entries(session, register, "100100", on=day)
        final = active_entries(session, register, "100100", on=day, kinds=["final_written_warning"])
        everything = entries(session, register)
        later = entries(session, register, on=date(2025, 9, 3))
        with pytest.raises(UnknownRegister, match="There is no register 'other'"):
            active_entries(session, "other", "100100", on=day)
    assert [entry.reference for entry in both] == ["DEC-2025-0001", "DEC-2025-0002"]
    assert [entry.reference for entry in final] == ["DEC-2025-0002"]
    assert len(everything) == 3
    assert later == []


@pytest.mark.parametrize(
    "asked",
    [
        {"reference": "DEC-2025-0001"},
        {"reference": " dec-2025-0001 "},
        {"reference": "DEC-2025-0001", "staff_number": "100100"},
        {"reference": "DEC-2025-0001", "staff_number": ""},
        {"reference": "DEC-2025-0001", "staff_number": None},
    ],
)
def test_find_register_entry(with_case: Office, asked: dict[str, Any]) -> None:
    added = with_case.run(add_register_entry, **WARNING)

    assert with_case.run(find_register_entry, register="capability_decisions", **asked) == added


@pytest.mark.parametrize(
    "asked",
    [
        {"reference": "DEC-2025-0002"},
        {"reference": ""},
        {"reference": "the letter of 3 March about the first written warning"},
        {"reference": "DEC-2025-0001", "staff_number": "100101"},
        {"reference": "DEC-2025-0001", "staff_number": "Alex"},
    ],
)
def test_not_found(with_case: Office, asked: dict[str, Any]) -> None:
    with_case.run(add_register_entry, **WARNING)
    with pytest.raises(BusinessOutcome) as outcome:
        with_case.run(find_register_entry, register="capability_decisions", **asked)

    assert outcome.value.code == "REGISTER_ENTRY_NOT_FOUND"
    assert "100100" not in outcome.value.message


def test_a_revoked_warning_was_never_active(with_case: Office) -> None:
    with_case.run(add_register_entry, **WARNING)
    changed = with_case.run(change_register_entry, **CHANGE)

    assert changed["entry"]["status"] == "revoked"
    with with_case.database.reading() as session:
        assert active_entries(session, "capability_decisions", "100100", on=date(2025, 3, 10)) == []


def test_a_replaced_warning_names_its_successor(with_case: Office) -> None:
    with_case.run(add_register_entry, **WARNING | {"kind": "final_written_warning"})
    with_case.run(add_register_entry, **WARNING)
    changed = with_case.run(change_register_entry, **CHANGE | {"status": "replaced", "replaced_by": "dec-2025-0002"})

    assert changed["entry"]["status"] == "replaced"
    with with_case.database.reading() as session:
        assert session.get_one(RegisterEntry, "DEC-2025-0001").replaced_by == "DEC-2025-0002"
        active = active_entries(session, "capability_decisions", "100100", on=date(2025, 4, 2))
    assert [entry.reference for entry in active] == ["DEC-2025-0002"]


def test_history_is_kept(with_case: Office) -> None:
    with_case.run(add_register_entry, **WARNING, key=1)
    with_case.run(change_register_entry, **CHANGE, key=2, element="Task_Revoke")
    with_case.run(change_register_entry, **CHANGE | {"status": "active"}, key=3)

    with with_case.database.reading() as session:
        entry = session.get_one(RegisterEntry, "DEC-2025-0001")
        history = [(change.status_before, change.status_after, change.job_key) for change in entry.changes]
        revoking = entry.changes[1]
    assert history == [(None, "active", 1), ("active", "revoked", 2), ("revoked", "active", 3)]
    assert (revoking.element_id, revoking.case_reference) == ("Task_Revoke", CASE)
    assert revoking.changed_at.isoformat() == "2025-04-01T09:00:00+00:00"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"reference": "DEC-2025-0009"}, "reference of Task_Test is not that of an entry of the register"),
        ({"register": "decisions"}, "register of Task_Test is not one of capability_decisions"),
        ({"case_reference": "CAP-2025-0009"}, "case_reference of Task_Test is not the reference of a case"),
        ({"status": "cancelled"}, "status of Task_Test is not one of active, revoked, replaced"),
        ({"status": "expired"}, "status of Task_Test is expired, which cannot be set"),
        ({"status": "active"}, "The entry DEC-2025-0001 is already active"),
        ({"status": "replaced"}, "replaced_by of Task_Test is empty"),
        ({"status": "replaced", "replaced_by": "DEC-2025-0001"}, "replaced_by of Task_Test is the entry itself"),
        ({"status": "replaced", "replaced_by": "DEC-2025-0002"}, "is not that of another entry of the same person"),
        ({"status": "replaced", "replaced_by": "DEC-2025-0009"}, "is not that of another entry of the same person"),
        ({"replaced_by": "DEC-2025-0001"}, "replaced_by of Task_Test is given, but the status is revoked"),
        ({"only_from": "expired"}, "only_from of Task_Test is not one of active, revoked, replaced"),
    ],
)
def test_changes_that_cannot_be(with_case: Office, wrong: dict[str, Any], message: str) -> None:
    with_case.run(add_register_entry, **WARNING)
    with_case.run(add_register_entry, **WARNING | {"staff_number": "100101"})
    with pytest.raises(PersonMustAct) as failure:
        with_case.run(change_register_entry, **CHANGE | wrong)

    assert message in failure.value.message
    assert count(with_case, RegisterChange) == 2


def test_revoking_twice_is_told(with_case: Office) -> None:
    with_case.run(add_register_entry, **WARNING)
    with_case.run(change_register_entry, **CHANGE)
    with pytest.raises(PersonMustAct, match="already revoked"):
        with_case.run(change_register_entry, **CHANGE)


def test_what_is_changed_only_from_a_status_stays_in_another(with_case: Office) -> None:
    back = CHANGE | {"status": "active", "only_from": "replaced"}
    for _ in range(2):
        with_case.run(add_register_entry, **WARNING)
    assert with_case.run(change_register_entry, **back)["entry"]["status"] == "active"
    with_case.run(change_register_entry, **CHANGE | {"status": "replaced", "replaced_by": "DEC-2025-0002"})
    assert with_case.run(change_register_entry, **back)["entry"]["status"] == "active"
    with_case.run(change_register_entry, **CHANGE)
    assert with_case.run(change_register_entry, **back)["entry"]["status"] == "revoked"

    with with_case.database.reading() as session:
        entry = session.get_one(RegisterEntry, "DEC-2025-0001")
        assert entry.replaced_by is None
        assert [change.status_after for change in entry.changes] == ["active", "replaced", "active", "revoked"]


def test_every_register_is_well_defined() -> None:
    prefixes = [register.prefix for register in REGISTERS.values()]

    assert len(set(prefixes)) == len(prefixes)
    for name, register in REGISTERS.items():
        assert register.name == name
        assert "active" in register.statuses
        assert "expired" not in register.statuses
        assert {*register.people, *register.cases} <= set(register.facts.model_fields)
        assert all(info.description for info in register.facts.model_fields.values())


def test_the_diagram_writes_register() -> None:
    for handler in (add_register_entry, find_register_entry, change_register_entry):
        declared = declaration_of(handler)
        assert declared is not None
        assert declared.fetched_variables[0] == "register"


@pytest.mark.parametrize(("status", "expected"), [("active", "expired"), ("revoked", "revoked")])
def test_only_what_is_active_expires(status: str, expected: str) -> None:
    entry = RegisterEntry(status=status, active_from=date(2025, 1, 1), active_until=date(2025, 1, 31))

    assert status_on(entry, date(2025, 1, 31)) == status
    assert status_on(entry, date(2025, 2, 1)) == expected


@pytest.mark.parametrize(
    ("asked", "references"),
    [
        ({}, ["DEC-2025-0001", "DEC-2025-0002"]),
        ({"on": "2025-03-02"}, []),
        ({"on": "2025-09-02"}, ["DEC-2025-0001", "DEC-2025-0002"]),  # the last day of the first warning
        ({"on": "2025-09-03"}, ["DEC-2025-0002"]),
        ({"kinds": ["first_written_warning"]}, ["DEC-2025-0001"]),
        ({"kinds": None}, ["DEC-2025-0001", "DEC-2025-0002"]),
        ({"staff_number": "100101"}, []),
    ],
)
def test_find_active_entries(with_case: Office, asked: dict[str, Any], references: list[str]) -> None:
    with_case.run(add_register_entry, **WARNING)
    with_case.run(add_register_entry, **WARNING | {"kind": "final_written_warning", "active_until": "2026-03-02"})
    question = {"register": "capability_decisions", "staff_number": "100100", "on": "2025-03-03"} | asked

    found = with_case.run(find_active_entries, **question)["entries"]

    assert [entry["reference"] for entry in found] == references


def test_revoked_and_replaced_entries_are_not_active(with_case: Office) -> None:
    with_case.run(add_register_entry, **WARNING)
    with_case.run(add_register_entry, **WARNING | {"kind": "final_written_warning"})
    with_case.run(change_register_entry, **CHANGE | {"status": "replaced", "replaced_by": "DEC-2025-0002"})
    with_case.run(change_register_entry, **CHANGE | {"reference": "DEC-2025-0002"})

    question: dict[str, Any] = {"register": "capability_decisions", "staff_number": "100100", "on": "2025-03-03"}
    assert with_case.run(find_active_entries, **question) == {"entries": []}


def test_an_unknown_kind_is_no_reason_to_find_nothing(with_case: Office) -> None:
    question: dict[str, Any] = {"register": "capability_decisions", "staff_number": "100100", "on": "2025-03-03"}
    with pytest.raises(PersonMustAct, match="variable kinds of Task_Test names warning, which is not one of first_wr"):
        with_case.run(find_active_entries, **question, kinds=["warning"])


def test_facts_are_changed_and_the_timeline_tells(with_case: Office) -> None:
    with_case.run(add_register_entry, **WARNING)
    change = {name: CHANGE[name] for name in ("register", "reference", "case_reference", "changed_at")}
    changed = with_case.run(change_register_facts, **change, facts={"informed_on": "2025-03-07"})["entry"]

    assert changed["facts"]["informed_on"] == "2025-03-07"
    assert changed["facts"]["involved"] == ["100020", "100011"]
    with with_case.database.reading() as session:
        told = {line.words: line.facts for line in timeline(session, CASE)}["Register entry changed"]
    assert told == {"entry": "DEC-2025-0001", "informed_on_before": "2025-03-03", "informed_on": "2025-03-07"}


def test_facts_that_are_so_already_leave_no_trace(with_case: Office) -> None:
    with_case.run(add_register_entry, **WARNING)
    change: dict[str, Any] = {name: CHANGE[name] for name in ("register", "reference", "case_reference", "changed_at")}
    changed = with_case.run(change_register_facts, **change, facts={"informed_on": "2025-03-03"})["entry"]

    assert changed["facts"]["informed_on"] == "2025-03-03"
    with with_case.database.reading() as session:
        assert "Register entry changed" not in [line.words for line in timeline(session, CASE)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"reference": "DEC-2025-0009"}, "variable reference of Task_Test is not that of an entry of the register"),
        ({"facts": {"informed_on": "soon"}}, "facts.informed_on must be a date"),
        ({"facts": {"reason": "personal"}}, "facts.reason is not known to the register"),
    ],
)
def test_facts_that_do_not_fit_change_nothing(with_case: Office, wrong: dict[str, Any], message: str) -> None:
    with_case.run(add_register_entry, **WARNING)
    change = {name: CHANGE[name] for name in ("register", "reference", "case_reference", "changed_at")}
    with pytest.raises(PersonMustAct) as failure:
        with_case.run(change_register_facts, **{**change, "facts": {"informed_on": "2025-03-07"}, **wrong})

    assert message in failure.value.message
    with with_case.database.reading() as session:
        assert session.get_one(RegisterEntry, "DEC-2025-0001").facts["informed_on"] == "2025-03-03"

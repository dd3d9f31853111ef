"""The jobs that open, close and fill cases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.unit.records.fixtures import Office
from workers.cases.case_file import contacts, latest_statements, people_with_access
from workers.cases.jobs import close_case, file_statement, find_readers, open_case, record_event
from workers.cases.references import PREFIXES
from workers.records.models import Case, CaseAccess, CaseEvent, Contact, Person, Statement
from workers.runtime.contract import declaration_of
from workers.runtime.errors import BusinessOutcome, PersonMustAct

OPENED = "2025-03-03T10:00:00Z[Europe/London]"
APPEAL: dict[str, Any] = {
    "policy": "capability",
    "procedure": "capability_appeal",
    "staff_number": "100100",
    "opened_at": OPENED,
}


def rows(office: Office, table: type[Any]) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_open_case(office: Office) -> None:
    given = office.run(
        open_case,
        **APPEAL,
        about="DEC-2025-0001",
        statement={"grounds": " I disagree.\r\nSee below. ", "wish": "", "note": None},
        gives_access_to=["100020", None, "100001", "100020"],
        key=77,
        element="Task_OpenCase",
    )

    assert given == {"case": {"reference": "CAP-2025-0001", "url": "http://case-file.example/cases/CAP-2025-0001"}}
    with office.database.reading() as session:
        case = session.get_one(Case, "CAP-2025-0001")
        statements = latest_statements(session, case.reference)
        access = [person.staff_number for person in people_with_access(session, case.reference)]
    assert (case.staff_number, case.about, case.only_one_slot, case.job_key) == ("100100", "DEC-2025-0001", None, 77)
    assert case.opened_at == datetime(2025, 3, 3, 10, tzinfo=UTC)
    assert (case.closed_at, case.outcome) == (None, None)
    assert {name: statement.text for name, statement in statements.items()} == {"grounds": "I disagree.\nSee below."}
    assert statements["grounds"].element_id == "Task_OpenCase"
    assert access == ["100001", "100020"]


def test_statements_are_copied_from_another_case(office: Office) -> None:
    source = office.run(open_case, **APPEAL, statement={"concern": "First.", "evidence": "Seen.", "other": "Not this."})
    office.run(file_statement, case_reference=source["case"]["reference"], statement={"concern": "Second."}, key=20)

    office.run(
        open_case,
        **APPEAL | {"policy": "attendance"},
        copied_from=source["case"]["reference"],
        copied_statements=["concern", "evidence"],
        key=21,
    )

    with office.database.reading() as session:
        copied = {name: statement.text for name, statement in latest_statements(session, "ATT-2025-0001").items()}
    assert copied == {"concern": "Second.", "evidence": "Seen."}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("CAP-2025-0009", "The variable copied_from of .* is not the reference of a case"),
        ("CAP-2025-0001", "names concern, but the case CAP-2025-0001 has no such statement"),
    ],
)
def test_statements_that_are_not_there_cannot_be_copied(office: Office, source: str, message: str) -> None:
    office.run(open_case, **APPEAL)
    with pytest.raises(PersonMustAct, match=message):
        office.run(open_case, **APPEAL, copied_from=source, copied_statements=["concern"], key=22)


@pytest.mark.parametrize(
    ("policy", "opened_at", "reference"),
    [
        ("capability", OPENED, "CAP-2025-0001"),
        ("attendance", OPENED, "ATT-2025-0001"),
        ("business_interests", OPENED, "BUS-2025-0001"),
        ("childcare_vouchers", OPENED, "CCV-2025-0001"),
        ("work_placements", OPENED, "WEP-2025-0001"),
        ("it_and_social_media", OPENED, "ITS-2025-0001"),
        ("confidential_reporting", OPENED, "CON-2025-0001"),
        ("capability", "2025-12-31T23:59:59+00:00", "CAP-2025-0001"),
        ("capability", "2026-01-01T00:30:00+01:00", "CAP-2025-0001"),  # still New Year's Eve in London
        ("capability", "2026-01-01T00:00:00+00:00", "CAP-2026-0001"),
    ],
)
def test_references(office: Office, policy: str, opened_at: str, reference: str) -> None:
    given = office.run(open_case, **APPEAL | {"policy": policy, "opened_at": opened_at})

    assert given["case"]["reference"] == reference


def test_prefixes_differ() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"policy": "holidays"},
        {"procedure": "Capability appeal"},
        {"staff_number": None},
        {"opened_at": "2025-03-03"},
        {"only_one": True},
        {"only_one": True, "about": "  "},
        {"statement": {"two words": "x"}},
        {"statement": {"grounds": 1}},
        {"gives_access_to": ["Helen Marsh"]},
        {"extra": 1},
    ],
)
def test_wrong_input(office: Office, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        office.run(open_case, **APPEAL | wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"staff_number": "7"}, "variable staff_number of Task_Test names 7, but nobody has that staff number"),
        ({"gives_access_to": ["100001", "8"]}, "variable gives_access_to of Task_Test names 8, but nobody"),
    ],
)
def test_unknown_people(office: Office, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(PersonMustAct, match=message):
        office.run(open_case, **APPEAL | wrong)
    assert rows(office, Case) == 0


ONLY_ONE: dict[str, Any] = {**APPEAL, "about": "DEC-2025-0001", "only_one": True}


def test_only_one_case_about_a_thing(office: Office) -> None:
    office.run(open_case, **ONLY_ONE)
    with pytest.raises(BusinessOutcome) as outcome:
        office.run(open_case, **ONLY_ONE, statement={"grounds": "Again."})

    assert outcome.value.code == "CASE_ALREADY_EXISTS"
    assert outcome.value.variables == {"existing_case": "CAP-2025-0001"}
    assert rows(office, Case) == 1
    assert rows(office, Statement) == 0
    assert office.run(open_case, **APPEAL)["case"]["reference"] == "CAP-2025-0002"


@pytest.mark.parametrize(
    "other",
    [
        {"about": "DEC-2025-0002"},
        {"procedure": "capability_hearing"},
        {"only_one": False},
    ],
)
def test_another_thing_or_procedure_is_another_case(office: Office, other: dict[str, Any]) -> None:
    office.run(open_case, **ONLY_ONE)

    assert office.run(open_case, **ONLY_ONE | other)["case"]["reference"] == "CAP-2025-0002"


@pytest.mark.parametrize(("allow_another", "opened"), [(False, 1), (True, 2)])
def test_after_the_end_there_is_another_only_where_allowed(office: Office, allow_another: bool, opened: int) -> None:
    office.run(open_case, **ONLY_ONE)
    office.run(
        close_case,
        case_reference="CAP-2025-0001",
        outcome="Withdrawn",
        closed_at="2025-03-04T10:00:00Z",
        allow_another=allow_another,
    )
    if opened == 1:
        with pytest.raises(BusinessOutcome):
            office.run(open_case, **ONLY_ONE)
    else:
        office.run(open_case, **ONLY_ONE)

    assert rows(office, Case) == opened


def test_of_many_asked_for_at_once_one_is_opened(office: Office) -> None:
    ready = threading.Barrier(6)
    opened: list[str] = []
    refused: list[BusinessOutcome] = []
    other: list[BaseException] = []

    def ask() -> None:
        ready.wait()
        try:
            opened.append(office.run(open_case, **ONLY_ONE)["case"]["reference"])
        except BusinessOutcome as outcome:
            refused.append(outcome)
        except Exception as error:  # noqa: BLE001 - told by the assertion
            other.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert other == []
    assert opened == ["CAP-2025-0001"]
    assert [outcome.variables for outcome in refused] == [{"existing_case": "CAP-2025-0001"}] * 5
    assert rows(office, Case) == 1
    # Those who lost gave their numbers back.
    assert office.run(open_case, **APPEAL)["case"]["reference"] == "CAP-2025-0002"


def test_cases_opened_at_once_have_different_references(office: Office) -> None:
    opened: list[str] = []

    def ask() -> None:
        opened.extend(office.run(open_case, **APPEAL)["case"]["reference"] for _ in range(4))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(opened) == [f"CAP-2025-{number:04}" for number in range(1, 17)]


def test_a_job_cannot_open_two_cases(office: Office) -> None:
    """The runtime answers a repeated job itself; the table is the last line of defence."""
    office.run(open_case, **APPEAL, key=5)
    with pytest.raises(IntegrityError):
        office.run(open_case, **APPEAL, key=5)


CLOSE: dict[str, Any] = {
    "case_reference": "CAP-2025-0001",
    "outcome": "Appeal upheld",
    "closed_at": "2025-04-01T10:00:00+01:00",
}


def test_close_case(office: Office) -> None:
    office.run(open_case, **APPEAL)

    assert office.run(close_case, **CLOSE) == {}
    with office.database.reading() as session:
        case = session.get_one(Case, "CAP-2025-0001")
    assert case.outcome == "Appeal upheld"
    assert case.closed_at == datetime(2025, 4, 1, 9, tzinfo=UTC)


def test_closing_again_with_the_same_outcome_keeps_the_first_time(office: Office) -> None:
    office.run(open_case, **APPEAL)
    office.run(close_case, **CLOSE)
    office.run(close_case, **CLOSE | {"closed_at": "2025-05-01T10:00:00Z"})

    with office.database.reading() as session:
        assert session.get_one(Case, "CAP-2025-0001").closed_at == datetime(2025, 4, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"outcome": "Appeal rejected"}, "already closed with another outcome"),
        ({"case_reference": "CAP-2025-0002"}, "case_reference of Task_Test is not the reference of a case"),
        ({"closed_at": "2025-03-03T09:59:59Z"}, "closed_at of Task_Test is before the case"),
    ],
)
def test_a_closed_case_stays_as_it_is(office: Office, wrong: dict[str, Any], message: str) -> None:
    office.run(open_case, **APPEAL)
    office.run(close_case, **CLOSE)
    with pytest.raises(PersonMustAct, match=message):
        office.run(close_case, **CLOSE | wrong)
    with office.database.reading() as session:
        assert session.get_one(Case, "CAP-2025-0001").outcome == "Appeal upheld"


def test_record_event(office: Office) -> None:
    office.run(open_case, **APPEAL, gives_access_to=["100020"])
    office.run(
        record_event,
        case_reference="CAP-2025-0001",
        event="Hearing held",
        happened_at="2025-03-10T14:00:00Z",
        facts={"outcome": "first_written_warning", "companion": True, "days": [1, 2], "place": None},
        gives_access_to=["100020", "100022"],
        at="2025-03-11T09:00:00+00:00",
        element="Task_RecordHearing",
        key=9,
    )

    with office.database.reading() as session:
        event = session.scalars(select(CaseEvent)).one()
        access = {row.staff_number: row.granted_at for row in session.scalars(select(CaseAccess))}
    assert event.event == "Hearing held"
    assert event.happened_at == datetime(2025, 3, 10, 14, tzinfo=UTC)
    assert event.recorded_at == datetime(2025, 3, 11, 9, tzinfo=UTC)
    assert event.facts == {"outcome": "first_written_warning", "companion": True, "days": [1, 2], "place": None}
    assert (event.element_id, event.job_key) == ("Task_RecordHearing", 9)
    assert access == {
        "100020": datetime(2025, 3, 3, 10, tzinfo=UTC),
        "100022": datetime(2025, 3, 11, 9, tzinfo=UTC),
    }


def test_an_event_of_no_case(office: Office) -> None:
    with pytest.raises(PersonMustAct, match="case_reference of Task_Test is not the reference of a case"):
        office.run(record_event, case_reference="CAP-2025-0001", event="x", happened_at=OPENED)


def test_find_readers(office: Office) -> None:
    office.run(open_case, **APPEAL, gives_access_to=["100020", "100001", "100100"], key=1)
    office.run(open_case, **APPEAL, gives_access_to=["100020", "100001", "100100"], named_readers_only=True, key=2)
    office.run(open_case, **APPEAL | {"policy": "confidential_reporting"}, key=3)
    with office.database.session() as session:
        session.get_one(Person, "100001").left_on = date(2025, 3, 3)

    def readers(reference: str, at: str) -> object:
        return office.run(find_readers, case_reference=reference, at=at)["readers"]

    named = {"staff_numbers": ["100001", "100020"], "usernames": ["h.marsh", "d.price"], "employee_number": "100100"}
    left = {"staff_numbers": ["100020"], "usernames": ["d.price"], "employee_number": "100100"}
    assert readers("CAP-2025-0001", "2025-03-03T23:59:00+00:00") == named | {"by_role": True}
    assert readers("CAP-2025-0002", "2025-03-03T23:59:00+00:00") == named | {"by_role": False}
    assert readers("CAP-2025-0002", "2025-03-04T00:00:00+00:00") == left | {"by_role": False}
    nobody = {"by_role": False, "staff_numbers": [], "usernames": [], "employee_number": "100100"}
    assert readers("CON-2025-0001", OPENED[:20].replace("Z", "+00:00")) == nobody


def test_file_statement(office: Office) -> None:
    office.run(open_case, **APPEAL)
    given = office.run(
        file_statement,
        case_reference="CAP-2025-0001",
        statement={"reasons": "Because.", "empty": "  \n ", "nothing": None},
        element="Task_Decide",
        at="2025-03-10T09:00:00+00:00",
    )

    assert given == {"statement": None, "contact": None}
    with office.database.reading() as session:
        filed = session.scalars(select(Statement)).one()
    assert (filed.name, filed.text, filed.element_id) == ("reasons", "Because.", "Task_Decide")
    assert filed.filed_at == datetime(2025, 3, 10, 9, tzinfo=UTC)


def test_the_latest_statement_wins_and_all_are_kept(office: Office) -> None:
    office.run(open_case, **APPEAL, statement={"grounds": "First."})
    office.run(file_statement, case_reference="CAP-2025-0001", statement={"grounds": "Second."})
    office.run(file_statement, case_reference="CAP-2025-0001", statement={"grounds": " "})

    with office.database.reading() as session:
        assert latest_statements(session, "CAP-2025-0001")["grounds"].text == "Second."
    assert rows(office, Statement) == 2


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"statement": None, "contact": None},
        {"statement": {}, "contact": {}},
        {"contact": {"name": " ", "email": "", "kind": "companion"}},
    ],
)
def test_nothing_was_typed(office: Office, variables: dict[str, Any]) -> None:
    office.run(open_case, **APPEAL)

    assert office.run(file_statement, case_reference="CAP-2025-0001", **variables) == {
        "statement": None,
        "contact": None,
    }
    assert rows(office, Statement) == rows(office, Contact) == 0


def test_a_contact_is_filed(office: Office) -> None:
    office.run(open_case, **APPEAL)
    given = office.run(
        file_statement,
        case_reference="CAP-2025-0001",
        contact={"name": " Sam\r\nBcc: x\x07 Lee", "email": " sam@union.example ", "kind": "companion"},
    )

    assert given == {"statement": None, "contact": None, "contact_reference": "CTC-2025-0001"}
    with office.database.reading() as session:
        (contact,) = contacts(session, "CAP-2025-0001")
    assert (contact.name, contact.email, contact.kind) == ("Sam Bcc: x Lee", "sam@union.example", "companion")


def test_a_contact_without_email(office: Office) -> None:
    office.run(open_case, **APPEAL)
    office.run(file_statement, case_reference="CAP-2025-0001", contact={"name": "Sam Lee"})

    with office.database.reading() as session:
        (contact,) = contacts(session, "CAP-2025-0001")
    assert (contact.email, contact.kind) == (None, "contact")


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        ({"email": "sam@union.example"}, "contact.name of Task_Test is empty"),
        ({"name": "Sam Lee", "email": "sam@union"}, "contact.email of Task_Test is not one email address"),
        ({"name": "Sam Lee", "email": "a@b.example, c@d.example"}, "contact.email of Task_Test is not one email"),
        ({"name": "Sam Lee", "email": "a@b.example\nBcc: c@d.example"}, "contact.email of Task_Test is not one email"),
    ],
)
def test_wrong_contacts(office: Office, contact: dict[str, str], message: str) -> None:
    office.run(open_case, **APPEAL)
    with pytest.raises(PersonMustAct, match=message) as failure:
        office.run(file_statement, case_reference="CAP-2025-0001", statement={"note": "x"}, contact=contact)

    assert "union" not in failure.value.message
    assert rows(office, Statement) == 0


def test_the_listener_is_declared_as_one() -> None:
    declared = declaration_of(file_statement)

    assert declared is not None
    assert declared.listener
    assert declared.fetched_variables == ["case_reference", "statement", "contact"]

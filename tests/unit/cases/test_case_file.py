"""Reading cases: the timeline, and who may."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.unit.records.fixtures import Office
from workers.cases.case_file import CaseNotFound, case, may_read, may_read_medical, readable_cases, timeline
from workers.cases.jobs import close_case, file_statement, open_case, record_event
from workers.records.models import Letter, Person

TODAY = date(2025, 3, 3)


def open_one(
    office: Office, policy: str = "capability", access: tuple[str, ...] = (), named_readers_only: bool = False
) -> str:
    given = office.run(
        open_case,
        policy=policy,
        procedure="some_procedure",
        staff_number="100100",
        opened_at="2025-03-03T10:00:00Z",
        gives_access_to=list(access),
        named_readers_only=named_readers_only,
    )
    return str(given["case"]["reference"])


def test_a_case_by_its_reference(office: Office) -> None:
    reference = open_one(office)

    with office.database.reading() as session:
        assert case(session, " cap-2025-0001 ").reference == reference
        with pytest.raises(CaseNotFound, match="No case has the reference CAP-2025-0002"):
            case(session, "CAP-2025-0002")
        with pytest.raises(CaseNotFound):
            timeline(session, "CAP-2025-0002")


def test_the_timeline_is_in_order(office: Office) -> None:
    reference = open_one(office)
    same_moment = "2025-03-05T10:00:00+00:00"
    office.run(
        record_event,
        case_reference=reference,
        event="Hearing held",
        happened_at="2025-03-10T10:00:00Z",
        facts={"outcome": "warning"},
    )
    office.run(file_statement, case_reference=reference, statement={"reasons": "Because."}, at=same_moment, key=20)
    office.run(record_event, case_reference=reference, event="Decided", happened_at=same_moment, key=21)
    with office.database.session() as session:
        session.add(
            Letter(
                reference="LET-2025-0001",
                case_reference=reference,
                template="capability/outcome",
                subject="Outcome",
                recipient="100100",
                recipient_kind="person",
                written_at=datetime.fromisoformat(same_moment),
                sent_by="email",
                sent_on=date(2025, 3, 5),
                text="Dear Alex",
                job_key=22,
            )
        )
    office.run(
        record_event, case_reference=reference, event="Concern raised", happened_at="2025-02-01T10:00:00Z", key=23
    )
    office.run(close_case, case_reference=reference, outcome="Warning given", closed_at="2025-03-10T10:00:00Z")
    office.run(
        record_event, case_reference=reference, event="Letter returned", happened_at="2025-03-12T10:00:00Z", key=24
    )

    with office.database.reading() as session:
        lines = timeline(session, reference)
    assert [(line.kind, line.words) for line in lines] == [
        ("event", "Concern raised"),
        ("opened", "Case opened"),
        ("statement", "reasons"),
        ("event", "Decided"),
        ("letter", "Outcome"),
        ("event", "Hearing held"),
        ("closed", "Warning given"),
        ("event", "Letter returned"),
    ]
    assert lines[2].text == "Because."
    assert lines[4].reference == "LET-2025-0001"
    assert lines[4].facts == {"recipient": "100100", "sent_by": "email", "sent_on": date(2025, 3, 5)}
    assert lines[5].facts == {"outcome": "warning"}
    assert lines[6].at == datetime(2025, 3, 10, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("staff_number", "policy", "expected"),
    [
        ("100010", "capability", True),  # human resources
        ("100000", "capability", True),
        ("100020", "capability", True),  # was given access
        ("100100", "capability", False),  # whom it is about
        ("100001", "capability", False),
        ("100010", "confidential_reporting", False),
        ("100020", "confidential_reporting", True),
    ],
)
def test_who_may_read(office: Office, staff_number: str, policy: str, expected: bool) -> None:
    reference = open_one(office, policy, access=("100020",))
    open_one(office)

    with office.database.reading() as session:
        person = session.get_one(Person, staff_number)
        assert may_read(session, person, case(session, reference), on=TODAY) is expected
        readable = {found.reference for found in readable_cases(session, person, on=TODAY)}
    assert (reference in readable) is expected


def test_a_case_for_named_readers_is_read_by_nobody_by_role(office: Office) -> None:
    reference = open_one(office, access=("100020",), named_readers_only=True)

    with office.database.reading() as session:
        readers = [
            person.staff_number
            for person in session.query(Person).order_by(Person.staff_number)
            if may_read(session, person, case(session, reference), on=TODAY)
        ]
    assert readers == ["100020"]


@pytest.mark.parametrize(("staff_number", "expected"), [("100020", True), ("100010", False)])
def test_medical_statements_are_for_named_readers(office: Office, staff_number: str, expected: bool) -> None:
    reference = open_one(office, access=("100020",))

    with office.database.reading() as session:
        found, person = case(session, reference), session.get_one(Person, staff_number)
        assert may_read(session, person, found, on=TODAY)
        assert may_read_medical(session, person, found) is expected


def test_access_is_to_one_case(office: Office) -> None:
    given, other = open_one(office, access=("100020",)), open_one(office)

    with office.database.reading() as session:
        person = session.get_one(Person, "100020")
        assert [found.reference for found in readable_cases(session, person, on=TODAY)] == [given]
        assert not may_read(session, person, case(session, other), on=TODAY)


@pytest.mark.parametrize("staff_number", ["100010", "100020"])
def test_who_has_left_reads_nothing(office: Office, staff_number: str) -> None:
    reference = open_one(office, access=("100020",))
    with office.database.session() as session:
        session.get_one(Person, staff_number).left_on = date(2025, 3, 2)

    with office.database.reading() as session:
        person = session.get_one(Person, staff_number)
        found = case(session, reference)
        assert may_read(session, person, found, on=date(2025, 3, 2))
        assert not may_read(session, person, found, on=date(2025, 3, 3))
        assert readable_cases(session, person, on=date(2025, 3, 3)) == []


def test_newest_cases_come_first(office: Office) -> None:
    references = [open_one(office) for _ in range(3)]

    with office.database.reading() as session:
        person = session.get_one(Person, "100010")
        assert [found.reference for found in readable_cases(session, person, on=TODAY)] == references[::-1]

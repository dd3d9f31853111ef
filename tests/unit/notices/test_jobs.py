from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.unit.records.fixtures import Office
from workers.cases.jobs import file_statement, open_case
from workers.mailbox.store import ReceivedMail
from workers.notices.jobs import find_invited, record_delivery, send_notice
from workers.records.models import CaseEvent, Letter, OutboxMessage, Person
from workers.runtime.catalogue import job_types
from workers.runtime.errors import BusinessOutcome, PersonMustAct
from workers.settings import PROJECT, Settings

WRITTEN_AT = "2025-03-10T09:30:00+00:00[Europe/London]"
HEARING = {
    "reference": "CAP-2025-0001-1",
    "starts_at": "2025-03-17T10:30:00+00:00[Europe/London]",
    "place": "Room 3, Lloyd House",
    "change": 0,
}
HEARING_FACTS = {
    "appeal_manager": "100022",
    "kind_of_hearing": "review",
    "name_companion_by": "2025-03-13",
    "rearranged": False,
    "reconvened": False,
}
ACKNOWLEDGED = {
    "decision_reference": "DEC-2025-0001",
    "decision_kind": "first_written_warning",
    "received_on": "2025-03-10",
    "appeal_due_on": "2025-03-10",
    "in_time": True,
    "effective_on": None,
}

DELIVERED: dict[str, Any] = {
    "notice_reference": "LTR-2025-0001",
    "posted_on": "2025-03-11",
    "received_on": "2025-03-13",
}


@pytest.fixture
def case(office: Office) -> str:
    given = office.run(
        open_case,
        policy="capability",
        procedure="capability_appeal",
        staff_number="100100",
        opened_at="2025-03-10T09:00:00+00:00",
        statement={"decision_reasons": "Line one\n**not bold**\n\nSecond paragraph", "old": "x"},
    )
    return str(given["case"]["reference"])


def notice(case: str, **changes: Any) -> dict[str, Any]:
    return {
        "template": "capability/capability_appeal_acknowledgement",
        "case_reference": case,
        "recipient": "100100",
        "written_at": WRITTEN_AT,
        "facts": ACKNOWLEDGED,
    } | changes


def letters(office: Office) -> list[Letter]:
    with office.database.reading() as session:
        found = list(session.scalars(select(Letter).order_by(Letter.reference)))
        for letter in found:
            _ = letter.pdf, letter.html, letter.calendar
        return found


def outbox(office: Office) -> list[ReceivedMail]:
    """The queued messages, as the mailbox would show them."""
    with office.database.reading() as session:
        return [
            ReceivedMail(str(message.id), f"Delivered-To: {message.recipient_address}\r\n".encode() + message.raw)
            for message in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        ]


def events(office: Office) -> list[tuple[str, dict[str, Any]]]:
    with office.database.reading() as session:
        return [(event.event, event.facts) for event in session.scalars(select(CaseEvent).order_by(CaseEvent.id))]


def pdf_text(pdf: bytes | None) -> str:
    assert pdf is not None
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_the_job_types_are_found() -> None:
    found = job_types()
    assert [error.code for error in found["send_notice"].errors] == ["NOTICE_MUST_BE_POSTED"]
    assert "record_delivery" in found


def test_a_letter_is_filed_and_queued(office: Office, case: str) -> None:
    given = office.run(send_notice, **notice(case), key=77, element="Task_Acknowledge")
    assert given == {
        "notice": {
            "reference": "LTR-2025-0001",
            "sent_on": "2025-03-10",
            "received_on": "2025-03-10",
            "by": "email",
        }
    }
    (letter,) = letters(office)
    assert (letter.recipient, letter.recipient_kind, letter.sent_by) == ("100100", "person", "email")
    assert (letter.sent_on, letter.received_on) == (date(2025, 3, 10), date(2025, 3, 10))
    assert (letter.job_key, letter.element_id, letter.marking) == (77, "Task_Acknowledge", "OFFICIAL - SENSITIVE")
    (mail,) = outbox(office)
    assert mail.to == "a.morgan@wm.example"
    assert mail.subject == "Your appeal against DEC-2025-0001: we have received it"
    assert mail.message_id.startswith("<77.")
    assert "Dear Alex Morgan" in mail.text
    (attachment,) = mail.attachments
    assert (attachment.name, attachment.content) == ("LTR-2025-0001.pdf", letter.pdf)
    assert "By email Alex Morgan" in pdf_text(letter.pdf)
    assert "Monday 10 March 2025" in pdf_text(letter.pdf)
    assert events(office) == []


def test_received_on_is_the_day_in_london(office: Office, case: str) -> None:
    given = office.run(send_notice, **notice(case, written_at="2025-06-30T23:30:00+00:00"))
    assert given["notice"]["received_on"] == "2025-07-01"
    assert "Tuesday 1 July 2025" in pdf_text(letters(office)[0].pdf)


def test_copies_are_messages_of_their_own_and_say_so(office: Office, case: str) -> None:
    office.run(send_notice, **notice(case, copies=["100020", None, "", "100100", "role:chief_executive", "100020"]))
    to_employee, *copies = outbox(office)
    assert [mail.to for mail in copies] == ["d.price@wm.example", "h.marsh@wm.example"]
    for mail in copies:
        assert mail.text.startswith("OFFICIAL - SENSITIVE\n\nThis is a copy of a letter to Alex Morgan.")
        assert "This is a copy of a letter to Alex Morgan." in mail.html
        assert mail.attachments[0].content == to_employee.attachments[0].content
    assert "This is a copy" not in to_employee.text
    assert "- Daniel Price, Policy manager\n- Helen Marsh, Chief Executive" in to_employee.text
    assert len({mail.message_id for mail in (to_employee, *copies)}) == 3
    assert letters(office)[0].copies == ["100020", "100001"]


def test_a_copy_without_email_address_waits_on_the_timeline(office: Office, case: str) -> None:
    given = office.run(send_notice, **notice(case, copies=["100102"]))
    assert given["notice"]["reference"] == "LTR-2025-0001"
    assert [mail.to for mail in outbox(office)] == ["a.morgan@wm.example"]
    assert events(office) == [
        (
            "Copy of a letter to be posted",
            {"letter": "LTR-2025-0001", "for": ["100102"], "why": "no email address"},
        )
    ]


def test_a_recipient_without_email_address_gets_it_by_post(office: Office, case: str) -> None:
    with pytest.raises(BusinessOutcome) as outcome:
        office.run(send_notice, **notice(case, recipient="100102", copies=["100020"]))
    assert outcome.value.code == "NOTICE_MUST_BE_POSTED"
    assert outcome.value.variables == {"notice_reference": "LTR-2025-0001", "why": "no_email_address"}
    (letter,) = letters(office)
    assert (letter.sent_by, letter.sent_on, letter.received_on) == (None, None, None)
    assert "By post Owen Davies" in pdf_text(letter.pdf)
    assert "attached as a PDF" not in letter.text
    assert [mail.to for mail in outbox(office)] == ["d.price@wm.example"]
    assert events(office)[0][0] == "Letter to be posted"


@pytest.mark.parametrize(
    ("marking", "emailed"),
    [
        ("OFFICIAL", True),
        ("OFFICIAL - SENSITIVE", True),
        ("RESTRICTED", False),
        ("CONFIDENTIAL", False),
        ("SECRET", False),
        ("TOP SECRET", False),
    ],
)
def test_a_marking_of_restricted_or_above_forbids_email(
    office: Office, case: str, tmp_path: Path, marking: str, emailed: bool
) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(PROJECT / "templates" / "_layout", folder / "_layout")
    (folder / "policy").mkdir()
    (folder / "policy" / "letter.md").write_text(
        f"---\nsubject: Hello\nkind: letter\nmarking: {marking}\n---\nDear {{{{ recipient.name }}}}\n"
    )
    office.settings = office.settings.model_copy(update={"templates_dir": folder})
    wanted = notice(case, template="policy/letter", facts={}, copies=["100020"])
    if emailed:
        office.run(send_notice, **wanted)
    else:
        with pytest.raises(BusinessOutcome) as outcome:
            office.run(send_notice, **wanted)
        assert outcome.value.variables["why"] == "marking"
        assert events(office)[0][1]["for"] == ["100100", "100020"]
    assert len(outbox(office)) == (2 if emailed else 0)
    (letter,) = letters(office)
    assert (letter.marking, letter.sent_by) == (marking, "email" if emailed else None)
    assert pdf_text(letter.pdf).count(marking) >= 2


def test_a_posted_letter_is_recorded(office: Office, case: str) -> None:
    with pytest.raises(BusinessOutcome):
        office.run(send_notice, **notice(case, recipient="100102"))
    delivery: dict[str, Any] = {
        "notice_reference": "LTR-2025-0001",
        "posted_on": "2025-03-11",
        "received_on": "2025-03-13",
    }
    office.run(record_delivery, **delivery)
    (letter,) = letters(office)
    assert letter.sent_by == "post"
    assert (letter.sent_on, letter.posted_on) == (date(2025, 3, 11), date(2025, 3, 11))
    assert letter.received_on == date(2025, 3, 13)
    assert events(office)[-1][0] == "Letter delivered"


@pytest.mark.parametrize(
    ("delivery", "problem"),
    [
        ({"notice_reference": "LTR-2025-0009"}, "There is no letter 'LTR-2025-0009'"),
        ({"received_on": "2025-03-10"}, "cannot be received before it was posted"),
    ],
)
def test_an_impossible_delivery(office: Office, case: str, delivery: dict[str, str], problem: str) -> None:
    office.run(send_notice, **notice(case))
    with pytest.raises(PersonMustAct, match=problem):
        office.run(record_delivery, **(DELIVERED | delivery))


def test_a_hearing_comes_with_an_invitation_for_each_reader(office: Office, case: str) -> None:
    wanted = notice(
        case,
        template="capability/capability_appeal_hearing_notice",
        facts=HEARING_FACTS,
        hearing=HEARING,
        copies=["100022"],
    )
    office.run(send_notice, **wanted)
    office.run(send_notice, **(wanted | {"hearing": HEARING | {"change": 1, "starts_at": "2025-03-18T14:00:00+00:00"}}))
    office.run(send_notice, **(wanted | {"hearing": HEARING | {"change": 2, "cancelled": True}}))
    found = []
    for mail in outbox(office):
        assert mail.calendar is not None
        calendar: Any = Calendar.from_ical(mail.calendar)
        (event,) = calendar.walk("VEVENT")
        assert str(event["ATTENDEE"]) == f"mailto:{mail.to}"
        assert str(event["UID"]) == "CAP-2025-0001-1@dueprocess.example"
        found.append((str(calendar["METHOD"]), event["SEQUENCE"]))
        assert [file.name for file in mail.attachments][1:] == ["hearing.ics"]
    assert found == [("REQUEST", 0)] * 2 + [("REQUEST", 1)] * 2 + [("CANCEL", 2)] * 2
    first, _, moved, _, cancelled, _ = outbox(office)
    assert "Monday 17 March 2025" in first.subject
    assert "10.30 am" in first.text
    assert "Conducted by: Peter Lindqvist, Casework manager" in first.text
    assert "Tuesday 18 March 2025" in moved.subject
    assert "will not take place" in cancelled.subject
    assert letters(office)[0].calendar == first.calendar


INVITATION = {
    "template": "capability/capability_appeal_hearing_notice",
    "facts": HEARING_FACTS,
    "hearing": HEARING,
}


def invited(office: Office, case: str, **changes: Any) -> Any:
    asked = {"case_reference": case, "hearing_reference": "CAP-2025-0001-1", "asked_at": WRITTEN_AT} | changes
    return office.run(find_invited, **asked)["invited"]


def test_everybody_who_was_invited_is_found_however_the_letter_went(office: Office, case: str) -> None:
    office.run(
        file_statement, case_reference=case, contact={"name": "Vera Holm", "email": "v@x.example", "kind": "witness"}
    )
    office.run(send_notice, **notice(case, **INVITATION, copies=["100022", "100010"]))
    with pytest.raises(BusinessOutcome):
        office.run(send_notice, **notice(case, **INVITATION, recipient="100102", copies=["100020"]))
    moved = HEARING | {"change": 3, "starts_at": "2025-03-30T00:30:00+00:00", "minutes": 90, "place": "Room 9"}
    witness = "contact:CTC-2025-0001"
    office.run(send_notice, **notice(case, **INVITATION | {"hearing": moved}, recipient=witness))
    other = HEARING | {"reference": "CAP-2025-0001-2", "change": 7}
    office.run(send_notice, **notice(case, **INVITATION | {"hearing": other}, recipient="100001"))
    released = HEARING | {"change": 1, "cancelled": True}
    office.run(send_notice, **notice(case, **INVITATION | {"hearing": released}, recipient="100010"))
    assert invited(office, case) == {
        "recipients": ["100100", "100022", "100102", "100020", witness],
        "hearing": {
            "reference": "CAP-2025-0001-1",
            "starts_at": "2025-03-30T00:30:00+00:00",
            "minutes": 90,
            "place": "Room 9",
            "change": 4,
            "cancelled": True,
        },
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"asked_at": "2025-03-17T10:30:00+00:00"},
        {"hearing_reference": "CAP-2025-0001"},
        {"case_reference": "CAP-2025-0009"},
    ],
    ids=["begun", "another hearing", "another case"],
)
def test_nobody_expects_the_hearing(office: Office, case: str, changes: dict[str, str]) -> None:
    office.run(send_notice, **notice(case, **INVITATION))
    assert invited(office, case)["recipients"] == ["100100"]
    assert invited(office, case, **changes) == {"recipients": [], "hearing": None}


def test_what_is_off_is_not_called_off_again(office: Office, case: str) -> None:
    office.run(send_notice, **notice(case, **INVITATION, copies=["100022"]))
    off = invited(office, case)
    office.run(send_notice, **notice(case, **INVITATION | {"hearing": off["hearing"]}, copies=["100022"]))
    assert invited(office, case) == {"recipients": [], "hearing": None}


def test_who_is_not_told_yet_that_it_is_off_still_expects_it(office: Office, case: str) -> None:
    hearing = HEARING | {"cancelled": True}
    for wanted in (HEARING, hearing):
        with pytest.raises(BusinessOutcome):
            office.run(send_notice, **notice(case, **INVITATION | {"hearing": wanted}, recipient="100102"))
    assert invited(office, case)["recipients"] == ["100102"]
    office.run(record_delivery, **DELIVERED | {"notice_reference": "LTR-2025-0002"})
    assert invited(office, case)["recipients"] == []


def test_a_statement_is_quoted_as_it_was_typed(office: Office, case: str) -> None:
    facts = {
        "outcome": "substitute",
        "decision_reference": "DEC-2025-0001",
        "decision_kind": "dismissal",
        "new_penalty": "final_written_warning",
        "appeal_manager": "100022",
        "decided_on": "2025-03-17",
        "hearing_on": "2025-03-17",
    }
    office.run(
        send_notice,
        **notice(
            case,
            template="capability/capability_appeal_decision",
            facts=facts,
            statements=["decision_reasons"],
            copies=["100020"],
        ),
    )
    mail = outbox(office)[0]
    assert "> Line one\n> **not bold**\n>\n> Second paragraph\n" in mail.text
    assert "<strong>not bold" not in mail.html
    assert "In its place, you receive a final written warning." in mail.text
    assert "You are reinstated with no loss of continuity or pay." in mail.text
    assert "there is no further right of appeal" in mail.text


def test_the_latest_statement_of_a_name_is_quoted(office: Office, case: str) -> None:
    office.run(
        file_statement,
        at="2025-03-11T10:00:00+00:00",
        case_reference=case,
        statement={"admission_reasons": "Newer"},
    )
    wanted = notice(
        case,
        template="capability/capability_appeal_not_admitted",
        facts={"decision_reference": "DEC-2025-0001", "appeal_due_on": "2025-03-10", "received_on": "2025-03-11"},
        statements=["admission_reasons"],
    )
    office.run(send_notice, **wanted)
    office.run(
        file_statement,
        at="2025-03-12T10:00:00+00:00",
        case_reference=case,
        statement={"admission_reasons": "Newest"},
    )
    office.run(send_notice, **wanted)
    assert ["> Newer" in mail.text for mail in outbox(office)] == [True, False]
    assert "> Newest" in outbox(office)[1].text


def test_a_role_gets_a_letter_each(office: Office, case: str) -> None:
    facts = {
        "decision_reference": "DEC-2025-0001",
        "dismissed_on": "2025-03-31",
        "reinstated_on": "2025-04-10",
        "continuous_since": "2019-05-01",
    }
    given = office.run(
        send_notice,
        **notice(
            case,
            template="capability/capability_appeal_reinstatement",
            recipient="role:finance",
            copies=["100020", "100100"],
            facts=facts,
        ),
    )
    assert given["notice"]["reference"] == "LTR-2025-0001"
    assert [letter.recipient for letter in letters(office)] == ["100003", "100030"]
    assert [mail.to for mail in outbox(office)] == [
        "j.fielding@wm.example",
        "d.price@wm.example",
        "a.morgan@wm.example",
        "g.holt@wm.example",
    ]
    assert "Dear Grace Holt" in outbox(office)[3].text


def test_a_contact_is_written_to(office: Office, case: str) -> None:
    given = office.run(
        file_statement,
        case_reference=case,
        contact={"name": "Jo <b>Bloggs</b>", "email": "jo@union.example", "kind": "union"},
    )
    contact = f"contact:{given['contact_reference']}"
    office.run(
        send_notice,
        **notice(
            case,
            template="capability/capability_companion_settled",
            recipient="100022",
            copies=[contact],
            facts={"companion": contact, "companion_kind": "union", "named_late": False},
            hearing=HEARING,
        ),
    )
    to_manager, to_companion = outbox(office)
    assert to_companion.to == "jo@union.example"
    assert "Companion: Jo <b>Bloggs</b>, trade union representative" in to_manager.text
    assert "Jo &lt;b&gt;Bloggs&lt;/b&gt;" in to_manager.html
    assert letters(office)[0].copies == [contact]


def test_time_off_does_not_tell_what_the_matter_is(office: Office, case: str) -> None:
    office.run(
        send_notice,
        **notice(
            case,
            template="capability/capability_companion_time_off",
            recipient="100022",
            copies=["100101"],
            facts={"companion": "100101"},
            hearing=HEARING,
        ),
    )
    for mail in outbox(office):
        assert "Monday 17 March 2025" in mail.text
        assert "Priya Shah" in mail.text
        for secret in (case, "Alex Morgan", "appeal", "apability", "Room 3"):
            assert secret not in mail.text + mail.html + mail.subject + pdf_text(mail.attachments[0].content)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"template": "capability/nothing"}, "There is no template 'capability/nothing'"),
        ({"case_reference": "CAP-2025-0099"}, "There is no case 'CAP-2025-0099'"),
        ({"recipient": "999999"}, "The records know nobody by '999999'"),
        ({"copies": ["contact:CON-9"]}, "The records know nobody by 'contact:CON-9'"),
        ({"copies": ["role:legal_adviser"]}, "Nobody holds the role 'legal_adviser'"),
        ({"facts": {}}, "needs 'decision_reference', which was not supplied"),
        ({"facts": ACKNOWLEDGED | {"employee": "x"}}, "may not hold employee"),
        ({"template": "capability/capability_appeal_not_admitted"}, "needs 'statement.admission_reasons'"),
        (
            {"template": "capability/capability_appeal_hearing_notice", "facts": HEARING_FACTS},
            "needs the input 'hearing', which is empty",
        ),
        ({"facts": ACKNOWLEDGED | {"decision_reference": "DEC\r\nBcc: x@y.z"}}, "has more than one line"),
        (
            {"facts": ACKNOWLEDGED | {"decision_kind": "Alex Morgan"}},
            "'decision_kind' in line 1 of",
        ),
    ],
)
def test_what_a_person_must_mend(office: Office, case: str, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(PersonMustAct) as failure:
        office.run(send_notice, **notice(case, **changes))
    assert problem in failure.value.message
    assert failure.value.message.endswith("Then retry.")
    assert "Alex" not in failure.value.message
    assert letters(office) == []
    assert outbox(office) == []


@pytest.mark.parametrize(
    "recipient", ["", "Alex Morgan", "alex@wm.example", "role:", "contact:", "100100\nBcc: x", "100100, 100020"]
)
def test_a_recipient_is_a_reference(recipient: str) -> None:
    with pytest.raises(ValueError, match="recipient"):
        job_types()["send_notice"].input_model.model_validate(notice("CAP-2025-0001", recipient=recipient))


def test_an_unusable_address_in_the_records_is_refused(office: Office, case: str) -> None:
    with office.database.session() as session:
        session.get_one(Person, "100100").email = "a.morgan@wm.example\r\nBcc: x@evil.example"
    with pytest.raises(PersonMustAct, match="The email address of 100100 in the records is not usable") as failure:
        office.run(send_notice, **notice(case))
    assert "evil" not in failure.value.message


def test_the_same_job_writes_the_same_message_id(office: Office, case: str, settings: Settings) -> None:
    office.run(send_notice, **notice(case), key=4711)
    (first,) = outbox(office)
    with office.database.session() as session:
        for table in (OutboxMessage, Letter):
            for row in session.scalars(select(table)):
                session.delete(row)
            session.flush()
    office.run(send_notice, **notice(case), key=4711)
    (second,) = outbox(office)
    assert second.message_id == first.message_id

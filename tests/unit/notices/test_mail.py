from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from workers.deadlines.moments import LONDON
from workers.notices.failures import LetterProblem
from workers.notices.invitation import Invitation
from workers.notices.mail import Written, as_page, as_text, compose, message_id

PLAIN: dict[str, Any] = {
    "sender_name": "Office for Policing",
    "sender": "hr@dueprocess.example",
    "recipient_name": "Łucja O'Neill",
    "recipient": "l.oneill@wm.example",
    "subject": "Your appeal – the hearing",
    "message_id": "<1.abc@dueprocess.example>",
    "written_at": datetime(2025, 6, 3, 9, 30, tzinfo=LONDON),
    "text": "Dear Łucja\n",
    "html": "<p>Dear Łucja</p>\n",
}


def parsed(**changes: Any) -> EmailMessage:
    raw = compose(**(PLAIN | changes))
    message = message_from_bytes(raw, _class=EmailMessage, policy=default)
    assert isinstance(message, EmailMessage)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()
    return message


def structure(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def test_headers() -> None:
    message = parsed()
    assert message["From"] == "Office for Policing <hr@dueprocess.example>"
    assert message["To"].addresses[0].display_name == "Łucja O'Neill"
    assert message["To"].addresses[0].addr_spec == "l.oneill@wm.example"
    assert message["Subject"] == "Your appeal – the hearing"
    assert message["Message-ID"] == "<1.abc@dueprocess.example>"
    assert message["Date"] == "Tue, 03 Jun 2025 09:30:00 +0100"


@pytest.mark.parametrize(
    ("extra", "types"),
    [
        ({}, ["multipart/alternative", "text/plain", "text/html"]),
        (
            {"attachment": ("LTR-2025-0001.pdf", b"%PDF")},
            ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"],
        ),
        (
            {"attachment": ("LTR-2025-0001.pdf", b"%PDF"), "invitation": Invitation("REQUEST", "BEGIN:VCALENDAR\r\n")},
            [
                "multipart/mixed",
                "multipart/alternative",
                "text/plain",
                "text/html",
                "text/calendar",
                "application/pdf",
                "application/ics",
            ],
        ),
    ],
)
def test_structure(extra: dict[str, Any], types: list[str]) -> None:
    assert structure(parsed(**extra)) == types


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_mail_programs_see_the_method_of_an_invitation(method: str) -> None:
    message = parsed(invitation=Invitation(method, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
    (entry,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert entry.get_param("method") == method
    assert entry.get_content_charset() == "utf-8"
    (file,) = message.iter_attachments()
    assert file.get_filename() == "hearing.ics"


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hello\r\nBcc: x@evil.example"},
        {"subject": "Hello\nBcc: x@evil.example"},
        {"recipient_name": "Alex\r\nBcc: x@evil.example"},
        {"recipient_name": "Alex\nX: y"},
        {"recipient": "a@wm.example\r\nBcc: x@evil.example"},
        {"recipient": "a@wm.example, x@evil.example"},
        {"recipient": "not an address"},
        {"recipient": "@"},
        {"sender_name": "Office\r\nBcc: x@evil.example"},
        {"message_id": "<1@x>\r\nBcc: x@evil.example"},
    ],
)
def test_header_injection_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(LetterProblem) as failure:
        compose(**(PLAIN | changes))
    assert "evil" not in str(failure.value)


@pytest.mark.parametrize(
    "name", ['Alex "Al" Morgan', "Morgan, Alex", "Alex <boss@evil.example>", "Alex; x@evil.example"]
)
def test_a_name_stays_a_name(name: str) -> None:
    (address,) = parsed(recipient_name=name)["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "l.oneill@wm.example")


def test_the_message_id_is_stable_and_tells_nothing() -> None:
    first = message_id(2251799813685249, "100100", "hr@dueprocess.example")
    assert first == message_id(2251799813685249, "100100", "hr@dueprocess.example")
    assert first != message_id(2251799813685249, "100020", "hr@dueprocess.example")
    assert first != message_id(2251799813685250, "100100", "hr@dueprocess.example")
    assert "100100" not in first
    assert first.endswith("@dueprocess.example>")


WRITTEN = Written(
    organisation="Office & Co",
    marking="OFFICIAL",
    date_in_words="Monday 10 March 2025",
    reference="LTR-2025-0001",
    case_reference="CAP-2025-0001",
    subject="A <subject>",
    body_text="Dear Alex\n",
    body_html="<p>Dear Alex</p>",
    copies=["Peter <P> Lindqvist"],
)


def test_a_copy_says_first_of_all_that_it_is_one() -> None:
    line = "This is a copy of a letter to Alex <Morgan>."
    assert as_text(WRITTEN, line).startswith(f"OFFICIAL\n\n{line}\n\nOffice & Co\n")
    assert "This is a copy of a letter to Alex &lt;Morgan&gt;." in as_page(WRITTEN, line)
    assert "copy of a letter" not in as_text(WRITTEN) + as_page(WRITTEN)


def test_html_escapes_what_is_around_the_body() -> None:
    html = as_page(WRITTEN)
    assert "Office &amp; Co" in html
    assert "A &lt;subject&gt;" in html
    assert "Peter &lt;P&gt; Lindqvist" in html
    assert '<html lang="en-GB">' in html
    assert "http" not in html

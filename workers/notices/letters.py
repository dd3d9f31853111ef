"""A letter, written: from a template and what it states to text, HTML, paper and calendar entry. No database here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workers.deadlines.moments import london_day
from workers.deadlines.words import in_words
from workers.notices.addressees import Addressee
from workers.notices.escaping import one_line
from workers.notices.failures import LetterProblem
from workers.notices.invitation import Invitation, Party, invitation
from workers.notices.mail import Written, as_page, as_text, compose
from workers.notices.markdown import Body
from workers.notices.models import Hearing
from workers.notices.paper import Letterhead, Page, print_letter
from workers.notices.templates import GIVEN, People, Template, TemplateFolder, Values
from workers.settings import Settings


@dataclass(frozen=True)
class Employee:
    """Whom the case is about."""

    staff_number: str
    name: str
    job_title: str


@dataclass(frozen=True)
class Assignment:
    """What a letter is written from."""

    reference: str
    case_reference: str
    written_at: datetime
    recipient: Addressee
    employee: Employee
    by_email: bool
    copies: Sequence[Addressee] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    statements: Mapping[str, str] = field(default_factory=dict)
    hearing: Hearing | None = None


@dataclass(frozen=True)
class WrittenLetter:
    """The letter as it goes into the personal file and into emails."""

    subject: str
    text: str
    html: str
    pdf: bytes | None
    invitation: Invitation | None
    content: Written
    copies_say: str
    calendar_title: str

    def email_to(self, addressee: Addressee, assignment: Assignment, settings: Settings, *, message_id: str) -> bytes:
        """The message for the recipient, or for somebody who gets a copy and is told so.

        :raises LetterProblem: the addressee has no email address, or a header cannot hold what it should.
        """
        if addressee.email is None:
            raise LetterProblem(
                f"{addressee.reference} has no email address in the records; the letter must be posted."
            )
        subject, text, html = self.subject, self.text, self.html
        if addressee.reference != assignment.recipient.reference:
            line = f"This is a copy of a letter to {one_line(assignment.recipient.name)}. {self.copies_say}".strip()
            subject, text, html = f"Copy: {subject}", as_text(self.content, line), as_page(self.content, line)
        return compose(
            sender_name=settings.organisation,
            sender=settings.sender,
            recipient_name=addressee.name,
            recipient=addressee.email,
            subject=subject,
            message_id=message_id,
            written_at=assignment.written_at,
            text=text,
            html=html,
            attachment=(f"{assignment.reference}.pdf", self.pdf) if self.pdf is not None else None,
            invitation=_invitation(assignment, self.calendar_title, addressee, settings),
        )


def write(
    folder: TemplateFolder, template: Template, assignment: Assignment, people: People, settings: Settings
) -> WrittenLetter:
    """The letter.

    :raises LetterProblem: the template, or what was given to it, is wrong.
    """
    values = _values(template.name, assignment, settings, template.front.marking.value)
    title = folder.fill_line(template, template.front.calendar, values, people)
    if title and assignment.hearing is None:
        raise LetterProblem(
            f"The template {template.name} sends a calendar entry and needs the input 'hearing', which is empty."
        )
    subject = folder.fill_line(template, template.front.subject, values, people)
    body = Body(folder.fill_body(template, values, people))
    written_on = london_day(assignment.written_at)
    content = Written(
        organisation=settings.organisation,
        marking=template.front.marking.value,
        date_in_words=in_words(written_on),
        reference=assignment.reference,
        case_reference=assignment.case_reference if template.front.shows_case else "",
        subject=subject,
        body_text=body.text(),
        body_html=body.html(),
        enclosures=[folder.fill_line(template, line, values, people) for line in template.front.enclosures],
        copies=[one_line(copy.in_a_list) for copy in assignment.copies],
        attached=template.front.kind == "letter" and assignment.by_email,
    )
    return WrittenLetter(
        subject=subject,
        text=as_text(content),
        html=as_page(content),
        pdf=_pdf(folder, content, body, assignment, settings) if template.front.kind == "letter" else None,
        invitation=_invitation(assignment, title, assignment.recipient, settings),
        content=content,
        copies_say=folder.fill_line(template, template.front.copies_say, values, people),
        calendar_title=title,
    )


def _values(name: str, assignment: Assignment, settings: Settings, marking: str) -> dict[str, Any]:
    taken = sorted(GIVEN & assignment.facts.keys())
    if taken:
        raise LetterProblem(
            f"The input 'facts' for the template {name} may not hold {', '.join(taken)}: every letter has these names "
            "already. Give the fact another name."
        )
    values: dict[str, Any] = {
        **assignment.facts,
        "recipient": Values(
            "recipient", {"name": assignment.recipient.name, "job_title": assignment.recipient.job_title}
        ),
        "employee": Values(
            "employee",
            {
                "name": assignment.employee.name,
                "job_title": assignment.employee.job_title,
                "staff_number": assignment.employee.staff_number,
            },
        ),
        "case": Values(
            "case",
            {
                "reference": assignment.case_reference,
                "url": f"{settings.case_file_url.rstrip('/')}/cases/{assignment.case_reference}",
            },
        ),
        "letter": Values(
            "letter",
            {"reference": assignment.reference, "written_at": assignment.written_at, "marking": marking},
        ),
        "organisation": Values("organisation", {"name": settings.organisation, "email": settings.sender}),
        "statement": Values("statement", assignment.statements),
    }
    if assignment.hearing is not None:
        hearing = assignment.hearing
        ends_at = hearing.starts_at + timedelta(minutes=hearing.minutes)
        values["hearing"] = Values("hearing", {**dict(hearing), "ends_at": ends_at})
    return values


def _pdf(folder: TemplateFolder, content: Written, body: Body, assignment: Assignment, settings: Settings) -> bytes:
    recipient = assignment.recipient
    return print_letter(
        folder.folder,
        Page(
            letterhead=Letterhead(
                settings.organisation,
                [part.strip() for part in settings.organisation_address.split(",")],
                settings.sender,
            ),
            marking=content.marking,
            reference=content.reference,
            case_reference=content.case_reference,
            written_on=london_day(assignment.written_at),
            by="By email" if assignment.by_email else "By post",
            recipient=[one_line(line) for line in (recipient.name, *recipient.postal_address)],
            subject=content.subject,
            body=body.nodes(),
            enclosures=content.enclosures,
            copies=content.copies,
        ),
    )


def _invitation(assignment: Assignment, title: str, attendee: Addressee, settings: Settings) -> Invitation | None:
    if not title or assignment.hearing is None:
        return None
    return invitation(
        assignment.hearing,
        title=title,
        reference=assignment.reference,
        written_at=assignment.written_at,
        organiser=Party(settings.organisation, settings.sender),
        attendee=Party(one_line(attendee.name), attendee.email) if attendee.email else None,
    )

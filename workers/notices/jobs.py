"""The notice jobs: send a letter, and record when a posted one arrived."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from workers.deadlines.moments import london_day
from workers.notices.addressees import CONTACT, Addressee, Directory
from workers.notices.failures import LetterProblem
from workers.notices.invitation import read_invitation
from workers.notices.letters import Assignment, Employee, WrittenLetter, write
from workers.notices.mail import message_id
from workers.notices.models import (
    FindInvited,
    Hearing,
    Invited,
    InvitedFound,
    Notice,
    NoticeSent,
    RecordDelivery,
    SendNotice,
)
from workers.notices.templates import Template, TemplateFolder
from workers.records.models import Case, CaseEvent, Letter, OutboxMessage, Person, Statement
from workers.records.references import next_reference
from workers.runtime.contract import BpmnError, JobContext, Nothing, job_type
from workers.runtime.errors import BusinessOutcome, PersonMustAct

PREFIX = "LTR"
"""Of a letter's reference."""

MUST_BE_POSTED = "NOTICE_MUST_BE_POSTED"


@job_type(
    "send_notice",
    title="Send a letter or email",
    errors=[
        BpmnError(
            MUST_BE_POSTED,
            "The recipient has no email address, or the letter's marking forbids email. The letter is in the personal "
            "file, to be posted; variables notice_reference and why (no_email_address or marking).",
            variables=("notice_reference", "why"),
        )
    ],
)
def send_notice(job: SendNotice, context: JobContext) -> NoticeSent:
    """Write a letter from a template, keep it in the personal file and queue it as an email.

    Copies go out as emails of their own. Whoever cannot get a copy by email is named on the case's timeline.
    A letter to a role goes to everyone who holds it; those without an email address are treated like copies as long
    as one of them can be emailed.
    """
    try:
        return _send(job, context)
    except LetterProblem as problem:
        raise PersonMustAct(f"{problem} Then retry.") from None


@job_type("record_delivery", title="Record when a posted letter arrived")
def record_delivery(job: RecordDelivery, context: JobContext) -> Nothing:
    """Note in the personal file when a letter was posted or handed over, and when it was received."""
    letter = context.records.get(Letter, job.notice_reference)
    if letter is None:
        raise PersonMustAct(
            f"There is no letter {job.notice_reference!r} in the personal file. "
            "Correct the input 'notice_reference', then retry."
        )
    if job.received_on < job.posted_on:
        raise PersonMustAct(
            f"Letter {letter.reference} cannot be received before it was posted. "
            "Correct the dates 'posted_on' and 'received_on', then retry."
        )
    letter.sent_by, letter.sent_on = "post", job.posted_on
    letter.posted_on, letter.received_on = job.posted_on, job.received_on
    _add_event(
        context,
        letter.case_reference,
        "Letter delivered",
        context.engine_time,
        {
            "letter": letter.reference,
            "posted_on": job.posted_on.isoformat(),
            "received_on": job.received_on.isoformat(),
        },
    )
    return Nothing()


@job_type("find_invited", title="Find who was invited to a hearing")
def find_invited(job: FindInvited, context: JobContext) -> InvitedFound:
    """Find everybody whose last letter with a calendar entry of the hearing announced it, copies included.

    The personal file knows them also where the procedure that invited them was broken off.
    """
    letters = context.records.scalars(
        select(Letter)
        .where(Letter.case_reference == job.case_reference, Letter.calendar.is_not(None))
        .order_by(Letter.written_at, Letter.reference)
    )
    expected: dict[str, bool] = {}
    latest: Hearing | None = None
    for letter in letters:
        hearing = read_invitation(letter.calendar or "")
        if hearing.reference != job.hearing_reference:
            continue
        recipient = f"{CONTACT}{letter.recipient}" if letter.recipient_kind == "contact" else letter.recipient
        for reference in (recipient, *letter.copies):
            expected[reference] = not hearing.cancelled
        if letter.sent_by is None:
            # Whoever has not been told yet that it is off still expects it.
            expected[recipient] = True
        if latest is None or hearing.change >= latest.change:
            latest = hearing
    if latest is None or latest.starts_at <= job.asked_at or not any(expected.values()):
        return InvitedFound(invited=Invited(recipients=[], hearing=None))
    return InvitedFound(
        invited=Invited(
            recipients=[reference for reference, expects in expected.items() if expects],
            hearing=latest.model_copy(update={"change": latest.change + 1, "cancelled": True}),
        )
    )


def _send(job: SendNotice, context: JobContext) -> NoticeSent:
    folder = _folder(context.settings.templates_dir)
    template = folder.load(job.template)
    session = context.records
    employee = _employee(session, job.case_reference)
    directory = Directory(session, london_day(job.written_at))
    recipients = directory.addressees(job.recipient)
    copies = directory.copies((copy for copy in job.copies if copy), besides=recipients)
    statements = _statements(session, job.case_reference, job.statements)
    forbidden = template.front.marking.forbids_email

    sent: list[str] = []
    waiting: list[str] = []
    copied = copies
    for recipient in recipients:
        assignment = Assignment(
            reference=next_reference(session, PREFIX, london_day(job.written_at).year),
            case_reference=job.case_reference,
            written_at=job.written_at,
            recipient=recipient,
            employee=employee,
            by_email=not forbidden and recipient.email is not None,
            copies=copies,
            facts=job.facts,
            statements=statements,
            hearing=job.hearing,
        )
        letter = write(folder, template, assignment, directory, context.settings)
        _file(context, template, assignment, letter)
        _post_or_queue(context, assignment, letter, copied, forbidden=forbidden)
        # Of several letters to one role, copies are made of the first.
        copied = []
        (sent if assignment.by_email else waiting).append(assignment.reference)
    if not sent:
        raise BusinessOutcome(
            MUST_BE_POSTED,
            f"Letter {waiting[0]} must be posted: "
            + ("its marking forbids email." if forbidden else "the recipient has no email address."),
            {"notice_reference": waiting[0], "why": "marking" if forbidden else "no_email_address"},
        )
    day = london_day(job.written_at)
    return NoticeSent(notice=Notice(reference=sent[0], sent_on=day, received_on=day, by="email"))


def _post_or_queue(
    context: JobContext, assignment: Assignment, letter: WrittenLetter, copies: Iterable[Addressee], *, forbidden: bool
) -> None:
    to_be_posted = []
    for addressee in (assignment.recipient, *copies):
        if forbidden or addressee.email is None:
            to_be_posted.append(addressee.reference)
        else:
            _queue(context, assignment, letter, addressee)
    if to_be_posted:
        # What was emailed is in the timeline already: a case shows its letters there.
        _add_event(
            context,
            assignment.case_reference,
            "Letter to be posted"
            if assignment.recipient.reference in to_be_posted
            else "Copy of a letter to be posted",
            assignment.written_at,
            {
                "letter": assignment.reference,
                "for": to_be_posted,
                "why": "its marking forbids email" if forbidden else "no email address",
            },
        )


def _queue(context: JobContext, assignment: Assignment, letter: WrittenLetter, addressee: Addressee) -> None:
    identity = message_id(context.key, addressee.reference, context.settings.sender)
    # The outbox runs by the world's clock, not the engine's: its waits are no business dates.
    now = datetime.now(UTC)
    context.records.add(
        OutboxMessage(
            message_id=identity,
            letter_reference=assignment.reference,
            recipient_address=addressee.email,
            raw=letter.email_to(addressee, assignment, context.settings, message_id=identity),
            queued_at=now,
            next_attempt_at=now,
        )
    )


def _file(context: JobContext, template: Template, assignment: Assignment, letter: WrittenLetter) -> None:
    recipient, day = assignment.recipient, london_day(assignment.written_at)
    context.records.add(
        Letter(
            reference=assignment.reference,
            case_reference=assignment.case_reference,
            template=template.name,
            subject=letter.subject,
            marking=template.front.marking.value,
            recipient=recipient.stored_reference,
            recipient_kind=recipient.kind,
            copies=[copy.reference for copy in assignment.copies],
            written_at=assignment.written_at,
            sent_by="email" if assignment.by_email else None,
            sent_on=day if assignment.by_email else None,
            received_on=day if assignment.by_email else None,
            text=letter.text,
            html=letter.html,
            pdf=letter.pdf,
            calendar=letter.invitation.text if letter.invitation else None,
            element_id=context.element_id,
            job_key=context.key,
        )
    )
    context.records.flush()


def _employee(session: Session, case_reference: str) -> Employee:
    case = session.get(Case, case_reference)
    if case is None:
        raise LetterProblem(
            f"There is no case {case_reference!r}, to which the letter belongs. Correct the input 'case_reference'."
        )
    person = session.get_one(Person, case.staff_number)
    return Employee(person.staff_number, person.name, person.job_title)


def _statements(session: Session, case_reference: str, names: Iterable[str]) -> dict[str, str]:
    """The latest text of each name; one that was not filed is left out, and missed only if the template needs it."""
    filed = session.scalars(
        select(Statement)
        .where(Statement.case_reference == case_reference, Statement.name.in_(list(names)))
        .order_by(Statement.filed_at, Statement.id)
    )
    return {statement.name: statement.text for statement in filed}


def _add_event(
    context: JobContext, case_reference: str, event: str, happened_at: datetime, facts: dict[str, object]
) -> None:
    context.records.add(
        CaseEvent(
            case_reference=case_reference,
            event=event,
            happened_at=happened_at,
            recorded_at=context.engine_time,
            facts=facts,
            element_id=context.element_id,
            job_key=context.key,
        )
    )


@lru_cache(maxsize=4)
def _folder(path: Path) -> TemplateFolder:
    return TemplateFolder(path)

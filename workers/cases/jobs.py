"""Cases for diagrams."""

from __future__ import annotations

import unicodedata

from sqlalchemy.exc import IntegrityError

from workers.cases.case_file import is_read_by_role, people_with_access
from workers.cases.filing import case_holding, case_of_job, copy_statements, file_texts, give_access, require_people
from workers.cases.models import (
    CaseOpened,
    CloseCase,
    ContactDetails,
    FileStatement,
    FindReaders,
    OpenCase,
    OpenedCase,
    Readers,
    ReadersFound,
    RecordEvent,
    StatementFiled,
)
from workers.cases.references import CONTACT_PREFIX, PREFIXES
from workers.deadlines.moments import london_day
from workers.people.addresses import is_email_address
from workers.people.directory import is_here
from workers.records.models import Case, CaseEvent, Contact
from workers.records.references import next_reference
from workers.runtime.contract import BpmnError, JobContext, Nothing, job_type
from workers.runtime.errors import BusinessOutcome, PersonMustAct


@job_type(
    "open_case",
    title="Open a case",
    errors=[
        BpmnError(
            "CASE_ALREADY_EXISTS",
            "There is a case of this procedure about the same thing; the variable existing_case is its reference.",
            variables=("existing_case",),
            only_with="only_one",
        )
    ],
)
def open_case(job: OpenCase, context: JobContext) -> CaseOpened:
    """Open a case in the records and give its reference.

    With ``only_one`` there is at most one case of the procedure about the same thing, however many are asked for at
    the same moment.
    """
    require_people(context, "staff_number", [job.staff_number])
    slot = f"{job.procedure}:{job.about}" if job.only_one else None
    if slot is not None:
        _refuse_second(context, slot)
    case = _added(job, context, slot)
    give_access(context, case, job.gives_access_to)
    if job.copied_statements and job.copied_from is not None:
        copy_statements(context, case, job.copied_from, job.copied_statements)
    file_texts(context, case, job.statement)
    url = f"{context.settings.case_file_url.rstrip('/')}/cases/{case.reference}"
    return CaseOpened(case=OpenedCase(reference=case.reference, url=url))


def _added(job: OpenCase, context: JobContext, slot: str | None) -> Case:
    try:
        # Its own savepoint, so that losing the race gives the number back and leaves the transaction usable.
        with context.records.begin_nested():
            case = Case(
                reference=next_reference(context.records, PREFIXES[job.policy], london_day(job.opened_at).year),
                policy=job.policy,
                procedure=job.procedure,
                staff_number=job.staff_number,
                about=job.about,
                only_one_slot=slot,
                named_readers_only=job.named_readers_only,
                opened_at=job.opened_at,
                process_instance_key=context.process_instance_key,
                job_key=context.key,
            )
            context.records.add(case)
    except IntegrityError:
        if slot is not None:
            _refuse_second(context, slot)
        raise
    return case


def _refuse_second(context: JobContext, slot: str) -> None:
    existing = case_holding(context.records, slot)
    if existing is not None:
        raise BusinessOutcome(
            "CASE_ALREADY_EXISTS",
            f"The case {existing} of this procedure is about the same thing.",
            {"existing_case": existing},
        )


@job_type("close_case", title="Close a case")
def close_case(job: CloseCase, context: JobContext) -> Nothing:
    """Record how and when a case ended."""
    case = case_of_job(context, job.case_reference, lock=True)
    if case.closed_at is not None and case.outcome != job.outcome:
        raise PersonMustAct(
            f"The case {case.reference} at {context.element_id} is already closed with another outcome. Look at the "
            "case file: cancel this process instance if the case ended there, or correct the diagram."
        )
    if job.closed_at < case.opened_at:
        raise PersonMustAct(
            f"The variable closed_at of {context.element_id} is before the case {case.reference} was opened. Correct "
            "it, then retry."
        )
    if case.closed_at is None:
        case.closed_at, case.outcome = job.closed_at, job.outcome
    if job.allow_another:
        case.only_one_slot = None
    return Nothing()


@job_type("record_event", title="Record an event")
def record_event(job: RecordEvent, context: JobContext) -> Nothing:
    """Add a line to a case's timeline and, where the diagram says so, let more people read the case."""
    case = case_of_job(context, job.case_reference)
    give_access(context, case, job.gives_access_to)
    context.records.add(
        CaseEvent(
            case_reference=case.reference,
            event=job.event,
            happened_at=job.happened_at,
            facts=job.facts,
            recorded_at=context.engine_time,
            element_id=context.element_id,
            job_key=context.key,
        )
    )
    return Nothing()


@job_type("find_readers", title="Find who may read a case")
def find_readers(job: FindReaders, context: JobContext) -> ReadersFound:
    """Find who may read a case today: whether human resources do, and who was given access by name and works here.

    The employee the case is about is left out: nobody handles the papers of their own case.
    """
    case = case_of_job(context, job.case_reference)
    today = london_day(context.engine_time)
    named = [
        someone
        for someone in people_with_access(context.records, case.reference)
        if is_here(someone, today) and someone.staff_number != case.staff_number
    ]
    return ReadersFound(
        readers=Readers(
            by_role=is_read_by_role(case),
            staff_numbers=[someone.staff_number for someone in named],
            usernames=[someone.username for someone in named],
            employee_number=case.staff_number,
        )
    )


@job_type("file_statement", title="File what was typed", listener=True)
def file_statement(job: FileStatement, context: JobContext) -> StatementFiled:
    """Move free texts and contact details out of the process into the records.

    Put it as an end listener on the element whose form asks them. The latest statement of a name is the one letters
    quote; all are kept.
    """
    case = case_of_job(context, job.case_reference)
    file_texts(context, case, job.statement)
    name, email, kind = _typed(job.contact)
    if not (name or email):
        return StatementFiled(statement=None, contact=None)
    if not name:
        raise PersonMustAct(
            f"The variable contact.name of {context.element_id} is empty although contact.email is filled in. Add the "
            "name, then retry."
        )
    if email and not is_email_address(email):
        raise PersonMustAct(
            f"The variable contact.email of {context.element_id} is not one email address such as name@example.org. "
            "Correct it, or empty it if there is none, then retry."
        )
    contact = Contact(
        reference=next_reference(context.records, CONTACT_PREFIX, london_day(context.engine_time).year),
        case_reference=case.reference,
        name=name,
        email=email or None,
        kind=kind or "contact",
        filed_at=context.engine_time,
        element_id=context.element_id,
        job_key=context.key,
    )
    context.records.add(contact)
    return StatementFiled(statement=None, contact=None, contact_reference=contact.reference)


def _typed(contact: ContactDetails | None) -> tuple[str, str, str]:
    if contact is None:
        return "", "", ""
    return _one_line(contact.name), _one_line(contact.email), _one_line(contact.kind)[:80]


def _one_line(typed: str | None) -> str:
    """A name typed with a line break would begin another line of a letter's header."""
    words = " ".join((typed or "").split())
    return "".join(character for character in words if unicodedata.category(character) != "Cc")

"""Reading a case: what the case file, the letters and the command line ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from workers.people.directory import is_here, roles_held
from workers.records.models import Case, CaseAccess, CaseEvent, Contact, Letter, Person, Statement

READ_BY_ROLE = "hr"
CLOSED_TO_ROLES = ("confidential_reporting",)
"""Policies whose cases nobody reads by role, only those named on the case: concerns are treated in confidence."""
MEDICAL = "medical_"
"""What the name of a statement about somebody's health begins with: it is read by nobody by role."""


class CaseNotFound(LookupError):
    """No case has this reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"No case has the reference {reference}. Check it in the case list.")
        self.reference = reference


@dataclass(frozen=True)
class TimelineLine:
    """One line of a case's timeline."""

    at: datetime
    kind: Literal["opened", "event", "statement", "letter", "closed"]
    words: str
    """The event's words, the statement's name, the letter's subject or the outcome."""
    text: str = ""
    """The statement's or the letter's text."""
    reference: str | None = None
    """The letter's reference."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    element_id: str = ""


def case(session: Session, reference: str) -> Case:
    """The case with this reference.

    :raises CaseNotFound: there is none.
    """
    found = session.get(Case, reference.strip().upper())
    if found is None:
        raise CaseNotFound(reference)
    return found


def timeline(session: Session, reference: str) -> list[TimelineLine]:
    """What happened in the case, in order: opening, events, statements as filed, letters as written, closing.

    :raises CaseNotFound: there is no such case.
    """
    found = case(session, reference)
    of_case = found.reference
    events = session.scalars(select(CaseEvent).filter_by(case_reference=of_case).order_by(CaseEvent.id))
    statements = session.scalars(select(Statement).filter_by(case_reference=of_case).order_by(Statement.id))
    letters = session.scalars(select(Letter).filter_by(case_reference=of_case).order_by(Letter.reference))
    numbered = [
        *((event.job_key, _event_line(event)) for event in events),
        *((statement.job_key, _statement_line(statement)) for statement in statements),
        *((letter.job_key, _letter_line(letter)) for letter in letters),
    ]
    # Job keys grow, so they order what carries the same moment.
    lines = [line for _, line in sorted(numbered, key=lambda keyed: (keyed[1].at, keyed[0] or 0))]
    opened = TimelineLine(found.opened_at, "opened", "Case opened")
    position = next((index for index, line in enumerate(lines) if line.at >= opened.at), len(lines))
    lines.insert(position, opened)
    if found.closed_at is not None:
        closed = TimelineLine(found.closed_at, "closed", found.outcome or "")
        position = next((index for index, line in enumerate(lines) if line.at > closed.at), len(lines))
        lines.insert(position, closed)
    return lines


def may_read(session: Session, person: Person, of_case: Case, *, on: date) -> bool:
    """Whether the person may read the case on that day.

    Human resources read every case except those of confidential reporting and those opened for named readers only;
    everybody else only a case they were given access to. Who does not work here on that day reads none.
    """
    return session.scalar(select(true()).where(Case.reference == of_case.reference, _readable(person, on))) is not None


def may_read_medical(session: Session, person: Person, of_case: Case) -> bool:
    """Whether the person, who may read the case, may also read what it says about somebody's health.

    Only those given access to the case by name may: reading by role shows that there is such a statement, not its text.
    """
    return session.get(CaseAccess, (of_case.reference, person.staff_number)) is not None


def is_read_by_role(of_case: Case) -> bool:
    """Whether human resources read the case without being named on it."""
    return of_case.policy not in CLOSED_TO_ROLES and not of_case.named_readers_only


def readable_cases(session: Session, person: Person, *, on: date) -> list[Case]:
    """The cases the person may read on that day, newest first; see :func:`may_read`."""
    query = select(Case).where(_readable(person, on)).order_by(Case.opened_at.desc(), Case.reference.desc())
    return list(session.scalars(query))


def all_cases(session: Session) -> list[Case]:
    """Every case, newest first: for the command line, whose user holds the records themselves."""
    return list(session.scalars(select(Case).order_by(Case.opened_at.desc(), Case.reference.desc())))


def latest_statements(session: Session, reference: str) -> dict[str, Statement]:
    """The statements filed on the case by name, of each name the latest."""
    query = select(Statement).where(Statement.case_reference == reference).order_by(Statement.id)
    return {statement.name: statement for statement in session.scalars(query)}


def contacts(session: Session, reference: str) -> Sequence[Contact]:
    """The people outside the authority filed on the case, in order."""
    query = select(Contact).where(Contact.case_reference == reference).order_by(Contact.filed_at, Contact.reference)
    return session.scalars(query).all()


def people_with_access(session: Session, reference: str) -> list[Person]:
    """Those who were given access to the case by name."""
    query = select(Person).join(CaseAccess).where(CaseAccess.case_reference == reference).order_by(Person.staff_number)
    return list(session.scalars(query))


def _readable(person: Person, on: date) -> ColumnElement[bool]:
    if not is_here(person, on):
        return false()
    given = Case.reference.in_(select(CaseAccess.case_reference).where(CaseAccess.staff_number == person.staff_number))
    if READ_BY_ROLE in roles_held(person, on):
        by_role = Case.policy.not_in(CLOSED_TO_ROLES) & Case.named_readers_only.is_(False)
        return or_(by_role, given)
    return given


def _event_line(event: CaseEvent) -> TimelineLine:
    return TimelineLine(event.happened_at, "event", event.event, facts=event.facts, element_id=event.element_id)


def _statement_line(statement: Statement) -> TimelineLine:
    return TimelineLine(
        statement.filed_at, "statement", statement.name, text=statement.text, element_id=statement.element_id
    )


def _letter_line(letter: Letter) -> TimelineLine:
    facts = {
        "recipient": letter.recipient,
        "copies": letter.copies,
        "marking": letter.marking,
        "sent_by": letter.sent_by,
        "sent_on": letter.sent_on,
        "posted_on": letter.posted_on,
        "received_on": letter.received_on,
    }
    return TimelineLine(
        letter.written_at,
        "letter",
        letter.subject,
        text=letter.text,
        reference=letter.reference,
        facts={name: value for name, value in facts.items() if value not in (None, "", [])},
        element_id=letter.element_id,
    )

"""A case as its page shows it: everything in words, references with the names of whom they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workers.cases.case_file import (
    MEDICAL,
    READ_BY_ROLE,
    TimelineLine,
    contacts,
    is_read_by_role,
    latest_statements,
    may_read_medical,
    people_with_access,
    timeline,
)
from workers.deadlines.words import in_words
from workers.notices.addressees import CONTACT
from workers.people.roles import ROLES
from workers.records.models import Case, Contact, Letter, Person, RegisterEntry
from workers.registers.definitions import REGISTERS
from workers.registers.entries import status_on
from workers.web.wording import label, outcome, step, value_in_words

Facts = list[tuple[str, str]]
"""Labels with values in words."""


@dataclass(frozen=True)
class CaseLine:
    """A case in a list."""

    reference: str
    title: str
    employee: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class Line:
    """A line of the timeline."""

    at: datetime
    kind: str
    heading: str
    text: str
    """A statement's; a letter's is on its own page."""
    letter: str | None
    facts: Facts
    step: str
    """The step of the procedure in which a statement was made."""
    withheld: bool
    """The statement is there, but its text is for others to read."""
    replaced: bool
    """A later statement of the same name stands instead of this one."""


@dataclass(frozen=True)
class LetterView:
    """A letter, without its body."""

    reference: str
    subject: str
    recipient: str
    copies: list[str]
    marking: str
    written_at: datetime
    delivery: str
    waits: bool
    """A person must still post it or hand it over."""
    has_pdf: bool


@dataclass(frozen=True)
class CaseView:
    """A case."""

    line: CaseLine
    policy: str
    employee: Person
    about: str
    timeline: list[Line]
    letters: list[LetterView]
    contacts: list[tuple[Contact, str]]
    """Each with what they are to the case."""
    readers: list[Person]
    reading_role: str
    """Who reads the case without being named; empty if nobody does."""


def case_lines(session: Session, cases: Iterable[Case]) -> list[CaseLine]:
    """Cases for a list, in their order."""
    found = list(cases)
    names = _names_of_people(session, {case.staff_number for case in found})
    return [_case_line(case, names.get(case.staff_number, case.staff_number)) for case in found]


def case_view(session: Session, case: Case, *, reader: Person, today: date) -> CaseView:
    """Everything a case's page shows to a person who may read it."""
    lines = timeline(session, case.reference)
    closed = () if may_read_medical(session, reader, case) else (MEDICAL,)
    outsiders = contacts(session, case.reference)
    letters = session.scalars(
        select(Letter).where(Letter.case_reference == case.reference).order_by(Letter.written_at, Letter.reference)
    ).all()
    mentioned = {text for line in lines for text in _texts(line.facts)} | {
        text for letter in letters for text in (letter.recipient, *letter.copies)
    }
    names = _names(session, mentioned | {case.staff_number}, outsiders)
    latest = {name: statement.filed_at for name, statement in latest_statements(session, case.reference).items()}
    written = {letter.reference: _letter(letter, names) for letter in letters}
    return CaseView(
        line=_case_line(case, names.get(case.staff_number, case.staff_number)),
        policy=label(case.policy),
        employee=session.get_one(Person, case.staff_number),
        about=_about(session, case.about, today),
        timeline=[_line(line, names, latest, written, closed) for line in lines],
        letters=list(written.values()),
        contacts=[(contact, outcome(contact.kind)) for contact in outsiders],
        readers=people_with_access(session, case.reference),
        reading_role=ROLES[READ_BY_ROLE] if is_read_by_role(case) else "",
    )


def letter_view(session: Session, letter: Letter) -> LetterView:
    """One letter, without its body."""
    outsiders = contacts(session, letter.case_reference)
    return _letter(letter, _names(session, {letter.recipient, *letter.copies}, outsiders))


def _case_line(case: Case, employee: str) -> CaseLine:
    return CaseLine(
        case.reference, label(case.procedure), employee, case.opened_at, case.closed_at, outcome(case.outcome or "")
    )


def _line(
    line: TimelineLine,
    names: Mapping[str, str],
    latest: Mapping[str, datetime],
    written: Mapping[str, LetterView],
    closed: tuple[str, ...],
) -> Line:
    heading = {"statement": label, "closed": outcome}.get(line.kind, str)(line.words)
    facts = [(label(name), words) for name, fact in line.facts.items() if (words := value_in_words(fact, names))]
    if (letter := written.get(line.reference or "")) is not None:
        facts = [("To", letter.recipient), ("Copies", ", ".join(letter.copies)), ("Delivery", letter.delivery)]
        facts = [(name, words) for name, words in facts if words]
    is_statement = line.kind == "statement"
    withheld = is_statement and line.words.startswith(closed)
    return Line(
        at=line.at,
        kind=line.kind,
        heading=heading,
        text=line.text if is_statement and not withheld else "",
        withheld=withheld,
        letter=line.reference,
        facts=facts,
        step=step(line.element_id) if is_statement else "",
        replaced=is_statement and line.at < latest.get(line.words, line.at),
    )


def _letter(letter: Letter, names: Mapping[str, str]) -> LetterView:
    return LetterView(
        reference=letter.reference,
        subject=letter.subject,
        recipient=names.get(letter.recipient, letter.recipient),
        copies=[names.get(copy, copy) for copy in letter.copies],
        marking=letter.marking,
        written_at=letter.written_at,
        delivery=_delivery(letter),
        waits=letter.sent_by is None,
        has_pdf=letter.pdf is not None,
    )


def _delivery(letter: Letter) -> str:
    if letter.sent_by is None:
        return "To be posted or handed over"
    parts = []
    if letter.sent_by == "email":
        parts.append("Emailed" + (f" on {in_words(letter.sent_on)}" if letter.sent_on else ""))
    else:
        day = letter.posted_on or letter.sent_on
        parts.append("Posted or handed over" + (f" on {in_words(day)}" if day else ""))
    if letter.received_on:
        same_day = letter.received_on == (letter.posted_on or letter.sent_on)
        parts.append("counts as received " + ("that day" if same_day else f"on {in_words(letter.received_on)}"))
    return ", ".join(parts)


def _about(session: Session, reference: str | None, today: date) -> str:
    """What the case is about: a register's entry with its kind and status, or the reference as it is."""
    if reference is None:
        return ""
    entry = session.get(RegisterEntry, reference)
    if entry is None:
        return reference
    register = REGISTERS.get(entry.register)
    kind = register.kinds.get(entry.kind, label(entry.kind)) if register else label(entry.kind)
    status = status_on(entry, today)
    until = f", active until {in_words(entry.active_until)}" if entry.active_until and status == "active" else ""
    words = register.statuses.get(status, label(status)) if register else label(status)
    return f"{kind}, {reference}" + (until or f" ({words.lower()})")


def _names(session: Session, references: set[str], outsiders: Iterable[Contact]) -> dict[str, str]:
    named = _names_of_people(session, references)
    for contact in outsiders:
        named |= {contact.reference: contact.name, f"{CONTACT}{contact.reference}": contact.name}
    return named


def _names_of_people(session: Session, staff_numbers: set[str]) -> dict[str, str]:
    rows = session.execute(select(Person.staff_number, Person.name).where(Person.staff_number.in_(staff_numbers)))
    return {staff_number: name for staff_number, name in rows}  # noqa: C416 - rows are no pairs to dict()


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)

"""The tables of the records: people, cases and their timeline, absences, registers, the personal file and the outbox.

Where no ``relationship`` joins two tables, flush the row referred to before adding the row that refers to it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from workers.records.columns import ENGINE_KEY, ROW_ID, UtcMoment

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STAFF_NUMBER = String(20)
REFERENCE = String(40)
WORD = String(80)
"""A name from a diagram, a definition or a list: a procedure, a role, a status, a kind."""


class Table(DeclarativeBase):
    """What every table has in common."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcMoment(),
        date: Date(),
        str: Text(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }


class Person(Table):
    """Somebody who works or worked for the authority, as last imported and as procedures decided since."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("seniority BETWEEN 1 AND 9", name="seniority"),
        CheckConstraint("employment IN ('employee', 'agency_worker', 'contractor')", name="employment"),
        CheckConstraint("left_on IS NULL OR left_on >= started_on", name="left_after_start"),
    )

    staff_number: Mapped[str] = mapped_column(STAFF_NUMBER, primary_key=True)
    username: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(String(254), default=None)
    postal_address: Mapped[str] = mapped_column(default="")
    """Lines separated by newlines."""
    job_title: Mapped[str]
    seniority: Mapped[int]
    """1 is the most junior grade, 9 the most senior."""
    # Deferred, so that one import may name a manager before the manager's own row.
    line_manager: Mapped[str | None] = mapped_column(
        STAFF_NUMBER, ForeignKey("people.staff_number", deferrable=True, initially="DEFERRED"), index=True, default=None
    )
    employment: Mapped[str] = mapped_column(WORD, default="employee")
    started_on: Mapped[date]
    left_on: Mapped[date | None] = mapped_column(default=None)
    """The last day of employment: from the next day on the person has left."""
    procedure_ended_on: Mapped[date | None] = mapped_column(default=None)
    """A last day that a procedure set, as long as no people file has given it or an earlier one."""
    procedure_restored_from: Mapped[date | None] = mapped_column(default=None)
    """A last day that a procedure took back, as long as no people file has given another or none."""

    roles: Mapped[list[PersonRole]] = relationship(
        cascade="all, delete-orphan", order_by="PersonRole.role", lazy="selectin", back_populates="person"
    )


class PersonRole(Table):
    """A role a person holds; see workers.people.roles for the roles there are."""

    __tablename__ = "person_roles"

    staff_number: Mapped[str] = mapped_column(
        STAFF_NUMBER, ForeignKey("people.staff_number", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(WORD, primary_key=True, index=True)

    person: Mapped[Person] = relationship(back_populates="roles")


class ReferenceCounter(Table):
    """The last running number given out for a prefix in a year."""

    __tablename__ = "reference_counters"

    prefix: Mapped[str] = mapped_column(String(10), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class Case(Table):
    """One run of a procedure for one person."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_procedure_about", "procedure", "about"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="closed_with_outcome"),
    )

    reference: Mapped[str] = mapped_column(REFERENCE, primary_key=True)
    policy: Mapped[str] = mapped_column(WORD)
    procedure: Mapped[str] = mapped_column(WORD)
    staff_number: Mapped[str] = mapped_column(STAFF_NUMBER, ForeignKey("people.staff_number"), index=True)
    about: Mapped[str | None] = mapped_column(String(120), default=None)
    """Reference of what the case is about, such as the decision under appeal."""
    only_one_slot: Mapped[str | None] = mapped_column(String(240), unique=True, default=None)
    """Taken while there may be no other case of this procedure about the same thing."""
    named_readers_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Nobody reads it by role, only those given access by name."""
    opened_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)
    process_instance_key: Mapped[int | None] = mapped_column(ENGINE_KEY, index=True, default=None)
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, unique=True, default=None)


class CaseAccess(Table):
    """A person who may read a case besides human resources."""

    __tablename__ = "case_access"

    case_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("cases.reference"), primary_key=True)
    staff_number: Mapped[str] = mapped_column(
        STAFF_NUMBER, ForeignKey("people.staff_number"), primary_key=True, index=True
    )
    granted_at: Mapped[datetime]
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, default=None)


class CaseEvent(Table):
    """A line of a case's timeline."""

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_case_reference_happened_at", "case_reference", "happened_at"),)

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    case_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("cases.reference"))
    event: Mapped[str]
    happened_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recorded_at: Mapped[datetime]
    element_id: Mapped[str] = mapped_column(String(255), default="")
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, index=True, default=None)


class Statement(Table):
    """A free text somebody wrote for a case; kept here so that the engine never holds it."""

    __tablename__ = "statements"
    __table_args__ = (
        Index("ix_statements_case_reference_name", "case_reference", "name"),
        UniqueConstraint("job_key", "name"),
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    case_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("cases.reference"))
    name: Mapped[str] = mapped_column(WORD)
    text: Mapped[str]
    filed_at: Mapped[datetime]
    element_id: Mapped[str] = mapped_column(String(255), default="")
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, default=None)


class Contact(Table):
    """Somebody outside the authority whom a case writes to: a companion, an agency, a school."""

    __tablename__ = "contacts"

    reference: Mapped[str] = mapped_column(REFERENCE, primary_key=True)
    case_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("cases.reference"), index=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(String(254), default=None)
    kind: Mapped[str] = mapped_column(WORD)
    filed_at: Mapped[datetime]
    element_id: Mapped[str] = mapped_column(String(255), default="")
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, unique=True, default=None)


class Absence(Table):
    """A spell of sickness absence: days on which somebody could not work, whether or not they would have worked.

    A person's absences never overlap, those withdrawn aside; workers.attendance.absences sees to it.
    """

    __tablename__ = "absences"
    __table_args__ = (
        Index("ix_absences_staff_number_first_day", "staff_number", "first_day"),
        CheckConstraint("last_day IS NULL OR last_day >= first_day", name="last_after_first"),
    )

    reference: Mapped[str] = mapped_column(REFERENCE, primary_key=True)
    staff_number: Mapped[str] = mapped_column(STAFF_NUMBER, ForeignKey("people.staff_number"))
    case_reference: Mapped[str | None] = mapped_column(
        REFERENCE, ForeignKey("cases.reference"), index=True, default=None
    )
    """The case in which it was reported; what was said of its reason is among the case's statements."""
    first_day: Mapped[date]
    last_day: Mapped[date | None] = mapped_column(index=True, default=None)
    """Nothing while the person is absent."""
    reason: Mapped[str] = mapped_column(default="", deferred=True)
    """Only of imported absences. Medical: never a process variable."""
    disability_related: Mapped[bool] = mapped_column(default=False)
    pregnancy_related: Mapped[bool] = mapped_column(default=False)
    """Pregnancy or maternity."""
    assault_at_work: Mapped[bool] = mapped_column(default=False)
    injury_at_work: Mapped[bool] = mapped_column(default=False)
    reported_at: Mapped[datetime | None] = mapped_column(default=None)
    reported_to: Mapped[str | None] = mapped_column(STAFF_NUMBER, ForeignKey("people.staff_number"), default=None)
    normal_start: Mapped[str | None] = mapped_column(String(5), default=None)
    """When the person's working day normally begins, such as 09:00, in London."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it turned out that there was no such absence; from then on it counts nowhere."""
    recorded_at: Mapped[datetime]
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, unique=True, default=None)


class AbsenceChange(Table):
    """What was done to an absence after it was recorded, its ending included; never altered."""

    __tablename__ = "absence_changes"

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    absence_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("absences.reference"), index=True)
    old_values: Mapped[dict[str, Any]]
    """Of the columns that changed."""
    new_values: Mapped[dict[str, Any]]
    changed_by: Mapped[str | None] = mapped_column(STAFF_NUMBER, ForeignKey("people.staff_number"), default=None)
    """Nothing when it came with an import, or the diagram did not say."""
    changed_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    element_id: Mapped[str] = mapped_column(String(255), default="")
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, index=True, default=None)


class AbsenceCertificate(Table):
    """A document that certifies days of an absence, or that somebody is fit again."""

    __tablename__ = "absence_certificates"
    __table_args__ = (
        CheckConstraint("kind IN ('doctors_statement', 'other_evidence', 'final_note')", name="kind"),
        CheckConstraint("covers_until >= covers_from", name="covered_days"),
    )

    reference: Mapped[str] = mapped_column(REFERENCE, primary_key=True)
    absence_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("absences.reference"), index=True)
    kind: Mapped[str] = mapped_column(WORD)
    issued_on: Mapped[date | None] = mapped_column(default=None)
    """Nothing where an import does not say."""
    covers_from: Mapped[date | None] = mapped_column(default=None)
    covers_until: Mapped[date | None] = mapped_column(default=None)
    """Neither is set for a final note, which certifies no absence."""
    replaced_by: Mapped[str | None] = mapped_column(
        REFERENCE, ForeignKey("absence_certificates.reference"), default=None
    )
    """The certificate entered instead, because this one was entered wrongly."""
    entered_by: Mapped[str | None] = mapped_column(STAFF_NUMBER, ForeignKey("people.staff_number"), default=None)
    recorded_at: Mapped[datetime]
    element_id: Mapped[str] = mapped_column(String(255), default="")
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, unique=True, default=None)


class WorkingPattern(Table):
    """The weekdays somebody works in a span of time; a person's spans follow each other without a gap.

    Whoever has none works from Monday to Friday.
    """

    __tablename__ = "working_patterns"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="last_after_first"),
        CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
    )

    staff_number: Mapped[str] = mapped_column(STAFF_NUMBER, ForeignKey("people.staff_number"), primary_key=True)
    first_day: Mapped[date] = mapped_column(primary_key=True)
    last_day: Mapped[date]
    weekdays: Mapped[int]
    """One bit a weekday: 1 is Monday, 64 is Sunday."""


class AbsencePrompt(Table):
    """That a person reached a trigger and somebody was told, so that they are told once and not every day."""

    __tablename__ = "absence_prompts"

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    staff_number: Mapped[str] = mapped_column(STAFF_NUMBER, ForeignKey("people.staff_number"), index=True)
    trigger_name: Mapped[str] = mapped_column(WORD)
    reached_on: Mapped[date]
    ended_on: Mapped[date | None] = mapped_column(default=None)
    """The day it was seen that the person is below the trigger again; reaching it again is told anew."""
    open_slot: Mapped[str | None] = mapped_column(String(120), unique=True, default=None)
    """Taken while it has not ended."""
    noted_at: Mapped[datetime]
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, index=True, default=None)


class RegisterEntry(Table):
    """A line of a register; what it may hold is declared in workers.registers.definitions."""

    __tablename__ = "register_entries"
    __table_args__ = (
        Index("ix_register_entries_register_staff_number", "register", "staff_number"),
        CheckConstraint("active_until IS NULL OR active_until >= active_from", name="active_days"),
    )

    reference: Mapped[str] = mapped_column(REFERENCE, primary_key=True)
    register: Mapped[str] = mapped_column(WORD)
    staff_number: Mapped[str] = mapped_column(STAFF_NUMBER, ForeignKey("people.staff_number"), index=True)
    case_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("cases.reference"), index=True)
    kind: Mapped[str] = mapped_column(WORD)
    status: Mapped[str] = mapped_column(WORD)
    active_from: Mapped[date]
    active_until: Mapped[date | None] = mapped_column(default=None)
    """The last active day; without one the entry is active until its status changes."""
    replaced_by: Mapped[str | None] = mapped_column(REFERENCE, ForeignKey("register_entries.reference"), default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    added_at: Mapped[datetime]
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, unique=True, default=None)

    changes: Mapped[list[RegisterChange]] = relationship(
        foreign_keys="RegisterChange.entry_reference", order_by="RegisterChange.id", back_populates="entry"
    )


class RegisterChange(Table):
    """What was done to a register entry, the adding included; never altered."""

    __tablename__ = "register_changes"

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    entry_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("register_entries.reference"), index=True)
    case_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("cases.reference"), index=True)
    status_before: Mapped[str | None] = mapped_column(WORD, default=None)
    """Nothing when the entry was added."""
    status_after: Mapped[str] = mapped_column(WORD)
    replaced_by: Mapped[str | None] = mapped_column(REFERENCE, ForeignKey("register_entries.reference"), default=None)
    changed_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    element_id: Mapped[str] = mapped_column(String(255), default="")
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, unique=True, default=None)

    entry: Mapped[RegisterEntry] = relationship(foreign_keys=[entry_reference], back_populates="changes")


class Letter(Table):
    """The personal file: one letter or email to one recipient, as it was sent."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_case_reference_written_at", "case_reference", "written_at"),
        Index("ix_letters_recipient_kind_recipient", "recipient_kind", "recipient"),
        CheckConstraint("recipient_kind IN ('person', 'contact', 'address')", name="recipient_kind"),
        CheckConstraint("sent_by IS NULL OR sent_by IN ('email', 'post')", name="sent_by"),
    )

    reference: Mapped[str] = mapped_column(REFERENCE, primary_key=True)
    case_reference: Mapped[str] = mapped_column(REFERENCE, ForeignKey("cases.reference"))
    template: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str]
    marking: Mapped[str] = mapped_column(WORD, default="")
    recipient: Mapped[str] = mapped_column(String(254))
    """A staff number, a contact's reference or an address, as ``recipient_kind`` says."""
    recipient_kind: Mapped[str] = mapped_column(WORD)
    copies: Mapped[list[str]] = mapped_column(default=list)
    """Who else got it, in the same forms."""
    written_at: Mapped[datetime]
    sent_by: Mapped[str | None] = mapped_column(WORD, default=None)
    """email or post; nothing while it waits to be posted."""
    sent_on: Mapped[date | None] = mapped_column(default=None)
    posted_on: Mapped[date | None] = mapped_column(default=None)
    received_on: Mapped[date | None] = mapped_column(default=None)
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="", deferred=True)
    pdf: Mapped[bytes | None] = mapped_column(default=None, deferred=True)
    calendar: Mapped[str | None] = mapped_column(default=None, deferred=True)
    """The iCalendar text of a hearing's invitation."""
    element_id: Mapped[str] = mapped_column(String(255), default="")
    job_key: Mapped[int | None] = mapped_column(ENGINE_KEY, index=True, default=None)


class OutboxMessage(Table):
    """An email to hand to the mail server, in the bytes it goes out with."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_status_next_attempt_at", "status", "next_attempt_at"),
        CheckConstraint("status IN ('queued', 'sent', 'refused')", name="status"),
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    letter_reference: Mapped[str | None] = mapped_column(
        REFERENCE, ForeignKey("letters.reference"), index=True, default=None
    )
    recipient_address: Mapped[str] = mapped_column(String(254))
    raw: Mapped[bytes] = mapped_column(deferred=True)
    """The whole message (RFC 822), so that a repeated sending is identical."""
    status: Mapped[str] = mapped_column(WORD, default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    claimed_by: Mapped[str | None] = mapped_column(String(120), default=None)
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    last_error: Mapped[str | None] = mapped_column(default=None)


class JobResult(Table):
    """What a job ended in, so that the same job coming again gets the same answer."""

    __tablename__ = "job_results"

    job_key: Mapped[int] = mapped_column(ENGINE_KEY, primary_key=True, autoincrement=False)
    job_type: Mapped[str] = mapped_column(WORD)
    process_instance_key: Mapped[int] = mapped_column(ENGINE_KEY, index=True)
    element_id: Mapped[str] = mapped_column(String(255))
    outcome: Mapped[dict[str, Any]]
    done_at: Mapped[datetime]

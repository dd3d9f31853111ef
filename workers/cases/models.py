"""What the case jobs take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from workers.cases.references import Policy
from workers.deadlines.moments import Moment
from workers.people.models import StaffNumber, StaffNumbers
from workers.runtime.contract import JobInput, JobOutput

CaseReference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
ProcedureName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z][a-z0-9_]{0,79}$")]
StatementName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]
FiledText = str | None
Statements = dict[StatementName, FiledText]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


def _blank_is_nothing(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _nothing_is_none(value: object) -> object:
    return [] if value is None else value


class OpenCase(JobInput):
    """The case to open."""

    policy: Policy = Field(description="The policy, as its folder is named, such as capability.")
    procedure: ProcedureName = Field(description="The procedure, as its diagram is named, such as capability_appeal.")
    staff_number: StaffNumber = Field(description="Whom the case is about.")
    opened_at: Moment = Field(description="When the case was opened: =now().")
    about: Annotated[
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] | None,
        BeforeValidator(_blank_is_nothing),
    ] = Field(None, description="Reference of what the case is about, such as the decision under appeal; or null.")
    only_one: bool = Field(False, description="There may be only one case of this procedure about the same thing.")
    statement: Statements | None = Field(
        None, description="Free texts to file on the case, by name; empty ones are skipped."
    )
    gives_access_to: StaffNumbers = Field(
        default_factory=list, description="Staff numbers of those who may read the case; null entries are ignored."
    )
    named_readers_only: bool = Field(
        False, description="Only those given access by name may read the case, and nobody by role."
    )
    copied_from: Annotated[CaseReference | None, BeforeValidator(_blank_is_nothing)] = Field(
        None, description="Reference of a case whose statements are copied to this one; or null."
    )
    copied_statements: Annotated[list[StatementName], BeforeValidator(_nothing_is_none)] = Field(
        default_factory=list,
        description="Names of the statements copied, of each the latest, so that their texts need not pass the engine.",
    )

    @model_validator(mode="after")
    def _about_something(self) -> OpenCase:
        if self.only_one and self.about is None:
            raise ValueError("about is empty; where only_one is true it says what there may be only one case about")
        if self.copied_statements and self.copied_from is None:
            raise ValueError("copied_from is empty; where copied_statements names any it says from which case")
        return self


class OpenedCase(BaseModel):
    """The case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: str = Field(description="Reference of the case, such as CAP-2025-0001.")
    url: str = Field(description="Where those who may read it see the case file.")


class CaseOpened(JobOutput):
    """The new case."""

    case: OpenedCase = Field(description="The case's reference and address.")


class CloseCase(JobInput):
    """The case to close."""

    case_reference: CaseReference = Field(description="Reference of the case.")
    outcome: Words = Field(description="What the case ended in, in plain words.")
    closed_at: Moment = Field(description="When the case ended: =now().")
    allow_another: bool = Field(
        False, description="Another case of this procedure about the same thing may be opened after this one."
    )


class RecordEvent(JobInput):
    """What happened."""

    case_reference: CaseReference = Field(description="Reference of the case.")
    event: Words = Field(description="What happened, in plain words for the timeline.")
    happened_at: Moment = Field(description="When it happened: =now().")
    facts: dict[str, JsonValue] = Field(default_factory=dict, description="What belongs to it, by name.")
    gives_access_to: StaffNumbers = Field(
        default_factory=list,
        description="Staff numbers of those who may read the case from now on; null entries are ignored.",
    )


class FindReaders(JobInput):
    """Whose readers are found."""

    case_reference: CaseReference = Field(description="Reference of the case.")


class Readers(BaseModel):
    """Who may read a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by_role: bool = Field(description="Whether human resources read it without being named.")
    staff_numbers: list[str] = Field(description="Staff numbers of those named, in order.")
    usernames: list[str] = Field(description="The names they sign in with, in the same order.")
    employee_number: str = Field(description="Staff number of the employee the case is about, who is not among them.")


class ReadersFound(JobOutput):
    """The readers."""

    readers: Readers = Field(description="Who may read the case today.")


class ContactDetails(BaseModel):
    """Somebody outside the authority, as typed in a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(None, description="Name.")
    email: str | None = Field(None, description="Email address.")
    kind: str | None = Field(None, description="What they are to the case, such as companion.")


class FileStatement(JobInput):
    """What somebody typed in a form; reads the variables of the element the listener is on."""

    case_reference: CaseReference = Field(description="Reference of the case.")
    statement: Statements | None = Field(
        None, description="Free texts by name, from fields with keys statement.<name>; empty ones are skipped."
    )
    contact: ContactDetails | None = Field(
        None, description="Somebody outside the authority, from fields contact.name, contact.email and contact.kind."
    )


class StatementFiled(JobOutput):
    """The typed texts leave the process; what stays is a reference."""

    statement: None = Field(description="Emptied: the texts are in the records.")
    contact: None = Field(description="Emptied: the contact is in the records.")
    contact_reference: str | None = Field(None, description="Reference of the contact; set only when one was filed.")

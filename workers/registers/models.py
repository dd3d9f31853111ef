"""What the register jobs take and give."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints

from workers.cases.models import CaseReference
from workers.deadlines.moments import Day, Moment
from workers.people.models import StaffNumber, TypedText
from workers.runtime.contract import JobInput, JobOutput

EntryReference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


def _blank_is_nothing(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Optional = BeforeValidator(_blank_is_nothing)


class AddRegisterEntry(JobInput):
    """The entry to add."""

    register_name: str = Field(alias="register", description="The register, such as capability_decisions.")
    staff_number: StaffNumber = Field(description="Whose entry it is.")
    case_reference: CaseReference = Field(description="The case it comes from.")
    kind: str = Field(description="Its kind, one of the register's, such as first_written_warning.")
    active_from: Day = Field(description="The first day it counts.")
    active_until: Annotated[Day | None, Optional] = Field(
        None, description="The last day it counts; null: until its status changes."
    )
    facts: dict[str, JsonValue] = Field(default_factory=dict, description="What else the register keeps of it.")


class FindRegisterEntry(JobInput):
    """Which entry to find."""

    register_name: str = Field(alias="register", description="The register, such as capability_decisions.")
    reference: TypedText = Field(description="Reference of the entry, such as DEC-2025-0001, as somebody typed it.")
    staff_number: Annotated[TypedText | None, Optional] = Field(
        None, description="When given, the entry must be this person's."
    )


class FindActiveEntries(JobInput):
    """Whose active entries to find, and on which day."""

    register_name: str = Field(alias="register", description="The register, such as capability_decisions.")
    staff_number: StaffNumber = Field(description="Whose entries.")
    on: Day = Field(description="The day they must be active on, its first and last day included: =today().")
    kinds: list[str] | None = Field(None, description="Only entries of these kinds; null: of any.")


class ChangeRegisterFacts(JobInput):
    """What the register shall keep of an entry from now on."""

    register_name: str = Field(alias="register", description="The register, such as capability_decisions.")
    reference: EntryReference = Field(description="Reference of the entry, such as DEC-2025-0001.")
    case_reference: CaseReference = Field(description="The case in which it became known.")
    facts: dict[str, JsonValue] = Field(description="The facts to change, by name; the others stay.", min_length=1)
    changed_at: Moment = Field(description="When it became known: =now().")


class ChangeRegisterEntry(JobInput):
    """What becomes of an entry."""

    register_name: str = Field(alias="register", description="The register, such as capability_decisions.")
    reference: EntryReference = Field(description="Reference of the entry, such as DEC-2025-0001.")
    case_reference: CaseReference = Field(description="The case in which it was decided, such as the appeal.")
    status: str = Field(description="The new status, one of the register's, such as revoked.")
    changed_at: Moment = Field(description="When it was decided: =now().")
    replaced_by: Annotated[EntryReference | None, Optional] = Field(
        None, description="With status replaced: the entry that stands in for it."
    )
    only_from: Annotated[str | None, Optional] = Field(
        None, description="Change it only from this status and leave it as it is in another; null: from any."
    )


class Entry(BaseModel):
    """An entry as it stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: str = Field(description="Reference of the entry.")
    staff_number: str = Field(description="Whose entry it is.")
    kind: str = Field(description="Its kind.")
    status: str = Field(description="Its status today; expired when its last active day has passed.")
    active_from: Day = Field(description="The first day it counts.")
    active_until: Day | None = Field(description="The last day it counts, or null.")
    facts: dict[str, Any] = Field(description="What else the register keeps of it.")


class EntryFound(JobOutput):
    """The entry."""

    entry: Entry = Field(description="The entry.")


class EntriesFound(JobOutput):
    """The entries."""

    entries: list[Entry] = Field(description="The entries, the one active first comes first; an empty list if none.")

"""The registers there are. A new register is a definition here; its entries share the tables of all registers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workers.deadlines.moments import Day
from workers.people.models import StaffNumber, StaffNumbers

ACTIVE = "active"
"""The status of a new entry, in every register."""
REPLACED = "replaced"
"""The status of an entry another one stands in for, in every register that has it."""
EXPIRED = "expired"
"""Never stored: an active entry whose last active day has passed."""


class Facts(BaseModel):
    """What a register keeps of an entry besides the person, the kind and the active days."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class RegisterDefinition:
    """A register."""

    name: str
    prefix: str
    """What the references of its entries begin with."""
    title: str
    kinds: Mapping[str, str]
    """Each kind of entry with the words for it."""
    statuses: Mapping[str, str]
    """Each status an entry can be given, with the words for it; a new entry is active."""
    facts: type[Facts]
    people: tuple[str, ...] = ()
    """Facts that hold staff numbers; they must be those of people in the records."""
    cases: tuple[str, ...] = ()
    """Facts that hold case references; they must be those of cases in the records."""


class CapabilityDecision(Facts):
    """A decision of the capability procedure."""

    informed_on: Day = Field(description="The day the employee was informed in writing.")
    effective_on: Day | None = Field(None, description="The day a dismissal takes effect.")
    decided_by: StaffNumber = Field(description="Staff number of who decided.")
    decided_by_seniority: int | None = Field(
        None, description="Grade of who decided, at that time, from 1 to 9.", ge=1, le=9
    )
    case: str | None = Field(None, description="Reference of the case in which it was first decided.")
    involved: StaffNumbers = Field(
        default_factory=list, description="Staff numbers of everyone involved in the case, who cannot hear an appeal."
    )
    appeal_outcome: str | None = Field(None, description="What an appeal against an earlier decision ended in.")
    review_until: Day | None = Field(None, description="The last day of the review period that a warning sets out.")
    extends: str | None = Field(None, description="Reference of the warning that this one extends.")
    extended_active_until: Day | None = Field(None, description="The last active day that the extended warning had.")
    track: Literal["performance", "sickness"] | None = Field(
        None, description="Which procedure a dismissal ended: performance or sickness."
    )


CAPABILITY_DECISIONS = RegisterDefinition(
    name="capability_decisions",
    prefix="DEC",
    title="Capability decisions",
    kinds={
        "first_written_warning": "First written warning",
        "final_written_warning": "Final written warning",
        "dismissal": "Dismissal",
        "redeployment": "Redeployment",
        "sickness_decision": "Sickness absence decision",
        "no_action": "No action",
    },
    statuses={ACTIVE: "Active", "revoked": "Revoked", REPLACED: "Replaced by another entry"},
    facts=CapabilityDecision,
    people=("decided_by", "involved"),
    cases=("case",),
)

REGISTERS: Mapping[str, RegisterDefinition] = {definition.name: definition for definition in (CAPABILITY_DECISIONS,)}

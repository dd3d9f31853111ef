"""What the notice jobs take and give."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workers.deadlines.moments import Day, Moment
from workers.runtime.contract import JobInput, JobOutput

_RECIPIENT = re.compile(r"\d{1,20}|contact:[A-Za-z0-9][A-Za-z0-9-]{0,39}|role:[a-z][a-z_]{0,79}")


def _addressable(value: str) -> str:
    if not _RECIPIENT.fullmatch(value):
        raise ValueError("must be a staff number, contact:<contact reference> or role:<role>")
    return value


Recipient = Annotated[str, AfterValidator(_addressable)]
"""Who gets a letter: a staff number, ``contact:<contact reference>`` or ``role:<role>`` (everyone who holds it)."""


class Hearing(BaseModel):
    """A hearing or meeting the letter is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: str = Field(
        min_length=1, max_length=120, pattern=r"^[\x21-\x7e]+$", description="The same for all changes of this hearing."
    )
    starts_at: Moment = Field(description="When it starts.")
    minutes: int = Field(60, ge=1, le=1440, description="How long it is planned to last.")
    place: str = Field(min_length=1, description="Where it is held.")
    change: int = Field(0, ge=0, description="0 for the first notice, one more for each change.")
    cancelled: bool = Field(False, description="The hearing does not take place.")


class SendNotice(JobInput):
    """The letter, who gets it and what it says."""

    template: str = Field(description="The template below templates/, such as capability/capability_appeal_decision.")
    case_reference: str = Field(description="The case the letter belongs to.")
    recipient: Recipient = Field(description="A staff number, contact:<contact reference> or role:<role>.")
    copies: list[Recipient | Literal[""] | None] = Field(
        default_factory=list, description="Who gets a copy, in the same forms; empty entries are ignored."
    )
    written_at: Moment = Field(description="When the letter is written: =now().")
    facts: dict[str, Any] = Field(default_factory=dict, description="What the letter states, by placeholder.")
    statements: list[str] = Field(
        default_factory=list, description="Names of the statements filed on the case that the letter quotes."
    )
    hearing: Hearing | None = Field(
        None, description="The hearing: {reference, starts_at, minutes, place, change, cancelled}."
    )


class Notice(BaseModel):
    """A letter that was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: str = Field(description="Reference of the letter in the personal file.")
    sent_on: Day = Field(description="The day it was sent.")
    received_on: Day = Field(description="The day it was received: of an email the day it was sent.")
    by: Literal["email"] = Field("email", description="How it was sent.")


class NoticeSent(JobOutput):
    """The letter."""

    notice: Notice = Field(description="The letter's reference and when it was sent and received.")


class FindInvited(JobInput):
    """Which hearing, and when it is asked."""

    case_reference: str = Field(description="The case the letters belong to.")
    hearing_reference: str = Field(description="Reference of the hearing, as its notice gave it.")
    asked_at: Moment = Field(description="Only a hearing that begins later counts: =now().")


class Invited(BaseModel):
    """Those who expect a hearing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipients: list[str] = Field(description="Staff numbers and contact:<contact reference>, each once.")
    hearing: Hearing | None = Field(
        description="The hearing as last announced, with the next change, cancelled; null when nobody expects it."
    )


class InvitedFound(JobOutput):
    """The people."""

    invited: Invited = Field(description="Who was told of the hearing, and what a letter that calls it off says of it.")


class RecordDelivery(JobInput):
    """When a letter was posted and when it arrived."""

    notice_reference: str = Field(description="Reference of the letter, as send_notice gave it.")
    posted_on: Day = Field(description="The day it was posted or handed over.")
    received_on: Day = Field(description="The day it was received.")

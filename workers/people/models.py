"""What the people jobs take and give."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from workers.deadlines.moments import Day
from workers.runtime.contract import JobInput, JobOutput

STAFF_NUMBER_PATTERN = r"^[0-9]{1,20}$"

StaffNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=STAFF_NUMBER_PATTERN)]
"""A staff number: digits only, leading zeros kept."""


TypedText = Annotated[str, StringConstraints(strip_whitespace=True)]
"""What somebody typed to look something up: whatever it is, a wrong one is not found rather than refused."""


def _without_empty(value: object) -> object:
    """FEEL lists hold null where a variable was not set, ``[case.manager, case.adviser]``."""
    return [entry for entry in value if entry not in (None, "")] if isinstance(value, list) else value


StaffNumbers = Annotated[list[StaffNumber], BeforeValidator(_without_empty)]
"""Staff numbers; null and empty entries are ignored."""

Employment = Literal["employee", "agency_worker", "contractor"]


class FindPerson(JobInput):
    """Whom to find."""

    staff_number: TypedText = Field(description="The person's staff number, as somebody typed it.")


class FoundPerson(BaseModel):
    """What a diagram may know of a person: nothing that names them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    staff_number: str = Field(description="The staff number.")
    username: str = Field(description="The name the person signs in with, for assigning tasks.")
    line_manager: str | None = Field(
        description="Staff number of the line manager; null when there is none or the manager has left."
    )
    seniority: int = Field(description="Grade, from 1 (most junior) to 9.")
    employment: Employment = Field(description="employee, agency_worker or contractor.")
    started_on: Day = Field(description="First day of the continuous employment.")
    roles: list[str] = Field(description="The roles the person holds; none once they have left.")
    has_email: bool = Field(description="Whether the person can be written to by email: a leaver cannot.")


class PersonFound(JobOutput):
    """The person."""

    person: FoundPerson = Field(description="The person.")


class FindPeople(JobInput):
    """Which role is looked for, and who is left out."""

    roles: list[str] = Field(
        description="Roles in order of preference: the first that somebody still holds is used.", min_length=1
    )
    except_staff_numbers: StaffNumbers = Field(
        default_factory=list, description="People left out, such as those involved; null entries are ignored."
    )


class People(BaseModel):
    """Everyone found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: str = Field(description="The role that was used.")
    staff_numbers: list[str] = Field(description="Their staff numbers, in order.")
    usernames: list[str] = Field(description="The names they sign in with, in the same order.")


class PeopleFound(JobOutput):
    """The people."""

    people: People = Field(description="Everyone who holds the role and is not left out.")


class EndEmployment(JobInput):
    """Whose employment ends, and when."""

    staff_number: StaffNumber = Field(description="Whose employment.")
    last_day: Day = Field(description="The last day of employment.")


class RestoreEmployment(JobInput):
    """Whose employment goes on after all."""

    staff_number: StaffNumber = Field(description="Whose employment.")
    last_day: Day | None = Field(
        description="The last day that is taken back; another one that was set since stays. Null: none was set."
    )

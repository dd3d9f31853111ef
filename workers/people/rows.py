"""One row of the people file, checked by itself."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator

from workers.people.addresses import is_email_address
from workers.people.models import STAFF_NUMBER_PATTERN
from workers.people.roles import ROLES, unknown_roles

EMPLOYMENTS = ("employee", "agency_worker", "contractor")
GRADES = range(1, 10)
"""From the most junior to the most senior."""

_STAFF_NUMBER = re.compile(STAFF_NUMBER_PATTERN)
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,119}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL_CATEGORIES = frozenset({"Cc", "Zl", "Zp"})


def _staff_number(value: str) -> str:
    if not _STAFF_NUMBER.fullmatch(value):
        raise ValueError("must be a staff number: digits only, such as 100100")
    return value


def _username(value: str) -> str:
    if not _USERNAME.fullmatch(value):
        raise ValueError("must be the name the person signs in with: letters, digits and . _ @ - only")
    return value


def _filled(value: str) -> str:
    if not value:
        raise ValueError("is empty: fill it in")
    return value


def _email(value: str) -> str:
    if not is_email_address(value):
        raise ValueError("must be one email address such as a.morgan@example.org, or empty")
    return value


def _address_lines(value: str) -> str:
    return "\n".join(line for part in value.split("|") if (line := part.strip()))


def _grade(value: str) -> int:
    if not re.fullmatch("[0-9]", value) or int(value) not in GRADES:
        raise ValueError(f"must be a whole number from {GRADES[0]} (most junior) to {GRADES[-1]}")
    return int(value)


def _employment(value: str) -> str:
    if value not in EMPLOYMENTS:
        raise ValueError(f"must be one of {', '.join(EMPLOYMENTS)}")
    return value


def typed_day(value: str) -> date:
    """The day a cell names.

    :raises ValueError: it names none, or not as year-month-day.
    """
    try:
        return date.fromisoformat(value if _DAY.fullmatch(value) else "")
    except ValueError:
        raise ValueError("must be a date written year-month-day, such as 2025-03-31") from None


def _roles(value: str) -> tuple[str, ...]:
    roles = [role for part in value.split(";") if (role := part.strip())]
    if unknown := unknown_roles(roles):
        raise ValueError(f"names {', '.join(unknown)}, which is no role; the roles are {', '.join(ROLES)}")
    return tuple(sorted(set(roles)))


def _or_nothing(value: str) -> str | None:
    return value or None


Number = Annotated[str, AfterValidator(_staff_number)]
Text = Annotated[str, AfterValidator(_filled)]
EmptyIsNothing = BeforeValidator(_or_nothing)


class FileRow(BaseModel):
    """A row of a file, each cell in the form the records keep; the fields are the file's columns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _one_line(cls, value: Any) -> str:
        # A line break in a name or an address would begin another line of a letter's header.
        if any(unicodedata.category(character) in _CONTROL_CATEGORIES for character in value):
            raise ValueError("contains a line break or another control character: remove it")
        return str(value).strip()


class PersonRow(FileRow):
    """A row of the people file."""

    staff_number: Number
    username: Annotated[str, AfterValidator(_username)]
    name: Text
    email: Annotated[Annotated[str, AfterValidator(_email)] | None, EmptyIsNothing]
    postal_address: Annotated[str, AfterValidator(_address_lines)]
    job_title: Text
    seniority: Annotated[int, BeforeValidator(_grade)]
    line_manager: Annotated[Number | None, EmptyIsNothing]
    employment: Annotated[str, AfterValidator(_employment)]
    started_on: Annotated[date, BeforeValidator(typed_day)]
    left_on: Annotated[Annotated[date, BeforeValidator(typed_day)] | None, EmptyIsNothing]
    roles: Annotated[tuple[str, ...], BeforeValidator(_roles)]

    @field_validator("left_on")
    @classmethod
    def _left_after_start(cls, value: date | None, info: ValidationInfo) -> date | None:
        started_on = info.data.get("started_on")
        if value is not None and started_on is not None and value < started_on:
            raise ValueError("is before started_on: correct one of them")
        return value


COLUMNS = tuple(PersonRow.model_fields)

"""One row of the absences file, and of the working patterns file, checked by itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, cast

from pydantic import BeforeValidator, ValidationInfo, field_validator

from workers.attendance.counting import CAUSES, Cause
from workers.attendance.patterns import WEEKDAYS
from workers.people.rows import EmptyIsNothing, FileRow, Number, typed_day


def _causes(value: str) -> tuple[Cause, ...]:
    named = [cause for part in value.split(";") if (cause := part.strip())]
    if unknown := [cause for cause in named if cause not in CAUSES]:
        raise ValueError(f"names {', '.join(unknown)}; it may name {', '.join(CAUSES)}, separated by semicolons")
    return tuple(cast("Cause", cause) for cause in sorted(set(named)))


def _weekdays(value: str) -> int:
    named = [day for part in value.lower().split(";") if (day := part.strip())]
    found = [[full for full in WEEKDAYS if len(day) >= len("mon") and full.startswith(day)] for day in named]
    if not found or not all(found):
        raise ValueError("must name weekdays separated by semicolons, such as Mon;Tue;Wed")
    return sum({1 << WEEKDAYS.index(full) for full, *_ in found})


Day = Annotated[date, BeforeValidator(typed_day)]
MaybeDay = Annotated[Day | None, EmptyIsNothing]


class AbsenceRow(FileRow):
    """A row of the absences file."""

    staff_number: Number
    first_day: Day
    last_day: MaybeDay
    reason: str
    related_to: Annotated[tuple[Cause, ...], BeforeValidator(_causes)]
    certified_until: MaybeDay
    """The last day a doctor's statement covers; empty for a self-certified absence."""

    @field_validator("last_day", "certified_until")
    @classmethod
    def _after_first_day(cls, value: date | None, info: ValidationInfo) -> date | None:
        first_day = info.data.get("first_day")
        if value is not None and first_day is not None and value < first_day:
            raise ValueError("is before first_day: correct one of them")
        return value


class PatternRow(FileRow):
    """A row of the working patterns file: which weekdays somebody works from a day on."""

    staff_number: Number
    from_day: Day
    weekdays: Annotated[int, BeforeValidator(_weekdays)]

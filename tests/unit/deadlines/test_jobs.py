"""The job compute_deadline, called as a diagram calls it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from workers.deadlines.jobs import compute_deadline
from workers.deadlines.models import ComputeDeadline
from workers.runtime.contract import HandlerShape, declaration_of
from workers.runtime.errors import PersonMustAct

ONE_WEEK = {"amount": 1, "unit": "weeks"}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (
            {"start": "2025-03-03", "period": ONE_WEEK},
            {"date": "2025-03-10", "moment": "2025-03-10T23:59:59+00:00", "words": "Monday 10 March 2025"},
        ),
        (
            {"start": "2025-06-02T23:30:00Z", "period": ONE_WEEK, "time_of_day": "10:00"},
            {"date": "2025-06-10", "moment": "2025-06-10T10:00:00+01:00", "words": "Tuesday 10 June 2025"},
        ),
        (
            {
                "start": "2025-04-22",
                "period": {"amount": 1, "unit": "working_days", "clear": True, "paragraph": "17(b)"},
                "direction": "before",
                "time_of_day": "09:00:00",
            },
            {"date": "2025-04-16", "moment": "2025-04-16T09:00:00+01:00", "words": "Wednesday 16 April 2025"},
        ),
    ],
)
def test_compute_deadline(variables: dict[str, Any], expected: dict[str, str]) -> None:
    result = compute_deadline(ComputeDeadline.model_validate(variables))

    assert result.model_dump(mode="json") == {"deadline": expected}


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": None, "period": ONE_WEEK},
        {"start": "2025-03-03", "period": None},
        {"start": "2025-03-03", "period": ONE_WEEK, "time_of_day": "24:00"},
        {"start": "2025-03-03", "period": ONE_WEEK, "time_of_day": "9:00"},
        {"start": "2025-03-03", "period": ONE_WEEK, "direction": "around"},
        {"start": "2025-03-03", "period": ONE_WEEK, "unknown": 1},
    ],
)
def test_wrong_input(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ComputeDeadline.model_validate(wrong)


def test_a_person_must_act_when_the_holidays_are_unknown() -> None:
    job = ComputeDeadline.model_validate({"start": "2090-03-03", "period": {"amount": 1, "unit": "working_days"}})

    with pytest.raises(PersonMustAct, match="bank holidays of 2090"):
        compute_deadline(job)


def test_declaration() -> None:
    declared = declaration_of(compute_deadline)

    assert declared is not None
    assert declared.shape is HandlerShape.COMPUTES
    assert declared.fetched_variables == ["start", "period", "direction", "rounding", "time_of_day"]

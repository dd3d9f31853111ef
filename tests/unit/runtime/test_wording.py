"""Incident messages: they say where and what to do, and never a value."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.runtime.handlers import SECRET, compute, declared
from workers.runtime import wording
from workers.runtime.outcomes import Job


def job_with(variables: Any, element: str = "Task_A") -> Job:
    return Job(7, "compute", "p", 1, element, 3, datetime(2025, 3, 3, tzinfo=UTC), json.dumps(variables))


def faults_of(variables: Any) -> list[str]:
    job = job_with(variables)
    with pytest.raises(ValidationError) as caught:
        declared(compute).input_model.model_validate_json(job.variables)
    return wording.faults(caught.value, job.variables)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ["name is missing"]),
        ({"name": None}, ["name is empty (null)"]),
        ({"name": 5}, ["name must be text"]),
        ({"name": "a", "days": "many"}, ["days should be a valid integer, unable to parse string as an integer"]),
        ({"name": "a", "hearing": {"minutes": 5}}, ["hearing.starts_on is missing"]),
        (
            {"name": "a", "hearing": {"starts_on": "3 March"}},
            ["hearing.starts_on should be a valid date or datetime, input is too short"],
        ),
        ({"name": "a", "copies": ["b", None]}, ["copies[2] is empty (null)"]),
        ({"name": f"!{SECRET}"}, ["name has a value this job does not accept"]),
        ({"days": "many"}, ["name is missing", "days should be a valid integer, unable to parse string as an integer"]),
        ({"name": "a", SECRET: 1}, ["… is not known to this job"]),
        (["name"], ["the input should be an object"]),
    ],
)
def test_faults(variables: Any, expected: list[str]) -> None:
    assert faults_of(variables) == expected


def test_many_faults_are_counted() -> None:
    found = faults_of({"name": "a", "copies": [None] * 9})
    assert found[-1] == "and 3 more"
    assert len(found) == wording.MOST_FAULTS + 1


def test_the_sentence_names_element_variable_and_remedy() -> None:
    job = job_with({}, element="Task_SendHearingNotice")
    with pytest.raises(ValidationError) as caught:
        declared(compute).input_model.model_validate_json(job.variables)
    assert wording.invalid_input(declared(compute), job, caught.value) == (
        "“Compute” (compute) at Task_SendHearingNotice cannot start: name is missing. Correct the value in Operate "
        "for this case and the input mapping in the diagram for later ones, then retry."
    )


def test_long_messages_are_shortened() -> None:
    assert len(wording.shortened("x" * 5000)) == wording.LONGEST
    assert wording.shortened("short") == "short"

"""Nobody is treated differently for who they are: the opening statement of every policy."""

from __future__ import annotations

import re

import pytest

from workers.checks.project import read_project
from workers.settings import PROJECT

PROJECT_AS_IT_IS = read_project(PROJECT / "bpmn", PROJECT / "templates")
PROTECTED = re.compile(
    r"\b(age|date_of_birth|gender|sex|race|ethnicity|nationality|religion|belief|marital_status|civil_partnership|"
    r"sexual_orientation|gender_reassignment)\b"
)
"""Disability and pregnancy are not among them: the policies themselves ask about them, to give support."""


def looked_at() -> list[tuple[str, str]]:
    """Everything that decides: conditions of flows, inputs of decisions, and the answers forms give."""
    found = [
        (f"{diagram.file.name}: {flow.id}", flow.condition or "")
        for diagram in PROJECT_AS_IT_IS.diagrams
        for flow in diagram.flows.values()
    ]
    for decision in PROJECT_AS_IT_IS.decisions:
        found += [(f"{decision.id}: {column.label}", column.expression) for column in decision.inputs]
        found += [(f"{decision.id}: {rule.id}", test) for rule in decision.rules for test in rule.inputs]
    found += [(f"{form.id}: {field.label}", field.key) for form in PROJECT_AS_IT_IS.forms for field in form.fields]
    return found


def test_no_rule_looks_at_a_protected_characteristic() -> None:
    # A child's age decides about childcare vouchers; it is nobody's protected characteristic who works here.
    words = [(place, re.sub(r'"[^"]*"|child\w*\.(age|date_of_birth)', "", written)) for place, written in looked_at()]
    assert [place for place, written in words if PROTECTED.search(written)] == []


@pytest.mark.parametrize("written", ["employee.age > 60", "person.gender", "marital_status", "statement.religion"])
def test_the_words_looked_for_are_found(written: str) -> None:
    assert PROTECTED.search(written)


def test_other_words_are_not_taken_for_them() -> None:
    assert not PROTECTED.search("manager_advice, stage, days_lost, message, average, unisex")

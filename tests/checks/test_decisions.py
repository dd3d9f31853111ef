"""Decision tables give the answers they should: each example is worked out by a FEEL engine of the engine's makers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.checks.decision_examples import EXAMPLES, Example
from tests.forms.node import NODE, install_node_tools
from workers.checks.decisions import Decision
from workers.checks.project import read_project
from workers.settings import Settings

SETTINGS = Settings()
DECISIONS = read_project(SETTINGS.bpmn_dir, SETTINGS.templates_dir).decision_of
Work = tuple[str, str, dict[str, Any]]
LISTS = frozenset({"COLLECT", "RULE ORDER"})


def worked_out(work: list[Work]) -> list[Any]:
    done = subprocess.run(
        [NODE, install_node_tools() / "decide.mjs"], input=json.dumps(work), capture_output=True, text=True, check=True
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def asked(example: Example) -> Iterator[Work]:
    for column in DECISIONS[example.decision].inputs:
        yield "expression", column.expression, example.case


def told(decision: Decision, case: dict[str, Any], values: list[Any]) -> Iterator[Work]:
    for rule in decision.rules:
        for cell, value in zip(rule.inputs, values, strict=True):
            yield "unary", cell or "-", {**case, "?": value}
        for cell in rule.outputs:
            yield "expression", cell or "null", case


@pytest.fixture(scope="module")
def answers() -> list[Any]:
    """What the tables answer to all examples, worked out in two runs: what is asked, then every cell."""
    values = iter(worked_out([work for example in EXAMPLES for work in asked(example)]))
    cells: list[Work] = []
    for example in EXAMPLES:
        decision = DECISIONS[example.decision]
        cells.extend(told(decision, example.case, [next(values) for _ in decision.inputs]))
    results = iter(worked_out(cells))
    return [answer(DECISIONS[example.decision], results) for example in EXAMPLES]


def answer(decision: Decision, results: Iterator[Any]) -> Any:
    met = []
    for _ in decision.rules:
        tests = [next(results) for _ in decision.inputs]
        outputs = {column.name: next(results) for column in decision.outputs}
        if all(test is True for test in tests):
            met.append(outputs if len(outputs) > 1 else next(iter(outputs.values())))
    if decision.hit_policy in LISTS:
        return met
    assert decision.hit_policy == "FIRST" or len(met) < 2, f"{decision.id} has two rules for one case"
    return met[0] if met else None


def agrees(given: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(given, dict):
        return all(given.get(name) == value for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(given, list):
        return len(given) == len(wanted) and all(map(agrees, given, wanted))
    return bool(given == wanted)


@pytest.mark.parametrize("place", range(len(EXAMPLES)), ids=lambda place: f"{EXAMPLES[place].decision}-{place}")
def test_the_answer_is_right(place: int, answers: list[Any]) -> None:
    example = EXAMPLES[place]
    assert agrees(answers[place], example.answer), f"For {example.case} it answers {answers[place]}."


def test_a_period_is_what_the_table_says() -> None:
    decision = DECISIONS["capability_periods"]
    rows = {rule.outputs[0]: rule.outputs for rule in decision.rules}
    values = worked_out([("expression", cell, {}) for outputs in rows.values() for cell in outputs])
    width = len(decision.outputs)
    periods = {values[start]: values[start + 1 : start + 4] for start in range(0, len(values), width)}
    assert periods["appeal_period"] == [7, "calendar_days", False]
    assert all(amount > 0 for amount, _, _ in periods.values())

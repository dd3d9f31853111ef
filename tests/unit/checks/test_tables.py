"""Decision tables: gaps and overlaps are found where they can be, and nothing is said where they cannot."""

from __future__ import annotations

import pytest

from tests.unit.checks.small import project, table
from workers.checks.feel import Feel
from workers.checks.rules.tables import tables_are_sound

ANSWER = {"go": "boolean"}


def rules(feel: Feel, inputs: dict[str, str], *rows: str, hit_policy: str = "UNIQUE") -> list[str]:
    checked = project(feel, table("leave", inputs, ANSWER, *rows, hit_policy=hit_policy))
    return [finding.rule for finding in tables_are_sound(checked)]


@pytest.mark.parametrize(
    ("inputs", "rows"),
    [
        ({"ill": "boolean"}, ("true -> true",)),
        ({"days": "number"}, ("< 7 -> true", "> 7 -> false")),
        ({"days": "number"}, ("[1..7] -> true", "[10..20] -> false")),
        ({"days": "number"}, ("<= 2.5 -> true", ">= 3.5 -> false")),
        ({"ill": "boolean", "note": "boolean"}, ("true ; true -> true", "false ; - -> false")),
        ({"kind": "string", "ill": "boolean"}, ('"a" ; - -> true', '"b" ; true -> true')),
    ],
)
def test_a_gap_is_found(feel: Feel, inputs: dict[str, str], rows: tuple[str, ...]) -> None:
    assert rules(feel, inputs, *rows) == ["gap"]


@pytest.mark.parametrize(
    ("inputs", "rows"),
    [
        ({"ill": "boolean"}, ("true -> true", "false -> false")),
        ({"ill": "boolean"}, ("true -> true", "not(true) -> false")),
        ({"days": "number"}, ("<= 7 -> true", "> 7 -> false")),
        ({"days": "number"}, ("[1..7] -> true", "[8..14] -> false")),
        ({"days": "number"}, ("< 7 -> true", "7 -> true", "> 7 -> false")),
        ({"kind": "string"}, ('"a" -> true', '"b", "c" -> false')),
        ({"kind": "string"}, ('"a" -> true', 'not("a") -> false')),
        ({"on": "date"}, ('< date("2025-01-01") -> true',)),
        ({"days": "number"}, ("even(?) -> true",)),
        ({"days": "number", "ill": "boolean"}, ("- ; true -> true", "> 3 ; false -> true", "<= 3 ; false -> false")),
    ],
)
def test_nothing_is_said_of_what_is_whole_or_cannot_be_known(
    feel: Feel, inputs: dict[str, str], rows: tuple[str, ...]
) -> None:
    assert rules(feel, inputs, *rows) == []


@pytest.mark.parametrize(
    "rows",
    [("<= 7 -> true", ">= 7 -> false"), ("[1..7] -> true", "[5..9] -> false"), ("- -> true", "3 -> false")],
)
def test_rules_that_overlap_are_found(feel: Feel, rows: tuple[str, ...]) -> None:
    assert "rules-overlap" in rules(feel, {"days": "number"}, *rows)


def test_the_first_of_several_may_overlap(feel: Feel) -> None:
    assert rules(feel, {"days": "number"}, "> 7 -> true", "- -> false", hit_policy="FIRST") == []


def test_any_may_overlap_where_the_answers_agree(feel: Feel) -> None:
    assert rules(feel, {"days": "number"}, ">= 7 -> true", "<= 7 -> true", hit_policy="ANY") == []
    assert rules(feel, {"days": "number"}, ">= 7 -> true", "<= 7 -> false", hit_policy="ANY") == ["rules-overlap"]


def test_a_rule_behind_one_for_everything_is_never_used(feel: Feel) -> None:
    assert rules(feel, {"days": "number"}, "- -> true", "3 -> false", hit_policy="FIRST") == ["rule-never-used"]


def test_a_table_that_collects_has_no_gap(feel: Feel) -> None:
    assert rules(feel, {"ill": "boolean"}, "true -> true", hit_policy="COLLECT") == []


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("yes -> true", "unquoted-text"),
        ('"yes" -> maybe', "unquoted-text"),
        ('"yes" -> 1', "wrong-output"),
        ("3 -> true", "wrong-test"),
        ('"yes -> true', "broken-expression"),
        ('"yes" -> tru(', "broken-expression"),
        ("starts with(?) -> true", "wrong-arguments"),
    ],
)
def test_a_cell_that_cannot_work_is_found(feel: Feel, row: str, rule: str) -> None:
    assert rule in rules(feel, {"kind": "string"}, row)

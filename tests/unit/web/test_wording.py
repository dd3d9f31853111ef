from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from workers.web.wording import label, outcome, step, value_in_words

NAMES = {"100022": "Peter Lindqvist"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("grounds", "Grounds"), ("decision_reasons", "Decision reasons"), ("", ""), ("HR_note", "HR note")],
)
def test_labels(name: str, expected: str) -> None:
    assert label(name) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("not_upheld", "Not upheld"),
        ("Warning given on appeal", "Warning given on appeal"),
        ("DEC-2025-0001", "DEC-2025-0001"),
    ],
)
def test_outcomes(words: str, expected: str) -> None:
    assert outcome(words) == expected


@pytest.mark.parametrize(
    ("element_id", "expected"),
    [
        ("Task_DecideLateAppeal", "Decide late appeal"),
        ("StartEvent_AppealReceived", "Appeal received"),
        ("Task_AskHRAdviser", "Ask HR adviser"),
        ("Task_Post2Letters", "Post 2 letters"),
        ("task", "task"),
        ("", ""),
        ("Task_", "Task"),
    ],
)
def test_steps(element_id: str, expected: str) -> None:
    assert step(element_id) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "Yes"),
        (False, "No"),
        (3, "3"),
        ("", ""),
        (date(2025, 3, 10), "Monday 10 March 2025"),
        (datetime(2025, 6, 3, 9, tzinfo=UTC), "Tuesday 3 June 2025 at 10:00"),
        ("2025-03-10", "Monday 10 March 2025"),
        ("2025-13-40", "2025-13-40"),
        ("2025-06-03T10:00:01+01:00[Europe/London]", "Tuesday 3 June 2025 at 10:00"),
        ("2025-06-03T09:00Z", "Tuesday 3 June 2025 at 10:00"),
        ("100022", "Peter Lindqvist (100022)"),
        ("100023", "100023"),
        ("final_written_warning", "Final written warning"),
        ("Lloyd House, room 3", "Lloyd House, room 3"),
        (["100022", None, "email"], "Peter Lindqvist (100022), Email"),
        ({"by": "100022", "left": None, "in_time": True}, "By: Peter Lindqvist (100022); In time: Yes"),
    ],
)
def test_values(value: Any, expected: str) -> None:
    assert value_in_words(value, NAMES) == expected

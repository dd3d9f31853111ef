"""Moments of a story are London time, and their weekday must be right."""

from __future__ import annotations

import re

import pytest

from tests.scenarios.driver.moments import from_engine, from_milliseconds, in_words, london_moment, milliseconds


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("Monday 3 March 2025 09:00", "2025-03-03T09:00:00+00:00"),
        ("Tuesday 3 June 2025 10:00", "2025-06-03T10:00:00+01:00"),
        ("Sunday 26 October 2025 00:30", "2025-10-26T00:30:00+01:00"),
        ("Sunday 26 October 2025 02:30", "2025-10-26T02:30:00+00:00"),
    ],
)
def test_reading_and_writing(words: str, iso: str) -> None:
    moment = london_moment(words)
    assert moment.isoformat() == iso
    assert in_words(moment) == words
    assert from_milliseconds(milliseconds(moment)) == moment


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("Tuesday 3 March 2025 09:00", "3 March 2025 09:00 is a Monday"),
        ("3 March 2025", "write it like 'Monday 3 March 2025 09:00'"),
        ("Monday 31 February 2025 09:00", "is no moment of a story"),
        ("Sunday 30 March 2025 01:30", "the clocks went forward"),
    ],
)
def test_no_moment(words: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        london_moment(words)


def test_seconds_are_told_where_there_are_any() -> None:
    due = from_engine("2025-06-10T23:59:59+01:00[Europe/London]")
    assert due is not None
    assert in_words(due) == "Tuesday 10 June 2025 23:59:59"
    assert from_engine("") is None

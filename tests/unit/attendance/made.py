"""Made-up absences and working patterns, for properties that must hold of all of them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from workers.attendance.counting import CAUSES, Cause, Joining, Rule, Spell, Unit
from workers.attendance.patterns import Span, spans_from

EARLIEST = date(2023, 6, 1)
UNITS: tuple[Unit, ...] = ("working_days", "calendar_days")
JOININGS: tuple[Joining, ...] = ("never", "no_day_between", "no_working_day_between")
_causes: st.SearchStrategy[frozenset[Cause]] = st.frozensets(st.sampled_from(CAUSES), max_size=2)
_steps = st.lists(st.tuples(st.integers(0, 130) | st.integers(0, 3), st.integers(1, 40), _causes), max_size=7)
"""Days since the absence before, length, causes."""


@st.composite
def spells(draw: st.DrawFn) -> list[Spell]:
    """Absences of one person: none overlaps another, and the last may go on."""
    steps = draw(_steps)
    goes_on = draw(st.booleans())
    made: list[Spell] = []
    day = EARLIEST
    for number, (gap, length, causes) in enumerate(steps):
        first = day + timedelta(days=gap)
        last = first + timedelta(days=length - 1)
        made.append(Spell(f"ABS-{number}", first, last, causes))
        day = last + timedelta(days=1)
    if made and goes_on:
        made[-1] = Spell(made[-1].reference, made[-1].first, None, made[-1].causes)
    return made


@st.composite
def patterns(draw: st.DrawFn) -> list[Span]:
    """Mostly none; else one to three, each from some day on."""
    begins = draw(
        st.just({})
        | st.dictionaries(
            st.integers(-400, 700).map(lambda n: EARLIEST + timedelta(days=n)), st.integers(1, 127), max_size=3
        )
    )
    return spans_from(sorted(begins.items()))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Periods of up to thirteen months about the made-up absences."""
    last = EARLIEST + timedelta(days=draw(st.integers(0, 900)))
    first = last - timedelta(days=draw(st.integers(0, 400)))
    return Rule(first, last, draw(st.sampled_from(UNITS)), draw(st.sampled_from(JOININGS)), draw(_causes))

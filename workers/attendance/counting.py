"""Counting absence: days lost and separate occasions in a period.

How the policies leave it to be counted, and what was chosen, is said at each rule; every one is a diagram's to set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from workers.attendance.patterns import WEEKDAYS, Span, works_on
from workers.deadlines.periods import MONTHS_IN_YEAR, Period, deadline_day

Cause = Literal["disability", "pregnancy", "assault_at_work", "injury_at_work"]
"""What an absence may be related to that makes it count differently (ATT-7f, ATT-15i)."""
CAUSES: tuple[Cause, ...] = ("disability", "pregnancy", "assault_at_work", "injury_at_work")

Unit = Literal["working_days", "calendar_days"]
"""Working days are those of the person's own pattern, without bank holidays (ATT-A03)."""

Joining = Literal["never", "no_day_between", "no_working_day_between"]
"""When two absences are one occasion."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Spell:
    """An absence; without a last day it goes on."""

    reference: str
    first: date
    last: date | None
    causes: frozenset[Cause] = frozenset()


@dataclass(frozen=True)
class Rule:
    """What is counted: the days from ``first`` to ``last``, both included, of absences not related to ``disregard``."""

    first: date
    last: date
    unit: Unit = "working_days"
    joining: Joining = "no_working_day_between"
    disregard: frozenset[Cause] = frozenset()


@dataclass(frozen=True)
class Figures:
    """Days in the rule's unit, the calendar days they lie in, and occasions."""

    days: int
    calendar_days: int
    occasions: int


@dataclass(frozen=True)
class Threshold:
    """A trigger point: so many days, or so many occasions, or more; at least one of the two is given."""

    name: str
    days: int | None = None
    occasions: int | None = None

    def reached(self, days: int, occasions: int) -> bool:
        """Whether either number is."""
        enough_days = self.days is not None and days >= self.days
        return enough_days or (self.occasions is not None and occasions >= self.occasions)


def first_day_of(period: Period, last: date) -> date:
    """The first day of the period that ends with ``last``: twelve months to 3 March 2025 begin on 4 March 2024.

    :raises UnknownHolidays: the period is in working days of a year whose bank holidays are not known.
    :raises DateOutOfRange: it would begin before the calendar.
    """
    return deadline_day(last, period, "before") + ONE_DAY


def counted(spells: Iterable[Spell], rule: Rule) -> list[Spell]:
    """The spells that have days in the rule's period, cut to those days, oldest first."""
    inside = [
        Spell(spell.reference, max(spell.first, rule.first), min(spell.last or rule.last, rule.last), spell.causes)
        for spell in spells
        if spell.first <= rule.last
        and (spell.last is None or spell.last >= rule.first)
        and not spell.causes & rule.disregard
    ]
    return sorted(inside, key=lambda spell: spell.first)


def episodes(spells: Sequence[Spell], joining: Joining, pattern: Sequence[Span]) -> list[list[Spell]]:
    """Spells that make one occasion together; ``spells`` are in order and have ended.

    :raises UnknownHolidays: working days between two spells are in a year whose bank holidays are not known.
    """
    joined: list[list[Spell]] = []
    for spell in spells:
        if joined and _adjoin(joined[-1][-1], spell, joining, pattern):
            joined[-1].append(spell)
        else:
            joined.append([spell])
    return joined


def _adjoin(earlier: Spell, later: Spell, joining: Joining, pattern: Sequence[Span]) -> bool:
    assert earlier.last is not None  # noqa: S101 - the caller's promise
    if joining == "never":
        return False
    between = _days(earlier.last + ONE_DAY, later.first - ONE_DAY)
    if joining == "no_day_between":
        return not any(True for _ in between)
    return not any(works_on(day, pattern) for day in between)


def occasions(spells: Iterable[Spell], rule: Rule, pattern: Sequence[Span]) -> list[list[Spell]]:
    """The occasions in the rule's period, cut to it; each has at least one day that counts.

    :raises UnknownHolidays: the period reaches a year whose bank holidays are not known.
    """
    is_counted = _counts(rule.unit, pattern)
    return [
        episode
        for episode in episodes(counted(spells, rule), rule.joining, pattern)
        if any(count(spell.first, end_of(spell), is_counted) for spell in episode)
    ]


def figures(spells: Sequence[Spell], rule: Rule, pattern: Sequence[Span]) -> Figures:
    """Days and occasions under the rule.

    :raises UnknownHolidays: the period reaches a year whose bank holidays are not known.
    """
    inside = counted(spells, rule)
    is_counted = _counts(rule.unit, pattern)
    return Figures(
        days=sum(count(spell.first, end_of(spell), is_counted) for spell in inside),
        calendar_days=sum((end_of(spell) - spell.first).days + 1 for spell in inside),
        occasions=len(occasions(spells, rule, pattern)),
    )


def count(first: date, last: date, is_counted: Callable[[date], bool]) -> int:
    """How many days from ``first`` to ``last``, both included, are counted."""
    return sum(1 for day in _days(first, last) if is_counted(day))


def working_days(first: date, last: date, pattern: Sequence[Span]) -> int:
    """The days somebody with this pattern would have worked from ``first`` to ``last``, both included.

    :raises UnknownHolidays: one of the years' bank holidays are not known.
    """
    return count(first, last, _counts("working_days", pattern))


def days_of(spell: Spell, unit: Unit, pattern: Sequence[Span]) -> int:
    """The days of a spell that was cut to a period.

    :raises UnknownHolidays: one of the years' bank holidays are not known.
    """
    return count(spell.first, end_of(spell), _counts(unit, pattern))


def first_working_day(day: date, pattern: Sequence[Span]) -> date:
    """``day`` or the first one after it that somebody with this pattern works.

    :raises UnknownHolidays: it is in a year whose bank holidays are not known.
    """
    while not works_on(day, pattern):
        day += ONE_DAY
    return day


def current_episode(spells: Iterable[Spell], on: date, joining: Joining, pattern: Sequence[Span]) -> list[Spell]:
    """The absence ``on`` falls into and those it continues, cut at ``on``; empty when the person is not absent."""
    until = counted(spells, Rule(date.min, on))
    if not until or until[-1].last != on:
        return []
    chain = [until[-1]]
    for earlier in reversed(until[:-1]):
        if not _adjoin(earlier, chain[0], joining, pattern):
            break
        chain.insert(0, earlier)
    return chain


def first_uncovered(first: date, last: date, certificates: Iterable[tuple[date, date]]) -> date | None:
    """The first day from ``first`` to ``last`` that no certificate covers; nothing when all are covered.

    :param certificates: the first and last days they cover.
    """
    day = first
    for covers_from, covers_until in sorted(certificates):
        if covers_from > day:
            break
        if covers_until >= last:
            return None
        day = max(day, covers_until + ONE_DAY)
    return day if day <= last else None


def beginnings(spells: Sequence[Spell], rule: Rule, pattern: Sequence[Span]) -> tuple[list[int], list[int]]:
    """How many occasions began on each weekday, Monday first, and in each month, January first (ATT-15d).

    An occasion that reaches into the period from before counts where it began.
    """
    began = {spell.reference: spell.first for spell in spells}
    firsts = [began[episode[0].reference] for episode in occasions(spells, rule, pattern)]
    weekdays = Counter(day.weekday() for day in firsts)
    months = Counter(day.month for day in firsts)
    return [weekdays[n] for n in range(len(WEEKDAYS))], [months[n] for n in range(1, MONTHS_IN_YEAR + 1)]


def _counts(unit: Unit, pattern: Sequence[Span]) -> Callable[[date], bool]:
    if unit == "calendar_days":
        return lambda _: True
    return lambda day: works_on(day, pattern)


def end_of(spell: Spell) -> date:
    """The last day of a spell that was cut to a period."""
    assert spell.last is not None  # noqa: S101 - a counted spell is cut to the period
    return spell.last


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))

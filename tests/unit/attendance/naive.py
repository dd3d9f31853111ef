"""Counting absence the slow and plain way: one day after the other, asking of each what it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from workers.attendance.counting import Rule, Spell
from workers.attendance.patterns import Span
from workers.deadlines.working_days import bank_holidays


def works(day: date, pattern: Sequence[Span]) -> bool:
    weekdays = [span.weekdays for span in pattern if span.first <= day <= span.last] or [0b11111]
    return day not in bank_holidays(day.year) and f"{weekdays[0]:07b}"[::-1][day.weekday()] == "1"


def days_and_occasions(spells: Sequence[Spell], rule: Rule, pattern: Sequence[Span]) -> tuple[int, int]:
    occasions: list[int] = []
    before: str | None = None
    free = worked = False
    day = rule.first
    while day <= rule.last:
        absent = [
            spell.reference
            for spell in spells
            if spell.first <= day and (spell.last is None or day <= spell.last) and not spell.causes & rule.disregard
        ]
        if not absent:
            free = True
            worked = worked or works(day, pattern)
        else:
            apart = {"never": True, "no_day_between": free, "no_working_day_between": worked}[rule.joining]
            if absent[0] != before and (before is None or apart):
                occasions.append(0)
            occasions[-1] += 1 if rule.unit == "calendar_days" else works(day, pattern)
            before, free, worked = absent[0], False, False
        day += timedelta(days=1)
    return sum(occasions), sum(1 for days in occasions if days)

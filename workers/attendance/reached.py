"""Who has reached a trigger: the figures of everybody in one query.

It counts as :mod:`workers.attendance.counting` does. Working days are not counted one by one: a calendar of the period
holds, for each working pattern in use, how many there were up to each day, so an absence costs two look-ups however
long it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from workers.attendance.absences import CAUSE_COLUMNS
from workers.attendance.counting import Rule, Threshold
from workers.attendance.patterns import MONDAY_TO_FRIDAY, is_worked
from workers.records.models import Absence, Person, WorkingPattern

_CALENDAR = {
    "sqlite": """
        SELECT json_extract(value, '$[0]') AS weekdays, json_extract(value, '$[1]') AS day,
               json_extract(value, '$[2]') AS number, json_extract(value, '$[3]') AS before,
               json_extract(value, '$[4]') AS until
        FROM json_each(:calendar)""",
    "postgresql": """
        SELECT (value->>0)::int AS weekdays, (value->>1)::date AS day, (value->>2)::int AS number,
               (value->>3)::int AS before, (value->>4)::int AS until
        FROM jsonb_array_elements(CAST(:calendar AS jsonb))""",
}


@dataclass(frozen=True)
class Reached:
    """A person with the names of the thresholds they have reached."""

    staff_number: str
    thresholds: tuple[str, ...]


def who_reached(session: Session, rule: Rule, thresholds: Sequence[Threshold]) -> list[Reached]:
    """Everybody here on the rule's last day who has reached one of the thresholds by then, by staff number.

    :raises UnknownHolidays: the period reaches a year whose bank holidays are not known.
    """
    rows = session.execute(_reaching(session, rule, thresholds)).all()
    return [Reached(row.staff_number, _names(row, thresholds)) for row in rows]


def _names(row: Row[Any], thresholds: Sequence[Threshold]) -> tuple[str, ...]:
    return tuple(threshold.name for threshold in thresholds if threshold.reached(row.days, row.occasions))


def _reaching(session: Session, rule: Rule, thresholds: Sequence[Threshold]) -> Select[Any]:
    totals = _totals(session, rule)
    conditions = [totals.c.days >= threshold.days for threshold in thresholds if threshold.days is not None]
    conditions += [
        totals.c.occasions >= threshold.occasions for threshold in thresholds if threshold.occasions is not None
    ]
    return select(totals).where(or_(*conditions)).order_by(totals.c.staff_number)


def _totals(session: Session, rule: Rule) -> CTE:
    """Days and occasions of everybody who has any."""
    calendar = _calendar(session, rule)
    pieces = _pieces(rule, calendar)
    marked = _marked(rule, pieces)
    numbered = select(
        marked.c.staff_number,
        marked.c.days,
        func.sum(marked.c.begins)
        .over(partition_by=marked.c.staff_number, order_by=(marked.c.first_number, marked.c.reference), rows=(None, 0))
        .label("occasion"),
    ).cte("numbered")
    by_occasion = (
        select(numbered.c.staff_number, func.sum(numbered.c.days).label("days"))
        .group_by(numbered.c.staff_number, numbered.c.occasion)
        .cte("by_occasion")
    )
    return (
        select(
            by_occasion.c.staff_number,
            func.sum(by_occasion.c.days).label("days"),
            func.sum(case((by_occasion.c.days > 0, 1), else_=0)).label("occasions"),
        )
        .group_by(by_occasion.c.staff_number)
        .cte("totals")
    )


def _calendar(session: Session, rule: Rule) -> CTE:
    """The period's days with their numbers, and for each pattern how many working days end before and with each."""
    in_use = set(session.scalars(select(WorkingPattern.weekdays).distinct())) | {MONDAY_TO_FRIDAY}
    days = [rule.first + timedelta(days=n) for n in range((rule.last - rule.first).days + 1)]
    rows = []
    for weekdays in sorted(in_use):
        worked = 0
        for day in days:
            before, worked = worked, worked + is_worked(day, weekdays)
            rows.append((weekdays, day.isoformat(), day.toordinal(), before, worked))
    statement = text(_CALENDAR[session.get_bind().dialect.name]).bindparams(calendar=json.dumps(rows))
    return statement.columns(weekdays=Integer, day=Date, number=Integer, before=Integer, until=Integer).cte("calendar")


def _segments(rule: Rule, calendar: CTE) -> CTE:
    """The patterns that differ from Monday to Friday, cut to the period.

    ``shift`` makes the counts of a person's patterns one count that runs on from one pattern to the next.
    """
    first = _later(WorkingPattern.first_day, literal(rule.first, Date))
    last = _earlier(WorkingPattern.last_day, literal(rule.last, Date))
    begin, end = calendar.alias("segment_begin"), calendar.alias("segment_end")
    worked = end.c.until - begin.c.before
    up_to_its_end = func.sum(worked).over(
        partition_by=WorkingPattern.staff_number, order_by=WorkingPattern.first_day, rows=(None, 0)
    )
    return (
        select(
            WorkingPattern.staff_number,
            first.label("first_day"),
            last.label("last_day"),
            WorkingPattern.weekdays,
            (up_to_its_end - worked - begin.c.before).label("shift"),
        )
        .join(begin, and_(begin.c.weekdays == WorkingPattern.weekdays, begin.c.day == first))
        .join(end, and_(end.c.weekdays == WorkingPattern.weekdays, end.c.day == last))
        .where(WorkingPattern.first_day <= rule.last, WorkingPattern.last_day >= rule.first)
        .cte("segments")
    )


def _pieces(rule: Rule, calendar: CTE) -> CTE:
    """The absences of those here, cut to the period and where the pattern changes, with the counts at their ends."""
    absent = (
        select(
            Absence.reference,
            Absence.staff_number,
            _later(Absence.first_day, literal(rule.first, Date)).label("first_day"),
            _earlier(func.coalesce(Absence.last_day, literal(rule.last, Date)), literal(rule.last, Date)).label(
                "last_day"
            ),
        )
        .join(Person, Person.staff_number == Absence.staff_number)
        .where(
            Absence.withdrawn_at.is_(None),
            Absence.first_day <= rule.last,
            or_(Absence.last_day.is_(None), Absence.last_day >= rule.first),
            Person.started_on <= rule.last,
            or_(Person.left_on.is_(None), Person.left_on >= rule.last),
            *(getattr(Absence, CAUSE_COLUMNS[cause]).is_(False) for cause in sorted(rule.disregard)),
        )
        .cte("absent")
    )
    segments = _segments(rule, calendar)
    cut = (
        select(
            absent.c.reference,
            absent.c.staff_number,
            _later(absent.c.first_day, func.coalesce(segments.c.first_day, absent.c.first_day)).label("first_day"),
            _earlier(absent.c.last_day, func.coalesce(segments.c.last_day, absent.c.last_day)).label("last_day"),
            func.coalesce(segments.c.weekdays, MONDAY_TO_FRIDAY).label("weekdays"),
            func.coalesce(segments.c.shift, 0).label("shift"),
        )
        .outerjoin(
            segments,
            and_(
                segments.c.staff_number == absent.c.staff_number,
                segments.c.first_day <= absent.c.last_day,
                segments.c.last_day >= absent.c.first_day,
            ),
        )
        .cte("cut")
    )
    begin, end = calendar.alias("begins"), calendar.alias("ends")
    in_calendar_days = rule.unit == "calendar_days"
    return (
        select(
            cut.c.reference,
            cut.c.staff_number,
            begin.c.number.label("first_number"),
            end.c.number.label("last_number"),
            (begin.c.before + cut.c.shift).label("worked_before"),
            (end.c.until + cut.c.shift).label("worked_until"),
            (end.c.number - begin.c.number + 1 if in_calendar_days else end.c.until - begin.c.before).label("days"),
        )
        .join(begin, and_(begin.c.weekdays == cut.c.weekdays, begin.c.day == cut.c.first_day))
        .join(end, and_(end.c.weekdays == cut.c.weekdays, end.c.day == cut.c.last_day))
        .cte("pieces")
    )


def _marked(rule: Rule, pieces: CTE) -> CTE:
    """The pieces, with 1 where another occasion begins and 0 where one goes on."""
    in_order: Any = {
        "partition_by": pieces.c.staff_number,
        "order_by": (pieces.c.first_number, pieces.c.reference),
    }
    ordered = select(
        pieces,
        func.lag(pieces.c.reference).over(**in_order).label("earlier"),
        func.lag(pieces.c.last_number).over(**in_order).label("earlier_number"),
        func.lag(pieces.c.worked_until).over(**in_order).label("earlier_worked"),
    ).cte("ordered")
    goes_on: ColumnElement[bool] = ordered.c.earlier == ordered.c.reference
    match rule.joining:
        case "no_day_between":
            goes_on = or_(goes_on, ordered.c.first_number - ordered.c.earlier_number <= 1)
        case "no_working_day_between":
            goes_on = or_(goes_on, ordered.c.worked_before <= ordered.c.earlier_worked)
    return select(ordered, case((goes_on, 0), else_=1).label("begins")).cte("marked")


def _later(one: ColumnElement[date] | Any, other: ColumnElement[date]) -> ColumnElement[date]:
    """The later of two days; each database has its own function for it."""
    return case((one >= other, one), else_=other)


def _earlier(one: ColumnElement[date] | Any, other: ColumnElement[date]) -> ColumnElement[date]:
    return case((one <= other, one), else_=other)

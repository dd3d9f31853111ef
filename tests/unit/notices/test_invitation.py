from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from icalendar import Calendar

from workers.deadlines.moments import LONDON
from workers.notices.invitation import Invitation, Party, invitation
from workers.notices.models import Hearing

HR = Party("Office for Policing", "hr@dueprocess.example")
ALEX = Party('Alex "Al" Morgan', "a.morgan@wm.example")


def parsed(made: Invitation) -> Any:
    """The calendar; icalendar's types know too little of its values."""
    return Calendar.from_ical(made.text)


def invite(*, change: int = 0, cancelled: bool = False, starts_at: str = "2025-03-17T10:30:00+00:00") -> Invitation:
    hearing = Hearing.model_validate(
        {
            "reference": "CAP-2025-0001-1",
            "starts_at": starts_at,
            "minutes": 90,
            "place": "Room 3, Lloyd House; ask\r\nATTENDEE:mailto:x@evil.example",
            "change": change,
            "cancelled": cancelled,
        }
    )
    written_at = datetime(2025, 3, 10, 9, 30, tzinfo=LONDON)
    return invitation(
        hearing, title="Appeal hearing", reference="LTR-2025-0001", written_at=written_at, organiser=HR, attendee=ALEX
    )


def test_a_hearing_is_requested() -> None:
    made = invite()
    calendar = parsed(made)
    (event,) = calendar.walk("VEVENT")
    assert (made.method, str(calendar["METHOD"])) == ("REQUEST", "REQUEST")
    assert str(event["UID"]) == "CAP-2025-0001-1@dueprocess.example"
    assert event["SEQUENCE"] == 0
    assert str(event["STATUS"]) == "CONFIRMED"
    assert str(event["CLASS"]) == "PRIVATE"
    assert str(event["SUMMARY"]) == "Appeal hearing"
    assert str(event["ORGANIZER"]) == "mailto:hr@dueprocess.example"
    assert str(event["ATTENDEE"]) == "mailto:a.morgan@wm.example"
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert event.decoded("DTSTART") == datetime(2025, 3, 17, 10, 30, tzinfo=LONDON)
    assert event.decoded("DTEND") == datetime(2025, 3, 17, 12, 0, tzinfo=LONDON)
    (zone,) = calendar.walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Europe/London"


@pytest.mark.parametrize(
    ("change", "cancelled", "method", "status"),
    [(1, False, "REQUEST", "CONFIRMED"), (2, False, "REQUEST", "CONFIRMED"), (3, True, "CANCEL", "CANCELLED")],
)
def test_a_change_and_a_cancellation_are_of_the_same_hearing(
    change: int, cancelled: bool, method: str, status: str
) -> None:
    made = invite(change=change, cancelled=cancelled)
    calendar = parsed(made)
    (event,) = calendar.walk("VEVENT")
    assert (made.method, str(calendar["METHOD"]), str(event["STATUS"])) == (method, method, status)
    assert str(event["UID"]) == "CAP-2025-0001-1@dueprocess.example"
    assert event["SEQUENCE"] == change


def test_summer_time() -> None:
    (event,) = parsed(invite(starts_at="2025-07-07T09:30:00+00:00")).walk("VEVENT")
    assert event.decoded("DTSTART") == datetime(2025, 7, 7, 10, 30, tzinfo=LONDON)
    assert event["DTSTART"].dt.hour == 10


def test_a_place_adds_no_property_and_names_are_quoted() -> None:
    (event,) = parsed(invite()).walk("VEVENT")
    assert str(event["ATTENDEE"]) == "mailto:a.morgan@wm.example"
    assert event["ATTENDEE"].params["CN"] == "Alex 'Al' Morgan"
    assert "x@evil.example" in str(event["LOCATION"])


def test_lines_end_as_the_standard_says() -> None:
    assert all(len(line.encode()) <= 75 for line in invite().text.split("\r\n"))
    assert invite().text == invite().text


@pytest.mark.parametrize("year", range(2025, 2036))
def test_the_clock_changes_are_those_of_the_time_zone(year: int) -> None:
    (zone,) = parsed(invite()).walk("VTIMEZONE")
    changes = 0
    for rule in zone.subcomponents:
        before, after = rule.decoded("TZOFFSETFROM"), rule.decoded("TZOFFSETTO")
        starts = rule.decoded("DTSTART")
        (month,), (day,) = rule["RRULE"]["BYMONTH"], rule["RRULE"]["BYDAY"]
        assert day == "-1SU"
        last = max(d for d in range(25, 32) if datetime(year, int(month), d, tzinfo=UTC).weekday() == 6)
        change = datetime(year, int(month), last, starts.hour, tzinfo=timezone(before))
        assert (change - timedelta(seconds=1)).astimezone(LONDON).utcoffset() == before
        assert change.astimezone(LONDON).utcoffset() == after
        changes += 1
    assert changes == 2

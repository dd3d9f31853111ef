"""The calendar entry of a hearing (RFC 5545, RFC 5546): a request, its changes and its cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from workers.deadlines.moments import LONDON
from workers.notices.models import Hearing

# Written out as rules: what the library makes of the time zone's data is a list of days, and an hour late in spring.
LONDON_TIME = """\
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19960331T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
"""
"""British time by the Summer Time Order 2002; a test compares it with the time zone's data."""


@dataclass(frozen=True)
class Invitation:
    """An iCalendar object with the method a mail program acts on."""

    method: str
    """``REQUEST`` or ``CANCEL``."""
    text: str


@dataclass(frozen=True)
class Party:
    """Somebody named in a calendar entry."""

    name: str
    email: str


def invitation(
    hearing: Hearing, *, title: str, reference: str, written_at: datetime, organiser: Party, attendee: Party | None
) -> Invitation:
    """The entry for one attendee's calendar: no other attendee is named, and of the case only the letter's reference.

    Without an attendee it is for the personal file alone, of a letter that goes by post.

    A mail program knows by ``hearing.reference`` that it is the same hearing and by ``hearing.change`` that it moved.
    """
    method = "CANCEL" if hearing.cancelled else "REQUEST"
    starts = hearing.starts_at.astimezone(LONDON)
    event = Event()
    event.add("uid", f"{hearing.reference}@{organiser.email.rpartition('@')[2]}")
    event.add("dtstamp", written_at.astimezone(UTC))
    event.add("sequence", hearing.change)
    event.add("dtstart", starts)
    # Added in UTC: an hour across a clock change is still an hour.
    event.add("dtend", (hearing.starts_at.astimezone(UTC) + timedelta(minutes=hearing.minutes)).astimezone(LONDON))
    event.add("summary", title)
    event.add("location", hearing.place)
    event.add("description", f"See letter {reference}.")
    event.add("status", "CANCELLED" if hearing.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if hearing.cancelled else "OPAQUE")
    event["organizer"] = _address(organiser)
    if attendee is not None:
        event.add("attendee", _address(attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", RSVP="FALSE"))
    calendar = Calendar()
    calendar.add("prodid", "-//Due Process//Notices//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(Timezone.from_ical(LONDON_TIME))
    calendar.add_component(event)
    return Invitation(method, calendar.to_ical().decode("utf-8"))


def read_invitation(text: str) -> Hearing:
    """The hearing of an entry that :func:`invitation` wrote."""
    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    starts_at, ends_at = (event.decoded(name).astimezone(UTC) for name in ("dtstart", "dtend"))
    return Hearing(
        reference=str(event["uid"]).rpartition("@")[0],
        starts_at=starts_at,
        minutes=(ends_at - starts_at) // timedelta(minutes=1),
        place=str(event["location"]),
        change=event.decoded("sequence"),
        cancelled=str(calendar["method"]) == "CANCEL",
    )


def _address(party: Party, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.email}")
    # A quotation mark has no place in a parameter (RFC 5545, 3.2).
    address.params["CN"] = vText(party.name.replace('"', "'"))
    for name, value in parameters.items():
        address.params[name] = vText(value)
    return address

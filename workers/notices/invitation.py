"""The calendar entry of a hearing (RFC 5545, RFC 5546): a request, its changes and its cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress, vText

from workers.deadlines.moments import LONDON
from workers.notices.models import Hearing


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
    hearing: Hearing, *, title: str, reference: str, written_at: datetime, organiser: Party, attendee: Party
) -> Invitation:
    """The entry for one attendee's calendar: no other attendee is named, and of the case only the letter's reference.

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
    event.add("attendee", _address(attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", RSVP="FALSE"))
    calendar = Calendar()
    calendar.add("prodid", "-//Due Process//Notices//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    # The rules of the years around it only: a century of them would be longer than the rest.
    calendar.add_missing_timezones(date(starts.year - 1, 1, 1), date(starts.year + 2, 1, 1))
    return Invitation(method, calendar.to_ical().decode("utf-8"))


def _address(party: Party, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.email}")
    # A quotation mark has no place in a parameter (RFC 5545, 3.2).
    address.params["CN"] = vText(party.name.replace('"', "'"))
    for name, value in parameters.items():
        address.params[name] = vText(value)
    return address

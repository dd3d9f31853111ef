"""Letters to write and send: the same template, each with a reader, a reference and dates of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from workers.deadlines.moments import LONDON
from workers.notices.addressees import Addressee
from workers.notices.examples import ExamplePeople
from workers.notices.letters import Assignment, Employee, WrittenLetter, write
from workers.notices.mail import message_id
from workers.notices.templates import Template, TemplateFolder
from workers.settings import Settings

TEMPLATE = "capability/capability_appeal_acknowledgement"
FIRST = datetime(2025, 3, 10, 9, 30, tzinfo=LONDON)


def assignment(number: int) -> Assignment:
    """What letter ``number`` is written from."""
    written = FIRST + timedelta(days=number % 90)
    name = f"Alex Morgan {number}"
    reader = Addressee(
        f"9{number:05}",
        name,
        "Policy officer",
        f"reader.{number}@wm.example",
        (f"{number + 1} Orchard Road", "Birmingham", "B13 9EX"),
    )
    return Assignment(
        reference=f"LTR-2025-{number:04}",
        case_reference=f"CAP-2025-{number:04}",
        written_at=written,
        recipient=reader,
        employee=Employee(reader.reference, name, reader.job_title),
        by_email=True,
        facts={
            "decision_reference": f"DEC-2025-{number:04}",
            "decision_kind": "dismissal",
            "effective_on": f"{written.date() + timedelta(days=28)}",
            "received_on": f"{written.date()}",
            "appeal_due_on": f"{written.date() + timedelta(days=3)}",
            "in_time": True,
        },
    )


class Letters:
    """Writes letters."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = TemplateFolder(settings.templates_dir)
        self._template: Template = self._folder.load(TEMPLATE)

    def written(self, given: Assignment) -> WrittenLetter:
        """The letter: template, text, HTML, PDF."""
        return write(self._folder, self._template, given, ExamplePeople(), self._settings)

    def message(self, number: int) -> tuple[str, bytes]:
        """Letter ``number`` as an email: to whom, and the whole message."""
        given = assignment(number)
        identity = message_id(number, given.recipient.reference, self._settings.sender)
        raw = self.written(given).email_to(given.recipient, given, self._settings, message_id=identity)
        return given.recipient.email or "", raw

"""Letters as they arrived at the mail server."""

from __future__ import annotations

import io
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property

import icalendar
import pypdf


@dataclass(frozen=True)
class Letter:
    """One email to one recipient."""

    recipient: str
    """The address it was delivered to: the envelope's, so copies are letters of their own."""
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject line."""
        return str(self.message["Subject"] or "")

    @property
    def message_id(self) -> str:
        """The Message-ID, which stays the same when a letter is sent again."""
        return str(self.message["Message-ID"] or "")

    @cached_property
    def text(self) -> str:
        """The plain text, each paragraph on one line whatever its line breaks were."""
        part = self.message.get_body(("plain",))
        content = str(part.get_content()) if part else ""
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in content.split("\n\n") if paragraph.strip())

    @cached_property
    def html(self) -> str:
        """The HTML part, or nothing."""
        part = self.message.get_body(("html",))
        return str(part.get_content()) if part else ""

    @cached_property
    def pdf_text(self) -> str:
        """The words of its PDFs, or nothing when none is attached."""
        readers = (pypdf.PdfReader(io.BytesIO(pdf)) for pdf in self._attached("application/pdf"))
        return "\n".join(" ".join(page.extract_text().split()) for reader in readers for page in reader.pages)

    @cached_property
    def calendar(self) -> icalendar.Calendar | None:
        """The calendar invitation, or None."""
        for content in self._attached("text/calendar"):
            calendar = icalendar.Calendar.from_ical(content)
            assert isinstance(calendar, icalendar.Calendar)
            return calendar
        return None

    @property
    def event(self) -> icalendar.Event:
        """The event of its invitation.

        :raises AssertionError: it has none.
        """
        assert self.calendar is not None, f"The letter {self} carries no invitation."
        (event,) = self.calendar.events
        return event

    def says(self, words: str) -> bool:
        """Whether the subject or the text holds these words."""
        return words in self.subject or words in self.text

    def __str__(self) -> str:
        return f"to {self.recipient}: {self.subject}"

    def _attached(self, kind: str) -> list[bytes]:
        parts = (part for part in self.message.walk() if part.get_content_type() == kind)
        return [payload for part in parts if isinstance(payload := part.get_payload(decode=True), bytes)]

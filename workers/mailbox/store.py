"""The messages the mailbox holds, one file each (maildir), and what is in them."""

from __future__ import annotations

import mailbox
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default as plain_policy
from functools import cached_property
from pathlib import Path

_KEY = re.compile(r"(\d+)\.M(\d+)P\d+Q(\d+)\.")

DELIVERED_TO = "Delivered-To"


@dataclass(frozen=True)
class Attachment:
    """A file that came with a message."""

    name: str
    content_type: str
    content: bytes


class ReceivedMail:
    """One message as it arrived for one recipient."""

    def __init__(self, key: str, raw: bytes) -> None:
        self.key = key
        """The mailbox's name of the message."""
        self.raw = raw
        """The bytes, with the mailbox's ``Delivered-To`` line before them."""

    def __repr__(self) -> str:
        return f"<ReceivedMail {self.key}>"

    @cached_property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = message_from_bytes(self.raw, _class=EmailMessage, policy=plain_policy)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - the class asked for
        return parsed

    @property
    def to(self) -> str:
        """The address it was delivered to."""
        return self._header(DELIVERED_TO)

    @property
    def sender(self) -> str:
        """Name and address it came from."""
        return self._header("From")

    @property
    def subject(self) -> str:
        """Its subject."""
        return self._header("Subject")

    @property
    def message_id(self) -> str:
        """Its Message-ID, with the angle brackets."""
        return self._header("Message-ID")

    @property
    def date(self) -> str:
        """Its date, as the sender wrote it."""
        return self._header("Date")

    @property
    def arrived_at(self) -> datetime:
        """When the mailbox took it in, in UTC."""
        return datetime.fromtimestamp(_order(self.key)[0], UTC)

    @cached_property
    def text(self) -> str:
        """Its plain text, or nothing."""
        return self._body("plain")

    @cached_property
    def html(self) -> str:
        """Its HTML, or nothing."""
        return self._body("html")

    @cached_property
    def calendar(self) -> str | None:
        """The calendar entry a mail program would offer (``text/calendar``), or nothing."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                return _bytes(part).decode("utf-8", "replace")
        return None

    @cached_property
    def attachments(self) -> list[Attachment]:
        """The files that came with it."""
        return [
            Attachment(part.get_filename() or "attachment", part.get_content_type(), _bytes(part))
            for part in self.message.iter_attachments()
        ]

    def _header(self, name: str) -> str:
        return str(self.message[name] or "")

    def _body(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


class MailStore:
    """A folder of messages; what is in it survives a crash of the server."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._maildir = mailbox.Maildir(str(folder), create=True)

    def add(self, content: bytes, recipients: list[str]) -> None:
        """Keep the message once for each recipient; it is on disk when this returns."""
        for recipient in recipients:
            self._maildir.add(f"{DELIVERED_TO}: {recipient}\r\n".encode("ascii", "replace") + content)

    def messages(self) -> list[ReceivedMail]:
        """Every message, oldest first."""
        return [ReceivedMail(key, self._maildir.get_bytes(key)) for key in self._keys()]

    def find(self, key: str) -> ReceivedMail | None:
        """The message with this key."""
        return ReceivedMail(key, self._maildir.get_bytes(key)) if key in self._keys() else None

    def clear(self) -> None:
        """Forget every message."""
        for key in self._keys():
            self._maildir.discard(key)

    def _keys(self) -> list[str]:
        return sorted(self._maildir.keys(), key=_order)


def _order(key: str) -> tuple[int, int, int]:
    found = _KEY.match(key)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def _bytes(part: Message[str, str]) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""

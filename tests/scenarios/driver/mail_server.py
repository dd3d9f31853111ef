"""A real SMTP server that keeps what it is handed."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from tests.scenarios.driver.letters import Letter


class MailServer:
    """Accepts every letter; started in an event loop, read from any thread."""

    def __init__(self) -> None:
        self._down = False
        self._arrived = threading.Condition()
        self._letters: list[Letter] = []
        self.port = 0

    async def start(self) -> asyncio.Server:
        """Listen on a free port of this machine."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, loop=loop, hostname="localhost"), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take a letter in."""
        if self._down:
            return "421 Shutting down"
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, _class=EmailMessage, policy=email.policy.default)
        with self._arrived:
            self._letters += [Letter(recipient, message) for recipient in envelope.rcpt_tos]
            self._arrived.notify_all()
        return "250 OK"

    @contextmanager
    def is_down(self) -> Iterator[None]:
        """Take no letters for a while."""
        self._down = True
        try:
            yield
        finally:
            self._down = False

    def letters(self) -> list[Letter]:
        """What arrived, oldest first."""
        with self._arrived:
            return list(self._letters)

    def wait(self, timeout: float) -> None:
        """Return when a letter arrives, at the latest after ``timeout`` seconds."""
        with self._arrived:
            self._arrived.wait(timeout)

    def empty(self) -> None:
        """Forget what arrived."""
        with self._arrived:
            self._letters.clear()

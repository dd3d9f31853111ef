"""A real mail server that answers as a test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

Answer = Callable[[str], str]


class Answering:
    """Keeps what it accepted; ``to_recipient`` and ``to_message`` answer, by default with acceptance."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, bytes]] = []
        self.accepted_from: list[Any] = []
        """Which connection each came over: the other end's address and port."""
        self.asked: list[str] = []
        self.connections = 0
        self.port = 0
        self.to_recipient: Answer = lambda address: "250 OK"
        self.to_message: Answer = lambda address: "250 OK"
        self.before_accepting: Callable[[], Any] | None = None
        self.before_answering: Callable[[], Any] | None = None
        self.changed = asyncio.Event()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        answer = self.to_recipient(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        self.changed.set()
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802
        (address,) = envelope.rcpt_tos
        if self.before_accepting is not None:
            await self.before_accepting()
        answer = self.to_message(address)
        if answer.startswith("2"):
            self.accepted.append((address, envelope.original_content or b""))
            self.accepted_from.append(session.peer)
        if self.before_answering is not None:
            await self.before_answering()
        self.changed.set()
        return answer

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds; it is looked at whenever the server was asked something."""
        async with asyncio.timeout(20):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def connection(self, **options: Any) -> SMTP:
        """One connection."""
        self.connections += 1
        return SMTP(self, hostname="localhost", **options)


@asynccontextmanager
async def mail_server(port: int = 0, *, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Answering]:
    """A server on this machine; ``tls``: encrypted from the start."""
    answering = Answering()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: answering.connection(**options), "127.0.0.1", port, ssl=tls)
    answering.port = server.sockets[0].getsockname()[1]
    try:
        yield answering
    finally:
        server.close()
        await server.wait_closed()

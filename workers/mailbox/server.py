"""The mail server of the mailbox: takes every message and keeps it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope

from workers.mailbox.store import MailStore, ReceivedMail

LARGEST_MESSAGE = 50 * 1024 * 1024
"""Bytes."""


class MailboxServer:
    """An SMTP server on this machine; start it in a running event loop, or use it with ``async with``.

    :param port: 0 for any free one; :attr:`port` then says which.
    """

    def __init__(self, host: str, port: int, folder: Path) -> None:
        self.host = host
        self.port = port
        self.store = MailStore(folder)
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    async def start(self) -> None:
        """Listen.

        :raises OSError: the port is taken.
        """
        # It would log every address.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more connections; what arrived is kept."""
        if self._server is not None:
            self._server.close()
            for connection in list(self._open):
                connection.cut()
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def messages(self) -> list[ReceivedMail]:
        """Every message kept, oldest first."""
        return self.store.messages()

    def _connection(self) -> _Connection:
        return _Connection(self.store, self._open)


class _Connection(SMTP):
    def __init__(self, store: MailStore, connections: set[_Connection]) -> None:
        super().__init__(
            _Keeper(store), hostname="mailbox", ident="Due Process mailbox", data_size_limit=LARGEST_MESSAGE
        )
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """Close the connection from this side."""
        if self.transport is not None:
            self.transport.close()


class _Keeper:
    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.original_content or b""
        await asyncio.to_thread(self._store.add, content, list(envelope.rcpt_tos))
        return "250 Kept"

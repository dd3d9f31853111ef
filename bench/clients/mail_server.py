"""A mail server that accepts everything and keeps nothing. Told a number, it answers when it has accepted so many."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import uvloop
from aiosmtpd.smtp import SMTP, Envelope

from bench.child import say, told


class Sink:
    """Counts messages."""

    def __init__(self) -> None:
        self.left = 0
        self.ended = 0.0
        self.enough = asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Accept the message."""
        self.left -= 1
        if self.left == 0:
            self.ended = time.time()
            self.enough.set()
        return "250 OK"


async def main() -> None:
    """Serve on a free port until the input ends."""
    sink = Sink()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(sink, hostname="bench"), "127.0.0.1", 0)
    say(ready=True)
    await told()
    say(port=server.sockets[0].getsockname()[1])
    while word := await told():
        sink.left = int(word)
        sink.enough.clear()
        say(counting=True)
        await sink.enough.wait()
        say(ended=sink.ended)


if __name__ == "__main__":
    uvloop.run(main())

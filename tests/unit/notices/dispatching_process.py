"""A dispatcher as a process of its own: ``python -m tests.unit.notices.dispatching_process URL PORT LEASE_SECONDS``.

It says so when it has started, begins when a line comes on its standard input, and stops at its end.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from workers.notices.outbox import Dispatcher
from workers.records.database import open_url
from workers.settings import Settings


async def dispatch(url: str, port: int, lease_seconds: float) -> None:
    """Send what is queued until standard input ends."""
    database = open_url(url)
    settings = Settings(smtp_host="127.0.0.1", smtp_port=port)
    dispatcher = Dispatcher(database, settings, lease=timedelta(seconds=lease_seconds), poll_every=0.1)
    print("started", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    running = asyncio.create_task(dispatcher.run())
    await asyncio.to_thread(sys.stdin.read)
    dispatcher.stop()
    await running
    database.close()


if __name__ == "__main__":
    asyncio.run(dispatch(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))

"""Sending letters: ``PORT NUMBER FOLDER``. Told ``ours``, through the outbox; told ``bare``, by a loop."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import aiosmtplib
import uvloop
from sqlalchemy import func, select

from bench.child import processor_seconds, say, told
from bench.sample_letters import Letters
from workers.notices.outbox import Dispatcher
from workers.records.database import Database, open_database
from workers.records.migrations import upgrade
from workers.records.models import OutboxMessage
from workers.runtime.logs import set_up_logging
from workers.settings import Settings


async def main(settings: Settings, number: int, database: Database) -> None:
    """Write the letters, then send them as often as told."""
    letters = Letters(settings)
    messages = [letters.message(index) for index in range(number)]
    say(ready=True)
    rounds = 0
    while word := await told():
        rounds += 1
        if word == "ours":
            queue(database, messages, rounds)
            dispatcher = Dispatcher(database, settings)
            began, used = time.time(), processor_seconds()
            sending = asyncio.create_task(dispatcher.run())
            say(began=began)
            await told()
            dispatcher.stop()
            await sending
            cpu = processor_seconds() - used
            with database.reading() as session:
                left = session.scalar(select(func.count()).where(OutboxMessage.status != "sent"))
            if left:
                raise RuntimeError(f"{left} letters are not marked as sent.")
        else:
            began, used = time.time(), processor_seconds()
            say(began=began)
            async with aiosmtplib.SMTP(hostname=settings.smtp_host, port=settings.smtp_port) as client:
                for address, raw in messages:
                    await client.sendmail(settings.sender, [address], raw)
            cpu = processor_seconds() - used
            await told()
        say(cpu=cpu, bytes=sum(len(raw) for _, raw in messages) / number)


def queue(database: Database, messages: list[tuple[str, bytes]], rounds: int) -> None:
    """Put the letters into the outbox."""
    now = datetime.now(UTC)
    with database.session() as session:
        session.add_all(
            OutboxMessage(
                message_id=f"<{rounds}.{index}@bench>",
                recipient_address=address,
                raw=raw,
                queued_at=now,
                next_attempt_at=now,
            )
            for index, (address, raw) in enumerate(messages)
        )


if __name__ == "__main__":
    set_up_logging("text", "INFO")
    chosen = Settings(smtp_host="127.0.0.1", smtp_port=int(sys.argv[1]), data_dir=Path(sys.argv[3]))
    records = open_database(chosen)
    upgrade(records)
    uvloop.run(main(chosen, int(sys.argv[2]), records))

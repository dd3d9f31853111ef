"""Looking on: how far the cases are, and telling whoever waits for it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rich.console import Console
from sqlalchemy import func, select

from tests.chaos.havoc import Havoc
from tests.chaos.parts import KINDS
from tests.scenarios.driver.engine_state import EngineState
from tests.scenarios.driver.record_stream import RecordStream
from workers.records.database import Database
from workers.records.models import OutboxMessage

LOOK = 0.5
TELL = 15.0


class Watch:
    """How far everything is."""

    def __init__(self, cases: int, havoc: Havoc, stream: RecordStream, database: Database) -> None:
        self._cases = cases
        self._havoc = havoc
        self._stream = stream
        self._database = database
        self._console = Console(highlight=False, soft_wrap=True)
        self._began = time.monotonic()

    def say(self, words: str) -> None:
        """Say something to whoever waits."""
        self._console.print(f"{time.monotonic() - self._began:6.1f} s  {words}")

    async def until(self, condition: Callable[[], bool], patience: float) -> None:
        """Wait for the condition, at most so long without any progress: what is missing then shows in the findings."""
        before, moved = "", time.monotonic()
        while not await asyncio.to_thread(condition):
            now = await asyncio.to_thread(self._progress)
            if now != before:
                before, moved = now, time.monotonic()
            elif time.monotonic() - moved > patience:
                self.say(f"Nothing has moved for {patience:.0f} seconds")
                return
            await asyncio.sleep(LOOK)

    def at_rest(self) -> bool:
        """Every case has ended, or waits for a person at an incident, and every letter is sent."""
        settled = self._instances()["COMPLETED"] + self._stream.read(lambda state: len(state.open_incidents()))
        return settled >= self._cases and self._emails()["queued"] == 0

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Tell every now and then how far it is."""
        task = asyncio.create_task(self._tell())
        try:
            yield
        finally:
            task.cancel()

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(TELL)
            self.say(await asyncio.to_thread(self._progress))

    def _progress(self) -> str:
        instances, emails = self._instances(), self._emails()
        kills = ", ".join(f"{kind} {self._havoc.killed(kind)}" for kind in KINDS)
        return (
            f"{instances['COMPLETED']} of {instances.total()} cases have ended, {emails['sent']} of "
            f"{emails.total()} letters are sent; kills: {kills}"
        )

    def _instances(self) -> Counter[str]:
        def count(state: EngineState) -> Counter[str]:
            return Counter(element.state for element in state.elements.values() if element.type == "PROCESS")

        return self._stream.read(count)

    def _emails(self) -> Counter[str]:
        with self._database.reading() as session:
            rows = session.execute(
                select(OutboxMessage.status, func.count().label("emails")).group_by(OutboxMessage.status)
            )
            return Counter({row.status: row.emails for row in rows})

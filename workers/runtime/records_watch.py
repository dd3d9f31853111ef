"""Whether the records are there and can be written: looked at now and then, and said once in the log."""

from __future__ import annotations

import asyncio
import logging
import time

from sqlalchemy import event, select
from sqlalchemy.exc import SQLAlchemyError

from workers.records.database import Database
from workers.records.models import JobResult
from workers.runtime.threads import DaemonThreads

log = logging.getLogger(__name__)

EVERY_SECONDS = 10.0
"""As often as a supervisor usually asks whether a worker is ready."""

AWAY_SECONDS = 2.0
"""Between looks while they are away."""

PATIENCE_SECONDS = 5.0
"""After so long without an answer the records count as away: a transaction of ours takes milliseconds."""

RECENT_SECONDS = 1.0
"""A transaction committed so lately is proof enough; a busy worker's records are not asked on top of it."""


class RecordsWatch:
    """The worker's view of its records."""

    def __init__(self, database: Database, *, every: float = EVERY_SECONDS, patience: float = PATIENCE_SECONDS) -> None:
        self._database = database
        self._every = every
        self._patience = patience
        self._last_commit = float("-inf")
        self.trouble: str | None = None
        """Why the records cannot be written now, or nothing if they can."""

    async def watch(self) -> None:
        """Look until cancelled."""
        # A thread of its own: one that hangs in a dead connection must not take those of others, nor hold up the end.
        threads = DaemonThreads(1, "records watch")
        event.listen(self._database.engine, "commit", self._committed)
        try:
            while True:
                if self.trouble is not None or time.monotonic() - self._last_commit > RECENT_SECONDS:
                    await self._look(threads)
                await asyncio.sleep(self._every if self.trouble is None else min(self._every, AWAY_SECONDS))
        finally:
            event.remove(self._database.engine, "commit", self._committed)
            threads.shutdown(wait=False)

    def _committed(self, _connection: object) -> None:
        self._last_commit = time.monotonic()

    async def _look(self, threads: DaemonThreads) -> None:
        looking = asyncio.get_running_loop().run_in_executor(threads, self._try)
        done, _ = await asyncio.wait({looking}, timeout=self._patience)
        if not done:
            self._note("the records do not answer; see that the database runs and nothing keeps it locked")
        self._note(await looking)

    def _try(self) -> str | None:
        """Begin a transaction that may write, as a job would, and read a table."""
        try:
            with self._database.session() as session:
                session.execute(select(JobResult.job_key).limit(1))
        except SQLAlchemyError as error:
            kind = type(getattr(error, "orig", None) or error).__name__
            return f"the records cannot be reached ({kind}); see that the database runs and nothing keeps it locked"
        return None

    def _note(self, trouble: str | None) -> None:
        if trouble is not None and self.trouble is None:
            log.error("The worker is not ready: %s. Jobs that write records are tried again.", trouble)
        if trouble is None and self.trouble is not None:
            log.info("The records answer again.")
        self.trouble = trouble

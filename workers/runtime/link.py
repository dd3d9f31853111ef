"""Whether the engine is there: asked once for all job types, and said once in the log."""

from __future__ import annotations

import asyncio
import logging
import time

from workers.runtime.backoff import Pauses
from workers.runtime.gateway import Gateway
from workers.runtime.trouble import EngineError, Trouble

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 3.0
REFUSED_PAUSE = 15.0
"""Seconds: a sign-in that was refused is mended by a person, so asking often only fills logs."""


class Link:
    """The worker's view of its engine. Job types that lose it report here and wait for :meth:`up`."""

    def __init__(self, gateway: Gateway, address: str, refused_pause: float = REFUSED_PAUSE) -> None:
        self._gateway = gateway
        self._address = address
        self._refused_pause = refused_pause
        self._up = asyncio.Event()
        self._down = asyncio.Event()
        self._down.set()
        self._refusals: set[str] = set()
        self._was_up = False

    @property
    def trouble(self) -> str | None:
        """Why the worker cannot serve, or nothing if it can."""
        if self._refusals:
            return f"the engine refuses the worker's requests for {', '.join(sorted(self._refusals))}"
        if not self._up.is_set():
            return "the engine does not answer"
        return None

    async def up(self) -> None:
        """Wait until the engine answers."""
        await self._up.wait()

    def lost(self) -> None:
        """A request found the engine away."""
        self._up.clear()
        self._down.set()

    def refused(self, by: str, error: EngineError) -> None:
        """A request for ``by`` was refused; an operator must act."""
        if by not in self._refusals:
            self._refusals.add(by)
            log.error(
                "The engine at %s refuses the worker's requests for %s (%s). Check DUEPROCESS_ENGINE_GRPC_SIGN_IN and "
                "what belongs to it, and what the engine lets this worker do. Asking again every %.0f seconds.",
                self._address,
                by,
                error.detail,
                self._refused_pause,
            )

    def accepted(self, by: str) -> None:
        """A request for ``by`` was answered."""
        if by in self._refusals:
            self._refusals.remove(by)
            log.info("The engine at %s accepts the worker's requests for %s again.", self._address, by)

    async def watch(self) -> None:
        """Ask for the engine whenever it was lost, until cancelled."""
        while True:
            await self._down.wait()
            await self._seek()

    async def _seek(self) -> None:
        pauses = Pauses(FIRST_PAUSE, LONGEST_PAUSE)
        since = time.monotonic()
        said = False
        while True:
            detail = "it is starting"
            try:
                working = await self._gateway.is_working()
                self.accepted("anything")
                if working:
                    break
            except EngineError as error:
                detail = error.detail
                if error.trouble is Trouble.REFUSED:
                    self.refused("anything", error)
                    await asyncio.sleep(self._refused_pause)
                    continue
            if not said:
                said = True
                log.warning("The engine at %s does not answer: %s. Waiting for it.", self._address, detail)
            await asyncio.sleep(pauses.next())
        if said or not self._was_up:
            waited = f" after {time.monotonic() - since:.1f} seconds" if said else ""
            log.info("The engine at %s answers%s.", self._address, waited)
        self._was_up = True
        self._down.clear()
        self._up.set()

"""Killing and starting again, at moments that a seed decides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from tests.chaos.parts import Part
from workers.engine.guardian import Guardian
from workers.engine.processes import identify

LONGEST_ABSENCE = 3.0
"""Seconds until a killed part is started again."""

WHILE_STARTING = 0.2
"""How often a part is killed before it has started."""

IN_THE_MIDDLE = 0.5
"""How often the kill of a part that serves waits for much work to begin."""

BURST_SECONDS = 4.0
"""How long that work lasts, about."""

LONGEST_WAIT = 20.0
"""Seconds until it does not wait for it any more."""

START_SECONDS = 180.0
STOP_SECONDS = 40.0
LOOK = 0.1


@dataclass
class Kill:
    """A part was killed."""

    part: Part
    at: datetime
    back_at: datetime | None = None
    """When it, or its next life after further kills, was up again."""


@dataclass
class Havoc:
    """What is done to the parts, and what they did that they should not."""

    seed: int
    kills: list[Kill] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it to let everything run undisturbed."""
    burst: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when many cases begin; another one then waits for the next."""
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it when nothing needs to be kept running any more."""

    def burst_begins(self) -> None:
        """Many cases begin now."""
        self.burst.set()
        self.burst = asyncio.Event()

    def killed(self, kind: str) -> int:
        """How many parts of a kind were killed."""
        return sum(kill.part.kind == kind for kill in self.kills)


class Supervisor:
    """Keeps one part running, and kills it while there is havoc."""

    def __init__(self, part: Part, havoc: Havoc, guardian: Guardian) -> None:
        self.part = part
        self._havoc = havoc
        self._guardian = guardian
        # Chances of its own: what the others do changes nothing about when this one is killed.
        self._random = Random(f"{havoc.seed} {part.name}")  # noqa: S311 - no secret
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the part and wait until it can be used."""
        self._process = await self._launch()
        ended = asyncio.ensure_future(self._process.wait())
        await self._until(self.part.is_ready, ended)
        if ended.done():
            raise RuntimeError(f"The {self.part.name} ended while starting; see {self.part.log}.")
        ended.cancel()

    async def torment(self) -> None:
        """Kill and start until the havoc is over, then keep it running until all is closed."""
        while True:
            if self._process is None:
                self._process = await self._launch()
            process = self._process
            ended = asyncio.ensure_future(process.wait())
            await self._let_live(ended)
            if self._havoc.over.is_set():
                await _either(ended, self._havoc.closed)
            if ended.done():
                self._havoc.faults.append(
                    f"The {self.part.name} ended by itself with status {process.returncode}; see {self.part.log}."
                )
            elif self._havoc.closed.is_set():
                ended.cancel()
                return
            else:
                self._havoc.kills.append(Kill(self.part, datetime.now(UTC)))
                process.kill()
                await ended
            self._process = None
            await asyncio.sleep(self._random.uniform(0, LONGEST_ABSENCE))

    async def _let_live(self, ended: asyncio.Future[int]) -> None:
        """Wait until the part is to be killed: while it starts, while it serves, or in the middle of much work."""
        while_starting, in_the_middle = self._random.random() < WHILE_STARTING, self._random.random() < IN_THE_MIDDLE
        starting = self._random.uniform(0, LONGEST_ABSENCE)
        # From when it is up, so that a busy machine, where starting takes long, sees work done too.
        serving = self._random.uniform(0, 2 * self.part.mean_life)
        working = self._random.uniform(0, BURST_SECONDS)
        if while_starting and not self._havoc.over.is_set():
            await _either(ended, self._havoc.over, starting)
            return
        await self._until(self.part.is_up, ended)
        self._is_back()
        await _either(ended, self._havoc.over, serving)
        if in_the_middle and not self._havoc.over.is_set():
            await _either(ended, self._havoc.burst, LONGEST_WAIT)
            await _either(ended, self._havoc.over, working)

    def _is_back(self) -> None:
        for kill in self._havoc.kills:
            if kill.part is self.part and kill.back_at is None:
                kill.back_at = datetime.now(UTC)

    async def _until(self, condition: Callable[[], Awaitable[bool]], ended: asyncio.Future[int]) -> None:
        """Wait for the part, or for its end."""
        try:
            async with asyncio.timeout(START_SECONDS):
                while not ended.done() and not await condition():  # noqa: ASYNC110
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            self._havoc.faults.append(
                f"The {self.part.name} did not start within {START_SECONDS:.0f} seconds; see {self.part.log}."
            )

    async def stop(self) -> None:
        """Ask it to stop; that it does not is a fault."""
        process = self._process
        assert process is not None
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            self._havoc.faults.append(
                f"The {self.part.name} did not stop within {STOP_SECONDS:.0f} seconds; see {self.part.log}."
            )
            process.kill()
            await process.wait()

    def kill(self) -> None:
        """End it at once, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _launch(self) -> asyncio.subprocess.Process:
        with self.part.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *self.part.command,
                cwd=self.part.folder,
                env=self.part.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the test, which stops the parts in their order.
                start_new_session=True,
            )
        if (identity := identify(self.part.name, process.pid)) is not None:
            self._guardian.watch(identity)
        return process


@asynccontextmanager
async def started(parts: Sequence[Part], havoc: Havoc) -> AsyncIterator[list[Supervisor]]:
    """The parts, started one after the other and in the end stopped the other way round; none is left running."""
    guardian = Guardian()
    supervisors = [Supervisor(part, havoc, guardian) for part in parts]
    try:
        for supervisor in supervisors:
            await supervisor.start()
        yield supervisors
        for supervisor in reversed(supervisors):
            await supervisor.stop()
    finally:
        for supervisor in supervisors:
            supervisor.kill()
        guardian.dismiss()


@asynccontextmanager
async def tormented(supervisors: Sequence[Supervisor], havoc: Havoc) -> AsyncIterator[None]:
    """Inside the block the parts are killed until the havoc is over; after it each of them runs."""
    async with asyncio.TaskGroup() as group:
        for supervisor in supervisors:
            group.create_task(supervisor.torment())
        try:
            yield
        finally:
            havoc.over.set()
            havoc.burst_begins()
            havoc.closed.set()


async def _either(ended: asyncio.Future[int], event: asyncio.Event, seconds: float | None = None) -> None:
    """Wait for the process's end or the event, at most so many seconds."""
    happened = asyncio.ensure_future(event.wait())
    either: set[asyncio.Future[Any]] = {ended, happened}
    await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    happened.cancel()

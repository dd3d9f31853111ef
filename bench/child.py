"""A measured program as a process of its own: told what to do in lines on its input, answering in lines of JSON."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.engine.processes import identify, resident_memory

PROJECT = Path(__file__).resolve().parent.parent
ANSWER_SECONDS = 600.0
LONGEST_ANSWER = 1 << 20


class ChildFailed(Exception):
    """A measured program ended before it answered; the message quotes the end of its log."""


@dataclass(frozen=True)
class Child:
    """A measured program, as the program that measures sees it."""

    process: asyncio.subprocess.Process
    log: Path

    async def answer(self) -> dict[str, Any]:
        """Its next answer.

        :raises ChildFailed: it ended instead.
        """
        assert self.process.stdout is not None  # noqa: S101 - it was opened with one
        async with asyncio.timeout(ANSWER_SECONDS):
            line = await self.process.stdout.readline()
        if not line:
            raise ChildFailed(f"A measured program ended early: {self.log.read_text('utf-8', 'replace')[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def tell(self, word: str = "go") -> None:
        """Let it go on."""
        assert self.process.stdin is not None  # noqa: S101 - it was opened with one
        self.process.stdin.write(f"{word}\n".encode())
        await self.process.stdin.drain()

    async def ask(self, word: str = "go") -> dict[str, Any]:
        """Let it go on until it answers."""
        await self.tell(word)
        return await self.answer()

    def memory(self) -> int:
        """The memory it occupies now, in bytes."""
        process = identify("measured", self.process.pid)
        return 0 if process is None else resident_memory(process)


@asynccontextmanager
async def child(module: str, *arguments: object, logs: Path) -> AsyncIterator[Child]:
    """A program of :mod:`bench.clients`, started and ready; ended with the block."""
    log = logs / f"{module}.log"
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"bench.clients.{module}",
            *map(str, arguments),
            cwd=PROJECT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=LONGEST_ANSWER,
        )
    measured = Child(process, log)
    try:
        await measured.answer()
        yield measured
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


# What the measured programs use


def say(**facts: object) -> None:
    """Answer."""
    print(json.dumps(facts), flush=True)


async def told() -> str:
    """Wait for the next word; empty when whoever measures has gone."""
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.strip()


def processor_seconds() -> float:
    """What this process has used so far, in user and kernel mode."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

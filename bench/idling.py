"""What a worker costs that has nothing to do."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench.child import child
from bench.figures import OURS, Aim, Figure
from bench.load import Load
from bench.size import Size
from workers.records.database import open_database
from workers.records.migrations import upgrade
from workers.settings import Settings

SERVICE = "service"
LOOP = "loop"
PYZEEBE = "plain pyzeebe, 20 types"
SETTLING_SECONDS = 5.0


async def idling(load: Load, size: Size, logs: Path) -> list[Figure]:
    """Three programs idle beside one another, for idle programs do not disturb each other."""
    folder = logs / "idle"
    database = open_database(Settings(data_dir=folder))
    upgrade(database)
    database.close()
    cpu: dict[str, list[float]] = defaultdict(list)
    requests: dict[str, list[float]] = defaultdict(list)
    memory: dict[str, list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        idle = {
            LOOP: await stack.enter_async_context(child("idle_ours", load.address, folder, "loop", logs=logs)),
            PYZEEBE: await stack.enter_async_context(child("idle_pyzeebe", load.address, logs=logs)),
            SERVICE: await stack.enter_async_context(child("idle_ours", load.address, folder, "service", logs=logs)),
        }
        await asyncio.sleep(SETTLING_SECONDS)
        before: dict[str, dict[str, Any]] = {name: await program.ask() for name, program in idle.items()}
        for _ in range(size.rounds):
            await asyncio.sleep(size.idle_seconds)
            for name, program in idle.items():
                after = await program.ask()
                cpu[name].append(after["cpu"] - before[name]["cpu"])
                requests[name].append(after["requests"] - before[name]["requests"])
                memory[name].append(program.memory() / 2**20)
                before[name] = after
    polls = "A stream and a poll are held open for each job type; a poll is repeated every two minutes."
    return [
        Figure(
            f"{what}, idle for {size.idle_seconds:.0f} s",
            unit,
            {OURS: values[name], PYZEEBE: values[PYZEEBE]},
            PYZEEBE,
            Aim(1.0),
            polls if values is requests else "",
        )
        for name, what in ((SERVICE, "the whole service, all job types"), (LOOP, "the job loop alone, 20 types"))
        for unit, values in (("CPU s", cpu), ("requests", requests), ("MB of memory", memory))
    ]

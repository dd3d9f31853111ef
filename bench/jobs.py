"""Jobs that do nothing: how many a second, at what cost, and how soon."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.child import Child, child
from bench.figures import OURS, Aim, Figure, number, percentile
from bench.load import Load, now
from bench.size import Size

BARE = "bare gRPC"
BARE_STREAMING = "bare gRPC, streaming"
PYZEEBE = "plain pyzeebe"
REGISTERED_SECONDS = 1.0
"""Until a stream a client has just opened is known throughout the engine."""

Values = defaultdict[str, list[float]]


@asynccontextmanager
async def client(name: str, load: Load, job_type: str, jobs: int, logs: Path) -> AsyncIterator[Child]:
    """The client of this name, ready to take jobs; it answers once it has completed so many."""
    match name:
        case "ours":
            starting = child("jobs_ours", load.address, job_type, jobs, logs=logs)
        case _:
            way = "stream" if name == BARE_STREAMING else "poll"
            starting = child("jobs_bare", load.address, job_type, jobs, way, logs=logs)
    async with starting as started:
        yield started


async def backlog(load: Load, size: Size, logs: Path) -> list[Figure]:
    """Jobs that wait already, until the last is completed."""
    speed, cpu, engine = Values(list), Values(list), Values(list)
    for name in (BARE, OURS):
        await _drain(load, name, size.warm_up, logs)
    for _ in range(size.rounds):
        for name in (OURS, BARE):
            answer, engine_cpu = await _drain(load, name, size.backlog, logs)
            speed[name].append(size.backlog / (answer["ended"] - answer["began"]))
            cpu[name].append(1000 * answer["cpu"] / size.backlog)
            engine[name].append(1000 * engine_cpu / size.backlog)
    job_type = await load.deploy()
    await load.start(job_type, size.backlog_pyzeebe)
    async with child("jobs_pyzeebe", load.address, job_type, size.seconds_pyzeebe, logs=logs) as plain:
        await plain.ask()
        answer = await plain.answer()
    if answer["completed"]:
        speed[PYZEEBE].append(answer["completed"] / (answer["ended"] - answer["began"]))
        cpu[PYZEEBE].append(1000 * answer["cpu"] / answer["completed"])
    what = f"{number(size.backlog)} jobs waiting"
    capped = f"pyzeebe with its defaults: once, for {size.seconds_pyzeebe} seconds, {size.backlog_pyzeebe} waiting"
    return [
        Figure(what, "jobs/s", speed, BARE, Aim(0.95, at_least=True), capped),
        Figure(f"{what}: client", "CPU s / 1,000 jobs", cpu, BARE, Aim(1.25)),
        Figure(f"{what}: engine", "CPU s / 1,000 jobs", engine, BARE),
    ]


async def _drain(load: Load, name: str, jobs: int, logs: Path) -> tuple[dict[str, Any], float]:
    job_type = await load.deploy()
    await load.start(job_type, jobs)
    async with client(name, load, job_type, jobs, logs) as taking:
        used = load.engine_seconds()
        await taking.ask()
        return await taking.answer(), load.engine_seconds() - used


async def live(load: Load, size: Size, logs: Path) -> list[Figure]:
    """Processes started as fast as the engine takes them, until the last one's job is completed."""
    speed, cpu = Values(list), Values(list)
    for _ in range(size.rounds):
        for name in (OURS, BARE, BARE_STREAMING):
            job_type = await load.deploy()
            async with client(name, load, job_type, size.live, logs) as taking:
                await taking.ask()
                await asyncio.sleep(REGISTERED_SECONDS)
                began = now()
                _, answer = await asyncio.gather(load.start(job_type, size.live), taking.answer())
            speed[name].append(size.live / (answer["ended"] - began))
            cpu[name].append(1000 * answer["cpu"] / size.live)
    what = f"{number(size.live)} jobs as they come up"
    best = _best(speed, highest=True)
    return [
        Figure(what, "jobs/s", speed, best, Aim(0.95, at_least=True)),
        Figure(f"{what}: client", "CPU s / 1,000 jobs", cpu, best, Aim(1.25)),
    ]


async def latency(load: Load, size: Size, logs: Path) -> list[Figure]:
    """A few jobs a second: from asking for a process to hearing of its end."""
    half, most = Values(list), Values(list)
    jobs = size.latency + size.latency_warm_up
    for _ in range(size.rounds):
        for name in (OURS, BARE, BARE_STREAMING):
            job_type = await load.deploy()
            async with client(name, load, job_type, jobs, logs) as taking:
                await taking.ask()
                await asyncio.sleep(REGISTERED_SECONDS)
                await load.round_trips(job_type, size.latency_warm_up, size.per_second)
                seconds = await load.round_trips(job_type, size.latency, size.per_second)
                await taking.answer()
            half[name].append(1000 * percentile(seconds, 0.5))
            most[name].append(1000 * percentile(seconds, 0.99))
    what = f"latency at {size.per_second:.0f} jobs/s"
    best = _best(most, highest=False)
    return [
        Figure(f"{what}, p50", "ms", half, best),
        Figure(f"{what}, p99", "ms", most, best, Aim(1.25), f"{size.latency} jobs a round"),
    ]


def _best(values: Values, *, highest: bool) -> str:
    """The better of the two bare clients: the one to be measured against."""

    def middle(name: str) -> float:
        return percentile(values[name], 0.5)

    return (max if highest else min)((BARE, BARE_STREAMING), key=middle)

"""An engine that is killed at once, and started again: the worker goes on by itself."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as messages
from pyzeebe.proto import gateway_pb2_grpc

from tests.runtime.test_engine import Script, reported, until
from workers.engine import programs
from workers.engine.packages import fetch
from workers.engine.platform import choose_ports
from workers.engine.ports import PortReservations
from workers.engine.programs import Options, Shape
from workers.engine.readiness import why_not_ready
from workers.engine.state import PlatformState
from workers.runtime.worker import Worker
from workers.settings import Settings

START_SECONDS = 240.0
"""Patience with a starting engine, which is not what is tested."""

BACK_SECONDS = 15.0
"""After the engine answers again, the worker has so long to answer jobs."""

JOBS = 40


@dataclass
class Engine:
    """An engine of the test's own."""

    program: programs.Program
    state: PlatformState
    log: Path
    process: asyncio.subprocess.Process | None = field(default=None)

    async def start(self) -> None:
        """Start it, on the data of its last life."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.program.command,
                cwd=self.program.folder,
                env=self.program.environment,
                stdout=log,
                stderr=log,
            )

    async def answers(self) -> None:
        """Wait until it can be used."""
        async with asyncio.timeout(START_SECONDS):
            while await asyncio.to_thread(why_not_ready, self.state) is not None:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """SIGKILL: it can say goodbye to nobody."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.kill()
        assert await self.process.wait() == -signal.SIGKILL


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    settings = Settings(data_dir=tmp_path / "data")
    reservations = PortReservations()
    try:
        packages = fetch(settings.cache_dir, opensearch=False)
        ports = choose_ports(reservations, full=False)
        program = programs.camunda(packages, ports, settings.data_dir, Options(Shape.BROKER))
        program.folder.mkdir(parents=True)
        made = Engine(program, PlatformState(Shape.BROKER, ports, ()), tmp_path / "engine.log")
        await made.start()
        try:
            await made.answers()
            yield made
        finally:
            await made.kill()
    finally:
        reservations.release()


@asynccontextmanager
async def stub(engine: Engine) -> AsyncIterator[Any]:
    async with grpc.aio.insecure_channel(engine.state.grpc) as channel:
        yield gateway_pb2_grpc.GatewayStub(channel)


@pytest.mark.timeout(2 * START_SECONDS + 120)
async def test_a_killed_engine_is_waited_for_and_no_job_is_lost(engine: Engine) -> None:
    async with stub(engine) as before:
        script = Script(before)
        await script.deploy()
        # The first jobs are running when the engine dies, others wait for their turn, and some are not handed out.
        script.open.clear()
        declared = script.job_type(timeout=timedelta(seconds=10))
        settings = Settings(engine_grpc=engine.state.grpc, worker_jobs=8, worker_stop_seconds=5)
        async with Worker(settings, None, [declared]) as serving:
            await serving.ready()
            await script.start(JOBS)
            await until(lambda: script.running == 6)
            await engine.kill()
            await until(lambda: serving.trouble == "the engine does not answer")
            script.open.set()
            await engine.start()
            await engine.answers()
            began = time.monotonic()
            await until(lambda: serving.trouble is None, BACK_SECONDS)
            # New work is done at once, without anybody having touched the worker.
            async with stub(engine) as after:
                again = Script(after)
                again.name = script.name
                assert (await again.result())["seen"] == 7
            assert time.monotonic() - began < BACK_SECONDS
            # What was under way is done, too, once the leases of the engine's last life have ended.
            await until(lambda: reported(serving, script.name, "completed") >= JOBS + 1, 60)
            async with stub(engine) as after:
                assert await waiting(after, script.name) == 0


async def waiting(stub: Any, job_type: str) -> int:
    """How many jobs of this type could be taken now."""
    request = messages.ActivateJobsRequest(
        type=job_type, worker="test", timeout=1000, maxJobsToActivate=100, requestTimeout=-1
    )
    return sum([len(answer.jobs) async for answer in stub.ActivateJobs(request)])

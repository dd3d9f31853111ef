"""What the engine is given to do, over a connection of its own."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from pyzeebe.proto import gateway_pb2 as messages
from pyzeebe.proto import gateway_pb2_grpc

from bench.noop import PROCESS

CREATING_AT_ONCE = 32
BUSY_PAUSE = 0.05


@dataclass(frozen=True)
class Load:
    """Starts processes."""

    stub: Any
    address: str
    engine_pid: int

    async def deploy(self) -> str:
        """A process of one task with a job type of its own; its name is both's.

        Each measurement gets a new one, so that nothing a client left behind is in the next one's way.
        """
        name = f"bench_{uuid.uuid4().hex[:12]}"
        model = messages.Resource(name=f"{name}.bpmn", content=PROCESS.format(name=name).encode())
        await self.stub.DeployResource(messages.DeployResourceRequest(resources=[model]))
        return name

    async def start(self, name: str, number: int) -> None:
        """Start so many processes, as fast as the engine takes them."""
        numbers = iter(range(number))

        async def some() -> None:
            for n in numbers:
                request = messages.CreateProcessInstanceRequest(
                    bpmnProcessId=name, version=-1, variables=json.dumps({"n": n, "not_asked_for": "x" * 50})
                )
                while not await self._taken(request):  # noqa: ASYNC110 - the engine says nothing when it has time again
                    await asyncio.sleep(BUSY_PAUSE)

        await asyncio.gather(*(some() for _ in range(CREATING_AT_ONCE)))

    async def _taken(self, request: Any) -> bool:
        try:
            await self.stub.CreateProcessInstance(request)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                raise
            return False
        return True

    async def round_trips(self, name: str, number: int, per_second: float) -> list[float]:
        """Seconds from asking for each process to hearing of its end, at a steady but irregular pace."""
        chance = random.Random(1)  # noqa: S311 - the same gaps for every client
        taken = asyncio.get_running_loop().time

        async def one(n: int) -> float:
            request = messages.CreateProcessInstanceWithResultRequest(
                request=messages.CreateProcessInstanceRequest(
                    bpmnProcessId=name, version=-1, variables=f'{{"n": {n}}}'
                ),
                requestTimeout=60_000,
            )
            began = taken()
            await self.stub.CreateProcessInstanceWithResult(request)
            return taken() - began

        due = taken()
        tasks = []
        for n in range(number):
            due += chance.uniform(0.5, 1.5) / per_second
            await asyncio.sleep(due - taken())
            tasks.append(asyncio.create_task(one(n)))
        return list(await asyncio.gather(*tasks))

    def engine_seconds(self) -> float:
        """Processor seconds the engine has used so far; nought where the system does not say."""
        try:
            stat = Path(f"/proc/{self.engine_pid}/stat").read_text("utf-8")
        except OSError:
            return 0.0
        user, kernel = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(kernel)) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def open_load(address: str, engine_pid: int) -> AsyncIterator[Load]:
    """A connection to the engine at ``address``."""
    async with grpc.aio.insecure_channel(address) as channel:
        yield Load(gateway_pb2_grpc.GatewayStub(channel), address, engine_pid)


def now() -> float:
    """The clock all processes of this machine share, in seconds."""
    return time.time()

"""The least that completes jobs: ``ADDRESS JOB_TYPE NUMBER poll|stream``. It repeats what a busy engine refuses.

With ``stream`` jobs are handed over as they come up, and a long poll beside it takes what waited before.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import grpc
import uvloop
from pyzeebe.proto import gateway_pb2 as messages
from pyzeebe.proto import gateway_pb2_grpc

from bench.child import processor_seconds, say, told

RUNNING = 96
"""As many as our worker runs of one type."""

MOST_AT_ONCE = 64
BUSY_PAUSE = 0.05


async def main(address: str, job_type: str, number: int, way: str) -> None:
    """Serve until ``number`` jobs are completed."""
    say(ready=True)
    await told()
    began, used = time.time(), processor_seconds()
    async with grpc.aio.insecure_channel(address) as channel:
        stub: Any = gateway_pb2_grpc.GatewayStub(channel)
        slots = asyncio.Semaphore(RUNNING)
        enough = asyncio.Event()
        left = number
        running: set[asyncio.Task[None]] = set()

        async def complete(key: int) -> None:
            nonlocal left
            while True:
                try:
                    await stub.CompleteJob(messages.CompleteJobRequest(jobKey=key, variables="{}"))
                    break
                except grpc.aio.AioRpcError as error:
                    await pause(error)
            slots.release()
            left -= 1
            if left == 0:
                enough.set()

        async def start(job: Any) -> None:
            await slots.acquire()
            task = asyncio.create_task(complete(job.key))
            running.add(task)
            task.add_done_callback(running.discard)

        async def poll() -> None:
            request = messages.ActivateJobsRequest(
                type=job_type,
                worker="bare",
                timeout=60_000,
                maxJobsToActivate=MOST_AT_ONCE,
                fetchVariable=["n"],
                requestTimeout=60_000,
            )
            while True:
                try:
                    async for answer in stub.ActivateJobs(request):
                        for job in answer.jobs:
                            await start(job)
                except grpc.aio.AioRpcError as error:
                    await pause(error)

        async def stream() -> None:
            request = messages.StreamActivatedJobsRequest(
                type=job_type, worker="bare", timeout=60_000, fetchVariable=["n"]
            )
            async for job in stub.StreamActivatedJobs(request):
                await start(job)

        await stub.Topology(messages.TopologyRequest())
        takers = [asyncio.create_task(poll())]
        if way == "stream":
            takers.append(asyncio.create_task(stream()))
        say(taking=True)
        waiting = asyncio.create_task(enough.wait())
        await asyncio.wait({waiting, *takers}, return_when=asyncio.FIRST_COMPLETED)
        for taker in takers:
            if taker.done():
                taker.result()
        say(began=began, ended=time.time(), cpu=processor_seconds() - used, completed=number)
        for taker in takers:
            taker.cancel()
        await asyncio.gather(*takers, return_exceptions=True)


async def pause(error: grpc.aio.AioRpcError) -> None:
    """Wait a little if the engine is busy."""
    if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
        raise error
    await asyncio.sleep(BUSY_PAUSE)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))

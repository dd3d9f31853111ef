"""pyzeebe with its defaults, twenty job types and nothing to do: ``ADDRESS``."""

from __future__ import annotations

import asyncio
import sys

from pyzeebe import ZeebeWorker, create_insecure_channel

from bench.child import processor_seconds, say, told
from bench.clients.counting import count_requests

TYPES = 20


async def main(address: str) -> None:
    """Work, and answer what was used so far whenever asked."""
    counted = count_requests()
    worker = ZeebeWorker(create_insecure_channel(grpc_address=address))
    for number in range(TYPES):

        async def handler(n: int) -> None:
            """Do nothing."""

        worker.task(task_type=f"idle_pyzeebe_{number}")(handler)  # type: ignore[arg-type]
    working = asyncio.create_task(worker.work())
    say(ready=True)
    while await told():
        if working.done():
            working.result()
        say(cpu=processor_seconds(), requests=sum(counted.values()), by_method=dict(counted))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

"""pyzeebe as its documentation has it, with its defaults, for a while: ``ADDRESS JOB_TYPE SECONDS``."""

from __future__ import annotations

import asyncio
import sys
import time

from pyzeebe import ZeebeWorker, create_insecure_channel

from bench.child import processor_seconds, say, told


async def main(address: str, job_type: str, seconds: float) -> None:
    """Serve for so many seconds."""
    say(ready=True)
    await told()
    began, used = time.time(), processor_seconds()
    worker = ZeebeWorker(create_insecure_channel(grpc_address=address))
    completed = 0

    @worker.task(task_type=job_type)  # type: ignore[arg-type]
    async def handler(n: int) -> None:
        nonlocal completed
        completed += 1

    working = asyncio.create_task(worker.work())
    say(taking=True)
    await asyncio.wait({working}, timeout=seconds)
    if working.done():
        working.result()
    say(began=began, ended=time.time(), cpu=processor_seconds() - used, completed=completed)
    await told()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))

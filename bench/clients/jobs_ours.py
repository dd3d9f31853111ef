"""Our worker with a job type that does nothing: ``ADDRESS JOB_TYPE NUMBER``."""

from __future__ import annotations

import asyncio
import sys
import time

import uvloop

from bench.child import processor_seconds, say, told
from bench.noop import noop
from workers.runtime.logs import set_up_logging
from workers.runtime.memory import settle
from workers.runtime.metrics import Metrics
from workers.runtime.worker import Worker
from workers.settings import Settings


class Counting(Metrics):
    """Metrics that also say when enough jobs are completed."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number
        self.enough = asyncio.Event()

    def reported(self, job_type: str, outcome: str) -> None:
        """Count as always, and once more."""
        super().reported(job_type, outcome)
        self.left -= outcome == "completed"
        if self.left == 0:
            self.enough.set()


async def main(address: str, job_type: str, number: int) -> None:
    """Serve until ``number`` jobs are completed."""
    # As it logs in production: a line for every job.
    set_up_logging("text", "INFO")
    settings = Settings(engine_grpc=address)
    say(ready=True)
    await told()
    metrics = Counting(number)
    # As the service does once it has started.
    settle()
    began, used = time.time(), processor_seconds()
    async with Worker(settings, None, [noop(job_type)], metrics=metrics) as worker:
        await worker.ready()
        say(taking=True)
        await metrics.enough.wait()
        say(began=began, ended=time.time(), cpu=processor_seconds() - used, completed=number)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))

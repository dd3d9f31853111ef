"""Our worker with nothing to do: ``ADDRESS FOLDER loop|service``.

``loop`` is the job loop with twenty job types that do nothing; ``service`` is what ``dueprocess work`` runs: every job
type there is, the records, the outbox, health and metrics.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop

from bench.child import processor_seconds, say, told
from bench.clients.counting import count_requests
from workers.runtime.logs import set_up_logging
from workers.settings import Settings

TYPES = 20


async def measure(counted: dict[str, int]) -> None:
    """Answer what was used so far whenever asked."""
    say(ready=True)
    while await told():
        say(cpu=processor_seconds(), requests=sum(counted.values()), by_method=dict(counted))


async def loop(settings: Settings) -> None:
    """The job loop alone."""
    from bench.noop import noop  # noqa: PLC0415 - what is not used is not loaded
    from workers.runtime.worker import Worker  # noqa: PLC0415

    counted = count_requests()
    async with Worker(settings, None, [noop(f"idle_{number}") for number in range(TYPES)]) as worker:
        await worker.ready()
        await measure(counted)


async def service(settings: Settings) -> None:
    """The whole service."""
    from workers.records.database import open_database  # noqa: PLC0415
    from workers.records.version import make_sure_up_to_date  # noqa: PLC0415
    from workers.runtime.catalogue import job_types  # noqa: PLC0415
    from workers.runtime.service import serve  # noqa: PLC0415

    counted = count_requests()
    database = open_database(settings)
    make_sure_up_to_date(database)
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(settings, database, job_types().values(), stop))
    while not counted["StreamActivatedJobs"] and not serving.done():  # noqa: ASYNC110 - the service says it to nobody
        await asyncio.sleep(0.1)
    await measure(counted)
    stop.set()
    await serving


if __name__ == "__main__":
    set_up_logging("text", "INFO")
    chosen = {"loop": loop, "service": service}[sys.argv[3]]
    uvloop.run(chosen(Settings(engine_grpc=sys.argv[1], data_dir=Path(sys.argv[2]), health_port=0)))

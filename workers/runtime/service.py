"""The worker as a service: job loop, outbox and health in one process, from start to a graceful stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import uvloop
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from workers.notices.outbox import Dispatcher
from workers.records.database import Database, RecordsError, open_database
from workers.records.models import OutboxMessage
from workers.records.version import make_sure_up_to_date
from workers.runtime.catalogue import job_types
from workers.runtime.contract import JobType
from workers.runtime.health import Health
from workers.runtime.logs import set_up_logging
from workers.runtime.memory import settle
from workers.runtime.records_watch import RecordsWatch
from workers.runtime.signin import SettingsError
from workers.runtime.worker import Worker
from workers.settings import Settings

if TYPE_CHECKING:
    from workers.runtime.tracing import Traces

log = logging.getLogger(__name__)

OUTBOX_AGE_SECONDS = 30.0
"""How often the oldest unsent letter is looked up for the metrics."""

OUTBOX_STOP_SECONDS = 15.0


class CannotStart(Exception):
    """The worker cannot start; the message says what to do."""


def run(settings: Settings, console: Console) -> None:
    """Work until told to stop.

    :raises CannotStart: the records, the settings or the health port do not let it.
    """
    set_up_logging(settings.log_format, settings.log_level)
    served = job_types()
    try:
        database = open_database(settings)
        try:
            make_sure_up_to_date(database)
            if settings.log_format == "text":
                _say_what_is_served(console, settings, served.values())
            with _traces(settings) as traces:
                uvloop.run(serve(settings, database, served.values(), traces=traces))
        finally:
            database.close()
    except (RecordsError, SettingsError) as error:
        raise CannotStart(str(error)) from error


@contextmanager
def _traces(settings: Settings) -> Iterator[Traces | None]:
    if not settings.traces_endpoint:
        yield None
        return
    try:
        # Only where they are asked for: the libraries are large, and an extra.
        from workers.runtime.tracing import to_collector  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        raise SettingsError(
            "DUEPROCESS_TRACES_ENDPOINT is set, and what sends traces is not installed: install due-process[tracing], "
            "or leave out DUEPROCESS_TRACES_ENDPOINT."
        ) from None
    with to_collector(settings.traces_endpoint, settings.worker_name) as traces:
        yield traces


def _say_what_is_served(console: Console, settings: Settings, served: Iterable[JobType]) -> None:
    table = Table("Job type", "What it does", title=f"Serving {settings.engine_grpc}")
    for declared in served:
        table.add_row(declared.name, declared.title)
    console.print(table)
    if settings.health_port:
        console.print(f"Health and metrics: http://{settings.health_host}:{settings.health_port}/ready, /metrics")
    console.print("Ctrl+C finishes what runs and stops.")


async def serve(
    settings: Settings,
    database: Database,
    served: Iterable[JobType],
    stop: asyncio.Event | None = None,
    *,
    traces: Traces | None = None,
) -> None:
    """Work until SIGTERM, SIGINT or ``stop``; a second signal stops without waiting for running jobs.

    :raises CannotStart: the health port is taken.
    :raises SettingsError: the settings do not let the worker reach the engine or the mail server.
    """
    stop = stop or asyncio.Event()
    at_once = asyncio.Event()
    loop = asyncio.get_running_loop()

    def signalled() -> None:
        (at_once if stop.is_set() else stop).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled)
    dispatcher = Dispatcher(database, settings, traces=traces)
    worker = Worker(settings, database, served, after_commit=dispatcher.wake, traces=traces)
    records = RecordsWatch(database)
    worker.metrics.follow_database(lambda: float(records.trouble is None))
    worker.metrics.follow_mail_server(lambda: float(dispatcher.trouble is None))
    sending = loop.create_task(dispatcher.run(), name="outbox")
    try:
        async with contextlib.AsyncExitStack() as stack:
            if settings.health_port:
                health = Health(
                    lambda: _both(worker.trouble, records.trouble),
                    worker.metrics,
                    settings.health_host,
                    settings.health_port,
                    remark=lambda: dispatcher.trouble and f"Letters wait. {dispatcher.trouble}",
                )
                try:
                    await stack.enter_async_context(health)
                except OSError as error:
                    raise CannotStart(
                        f"The worker's health cannot be served at {settings.health_host}:{settings.health_port} "
                        f"({error.strerror}): set DUEPROCESS_HEALTH_PORT to a free port, or to 0 to go without."
                    ) from error
            await worker.__aenter__()
            settle()
            ageing = loop.create_task(_follow_outbox(database, worker), name="outbox age")
            stack.callback(ageing.cancel)
            watching = loop.create_task(records.watch(), name="records watch")
            stack.callback(watching.cancel)
            await _first(stop, sending)
            log.info("Stopping.")
            await _stop_worker(worker, at_once)
            # Last, because the jobs that just finished may have queued letters.
            await _stop_dispatcher(dispatcher, sending)
    finally:
        sending.cancel()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
    if not sending.cancelled() and sending.done() and (failure := sending.exception()) is not None:
        raise failure


def _both(*troubles: str | None) -> str | None:
    return "; ".join(trouble for trouble in troubles if trouble) or None


async def _first(stop: asyncio.Event, sending: asyncio.Task[None]) -> None:
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({waiting, sending}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _stop_worker(worker: Worker, at_once: asyncio.Event) -> None:
    stopping = asyncio.create_task(worker.stop())
    hurried = asyncio.create_task(at_once.wait())
    await asyncio.wait({stopping, hurried}, return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    if not stopping.done():
        log.warning("Stopping at once; the jobs still running will come again.")
        stopping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await stopping


async def _stop_dispatcher(dispatcher: Dispatcher, sending: asyncio.Task[None]) -> None:
    dispatcher.stop()
    _, unfinished = await asyncio.wait({sending}, timeout=OUTBOX_STOP_SECONDS)
    if unfinished:
        log.warning("The mail server is slow: the letter under way is finished by the next worker.")


async def _follow_outbox(database: Database, worker: Worker) -> None:
    oldest: datetime | None = None
    worker.metrics.follow_outbox(
        lambda: 0.0 if oldest is None else max(0.0, (datetime.now(UTC) - oldest).total_seconds())
    )
    while True:
        # A database that is away shows elsewhere; what was known last is still the best.
        with contextlib.suppress(SQLAlchemyError):
            oldest = await asyncio.to_thread(_oldest_unsent, database)
        await asyncio.sleep(OUTBOX_AGE_SECONDS)


def _oldest_unsent(database: Database) -> datetime | None:
    with database.reading() as session:
        return session.scalar(select(func.min(OutboxMessage.queued_at)).where(OutboxMessage.status == "queued"))

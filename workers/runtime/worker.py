"""The worker: takes jobs from the engine, runs their handlers, and reports what they ended in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from workers.runtime import wording
from workers.runtime.backoff import Pauses
from workers.runtime.contract import ContractError, HandlerShape, JobType
from workers.runtime.engine import HandlersEngine
from workers.runtime.execution import Execution
from workers.runtime.gateway import Gateway, open_gateway
from workers.runtime.lanes import Held, Lane, Turns
from workers.runtime.link import REFUSED_PAUSE, Link
from workers.runtime.metrics import Metrics
from workers.runtime.outcomes import Completed, EndedInError, Failed, FailureKind, Job, Outcome
from workers.runtime.threads import DaemonThreads
from workers.runtime.trouble import EngineError, Trouble

if TYPE_CHECKING:
    from workers.records.database import Database
    from workers.runtime.tracing import Traces
    from workers.settings import Settings

log = logging.getLogger(__name__)

LONG_POLL = timedelta(minutes=2)
"""How long the engine holds a poll while there is no job."""

STREAM_LEASE = timedelta(seconds=5)
"""For how long a streamed job is first this worker's. Closing a stream loses what is on its way, and only the end of
its lease brings it back; a job that takes longer has its lease extended like any other."""

CALM_PAUSE = 0.5
"""Seconds between looks at whether a burst is over."""

WAITING_PER_TYPE = 64
"""How many jobs of a type are taken ahead of their turn."""

QUIET_SECONDS = 0.1
"""A stopping worker reads its streams until nothing has come for so long: what is on its way is given back."""

LONGEST_DRAIN_SECONDS = 1.0

EXTENSIONS_WORTH_SAYING = {2**power for power in range(2, 20)}
"""A handler that hangs is said so at the fourth extension of its time-out, the eighth, and so on."""

SETTLED_SECONDS = 10.0
"""A stream that held for so long was in order, and its loss starts the pauses from the shortest again."""


class Worker:
    """Serves job types until it is stopped::

        async with Worker(settings, database, catalogue.job_types()) as worker:
            await worker.ready()

    Jobs are streamed as they come up; beside each stream a long poll takes what no stream was open for. In a burst, and
    while many jobs wait for their turn, a type's stream is closed and only polled, many jobs at a time. At most
    ``settings.worker_jobs`` run at once; while they do, no more is read. A job is kept from other workers for as long
    as it is held here, and never runs twice at the same time in one worker.

    :param job_types: what to serve.
    :param database: the records; may be missing if no served type writes records.
    :param gateway: how to reach the engine; by default as the settings say, opened on entry and closed on exit.
    :param after_commit: called on the event loop after a job has written records; it must not block.
    :param traces: gets a span for each job; by default there are none.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database | None,
        job_types: Mapping[str, JobType] | Iterable[JobType],
        gateway: Gateway | None = None,
        *,
        after_commit: Callable[[], None] | None = None,
        metrics: Metrics | None = None,
        traces: Traces | None = None,
        long_poll: timedelta = LONG_POLL,
        stream_lease: timedelta = STREAM_LEASE,
        refused_pause: float = REFUSED_PAUSE,
    ) -> None:
        self.settings = settings
        self.metrics = metrics or Metrics()
        self._traces = traces
        self.job_types = list(job_types.values() if isinstance(job_types, Mapping) else job_types)
        needing = [declared.name for declared in self.job_types if declared.shape is HandlerShape.RECORDS]
        if needing and database is None:
            raise ContractError(f"These job types need the records, and there are none: {', '.join(needing)}.")
        self._database = database
        self._given_gateway = gateway
        self._after_commit = after_commit
        self._long_poll = long_poll
        self._stream_lease = stream_lease
        self._refused_pause = refused_pause
        self._held: dict[int, Held] = {}
        self._holding = asyncio.Event()
        self._stopping = False
        self._last_taken = 0.0

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._gateway = self._given_gateway or open_gateway(self.settings)
        # SQLite has one writer: more threads would only sleep in its lock, and be woken unfairly.
        one_writer = self._database is not None and self._database.engine.dialect.name == "sqlite"
        number = 1 if one_writer else self.settings.worker_threads
        self._threads = DaemonThreads(number, "records")
        self._execution = Execution(self.settings, HandlersEngine(self._gateway), self._database, self._threads)
        self._link = Link(self._gateway, self.settings.engine_grpc, self._refused_pause)
        # One more than there are threads, so that the next is at hand when a thread is free.
        self._turns = Turns(self.settings.worker_jobs, number + 1)
        self._lanes = [Lane(declared, WAITING_PER_TYPE) for declared in self.job_types]
        for lane in self._lanes:
            self.metrics.follow_lane(lane.declared.name, partial(_running_in, lane), partial(_waiting_in, lane))
        self.metrics.follow_engine(lambda: float(self._link.trouble is None))
        self._watching = [
            self._loop.create_task(self._link.watch(), name="engine"),
            self._loop.create_task(self._keep(), name="time-outs"),
        ]
        self._polls = [
            self._loop.create_task(self._poll(lane), name=f"poll {lane.declared.name}") for lane in self._lanes
        ]
        self._streams = [
            self._loop.create_task(self._stream(lane), name=f"stream {lane.declared.name}") for lane in self._lanes
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def trouble(self) -> str | None:
        """Why the worker cannot serve now, or nothing if it can."""
        return "the worker is stopping" if self._stopping else self._link.trouble

    async def ready(self) -> None:
        """Wait until the engine answers."""
        await self._link.up()

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return sum(lane.running for lane in self._lanes)

    async def stop(self, seconds: float | None = None) -> None:
        """Take no more, give back what has not started, let running jobs finish, and close.

        :param seconds: how long running jobs may take; by default ``settings.worker_stop_seconds``. What still runs
            then is left: it comes again after its time-out, and gets its first result if it had come to one.
        """
        if self._stopping:
            return
        self._stopping = True
        patience = self.settings.worker_stop_seconds if seconds is None else seconds
        await _cancel(self._polls)
        await self._drain_streams()
        await self._give_back()
        running = [held.task for held in self._held.values() if held.task is not None]
        if running:
            log.info("Stopping: %d jobs are finishing.", len(running))
            _, unfinished = await asyncio.wait(running, timeout=patience)
            for held in list(self._held.values()):
                if held.task in unfinished:
                    log.warning(
                        "A job did not finish in the %.0f seconds a stopping worker waits; it will come again.",
                        patience,
                        extra=held.job.log_fields,
                    )
            await _cancel(unfinished)
        await _cancel(self._watching)
        self._threads.shutdown(wait=False)
        if self._given_gateway is None:
            await self._gateway.close()

    # Taking jobs

    async def _stream(self, lane: Lane) -> None:
        pauses = Pauses(0.1, 5.0)
        lease = min(self._stream_lease, lane.declared.timeout)
        while not self._stopping:
            await self._link.up()
            while not lane.is_calm(self._loop.time()):  # noqa: ASYNC110 - it waits for something not to happen
                await asyncio.sleep(CALM_PAUSE)
            opened = self._loop.time()
            try:
                async with aclosing(self._gateway.stream(lane.declared, lease)) as jobs:
                    async for job in jobs:
                        pauses.reset()
                        self._take(lane, job, lease)
                        # Now, because nothing waits in the connection yet, where a stopping worker would not read it.
                        if lane.is_busy and not lane.open:
                            break
            except EngineError as error:
                await self._after_trouble(lane, error)
            if self._loop.time() - opened > SETTLED_SECONDS:
                pauses.reset()
            await asyncio.sleep(pauses.next())

    async def _poll(self, lane: Lane) -> None:
        pauses = Pauses(0.1, 5.0)
        while True:
            await self._link.up()
            room = await lane.has_room(lane.capacity // 2)
            try:
                async with aclosing(self._gateway.activate(lane.declared, room, self._long_poll)) as jobs:
                    async for job in jobs:
                        self._take(lane, job, lane.declared.timeout)
                self._link.accepted(lane.declared.name)
                pauses.reset()
            except EngineError as error:
                await self._after_trouble(lane, error)
                await asyncio.sleep(pauses.next())

    async def _after_trouble(self, lane: Lane, error: EngineError) -> None:
        match error.trouble:
            case Trouble.REFUSED:
                self._link.refused(lane.declared.name, error)
                await asyncio.sleep(self._refused_pause)
            case Trouble.BUSY:
                log.debug("The engine is too busy to hand out %s jobs.", lane.declared.name)
            case Trouble.AWAY:
                self._link.lost()
            case _:
                log.error(
                    "The engine does not understand the request for %s jobs (%s). Is it of version 8.6 or later?",
                    lane.declared.name,
                    error.detail,
                )
                await asyncio.sleep(self._refused_pause)

    def _take(self, lane: Lane, job: Job, leased: timedelta) -> None:
        now = self._loop.time()
        self._last_taken = now
        lane.came(now)
        lease = leased.total_seconds()
        already = self._held.get(job.key)
        if already is not None:
            log.info("A job came again while it is held here; it is not run twice.", extra=job.log_fields)
            already.lease, already.until, already.gone, already.again = lease, now + lease, False, job
            return
        held = self._held[job.key] = Held(job, lane, since=now, lease=lease, until=now + lease)
        self._holding.set()
        self._turns.offer(held)
        self._start_jobs()

    # Running and reporting them

    def _start_jobs(self) -> None:
        if self._stopping:
            return
        while (held := self._turns.take()) is not None:
            held.running = True
            held.task = self._loop.create_task(self._serve(held))

    async def _serve(self, held: Held) -> None:
        declared, job = held.lane.declared, held.job
        settled = True
        try:
            began = self._loop.time()
            try:
                outcome = await self._execution.run(declared, job)
            finally:
                if held.lane.in_threads:
                    self._turns.thread_free()
                    self._start_jobs()
            self.metrics.ran(declared.name, self._loop.time() - began)
            if isinstance(outcome, (Completed, EndedInError)) and outcome.committed and self._after_commit is not None:
                self._after_commit()
            settled = await self._report(held, outcome)
        finally:
            self._held.pop(job.key, None)
            self._turns.done(held)
            if held.again is not None and not settled and not self._stopping:
                self._take(held.lane, held.again, timedelta(seconds=held.lease))
            self._start_jobs()

    async def _report(self, held: Held, outcome: Outcome) -> bool:
        """Tell the engine what the job ended in; false if the job, having come again meanwhile, must run again."""
        declared, job = held.lane.declared, held.job
        pauses = Pauses(0.05, 2.0)
        while True:
            try:
                await self._send(job, outcome)
            except EngineError as error:
                if error.trouble is Trouble.WRONG and not isinstance(outcome, Failed):
                    outcome = Failed(FailureKind.DEFECT, wording.result_refused(declared, job, error.detail))
                    continue
                if error.trouble in (Trouble.GONE, Trouble.THERE_ALREADY, Trouble.WRONG):
                    log.info(
                        "The engine no longer waits for a job (%s): it was cancelled, or another worker was faster.",
                        error.detail,
                        extra=job.log_fields,
                    )
                    self._ended(held, "gone")
                    return True
                await self._after_unreported(held, error, pauses)
                if self._loop.time() >= held.until:
                    log.warning(
                        "A job's outcome could not be reported in time (%s); it will come again.",
                        error.detail,
                        extra=job.log_fields,
                    )
                    self._ended(held, "unreported")
                    return False
                continue
            self._note(held, outcome)
            # Handed out with the retries just reported: the engine was faster than its own answer.
            came_after = (
                held.again is not None and isinstance(outcome, Failed) and held.again.retries == outcome.retries
            )
            return not came_after

    async def _after_unreported(self, held: Held, error: EngineError, pauses: Pauses) -> None:
        left = max(0.0, held.until - self._loop.time())
        if error.trouble is Trouble.REFUSED:
            self._link.refused(held.lane.declared.name, error)
            await asyncio.sleep(min(left, self._refused_pause))
            return
        await asyncio.sleep(min(left, pauses.next()))
        if error.trouble is Trouble.AWAY:
            self._link.lost()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._link.up(), max(0.0, held.until - self._loop.time()))

    async def _send(self, job: Job, outcome: Outcome) -> None:
        match outcome:
            case Completed():
                await self._gateway.complete(job.key, outcome.variables)
            case EndedInError():
                message = wording.shortened(outcome.message)
                await self._gateway.throw_error(job.key, outcome.code, message, outcome.variables)
            case Failed():
                message = wording.shortened(outcome.message)
                await self._gateway.fail(job.key, outcome.retries, message, outcome.back_off)

    def _note(self, held: Held, outcome: Outcome) -> None:
        job = held.job
        match outcome:
            case Completed():
                log.info("Done.", extra=job.log_fields)
                self._ended(held, "completed")
            case EndedInError():
                log.info("Ended in the BPMN error %s.", outcome.code, extra=job.log_fields)
                self._ended(held, "business_outcome")
            case Failed():
                if outcome.retries:
                    seconds = outcome.back_off.total_seconds()
                    log.warning("%s Trying again in %.0f seconds.", outcome.message, seconds, extra=job.log_fields)
                else:
                    log.error("Incident: %s", outcome.message, extra=job.log_fields)
                self._ended(held, outcome.kind.value)

    def _ended(self, held: Held, outcome: str) -> None:
        self.metrics.reported(held.lane.declared.name, outcome)
        if self._traces is not None:
            self._traces.job_ended(held.job, outcome, self._loop.time() - held.since)

    # Keeping them

    async def _keep(self) -> None:
        """Extend the lease of every job held for half of it, waiting ones too."""
        if not self._lanes:
            return
        shortest = min(self._stream_lease, *(lane.declared.timeout for lane in self._lanes)).total_seconds()
        pause = max(0.05, shortest / 8)
        while True:
            if not self._held:
                self._holding.clear()
                await self._holding.wait()
            await asyncio.sleep(pause)
            now = self._loop.time()
            due = [held for held in self._held.values() if not held.gone and held.until - now < held.lease / 2]
            if due and self._link.trouble is None:
                await asyncio.gather(*(self._extend(held) for held in due))

    async def _extend(self, held: Held) -> None:
        timeout = held.lane.declared.timeout
        asked = self._loop.time()
        try:
            await self._gateway.extend(held.job.key, timeout)
        except EngineError as error:
            if error.trouble is Trouble.GONE:
                held.gone = True
                log.info("A job was cancelled while it is held here.", extra=held.job.log_fields)
            return
        held.lease = timeout.total_seconds()
        held.until = asked + held.lease
        held.extensions += 1
        if held.running and held.extensions in EXTENSIONS_WORTH_SAYING:
            log.warning(
                "A job has been running for %.0f seconds.", self._loop.time() - held.since, extra=held.job.log_fields
            )

    # Stopping

    async def _drain_streams(self) -> None:
        for lane in self._lanes:
            lane.open = True
            lane.noticed()
        began = self._last_taken = self._loop.time()
        while self._loop.time() < min(  # noqa: ASYNC110 - it waits for something not to happen
            self._last_taken + QUIET_SECONDS, began + LONGEST_DRAIN_SECONDS
        ):
            await asyncio.sleep(QUIET_SECONDS / 5)
        await _cancel(self._streams)

    async def _give_back(self) -> None:
        unstarted = self._turns.give_up()
        if not unstarted:
            return
        log.info("Stopping: %d jobs that had not started are given back.", len(unstarted))
        await asyncio.gather(*(self._return(held) for held in unstarted))

    async def _return(self, held: Held) -> None:
        del self._held[held.job.key]
        message = "The worker was stopped before this job started; another takes it."
        try:
            await self._gateway.fail(held.job.key, held.job.retries, message, timedelta())
        except EngineError as error:
            log.info("A job could not be given back (%s); it will come again.", error.detail, extra=held.job.log_fields)
            return
        self.metrics.reported(held.lane.declared.name, "given_back")


def _running_in(lane: Lane) -> float:
    return lane.running


def _waiting_in(lane: Lane) -> float:
    return len(lane.waiting)


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    cancelled = list(tasks)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)

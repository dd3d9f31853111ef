"""A worker in a thread of its own, for programs that are not asynchronous themselves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvloop

from workers.runtime.worker import Worker

START_SECONDS = 60.0
STOP_MARGIN_SECONDS = 10.0


class WorkerThread:
    """A running worker; see :func:`run_in_thread`."""

    def __init__(self, make: Callable[[], Worker], start_seconds: float = START_SECONDS) -> None:
        self._make = make
        self._start_seconds = start_seconds
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self.worker: Worker

    def start(self) -> Self:
        """Start, and wait until the engine answers.

        :raises TimeoutError: it does not.
        """
        self._thread.start()
        in_time = self._started.wait(self._start_seconds)
        if self._failure is not None:
            raise self._failure
        if not in_time:
            self.stop()
            raise TimeoutError(f"The engine did not answer the worker within {self._start_seconds:.0f} seconds.")
        return self

    def stop(self) -> None:
        """Stop as :meth:`Worker.stop` does, and wait for it."""
        if self._thread.is_alive() and hasattr(self, "_loop"):
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(self.worker.settings.worker_stop_seconds + STOP_MARGIN_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                runner.run(self._serve())
            except Exception as error:  # noqa: BLE001 - raised again where start() waits
                self._failure = error
                self._started.set()

    async def _serve(self) -> None:
        self.worker = self._make()
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with self.worker:
            ready = asyncio.create_task(self.worker.ready())
            stop = asyncio.create_task(self._stop.wait())
            await asyncio.wait({ready, stop}, return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                self._started.set()
            ready.cancel()
            await stop


def run_in_thread(make: Callable[[], Worker], start_seconds: float = START_SECONDS) -> WorkerThread:
    """A worker that runs beside a program that is not asynchronous, such as a test::

        with run_in_thread(lambda: Worker(settings, database, job_types())):
            ...

    :param make: makes the worker; called in its thread.
    """
    return WorkerThread(make, start_seconds)

"""The case file as a service."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator

import uvicorn

from workers.engine.client import EngineClient
from workers.records.database import RecordsError, open_database
from workers.records.migrations import check_up_to_date
from workers.settings import Settings
from workers.web.app import case_file_app
from workers.web.sessions import SecretError, cookie_secret

log = logging.getLogger(__name__)

STOP_SECONDS = 5
LARGEST_HEAD = 16_384


class CannotServe(Exception):
    """The case file cannot be served; the message says what to do."""


async def serve(settings: Settings, host: str, port: int, stop_event: asyncio.Event) -> None:
    """Serve the case file until ``stop_event`` is set or the task is cancelled; signals are left to the caller.

    Connections are taken from the first time this gives way to other tasks.

    :raises CannotServe: the records, the secret or the port do not let it.
    """
    try:
        database = open_database(settings)
    except RecordsError as error:
        raise CannotServe(str(error)) from error
    try:
        try:
            check_up_to_date(database)
            secret = cookie_secret(settings)
        except (RecordsError, SecretError) as error:
            raise CannotServe(str(error)) from error
        app = case_file_app(
            database,
            EngineClient.for_settings(settings),
            secret=secret,
            url=settings.case_file_url,
            organisation=settings.organisation,
        )
        with _listening(host, port) as listener:
            server = _Server(
                uvicorn.Config(
                    app,
                    lifespan="off",
                    ws="none",
                    access_log=False,
                    log_config=None,
                    log_level="warning",
                    server_header=False,
                    h11_max_incomplete_event_size=LARGEST_HEAD,
                    timeout_graceful_shutdown=STOP_SECONDS,
                )
            )
            log.info(
                "The case file listens on %s:%s; people reach it at %s",
                host,
                listener.getsockname()[1],
                settings.case_file_url,
            )
            await _run(server, listener, stop_event)
    finally:
        database.close()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(server: uvicorn.Server, listener: socket.socket, stop_event: asyncio.Event) -> None:
    running = asyncio.create_task(server.serve(sockets=[listener]), name="case file")
    stopping = asyncio.create_task(stop_event.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.should_exit = True
        await running


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise CannotServe(
            f"The case file cannot listen on {host}:{port} ({error.strerror}). Another program uses the port, perhaps "
            "another case file: stop that one, or choose a port with --port and set DUEPROCESS_CASE_FILE_URL to it."
        ) from None
    with listener:
        yield listener

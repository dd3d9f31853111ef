"""What the worker says while the engine, the records or the mail server is away, and when each is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

import httpx
import pytest
from sqlalchemy import text

from tests.unit.notices.mail_servers import mail_server
from tests.unit.notices.test_outbox import queue, statuses, until
from tests.unit.runtime.fake_gateway import FakeGateway
from tests.unit.runtime.handlers import Records
from tests.unit.runtime.test_service import free_port
from workers.records.database import Database, open_url
from workers.runtime.records_watch import RecordsWatch
from workers.runtime.service import serve
from workers.settings import Settings

SECONDS = 20.0
"""Within which the answer must change."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.runtime.service.RecordsWatch", partial(RecordsWatch, every=0.05, patience=0.5))


class Supervisor:
    """Asks a worker for its health."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def until_ready(self, status: int, says: str = "ready") -> str:
        """Ask until the answer is this; the whole of it."""
        answer: tuple[int, str] | None = None
        try:
            async with asyncio.timeout(SECONDS):
                while answer is None or answer[0] != status or says not in answer[1]:
                    await asyncio.sleep(0.02)
                    response = await self._client.get("/ready")
                    answer = (response.status_code, response.text)
        except TimeoutError:
            pytest.fail(f"The worker still answers {answer}.")
        return answer[1]

    async def metrics(self) -> str:
        return (await self._client.get("/metrics")).text


@asynccontextmanager
async def supervised(database: Database, engine: str, smtp_port: int = 0) -> AsyncIterator[Supervisor]:
    settings = Settings(
        engine_grpc=engine,
        health_port=free_port(),
        smtp_host="127.0.0.1",
        smtp_port=smtp_port or free_port(),
        worker_stop_seconds=0,
    )
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(settings, database, [Records().job_type()], stop))
    address = f"http://127.0.0.1:{settings.health_port}"
    transport = httpx.AsyncHTTPTransport(retries=5)
    try:
        async with httpx.AsyncClient(base_url=address, trust_env=False, transport=transport) as client:
            yield Supervisor(client)
    finally:
        stop.set()
        await serving


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Somebody else holds what every job writes."""
    other = open_url(database.engine.url.render_as_string(hide_password=False))
    try:
        with other.session() as session:
            if other.engine.dialect.name == "postgresql":
                session.execute(text("LOCK TABLE job_results IN ACCESS EXCLUSIVE MODE"))
            else:
                # A session that may write holds SQLite's only lock from its first statement.
                session.execute(text("SELECT 1"))
            yield
    finally:
        other.close()


async def test_the_engine(database: Database) -> None:
    async with FakeGateway() as gateway:
        port = gateway.port
        async with supervised(database, gateway.address) as supervisor:
            assert await supervisor.until_ready(200) == "ready\n"
            await gateway._server.stop(None)
            assert await supervisor.until_ready(503, "engine") == "the engine does not answer\n"
            assert "dueprocess_engine_answers 0.0" in await supervisor.metrics()
            async with FakeGateway(port):
                assert await supervisor.until_ready(200) == "ready\n"
                assert "dueprocess_engine_answers 1.0" in await supervisor.metrics()


async def test_the_records(database: Database, gateway: FakeGateway, caplog: pytest.LogCaptureFixture) -> None:
    async with supervised(database, gateway.address) as supervisor:
        await supervisor.until_ready(200)
        assert "dueprocess_database_answers 1.0" in await supervisor.metrics()
        with locked(database):
            body = await supervisor.until_ready(503, "records")
            assert body == "the records do not answer; see that the database runs and nothing keeps it locked\n"
            assert "dueprocess_database_answers 0.0" in await supervisor.metrics()
        assert await supervisor.until_ready(200) == "ready\n"
        assert "dueprocess_database_answers 1.0" in await supervisor.metrics()
    assert "The worker is not ready: the records do not answer" in caplog.text


async def test_engine_and_records(database: Database) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with locked(database):
        async with supervised(database, nobody) as supervisor:
            body = await supervisor.until_ready(503, "records")
    assert body.startswith("the engine does not answer; the records do not answer")


async def test_without_a_mail_server_the_worker_stays_ready_and_says_so(
    database: Database, gateway: FakeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    queue(database)
    async with supervised(database, gateway.address, port) as supervisor:
        body = await supervisor.until_ready(200, "Letters wait")
        assert body == "ready\nLetters wait. The mail server cannot be reached (ConnectionRefusedError).\n"
        assert "dueprocess_mail_server_answers 0.0" in await supervisor.metrics()
        await until(lambda: "The mail server cannot be reached" in caplog.text)
        async with mail_server(port):
            await until(lambda: statuses(database)["sent"] == 1)
            await until_alone(supervisor)
            assert "dueprocess_mail_server_answers 1.0" in await supervisor.metrics()


async def until_alone(supervisor: Supervisor) -> None:
    """Wait until nothing is said beside being ready."""
    async with asyncio.timeout(SECONDS):
        while await supervisor.until_ready(200) != "ready\n":
            pass


async def watched(watch: RecordsWatch, condition: Callable[[], bool]) -> None:
    watching = asyncio.create_task(watch.watch())
    try:
        await until(condition)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_records_without_tables_are_away(empty_database: Database) -> None:
    watch = RecordsWatch(empty_database)
    await watched(watch, lambda: watch.trouble is not None)
    assert watch.trouble is not None
    assert watch.trouble.startswith("the records cannot be reached (")


async def test_a_busy_workers_records_are_not_asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def look(watch: RecordsWatch) -> None:
        nonlocal looks
        looks += 1

    monkeypatch.setattr(RecordsWatch, "_try", look)
    watch = RecordsWatch(database, every=0.01)
    turns = 0

    def work() -> bool:
        nonlocal turns
        turns += 1
        with database.session() as session:
            session.execute(text("SELECT 1"))
        return turns == 30

    await watched(watch, work)
    assert looks == 1

"""Everything a story needs to be running: engine, records, worker, outbox, mail server and form filler."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from sqlalchemy import func, select

from tests.forms.form_filler import FormFiller
from tests.scenarios.driver.engine_client import EngineClient
from tests.scenarios.driver.letters import Letter
from tests.scenarios.driver.mail_server import MailServer
from tests.scenarios.driver.moments import london_moment
from tests.scenarios.driver.people import PEOPLE_CSV
from tests.scenarios.driver.record_stream import RecordStream
from tests.scenarios.driver.story import Story
from workers.engine.platform import running_platform
from workers.engine.programs import Shape
from workers.notices.outbox import Dispatcher
from workers.people.importing import import_people
from workers.records import migrations
from workers.records.database import Database, open_database
from workers.records.models import OutboxMessage, Table
from workers.runtime.catalogue import job_types
from workers.runtime.worker import Worker
from workers.settings import Settings

StartEngine = Callable[[Settings, RecordStream], AbstractContextManager[tuple[Settings, EngineClient]]]
"""Runs an engine while the context is open, and gives the settings that name it and a client of it."""

POSTGRESQL = "DUEPROCESS_TEST_POSTGRESQL_URL"
"""Names a PostgreSQL database that the stories may empty; without it the records are a SQLite file."""

DEPLOYED_AT = london_moment("Wednesday 1 January 2025 00:00")
"""When the diagrams are deployed, so that a timer that starts a procedure counts from before every story."""

ENGINE_ENVIRONMENT = {
    # An engine that lives for minutes never earns back what the optimising compiler costs at its start.
    "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1",
    # Between stories messages expire; by default the engine looks once a minute.
    "ZEEBE_BROKER_EXPERIMENTAL_ENGINE_MESSAGES_TTLCHECKERINTERVAL": "PT0.1S",
    # By default messages are not exported.
    "ZEEBE_BROKER_EXPORTERS_OPENSEARCH_ARGS_INDEX_MESSAGE": "true",
}


@dataclass
class Stage:
    """The running system that the stories of a session share."""

    engine: EngineClient
    records: RecordStream
    forms: FormFiller
    database: Database
    mail_server: MailServer
    settings: Settings
    deployed: dict[str, Path] = field(default_factory=dict)
    """The folder of every deployed process, by its id."""

    def deploy(self, folder: Path) -> None:
        """Deploy a policy's folder, unless it is already."""
        if folder not in self.deployed.values():
            self.engine.pin_clock(DEPLOYED_AT)
            process_ids = self.engine.deploy(folder)
            self.deployed |= dict.fromkeys(process_ids, folder)
            self.records.wait_for(
                lambda state: set(process_ids) <= {d.process_id for d in state.definitions.values()} or None, 20
            )

    def story(self, name: str) -> Story:
        """A new story, on a stage where nothing has happened yet."""
        self._clear()
        story = Story(
            name, self.engine, self.records, self.forms, _Post(self.mail_server, self.database), self.database
        )
        story.begins("Monday 3 March 2025 09:00")
        return story

    def _clear(self) -> None:
        self.records.read(lambda state: state.forget_instances())
        self.mail_server.empty()
        with self.database.session() as session:
            for table in reversed(Table.metadata.sorted_tables):
                session.execute(table.delete())
        with self.database.session() as session:
            import_people(session, PEOPLE_CSV)


@dataclass(frozen=True)
class _Post:
    """The outbox and the mail server, as a story sees them."""

    server: MailServer
    database: Database

    def letters(self) -> list[Letter]:
        return self.server.letters()

    def wait(self, timeout: float) -> None:
        self.server.wait(timeout)

    def on_their_way(self) -> int:
        queued = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.status == "queued")
        with self.database.reading() as session:
            return session.scalar(queued) or 0

    def empty(self) -> None:
        self.server.empty()


@contextmanager
def local_engine(settings: Settings, records: RecordStream) -> Iterator[tuple[Settings, EngineClient]]:
    """The engine of the local platform, running inside the block; its records go to the stream."""
    with (
        running_platform(
            settings,
            shape=Shape.BROKER,
            controlled_clock=True,
            exporter_url=records.url,
            extra_environment=ENGINE_ENVIRONMENT,
        ) as platform,
        EngineClient(platform.rest) as client,
    ):
        yield platform.settings(settings), client


@contextmanager
def open_stage(folder: Path, engine: StartEngine = local_engine) -> Iterator[Stage]:
    """Start everything, in a folder of its own, and stop it at the end."""
    with ExitStack() as running:
        records = running.enter_context(RecordStream())
        # The stories have the letters to themselves, so that one may break them.
        templates = shutil.copytree(Settings().templates_dir, folder / "templates")
        settings = Settings(
            data_dir=folder / "data", database_url=os.environ.get(POSTGRESQL, ""), templates_dir=templates
        )
        settings, client = running.enter_context(engine(settings, records))
        database = open_database(settings)
        running.callback(database.close)
        migrations.upgrade(database)
        mail_server = MailServer()
        worker = running.enter_context(WorkerThread(settings, database, mail_server))
        yield Stage(
            engine=client,
            records=records,
            forms=running.enter_context(FormFiller()),
            database=database,
            mail_server=mail_server,
            settings=worker.settings,
        )


class WorkerThread:
    """The worker with its outbox, and the mail server, in an event loop of their own."""

    def __init__(self, settings: Settings, database: Database, mail_server: MailServer) -> None:
        self.settings = settings
        self._database = database
        self._mail_server = mail_server
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._thread = threading.Thread(target=self._run, name="worker")

    def __enter__(self) -> WorkerThread:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - it is raised in the thread that waits
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await self._mail_server.start()
        self.settings = self.settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": self._mail_server.port})
        dispatcher = Dispatcher(self._database, self.settings)
        sending = asyncio.create_task(dispatcher.run())
        async with Worker(self.settings, self._database, job_types(), after_commit=dispatcher.wake) as worker:
            await worker.ready()
            self._ready.set()
            await self._stop.wait()
        dispatcher.stop()
        await sending
        server.close()
        await server.wait_closed()

"""``dueprocess demo``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from workers.engine.deployment import Deployment
    from workers.engine.platform import Platform
    from workers.mailbox.store import MailStore
    from workers.records.database import Database
    from workers.settings import Settings

MAILBOX_PORTS = (8025, range(8026, 8090))
CASE_FILE_PORTS = (8090, range(8091, 8180))


def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the cases and letters of earlier runs.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Play another appeal although one was played before.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop when the appeal is over instead of waiting.")] = False,
) -> None:
    """Show the whole of it: start everything on this machine and play one real capability appeal.

    The engine with Tasklist and Operate, a mail server with a mailbox to read, the case file and the workers are
    started; the diagrams are deployed and the sample people imported. Then an appeal goes from its start form to the
    final letter, through the engine as a manager would take it in Tasklist. Everything keeps running until Ctrl-C.

    A later start takes half a minute and finds its data again.
    """
    from workers.engine.commands import forget_local_records, progress, stoppable, telling_errors  # noqa: PLC0415
    from workers.engine.platform import Shape, running_platform  # noqa: PLC0415
    from workers.settings import PROJECT, Settings  # noqa: PLC0415

    console, settings = Console(), Settings()
    # A demonstration has data of its own, so that it never mixes with what somebody keeps.
    settings = settings.model_copy(update={"data_dir": settings.data_dir / "demo", "database_url": ""})

    def forget() -> None:
        forget_local_records(settings, console)
        _forget_letters(settings.data_dir / "mailbox")

    with (
        telling_errors(console),
        stoppable(),
        progress(console) as say,
        running_platform(
            settings, shape=Shape.FULL, fresh=fresh, on_fresh=forget, controlled_clock=True, say=say
        ) as platform,
    ):
        say("")
        demonstration = Demonstration(platform, platform.settings(settings), console, PROJECT / "samples/people.csv")
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(demonstration.run(again=again, stop=stop))
        console.print("\nStopping everything …")


@dataclass
class Demonstration:
    """What runs beside the platform, and the story told on it."""

    platform: Platform
    settings: Settings
    console: Console
    people_file: Path

    async def run(self, *, again: bool, stop: bool) -> None:
        """Start the rest, play the appeal unless it was played before, and stay until interrupted."""
        from workers.engine import deployment  # noqa: PLC0415
        from workers.engine.client import EngineClient  # noqa: PLC0415

        logging.getLogger("workers").setLevel(logging.WARNING)
        async with contextlib.AsyncExitStack() as stack:
            database = self._open_records(stack)
            mailbox, mailbox_url = await stack.enter_async_context(self._mailbox())
            case_file = await stack.enter_async_context(self._case_file())
            await stack.enter_async_context(self._worker(database))
            client = await stack.enter_async_context(EngineClient.for_settings(self.settings))
            done = await deployment.deploy(client, self.settings.bpmn_dir, on_deployed=self._tell_deployed)
            with self.console.status("Waiting until Tasklist has the forms"):
                await deployment.wait_until_indexed(client, done, self.platform.opensearch)
            played = _played_before(database)
            if played is None or again:
                played = await self._play(client, mailbox, mailbox_url)
            else:
                self.console.print(f"\nThe appeal {played} of an earlier run is still here; --again plays another.")
            self._show_addresses(mailbox_url, case_file, played)
            if not stop:
                self.console.print("Ctrl-C stops all of it.")
                await self._watch()

    async def _play(self, client: object, mailbox: MailStore, mailbox_url: str) -> str:
        from workers.demo.story import Telling, play  # noqa: PLC0415
        from workers.engine.client import EngineClient  # noqa: PLC0415

        assert isinstance(client, EngineClient)  # noqa: S101 - imported late, to keep --help quick
        self.console.rule("[bold]One appeal, from start form to final letter")
        telling = Telling(client, mailbox, mailbox_url, self.console, read=len(mailbox.messages()))
        try:
            return await play(telling, datetime.now(UTC).date())
        finally:
            await client.reset_clock()

    def _tell_deployed(self, deployed: Deployment) -> None:
        new = sum(resource.new for resource in deployed.resources)
        self.console.print(f"Deployed [bold]{deployed.folder}[/]: {len(deployed.resources)} files, {new} new versions")

    def _open_records(self, stack: contextlib.AsyncExitStack) -> Database:
        from workers.people.importing import import_people  # noqa: PLC0415
        from workers.records.database import open_database  # noqa: PLC0415
        from workers.records.migrations import upgrade  # noqa: PLC0415

        database = open_database(self.settings)
        stack.callback(database.close)
        upgrade(database)
        with database.session() as session:
            import_people(session, self.people_file)
        return database

    @contextlib.asynccontextmanager
    async def _mailbox(self) -> AsyncIterator[tuple[MailStore, str]]:
        import uvicorn  # noqa: PLC0415

        from workers.mailbox.page import mailbox_page  # noqa: PLC0415
        from workers.mailbox.server import MailboxServer  # noqa: PLC0415

        async with MailboxServer("127.0.0.1", 0, self.settings.data_dir / "mailbox") as server:
            self.settings = self.settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": server.port})
            port = _free_port("the mailbox", *MAILBOX_PORTS)
            page = uvicorn.Config(
                mailbox_page(server.store), host="127.0.0.1", port=port, log_level="warning", ws="none"
            )
            async with _serving(page):
                yield server.store, f"http://localhost:{port}"

    @contextlib.asynccontextmanager
    async def _case_file(self) -> AsyncIterator[str]:
        from workers.web.service import serve  # noqa: PLC0415

        port = _free_port("the case file", *CASE_FILE_PORTS)
        url = f"http://localhost:{port}"
        self.settings = self.settings.model_copy(update={"case_file_url": url})
        stop = asyncio.Event()
        serving = asyncio.create_task(serve(self.settings, "127.0.0.1", port, stop))
        try:
            yield url
        finally:
            stop.set()
            await serving

    @contextlib.asynccontextmanager
    async def _worker(self, database: Database) -> AsyncIterator[None]:
        from workers.notices.outbox import Dispatcher  # noqa: PLC0415
        from workers.runtime.catalogue import job_types  # noqa: PLC0415
        from workers.runtime.worker import Worker  # noqa: PLC0415

        dispatcher = Dispatcher(database, self.settings)
        sending = asyncio.create_task(dispatcher.run())
        try:
            async with Worker(self.settings, database, job_types().values(), after_commit=dispatcher.wake) as worker:
                await worker.ready()
                yield
        finally:
            dispatcher.stop()
            await sending

    def _show_addresses(self, mailbox_url: str, case_file: str, played: str) -> None:
        login = f"{self.settings.engine_username} / {self.settings.engine_password.get_secret_value()}"
        table = Table.grid(padding=(0, 2))
        for _ in range(2):
            table.add_column(no_wrap=True, overflow="ignore")
        table.add_column(overflow="fold")
        table.add_row("Tasklist", self.platform.tasklist_url, login)
        table.add_row("Operate", self.platform.operate_url, login)
        table.add_row("Mailbox", mailbox_url, "every letter, with its PDF and invitation")
        table.add_row("Case file", f"{case_file}/cases/{played}", login)
        table.add_row("Data", str(self.platform.data_dir), "with the logs")
        memory = ", ".join(f"{name} {size // 1024**2} MB" for name, size in self.platform.memory().items())
        table.add_row("Memory", memory)
        self.console.rule("[bold green]Everything is running")
        self.console.print(table)
        self.console.print(
            "\nTry it: in Tasklist, open Processes and start [bold]Capability appeal[/]. "
            "Camunda may be used for development and tests; production use needs a licence from its maker."
        )

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.platform.check()


@contextlib.asynccontextmanager
async def _serving(config: object) -> AsyncIterator[None]:
    import uvicorn  # noqa: PLC0415

    assert isinstance(config, uvicorn.Config)  # noqa: S101 - imported late, to keep --help quick
    server = uvicorn.Server(config)
    # Signals are for the command, which stops everything in order.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _free_port(what_for: str, preferred: int, others: range) -> int:
    from workers.engine.ports import PortReservations  # noqa: PLC0415

    reservations = PortReservations()
    try:
        return reservations.reserve(what_for, preferred, others)
    finally:
        reservations.release()


def _played_before(database: Database) -> str | None:
    from workers.cases.case_file import all_cases  # noqa: PLC0415

    with database.reading() as session:
        appeals = (
            case.reference for case in all_cases(session) if case.procedure == "capability_appeal" and case.closed_at
        )
        return next(appeals, None)


def _forget_letters(folder: Path) -> None:
    from workers.mailbox.store import MailStore  # noqa: PLC0415

    if folder.exists():
        MailStore(folder).clear()

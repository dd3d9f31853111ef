"""The commands ``dueprocess up`` and ``dueprocess deploy``, and what other commands need to do the same."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from workers.engine.errors import EngineError
from workers.settings import Settings

if TYPE_CHECKING:
    from workers.engine.deployment import Deployment
    from workers.engine.platform import Platform, Say

WATCH_EVERY = 1.0


def up(
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help="Forget all procedures that ran before, and the records kept beside them: they belong together.",
        ),
    ] = False,
    broker_only: Annotated[
        bool, typer.Option("--broker-only", help="Only the engine: no Tasklist, no Operate. Lighter, and ready sooner.")
    ] = False,
    controlled_clock: Annotated[
        bool, typer.Option("--controlled-clock", help="Let tests set the engine's clock. Never for real cases.")
    ] = False,
) -> None:
    """Start the local platform and keep it running until Ctrl-C.

    The first start fetches Camunda and OpenSearch (about 370 MB) into a cache that all checkouts share; nothing has to
    be installed, not even Java. Later starts take half a minute and find the procedures where they stood.

    While it runs, 'dueprocess deploy' and 'dueprocess work' in another terminal find it by themselves.

    For development and demonstrations; production use of Camunda needs a licence from its maker.
    """
    from workers.engine.platform import Shape, running_platform  # noqa: PLC0415  (--help should be quick)

    console, settings = Console(), Settings()
    with (
        telling_errors(console),
        stoppable(),
        progress(console) as say,
        running_platform(
            settings,
            shape=Shape.BROKER if broker_only else Shape.FULL,
            fresh=fresh,
            on_fresh=lambda: forget_local_records(settings, console),
            controlled_clock=controlled_clock,
            say=say,
        ) as platform,
    ):
        say("")
        show_addresses(platform, settings, console)
        console.print("Ctrl-C stops it.")
        watch(platform)


def deploy(
    policies: Annotated[
        list[str] | None,
        typer.Argument(help="Folders of bpmn/ to deploy; without any, all of them.", metavar="POLICY…"),
    ] = None,
    wait: Annotated[
        bool, typer.Option(help="Wait until Tasklist has the forms, so that procedures can be started at once.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Deploy what 'dueprocess check' says will not work.")] = False,
) -> None:
    """Deploy the diagrams, forms and decisions of each policy to the engine.

    What 'dueprocess check' finds an error in is not deployed.

    Each folder of bpmn/ is one deployment. What has not changed keeps its version; where one file of a folder changed,
    the whole folder gets a new version, and cases that are under way stay with theirs.

    The local platform is found by itself; another engine is named in DUEPROCESS_ENGINE_GRPC and DUEPROCESS_ENGINE_REST.
    """
    from workers.checks.commands import refuse_what_will_not_work  # noqa: PLC0415  (--help should be quick)

    console, settings = Console(), Settings()
    with telling_errors(console):
        refuse_what_will_not_work(settings, policies or (), force=force)
        deploy_policies(settings, console, policies or (), wait=wait)


def deploy_policies(
    settings: Settings, console: Console, policies: Sequence[str] = (), *, wait: bool = True
) -> list[Deployment]:
    """Deploy to the engine of the settings or to the running local platform, and show what became of it.

    :raises EngineError: see :func:`workers.engine.deployment.deploy`.
    """
    from workers.engine import deployment  # noqa: PLC0415  (--help should be quick)
    from workers.engine.client import EngineClient  # noqa: PLC0415
    from workers.engine.programs import Shape  # noqa: PLC0415
    from workers.engine.state import running_state, with_running_platform  # noqa: PLC0415

    state = running_state(settings)
    settings = with_running_platform(settings)
    local = state if state is not None and settings.engine_grpc == state.grpc else None
    broker_only = local is not None and local.shape is Shape.BROKER

    async def run() -> list[Deployment]:
        async with EngineClient.for_settings(settings, signs_in=not broker_only) as client:
            done = await deployment.deploy(
                client, settings.bpmn_dir, policies, lambda deployed: show_deployment(deployed, console)
            )
            if wait and not broker_only:
                with console.status("Waiting until Tasklist and Operate have them"):
                    try:
                        await deployment.wait_until_indexed(client, done, local.opensearch if local else None)
                    except EngineError as error:
                        # An engine without Tasklist and Operate has nothing to wait for.
                        if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
                            raise
            return done

    return asyncio.run(run())


def show_deployment(deployed: Deployment, console: Console) -> None:
    """Print a folder's new versions, and how much stayed as it was."""
    new = [resource for resource in deployed.resources if resource.new]
    unchanged = len(deployed.resources) - len(new)
    same = f"{unchanged} unchanged" if unchanged else ""
    if not new:
        console.print(f"[bold]{deployed.folder}[/bold]: {same}")
        return
    table = Table(title=f"{deployed.folder}: {len(new)} new{', ' if same else ''}{same}", title_justify="left")
    for heading in ("file", "kind", "version"):
        table.add_column(heading, justify="right" if heading == "version" else "left")
    for resource in new:
        table.add_row(resource.file, resource.kind, str(resource.version))
    console.print(table)


def show_addresses(platform: Platform, settings: Settings, console: Console) -> None:
    """Print where the platform's parts are and who may sign in."""
    from workers.engine.programs import Shape  # noqa: PLC0415

    table = Table.grid(padding=(0, 2))
    if platform.shape is Shape.FULL:
        table.add_row("Tasklist", platform.tasklist_url)
        table.add_row("Operate", platform.operate_url)
        table.add_row("sign in as", f"{settings.engine_username} / {settings.engine_password.get_secret_value()}")
    table.add_row("engine (gRPC)", platform.grpc)
    table.add_row("engine (REST)", platform.rest)
    table.add_row("health, metrics", f"{platform.management}/actuator")
    table.add_row("data", str(platform.data_dir))
    table.add_row("logs", str(platform.logs))
    table.add_row("memory", ", ".join(f"{name} {size // 1024**2} MB" for name, size in platform.memory().items()))
    console.print("[bold green]The platform is ready.[/bold green]")
    console.print(table)


def forget_local_records(settings: Settings, console: Console) -> None:
    """Delete the records kept in the data folder; a database of one's own is left alone, with a warning.

    The records remember the engine's jobs by key, and a fresh engine counts its keys from the start again.
    """
    if settings.database_url:
        console.print(
            "[yellow]The records in DUEPROCESS_DATABASE_URL are kept, but they belong to the engine that is forgotten "
            "now. Give the fresh engine an empty database.[/yellow]"
        )
        return
    for end in ("", "-wal", "-shm", "-journal"):
        (settings.data_dir / f"records.sqlite3{end}").unlink(missing_ok=True)


def watch(platform: Platform) -> None:
    """Return on Ctrl-C.

    :raises EngineError: a program of the platform has ended by itself.
    """
    interrupted = threading.Event()
    try:
        while not interrupted.wait(WATCH_EVERY):
            platform.check()
    except KeyboardInterrupt:
        return


@contextmanager
def progress(console: Console) -> Iterator[Say]:
    """Something to say what is going on with: a moving line in a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield lambda text: console.print(text) if text else None
        return
    status = console.status("")

    def say(text: str) -> None:
        if text:
            status.update(f"{text} …")
            status.start()
        else:
            status.stop()

    try:
        yield say
    finally:
        status.stop()


@contextmanager
def telling_errors(console: Console) -> Iterator[None]:
    """End the command with a sentence, not a traceback, when the engine or its platform fails."""
    try:
        yield
    except EngineError as error:
        console.print(error.message, style="red", markup=False, highlight=False)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        console.print("Interrupted.")
        raise typer.Exit(130) from None


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the end of a session or a service manager stop the command as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {sign: signal.signal(sign, interrupt) for sign in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)

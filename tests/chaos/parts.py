"""The programs that are killed, each a process of its own: the engine, two workers, the mail server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from workers.engine import programs
from workers.engine.packages import fetch
from workers.engine.platform import choose_ports
from workers.engine.ports import LOOPBACK, PortReservations
from workers.engine.programs import Options, Shape
from workers.engine.readiness import why_not_ready
from workers.engine.state import PlatformState
from workers.settings import Settings

ENGINE, WORKER, MAIL_SERVER = "engine", "worker", "mail server"
KINDS = (WORKER, MAIL_SERVER, ENGINE)

WORKERS = 2
LETTERS = Path(__file__).with_name("templates")

OURS = (
    "database_url",
    "data_dir",
    "templates_dir",
    "engine_grpc",
    "engine_rest",
    "smtp_host",
    "smtp_port",
    "worker_name",
    "health_port",
    "log_format",
)
"""The settings that the parts are started with; all others are the default ones."""

ENGINE_ENVIRONMENT = {
    # An engine that lives for seconds never earns back what the optimising compiler costs at its start.
    "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1",
    # The shortest there is, so that some starts go on from a snapshot and others from the log alone.
    "ZEEBE_BROKER_DATA_SNAPSHOTPERIOD": "PT1M",
    "ZEEBE_BROKER_EXPORTERS_OPENSEARCH_ARGS_BULK_SIZE": "100",
}


@dataclass(frozen=True)
class Part:
    """A program that is killed and started again."""

    name: str
    kind: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    folder: Path
    log: Path
    """Every start adds to it."""
    mean_life: float
    """Seconds it serves on average while there is havoc."""
    is_up: Callable[[], Awaitable[bool]] = field(repr=False)
    """Whether it is started, however those are that it needs."""
    is_ready: Callable[[], Awaitable[bool]] = field(repr=False)
    """Whether it can be used."""


@dataclass(frozen=True)
class Cast:
    """All parts, and the settings with their addresses."""

    settings: Settings
    mailbox: Path
    engine: Part
    workers: list[Part]
    mail_server: Part

    @property
    def parts(self) -> list[Part]:
        """Every part, in the order in which to start them."""
        return [self.engine, self.mail_server, *self.workers]


def cast(folder: Path, database_url: str, records_url: str, ports: PortReservations) -> Cast:
    """The parts, none of them started.

    :param folder: where everything is kept.
    :param records_url: where the engine's exporter posts.
    :param ports: what promises the ports; the parts find them free for as long as it holds them.
    """
    logs = folder / "logs"
    logs.mkdir(parents=True)
    settings = Settings(data_dir=folder / "data", database_url=database_url, templates_dir=_templates(folder))
    engine, state = _engine(settings, records_url, ports)
    smtp = ports.reserve("the mail server", 2525, range(2526, 2999))
    settings = settings.model_copy(
        update={"engine_grpc": state.grpc, "engine_rest": state.rest, "smtp_host": LOOPBACK, "smtp_port": smtp}
    )
    page = ports.reserve("the mailbox's page", 3025, range(3026, 3499))
    mailbox = folder / "mailbox"

    async def greets() -> bool:
        return await _greets(smtp)

    mail_server = Part(
        MAIL_SERVER,
        MAIL_SERVER,
        _command("mailbox", f"--smtp-port={smtp}", f"--page-port={page}", f"--folder={mailbox}"),
        _environment(settings),
        folder,
        logs / "mail_server.log",
        mean_life=5,
        is_up=greets,
        is_ready=greets,
    )
    workers = [_worker(number, settings, folder, ports) for number in range(1, WORKERS + 1)]
    return Cast(settings, mailbox, engine, workers, mail_server)


def _templates(folder: Path) -> Path:
    """The letter of the chaos, on the real headed paper."""
    templates = folder / "templates"
    shutil.copytree(LETTERS, templates)
    shutil.copytree(Settings().templates_dir / "_layout", templates / "_layout")
    return templates


def _engine(settings: Settings, records_url: str, reservations: PortReservations) -> tuple[Part, PlatformState]:
    packages = fetch(settings.cache_dir, opensearch=False)
    ports = choose_ports(reservations, full=False)
    options = Options(Shape.BROKER, exporter_url=records_url, extra_environment=ENGINE_ENVIRONMENT)
    program = programs.camunda(packages, ports, settings.data_dir, options)
    program.folder.mkdir(parents=True)
    state = PlatformState(Shape.BROKER, ports, ())

    async def is_ready() -> bool:
        return await asyncio.to_thread(why_not_ready, state) is None

    log = settings.data_dir.parent / "logs" / "engine.log"
    part = Part(
        ENGINE,
        ENGINE,
        program.command,
        program.environment,
        program.folder,
        log,
        mean_life=30,
        is_up=is_ready,
        is_ready=is_ready,
    )
    return part, state


def _worker(number: int, settings: Settings, folder: Path, ports: PortReservations) -> Part:
    health = ports.reserve(f"the health of worker {number}", 9700 + number, range(9710, 9990))

    async def says(what: str) -> bool:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            try:
                return (await http.get(f"http://{LOOPBACK}:{health}/{what}")).is_success
            except httpx.HTTPError:
                return False

    name = f"worker {number}"
    settings = settings.model_copy(
        update={"worker_name": f"chaos-{number}", "health_port": health, "log_format": "json"}
    )
    return Part(
        name,
        WORKER,
        _command("work"),
        _environment(settings),
        folder,
        folder / "logs" / f"worker_{number}.log",
        mean_life=8,
        is_up=lambda: says("live"),
        is_ready=lambda: says("ready"),
    )


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "workers.cli", *words]


def _environment(settings: Settings) -> dict[str, str]:
    """This program's environment, with our settings and none of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DUEPROCESS_")}
    return inherited | {f"DUEPROCESS_{name.upper()}": str(getattr(settings, name)) for name in OURS}


async def _greets(port: int) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            greeting = await reader.readline()
            writer.close()
            return greeting.startswith(b"220")
    return False

"""Start the local platform, wait until it can be used, and stop it without leaving anything behind."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from workers.engine import programs
from workers.engine.errors import EngineError
from workers.engine.guardian import Guardian
from workers.engine.locking import FileLock, LockHeld
from workers.engine.packages import Packages, fetch
from workers.engine.ports import LOOPBACK, PortReservations
from workers.engine.processes import ProcessIdentity, identify, is_running, resident_memory, stop
from workers.engine.programs import OPENSEARCH_PORTS, Options, Ports, Program, Shape, log_file
from workers.engine.state import PlatformState, forget_state, read_state, write_state
from workers.engine.task_door import open_task_door
from workers.settings import Settings

__all__ = ["Platform", "Say", "Shape", "running_platform", "silence"]

START_TIMEOUT = 300.0
STOP_PATIENCE = 20.0
POLL = 0.2
LONGEST_LINE = 300
PORT_ATTEMPTS = 3
TAKEN = re.compile("address already in use|was already in use|port .* is unavailable", re.IGNORECASE)

Say = Callable[[str], None]


def silence(_: str) -> None:
    """Say nothing of what is going on."""


@dataclass(frozen=True)
class Platform:
    """A running platform."""

    state: PlatformState
    data_dir: Path

    @property
    def shape(self) -> Shape:
        """How much of it runs."""
        return self.state.shape

    @property
    def grpc(self) -> str:
        """The address of the engine's gateway, ``host:port``."""
        return self.state.grpc

    @property
    def rest(self) -> str:
        """The URL of the engine's REST API."""
        return self.state.rest

    @property
    def management(self) -> str:
        """The URL of health and metrics."""
        return f"http://{LOOPBACK}:{self.state.ports.management}"

    @property
    def tasklist_url(self) -> str:
        """Tasklist, for a person's browser."""
        return f"http://localhost:{self.state.ports.rest}/tasklist"

    @property
    def operate_url(self) -> str:
        """Operate, for a person's browser."""
        return f"http://localhost:{self.state.ports.rest}/operate"

    @property
    def opensearch(self) -> str | None:
        """The URL of OpenSearch, where it runs."""
        return self.state.opensearch

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        return self.data_dir / "logs"

    @property
    def pids(self) -> dict[str, int]:
        """The process ids by the program's name."""
        return {process.name: process.pid for process in self.state.processes}

    def memory(self) -> dict[str, int]:
        """The memory each program occupies now (resident set), in bytes."""
        return {process.name: resident_memory(process) for process in self.state.processes}

    def check(self) -> None:
        """Make sure that everything still runs.

        :raises EngineError: a program has ended; the message quotes the last telling line of its log.
        """
        for process in self.state.processes:
            if not is_running(process):
                log = log_file(self.data_dir, process.name)
                raise EngineError(f"{process.name} has ended: {telling_line(log)} The whole log: {log}")

    def settings(self, settings: Settings) -> Settings:
        """The settings with this platform's addresses."""
        return settings.model_copy(
            update={"engine_grpc": self.grpc, "engine_rest": self.rest, "data_dir": self.data_dir}
        )


@contextmanager
def running_platform(
    settings: Settings,
    *,
    shape: Shape = Shape.FULL,
    fresh: bool = False,
    on_fresh: Callable[[], None] = lambda: None,
    controlled_clock: bool = False,
    exporter_url: str | None = None,
    extra_environment: dict[str, str] | None = None,
    say: Say = silence,
    start_timeout: float = START_TIMEOUT,
) -> Iterator[Platform]:
    """The local platform, running inside the block and stopped after it.

    :param fresh: forget what earlier runs left in the engine.
    :param on_fresh: called then, for what has to be forgotten with it.
    :param controlled_clock: the engine's clock may be set; tests only.
    :param exporter_url: where a broker alone sends its records.
    :param extra_environment: further settings of Camunda; they win over ours.
    :param say: told what is going on, in a few words.
    :param start_timeout: seconds until each program has to be ready.
    :raises EngineError: it cannot be started; nothing of it is left running.
    """
    options = Options(shape, controlled_clock, exporter_url, extra_environment)
    launch = Launch(settings, options, say, start_timeout)
    with launch.prepared(fresh=fresh, on_fresh=on_fresh):
        try:
            yield launch.start()
        finally:
            launch.stop()


class PortTaken(EngineError):
    """Somebody took a port between our look at it and our use of it."""


class Launch:
    """One run of the platform, from the first program's start to the last one's end."""

    def __init__(self, settings: Settings, options: Options, say: Say, start_timeout: float) -> None:
        self.cache_dir = settings.cache_dir
        self.data_dir = settings.data_dir.absolute()
        self.options = options
        self.say = say
        self.start_timeout = start_timeout
        self._started: list[tuple[ProcessIdentity, subprocess.Popen[bytes]]] = []
        self._guardian: Guardian | None = None
        self._ports = PortReservations()
        self._username = settings.engine_username
        self._password = settings.engine_password
        self._door = ExitStack()

    @contextmanager
    def prepared(self, *, fresh: bool, on_fresh: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the data folder for this run, with nothing of an earlier run left alive."""
        lock = FileLock(self.data_dir / "platform.lock")
        try:
            lock.acquire(wait=False)
        except LockHeld as error:
            raise EngineError(
                f"A platform already runs from {self.data_dir}. Use that one, stop it, or name another folder in "
                "DUEPROCESS_DATA_DIR."
            ) from error
        try:
            stop_what_was_left(self.data_dir, self.say)
            if fresh:
                forget_engine(self.data_dir)
                on_fresh()
            claim_engine(self.data_dir, self.options.shape)
            yield
        finally:
            self._ports.release()
            lock.release()

    def start(self) -> Platform:
        """Fetch what is missing, start the programs and wait until they can be used.

        :raises EngineError: it cannot be; the message says why.
        """
        packages = fetch(self.cache_dir, opensearch=self.options.shape is Shape.FULL)
        self._guardian = Guardian()
        for _ in range(PORT_ATTEMPTS - 1):
            try:
                return self._start(packages)
            except PortTaken:
                self.say("Somebody else took a port meanwhile; choosing others")
                self._stop_programs()
                self._ports.release()
        return self._start(packages)

    def _start(self, packages: Packages) -> Platform:
        full = self.options.shape is Shape.FULL
        ports = choose_ports(self._ports, full=full)
        state = PlatformState(self.options.shape, ports, ())
        if ports.opensearch is not None:
            programs.write_opensearch_settings(self.data_dir)
            self.say("Starting OpenSearch")
            state = self._launch(programs.opensearch(packages, ports.opensearch, self.data_dir), state)
            self._wait_for("OpenSearch", lambda: _opensearch_is_ready(ports.opensearch, self.data_dir))
        if ports.tasks is not None:
            self._door.enter_context(
                open_task_door(ports.tasks, state.rest, self._username, self._password.get_secret_value())
            )
        self.say("Starting Camunda (engine, Tasklist, Operate)" if full else "Starting the engine")
        state = self._launch(programs.camunda(packages, ports, self.data_dir, self.options), state)
        self._wait_for("Camunda", lambda: _camunda_is_ready(state))
        state = replace(state, ready=True)
        write_state(self.data_dir, state)
        return Platform(state, self.data_dir)

    def stop(self) -> None:
        """Stop what was started, Camunda before OpenSearch, and wait until it has ended."""
        self._stop_programs()
        if self._guardian is not None:
            self._guardian.dismiss()
            self._guardian = None

    def _stop_programs(self) -> None:
        for identity, process in reversed(self._started):
            self.say(f"Stopping {identity.name}")
            end(process, STOP_PATIENCE)
        self._started.clear()
        self._door.close()
        forget_state(self.data_dir)

    def _launch(self, program: Program, state: PlatformState) -> PlatformState:
        program.folder.mkdir(parents=True, exist_ok=True)
        program.log.parent.mkdir(parents=True, exist_ok=True)
        if program.log.exists():
            program.log.replace(program.log.with_suffix(".previous.log"))
        with program.log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603
                program.command,
                cwd=program.folder,
                env=program.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for this program, which stops the others in their order.
                start_new_session=True,
            )
        identity = identify(program.name, process.pid)
        if identity is None:
            process.wait()
            raise EngineError(f"{program.name} ended at once: {telling_line(program.log)} The log: {program.log}")
        self._started.append((identity, process))
        if self._guardian is not None:
            self._guardian.watch(identity)
        state = replace(state, processes=(*state.processes, identity))
        write_state(self.data_dir, state)
        return state

    def _wait_for(self, name: str, is_ready: Callable[[], str | None]) -> None:
        """Wait until ``is_ready`` finds nothing missing; what it says is missing goes into the error."""
        deadline = time.monotonic() + self.start_timeout
        while (missing := is_ready()) is not None:
            for identity, process in self._started:
                if (code := process.poll()) is not None:
                    raise self._start_failure(identity.name, code)
            if time.monotonic() >= deadline:
                raise EngineError(
                    f"{name} was not ready after {self.start_timeout:.0f} seconds ({missing}). A small machine may "
                    f"need longer: start again. The log: {log_file(self.data_dir, name)}"
                )
            time.sleep(POLL)

    def _start_failure(self, name: str, code: int) -> EngineError:
        log = log_file(self.data_dir, name)
        reason = telling_line(log)
        taken = TAKEN.search(reason) is not None
        how = f"exit status {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}: out of memory?"
        return (PortTaken if taken else EngineError)(
            f"{name} ended while starting ({how}): {reason} The whole log: {log}"
        )


def choose_ports(reservations: PortReservations, *, full: bool) -> Ports:
    """Free ports, the well-known ones if possible; promised to the caller until the reservations are released.

    :raises EngineError: none are free.
    """
    reserve = reservations.reserve
    return Ports(
        grpc=reserve("the engine's gateway", 26500, range(26510, 27500, 10)),
        command=reserve("the engine's command API", 26501, range(26511, 27500, 10)),
        internal=reserve("the engine's internal API", 26502, range(26512, 27500, 10)),
        rest=reserve("Tasklist and Operate", 8080, range(8180, 8980)),
        management=reserve("the engine's health page", 9600, range(9601, 9999)),
        opensearch=reserve("OpenSearch", OPENSEARCH_PORTS[0], OPENSEARCH_PORTS) if full else None,
        tasks=reserve("Tasklist's calls to the engine", 26600, range(26601, 27500)) if full else None,
    )


def stop_what_was_left(data_dir: Path, say: Say = silence) -> None:
    """Stop what an earlier run left running in this data folder; processes of others are never touched."""
    state = read_state(data_dir)
    for process in reversed(state.processes if state else ()):
        if is_running(process):
            say(f"Stopping {process.name}, left by an earlier run")
            stop(process, STOP_PATIENCE)
    forget_state(data_dir)


def forget_engine(data_dir: Path) -> None:
    """Delete the engine's data; the records are not the engine's and stay."""
    for folder in (programs.engine_folder(data_dir), programs.opensearch_folder(data_dir)):
        if folder.exists():
            shutil.rmtree(folder)


def claim_engine(data_dir: Path, shape: Shape) -> None:
    """Keep the engine's data to one shape: what ran without OpenSearch would be missing in Operate for ever.

    :raises EngineError: the data are of the other shape.
    """
    note = programs.engine_folder(data_dir) / "shape"
    note.parent.mkdir(parents=True, exist_ok=True)
    had = note.read_text("utf-8").strip() if note.exists() else shape
    if had != shape:
        what = {Shape.FULL: "with Tasklist and Operate", Shape.BROKER: "as a broker alone"}
        raise EngineError(
            f"The engine's data in {data_dir} were written {what[Shape(had)]}; they cannot be used {what[shape]}. "
            "Forget them with --fresh, or name another folder in DUEPROCESS_DATA_DIR."
        )
    note.write_text(f"{shape}\n", "utf-8")


def end(process: subprocess.Popen[bytes], patience: float) -> None:
    """End a child: ask, wait, and force it; it has ended when this returns, even if this is interrupted."""
    try:
        process.terminate()
        process.wait(patience)
    except subprocess.TimeoutExpired:
        # Camunda does not stop while its OpenSearch is gone, but tries to reach it for ever.
        process.kill()
        process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise


def telling_line(log: Path) -> str:
    """The line of a log that most likely says why a program ended, as a sentence."""
    if not log.exists():
        return "it wrote no log."
    lines = [line.strip() for line in _text(log).splitlines() if line.strip()]
    if not lines:
        return "its log is empty."
    complaint = _description(lines) or _last(lines, CAUSE) or _last(lines, COMPLAINT)
    line = LOG_PREFIX.sub("", complaint or lines[-1])[:LONGEST_LINE].rstrip(". ")
    return f"{line}." if complaint else f"its log ends with “{line}”."


LOG_PREFIX = re.compile(r"^(\[?[\d:T., -]+\]?\s*)+|^Caused by: ")
PUBLISHED = re.compile(r"HttpServerTransport\] publish_address \{[\d.]+:(?P<port>\d+)\}")
CAUSE = re.compile(r"^Caused by: (?!.*interrupted)")
COMPLAINT = re.compile(r"\b(ERROR|FATAL)\b|Exception|^Error\b|OutOfMemory")


def _text(log: Path) -> str:
    return log.read_text("utf-8", "replace")


def _description(lines: list[str]) -> str:
    """What Spring writes under the heading ``Description:`` when an application fails to start."""
    for index, line in enumerate(lines[:-1]):
        if line == "Description:":
            return lines[index + 1]
    return ""


def _last(lines: list[str], pattern: re.Pattern[str]) -> str:
    return next((line for line in reversed(lines) if pattern.search(line)), "")


def _opensearch_is_ready(port: int | None, data_dir: Path) -> str | None:
    published = PUBLISHED.search(_text(log_file(data_dir, "OpenSearch")))
    if published is None:
        return "it does not listen yet"
    if int(published["port"]) != port:  # its runner goes on to the next port where one is taken
        raise PortTaken(f"Somebody took OpenSearch's port {port}.")
    try:
        answer = httpx.get(f"http://{LOOPBACK}:{port}/_nodes/settings", timeout=5, trust_env=False)
        health = httpx.get(f"http://{LOOPBACK}:{port}/_cluster/health", timeout=5, trust_env=False).json()
        homes = [Path(node["settings"]["path"]["home"]) for node in answer.json()["nodes"].values()]
    except (httpx.HTTPError, ValueError, KeyError):
        return f"it does not answer on port {port}"
    if programs.opensearch_home(data_dir) not in homes:
        return f"another OpenSearch listens on port {port}"
    return None if health.get("status") in ("yellow", "green") else "its indices are not ready"


def _camunda_is_ready(state: PlatformState) -> str | None:
    from workers.engine.readiness import why_not_ready  # noqa: PLC0415  (imports gRPC)

    return why_not_ready(state)

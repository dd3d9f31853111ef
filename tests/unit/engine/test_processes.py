"""Processes: only those that are ours are stopped, and none of ours is left."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workers.engine.platform import end, stop_what_was_left
from workers.engine.processes import ProcessIdentity, identify, is_running, resident_memory, stop, wait_for_end
from workers.engine.programs import Ports, Shape
from workers.engine.state import PlatformState, read_state, state_file, write_state

SLEEPER = "import time; print('ready', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
PORTS = Ports(grpc=1, command=2, internal=3, rest=4, management=5, opensearch=6)


def started(program: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.fixture(params=[SLEEPER, STUBBORN], ids=["obedient", "stubborn"])
def process(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    with started(request.param) as process:
        yield process
        process.kill()


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with started(SLEEPER) as process:
        yield process
        process.kill()


def identity_of(process: subprocess.Popen[bytes]) -> ProcessIdentity:
    identity = identify("Sleeper", process.pid)
    assert identity is not None
    return identity


def test_a_process_is_stopped_even_if_it_will_not(process: subprocess.Popen[bytes]) -> None:
    identity = identity_of(process)
    assert is_running(identity)
    assert resident_memory(identity) > 1024**2

    stop(identity, patience=0.5)

    assert not is_running(identity)
    assert resident_memory(identity) == 0


def test_a_child_is_ended_even_if_it_will_not(process: subprocess.Popen[bytes]) -> None:
    end(process, patience=0.5)

    assert process.returncode in (-signal.SIGTERM, -signal.SIGKILL)


def test_a_later_process_with_the_same_number_is_spared(sleeper: subprocess.Popen[bytes]) -> None:
    impostor = ProcessIdentity("Camunda", sleeper.pid, started="1")
    assert not is_running(impostor)

    stop(impostor, patience=0.1)

    assert sleeper.poll() is None


def test_waiting_has_an_end(sleeper: subprocess.Popen[bytes]) -> None:
    assert not wait_for_end(identity_of(sleeper), 0.1)


def test_a_process_that_has_ended_is_nobody(sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    sleeper.wait()

    assert identify("Sleeper", sleeper.pid) is None


def test_what_an_earlier_run_left_is_stopped(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    write_state(tmp_path, PlatformState(Shape.FULL, PORTS, (identity_of(sleeper),)))
    said: list[str] = []

    stop_what_was_left(tmp_path, said.append)

    assert sleeper.wait(10) == -signal.SIGTERM
    assert said == ["Stopping Sleeper, left by an earlier run"]
    assert not state_file(tmp_path).exists()


def test_a_stale_state_file_stops_nobody_else(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    stale = ProcessIdentity("Camunda", sleeper.pid, started="1")
    write_state(tmp_path, PlatformState(Shape.FULL, PORTS, (stale,)))

    stop_what_was_left(tmp_path)

    assert sleeper.poll() is None
    assert read_state(tmp_path) is None


GUARDED = """
import subprocess, sys, time
from workers.engine.guardian import Guardian
from workers.engine.processes import identify

guardian = Guardian()
for name in ("OpenSearch", "Camunda"):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    guardian.watch(identify(name, child.pid))
    print(child.pid)
print(guardian.pid, flush=True)
time.sleep(600)
"""


def test_nothing_outlives_a_program_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", GUARDED], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        pids = [int(program.stdout.readline()) for _ in range(3)]
        processes = [identity for pid in pids if (identity := identify("left", pid))]
        assert len(processes) == 3

        program.kill()

    assert all(wait_for_end(process, 20) for process in processes)

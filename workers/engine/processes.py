"""Processes by identity: a number alone may belong to another program by now. Standard library only."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

POLL = 0.1


@dataclass(frozen=True)
class ProcessIdentity:
    """A process, told from a later one with the same number by when it started."""

    name: str
    pid: int
    started: str


def identify(name: str, pid: int) -> ProcessIdentity | None:
    """The process that has this number now, or nothing if none does or it has ended."""
    started = _start_of(pid)
    return None if started is None else ProcessIdentity(name, pid, started)


def is_running(process: ProcessIdentity) -> bool:
    """Whether this very process still runs."""
    return _start_of(process.pid) == process.started


def stop(process: ProcessIdentity, patience: float) -> None:
    """Ask the process to end, wait ``patience`` seconds, and end it by force if it has not.

    Harmless if it has ended already, even if its number belongs to another program by now.
    """
    for sign, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 10.0)):
        if not is_running(process):
            return
        try:
            os.kill(process.pid, sign)
        except ProcessLookupError:
            return
        if wait_for_end(process, wait):
            return


def wait_for_end(process: ProcessIdentity, seconds: float) -> bool:
    """Wait until the process has ended, at most so many seconds; say whether it has."""
    deadline = time.monotonic() + seconds
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        while is_running(process):
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL)
        return True
    try:
        if is_running(process):
            select.select([descriptor], [], [], seconds)
        return not is_running(process)
    finally:
        os.close(descriptor)


def resident_memory(process: ProcessIdentity) -> int:
    """The memory the process occupies, in bytes; nought if it has ended."""
    if sys.platform != "linux":
        return int(_ps(process.pid, "rss") or 0) * 1024
    try:
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _start_of(pid: int) -> str | None:
    if sys.platform != "linux":
        state = _ps(pid, "state")
        return None if not state or state.startswith("Z") else _ps(pid, "lstart")
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The program's name stands in brackets and may hold spaces; state is the first field after it, start the 20th.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def _ps(pid: int, column: str) -> str:
    answer = subprocess.run(["ps", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return answer.stdout.strip()

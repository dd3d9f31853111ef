"""Stops the platform when the program that started it ended without doing so, even by ``kill -9``.

Runs beside it as a process of its own: reads what to watch from its standard input, a line a process; when that input
ends without the word ``done``, it stops what it watches, last started first, as a clean stop would.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from workers.engine.processes import ProcessIdentity, stop

PROJECT = Path(__file__).resolve().parents[2]
DONE = "done"
PATIENCE = 20.0


class Guardian:
    """The guardian as the program that needs one sees it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", __name__],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The guardian's own process id."""
        return self._process.pid

    def watch(self, process: ProcessIdentity) -> None:
        """Stop this process too if this program ends without :meth:`dismiss`."""
        self._tell(f"{process.name}\t{process.pid}\t{process.started}")

    def dismiss(self) -> None:
        """Everything has been stopped: the guardian may go."""
        self._tell(DONE)
        try:
            self._process.communicate(timeout=10)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin is None:
            raise RuntimeError("The guardian has no standard input.")
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            # It was ended by somebody; the next start finds what is left by the state file.
            return


def main() -> None:
    """What the guardian's process does."""
    for deaf_to in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(deaf_to, signal.SIG_IGN)
    watched: list[ProcessIdentity] = []
    for line in sys.stdin:
        if line.strip() == DONE:
            return
        name, pid, started = line.rstrip("\n").split("\t")
        watched.append(ProcessIdentity(name, int(pid), started))
    for process in reversed(watched):
        stop(process, PATIENCE)


if __name__ == "__main__":
    main()

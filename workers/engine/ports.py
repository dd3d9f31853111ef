"""Free ports on this machine: the well-known ones if nobody has them."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from workers.engine.errors import EngineError
from workers.engine.locking import FileLock, LockHeld

LOOPBACK = "127.0.0.1"


class PortReservations:
    """Ports promised to one platform until it ends, so that two that start at once do not choose the same.

    A port is free until the program that was promised it listens, which takes a JVM several seconds.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(tempfile.gettempdir()) / f"due-process-ports-{os.getuid()}"
        self._locks: list[FileLock] = []

    def reserve(self, what_for: str, preferred: int, others: Iterable[int]) -> int:
        """The preferred port, or the first of the others that is free.

        :raises EngineError: none is free.
        """
        for port in chain([preferred], others):
            if self._promise(port):
                return port
        raise EngineError(
            f"No port is free for {what_for}: {preferred} and its neighbours are taken. "
            "Stop a program that listens there."
        )

    def release(self) -> None:
        """Give all promised ports back."""
        while self._locks:
            self._locks.pop().release()

    def _promise(self, port: int) -> bool:
        lock = FileLock(self._folder / str(port))
        try:
            lock.acquire(wait=False)
        except LockHeld:
            return False
        if not is_free(port):
            lock.release()
            return False
        self._locks.append(lock)
        return True


def is_free(port: int) -> bool:
    """Whether nobody listens on the port, on any address of this machine."""
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET, LOOPBACK), (socket.AF_INET6, "::")):  # noqa: S104
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as error:
            if family == socket.AF_INET6 and error.errno not in (98, 48):
                continue
            return False
    return True

"""Downloads that end whole or not at all.

A file is written beside its place as ``….part``, resumed there after an interruption, compared with its checksum, and
only then moved into place: what lies under the final name is whole. The servers and the names of the files on them are
those of jgo, whose own downloader writes in place and only warns of a wrong checksum.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jgo.maven import PythonResolver
from jgo.util import http

from workers.engine.errors import PackageError
from workers.engine.lock import Package

CHUNK = 256 * 1024
OK, PARTIAL_CONTENT = 200, 206
LONGEST_CAUSE = 100
CAUSES = {
    "nameresolution": "the package server's name is not known here",
    "getaddrinfo": "the package server's name is not known here",
    "refused": "the connection is refused",
    "timed out": "the package server does not answer in time",
    "certificate": "the package server's certificate is not trusted here",
}


class Interrupted(Exception):
    """The download was told to stop; what arrived is kept for the next time."""


class CheckedResolver(PythonResolver):
    """jgo's resolver with downloads that are resumed, checked, and moved into place only when whole.

    :param advance: told how many bytes arrived; a negative number takes some back.
    :param stop: set to end the download early.
    """

    def __init__(
        self,
        package: Package,
        advance: Callable[[int], None],
        stop: threading.Event | None = None,
        *,
        attempts: int = 5,
        first_pause: float = 1.0,
    ) -> None:
        super().__init__()
        self.package = package
        self.advance = advance
        self.stop = stop or threading.Event()
        self.attempts = attempts
        self.first_pause = first_pause

    def download(self, artifact: Any) -> Path:
        """Fetch the artifact from the first server that has it.

        :raises PackageError: no server answers or has it, or what they send does not match the checksum.
        :raises Interrupted: the stop event was set.
        """
        path: Path = artifact.cached_path
        part = partial(path)
        part.parent.mkdir(parents=True, exist_ok=True)
        location = f"{artifact.component.path_prefix.as_posix()}/{artifact.filename}"
        urls = [f"{server}/{location}" for server in artifact.context.remote_repos.values()]
        problem, mismatches = "", 0
        for attempt in range(self.attempts):
            if attempt and self.stop.wait(self.first_pause * 2 ** (attempt - 1)):
                raise Interrupted
            for url in urls:
                try:
                    self._receive(url, part, artifact.context.timeout)
                except OSError as error:  # what requests raises is an OSError
                    problem = _cause(error)
                    continue
                if _sha256(part) == self.package.sha256:
                    _move_into_place(part, path)
                    return path
                self._start_over(part)
                mismatches += 1
            if mismatches > len(urls):
                raise PackageError(
                    f"{path.name} was fetched twice and does not match its checksum, so it was thrown away: something "
                    "between here and the package server alters downloads. Try again from another network."
                )
        raise PackageError(
            f"{path.name} could not be fetched: {problem}. Check the connection to the internet (and HTTPS_PROXY, if a "
            "proxy is needed) and start again: what has arrived is kept."
        )

    def _receive(self, url: str, part: Path, timeout: float) -> None:
        have = part.stat().st_size if part.exists() else 0
        if have >= self.package.size:
            return
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with http.get(url, stream=True, timeout=timeout, headers=headers) as response:
            if have and response.status_code != PARTIAL_CONTENT:
                self._start_over(part)
            if response.status_code not in (OK, PARTIAL_CONTENT):
                raise OSError(f"the package server answers {response.status_code}")
            with part.open("ab") as file:
                for chunk in response.iter_content(chunk_size=CHUNK):
                    if self.stop.is_set():
                        raise Interrupted
                    file.write(chunk)
                    self.advance(len(chunk))
        if part.stat().st_size < self.package.size:
            raise OSError("the connection ended early")

    def _start_over(self, part: Path) -> None:
        self.advance(-part.stat().st_size)
        part.unlink()


def partial(path: Path) -> Path:
    """Where a file is kept until it is whole."""
    return path.with_name(f"{path.name}.part")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move_into_place(part: Path, path: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def _cause(error: OSError) -> str:
    text = str(error)
    for sign, cause in CAUSES.items():
        if sign in text.lower():
            return cause
    return text if len(text) <= LONGEST_CAUSE else type(error).__name__

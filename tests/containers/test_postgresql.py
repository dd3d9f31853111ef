"""The tests of the records and of the letters, against PostgreSQL in a container."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from tests.containers.docker import docker, run, wait_until
from tests.containers.stand_ins import Image

PASSWORD = "open-sesame"
TESTED = ("tests/unit/records", "tests/unit/cases", "tests/unit/registers", "tests/unit/notices/test_outbox.py")


@pytest.fixture
def server(postgres_image: Image) -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    container = docker(
        *("run", "--detach", "--publish", "127.0.0.1:0:5432", "--env", f"POSTGRES_PASSWORD={PASSWORD}"),
        str(postgres_image),
    )
    try:
        ready = ("exec", container, "pg_isready", "--quiet", "--host", "127.0.0.1", "--username", "postgres")
        wait_until(lambda: run("docker", *ready, check=False).returncode == 0, "PostgreSQL answers")
        port = docker("port", container, "5432").splitlines()[0].rpartition(":")[2]
        yield f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        docker("rm", "--force", "--volumes", container)


def test_the_records_are_as_good_on_postgresql(server: str) -> None:
    done = run(
        *(sys.executable, "-m", "pytest", "-q", "-k", "postgresql", "-p", "no:cacheprovider", *TESTED),
        timeout=400,
        env=os.environ | {"DUEPROCESS_TEST_POSTGRESQL_URL": server},
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor

import pytest

from tests.unit.records.fixtures import backend, database, empty_database, migrated
from tests.unit.runtime.fake_gateway import FakeGateway
from workers.runtime.threads import DaemonThreads
from workers.settings import Settings

__all__ = ["backend", "database", "empty_database", "migrated"]


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with FakeGateway() as fake:
        yield fake


@pytest.fixture
def settings(gateway: FakeGateway) -> Settings:
    return Settings(engine_grpc=gateway.address, worker_jobs=4, worker_stop_seconds=5)


@pytest.fixture
def threads() -> Iterator[Executor]:
    with DaemonThreads(2, "test") as pool:
        yield pool

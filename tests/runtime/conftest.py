"""A real engine for the job loop: the one ``DUEPROCESS_TEST_ENGINE_GRPC`` names (host:port), or one of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from workers.engine.platform import running_platform
from workers.engine.programs import Shape
from workers.settings import Settings

GIVEN = "DUEPROCESS_TEST_ENGINE_GRPC"
_OURS = "DUEPROCESS_TEST_ENGINE_STARTED"


def address() -> str:
    """The engine's gateway."""
    return os.environ.get(GIVEN) or os.environ[_OURS]


@pytest.fixture(scope="session", autouse=True)
def _engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    if os.environ.get(GIVEN):
        yield
        return
    settings = Settings(data_dir=tmp_path_factory.mktemp("engine"))
    with running_platform(settings, shape=Shape.BROKER) as platform, pytest.MonkeyPatch.context() as patch:
        patch.setenv(_OURS, platform.grpc)
        yield

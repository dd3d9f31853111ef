"""The state file, by which other commands find the running platform."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workers.engine.processes import ProcessIdentity, identify
from workers.engine.programs import Ports, Shape
from workers.engine.state import (
    PlatformState,
    forget_state,
    read_state,
    running_state,
    state_file,
    with_running_platform,
    write_state,
)
from workers.settings import Settings

PORTS = Ports(grpc=26510, command=26511, internal=26512, rest=8180, management=9601, opensearch=9201)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("DUEPROCESS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def this_process() -> ProcessIdentity:
    identity = identify("Camunda", os.getpid())
    assert identity is not None
    return identity


def ready_state() -> PlatformState:
    return PlatformState(Shape.FULL, PORTS, (this_process(),), ready=True)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_state(tmp_path, ready_state())

    assert read_state(tmp_path) == ready_state()
    assert running_state(Settings(data_dir=tmp_path)) == ready_state()

    forget_state(tmp_path)

    assert read_state(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"shape": "full"}', '{"shape": "odd", "ports": {}}'])
def test_an_unreadable_file_is_no_state(tmp_path: Path, content: str) -> None:
    state_file(tmp_path).write_text(content)

    assert read_state(tmp_path) is None


@pytest.mark.parametrize(
    "state",
    [
        PlatformState(Shape.FULL, PORTS, (), ready=True),
        PlatformState(Shape.FULL, PORTS, (ProcessIdentity("Camunda", os.getpid(), "1"),), ready=True),
        PlatformState(Shape.FULL, PORTS, (this_process(),), ready=False),
    ],
    ids=["no processes", "an earlier process", "still starting"],
)
def test_only_a_platform_that_can_be_used_is_running(tmp_path: Path, state: PlatformState) -> None:
    write_state(tmp_path, state)
    settings = Settings(data_dir=tmp_path)

    assert running_state(settings) is None
    assert with_running_platform(settings) == settings


def test_the_running_platform_fills_in_the_addresses(tmp_path: Path) -> None:
    write_state(tmp_path, ready_state())

    settings = with_running_platform(Settings(data_dir=tmp_path))

    assert (settings.engine_grpc, settings.engine_rest) == ("127.0.0.1:26510", "http://127.0.0.1:8180")


def test_an_address_that_was_given_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEPROCESS_ENGINE_GRPC", "engine.example:26500")
    write_state(tmp_path, ready_state())

    settings = with_running_platform(Settings(data_dir=tmp_path))

    assert (settings.engine_grpc, settings.engine_rest) == ("engine.example:26500", "http://127.0.0.1:8180")

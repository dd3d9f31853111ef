"""Ports: the well-known ones if nobody has them, and never one that two platforms were promised."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from workers.engine.errors import EngineError
from workers.engine.ports import PortReservations, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


@pytest.fixture
def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_listener_takes_its_port(taken: int, free: int) -> None:
    assert not is_free(taken)
    assert is_free(free)


def test_the_preferred_port_is_taken_when_free(tmp_path: Path, free: int) -> None:
    assert PortReservations(tmp_path).reserve("the test", free, []) == free


def test_another_port_is_taken_when_the_preferred_is_not_free(tmp_path: Path, taken: int, free: int) -> None:
    assert PortReservations(tmp_path).reserve("the test", taken, [taken, free]) == free


def test_no_free_port_is_said(tmp_path: Path, taken: int) -> None:
    with pytest.raises(EngineError, match="No port is free for the test"):
        PortReservations(tmp_path).reserve("the test", taken, [taken])


def test_a_port_is_promised_once_until_it_is_given_back(tmp_path: Path, free: int) -> None:
    first, second = PortReservations(tmp_path), PortReservations(tmp_path)
    first.reserve("the first", free, [])
    with pytest.raises(EngineError):
        second.reserve("the second", free, [])

    first.release()

    assert second.reserve("the second", free, []) == free
    second.release()

from __future__ import annotations

import pytest

from workers.web import brake as brake_module
from workers.web.brake import FORGOTTEN_AFTER, FREE_PER_ADDRESS, FREE_PER_USER, Brake


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_waits_double_up_to_a_quarter_of_an_hour(clock: Clock) -> None:
    brake = Brake(clock)
    for _ in range(FREE_PER_USER):
        assert brake.attempt("someone", "a") == 0

    waits: list[float] = []
    for _ in range(8):
        waits.append(brake.attempt("SOMEONE", f"b{len(waits)}"))
        clock.now += waits[-1]
        assert brake.attempt("someone", f"c{len(waits)}") == 0
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_trying_while_waiting_does_not_lengthen_the_wait(clock: Clock) -> None:
    brake = Brake(clock)
    for _ in range(FREE_PER_USER):
        brake.attempt("someone", "a")
    clock.now += 10
    assert [brake.attempt("someone", "a") for _ in range(3)] == [20, 20, 20]


def test_an_address_that_tries_many_users(clock: Clock) -> None:
    brake = Brake(clock)
    for number in range(FREE_PER_ADDRESS):
        assert brake.attempt(f"user{number}", "a") == 0

    assert brake.attempt("another", "a") == 30
    assert brake.attempt("another", "b") == 0


def test_a_right_password_begins_afresh(clock: Clock) -> None:
    brake = Brake(clock)
    for _ in range(3):
        for _ in range(FREE_PER_USER - 1):
            assert brake.attempt("someone", "a") == 0
        assert brake.attempt("someone", "a") == 0
        brake.passed("someone", "a")
    assert brake.attempt("someone", "a") == 0


def test_an_undecided_try_does_not_count(clock: Clock) -> None:
    brake = Brake(clock)
    for _ in range(FREE_PER_USER * 3):
        assert brake.attempt("someone", "a") == 0
        brake.undecided("someone", "a")


def test_failures_are_forgotten_after_a_day(clock: Clock) -> None:
    brake = Brake(clock)
    for _ in range(FREE_PER_USER - 1):
        brake.attempt("someone", "a")
    clock.now += FORGOTTEN_AFTER + 1
    for _ in range(FREE_PER_USER):
        assert brake.attempt("someone", "b") == 0
    assert brake.attempt("someone", "b") > 0


def test_memory_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brake_module, "MOST_REMEMBERED", 10)
    brake = Brake(clock)
    for number in range(100):
        brake.attempt(f"user{number}", f"address{number}")
    assert len(brake._failures) == 10

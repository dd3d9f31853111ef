from __future__ import annotations

from datetime import timedelta

import pytest

from workers.runtime.backoff import Pauses, wait_before_retry
from workers.runtime.contract import RetryPolicy

POLICY = RetryPolicy(retries=5, first=timedelta(seconds=2), factor=3, longest=timedelta(seconds=40), jitter=0.5)


@pytest.mark.parametrize(
    ("left", "chance", "seconds"),
    [
        (4, 0.0, 2),
        (3, 0.0, 6),
        (2, 0.0, 18),
        (1, 0.0, 40),
        (4, 1.0, 3),
        (1, 1.0, 60),
        (9, 0.0, 2),  # the diagram gives more retries than the policy knows of
    ],
)
def test_each_wait_is_longer(left: int, chance: float, seconds: float) -> None:
    assert wait_before_retry(POLICY, left, lambda: chance) == timedelta(seconds=seconds)


@pytest.mark.parametrize("in_the_diagram", [3, 5, 8, 12])
def test_an_outage_of_an_hour_ends_without_an_incident(in_the_diagram: int) -> None:
    policy = RetryPolicy()
    waits = [wait_before_retry(policy, left, lambda: 0.0) for left in range(in_the_diagram - 1, 0, -1)]
    assert sum(waits, timedelta()) >= timedelta(hours=1)


def test_with_the_policy_s_own_retries_the_first_wait_is_short() -> None:
    assert wait_before_retry(RetryPolicy(), RetryPolicy().retries - 1) < timedelta(seconds=3)


def test_pauses_grow_to_their_longest_and_begin_again() -> None:
    pauses = Pauses(0.5, 3.0, chance=lambda: 1.0)
    assert [pauses.next() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    pauses.reset()
    assert pauses.next() == 0.5


def test_pauses_outlast_a_long_outage() -> None:
    pauses = Pauses(0.5, 3.0, chance=lambda: 0.0)
    assert [pauses.next() for _ in range(5000)][-1] == 1.5

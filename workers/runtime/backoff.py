"""How long a job waits before it is tried again, and how long the worker waits before it asks the engine again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from workers.runtime.contract import RetryPolicy

Chance = Callable[[], float]
"""A number from 0 up to 1, as :func:`random.random` gives it."""


def wait_before_retry(policy: RetryPolicy, retries_left: int, chance: Chance = random.random) -> timedelta:
    """How long a job waits that has just failed and has ``retries_left`` left.

    The diagram says how many retries there are, the policy how long they last: waits are counted from the last one
    back. With ``policy.retries`` in the diagram a job is first tried again at once; with fewer (a diagram that says
    nothing gives 3) it starts with the policy's longer waits. Either way the retries outlast an hour's outage.
    """
    turn = max(1, policy.retries - retries_left)
    wait = min(policy.first.total_seconds() * policy.factor ** (turn - 1), policy.longest.total_seconds())
    # Only ever longer: shorter ones could end before the outage does.
    return timedelta(seconds=wait * (1 + policy.jitter * chance()))


class Pauses:
    """Growing pauses, in seconds, between attempts to reach the engine; half of each is left to chance."""

    def __init__(self, first: float, longest: float, chance: Chance = random.random) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance
        self._turn = 0

    def next(self) -> float:
        """The next pause."""
        # The exponent is bounded so that a week's outage does not overflow.
        pause = min(self._longest, self._first * 2.0 ** min(self._turn, 30))
        self._turn += 1
        return pause * (0.5 + self._chance() / 2)

    def reset(self) -> None:
        """Begin with the shortest pause again."""
        self._turn = 0

"""A brake on guessing passwords: after a few failures, a wait that doubles with each further one."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE_PER_USER = 5
FREE_PER_ADDRESS = 20
"""More than per user, because an office may come from one address."""
FIRST_WAIT = 30.0
LONGEST_WAIT = 15 * 60.0
FORGOTTEN_AFTER = 24 * 60 * 60.0
"""Seconds, all three."""
MOST_REMEMBERED = 10_000

_Key = tuple[str, str]


@dataclass
class _Failures:
    count: int
    last: float
    wait_until: float


class Brake:
    """Counts failures by user name and by address. It lives in one process and forgets when that ends.

    :param seconds: a clock that never goes back.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._failures: OrderedDict[_Key, _Failures] = OrderedDict()

    def attempt(self, username: str, address: str) -> float:
        """Ask to try a password: 0 if it may be tried, else the seconds to wait first.

        What may be tried counts as a failure until :meth:`passed` or :meth:`undecided` takes it back, so that tries
        made at the same time all count.
        """
        now = self._seconds()
        keys = _keys(username, address)
        wait = max((found.wait_until - now for key in keys if (found := self._remembered(key, now))), default=0.0)
        if wait > 0:
            return wait
        for key, free in keys.items():
            failures = self._failures.setdefault(key, _Failures(0, now, now))
            failures.count += 1
            failures.last = now
            if failures.count >= free:
                doublings = min(failures.count - free, 10)
                failures.wait_until = now + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
            self._failures.move_to_end(key)
        while len(self._failures) > MOST_REMEMBERED:
            self._failures.popitem(last=False)
        return 0.0

    def passed(self, username: str, address: str) -> None:
        """The password was right: the user starts afresh, the address gets this try back."""
        user, _ = _keys(username, address)
        self.undecided(username, address)
        self._failures.pop(user, None)

    def undecided(self, username: str, address: str) -> None:
        """Nobody could say whether the password was right: the try does not count."""
        for key in _keys(username, address):
            if (failures := self._failures.get(key)) is not None:
                failures.count -= 1
                failures.wait_until = self._seconds()
                if failures.count <= 0:
                    del self._failures[key]

    def _remembered(self, key: _Key, now: float) -> _Failures | None:
        failures = self._failures.get(key)
        if failures is not None and now - failures.last > FORGOTTEN_AFTER:
            del self._failures[key]
            return None
        return failures


def _keys(username: str, address: str) -> dict[_Key, int]:
    return {("user", username.lower()): FREE_PER_USER, ("address", address): FREE_PER_ADDRESS}

"""Writing letters: ``NUMBER``. Told to, it writes so many and answers how long each took."""

from __future__ import annotations

import sys
import time

from bench.child import say
from bench.sample_letters import Letters, assignment
from workers.settings import Settings


def main(number: int) -> None:
    """Write letters for as long as told to."""
    say(ready=True)
    done = 0
    while sys.stdin.readline().strip():
        if not done:
            letters = Letters(Settings())
        took = []
        size = 0
        for index in range(done, done + number):
            given = assignment(index)
            began = time.perf_counter()
            pdf = letters.written(given).pdf
            took.append(time.perf_counter() - began)
            if pdf is None:
                raise RuntimeError("The letter was not printed.")
            size = len(pdf)
        done += number
        say(took=took, bytes=size)


if __name__ == "__main__":
    main(int(sys.argv[1]))

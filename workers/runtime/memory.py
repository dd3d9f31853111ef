"""Python's garbage collection, for a process that runs for months."""

from __future__ import annotations

import gc

COLLECT_AFTER = 50_000
"""Objects; Python's own 700 are reached with every few jobs."""


def settle() -> None:
    """Leave what was loaded out of every later collection: looking through it cost a fifth of a job."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 10, 10)

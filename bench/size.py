"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Numbers of jobs, rounds and seconds."""

    rounds: int = 3
    warm_up: int = 1500
    backlog: int = 5000
    backlog_pyzeebe: int = 400
    seconds_pyzeebe: int = 20
    live: int = 2000
    latency: int = 300
    latency_warm_up: int = 20
    per_second: float = 20.0
    idle_seconds: float = 30.0
    letters: int = 400
    papers: int = 40
    few_rows: int = 1_000
    many_rows: int = 1_000_000
    record_jobs: int = 200


QUICK = Size(
    warm_up=200,
    backlog=600,
    seconds_pyzeebe=6,
    live=300,
    latency=60,
    idle_seconds=5.0,
    letters=60,
    papers=10,
    many_rows=50_000,
    record_jobs=50,
)
"""To see that everything works; its figures mean little."""

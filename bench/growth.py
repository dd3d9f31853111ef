"""Whether a job costs the same when the records have grown."""

from __future__ import annotations

from pathlib import Path

from bench.child import child
from bench.figures import OURS, Aim, Figure, number
from bench.load import Load
from bench.size import Size


async def growing(load: Load, size: Size, logs: Path) -> list[Figure]:
    """The same jobs on small and on large records, in turn."""
    del load
    async with child(
        "records", size.few_rows, size.many_rows, size.record_jobs, size.rounds, logs / "records", logs=logs
    ) as job:
        answer = await job.ask()
    small = f"{number(size.few_rows)} rows a table"
    what = f"{number(size.many_rows)} cases, events and results"
    figures = []
    for name, unit in (("wall", "ms / job"), ("cpu", "CPU ms / job")):
        for kind in ("open_case", "record_event"):
            values = {OURS: answer[f"many {kind} {name}"], small: answer[f"few {kind} {name}"]}
            figures.append(Figure(f"{kind} with {what}", unit, values, small, Aim(1.25)))
    return figures

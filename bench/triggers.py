"""Who has reached an absence trigger: of everybody, and of one person among few and many."""

from __future__ import annotations

from pathlib import Path

from bench.child import child
from bench.figures import OURS, Aim, Figure, number
from bench.load import Load
from bench.size import Size

PEOPLE_SHARE = 10
"""Of the rows the other jobs grow to, one in ten is a person here: 100,000 people of 1,000,000 rows."""
BARE = "counting rows only"
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


async def reaching(load: Load, size: Size, logs: Path) -> list[Figure]:
    """The trigger query over everybody, and the summary of one person, on small and on large records in turn."""
    del load
    many = size.many_rows // PEOPLE_SHARE
    async with child(
        "absences", size.few_rows, many, size.record_jobs, size.rounds, logs / "absences", logs=logs
    ) as job:
        answer = await job.ask()
    figures = []
    few = f"{number(size.few_rows)} people"
    note = f"{number(answer['absences'])} absences"
    for key, database in DATABASES.items():
        if f"{key} find many" not in answer:
            continue
        what = f"find_absence_triggers of {number(many)} people, a year, {database}"
        find = {OURS: answer[f"{key} find many"], BARE: answer[f"{key} bare many"]}
        figures.append(Figure(what, "ms", find, BARE, note=note))
        # PostgreSQL counts in a process of its own.
        figures.append(Figure(f"{what}: worker", "CPU ms", {OURS: answer[f"{key} find many cpu"]}))
        for name, unit in (("wall", "ms / job"), ("cpu", "CPU ms / job")):
            values = {OURS: answer[f"{key} summarise many {name}"], few: answer[f"{key} summarise few {name}"]}
            what = f"summarise_absence among {number(many)} people, {database}"
            figures.append(Figure(what, unit, values, few, Aim(1.25)))
    return figures

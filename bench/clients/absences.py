"""Absence jobs on records of two sizes, all but the way to the engine: ``FEW MANY JOBS ROUNDS FOLDER``.

On SQLite and, where DUEPROCESS_TEST_POSTGRESQL_URL is set, on PostgreSQL in a schema of its own.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import create_engine, func, or_, select, text
from sqlalchemy.engine import make_url

from bench.absence_records import FIRST_DAY, LAST_DAY, fill, staff_number
from bench.child import processor_seconds, say, told
from workers.records.database import Database, open_url
from workers.records.migrations import upgrade
from workers.records.models import Absence
from workers.runtime.catalogue import job_types
from workers.runtime.engine import HandlersEngine
from workers.runtime.execution import Execution
from workers.runtime.gateway import open_gateway
from workers.runtime.outcomes import Completed, Job
from workers.runtime.threads import DaemonThreads
from workers.settings import Settings

POSTGRESQL_URL = os.environ.get("DUEPROCESS_TEST_POSTGRESQL_URL", "")
RULE: dict[str, Any] = {
    "on": LAST_DAY.isoformat(),
    "period": {"amount": 12, "unit": "calendar_months"},
    "triggers": [
        {"name": "investigation", "days": 8, "occasions": 2},
        {"name": "early_notice", "days": 8, "occasions": 3},
    ],
    "disregard": ["pregnancy"],
}
PROTECTED = ["disability", "injury_at_work", "assault_at_work"]
_keys = itertools.count(1 << 51)


async def main(few: int, many: int, jobs: int, rounds: int, folder: Path) -> None:
    """Make the records, and do the same on them in turn."""
    served = job_types()
    say(ready=True)
    await told()
    threads = DaemonThreads(1, "records")
    measured: dict[str, list[float]] = defaultdict(list)
    absences = 0
    with ExitStack() as opened:
        for kind in ("sqlite", *(["postgresql"] if POSTGRESQL_URL else [])):
            executions = {}
            for name, people in (("few", few), ("many", many)):
                url = opened.enter_context(_records(kind, folder / name))
                database = open_url(url)
                opened.callback(database.close)
                upgrade(database)
                absences = fill(database, people)
                settings = Settings(data_dir=folder / name, database_url=url)
                engine = HandlersEngine(open_gateway(settings))
                executions[name] = (people, database, Execution(settings, engine, database, threads))
            for turn in range(rounds + 1):
                keep = turn > 0  # the first warms up
                for name, (people, database, execution) in executions.items():
                    batch = [made("summarise_absence", n * people // jobs) for n in range(jobs)]
                    wall, cpu = await _run(execution, served, batch)
                    if keep:
                        measured[f"{kind} summarise {name} wall"].append(1000 * wall / jobs)
                        measured[f"{kind} summarise {name} cpu"].append(1000 * cpu / jobs)
                    wall, cpu = await _run(execution, served, [made("find_absence_triggers", None)])
                    counted = _bare(database)
                    if keep:
                        measured[f"{kind} find {name}"].append(1000 * wall)
                        measured[f"{kind} find {name} cpu"].append(1000 * cpu)
                        measured[f"{kind} bare {name}"].append(1000 * counted)
    say(absences=absences, **measured)


async def _run(execution: Execution, served: Any, batch: list[Job]) -> tuple[float, float]:
    """What it took, in seconds and processor seconds."""
    began, used = time.perf_counter(), processor_seconds()
    for job in batch:
        outcome = await execution.run(served[job.type], job)
        if not isinstance(outcome, Completed):
            raise RuntimeError(f"{job.type} ended in {outcome}")
    return time.perf_counter() - began, processor_seconds() - used


def made(kind: str, person: int | None) -> Job:
    """A job, about one person or everybody."""
    variables = RULE if person is None else RULE | {"staff_number": staff_number(person), "protected": PROTECTED}
    key = next(_keys)
    return Job(
        key=key,
        type=kind,
        process_id="bench",
        process_instance_key=key - 5,
        element_id="Task_Bench",
        retries=3,
        engine_time=datetime(2025, 12, 31, 8, 0, tzinfo=UTC),
        variables=json.dumps(variables),
    )


def _bare(database: Database) -> float:
    """Seconds of the least that could find anybody: who has two rows in the period, whatever their days."""
    with database.reading() as session:
        began = time.perf_counter()
        session.execute(
            select(Absence.staff_number)
            .where(
                Absence.withdrawn_at.is_(None),
                Absence.pregnancy_related.is_(False),
                Absence.first_day <= LAST_DAY,
                or_(Absence.last_day.is_(None), Absence.last_day >= FIRST_DAY),
            )
            .group_by(Absence.staff_number)
            .having(func.count() >= 2)  # noqa: PLR2004
            .order_by(Absence.staff_number)
        ).all()
        return time.perf_counter() - began


@contextmanager
def _records(kind: str, folder: Path) -> Iterator[str]:
    """The URL of empty records."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'records.sqlite3'}"
        return
    name = f"bench_{uuid.uuid4().hex}"
    admin = create_engine(make_url(POSTGRESQL_URL).set(drivername="postgresql+psycopg"))
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    try:
        url = make_url(POSTGRESQL_URL).update_query_dict({"options": f"-csearch_path={name}"})
        yield url.render_as_string(hide_password=False)
    finally:
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        admin.dispose()


if __name__ == "__main__":
    fewer, more, number, turns = map(int, sys.argv[1:5])
    uvloop.run(main(fewer, more, number, turns, Path(sys.argv[5])))

"""Jobs on records of two sizes, all but the way to the engine: ``FEW MANY JOBS ROUNDS FOLDER``."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from bench.child import PROJECT, processor_seconds, say, told
from workers.people.importing import import_people
from workers.records.database import Database, open_database
from workers.records.migrations import upgrade
from workers.runtime.catalogue import job_types
from workers.runtime.engine import HandlersEngine
from workers.runtime.execution import Execution
from workers.runtime.gateway import open_gateway
from workers.runtime.outcomes import Completed, Job
from workers.runtime.threads import DaemonThreads
from workers.settings import Settings

STAFF = ("100100", "100101", "100102", "100103", "100104")
FIRST = datetime(2025, 1, 6, 9, 0)  # noqa: DTZ001 - as SQLite keeps it, in UTC
KINDS = ("open_case", "record_event")
_keys = itertools.count(1 << 51)


async def main(few: int, many: int, jobs: int, rounds: int, folder: Path) -> None:
    """Make both records, and run the same jobs on them in turn."""
    served = job_types()
    say(ready=True)
    await told()
    sizes = {"few": few, "many": many}
    threads = DaemonThreads(1, "records")
    databases: dict[str, Database] = {}
    executions: dict[str, Execution] = {}
    for name, rows in sizes.items():
        settings = Settings(data_dir=folder / name)
        databases[name] = filled(settings, rows)
        executions[name] = Execution(settings, HandlersEngine(open_gateway(settings)), databases[name], threads)
    chance = random.Random(1)  # noqa: S311 - the same cases in every run
    measured: dict[str, list[float]] = defaultdict(list)
    for turn in range(rounds + 1):
        for kind, name in itertools.product(KINDS, sizes):
            batch = [made(kind, sizes[name], chance) for _ in range(jobs)]
            began, used = time.perf_counter(), processor_seconds()
            for job in batch:
                outcome = await executions[name].run(served[kind], job)
                if not isinstance(outcome, Completed):
                    raise RuntimeError(f"{kind} ended in {outcome}")
            wall, cpu = time.perf_counter() - began, processor_seconds() - used
            if turn:  # the first warms up
                measured[f"{name} {kind} wall"].append(1000 * wall / jobs)
                measured[f"{name} {kind} cpu"].append(1000 * cpu / jobs)
    for database in databases.values():
        database.close()
    say(**measured)


def made(kind: str, rows: int, chance: random.Random) -> Job:
    """A job; its case is any of those there are."""
    number = chance.randrange(rows)
    moment = "2025-06-02T09:00:00+01:00"
    variables: dict[str, object] = {
        "case_reference": _reference(number),
        "event": "Appeal received",
        "happened_at": moment,
    }
    if kind == "open_case":
        variables = {
            "policy": "capability",
            "procedure": "capability_appeal",
            "staff_number": STAFF[number % len(STAFF)],
            "opened_at": moment,
            "about": f"DEC-2025-{next(_keys)}",
            "only_one": True,
        }
    key = next(_keys)
    return Job(
        key=key,
        type=kind,
        process_id="bench",
        process_instance_key=key - 5,
        element_id="Task_Bench",
        retries=3,
        engine_time=datetime(2025, 6, 2, 8, 0, tzinfo=UTC),
        variables=json.dumps(variables),
    )


def filled(settings: Settings, rows: int) -> Database:
    """Records with so many cases, each with an event and a job's result."""
    database = open_database(settings)
    upgrade(database)
    with database.session() as session:
        import_people(session, PROJECT / "samples" / "people.csv")
    database.close()
    with closing(sqlite3.connect(settings.data_dir / "records.sqlite3")) as file:
        file.execute("PRAGMA synchronous = OFF")
        file.execute("PRAGMA cache_size = -200000")
        with file:
            file.executemany(
                "INSERT INTO cases (reference, policy, procedure, staff_number, about, only_one_slot, opened_at,"
                " process_instance_key, job_key) VALUES (?, 'capability', 'capability_appeal', ?, ?, ?, ?, ?, ?)",
                _cases(rows),
            )
            file.executemany(
                "INSERT INTO case_events (case_reference, event, happened_at, facts, recorded_at, element_id, job_key)"
                " VALUES (?, 'Appeal received', ?, '{}', ?, 'Task_Bench', ?)",
                ((_reference(n), _moment(n), _moment(n), _key(n)) for n in range(rows)),
            )
            file.executemany(
                "INSERT INTO job_results (job_key, job_type, process_instance_key, element_id, outcome, done_at)"
                " VALUES (?, 'record_event', ?, 'Task_Bench', '{\"variables\": {}}', ?)",
                ((_key(n), _key(n) - 5, _moment(n)) for n in range(rows)),
            )
    return database


def _cases(rows: int) -> Iterator[tuple[object, ...]]:
    for n in range(rows):
        about = f"DEC-2024-{n:07}"
        yield (
            _reference(n),
            STAFF[n % len(STAFF)],
            about,
            f"capability_appeal:{about}",
            _moment(n),
            _key(n) - 5,
            _key(n),
        )


def _reference(number: int) -> str:
    return f"CAP-2024-{number:07}"


def _key(number: int) -> int:
    return (1 << 50) + 10 * number


def _moment(number: int) -> str:
    return (FIRST + timedelta(seconds=number)).isoformat(sep=" ", timespec="microseconds")


if __name__ == "__main__":
    few, many, jobs, rounds = map(int, sys.argv[1:5])
    uvloop.run(main(few, many, jobs, rounds, Path(sys.argv[5])))

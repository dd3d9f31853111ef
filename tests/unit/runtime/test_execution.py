"""What jobs end in, without an engine."""

from __future__ import annotations

import json
import logging
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.unit.runtime.handlers import SECRET, Gate, Records, ask_nothing, compute, declared, locked, wrong_result
from workers.records.database import Database
from workers.records.models import JobResult, Person
from workers.runtime.contract import JobType
from workers.runtime.engine import HandlersEngine
from workers.runtime.execution import Execution
from workers.runtime.outcomes import Completed, EndedInError, Failed, FailureKind, Job, Outcome
from workers.settings import Settings


def make_job(declared: JobType, variables: str, key: int = 7, retries: int = 3) -> Job:
    return Job(key, declared.name, "p", 1000, "Task_A", retries, datetime(2025, 3, 3, 9, tzinfo=UTC), variables)


class NoEngine(HandlersEngine):
    def __init__(self) -> None: ...


def execution(threads: Executor, database: Database | None = None) -> Execution:
    return Execution(Settings(), NoEngine(), database, threads, pauses_for_records=(0.01,))


async def computed(threads: Executor, name: str, retries: int = 3) -> Outcome:
    job = make_job(declared(compute), json.dumps({"name": name}), retries=retries)
    return await execution(threads).run(declared(compute), job)


async def test_dates_and_decimals_become_json_null_overwrites_and_unset_is_absent(threads: Executor) -> None:
    outcome = await computed(threads, "any")
    assert isinstance(outcome, Completed)
    assert json.loads(outcome.variables) == {"on": "2025-03-03", "amount": "12.50", "hearing": None}


async def test_a_declared_business_outcome_is_a_bpmn_error(threads: Executor) -> None:
    assert await computed(threads, "no answer") == EndedInError("NO_ANSWER", "There is none.", '{"on":"2025-03-03"}')


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("undeclared", FailureKind.DEFECT, "BPMN error WHATEVER, which it does not declare (declared: NO_ANSWER)"),
        ("defect", FailureKind.DEFECT, "This is a defect in the worker, not in the case: compute at Task_A"),
        ("person", FailureKind.PERSON_MUST_ACT, "Task_A: Give the name a value."),
        ("huge", FailureKind.PERSON_MUST_ACT, "gave a result of 3,000,012 bytes; the engine takes 2,000,000"),
        (f"!{SECRET}", FailureKind.PERSON_MUST_ACT, "name has a value this job does not accept"),
    ],
)
async def test_incidents(threads: Executor, name: str, kind: FailureKind, says: str) -> None:
    outcome = await computed(threads, name)
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.retries) == (kind, 0)
    assert says in outcome.message


@pytest.mark.parametrize(("retries", "left"), [(3, 2), (2, 1), (1, 0), (0, 0)])
async def test_try_again_uses_up_one_retry(threads: Executor, retries: int, left: int) -> None:
    outcome = await computed(threads, "away", retries)
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.retries) == (FailureKind.TRY_AGAIN, left)
    assert (outcome.back_off > timedelta()) == (left > 0)
    assert ("All retries are used up" in outcome.message) == (left == 0)


async def test_a_defect_is_logged_with_its_place_but_no_value(
    threads: Executor, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = await computed(threads, "defect")
    assert isinstance(outcome, Failed)
    assert "stopped with KeyError" in outcome.message
    assert "handlers.py" in caplog.text
    assert "builtins.KeyError" in caplog.text
    assert SECRET not in caplog.text + outcome.message


@pytest.mark.parametrize("variables", ["{not json", ""])
async def test_variables_that_are_no_json(threads: Executor, variables: str) -> None:
    outcome = await execution(threads).run(declared(compute), make_job(declared(compute), variables))
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.PERSON_MUST_ACT


async def test_a_result_of_another_type_is_a_defect(threads: Executor) -> None:
    job = make_job(declared(wrong_result), '{"name": "a"}')
    outcome = await execution(threads).run(declared(wrong_result), job)
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.DEFECT


async def test_a_job_without_input_or_output(threads: Executor) -> None:
    job = make_job(declared(ask_nothing), "")
    assert await execution(threads).run(declared(ask_nothing), job) == Completed("{}")


async def test_an_asynchronous_handler(threads: Executor) -> None:
    gate = Gate()
    gate.open.set()
    waits = gate.job_type()
    assert await execution(threads).run(waits, make_job(waits, "{}")) == Completed("{}")


# Records: everything a job writes is kept once.


def people(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(JobResult)) or 0


async def test_a_job_that_comes_again_gets_its_first_result(threads: Executor, database: Database) -> None:
    records = Records()
    write = records.job_type()
    before = people(database)
    job = make_job(write, '{"name": "a"}')
    first = await execution(threads, database).run(write, job)
    assert first == Completed('{"unset":"run 1"}', committed=True)
    # The worker died before it could complete the job; another one gets it.
    again = await execution(threads, database).run(write, replace(job, retries=2))
    assert isinstance(again, Completed)
    assert (json.loads(again.variables), again.committed) == ({"unset": "run 1"}, False)
    assert (records.runs, people(database) - before) == (1, 1)


async def test_a_business_outcome_keeps_what_was_written_and_is_repeated(threads: Executor, database: Database) -> None:
    records = Records()
    write = records.job_type()
    before = people(database)
    job = make_job(write, '{"name": "post it"}')
    first = await execution(threads, database).run(write, job)
    again = await execution(threads, database).run(write, job)
    assert isinstance(first, EndedInError)
    assert isinstance(again, EndedInError)
    assert (again.code, again.message) == (first.code, first.message) == ("POST_IT", "No address.")
    assert json.loads(again.variables) == json.loads(first.variables) == {"letter": "L-1"}
    assert (records.runs, people(database) - before) == (1, 1)


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("y")])
async def test_a_defect_leaves_nothing_behind(threads: Executor, database: Database, error: Exception) -> None:
    records = Records()
    records.before = lambda run: _raise(error)
    write = records.job_type()
    before = people(database)
    outcome = await execution(threads, database).run(write, make_job(write, '{"name": "a"}'))
    assert isinstance(outcome, Failed)
    assert (people(database) - before, stored(database)) == (0, 0)


async def test_a_locked_database_is_tried_again_here_and_then_by_the_engine(
    threads: Executor, database: Database
) -> None:
    records = Records()
    records.before = locked
    write = records.job_type()
    outcome = await execution(threads, database).run(write, make_job(write, '{"name": "a"}', retries=8))
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.retries, records.runs) == (FailureKind.TRY_AGAIN, 7, 2)
    assert outcome.message == "The records (database) cannot be reached or are locked."

    records.before = lambda run: None
    assert isinstance(await execution(threads, database).run(write, make_job(write, '{"name": "a"}')), Completed)


async def test_a_short_lock_costs_no_retry(threads: Executor, database: Database) -> None:
    records = Records()
    records.before = lambda run: locked() if run == 1 else None
    write = records.job_type()
    assert isinstance(await execution(threads, database).run(write, make_job(write, '{"name": "a"}')), Completed)


async def test_records_of_another_backup_are_refused(threads: Executor, database: Database) -> None:
    records = Records()
    write = records.job_type()
    job = make_job(write, '{"name": "a"}')
    await execution(threads, database).run(write, job)
    outcome = await execution(threads, database).run(write, replace(job, process_instance_key=4))
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.PERSON_MUST_ACT
    assert "different backups" in outcome.message


async def test_a_rival_s_result_is_taken(threads: Executor, database: Database) -> None:
    """Another worker finishes the same job while this one is at it (PostgreSQL lets both run)."""
    records = Records()
    write = records.job_type()
    job = make_job(write, '{"name": "a"}')

    def rival_first(run: int) -> None:
        if run == 1:
            from sqlalchemy.exc import IntegrityError  # noqa: PLC0415

            raise IntegrityError("insert", {}, Exception("UNIQUE constraint failed: job_results.job_key"))

    records.before = rival_first
    outcome = await execution(threads, database).run(write, job)
    assert outcome == Completed('{"unset":"run 2"}', committed=True)
    assert stored(database) == 1


async def test_records_that_are_not_set_up_say_how_to(
    threads: Executor, empty_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    write = Records().job_type()
    caplog.set_level(logging.INFO)
    outcome = await execution(threads, empty_database).run(write, make_job(write, '{"name": "a"}'))
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.retries) == (FailureKind.PERSON_MUST_ACT, 0)
    assert "dueprocess records upgrade" in outcome.message

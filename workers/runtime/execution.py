"""Running one job: validate its input, call its handler, and say what it ended in. Knows nothing of the transport."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import pydantic_core
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from workers.runtime import wording
from workers.runtime.backoff import wait_before_retry
from workers.runtime.contract import (
    Engine,
    HandlerShape,
    JobContext,
    JobInput,
    JobOutput,
    JobType,
)
from workers.runtime.errors import BusinessOutcome, PersonMustAct, TryAgain
from workers.runtime.outcomes import Completed, EndedInError, Failed, FailureKind, Job, Outcome
from workers.runtime.results import earlier_result, keep_result

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from workers.records.database import Database
    from workers.settings import Settings

log = logging.getLogger(__name__)

LARGEST_RESULT = 2_000_000
"""Bytes; the engine refuses commands above 4 MB, and a result shares its batch with what follows from it."""

ATTEMPTS_AGAINST_RIVALS = 3
"""How often a transaction is begun again that lost a race for a unique value."""

PAUSES_FOR_RECORDS = (0.5, 2.0, 5.0)
"""Seconds between attempts to reach the records, before the job is given back with one retry fewer."""


class _UndeclaredError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Execution:
    """Runs jobs of any type, one at a time or many at once."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        database: Database | None,
        threads: Executor,
        pauses_for_records: Sequence[float] = PAUSES_FOR_RECORDS,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._database = database
        self._threads = threads
        self._pauses = pauses_for_records

    async def run(self, declared: JobType, job: Job) -> Outcome:
        """Run the job; whatever goes wrong comes back as an outcome, never as an exception."""
        try:
            outcome = await self._attempt(declared, job)
        except PersonMustAct as error:
            return Failed(FailureKind.PERSON_MUST_ACT, wording.with_element(job, error.message))
        except TryAgain as error:
            return _try_again(declared, job, error.message)
        except _UndeclaredError as error:
            return Failed(FailureKind.DEFECT, wording.undeclared_error(declared, job, error.code))
        except Exception as error:  # noqa: BLE001 - a handler's defect must become an incident, whatever it is
            log.error(
                "A job stopped with a defect in the worker.\n%s", traceback_without_values(error), extra=job.log_fields
            )
            return Failed(FailureKind.DEFECT, wording.defect(declared, job, error))
        size = len(outcome.variables.encode())
        if size > LARGEST_RESULT:
            return Failed(FailureKind.PERSON_MUST_ACT, wording.result_too_large(declared, job, size, LARGEST_RESULT))
        return outcome

    async def _attempt(self, declared: JobType, job: Job) -> Completed | EndedInError:
        data = self._input_of(declared, job)
        match declared.shape:
            case HandlerShape.COMPUTES:
                return _outcome_of(declared, lambda: declared.handler(data))
            case HandlerShape.RECORDS:
                return await self._with_records(declared, job, data)
            case HandlerShape.ASYNC:
                return await self._asynchronously(declared, job, data)

    def _input_of(self, declared: JobType, job: Job) -> JobInput:
        try:
            return declared.input_model.model_validate_json(job.variables or "{}")
        except ValidationError as error:
            if any(detail["type"] == "json_invalid" for detail in error.errors(include_input=False)):
                raise PersonMustAct(wording.unreadable_variables(declared, job)) from None
            raise PersonMustAct(wording.invalid_input(declared, job, error)) from None

    async def _asynchronously(self, declared: JobType, job: Job, data: JobInput) -> Completed | EndedInError:
        try:
            output: Any = declared.handler(data, self._context(job, None))
            output = await output
        except BusinessOutcome as error:
            return _declared_error(declared, error)
        return Completed(_serialised(declared, output))

    async def _with_records(self, declared: JobType, job: Job, data: JobInput) -> Completed | EndedInError:
        loop = asyncio.get_running_loop()
        for pause in self._pauses:
            try:
                return await loop.run_in_executor(self._threads, self._in_transaction, declared, job, data)
            except TryAgain as error:
                if not isinstance(error.__cause__, (DBAPIError, PoolTimeout)):
                    raise
            await asyncio.sleep(pause)
        return await loop.run_in_executor(self._threads, self._in_transaction, declared, job, data)

    def _in_transaction(self, declared: JobType, job: Job, data: JobInput) -> Completed | EndedInError:
        if self._database is None:
            raise RuntimeError(f"{declared.name} needs the records, and this worker was started without them.")
        for attempt in range(1, ATTEMPTS_AGAINST_RIVALS + 1):
            try:
                with self._database.session() as session:
                    earlier = earlier_result(session, declared, job)
                    if earlier is not None:
                        log.info("A job came again; it gets its first result.", extra=job.log_fields)
                        return earlier
                    context = self._context(job, session)
                    outcome = _outcome_of(declared, lambda: declared.handler(data, context), committed=True)  # noqa: B023
                    keep_result(session, job, outcome)
                return outcome
            except IntegrityError:
                # Another worker finished this job first, or took the number this one was about to give.
                if attempt == ATTEMPTS_AGAINST_RIVALS:
                    raise
            except (DBAPIError, PoolTimeout) as error:
                trouble = _records_trouble(error)
                if trouble is None:
                    raise
                raise trouble from error
        raise AssertionError("unreachable")

    def _context(self, job: Job, session: Session | None) -> JobContext:
        return JobContext(
            key=job.key,
            process_id=job.process_id,
            process_instance_key=job.process_instance_key,
            element_id=job.element_id,
            engine_time=job.engine_time,
            settings=self._settings,
            engine=self._engine,
            open_records=session,
        )


def _outcome_of(declared: JobType, call: Callable[[], Any], *, committed: bool = False) -> Completed | EndedInError:
    try:
        output = call()
    except BusinessOutcome as error:
        return _declared_error(declared, error, committed=committed)
    return Completed(_serialised(declared, output), committed=committed)


def _declared_error(declared: JobType, error: BusinessOutcome, *, committed: bool = False) -> EndedInError:
    if error.code not in {known.code for known in declared.errors}:
        raise _UndeclaredError(error.code) from error
    variables = pydantic_core.to_json(error.variables).decode()
    return EndedInError(error.code, error.message, variables, committed=committed)


def _serialised(declared: JobType, output: Any) -> str:
    """The output as JSON: a variable the handler did not set is absent, one it set to nothing overwrites.

    Only whole variables can be absent: inside one, every field is written, so that an expression finds it.
    """
    if not isinstance(output, JobOutput) or not isinstance(output, declared.output_model):
        raise TypeError(f"{declared.name} returned {type(output).__name__}, not {declared.output_model.__name__}")
    return output.model_dump_json(include=set(output.model_fields_set), by_alias=True)


def _try_again(declared: JobType, job: Job, message: str) -> Failed:
    left = max(0, job.retries - 1)
    if left == 0:
        return Failed(FailureKind.TRY_AGAIN, wording.last_retry(message))
    return Failed(FailureKind.TRY_AGAIN, message, left, wait_before_retry(declared.retry, left))


def _records_trouble(error: DBAPIError | PoolTimeout) -> TryAgain | PersonMustAct | None:
    if isinstance(error, PoolTimeout):
        return TryAgain(wording.records_away())
    original = error.orig
    if isinstance(original, sqlite3.OperationalError) and str(original).startswith(("no such table", "no such column")):
        return PersonMustAct(wording.records_not_set_up())
    if isinstance(error, ProgrammingError) and getattr(original, "sqlstate", None) in ("42P01", "42703"):
        return PersonMustAct(wording.records_not_set_up())
    if isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated:
        return TryAgain(wording.records_away())
    return None


def traceback_without_values(error: BaseException) -> str:
    """Where an exception came from, cause by cause, without its text, which may carry personal data."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"{frames}{type(current).__module__}.{type(current).__qualname__}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\ncaused by:\n".join(parts)

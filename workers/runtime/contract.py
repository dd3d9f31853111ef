"""The contract between a diagram and the Python that serves it: one declaration per job type.

A job type is declared once, beside its handler::

    @job_type(
        "find_person",
        title="Find a person",
        errors=[BpmnError("PERSON_NOT_FOUND", "Nobody has that staff number.")],
    )
    def find_person(job: FindPerson, context: JobContext) -> PersonFound: ...

From the declaration come the worker's registration, the variables it fetches, the Modeler's element template, the
reference page and the wiring check. Three shapes of handler are understood:

- ``def handler(job)`` computes and touches nothing else; it runs at once;
- ``def handler(job, context)`` reads and writes the records; it runs in a thread, and what it writes is committed
  in one transaction together with its result, keyed by the job, so a repeated job gets the first one's result;
- ``async def handler(job, context)`` talks to the engine; it has no records.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, get_type_hints

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from workers.settings import Settings


class JobInput(BaseModel):
    """What a job needs: every field described, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class JobOutput(BaseModel):
    """What a job gives back: process variables, serialised by pydantic."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(JobOutput):
    """The result of a job that only records."""


@dataclass(frozen=True)
class BpmnError:
    """A business outcome a job may end in; the diagram must catch its code at the task."""

    code: str
    meaning: str
    variables: tuple[str, ...] = ()
    """The variables that come with it, for the diagram to read after it caught the error."""
    only_with: str = ""
    """The yes-or-no input without which it cannot happen; empty: it can always happen."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how soon a job that failed for an outside reason is tried again.

    The n-th retry waits ``first * factor ** (n - 1)``, at most ``longest``, lengthened by up to ``jitter`` of itself.
    ``retries`` is what the diagram should say; where it says fewer, the first waits are left out, so that in either
    case an outage of an hour ends without an incident: see :func:`workers.runtime.backoff.wait_before_retry`.
    """

    retries: int = 8
    first: timedelta = timedelta(seconds=2)
    factor: float = 4.0
    longest: timedelta = timedelta(minutes=30)
    jitter: float = 0.2


class Engine(Protocol):
    """What a handler may ask of the engine."""

    async def publish_message(
        self,
        name: str,
        correlation_key: str,
        variables: Mapping[str, Any],
        *,
        time_to_live: timedelta,
        message_id: str,
    ) -> None:
        """Publish a message; a second one with the same ``message_id`` is ignored while the first is alive."""
        ...


@dataclass(frozen=True)
class JobContext:
    """What a handler may know beyond its input."""

    key: int
    """The engine's key of this job: the same when the job comes again."""
    process_id: str
    process_instance_key: int
    element_id: str
    engine_time: datetime
    """The engine's clock when the job was handed out: for stamping records, in UTC."""
    settings: Settings
    engine: Engine
    open_records: Session | None = None

    @property
    def records(self) -> Session:
        """The records, inside this job's transaction; never commit or roll back in a handler."""
        if self.open_records is None:
            raise RuntimeError("An asynchronous handler has no records: make it a plain function.")
        return self.open_records


class HandlerShape(Enum):
    """How the runtime calls a handler."""

    COMPUTES = "computes"
    RECORDS = "records"
    ASYNC = "async"


@dataclass(frozen=True)
class JobType:
    """A capability a diagram can call by name."""

    name: str
    title: str
    description: str
    input_model: type[JobInput]
    output_model: type[JobOutput]
    handler: Callable[..., JobOutput | Awaitable[JobOutput]]
    shape: HandlerShape
    errors: tuple[BpmnError, ...] = ()
    timeout: timedelta = timedelta(minutes=1)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    listener: bool = False
    """Used as an execution listener: it has no input mappings and reads the element's variables."""

    @property
    def fetched_variables(self) -> list[str]:
        """The names of the variables the worker asks for: those of its input, no others."""
        return [info.alias or name for name, info in self.input_model.model_fields.items()]


class ContractError(Exception):
    """A job type is declared wrongly; the message says how to mend the declaration."""


JobHandler = Callable[..., Any]


def job_type(
    name: str,
    *,
    title: str,
    errors: Sequence[BpmnError] = (),
    timeout: timedelta = timedelta(minutes=1),
    retry: RetryPolicy | None = None,
    listener: bool = False,
) -> Callable[[JobHandler], JobHandler]:
    """Declare the job type ``name``, served by the decorated handler.

    :param title: what the task does, as a person choosing it in the Modeler reads it: verb and object.
    :param errors: the business outcomes the handler may raise as :class:`~workers.runtime.errors.BusinessOutcome`.
    :param timeout: how long the engine waits before it hands the job out again; extended while the handler runs.
    :param listener: the job is used as an execution listener instead of a service task.
    :raises ContractError: the handler is not of one of the three shapes, or its models are missing.
    """

    def declare(handler: JobHandler) -> JobHandler:
        input_model, output_model, shape = _shape_of(name, handler)
        declared = JobType(
            name=name,
            title=title,
            description=inspect.getdoc(handler) or "",
            input_model=input_model,
            output_model=output_model,
            handler=handler,
            shape=shape,
            errors=tuple(errors),
            timeout=timeout,
            retry=retry or RetryPolicy(),
            listener=listener,
        )
        setattr(handler, DECLARATION, declared)
        return handler

    return declare


DECLARATION = "__job_type__"


def declaration_of(handler: Any) -> JobType | None:
    """The job type declared on ``handler``, or nothing if it is no handler."""
    declared = getattr(handler, DECLARATION, None)
    return declared if isinstance(declared, JobType) else None


def _shape_of(name: str, handler: JobHandler) -> tuple[type[JobInput], type[JobOutput], HandlerShape]:
    hints = get_type_hints(handler)
    parameters = list(inspect.signature(handler).parameters)
    if len(parameters) not in (1, 2):
        raise ContractError(
            f"The handler of {name!r} takes {len(parameters)} arguments; it takes its input "
            "and, where it needs one, a JobContext."
        )
    input_model, output_model = hints.get(parameters[0]), hints.get("return")
    if not (isinstance(input_model, type) and issubclass(input_model, JobInput)):
        raise ContractError(f"The handler of {name!r} must say its input: annotate {parameters[0]!r} with a JobInput.")
    if not (isinstance(output_model, type) and issubclass(output_model, JobOutput)):
        raise ContractError(f"The handler of {name!r} must say its output: annotate what it returns with a JobOutput.")
    undescribed = [field for field, info in input_model.model_fields.items() if not info.description]
    if undescribed:
        raise ContractError(f"The input of {name!r} has fields without a description: {', '.join(undescribed)}.")
    asynchronous = inspect.iscoroutinefunction(handler)
    if len(parameters) == 1 and asynchronous:
        raise ContractError(
            f"The handler of {name!r} is asynchronous and takes no JobContext: make it a plain function."
        )
    if len(parameters) == 1:
        return input_model, output_model, HandlerShape.COMPUTES
    return input_model, output_model, HandlerShape.ASYNC if asynchronous else HandlerShape.RECORDS

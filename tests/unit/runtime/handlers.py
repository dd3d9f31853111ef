"""Job types for the runtime's own tests, one for each way a job can go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, Field, field_validator
from sqlalchemy.exc import OperationalError

from workers.records.models import Person
from workers.runtime.contract import (
    BpmnError,
    JobContext,
    JobInput,
    JobOutput,
    JobType,
    Nothing,
    declaration_of,
    job_type,
)
from workers.runtime.errors import BusinessOutcome, PersonMustAct, TryAgain

SECRET = "Alexandra Morgan"


class Hearing(BaseModel):
    starts_on: date
    minutes: int = 60


class In(JobInput):
    """Input of most test jobs."""

    name: str = Field(description="A name.")
    days: int = Field(1, description="Days.")
    hearing: Hearing | None = Field(None, description="A hearing.")
    copies: list[str] = Field(default_factory=list, description="Copies.")

    @field_validator("name")
    @classmethod
    def _plain(cls, name: str) -> str:
        if name.startswith("!"):
            raise ValueError(f"{name} begins with an exclamation mark")
        return name


class Out(JobOutput):
    """Output with every kind of value."""

    on: date | None = None
    amount: Decimal | None = None
    hearing: Hearing | None = None
    unset: str | None = None


@job_type("compute", title="Compute", errors=[BpmnError("NO_ANSWER", "None.")])
def compute(job: In) -> Out:
    match job.name:
        case "no answer":
            raise BusinessOutcome("NO_ANSWER", "There is none.", {"on": date(2025, 3, 3)})
        case "undeclared":
            raise BusinessOutcome("WHATEVER", "Nobody catches this.")
        case "defect":
            raise KeyError(SECRET)
        case "person":
            raise PersonMustAct("Give the name a value.")
        case "away":
            raise TryAgain("The mail server does not answer.")
        case "huge":
            return Out(unset="x" * 3_000_000)
    return Out(on=date(2025, 3, 3), amount=Decimal("12.50"), hearing=None)


@job_type("wrong_result", title="Return something else")
def wrong_result(job: In) -> Out:
    return {"on": "today"}  # type: ignore[return-value]


class NoInput(JobInput):
    """Nothing is asked."""


@job_type("ask_nothing", title="Ask nothing")
def ask_nothing(job: NoInput) -> Nothing:
    return Nothing()


class Gate:
    """Holds jobs of type ``wait`` until a test lets them go."""

    def __init__(self) -> None:
        self.running = 0
        self.most = 0
        self.ran: list[int] = []
        self.open = asyncio.Event()

    def job_type(self, name: str = "wait", timeout: timedelta = timedelta(minutes=1)) -> JobType:
        @job_type(name, title="Wait", timeout=timeout)
        async def wait(job: NoInput, context: JobContext) -> Nothing:
            self.running += 1
            self.most = max(self.most, self.running)
            self.ran.append(context.key)
            try:
                await self.open.wait()
            finally:
                self.running -= 1
            return Nothing()

        return declared(wait)


class Records:
    """A job that writes a person, then goes wrong as often as a test wants."""

    def __init__(self) -> None:
        self.runs = 0
        self.before: Callable[[int], None] = lambda run: None

    def job_type(self) -> JobType:
        @job_type("write", title="Write", errors=[BpmnError("POST_IT", "Must be posted.")])
        def write(job: In, context: JobContext) -> Out:
            self.runs += 1
            context.records.add(
                Person(
                    staff_number=f"{context.key}-{self.runs}",
                    username=f"u{self.runs}",
                    name=job.name,
                    seniority=1,
                    job_title="Officer",
                    started_on=date(2025, 3, 3),
                )
            )
            context.records.flush()
            self.before(self.runs)
            if job.name == "post it":
                raise BusinessOutcome("POST_IT", "No address.", {"letter": "L-1"})
            return Out(unset=f"run {self.runs}")

        return declared(write)


def locked(*_: object) -> None:
    raise OperationalError("insert", {}, Exception("database is locked"))


def sleeping(seconds: float) -> JobType:
    @job_type("sleep", title="Sleep in a thread")
    def sleep(job: NoInput, context: JobContext) -> Nothing:
        time.sleep(seconds)
        return Nothing()

    return declared(sleep)


def declared(handler: object) -> JobType:
    found = declaration_of(handler)
    assert found is not None
    return found

"""What a job looks like to the runtime, and what it may end in: neither knows how the engine is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


@dataclass(frozen=True, slots=True)
class Job:
    """A job the engine handed out."""

    key: int
    type: str
    process_id: str
    process_instance_key: int
    element_id: str
    retries: int
    engine_time: datetime
    variables: str
    """The variables asked for, as JSON text; never logged."""

    @property
    def log_fields(self) -> dict[str, object]:
        """What a log line about this job says of it."""
        return {
            "job_key": self.key,
            "job_type": self.type,
            "process_id": self.process_id,
            "process_instance_key": self.process_instance_key,
            "element_id": self.element_id,
        }


class FailureKind(Enum):
    """Why a job failed, as metrics and logs name it."""

    TRY_AGAIN = "try_again"
    PERSON_MUST_ACT = "person_must_act"
    DEFECT = "defect"


@dataclass(frozen=True, slots=True)
class Completed:
    """The job is done."""

    variables: str
    """JSON text of an object."""
    committed: bool = False
    """Records were written for this outcome just now, not on an earlier delivery."""


@dataclass(frozen=True, slots=True)
class EndedInError:
    """The job ended in a BPMN error that the diagram catches."""

    code: str
    message: str
    variables: str
    committed: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The job failed; without retries it becomes an incident that carries the message."""

    kind: FailureKind
    message: str
    retries: int = 0
    back_off: timedelta = timedelta()


Outcome = Completed | EndedInError | Failed

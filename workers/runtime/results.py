"""Job results: a job that comes again is answered with what it ended in the first time."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.orm import Session

from workers.records.models import JobResult
from workers.runtime import wording
from workers.runtime.contract import JobType
from workers.runtime.errors import PersonMustAct
from workers.runtime.outcomes import Completed, EndedInError, Job


def earlier_result(session: Session, declared: JobType, job: Job) -> Completed | EndedInError | None:
    """What this job ended in before, if it did.

    :raises PersonMustAct: the key belongs to another job, so the records and the engine do not belong together.
    """
    stored = session.get(JobResult, job.key)
    if stored is None:
        return None
    if (stored.job_type, stored.process_instance_key) != (job.type, job.process_instance_key):
        raise PersonMustAct(wording.other_backup(declared, job))
    return _from_stored(stored.outcome)


def keep_result(session: Session, job: Job, outcome: Completed | EndedInError) -> None:
    """Add the outcome to the transaction that wrote what the job wrote."""
    session.add(
        JobResult(
            job_key=job.key,
            job_type=job.type,
            process_instance_key=job.process_instance_key,
            element_id=job.element_id,
            outcome=_to_stored(outcome),
            done_at=job.engine_time,
        )
    )
    # The handler's mistakes and a rival's insert show here, while the transaction can still be rolled back.
    session.flush()


def _to_stored(outcome: Completed | EndedInError) -> dict[str, Any]:
    variables = json.loads(outcome.variables)
    if isinstance(outcome, EndedInError):
        return {"error": outcome.code, "message": outcome.message, "variables": variables}
    return {"variables": variables}


def _from_stored(stored: dict[str, Any]) -> Completed | EndedInError:
    variables = json.dumps(stored["variables"])
    if "error" in stored:
        return EndedInError(code=stored["error"], message=stored["message"], variables=variables)
    return Completed(variables)

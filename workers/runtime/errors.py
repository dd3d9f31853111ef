"""The three kinds of failure a job may end in, never mixed.

A handler raises one of these; anything else it raises is a defect and is reported as an incident that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class JobFailure(Exception):
    """What every failure of a job has in common: a sentence an operator understands, without personal data."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TryAgain(JobFailure):
    """Something outside is briefly away (mail server, database): the job is retried with a growing back-off."""


class PersonMustAct(JobFailure):
    """Only a person can mend it: an incident with no retries left, whose message says what is wrong and what to do."""


class BusinessOutcome(JobFailure):
    """An outcome the diagram handles: a BPMN error, declared by the job type and caught by a boundary event.

    What the handler wrote before raising is kept: a letter that must be posted is in the records although it
    could not be emailed.
    """

    def __init__(self, code: str, message: str, variables: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.variables = dict(variables or {})

"""The sentences an incident shows to the person who must mend it: they name places, never values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from workers.runtime.contract import JobType
from workers.runtime.outcomes import Job

LONGEST = 1500
"""How much of a message is shown to the engine, in characters."""

MOST_FAULTS = 6

_PLAIN_NAME = re.compile(r"[A-Za-z_][\w.\-]{0,60}\Z")
_SHORTEST_LEAK = 3

_PLAIN_PHRASES = {
    "missing": "is missing",
    "extra_forbidden": "is not known to this job",
    "string_type": "must be text",
}


def with_element(job: Job, message: str) -> str:
    """The message, saying which element it is about unless it does."""
    return message if job.element_id in message else f"{job.element_id}: {message}"


def invalid_input(declared: JobType, job: Job, error: ValidationError) -> str:
    """Which variables of which element are wrong and what to do."""
    place = f"{_task(declared)} at {job.element_id}"
    source = "the form or variable it comes from" if declared.listener else "the input mapping in the diagram"
    return (
        f"{place} cannot start: {'; '.join(faults(error, job.variables))}. "
        f"Correct the value in Operate for this case and {source} for later ones, then retry."
    )


def unreadable_variables(declared: JobType, job: Job) -> str:
    """The engine handed out something that is no JSON object."""
    return (
        f"{_task(declared)} at {job.element_id} cannot start: its variables are not a JSON object. "
        "Look at the variables in Operate; if they are in order, tell whoever looks after the worker."
    )


def defect(declared: JobType, job: Job, error: BaseException) -> str:
    """Something nobody foresaw: only the exception's type, because its text may carry personal data."""
    return (
        f"This is a defect in the worker, not in the case: {declared.name} at {job.element_id} stopped with "
        f"{type(error).__name__}. Give whoever looks after the worker the job key {job.key}; "
        "retry when it has been mended."
    )


def undeclared_error(declared: JobType, job: Job, code: str) -> str:
    """A handler raised a BPMN error its job type does not declare, so no diagram can be checked for it."""
    declared_codes = ", ".join(error.code for error in declared.errors) or "none"
    return (
        f"This is a defect in the worker, not in the case: {declared.name} at {job.element_id} ended in the "
        f"BPMN error {code}, which it does not declare (declared: {declared_codes}). "
        "Tell whoever looks after the worker; retry when it has been mended."
    )


def other_backup(declared: JobType, job: Job) -> str:
    """The records know this job key as another job."""
    return (
        f"{_task(declared)} at {job.element_id} cannot go on: the records already hold a result for job "
        f"{job.key} of another process instance or type. The records and the engine come from different backups; "
        "restore the two from the same time, then retry."
    )


def result_too_large(declared: JobType, job: Job, size: int, limit: int) -> str:
    """The engine takes no result of this size."""
    return (
        f"{_task(declared)} at {job.element_id} gave a result of {size:,} bytes; the engine takes {limit:,}. "
        "Ask for less in the diagram, then retry."
    )


def result_refused(declared: JobType, job: Job, code: str) -> str:
    """The engine says the result is malformed."""
    return (
        f"This is a defect in the worker, not in the case: the engine refused the result of {declared.name} at "
        f"{job.element_id} ({code}). Give whoever looks after the worker the job key {job.key}."
    )


def records_away() -> str:
    """The database does not answer or is locked."""
    return "The records (database) cannot be reached or are locked."


def records_not_set_up() -> str:
    """The database has no tables, or older ones than this version needs."""
    return (
        "The records (database) lack a table or column this version needs. "
        "Run `dueprocess records upgrade`, then retry."
    )


def last_retry(message: str) -> str:
    """What the incident says once an outside trouble has used up all retries."""
    return f"{message} All retries are used up: see that it is available again, then retry."


def shortened(message: str) -> str:
    """The message as the engine keeps it."""
    return message if len(message) <= LONGEST else message[: LONGEST - 1] + "…"


def faults(error: ValidationError, variables: str) -> list[str]:
    """One phrase for each wrong variable: its path and what is wrong, without its value."""
    data = json.loads(variables or "{}")
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_context=False):
        path, value = _path_of(data, detail["loc"], missing=detail["type"] == "missing")
        found.setdefault(path, f"{path or 'the input'} {_phrase(detail['type'], detail['msg'], value)}")
    phrases = list(found.values())
    if len(phrases) > MOST_FAULTS:
        return [*phrases[:MOST_FAULTS], f"and {len(phrases) - MOST_FAULTS} more"]
    return phrases


def _task(declared: JobType) -> str:
    return f"“{declared.title}” ({declared.name})"


def _path_of(data: Any, location: tuple[int | str, ...], *, missing: bool) -> tuple[str, Any]:
    """The path as the diagram writes it, and the value there.

    Pydantic's locations also name branches of unions; those are no part of the variables and are left out.
    """
    path = ""
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if isinstance(data, dict) and part in data:
            data = data[part]
            path += f".{_harmless(str(part))}" if path else _harmless(str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
            # FEEL counts from one.
            path += f"[{part + 1}]"
        elif last and missing:
            path += f".{part}" if path else str(part)
            data = None
    return path, data


def _harmless(name: str) -> str:
    return name if _PLAIN_NAME.match(name) else "…"


def _phrase(kind: str, message: str, value: Any) -> str:
    if kind in _PLAIN_PHRASES and (kind == "missing" or value is not None):
        return _PLAIN_PHRASES[kind]
    if value is None:
        return "is empty (null)"
    if _leaks(message, value):
        return "has a value this job does not accept"
    phrase = message.removeprefix("Value error, ").removeprefix("Assertion failed, ").rstrip(". ")
    if phrase.startswith("Input should "):
        return f"should {phrase.removeprefix('Input should ')}"
    return f"is not usable: {phrase}"


def _leaks(message: str, value: Any) -> bool:
    lowered = message.casefold()
    return any(text.casefold() in lowered for text in _texts(value) if len(text) >= _SHORTEST_LEAK)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
        yield from value.split()
    else:
        yield str(value)

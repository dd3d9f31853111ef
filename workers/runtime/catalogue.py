"""All job types there are: found in the ``jobs`` module of every capability folder."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

import workers
from workers.runtime.contract import ContractError, JobType, declaration_of


def job_types() -> dict[str, JobType]:
    """Every declared job type by name.

    :raises ContractError: two handlers declare the same name.
    """
    found: dict[str, JobType] = {}
    for folder in pkgutil.iter_modules(workers.__path__):
        if not folder.ispkg or not _has_jobs(folder.name):
            continue
        module = importlib.import_module(f"workers.{folder.name}.jobs")
        for value in vars(module).values():
            declared = declaration_of(value)
            if declared is None or value.__module__ != module.__name__:
                continue
            if declared.name in found:
                raise ContractError(f"The job type {declared.name!r} is declared twice; give one another name.")
            found[declared.name] = declared
    return dict(sorted(found.items()))


def _has_jobs(folder: str) -> bool:
    return importlib.util.find_spec(f"workers.{folder}.jobs") is not None

"""Versions of a procedure outside the engine: its file under ``bpmn/``, an older file, a Git revision."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from workers.engine.errors import EngineError
from workers.migration.versions import Version


def file_of(bpmn_dir: Path, process_id: str) -> Version | None:
    """What the procedure's file says now, if there is one."""
    found = _file(bpmn_dir, process_id)
    return Version.read(process_id, found.read_bytes(), f"the file {found.name}") if found else None


def differs(one: Version, two: Version) -> bool:
    """Whether the two say something else, apart from how they are drawn."""
    return _said(one) != _said(two)


def current_and_older(bpmn_dir: Path, process_id: str, source: str) -> tuple[Version, Version]:
    """The procedure's file now, and what an older file or its own file in a Git revision says.

    :param source: the path of a file, or a revision such as ``HEAD~3`` or ``v1.2``.
    :raises EngineError: there is no file of the procedure, or nothing at the source.
    """
    file = _file(bpmn_dir, process_id)
    if file is None:
        raise EngineError(f"{bpmn_dir} has no {process_id}.bpmn. Check the name, or DUEPROCESS_BPMN_DIR.")
    return Version.read(process_id, file.read_bytes(), f"the file {file.name}"), _older(process_id, source, file)


def _file(bpmn_dir: Path, process_id: str) -> Path | None:
    return next(iter(sorted(bpmn_dir.rglob(f"{process_id}.bpmn"))), None)


def _said(version: Version) -> list[object]:
    """Without the lines of the file, which change when a drawing is moved."""
    process = version.process
    elements = [replace(element, line=0) for element in process.elements]
    flows = [replace(flow, line=0) for flow in process.flows]
    return [sorted(map(repr, elements)), sorted(map(repr, flows)), process.listeners]


def _older(process_id: str, source: str, file: Path) -> Version:
    if Path(source).is_file():
        return Version.read(process_id, Path(source).read_bytes(), f"the file {source}")
    if source.startswith("-"):
        raise EngineError(f"{source} is neither a file nor a Git revision.")
    found = subprocess.run(  # noqa: S603
        ["git", "-C", str(file.parent), "show", f"{source}:./{file.name}"],  # noqa: S607
        capture_output=True,
        check=False,
    )
    if found.returncode:
        raise EngineError(f"{source} is neither a file nor a Git revision in which there is {file.name}.")
    return Version.read(process_id, found.stdout, f"revision {source}")

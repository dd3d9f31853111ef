"""The Modeler's own linters, for the engine we run and the newest one process owners may open the diagrams for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from workers.checks.finding import Finding, Severity, about
from workers.checks.node import check_packages, run_script
from workers.checks.project import Project


def linted(project: Project, cache_dir: Path, say: Callable[[str], None] = lambda text: None) -> Iterator[Finding]:
    """What the linters find.

    :raises NodeProblem: they cannot be run.
    """
    files = [file for file in project.files if file.suffix in {".bpmn", ".form"}]
    yield from _found(project, files, check_packages(cache_dir, say))


def _found(project: Project, files: Iterable[Path], folder: Path) -> Iterator[Finding]:
    diagrams = {str(diagram.file): diagram for diagram in project.diagrams}
    forms = {str(form.file): form for form in project.forms}
    said: set[tuple[str, str | None, str]] = set()
    for one in json.loads(run_script(folder, "lint.mjs", *map(str, files))):
        file, element, message = one["file"], one["element"], one["message"].rstrip(".")
        if (file, element, message) in said:
            continue
        said.add((file, element, message))
        severity = Severity.WARNING if one["category"] in {"warn", "info"} else Severity.ERROR
        problem = f"breaks a rule of the Modeler: {message}"
        remedy = f"Open it in the Modeler, which shows the same ({one['rules']}, {one['rule']})."
        rule = f"lint-{one['rule']}"
        if file in diagrams:
            yield about(diagrams[file], element or "", rule, problem, remedy, severity=severity)
        else:
            form = forms[file]
            field = next((found for found in form.fields if found.id == element), None)
            name = (field.label or field.key) if field is not None else ""
            yield Finding(form.file, rule, problem, remedy, element or form.id, name, None, severity)

"""The drawing: what makes a diagram hard to read."""

from __future__ import annotations

from collections.abc import Iterator

from workers.checks.finding import Finding
from workers.checks.project import Project
from workers.diagrams.geometry import drawing_findings


def diagrams_are_well_drawn(project: Project) -> Iterator[Finding]:
    """The rules of :mod:`workers.diagrams.geometry`."""
    for diagram in project.diagrams:
        for one in drawing_findings(diagram):
            name = " ".join(one.element_name.split())
            yield Finding(one.file, one.rule, one.problem, one.remedy, one.element_id, name, one.line)

"""Confidential procedures: operators see nothing of them, neither by calls nor by tables nor by messages."""

from __future__ import annotations

from collections.abc import Iterator

from workers.checks.finding import Finding, about
from workers.checks.project import Project
from workers.rights.identity import exposures


def operators_see_nothing_confidential(project: Project) -> Iterator[Finding]:
    """No confidential procedure passes its variables on to where every operator reads them."""
    for exposure in exposures(project):
        yield about(exposure.diagram, exposure.element.id, "seen-by-operators", exposure.problem, exposure.remedy)

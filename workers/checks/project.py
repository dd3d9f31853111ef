"""Everything that is checked together: diagrams, forms, decisions, letters and job types, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workers.checks.decisions import Decision, DecisionError, read_decisions
from workers.checks.finding import Finding
from workers.checks.forms import Form, FormError, read_form
from workers.diagrams.model import Diagram, DiagramError
from workers.diagrams.reading import diagrams_in, read_diagram
from workers.notices.templates import TemplateFolder
from workers.runtime.catalogue import job_types
from workers.runtime.contract import JobType


@dataclass(frozen=True)
class Project:
    """What stands in ``bpmn/`` and ``templates/``, and what the workers offer.

    Files that cannot be read are left out; ``unreadable`` says why.
    """

    bpmn_dir: Path
    templates_dir: Path
    diagrams: tuple[Diagram, ...]
    forms: tuple[Form, ...]
    decisions: tuple[Decision, ...]
    job_types: Mapping[str, JobType]
    unreadable: tuple[Finding, ...] = ()

    @cached_property
    def letters(self) -> TemplateFolder:
        """The templates of letters and emails."""
        return TemplateFolder(self.templates_dir)

    @cached_property
    def diagram_of(self) -> Mapping[str, Diagram]:
        """The diagrams by the ids of their processes."""
        return {process.id: diagram for diagram in self.diagrams for process in diagram.processes}

    @cached_property
    def form_of(self) -> Mapping[str, Form]:
        """The forms by id."""
        return {form.id: form for form in self.forms}

    @cached_property
    def decision_of(self) -> Mapping[str, Decision]:
        """The decisions by id."""
        return {decision.id: decision for decision in self.decisions}


def read_project(bpmn_dir: Path, templates_dir: Path) -> Project:
    """Read all that is checked together."""
    diagrams: list[Diagram] = []
    forms: list[Form] = []
    decisions: list[Decision] = []
    unreadable: list[Finding] = []
    for file in diagrams_in(bpmn_dir):
        try:
            diagrams.append(read_diagram(file))
        except DiagramError as error:
            unreadable.append(
                Finding(file, "unreadable", error.problem, "Open it in the Modeler and mend it.", line=error.line)
            )
    for file in sorted(bpmn_dir.rglob("*.form")):
        try:
            forms.append(read_form(file))
        except FormError as error:
            unreadable.append(Finding(file, "unreadable", str(error), "Restore the form, or draw it again."))
    for file in sorted(bpmn_dir.rglob("*.dmn")):
        try:
            decisions.extend(read_decisions(file))
        except DecisionError as error:
            unreadable.append(Finding(file, "unreadable", str(error), "Open it in the Modeler and mend it."))
    return Project(
        bpmn_dir, templates_dir, tuple(diagrams), tuple(forms), tuple(decisions), job_types(), tuple(unreadable)
    )

"""Everything that is checked together: diagrams, forms, decisions, letters and job types, read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workers.checks.decisions import Decision, DecisionError, read_decisions
from workers.checks.feel import Among, Constant, Expression, Feel, If, Mode, Operation, parts_of
from workers.checks.finding import Finding
from workers.checks.flow import Flow
from workers.checks.forms import Form, FormError, placeholders_in, read_form
from workers.checks.kinds import Kind, kind_of_model
from workers.diagrams.model import Diagram, DiagramError, Element
from workers.diagrams.reading import diagrams_in, read_diagram
from workers.notices.templates import TemplateFolder
from workers.runtime.catalogue import job_types
from workers.runtime.contract import JobType
from workers.settings import Settings


@dataclass(frozen=True)
class Project:
    """What stands in ``bpmn/`` and ``templates/``, and what the workers offer.

    Files that cannot be read are left out; ``unreadable`` says why.
    """

    bpmn_dir: Path
    letters: TemplateFolder
    diagrams: tuple[Diagram, ...]
    forms: tuple[Form, ...]
    decisions: tuple[Decision, ...]
    job_types: Mapping[str, JobType]
    feel: Feel
    unreadable: tuple[Finding, ...] = ()

    @property
    def templates_dir(self) -> Path:
        """Where the letters are."""
        return self.letters.folder

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

    @cached_property
    def flow(self) -> Flow:
        """Which variables there can be where."""
        self.feel.learn(_all_expressions(self))
        return Flow(self)

    @cached_property
    def values(self) -> frozenset[str]:
        """The texts that forms, decisions, mappings and workers can give; not those that are only asked for."""
        self.feel.learn(_all_expressions(self))
        return frozenset(_given_texts(self))

    def elements(self) -> Iterator[tuple[Diagram, Element]]:
        """Every element of every process."""
        for diagram in self.diagrams:
            for process in diagram.processes:
                for element in process.elements:
                    yield diagram, element

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that could be read, each once."""
        parts: Iterable[Diagram | Form | Decision] = (*self.diagrams, *self.forms, *self.decisions)
        return tuple(dict.fromkeys(part.file for part in parts))


def read_project(bpmn_dir: Path, templates_dir: Path, feel: Feel | None = None) -> Project:
    """Read all that is checked together.

    :param feel: reads the expressions; without one, one is made when an expression is asked for.
    """
    diagrams: list[Diagram] = []
    forms: list[Form] = []
    decisions: list[Decision] = []
    unreadable: list[Finding] = []
    for file in diagrams_in(bpmn_dir):
        try:
            diagrams.append(read_diagram(file))
        except DiagramError as error:
            unreadable.append(unreadable_file(error, file))
    for file in sorted(bpmn_dir.rglob("*.form")):
        try:
            forms.append(read_form(file))
        except FormError as error:
            unreadable.append(unreadable_file(error, file))
    for file in sorted(bpmn_dir.rglob("*.dmn")):
        try:
            decisions.extend(read_decisions(file))
        except DecisionError as error:
            unreadable.append(unreadable_file(error, file))
    return Project(
        bpmn_dir,
        TemplateFolder(templates_dir),
        tuple(diagrams),
        tuple(forms),
        tuple(decisions),
        job_types(),
        feel or Feel(Settings().cache_dir),
        tuple(unreadable),
    )


def unreadable_file(error: DiagramError | FormError | DecisionError, file: Path) -> Finding:
    """What to say of a file that cannot be read."""
    match error:
        case DiagramError():
            remedy = "Open it in the Modeler and mend it, or fetch the last version that was in order."
            return Finding(file, "unreadable", f"cannot be read: {error.problem.rstrip('.')}", remedy, line=error.line)
        case FormError():
            return Finding(file, "unreadable", str(error), "Restore the form, or draw it again.")
        case _:
            return Finding(file, "unreadable", str(error), "Open it in the Modeler and mend it.")


def _all_expressions(project: Project) -> Iterator[tuple[Mode, str]]:
    """All FEEL there is, so that it is read at once."""
    for diagram in project.diagrams:
        for text in _in_diagram(diagram):
            if text is not None and text.startswith("="):
                yield "expression", text[1:]
    for form in project.forms:
        yield from (("expression", text) for text in _in_form(form))
    for decision in project.decisions:
        yield from _in_decision(decision)


def _in_form(form: Form) -> Iterator[str]:
    for one in form.fields:
        yield from (text for _, text in one.expressions)
        for _, words in one.texts:
            yield from (placeholder.expression for placeholder in placeholders_in(words))


def _in_decision(decision: Decision) -> Iterator[tuple[Mode, str]]:
    if decision.literal is not None:
        yield "expression", decision.literal
    for column in decision.inputs:
        yield "expression", column.expression
    for rule in decision.rules:
        yield from (("unary", cell) for cell in rule.inputs)
        yield from (("expression", cell) for cell in rule.outputs)


def _given_texts(project: Project) -> Iterator[str]:
    for form in project.forms:
        for one in form.fields:
            yield from (str(value) for value in one.values or ())
    for decision in project.decisions:
        for rule in decision.rules:
            for cell in rule.outputs:
                yield from _texts_given_by(project.feel.expression(cell).root)
    for _, element in project.elements():
        for mapping in (*element.zeebe.inputs, *element.zeebe.outputs):
            if mapping.source.startswith("="):
                yield from _texts_given_by(project.feel.expression(mapping.source[1:]).root)
    for declared in project.job_types.values():
        yield from _texts_of(kind_of_model(declared.output_model))


def _texts_given_by(expression: Expression) -> Iterator[str]:
    match expression:
        case Constant(type="string", value=str() as text):
            yield text
        case If(one=one, other=other):
            yield from _texts_given_by(one)
            yield from _texts_given_by(other)
        case Operation(operator="=" | "!=") | Among():
            return
        case _:
            for part in parts_of(expression):
                yield from _texts_given_by(part)


def _texts_of(kind: Kind) -> Iterator[str]:
    yield from (str(scalar.value) for scalar in kind.constants or ())
    for _, field in kind.fields or ():
        yield from _texts_of(field)
    if kind.item is not None:
        yield from _texts_of(kind.item)


def _in_diagram(diagram: Diagram) -> Iterator[str | None]:
    yield from (message.correlation_key for message in diagram.messages)
    yield from (flow.condition for flow in diagram.flows.values())
    for element in diagram.elements.values():
        zeebe, repetition = element.zeebe, element.repetition
        yield from (mapping.source for mapping in (*zeebe.inputs, *zeebe.outputs))
        yield from (zeebe.due_date, zeebe.follow_up_date, zeebe.priority)
        if zeebe.task is not None:
            yield from (zeebe.task.type, zeebe.task.retries)
        if zeebe.script is not None:
            yield zeebe.script.expression
        if zeebe.assignment is not None:
            yield from (
                zeebe.assignment.assignee, zeebe.assignment.candidate_users, zeebe.assignment.candidate_groups
            )  # fmt: skip
        if repetition is not None:
            yield from (repetition.input_collection, repetition.output_element, repetition.completion_condition)
        for event in element.events:
            yield event.timer.expression if event.timer is not None else None
            yield event.condition

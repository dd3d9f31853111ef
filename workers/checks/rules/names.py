"""Names and references: what is called how, what refers to what, and whether it is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from workers.checks.finding import Finding, Severity, about, did_you_mean
from workers.checks.project import Project
from workers.diagrams.model import Diagram, Element


def unreadable_files(project: Project) -> Iterator[Finding]:
    """Files that cannot be read at all."""
    yield from project.unreadable


def names_agree(project: Project) -> Iterator[Finding]:
    """One procedure, form or decision per file, called as its file is; each name once in the whole project."""
    for diagram in project.diagrams:
        ids = [process.id for process in diagram.processes]
        if ids != [diagram.file.stem]:
            line = diagram.processes[0].line if diagram.processes else None
            yield Finding(
                diagram.file,
                "file-name",
                f"holds {_listed('the process', ids)}, but is named {diagram.file.stem}",
                f"Give the file one process with the id {diagram.file.stem}, or rename the file.",
                line=line,
            )
        for process in diagram.processes:
            if not process.executable:
                yield about(
                    diagram,
                    process.id,
                    "not-executable",
                    "is not executable, so the engine leaves it out",
                    "Tick 'Executable' in the Modeler.",
                )
    for form in project.forms:
        if form.id != form.file.stem:
            yield Finding(
                form.file,
                "file-name",
                f"has the id {form.id!r}, but is named {form.file.stem}",
                f"Give the form the id {form.file.stem}, or rename the file.",
                element_id=form.id,
            )
    decisions = defaultdict(list)
    for decision in project.decisions:
        decisions[decision.file].append(decision)
    for file, held in decisions.items():
        if file.stem not in [decision.id for decision in held]:
            yield Finding(
                file,
                "file-name",
                f"holds {_listed('the decision', [decision.id for decision in held])}, but is named {file.stem}",
                f"Give the decision the id {file.stem}, or rename the file.",
                line=held[0].line,
            )
    yield from _twice(project)


def _listed(what: str, ids: list[str]) -> str:
    return f"{what}{'es' if what.endswith('s') and len(ids) > 1 else ''} {', '.join(ids)}" if ids else "no process"


def _twice(project: Project) -> Iterator[Finding]:
    named: list[tuple[str, Path]] = []
    named += [(f"process {process.id}", diagram.file) for diagram in project.diagrams for process in diagram.processes]
    named += [(f"form {form.id}", form.file) for form in project.forms]
    named += [(f"decision {decision.id}", decision.file) for decision in project.decisions]
    named += [(f"file {file.name}", file) for file in project.files]
    first: dict[str, Path] = {}
    for name, file in named:
        if name not in first:
            first[name] = file
        elif not (name.startswith("file ") and file == first[name]):
            yield Finding(
                file,
                "name-used-twice",
                f"has the {name}, and so has {first[name]}",
                "The engine would take one for the other: rename one.",
            )


def references_exist(project: Project) -> Iterator[Finding]:
    """Forms, decisions and called processes are there, and bound so that old cases keep what belongs to them."""
    for diagram, element in project.elements():
        zeebe = element.zeebe
        if zeebe.form is not None and zeebe.form.form_id is not None:
            form = project.form_of.get(zeebe.form.form_id)
            yield from _reference(
                diagram, element, "form", zeebe.form.form_id, zeebe.form.binding,
                there=project.form_of, file=form.file if form else None,
            )  # fmt: skip
        if zeebe.decision is not None:
            decision = project.decision_of.get(zeebe.decision.decision_id)
            yield from _reference(
                diagram, element, "decision", zeebe.decision.decision_id, zeebe.decision.binding,
                there=project.decision_of, file=decision.file if decision else None,
            )  # fmt: skip
            if not zeebe.decision.result_variable:
                yield about(
                    diagram,
                    element.id,
                    "no-result-variable",
                    "does not say which variable the decision's result goes to",
                    "Fill in its result variable.",
                )
        if zeebe.called_process is not None and not zeebe.called_process.process_id.startswith("="):
            called = project.diagram_of.get(zeebe.called_process.process_id)
            yield from _reference(
                diagram, element, "process", zeebe.called_process.process_id, zeebe.called_process.binding,
                there=project.diagram_of, file=called.file if called else None,
            )  # fmt: skip
            if zeebe.called_process.propagate_all_child_variables:
                yield about(
                    diagram,
                    element.id,
                    "all-variables-back",
                    "takes all variables of the process it calls, which may overwrite its own",
                    "Switch off 'Propagate all variables' in its output and map what is needed.",
                )


def _reference(
    diagram: Diagram,
    element: Element,
    what: str,
    wanted: str,
    binding: str,
    *,
    there: Iterable[str],
    file: Path | None,
) -> Iterator[Finding]:
    if file is None:
        yield about(
            diagram,
            element.id,
            f"unknown-{what}",
            f"refers to the {what} {wanted!r}, which there is not" if wanted else f"names no {what}",
            did_you_mean(wanted, list(there), f"Draw it, or choose another {what}."),
        )
        return
    expected = "deployment" if file.parent == diagram.file.parent else "latest"
    if binding != expected:
        why = (
            "both lie in the same folder, and a case under way should keep the version it began with"
            if expected == "deployment"
            else f"it lies in another folder ({file.parent.name}), which is deployed by itself"
        )
        yield about(
            diagram,
            element.id,
            "binding",
            f"binds the {what} {wanted} by {binding!r}, but {why}",
            f"Set its binding to {expected!r}.",
        )


def everything_is_used(project: Project) -> Iterator[Finding]:
    """Nothing lies about that no diagram uses, and every procedure can be started."""
    elements = [element for _, element in project.elements()]
    forms = {element.zeebe.form.form_id for element in elements if element.zeebe.form is not None}
    for form in project.forms:
        if form.id not in forms:
            yield Finding(
                form.file, "unused", "is a form that no diagram shows", "Link it to a task, or delete it.",
                element_id=form.id, severity=Severity.WARNING,
            )  # fmt: skip
    asked = {element.zeebe.decision.decision_id for element in elements if element.zeebe.decision is not None}
    asked |= {required for decision in project.decisions for required in decision.requires}
    for decision in project.decisions:
        if decision.id not in asked:
            yield Finding(
                decision.file, "unused", "is a decision that no diagram asks", "Ask it in a task, or delete it.",
                element_id=decision.id, element_name=decision.name, line=decision.line, severity=Severity.WARNING,
            )  # fmt: skip
    for diagram in project.diagrams:
        for process in diagram.processes:
            if not project.flow.is_started(process.id):
                yield about(
                    diagram,
                    process.id,
                    "never-started",
                    "is started by nothing: it has no start form, no message or timer starts it, and no other calls it",
                    "Link a form to its start event, or call it.",
                    severity=Severity.WARNING,
                )

"""BPMN errors: what may be thrown is caught, and what is caught may be thrown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from workers.checks.finding import Finding, about
from workers.checks.kinds import Scalar
from workers.checks.project import Project
from workers.diagrams.model import Diagram, Element
from workers.runtime.contract import BpmnError, JobType


def errors_are_caught(project: Project) -> Iterator[Finding]:
    """Every error a job may end in is caught at the task or around it, and nothing is caught that cannot happen."""
    escaping = _escaping(project)
    for diagram in project.diagrams:
        for error in diagram.errors:
            if not error.code.strip():
                yield Finding(
                    diagram.file,
                    "blank-error-code",
                    "has no code, so whatever catches it catches every error",
                    "Fill in the code the worker declares.",
                    error.id,
                    error.name,
                    error.line,
                )
        for process in diagram.processes:
            if not project.flow.starts_by_itself(process.id):
                # What leaves it is looked for in its callers.
                continue
            for code, (where, element, what) in escaping[process.id].items():
                yield about(
                    where,
                    element.id,
                    "error-not-caught",
                    f"{what}, which nothing catches",
                    f"Put an error boundary event with the code {code} on it, and say what happens then.",
                )
    yield from _caught_in_vain(project, escaping)


def _escaping(project: Project) -> dict[str, dict[str, tuple[Diagram, Element, str]]]:
    """The codes that leave each process, each with the element that throws it."""
    found: dict[str, dict[str, tuple[Diagram, Element, str]]] = defaultdict(dict)
    changed = True
    while changed:
        changed = False
        for diagram, element in project.elements():
            for code, what in _thrown(project, diagram, element, found):
                if code not in found[element.process_id] and not _catches(diagram, element.id, code):
                    deeper = found.get(_called(element), {}).get(code)
                    # A job's error is best caught at its task, what a process throws by the call nearest to it.
                    nearest = deeper is not None and deeper[1].type != "endEvent"
                    found[element.process_id][code] = deeper if deeper and nearest else (diagram, element, what)
                    changed = True
    return found


def _called(element: Element) -> str:
    return element.zeebe.called_process.process_id if element.zeebe.called_process is not None else ""


def _thrown(
    project: Project,
    diagram: Diagram,
    element: Element,
    escaping: dict[str, dict[str, tuple[Diagram, Element, str]]],
) -> Iterator[tuple[str, str]]:
    """The codes an element throws by itself, and how to say so."""
    task = element.zeebe.task
    declared = project.job_types.get(task.type) if task is not None else None
    if declared is not None:
        for error in declared.errors:
            if _can_happen(project, diagram, element, declared, error):
                yield error.code, f"can end in the error {error.code} ({error.meaning.rstrip('.')})"
    if element.type == "endEvent" and element.event is not None and element.event.error is not None:
        code = element.event.error.code
        if code.strip():
            yield code, f"throws the error {code}"
    if element.zeebe.called_process is not None:
        for code, (_, thrower, what) in escaping.get(_called(element), {}).items():
            name = " ".join(thrower.name.split()) or thrower.id
            yield code, f"calls {_called(element)}, in which '{name}' {what}"


def _can_happen(project: Project, diagram: Diagram, element: Element, declared: JobType, error: BpmnError) -> bool:
    if not error.only_with:
        return True
    inside = project.flow.inside(diagram, element)
    if inside is None or error.only_with not in inside.known:
        return inside is not None and inside.open
    constants = inside.known[error.only_with].constants
    return constants is None or Scalar("boolean", True) in constants


def _catches(diagram: Diagram, element_id: str, code: str) -> bool:
    """Whether an error thrown in an element is caught on it, around it, or beside it."""
    element = diagram.elements[element_id]
    for host in (element_id, *diagram.ancestors(element_id)):
        if any(_catches_code(event, code) for event in diagram.boundary_events(host)):
            return True
    scopes = [element.parent, *(diagram.elements[one].parent for one in diagram.ancestors(element_id))]
    for subprocess in diagram.elements.values():
        if subprocess.is_subprocess and subprocess.triggered_by_event and subprocess.process_id == element.process_id:
            starts = [one for one in diagram.children(subprocess.id) if one.type == "startEvent"]
            if subprocess.parent in scopes and any(_catches_code(start, code) for start in starts):
                return True
    return False


def _catches_code(event: Element, code: str) -> bool:
    return any(one.kind == "error" and (one.error is None or one.error.code in ("", code)) for one in event.events)


def _caught_in_vain(
    project: Project, escaping: dict[str, dict[str, tuple[Diagram, Element, str]]]
) -> Iterator[Finding]:
    for diagram, event in project.elements():
        catching = [one for one in event.events if one.kind == "error" and event.type != "endEvent"]
        for one in catching:
            if one.error is None:
                yield about(
                    diagram,
                    event.id,
                    "blank-error-code",
                    "names no error, so it catches every error",
                    "Choose the error it catches.",
                )
                continue
            code = one.error.code
            hosts = _watched(diagram, event)
            if not code.strip() or hosts is None:
                continue
            possible: dict[str, str] = {}
            unknown = False
            for host in hosts:
                task = diagram.elements[host].zeebe.task
                called = diagram.elements[host].zeebe.called_process
                unknown |= task is not None and task.type not in project.job_types
                unknown |= called is not None and called.process_id not in project.diagram_of
                possible.update(_thrown(project, diagram, diagram.elements[host], escaping))
            if code not in possible and not unknown:
                said = f"It can end in {', '.join(possible)}." if possible else "It ends in no error at all."
                yield about(
                    diagram,
                    event.id,
                    "error-never-thrown",
                    f"catches the error {code}, which cannot happen there",
                    f"Correct the code, or take the event out. {said}",
                )


def _watched(diagram: Diagram, event: Element) -> list[str] | None:
    """The elements whose errors an event catches."""
    if event.attached_to:
        inner = [one.id for one in diagram.elements.values() if event.attached_to in set(diagram.ancestors(one.id))]
        return [event.attached_to, *inner]
    subprocess = diagram.elements.get(event.parent or "")
    if subprocess is None or not subprocess.triggered_by_event:
        return None
    return [
        one.id
        for one in diagram.elements.values()
        if one.process_id == event.process_id
        and (
            one.parent == subprocess.parent
            or subprocess.parent in set(diagram.ancestors(one.id))
            or subprocess.parent is None
        )
    ]

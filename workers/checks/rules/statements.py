"""What people type leaves the engine: it is filed, emptied where it lies, and copied nowhere on the way.

The rules follow the engine (``tests/scenarios/test_statements.py`` shows it): what a user task gives goes to the
nearest scope that has a variable of that name, which is the task itself where it has output mappings or such an input,
and the process where none has. What the listener gives, the emptied variables, goes to the scope the task lies in and
nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from workers.checks import feel
from workers.checks.finding import Finding, about
from workers.checks.flow import mappings_of
from workers.checks.forms import Form, FormField
from workers.checks.kinds import Kind
from workers.checks.project import Project
from workers.checks.rules.jobs import fields_of
from workers.diagrams.model import Diagram, Element, VariableMapping

TYPED = ("statement", "contact")
"""The variables that hold what people type until it is filed."""

_HOLDS_NO_TEXT = frozenset({"null", "boolean", "number"})


def what_is_typed_leaves_the_engine(project: Project) -> Iterator[Finding]:
    """Free text and contact details asked in a task are filed, and emptied where the engine put them."""
    filed = _filed_groups(project)
    for diagram, element in project.elements():
        form = project.form_of.get(element.zeebe.form.form_id or "") if element.zeebe.form is not None else None
        if form is None or element.type != "userTask":
            continue
        moved = moved_at_the_end(project, element)
        unfiled = _not_filed(form, moved, filed)
        if unfiled is not None:
            yield about(
                diagram,
                element.id,
                "text-stays",
                f"asks '{unfiled.label or unfiled.key}' in its form, and what is written stays in the engine",
                "Add the execution listener file_statement (end), which moves it to the case file."
                if unfiled.variable in TYPED
                else "Give the field the key 'statement.…' and add the execution listener file_statement (end).",
            )
        asked = {field.variable: field for field in reversed(form.fields) if field.key and field.variable in moved}
        for name in TYPED:
            if name in asked:
                yield from _not_emptied(project, diagram, element, asked[name])
        yield from _overwritten(project, diagram, element, asked)


def moved_at_the_end(project: Project, element: Element) -> set[str]:
    """The typed variables that a listener at its end files and empties."""
    return {
        name
        for listener in element.zeebe.listeners
        if listener.event == "end" and listener.type in project.job_types
        for name in fields_of(project.job_types[listener.type].input_model)
        if name in TYPED
    }


def _not_filed(form: Form, moved: set[str], groups: frozenset[str]) -> FormField | None:
    for field in form.fields:
        name = field.variable
        if not field.key or name in moved:
            continue
        if name in TYPED or (field.type == "textarea" and "." in field.key and not field.path and name not in groups):
            return field
    return None


def _filed_groups(project: Project) -> frozenset[str]:
    """The variables that are handed on as statements somewhere."""
    return frozenset(
        name
        for _, element in project.elements()
        for _, mapping in mappings_of(element)
        if mapping.target in TYPED
        for name in names_in(project, mapping.source)
    )


def _not_emptied(project: Project, diagram: Diagram, element: Element, field: FormField) -> Iterator[Finding]:
    """Where file_statement empties another place than the one the text lies in; the first reason is enough."""
    name, asks = field.variable, f"asks '{field.label or field.key}' in its form"
    stays = f"what is written is filed, and a copy stays in the engine in the task's own variable '{name}'"
    scope = diagram.elements.get(element.parent or "")
    if element.zeebe.outputs:
        yield about(
            diagram,
            element.id,
            "text-stays-in-task",
            f"{asks} and has output mappings, so that {stays}, where every operator can read it",
            f"Take its output mappings out ({', '.join(mapping.target for mapping in element.zeebe.outputs)}); the "
            "elements after it can work out what they need from its answers.",
        )
    elif _has_own(element, name):
        yield about(
            diagram,
            element.id,
            "text-stays-in-task",
            f"{asks} and has an input '{name}', so that {stays}, where every operator can read it",
            f"Take the input '{name}' out"
            + ("; it belongs on the subprocess around it, as =null." if scope is not None else "."),
        )
    elif element.repetition is not None:
        yield about(
            diagram,
            element.id,
            "text-stays-outside",
            f"{asks} and is repeated, so that what is written is filed, and a copy stays in the engine outside the "
            "repetition, where every operator can read it and the next answer replaces it",
            f"Put it into a subprocess, repeat that instead, and give that an input '{name}' with the value =null.",
        )
    elif scope is not None and not _has_own(scope, name) and not _emptied_by(project, scope, element, name):
        yield about(
            diagram,
            element.id,
            "text-stays-outside",
            f"{asks} and lies in the subprocess '{_called(scope)}', so that what is written is filed, and a copy stays "
            "in the engine outside the subprocess, where every operator can read it",
            f"Give '{_called(scope)}' an input '{name}' with the value =null.",
        )


def _emptied_by(project: Project, scope: Element, element: Element, name: str) -> bool:
    """Whether the subprocess empties the variable outside when it ends, and ends as soon as the task does."""
    empties = any(mapping.target == name and mapping.source == "=null" for mapping in scope.zeebe.outputs)
    return empties and scope.repetition is None and project.flow.ends_its_scope(element)


def _overwritten(
    project: Project, diagram: Diagram, element: Element, asked: dict[str, FormField]
) -> Iterator[Finding]:
    """Two tasks that may be open together and put what is typed into the same variable."""
    for other in project.flow.beside(element):
        form = project.form_of.get(other.zeebe.form.form_id or "") if other.zeebe.form is not None else None
        if form is None or other.type != "userTask" or other.id < element.id:
            continue
        for field in form.fields:
            mine = asked.get(field.variable)
            if mine is None or _scope_of(diagram, element, field.variable) != _scope_of(diagram, other, field.variable):
                continue
            yield about(
                diagram,
                element.id,
                "text-overwritten",
                f"asks '{mine.label or mine.key}' in its form and may be open together with '{_called(other)}', whose "
                f"answers go into the same variable '{field.variable}': of two that come before the worker has filed "
                "the first, that one is lost",
                f"Put one of the two into a subprocess of its own with an input '{field.variable}' of the value =null.",
            )
            break


def _scope_of(diagram: Diagram, element: Element, name: str) -> str | None:
    """The scope whose variable takes what the task gives; None for the process."""
    return next((one for one in diagram.ancestors(element.id) if _has_own(diagram.elements[one], name)), None)


def _has_own(element: Element, name: str) -> bool:
    return any(mapping.target.split(".")[0] == name for mapping in element.zeebe.inputs)


def _called(element: Element) -> str:
    return " ".join(element.name.split()) or element.id


def what_is_typed_is_not_copied(project: Project) -> Iterator[Finding]:
    """Nothing takes a copy of what people typed before it is filed, and no path ends with it in the engine."""
    for diagram, element in project.elements():
        for kind, mapping in mappings_of(element):
            if kind == "output" and (mapping.target.split(".")[0] in TYPED or element.type == "userTask"):
                continue
            for name in sorted(names_in(project, mapping.source) & set(TYPED)):
                yield from _copied(project, diagram, element, kind, mapping=mapping, name=name)
        if element.type == "endEvent" and element.parent is None:
            for name in TYPED:
                left = project.flow.after(diagram, element)
                if left is not None and name in left.known and _holds_text(left.known[name]):
                    yield about(
                        diagram,
                        element.id,
                        "text-at-the-end",
                        f"is reached with what somebody typed still in the variable '{name}', where every operator can "
                        "read it",
                        f"File it before, or give it an output '{name}' with the value =null where nothing is to be "
                        "kept.",
                    )


def _copied(
    project: Project, diagram: Diagram, element: Element, kind: str, *, mapping: VariableMapping, name: str
) -> Iterator[Finding]:
    seen = project.flow.at(diagram, element) if kind == "input" else project.flow.filled(diagram, element)
    if seen is None or name not in seen.known or not _holds_text(seen.known[name]):
        return
    given = project.flow.kind(mapping.source, seen)
    if given.types <= _HOLDS_NO_TEXT or given.constants is not None:
        return
    yield about(
        diagram,
        element.id,
        "text-copied",
        f"takes what somebody typed from '{name}' into its {kind} '{mapping.target}', and that copy stays in the "
        "engine, where every operator can read it",
        f"Take the {kind} out: open_case and file_statement read '{name}' themselves, and letters quote what is filed "
        "by its name.",
    )


def names_in(project: Project, source: str) -> set[str]:
    """The variables that the source of a mapping reads."""
    if not source.startswith("="):
        return set()
    root = project.feel.expression(source[1:]).root
    return {part.name for part in feel.everything_in(root) if isinstance(part, feel.Name)}


def _holds_text(kind: Kind) -> bool:
    """Whether it is known to be a group in which there may be a text."""
    return any(not value.types <= _HOLDS_NO_TEXT for value in kind.by_name.values())

"""Called processes: every caller gives what the called one cannot do without."""

from __future__ import annotations

from collections.abc import Iterator

from workers.checks import feel
from workers.checks.feel import Expression
from workers.checks.finding import Finding, about
from workers.checks.forms import placeholders_in
from workers.checks.kinds import kind_of_field
from workers.checks.project import Project
from workers.checks.rules.jobs import fields_of
from workers.diagrams.model import Diagram, Element


def callers_give_what_is_needed(project: Project) -> Iterator[Finding]:
    """A call names every variable the called process uses and does not set itself."""
    needed = _needed(project)
    for diagram, element in project.elements():
        called = element.zeebe.called_process
        if called is None or called.propagate_all_parent_variables or called.process_id not in needed:
            continue
        given = {mapping.target.split(".")[0] for mapping in element.zeebe.inputs}
        if element.repetition is not None:
            given |= {element.repetition.input_element or "", "loopCounter"}
        for name, where in sorted(needed[called.process_id].items()):
            if name not in given:
                yield about(
                    diagram,
                    element.id,
                    "missing-call-input",
                    f"does not give {called.process_id} the variable '{name}', which '{where}' needs there",
                    f"Add an input mapping '{name}'.",
                )
    yield from _taken_back(project)


def variables_are_set_in_time(project: Project) -> Iterator[Finding]:
    """What an element cannot do without is there when it is reached for the first time."""
    needed = _needed(project)
    for diagram in project.diagrams:
        optional = _asked_whether_there(project, diagram)
        for process in diagram.processes:
            for element in process.elements:
                used = {*_used(project, diagram, element, needed), *_decided_by(project, diagram, element)}
                for name in sorted(used - optional):
                    if not project.flow.is_unset_at_first(element, name):
                        continue
                    setters = [" ".join(one.name.split()) or one.id for one in project.flow.setters(element, name)]
                    if setters:
                        yield about(
                            diagram,
                            element.id,
                            "set-too-late",
                            f"needs the variable '{name}', which only '{setters[0]}' sets, after it",
                            "Set it before, or ask whether it is null.",
                        )


def _decided_by(project: Project, diagram: Diagram, element: Element) -> Iterator[str]:
    """The variables the conditions behind a gateway ask about."""
    if not element.is_gateway:
        return
    for flow in diagram.outgoing(element.id):
        if flow.condition is not None:
            root = project.feel.expression(flow.condition.removeprefix("=")).root
            yield from (part.name for part in feel.everything_in(root) if isinstance(part, feel.Name))


def _taken_back(project: Project) -> Iterator[Finding]:
    """What is taken from a called process under its own name is something that process has."""
    for diagram, element in project.elements():
        called = element.zeebe.called_process
        ending = project.flow.at_end_of(called.process_id) if called is not None else None
        if called is None or ending is None or ending.open:
            continue
        for mapping in element.zeebe.outputs:
            root = project.feel.expression(mapping.source.removeprefix("=")).root
            while isinstance(root, feel.Attribute):
                root = root.of
            if not isinstance(root, feel.Name) or not mapping.source.startswith("=") or root.name in ending.known:
                continue
            own = project.flow.inside(diagram, element)
            if own is None or root.name not in own.known or root.name == mapping.target:
                yield about(
                    diagram,
                    element.id,
                    "not-given-back",
                    f"takes '{root.name}' from {called.process_id}, which never sets it",
                    "Correct the name in its output mapping, or set it there.",
                )


def _needed(project: Project) -> dict[str, dict[str, str]]:
    """By process, the variables it uses and that only its callers can give, each with an element that uses it."""
    needed: dict[str, dict[str, str]] = {process_id: {} for process_id in project.diagram_of}
    given: dict[str, set[str]] = {}
    for diagram in project.diagrams:
        optional = _asked_whether_there(project, diagram)
        for process in diagram.processes:
            given[process.id] = optional | _set_inside(project, process.elements)
    changed = True
    while changed:
        changed = False
        for diagram in project.diagrams:
            for process in diagram.processes:
                for element in process.elements:
                    for name in _used(project, diagram, element, needed):
                        if name not in needed[process.id] and name not in given[process.id]:
                            needed[process.id][name] = " ".join(element.name.split()) or element.id
                            changed = True
    return needed


def _set_inside(project: Project, elements: tuple[Element, ...]) -> set[str]:
    """What any element of the process gives to it: then a caller need not."""
    return {name for element in elements for name in project.flow.sets(element)}


def _asked_whether_there(project: Project, diagram: Diagram) -> set[str]:
    """The variables the diagram or its forms compare with null: they may be missing."""
    names: set[str] = set()
    for expression in _expressions(project, diagram):
        for part in feel.everything_in(expression):
            match part:
                case feel.Operation(operator="=" | "!=", left=left, right=feel.Constant(value=None)):
                    names.update(_root(left))
                case feel.Call(function="is defined" | "get or else", arguments=(argument, *_)):
                    names.update(_root(argument))
    return names


def _expressions(project: Project, diagram: Diagram) -> Iterator[Expression]:
    for flow in diagram.flows.values():
        if flow.condition is not None:
            yield project.feel.expression(flow.condition.removeprefix("=")).root
    for element in diagram.elements.values():
        for mapping in (*element.zeebe.inputs, *element.zeebe.outputs):
            if mapping.source.startswith("="):
                yield project.feel.expression(mapping.source[1:]).root
        form = project.form_of.get(element.zeebe.form.form_id or "") if element.zeebe.form is not None else None
        for field in form.fields if form is not None else ():
            for _, text in field.expressions:
                yield project.feel.expression(text).root


def _root(expression: Expression) -> list[str]:
    while isinstance(expression, feel.Attribute | feel.Filter):
        expression = expression.of
    return [expression.name] if isinstance(expression, feel.Name) else []


def _used(project: Project, diagram: Diagram, element: Element, needed: dict[str, dict[str, str]]) -> Iterator[str]:
    """The variables an element cannot do without."""
    own = {element.repetition.input_element, "loopCounter"} if element.repetition is not None else set()
    for mapping in element.zeebe.inputs:
        if mapping.source.startswith("="):
            expression = project.feel.expression(mapping.source[1:]).root
            names = set(_worked_with(expression))
            if isinstance(expression, feel.Name) and _must_be_there(project, element, mapping.target, needed):
                names.add(expression.name)
            yield from names - own
        own.add(mapping.target.split(".")[0])
    inside = project.flow.inside(diagram, element)
    form = project.form_of.get(element.zeebe.form.form_id or "") if element.zeebe.form is not None else None
    if form is not None and inside is not None:
        answered = set(project.flow.answers(form, inside))
        for field in form.fields:
            if (field.properties.get("conditional") or {}).get("hide") or field.path:
                continue
            for _, words in field.texts:
                for placeholder in placeholders_in(words):
                    if placeholder.block:
                        break
                    yield from set(_root(project.feel.expression(placeholder.expression).root)) - own - answered
    for event in element.events:
        if event.timer is not None and event.timer.expression.startswith("="):
            yield from _worked_with(project.feel.expression(event.timer.expression[1:]).root)


def _must_be_there(project: Project, element: Element, target: str, needed: dict[str, dict[str, str]]) -> bool:
    task, called = element.zeebe.task, element.zeebe.called_process
    if called is not None:
        return target in needed.get(called.process_id, {})
    declared = project.job_types.get(task.type) if task is not None else None
    fields = fields_of(declared.input_model) if declared is not None else {}
    if declared is None or target not in fields or not fields[target].is_required():
        return False
    wanted = kind_of_field(declared.input_model, target)
    return not wanted.is_anything and "null" not in wanted.types


def _worked_with(expression: Expression, bound: frozenset[str] = frozenset()) -> Iterator[str]:
    """The variables an expression reads an entry of, calculates with or hands to a function."""
    match expression:
        case feel.If():
            yield from _worked_with(expression.condition, bound)
            # What is only used when something holds may be missing when it does not.
            return
        case feel.Entries(entries=entries):
            for name, value in entries:
                yield from _worked_with(value, bound)
                bound |= {name}
            return
        case feel.Loop() | feel.Function():
            return
        case feel.Filter(of=of):
            yield from (name for name in _root(of) if name not in bound)
            yield from _worked_with(of, bound)
            return
        case feel.Attribute(of=of):
            yield from (name for name in _root(of) if name not in bound)
        case feel.Operation(operator="+" | "-" | "*" | "/" | "<" | ">" | "<=" | ">=", left=left, right=right):
            for side in (left, right):
                if isinstance(side, feel.Name) and side.name not in bound:
                    yield side.name
        case feel.Operation(operator="and" | "or"):
            yield from _worked_with(expression.left, bound)
            return
        case feel.Call(function=function, arguments=arguments) if function in _NEEDING:
            yield from (one.name for one in arguments if isinstance(one, feel.Name) and one.name not in bound)
    for part in feel.parts_of(expression):
        yield from _worked_with(part, bound)


_NEEDING = frozenset(
    {"date", "date and time", "time", "duration", "number", "replace", "substring", "upper case", "lower case"}
)

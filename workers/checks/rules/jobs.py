"""Service tasks and listeners: the worker is there and gets what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any

import pydantic_core
from pydantic import TypeAdapter, ValidationError

from workers.checks.finding import Finding, Severity, about, did_you_mean
from workers.checks.kinds import Kind, kind_of_field, kind_of_model, samples, unfit
from workers.checks.project import Project
from workers.diagrams.model import Diagram, Element, Listener
from workers.people.roles import ROLES
from workers.registers.definitions import REGISTERS
from workers.runtime.contract import JobInput, JobType

Fields = dict[str, Any]


def jobs_get_what_they_need(project: Project) -> Iterator[Finding]:
    """Every job type has a worker, and the input mappings fit what it takes."""
    for diagram, element in project.elements():
        inside = project.flow.inside(diagram, element)
        if inside is not None:
            yield from _names_there_are(project, diagram, element, inside.known)
        task = element.zeebe.task
        if task is not None and task.type and not task.type.startswith("="):
            declared = project.job_types.get(task.type)
            if declared is None:
                yield _no_worker(project, diagram, element.id, task.type)
            elif declared.listener:
                yield about(
                    diagram,
                    element.id,
                    "listener-as-task",
                    f"is a job {task.type!r}, which belongs to a listener",
                    "Put it on the element as an execution listener.",
                )
            else:
                yield from _inputs(project, diagram, element, declared)
        for listener in element.zeebe.listeners:
            yield from _listener(project, diagram, element.id, listener)
            served = project.job_types.get(listener.type)
            if served is not None and served.listener:
                yield from _listened(project, diagram, element, served)
    for diagram in project.diagrams:
        for process in diagram.processes:
            for listener in process.listeners:
                yield from _listener(project, diagram, process.id, listener)


def _listener(project: Project, diagram: Diagram, any_id: str, listener: Listener) -> Iterator[Finding]:
    served = project.job_types.get(listener.type)
    if served is None:
        yield _no_worker(project, diagram, any_id, listener.type)
    elif not served.listener:
        yield about(
            diagram,
            any_id,
            "task-as-listener",
            f"has the job {listener.type!r} as a listener, but it is for service tasks",
            "Make it a service task of its own.",
        )


def _no_worker(project: Project, diagram: Diagram, any_id: str, wanted: str) -> Finding:
    return about(
        diagram,
        any_id,
        "unknown-job-type",
        f"is a job {wanted!r}, for which there is no worker",
        did_you_mean(wanted, project.job_types, f"There are {', '.join(project.job_types)}."),
    )


@cache
def fields_of(model: type[JobInput]) -> Fields:
    """The fields of an input by the names diagrams use."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _inputs(project: Project, diagram: Diagram, element: Element, declared: JobType) -> Iterator[Finding]:
    fields = fields_of(declared.input_model)
    supplied = [mapping.target.split(".")[0] for mapping in element.zeebe.inputs]
    inside = project.flow.inside(diagram, element)
    for name in dict.fromkeys(supplied):
        if name not in fields:
            yield about(
                diagram,
                element.id,
                "unknown-input",
                f"gives {declared.name} the input '{name}', which it does not take",
                did_you_mean(name, fields, f"It takes {', '.join(fields)}."),
            )
    for name, info in fields.items():
        if info.is_required() and name not in supplied:
            yield about(
                diagram,
                element.id,
                "missing-input",
                f"does not give {declared.name} the input '{name}'",
                f"Add an input mapping. {info.description}",
            )
    if inside is None:
        return
    for name in fields:
        if name in inside.known:
            yield from _fits(project, diagram, element, declared, name, mapped=name in supplied)
    if "register" in fields:
        yield from _register(project, diagram, element)


def _names_there_are(
    project: Project, diagram: Diagram, element: Element, given: Mapping[str, Kind]
) -> Iterator[Finding]:
    """Roles, and the procedure a case belongs to, are names that exist."""
    for mapping in element.zeebe.inputs:
        kind = given.get(mapping.target)
        scalars = {*(kind.constants or ()), *((kind.item.constants if kind.item else None) or ())} if kind else set()
        for value in sorted(str(scalar.value) for scalar in scalars):
            role = (
                value if mapping.target == "roles" else value.removeprefix("role:") if value.startswith("role:") else ""
            )
            if role and role not in ROLES:
                yield about(
                    diagram,
                    element.id,
                    "unknown-role",
                    f"names the role {role!r} in its input '{mapping.target}', which nobody holds",
                    did_you_mean(role, ROLES, f"The roles are {', '.join(ROLES)}."),
                )
            if mapping.target == "procedure" and value not in project.diagram_of:
                yield about(
                    diagram,
                    element.id,
                    "unknown-procedure",
                    f"opens a case of the procedure {value!r}, which there is not",
                    did_you_mean(value, project.diagram_of, "Name the process the case belongs to."),
                    severity=Severity.WARNING,
                )


def _fits(
    project: Project, diagram: Diagram, element: Element, declared: JobType, name: str, *, mapped: bool
) -> Iterator[Finding]:
    inside = project.flow.inside(diagram, element)
    if inside is None:
        return
    kind = inside.known[name]
    wanted = kind_of_field(declared.input_model, name)
    problem = unfit(kind, wanted)
    severity = Severity.ERROR
    if problem is None:
        # Whether it is ever empty here depends on more than can be known.
        tried = [
            (value, _refusal(declared.input_model, name, value)) for value in samples(kind) or () if value is not None
        ]
        refused = [(value, refusal) for value, refusal in tried if refusal is not None]
        if refused:
            problem = f"can be {_written(refused[0][0])}: {refused[0][1]}"
            severity = Severity.ERROR if len(refused) == len(tried) else Severity.WARNING
    if problem is None:
        return
    if mapped:
        yield about(
            diagram,
            element.id,
            "wrong-input",
            f"gives {declared.name} an input '{name}' that {problem}",
            f"Correct the mapping. {fields_of(declared.input_model)[name].description}",
            severity=severity,
        )
    else:
        yield about(
            diagram,
            element.id,
            "wrong-input",
            f"has no input '{name}', so {declared.name} reads the variable of that name, which {problem}",
            f"Add an input mapping. {fields_of(declared.input_model)[name].description}",
            severity=severity,
        )


def _written(value: Any) -> str:
    limit = 60
    text = pydantic_core.to_json(value).decode()
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


@cache
def _adapter(model: type[JobInput], name: str) -> TypeAdapter[Any]:
    info = fields_of(model)[name]
    annotation = info.annotation
    for one in info.metadata:
        annotation = Annotated[annotation, one]
    return TypeAdapter(annotation)


def _refusal(model: type[JobInput], name: str, value: Any) -> str | None:
    try:
        _adapter(model, name).validate_json(pydantic_core.to_json(value))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"] if isinstance(part, str) and part.isidentifier())
        said = first["msg"].removeprefix("Value error, ").rstrip(".")
        return f"{where}: {said}" if where else said
    return None


def _listened(project: Project, diagram: Diagram, element: Element, declared: JobType) -> Iterator[Finding]:
    variables = project.flow.filled(diagram, element)
    after = project.flow.after(diagram, element)
    if variables is None or after is None or variables.open:
        return
    for name, info in fields_of(declared.input_model).items():
        if info.is_required() and name not in variables.known and name not in after.known:
            yield about(
                diagram,
                element.id,
                "missing-input",
                f"has the listener {declared.name}, which needs the variable '{name}', and nothing before it sets that",
                f"Set it before. {info.description}",
            )


def _register(project: Project, diagram: Diagram, element: Element) -> Iterator[Finding]:
    """A register says itself which kinds of entries and which facts it keeps."""
    inside = project.flow.inside(diagram, element)
    names = inside.known["register"].constants if inside is not None and "register" in inside.known else None
    if inside is None or names is None:
        return
    mapped = {mapping.target for mapping in element.zeebe.inputs}
    for register in sorted(str(scalar.value) for scalar in names):
        if register not in REGISTERS:
            yield about(
                diagram,
                element.id,
                "unknown-register",
                f"names the register {register!r}, which there is not",
                did_you_mean(register, REGISTERS, f"There are {', '.join(REGISTERS)}."),
            )
            continue
        for name, known in (("kind", REGISTERS[register].kinds), ("status", REGISTERS[register].statuses)):
            values = inside.known[name].constants if name in mapped and name in inside.known else None
            for value in sorted(str(scalar.value) for scalar in values or () if scalar.value not in known):
                yield about(
                    diagram,
                    element.id,
                    "unknown-in-register",
                    f"gives the register {register} the {name} {value!r}, which it does not know",
                    did_you_mean(value, known, f"It knows {', '.join(known)}."),
                    severity=Severity.ERROR if len(values or ()) == 1 else Severity.WARNING,
                )
        if "facts" not in mapped or inside.known["facts"].fields is None:
            continue
        given = inside.known["facts"]
        model = REGISTERS[register].facts
        wanted = kind_of_model(model).by_name
        # A change names the entry, whose other facts stay.
        added = "reference" not in mapped
        required = {info.alias or name for name, info in model.model_fields.items() if added and info.is_required()}
        for name in sorted(given.by_name.keys() - wanted.keys()):
            yield about(
                diagram,
                element.id,
                "wrong-input",
                f"gives the register {register} the fact '{name}', which it does not keep",
                f"It keeps {', '.join(wanted)}.",
            )
        for name in sorted(required - given.by_name.keys()):
            yield about(
                diagram,
                element.id,
                "wrong-input",
                f"does not give the register {register} the fact '{name}'",
                "Add it to the input 'facts'.",
            )
        for name, kind in given.by_name.items():
            if name in wanted and (problem := unfit(kind, wanted[name])):
                yield about(
                    diagram,
                    element.id,
                    "wrong-input",
                    f"gives the register {register} a fact '{name}' that {problem}",
                    "Correct it in the input 'facts'.",
                )

"""What Camunda Modeler offers: an element template for each job type, and for the letters a diagram sends.

A process owner chooses a task from the Modeler's menu and never types a job type. The templates follow from the job
types' declarations; :mod:`workers.checks.element_template_files` keeps them on disk.

A drop-down stands only where the diagram states a value and never works it out: the Modeler empties a drop-down whose
value it does not list when a template is applied or updated. For the same reason results are mapped by the Modeler's
own list of outputs, which templates leave alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from workers.checks.project import Project
from workers.notices.models import SendNotice
from workers.people.roles import ROLES
from workers.registers.definitions import REGISTERS
from workers.runtime.contract import JobType

SCHEMA = "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json"
ID_PREFIX = "uk.dueprocess."
LETTER_PROCESS = "letter_delivery"
CHOSEN_LETTER = f"{ID_PREFIX}{LETTER_PROCESS}"
WORKED_OUT_LETTER = f"{ID_PREFIX}{LETTER_PROCESS}_by_expression"

ENGINES = {"camunda": "^8.6", "camundaDesktopModeler": ">=5.46"}
"""Before 5.46 the Modeler drops the outputs of an element when it applies a template."""

SERVICE_TASK = "bpmn:ServiceTask"
CALL_ACTIVITY = "bpmn:CallActivity"

Json = dict[str, Any]

STATED = frozenset({"direction", "policy", "register", "rounding", "unit"})
"""Inputs a diagram states and never works out; those of them that have a list of values get a drop-down."""

TYPED = frozenset({"about", "event", "kind", "message", "outcome", "procedure", "status", "time_of_day"})
"""Inputs that are mostly typed as they are; any other is an expression unless its type says more."""


@dataclass(frozen=True)
class ElementTemplate:
    """A template without its version."""

    name: str
    """The name of its file, and the end of its id."""
    content: Json

    @property
    def id(self) -> str:
        """The id diagrams carry."""
        return f"{ID_PREFIX}{self.name}"


@dataclass(frozen=True)
class Capability:
    """A group of the Modeler's menu."""

    title: str
    icon: str
    """What is drawn, on a square of 18."""


_STROKE = '<g fill="none" stroke="#22577a" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round">'

CAPABILITIES: Mapping[str, Capability] = {
    "cases": Capability("Cases", '<path d="M2 5V3.5h5L8.5 5H16v10H2z"/>'),
    "deadlines": Capability("Deadlines", '<path d="M2.5 4h13v11.5h-13zM2.5 7.5h13M6 2v3M12 2v3"/>'),
    "messages": Capability("Messages", '<path d="M2 3.5h14v8.5H8l-4 3.5v-3.5H2z"/>'),
    "notices": Capability("Letters", '<path d="M2 4h14v10H2zL9 9.5 16 4"/>'),
    "people": Capability(
        "People", '<circle cx="9" cy="5.5" r="3"/><path d="M2.5 16c0-4 3-5.5 6.5-5.5s6.5 1.5 6.5 5.5z"/>'
    ),
    "registers": Capability("Registers", '<path d="M3.5 2h11v14h-11zM6.5 5.5h5M6.5 9h5M6.5 12.5h5"/>'),
}
_OTHER_ICON = '<circle cx="9" cy="9" r="6.5"/><path d="M9 5.5v3.5h3.5"/>'


def element_templates(project: Project) -> tuple[ElementTemplate, ...]:
    """The templates there should be, by name; none for listeners, which no template can add to an element."""
    of_jobs = (_of_job(job) for job in project.job_types.values() if not job.listener)
    return tuple(sorted((*of_jobs, *_of_letters(project.letters.names())), key=lambda template: template.name))


def _of_job(job: JobType) -> ElementTemplate:
    inputs = [_input(name, field, job.input_model) for name, field in _by_variable(job.input_model.model_fields)]
    return _template(
        job.name,
        title=job.title,
        description=" ".join([_first_sentence(job.description), *_results(job), *_outcomes(job)]),
        folder=job.handler.__module__.split(".")[1],
        element=SERVICE_TASK,
        fixed=[
            _fixed(job.name, type="zeebe:taskDefinition", property="type"),
            _fixed(str(job.retry.retries), type="zeebe:taskDefinition", property="retries"),
        ],
        inputs=inputs,
    )


def _of_letters(letters: Sequence[str]) -> Iterator[ElementTemplate]:
    """Two, because a drop-down cannot hold an expression."""
    chosen: Json = {
        "type": "Dropdown",
        "choices": [_choice(letter, letter) for letter in letters],
        "description": "The letter, as its file below templates/ is named.",
    }
    worked_out: Json = {
        "type": "String",
        "feel": "required",
        "description": "An expression that gives the name of a letter below templates/.",
    }
    yield _of_letter(LETTER_PROCESS, "Deliver a letter", chosen)
    yield _of_letter(f"{LETTER_PROCESS}_by_expression", "Deliver a letter that an expression chooses", worked_out)


def _of_letter(name: str, title: str, letter: Json) -> ElementTemplate:
    case_url: Json = {
        "label": "Case URL",
        "description": "Where the case file is, for whoever posts the letter.",
        "type": "String",
        "feel": "required",
        "value": "=case_url",
        "group": "needed",
        "constraints": {"notEmpty": True},
        "binding": {"type": "zeebe:input", "name": "case_url"},
    }
    inputs: list[Json] = []
    for variable, field in _by_variable(SendNotice.model_fields):
        match variable:
            case "template":
                inputs.append(
                    {"label": "Letter"}
                    | letter
                    | {"group": "needed", "constraints": {"notEmpty": True}, "binding": _of_input(variable)}
                )
            case "written_at":
                continue
            case _:
                inputs.append(_input(variable, field, SendNotice))
        if variable == "case_reference":
            inputs.append(case_url)
    return _template(
        name,
        title=title,
        description=(
            "Send a letter by email, or have it printed and posted where it cannot be emailed. "
            "Gives: received_on, the day it counts as received; notice_reference."
        ),
        folder="notices",
        element=CALL_ACTIVITY,
        fixed=[
            _fixed(LETTER_PROCESS, type="zeebe:calledElement", property="processId"),
            _fixed("latest", type="zeebe:calledElement", property="bindingType"),
            _fixed(False, type="zeebe:calledElement", property="propagateAllParentVariables"),
            _fixed(False, type="zeebe:calledElement", property="propagateAllChildVariables"),
        ],
        inputs=inputs,
    )


def _template(
    name: str,
    *,
    title: str,
    description: str,
    folder: str,
    element: str,
    fixed: Sequence[Json],
    inputs: Iterable[Json],
) -> ElementTemplate:
    capability = CAPABILITIES.get(folder) or Capability(_words(folder), _OTHER_ICON)
    ordered = sorted(inputs, key=lambda shown: shown["group"] != "needed")
    groups = [
        ("needed", "What it needs", True),
        ("optional", "What it may be told", False),
        ("policy", "Policy", True),
    ]
    policy: Json = {
        "label": "Paragraphs",
        "description": "The paragraphs of the policy this carries out, such as CAP-15a, CAP-15b.",
        "type": "String",
        "optional": True,
        "group": "policy",
        "binding": {"type": "zeebe:property", "name": "policy"},
    }
    used = {shown["group"] for shown in (*ordered, policy)}
    return ElementTemplate(
        name,
        {
            "$schema": SCHEMA,
            "name": title,
            "id": f"{ID_PREFIX}{name}",
            "description": description,
            "engines": ENGINES,
            "category": {"id": f"{ID_PREFIX}{folder}", "name": capability.title},
            "icon": {"contents": _icon(capability.icon)},
            "appliesTo": ["bpmn:Task", CALL_ACTIVITY] if element == CALL_ACTIVITY else ["bpmn:Task"],
            "elementType": {"value": element},
            "entriesVisible": {"outputs": True},
            "groups": [
                {"id": id_, "label": label, "openByDefault": is_open} for id_, label, is_open in groups if id_ in used
            ],
            "properties": [*fixed, *ordered, policy],
        },
    )


def _input(variable: str, field: FieldInfo, model: type[BaseModel]) -> Json:
    required = field.is_required()
    shown: Json = {"label": _words(variable), "description": _hint(variable, field, model)}
    kind = _kind(variable, field)
    shown |= kind
    if required:
        shown |= {"group": "needed"}
        if (usual := _usual_value(variable, field)) is not None:
            shown |= {"value": usual}
        if kind["type"] != "Boolean":
            shown |= {"constraints": {"notEmpty": True}}
    else:
        shown |= {"group": "optional", "optional": True}
        if kind["type"] == "Boolean" and field.default is True:
            # The Modeler writes down every yes or no, and no where nothing is said.
            shown |= {"value": True}
    return shown | {"binding": _of_input(variable)}


def _kind(variable: str, field: FieldInfo) -> Json:
    core = _core(field.annotation)
    if variable == "register":
        return {"type": "Dropdown", "choices": [_choice(register.title, name) for name, register in REGISTERS.items()]}
    if get_origin(core) is Literal and variable in STATED:
        return {"type": "Dropdown", "choices": [_choice(_words(value), value) for value in get_args(core)]}
    if core is bool:
        return {"type": "Boolean", "feel": "optional"}
    if get_origin(core) in (list, dict) or (isinstance(core, type) and issubclass(core, BaseModel)):
        return {"type": "Text", "feel": "required"}
    if core is timedelta or get_origin(core) is Literal or variable in TYPED:
        return {"type": "String", "feel": "optional"}
    return {"type": "String", "feel": "required"}


def _usual_value(variable: str, field: FieldInfo) -> str | None:
    """What stands in a required field at first, where there is one thing it almost always is."""
    if "=now()" in (field.description or ""):
        return "=now()"
    return "=case_reference" if variable == "case_reference" else None


def _hint(variable: str, field: FieldInfo, model: type[BaseModel]) -> str:
    sentences = [field.description or ""]
    variables = {name for name, _ in _by_variable(model.model_fields)}
    core = _core(field.annotation)
    if get_origin(core) is Literal and variable not in STATED:
        sentences.append(f"One of: {', '.join(map(str, get_args(core)))}.")
    if variable == "roles":
        sentences.append(f"Roles: {', '.join(ROLES)}.")
    if variable in ("kind", "status") and "register" in variables:
        for name, register in REGISTERS.items():
            words = register.kinds if variable == "kind" else register.statuses
            sentences.append(f"In {name}: {', '.join(words)}.")
    if not field.is_required() and (default := _default(field)):
        sentences.append(f"Left empty: {default}.")
    return " ".join(sentences)


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    match default:
        case bool():
            return "yes" if default else "no"
        case timedelta():
            return str(TypeAdapter(timedelta).dump_python(default, mode="json"))
        case str() if default:
            return default.replace("_", " ")
        case _:
            return ""


def _results(job: JobType) -> Iterator[str]:
    told = []
    for variable, field in _by_variable(job.output_model.model_fields):
        core = _core(field.annotation)
        if isinstance(core, type) and issubclass(core, BaseModel):
            told.append(f"{variable} ({', '.join(name for name, _ in _by_variable(core.model_fields))})")
        else:
            told.append(variable)
    if told:
        yield f"Gives: {'; '.join(told)}."


def _outcomes(job: JobType) -> Iterator[str]:
    for error in job.errors:
        yield f"Catch the error {error.code}: {error.meaning}"


def _of_input(variable: str) -> Json:
    return {"type": "zeebe:input", "name": variable}


def _fixed(value: str | bool, **binding: str) -> Json:
    return {"type": "Hidden", "value": value, "binding": binding}


def _choice(name: str, value: str) -> Json:
    return {"name": name, "value": f'="{value}"'}


def _by_variable(fields: Mapping[str, FieldInfo]) -> Iterator[tuple[str, FieldInfo]]:
    """Fields under the names the engine knows."""
    for name, field in fields.items():
        yield field.alias or name, field


def _core(annotation: Any) -> Any:
    """The type without what pydantic adds to it, and without null."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            others = [part for part in get_args(annotation) if part is not type(None)]
            if len(others) != 1:
                return annotation
            annotation = others[0]
        else:
            return annotation


def _first_sentence(text: str) -> str:
    paragraph = " ".join(text.split("\n\n", 1)[0].split())
    return re.split(r"(?<=\.)\s", paragraph, maxsplit=1)[0]


def _words(name: str) -> str:
    first, *others = (_ACRONYMS.get(word, word) for word in name.split("_"))
    return " ".join([first[:1].upper() + first[1:], *others])


_ACRONYMS = {"hr": "HR", "id": "ID", "it": "IT", "url": "URL"}


def _icon(drawn: str) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="18" height="18" viewBox="0 0 18 18">{_STROKE}{drawn}</g></svg>'
    )
    return f"data:image/svg+xml,{quote(svg, safe='')}"

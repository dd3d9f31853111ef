"""Small projects for tests: processes written as a few lines of XML, without a drawing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from workers.checks.decisions import Decision, InputColumn, OutputColumn, Rule
from workers.checks.feel import Feel
from workers.checks.forms import Form, read_form_bytes
from workers.checks.project import Project
from workers.diagrams.model import Diagram
from workers.diagrams.reading import read_diagram_bytes
from workers.notices.templates import TemplateFolder
from workers.runtime.catalogue import job_types
from workers.settings import PROJECT

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">'
)
FOLDER = Path("bpmn/leave")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def mappings(inputs: Mapping[str, str] | None = None, outputs: Mapping[str, str] | None = None) -> str:
    """Input and output mappings, for the extensions of an element."""
    given = "".join(f'<zeebe:input source="{escaped(s)}" target="{t}" />' for t, s in (inputs or {}).items())
    taken = "".join(f'<zeebe:output source="{escaped(s)}" target="{t}" />' for t, s in (outputs or {}).items())
    return f"<zeebe:ioMapping>{given}{taken}</zeebe:ioMapping>"


def element(kind: str, any_id: str, extensions: str = "", inside: str = "", **attributes: str) -> str:
    """An element with extensions and BPMN inside."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<bpmn:{kind} id="{any_id}" name="{any_id}"{more}>'
        f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>{inside}</bpmn:{kind}>"
    )


def flow(source: str, target: str, condition: str = "") -> str:
    """A sequence flow called ``<source>_<target>``."""
    inside = f"<bpmn:conditionExpression>{escaped(condition)}</bpmn:conditionExpression>" if condition else ""
    return (
        f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inside}</bpmn:sequenceFlow>"
    )


def path(*ids: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(one, other) for one, other in pairwise(ids))


def start(any_id: str = "Start", form: str = "") -> str:
    """A start event, with a form if one is named."""
    return element("startEvent", any_id, f'<zeebe:formDefinition formId="{form}" />' if form else "")


def end(any_id: str = "End") -> str:
    """An end event."""
    return element("endEvent", any_id)


def script(any_id: str, expression: str, variable: str) -> str:
    """A script task: the plainest way to read and set variables."""
    return element(
        "scriptTask", any_id, f'<zeebe:script expression="{escaped(expression)}" resultVariable="{variable}" />'
    )


def diagram(stem: str, *parts: str, rest: str = "") -> Diagram:
    """A diagram of one process; ``rest`` stands beside the process."""
    text = (
        f'{HEAD}<bpmn:process id="{stem}" isExecutable="true">{"".join(parts)}</bpmn:process>{rest}</bpmn:definitions>'
    )
    return read_diagram_bytes(text.encode(), FOLDER / f"{stem}.bpmn")


def form(stem: str, *fields: Mapping[str, Any]) -> Form:
    """A form; fields without an id get one."""
    components = [{"id": f"Field_{place}", **field} for place, field in enumerate(fields)]
    return read_form_bytes(json.dumps({"id": stem, "components": components}).encode(), FOLDER / f"{stem}.form")


def table(
    name: str, inputs: Mapping[str, str], outputs: Mapping[str, str], *rules: str, hit_policy: str = "UNIQUE"
) -> Decision:
    """A decision table: columns with their types, rules as ``test ; test -> answer ; answer``."""
    rows = []
    for place, rule in enumerate(rules, 1):
        tests, answers = rule.split("->")
        rows.append(
            Rule(
                f"Rule_{place}",
                place,
                tuple(cell.strip() for cell in tests.split(";")),
                tuple(cell.strip() for cell in answers.split(";")),
                "",
            )
        )
    return Decision(
        file=FOLDER / f"{name}.dmn",
        id=name,
        name=name,
        line=1,
        hit_policy=hit_policy,
        inputs=tuple(InputColumn(f"In_{one}", one, one, kind) for one, kind in inputs.items()),
        outputs=tuple(OutputColumn(f"Out_{one}", one, one, kind) for one, kind in outputs.items()),
        rules=tuple(rows),
    )


def project(feel: Feel, *parts: Diagram | Form | Decision) -> Project:
    """What is checked together."""
    return Project(
        Path("bpmn"),
        TemplateFolder(PROJECT / "templates"),
        tuple(part for part in parts if isinstance(part, Diagram)),
        tuple(part for part in parts if isinstance(part, Form)),
        tuple(part for part in parts if isinstance(part, Decision)),
        job_types(),
        feel,
    )

"""Deployed processes and forms, read from the records of their deployment: exactly what the engine runs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"


@dataclass(frozen=True)
class Flow:
    """A sequence flow of a deployed process."""

    id: str
    name: str
    source: str
    target: str


@dataclass(frozen=True)
class Definition:
    """A version of a deployed process."""

    key: int
    process_id: str
    version: int
    resource: str
    """The file it was deployed from."""
    names: Mapping[str, str]
    """The label of every element that has one, line breaks made spaces."""
    elements: tuple[str, ...]
    flows: Mapping[str, Flow]
    unrecorded: Mapping[str, str]
    """The flow that led there, by event: those of an event-based gateway, which the engine takes without a record."""
    start_form: str | None
    """The id of the form its blank start event shows."""

    def label(self, element_id: str) -> str:
        """The element's label, or its id where it has none."""
        return self.names.get(element_id) or element_id

    def is_called(self, element_id: str, wanted: str) -> bool:
        """Whether ``wanted`` is the element's label or its id."""
        return wanted in (element_id, self.names.get(element_id))


def read_definition(key: int, value: Mapping[str, Any]) -> Definition:
    """The definition in a ``PROCESS CREATED`` record."""
    root = etree.fromstring(base64.b64decode(value["resource"]))
    process = next(p for p in root.iter(f"{_BPMN}process") if p.get("id") == value["bpmnProcessId"])
    nodes = [
        node for node in process.iter() if isinstance(node.tag, str) and node.tag.startswith(_BPMN) and node.get("id")
    ]
    flows = [node for node in nodes if node.tag == f"{_BPMN}sequenceFlow"]
    event_gateways = {node.get("id") for node in nodes if node.tag == f"{_BPMN}eventBasedGateway"}
    return Definition(
        key=key,
        process_id=value["bpmnProcessId"],
        version=value["version"],
        resource=value["resourceName"],
        names={node.get("id", ""): " ".join(name.split()) for node in nodes if (name := node.get("name"))},
        elements=tuple(node.get("id", "") for node in nodes if _is_flow_node(node)),
        flows={
            flow.get("id", ""): Flow(
                flow.get("id", ""),
                " ".join(flow.get("name", "").split()),
                flow.get("sourceRef", ""),
                flow.get("targetRef", ""),
            )
            for flow in flows
        },
        unrecorded={
            flow.get("targetRef", ""): flow.get("id", "") for flow in flows if flow.get("sourceRef") in event_gateways
        },
        start_form=_start_form(process),
    )


def read_form(value: Mapping[str, Any]) -> dict[str, Any]:
    """The form in a ``FORM CREATED`` record."""
    form: dict[str, Any] = json.loads(base64.b64decode(value["resource"]))
    return form


def _is_flow_node(node: etree._Element) -> bool:
    return str(node.tag).endswith(("Event", "Task", "task", "Gateway", "ubProcess", "callActivity", "transaction"))


def _start_form(process: etree._Element) -> str | None:
    for start in process.findall(f"{_BPMN}startEvent"):
        form = start.find(f"{_BPMN}extensionElements/{_ZEEBE}formDefinition")
        if form is not None:
            return form.get("formId")
    return None

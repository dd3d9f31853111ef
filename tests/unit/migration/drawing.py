"""Small procedures written down in one expression, for comparing two versions of them."""

from __future__ import annotations

from itertools import pairwise
from xml.sax.saxutils import quoteattr

from lxml import etree

from workers.diagrams.reading import BPMN
from workers.migration.versions import Version

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0"'
)


def bpmn(*parts: str, process_id: str = "leave", outside: str = "") -> bytes:
    """A file with one procedure.

    :param parts: what is in it.
    :param outside: messages and errors.
    """
    root = etree.fromstring(
        f'<bpmn:definitions {NAMESPACES} id="Definitions_1" targetNamespace="http://example.org" '
        'modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.6.0">'
        f'<bpmn:process id="{process_id}" name="Leave" isExecutable="true">{"".join(parts)}</bpmn:process>'
        f"{outside}</bpmn:definitions>"
    )
    nodes = {node.get("id"): node for node in root.iter()}
    for one in root.iter(f"{BPMN}sequenceFlow"):
        for end, way in (("targetRef", "incoming"), ("sourceRef", "outgoing")):
            _link(nodes[one.get(end)], way, one.get("id") or "")
    return etree.tostring(root)


def _link(node: etree._Element, way: str, flow_id: str) -> None:
    """The engine reads the flows of an event from the event."""
    before = [f"{BPMN}extensionElements", f"{BPMN}incoming", *([f"{BPMN}outgoing"] if way == "outgoing" else [])]
    place = sum(child.tag in before for child in node)
    link = etree.Element(f"{BPMN}{way}")
    link.text = flow_id
    node.insert(place, link)


def version(*parts: str, number: int = 1, process_id: str = "leave", outside: str = "") -> Version:
    """The version of a procedure that the engine counts ``number``."""
    return Version.deployed(process_id, bpmn(*parts, process_id=process_id, outside=outside), number, 1000 + number)


def element(kind: str, element_id: str, name: str = "", inner: str = "", **attributes: str) -> str:
    """An element."""
    more = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    named = f" name={quoteattr(name)}" if name else ""
    return f'<bpmn:{kind} id="{element_id}"{named}{more}>{inner}</bpmn:{kind}>'


def extensions(*inner: str) -> str:
    """What the engine adds to BPMN."""
    return f"<bpmn:extensionElements>{''.join(inner)}</bpmn:extensionElements>"


def user_task(element_id: str, name: str = "", *more: str) -> str:
    """A Camunda user task."""
    return element("userTask", element_id, name, extensions("<zeebe:userTask />", *more))


def service_task(element_id: str, name: str = "", job: str = "nobodys_job", *more: str) -> str:
    """A task for a worker."""
    return element(
        "serviceTask", element_id, name, extensions(f"<zeebe:taskDefinition type={quoteattr(job)} />", *more)
    )


def call(element_id: str, name: str, process_id: str) -> str:
    """A call activity."""
    return element(
        "callActivity",
        element_id,
        name,
        extensions(f'<zeebe:calledElement processId="{process_id}" propagateAllChildVariables="false" />'),
    )


def timer(expression: str, kind: str = "timeDuration") -> str:
    """What makes an event a timer."""
    said = f'<bpmn:{kind} xsi:type="bpmn:tFormalExpression">{expression}</bpmn:{kind}>'
    return f"<bpmn:timerEventDefinition>{said}</bpmn:timerEventDefinition>"


def for_message(message_id: str) -> str:
    """What makes an event wait for a message."""
    return f'<bpmn:messageEventDefinition messageRef="{message_id}" />'


def message(message_id: str, name: str, key: str = "=staff_number") -> str:
    """A message, to stand outside the procedure."""
    subscription = f"<zeebe:subscription correlationKey={quoteattr(key)} />"
    return f'<bpmn:message id="{message_id}" name="{name}">{extensions(subscription)}</bpmn:message>'


def boundary(element_id: str, name: str, host: str, what: str, *, interrupting: bool = False) -> str:
    """A boundary event; by default it lets its host go on."""
    cancels = {} if interrupting else {"cancelActivity": "false"}
    return element("boundaryEvent", element_id, name, what, attachedToRef=host, **cancels)


def flow(source: str, target: str, condition: str = "") -> str:
    """A sequence flow, named for its ends."""
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return element("sequenceFlow", f"Flow_{source}_{target}", "", inner, sourceRef=source, targetRef=target)


def path(*element_ids: str) -> str:
    """Sequence flows from each element to the next."""
    return "".join(flow(*pair) for pair in pairwise(element_ids))


START, END = element("startEvent", "StartEvent_Begun", "Begun"), element("endEvent", "EndEvent_Done", "Done")

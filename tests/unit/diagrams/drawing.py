"""Small diagrams for the tests, written down where they are used.

``diagram()`` is a good drawing: Start, a task, a question, and two ends. The tests spoil it in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from workers.diagrams.model import Diagram
from workers.diagrams.reading import read_diagram_bytes

FILE = Path("bpmn/leave/leave_request.bpmn")
NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0"'
)
Box = tuple[float, float, float, float]


@dataclass
class Sketch:
    """A diagram in the making: the process, and its drawing line by line."""

    process: list[str] = field(default_factory=list)
    plane: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    """What stands beside the process: messages, errors, a collaboration."""
    planes: list[str] = field(default_factory=list)
    """Further drawings, of closed subprocesses."""

    def element(
        self, kind: str, element_id: str, box: Box | None, name: str = "", inner: str = "", /, **more: str | Box
    ) -> Sketch:
        """Add an element; ``label=`` gives the bounds of its label, other keywords are attributes."""
        label = more.pop("label", None)
        attributes = "".join(f" {key}={quoteattr(str(value))}" for key, value in more.items())
        named = f" name={quoteattr(name)}" if name else ""
        self.process.append(f'<bpmn:{kind} id="{element_id}"{named}{attributes}>{inner}</bpmn:{kind}>')
        if box is not None:
            self.plane.append(shape(element_id, box, label if isinstance(label, tuple) else None))
        return self

    def flow(  # noqa: PLR0917  (written in rows, where names would hide the drawing)
        self,
        flow_id: str,
        source: str,
        target: str,
        points: Sequence[tuple[float, float]] = (),
        name: str = "",
        condition: str = "",
        label: Box | None = None,
    ) -> Sketch:
        """Add a sequence flow."""
        named = f" name={quoteattr(name)}" if name else ""
        inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
        self.process.append(
            f'<bpmn:sequenceFlow id="{flow_id}"{named} sourceRef="{source}" targetRef="{target}">{inner}'
            "</bpmn:sequenceFlow>"
        )
        if points:
            self.plane.append(edge(flow_id, points, label))
        return self

    def xml(self) -> bytes:
        """The whole file."""
        return (
            f'<bpmn:definitions {NAMESPACES} id="Definitions_1" targetNamespace="http://example.org" '
            'modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.6.0">\n'
            '<bpmn:process id="leave_request" name="Leave request" isExecutable="true">\n'
            + "\n".join(self.process)
            + "\n</bpmn:process>\n"
            + "\n".join(self.outside)
            + '\n<bpmndi:BPMNDiagram id="Diagram_1"><bpmndi:BPMNPlane id="Plane_1" bpmnElement="leave_request">\n'
            + "\n".join(self.plane)
            + "\n</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>\n"
            + "\n".join(self.planes)
            + "\n</bpmn:definitions>\n"
        ).encode()

    def read(self) -> Diagram:
        """The diagram as the reader sees it."""
        return read_diagram_bytes(self.xml(), FILE)


def shape(element_id: str, box: Box, label: Box | None = None, attributes: str = "") -> str:
    """The drawing of an element."""
    inner = f"<bpmndi:BPMNLabel>{_bounds(label)}</bpmndi:BPMNLabel>" if label else ""
    return (
        f'<bpmndi:BPMNShape id="{element_id}_di" bpmnElement="{element_id}" {attributes}>{_bounds(box)}{inner}'
        "</bpmndi:BPMNShape>"
    )


def edge(flow_id: str, points: Sequence[tuple[float, float]], label: Box | None = None) -> str:
    """The drawing of a flow."""
    waypoints = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
    inner = f"<bpmndi:BPMNLabel>{_bounds(label)}</bpmndi:BPMNLabel>" if label else ""
    return f'<bpmndi:BPMNEdge id="{flow_id}_di" bpmnElement="{flow_id}">{waypoints}{inner}</bpmndi:BPMNEdge>'


def _bounds(box: Box) -> str:
    return '<dc:Bounds x="{}" y="{}" width="{}" height="{}"/>'.format(*box)


def leave_request() -> Sketch:
    """Asked, decided, granted or refused: drawn without fault."""
    return (
        Sketch()
        .element("startEvent", "Start", (100, 100, 36, 36), "Leave wanted")
        .element("userTask", "Decide", (200, 78, 100, 80), "Decide the request")
        .element("exclusiveGateway", "Gateway", (360, 93, 50, 50), "Granted?", label=(360, 68, 50, 14))
        .element("endEvent", "Granted", (500, 100, 36, 36), "Leave granted")
        .element("endEvent", "Refused", (500, 220, 36, 36), "Leave refused")
        .flow("Flow_Decide", "Start", "Decide", [(136, 118), (200, 118)])
        .flow("Flow_Gateway", "Decide", "Gateway", [(300, 118), (360, 118)])
        .flow("Flow_Yes", "Gateway", "Granted", [(410, 118), (500, 118)], "Yes", "=granted", (440, 98, 20, 14))
        .flow("Flow_No", "Gateway", "Refused", [(385, 143), (385, 238), (500, 238)], "No", "", (395, 160, 16, 14))
    )

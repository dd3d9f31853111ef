"""Where the words of a diagram stand: inside their boxes, under their symbols, beside their arrows.

The same rules as the Modeler and Operate: names of tasks in 12 px centred in the box; names of events, gateways and
arrows in 11 px, broken at 90 px, centred on the label's own bounds wherever the drawing gives them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workers.diagrams.model import Bounds, Diagram, Edge, Element, Plane, Point, Shape
from workers.diagrams.text import LINE_HEIGHT, text_width, wrapped

TASK_TEXT = 12.0
LABEL_TEXT = 11.0
LABEL_WIDTH = 90.0
PADDING = 7.0
_LABEL_HEIGHT = 20.0
_FLOW_LABEL_INDENT = 15.0
_BASELINE = 0.75
_ASCENT = 0.74
_DESCENT = 0.22


@dataclass(frozen=True)
class Line:
    """One line of words: where it begins, the baseline it stands on, and how wide it is."""

    words: str
    x: float
    baseline: float
    width: float
    size: float

    @property
    def ink(self) -> Bounds:
        """The rectangle the letters cover."""
        top = self.baseline - _ASCENT * self.size
        return Bounds(self.x, top, self.width, (_ASCENT + _DESCENT) * self.size)


@dataclass(frozen=True)
class Words:
    """A name as it is written on the drawing."""

    lines: tuple[Line, ...]
    bounds: Bounds


def inside(text: str, box: Bounds, *, left: bool = False, top: bool = False) -> Words:
    """A text in its box, centred unless told otherwise, with the padding of the Modeler."""
    column = box.width - 2 * PADDING
    lines = wrapped(text, column, TASK_TEXT)
    height = len(lines) * TASK_TEXT * LINE_HEIGHT
    y = box.y + PADDING if top else box.y + (box.height - height) / 2
    return _set(lines, box.x + PADDING, column, y, TASK_TEXT, left=left)


def beside(text: str, label: Bounds) -> Words:
    """A name outside its symbol, centred on the label's bounds and beginning at their top."""
    lines = wrapped(text, LABEL_WIDTH, LABEL_TEXT)
    return _set(lines, label.centre.x - LABEL_WIDTH / 2, LABEL_WIDTH, label.y, LABEL_TEXT, left=False)


def banner(text: str, length: float, height: float) -> Words:
    """The name of a pool or lane along its title bar, which begins at the origin."""
    lines = wrapped(text, length, TASK_TEXT)
    y = (height - len(lines) * TASK_TEXT * LINE_HEIGHT) / 2
    return _set(lines, 0, length, y, TASK_TEXT, left=False)


def _set(lines: tuple[str, ...], x: float, column: float, y: float, size: float, *, left: bool) -> Words:
    height = size * LINE_HEIGHT
    placed = []
    for number, words in enumerate(lines):
        width = text_width(words, size)
        indent = 0 if left else (column - width) / 2
        placed.append(Line(words, x + indent, y + (number + _BASELINE) * height, width, size))
    widest = max((line.width for line in placed), default=0)
    start = min((line.x for line in placed), default=x)
    return Words(tuple(placed), Bounds(start, y, widest, len(lines) * height))


def has_outside_name(element: Element) -> bool:
    """Whether the element's name stands under its symbol and not in it."""
    return (
        element.is_event or element.is_gateway or element.type in {"dataObjectReference", "dataStoreReference", "group"}
    )


def shape_label(shape: Shape, element: Element) -> Bounds:
    """The bounds of the label of a symbol: those in the drawing, else directly under it, for a group at its top."""
    y = shape.bounds.y + PADDING if element.type == "group" else shape.bounds.bottom
    return shape.label or Bounds(shape.bounds.centre.x - LABEL_WIDTH / 2, y, LABEL_WIDTH, _LABEL_HEIGHT)


def edge_label(edge: Edge) -> Bounds:
    """The bounds of the label of an arrow: those in the drawing, else beside its middle."""
    if edge.label is not None:
        return edge.label
    middle = (len(edge.waypoints) - 2) // 2
    first, second = edge.waypoints[middle], edge.waypoints[middle + 1]
    centre = Point((first.x + second.x) / 2, (first.y + second.y) / 2)
    upright = abs(first.x - second.x) < 1
    x = centre.x + (_FLOW_LABEL_INDENT if upright else 0)
    y = centre.y - (0 if upright else _FLOW_LABEL_INDENT)
    return Bounds(x - LABEL_WIDTH / 2, y - _LABEL_HEIGHT / 2, LABEL_WIDTH, _LABEL_HEIGHT)


def outside_names(diagram: Diagram, plane: Plane) -> Iterator[tuple[str, Words]]:
    """Every name that stands outside its symbol, by the id of what it names."""
    for shape in plane.shapes.values():
        element = diagram.elements.get(shape.element_id)
        if element is not None and element.name and has_outside_name(element):
            yield element.id, beside(element.name, shape_label(shape, element))
    for edge in plane.edges.values():
        name = edge_name(diagram, edge.element_id)
        if name:
            yield edge.element_id, beside(name, edge_label(edge))


def edge_name(diagram: Diagram, edge_id: str) -> str:
    """The words written beside a line; empty for none."""
    flow = diagram.flows.get(edge_id)
    if flow is not None:
        return flow.name
    return next((line.name for line in diagram.connections if line.id == edge_id), "")

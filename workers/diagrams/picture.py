"""Draw a diagram as a picture: SVG that stands alone, near to what the Modeler and Operate show.

Every element is a group with its id in ``data-element-id`` that colours all its parts by its own ``color`` and
``fill``, so a page can recolour the picture with style sheets alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from workers.diagrams import lines, svg, symbols
from workers.diagrams.model import (
    Bounds,
    Diagram,
    Edge,
    Element,
    Plane,
    Point,
    Shape,
    one_line,
)
from workers.diagrams.placing import LABEL_TEXT, Words, banner, inside, outside_names
from workers.diagrams.text import FONT

MARGIN = 20.0
_CORNER = 5.0
_BETWEEN_PLANES = 50.0
_CAPTION = 26.0
_TITLE_BAR = 30.0


@dataclass(frozen=True)
class Colours:
    """How an element or flow is coloured; CSS colours."""

    stroke: str = svg.INK
    fill: str = svg.PAPER


PLAIN = Colours()
TAKEN = Colours("#0b7a3e", "#d8f3e3")
NOT_TAKEN = Colours("#c4201a", "#fde3e1")


@dataclass(frozen=True)
class Style:
    """What differs between pictures of the same diagram, by element and flow id."""

    colours: Mapping[str, Colours] = field(default_factory=dict)
    hover: Mapping[str, str] = field(default_factory=dict)
    """What the pointer shows over an element, instead of its kind, name, paragraphs and documentation."""


def draw(diagram: Diagram, style: Style | None = None) -> str:
    """The diagram as an SVG document; closed subprocesses drawn on their own follow below the main drawing."""
    chosen = style or Style()
    pieces: list[str] = []
    left, right, height = 0.0, 0.0, 0.0
    for number, plane in enumerate(_drawn_planes(diagram)):
        extent = _extent(diagram, plane)
        below = 0.0
        if number:
            below = height + _BETWEEN_PLANES + _CAPTION
            pieces.append(_caption(diagram, plane, left, below - _CAPTION / 2))
        else:
            left, right = extent.x, extent.right
        shift = (left - extent.x, below - extent.y)
        pieces.append(svg.group(_Artist(diagram, plane, chosen).pieces(), transform=_moved(*shift)))
        right = max(right, left + extent.width)
        height = below + extent.height
    width, height = max(right - left, 1) + 2 * MARGIN, max(height, 1) + 2 * MARGIN
    title = title_of(diagram)
    return svg.tag(
        "svg",
        svg.tag("title", svg.text(title))
        + svg.tag("desc", svg.text(_described(diagram)))
        + svg.tag("rect", x=left - MARGIN, y=-MARGIN, width=width, height=height, fill=svg.PAPER)
        + "".join(pieces),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=" ".join(svg.number(value) for value in (left - MARGIN, -MARGIN, width, height)),
        width=width,
        height=height,
        role="img",
        aria_label=title,
        font_family=FONT,
    )


def title_of(diagram: Diagram) -> str:
    """What the diagram is called: the names of its processes, else the file's."""
    names = [one_line(process.name) for process in diagram.processes if process.name]
    return ", ".join(names) or diagram.file.stem.replace("_", " ")


KINDS = {
    "task": "Task",
    "userTask": "User task",
    "serviceTask": "Service task",
    "businessRuleTask": "Decision",
    "scriptTask": "Script",
    "sendTask": "Send task",
    "receiveTask": "Receive task",
    "manualTask": "Manual task",
    "callActivity": "Called process",
    "subProcess": "Subprocess",
    "transaction": "Transaction",
    "adHocSubProcess": "Ad-hoc subprocess",
    "startEvent": "Start",
    "endEvent": "End",
    "intermediateCatchEvent": "Wait",
    "intermediateThrowEvent": "Event",
    "boundaryEvent": "Boundary event",
    "exclusiveGateway": "Question",
    "parallelGateway": "All of",
    "inclusiveGateway": "One or more of",
    "eventBasedGateway": "Whichever comes first",
    "complexGateway": "Gateway",
    "textAnnotation": "Note",
    "group": "Group",
    "dataObjectReference": "Data",
    "dataStoreReference": "Data store",
}


def hover_text(diagram: Diagram, any_id: str) -> str:
    """What the pointer shows over an element or line: kind, name, paragraphs and documentation."""
    element = diagram.elements.get(any_id)
    if element is not None:
        named = one_line(element.name or element.text)
        kind = KINDS[element.type]
        told = [f"{kind}: {named}" if named else kind, ", ".join(element.policy), element.documentation]
        return "\n".join(part for part in told if part)
    flow = diagram.flows.get(any_id)
    if flow is not None:
        told = [one_line(flow.name), ", ".join(flow.policy), flow.condition or "", flow.documentation]
        return "\n".join(part for part in told if part)
    return one_line(diagram.name_of(any_id))


def _described(diagram: Diagram) -> str:
    elements = diagram.elements.values()
    counts = (
        (sum(element.is_activity for element in elements), "task", "tasks"),
        (sum(element.type == "exclusiveGateway" for element in elements), "question", "questions"),
        (sum(element.type == "endEvent" for element in elements), "end", "ends"),
    )
    told = ", ".join(f"{count} {one if count == 1 else more}" for count, one, more in counts)
    return f"BPMN diagram with {told}."


def _drawn_planes(diagram: Diagram) -> Iterator[Plane]:
    return (plane for plane in diagram.planes if plane.shapes)


def _caption(diagram: Diagram, plane: Plane, x: float, y: float) -> str:
    words = one_line(diagram.name_of(plane.element_id)) or plane.element_id
    return svg.tag("text", svg.text(words), x=x, y=y, font_size=14, font_weight="bold", fill=svg.INK)


def _extent(diagram: Diagram, plane: Plane) -> Bounds:
    boxes = [shape.bounds for shape in plane.shapes.values()]
    boxes.extend(words.bounds for _, words in outside_names(diagram, plane))
    boxes.extend(Bounds(p.x, p.y, 0, 0) for edge in plane.edges.values() for p in edge.waypoints)
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    return Bounds(left, top, max(b.right for b in boxes) - left, max(b.bottom for b in boxes) - top)


def _moved(x: float, y: float) -> str | None:
    return f"translate({svg.number(x)} {svg.number(y)})" if x or y else None


class _Artist:
    """Draws one plane."""

    def __init__(self, diagram: Diagram, plane: Plane, style: Style) -> None:
        self.diagram = diagram
        self.plane = plane
        self.style = style

    def pieces(self) -> Iterator[str]:
        """Pools first, then boxes from the outside in, lines, symbols, what sits on borders, and words on top."""
        drawn = self.plane.shapes.values()
        nodes = [(shape, self.diagram.elements[shape.element_id]) for shape in drawn if self._is_element(shape)]
        for shape in drawn:
            if self._is_pool(shape):
                yield self._of(shape.element_id, self._pool(shape))
        open_boxes = [(shape, element) for shape, element in nodes if element.is_subprocess and shape.expanded]
        for shape, element in sorted(open_boxes, key=lambda pair: self._depth(pair[1])):
            yield self._of(element.id, self._activity(shape, element))
        for edge in self.plane.edges.values():
            yield self._of(edge.element_id, self._edge(edge))
        for on_border in (False, True):
            for shape, element in nodes:
                if (element.type == "boundaryEvent") == on_border and (shape, element) not in open_boxes:
                    yield self._of(element.id, self._symbol(shape, element))
        for named, words in outside_names(self.diagram, self.plane):
            yield self._of(named, [_written(words)], label=True)

    def _is_element(self, shape: Shape) -> bool:
        return shape.element_id in self.diagram.elements

    def _is_pool(self, shape: Shape) -> bool:
        pools = {pool.id for pool in self.diagram.participants}
        return shape.element_id in pools or shape.element_id in self.diagram.lanes

    def _depth(self, element: Element) -> int:
        return sum(1 for _ in self.diagram.ancestors(element.id))

    def _of(self, element_id: str, pieces: Iterable[str], *, label: bool = False) -> str:
        colours = self.style.colours.get(element_id, PLAIN)
        hover = self.style.hover.get(element_id) or hover_text(self.diagram, element_id)
        content = [svg.tag("title", svg.text(hover)), *pieces] if hover else list(pieces)
        return svg.group(
            content,
            class_="label" if label else "flow" if element_id in self.plane.edges else "element",
            data_element_id=element_id,
            color=colours.stroke,
            fill=colours.fill,
        )

    def _pool(self, shape: Shape) -> Iterator[str]:
        box = shape.bounds
        yield svg.tag("rect", **_rect(box), stroke=svg.INK_OF_GROUP, stroke_width=1.5)
        name = self.diagram.name_of(shape.element_id)
        pool = next((pool for pool in self.diagram.participants if pool.id == shape.element_id), None)
        black_box = pool is not None and pool.process_id is None
        if black_box and box.width >= box.height:
            yield _written(inside(name, box))
            return
        if shape.horizontal or black_box:
            if pool is not None and not black_box:
                yield svg.line(f"M{svg.number(box.x + _TITLE_BAR)},{svg.number(box.y)} v{svg.number(box.height)}", 1.5)
            words = banner(name, box.height, _TITLE_BAR)
            yield svg.group([_written(words)], transform=f"{_moved(box.x, box.bottom) or ''} rotate(-90)".strip())
        else:
            if pool is not None:
                yield svg.line(f"M{svg.number(box.x)},{svg.number(box.y + _TITLE_BAR)} h{svg.number(box.width)}", 1.5)
            yield svg.group([_written(banner(name, box.width, _TITLE_BAR))], transform=_moved(box.x, box.y))

    def _symbol(self, shape: Shape, element: Element) -> Iterator[str]:
        if element.is_activity:
            return self._activity(shape, element)
        if element.is_event:
            return self._event(shape, element)
        if element.is_gateway:
            return self._gateway(shape, element)
        return self._artifact(shape, element)

    def _activity(self, shape: Shape, element: Element) -> Iterator[str]:
        box = shape.bounds
        border: dict[str, float | str | None] = {"rx": 10, "stroke": svg.INK_OF_GROUP, "stroke_width": 2}
        if element.type == "callActivity":
            border["stroke_width"] = 5
        if element.triggered_by_event:
            border |= {"stroke_dasharray": "0 5.5", "stroke_width": 2.5, "stroke_linecap": "round"}
        yield svg.tag("rect", **(_rect(box) | border))
        if element.type == "transaction":
            yield svg.tag("rect", **(_rect(box.inset(3)) | border | {"rx": 7, "stroke_width": 1.5, "fill": "none"}))
        icon = symbols.task_icon(element.type)
        if icon:
            yield svg.group([icon], transform=_moved(box.x, box.y))
        if element.name:
            yield _written(inside(element.name, box, top=element.is_subprocess and shape.expanded))
        yield from _markers(shape, element)

    def _event(self, shape: Shape, element: Element) -> Iterator[str]:
        box = shape.bounds
        centre, radius = box.centre, min(box.width, box.height) / 2
        width = {"startEvent": 2.0, "endEvent": 4.0}.get(element.type, 1.5)
        dashes = None if element.interrupting else "6 5"
        ring: dict[str, float | str | None] = {"cx": centre.x, "cy": centre.y, "stroke": svg.INK_OF_GROUP}
        ring |= {"stroke_width": width, "stroke_dasharray": dashes}
        yield svg.tag("circle", **(ring | {"r": radius}))
        if element.type not in {"startEvent", "endEvent"}:
            yield svg.tag("circle", **(ring | {"r": max(radius - 3, 0), "fill": "none"}))
        kind = element.events[0].kind if len(element.events) == 1 else "multiple" if element.events else ""
        throws = element.type in {"endEvent", "intermediateThrowEvent"}
        icon = symbols.event_icon(kind, throws=throws)
        if icon:
            yield svg.group([icon], transform=_fitted(box, symbols.EVENT))

    def _gateway(self, shape: Shape, element: Element) -> Iterator[str]:
        yield svg.outline(_path((*lines.diamond(shape.bounds),)) + "Z")
        icon = symbols.gateway_icon(element.type, marked=shape.marker_visible, starts=element.instantiate)
        if icon:
            yield svg.group([icon], transform=_fitted(shape.bounds, symbols.GATEWAY))

    def _artifact(self, shape: Shape, element: Element) -> Iterator[str]:
        box = shape.bounds
        if element.type == "textAnnotation":
            yield svg.tag("rect", **_rect(box), fill_opacity=0)
            arm = svg.number(box.x + 10)
            yield svg.line(
                f"M{arm},{svg.number(box.y)} H{svg.number(box.x)} V{svg.number(box.bottom)} H{arm}",
                stroke_linecap="butt",
                stroke_linejoin="miter",
            )
            yield _written(inside(element.text, box, left=True, top=True))
        elif element.type == "group":
            dashes = "10 6 0 6"
            border = _rect(box) | {"rx": 10, "fill": "none", "stroke": svg.INK_OF_GROUP, "stroke_width": 1.5}
            yield svg.tag("rect", **border, stroke_dasharray=dashes, stroke_linecap="round", pointer_events="none")
        elif element.type == "dataStoreReference":
            yield from _cylinder(box)
        else:
            yield from _page(box, element.is_collection)

    def _edge(self, edge: Edge) -> Iterator[str]:
        flow = self.diagram.flows.get(edge.element_id)
        path = _rounded(edge.waypoints)
        wide = svg.line(path, 12, stroke="transparent", pointer_events="stroke")
        if flow is not None:
            yield wide
            yield svg.line(path)
            yield _arrow(edge)
            source = self.diagram.elements.get(flow.source)
            if flow.is_default:
                yield svg.line(_path(lines.default_mark(edge.waypoints)))
            elif flow.condition is not None and source is not None and source.is_activity:
                yield _lozenge(edge)
            return
        connection = next((one for one in self.diagram.connections if one.id == edge.element_id), None)
        if connection is not None and connection.type == "messageFlow":
            yield wide
            yield svg.line(path, 1.5, stroke_dasharray="10 11", stroke_linecap="butt")
            start = edge.waypoints[0]
            yield svg.tag(
                "circle", cx=start.x, cy=start.y, r=5, fill=svg.PAPER, stroke=svg.INK_OF_GROUP, stroke_width=1.5
            )
            yield _arrow(edge, hollow=True)
            return
        yield svg.line(path, 2, stroke_dasharray="0 5")
        direction = connection.direction if connection is not None else "None"
        if direction in {"One", "Both"}:
            yield _open_arrow(edge.waypoints)
        if direction == "Both":
            yield _open_arrow(edge.waypoints[::-1])


def _written(words: Words) -> str:
    spans = "".join(
        svg.tag("tspan", svg.text(line.words), x=line.x + line.width / 2, y=line.baseline)
        for line in words.lines
        if line.words
    )
    size = words.lines[0].size if words.lines else LABEL_TEXT
    return svg.tag("text", spans, font_size=size, fill=svg.INK, text_anchor="middle", stroke="none")


def _rect(box: Bounds) -> dict[str, float | str | None]:
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def _fitted(box: Bounds, size: float) -> str:
    scale = min(box.width, box.height) / size
    moved = f"translate({svg.number(box.x)} {svg.number(box.y)})"
    return moved if scale == 1 else f"{moved} scale({svg.number(scale)})"


def _markers(shape: Shape, element: Element) -> Iterator[str]:
    kinds = []
    if element.is_subprocess and not shape.expanded:
        kinds.append("closed")
    if element.type == "callActivity":
        kinds.append("closed")
    if element.loops:
        kinds.append("loop")
    if element.repetition is not None:
        kinds.append("sequential" if element.repetition.sequential else "parallel")
    if element.for_compensation:
        kinds.append("compensation")
    if element.type == "adHocSubProcess":
        kinds.append("adHoc")
    step = symbols.MARKER + 6
    x = shape.bounds.centre.x - (len(kinds) * step - 6) / 2
    y = shape.bounds.bottom - symbols.MARKER - 4
    if element.type == "callActivity":
        y -= 2
    for kind in kinds:
        yield svg.group([symbols.marker(kind)], transform=_moved(x, y))
        x += step


def _page(box: Bounds, collection: bool) -> Iterator[str]:
    fold = min(box.width, box.height) * 0.28
    x, y, right, bottom = (svg.number(value) for value in (box.x, box.y, box.right, box.bottom))
    turn, under = svg.number(box.right - fold), svg.number(box.y + fold)
    yield svg.outline(f"M{x},{y} H{turn} L{right},{under} V{bottom} H{x} Z")
    yield svg.line(f"M{turn},{y} V{under} H{right}")
    if collection:
        yield svg.group(
            [symbols.marker("parallel")], transform=_moved(box.centre.x - symbols.MARKER / 2, box.bottom - 16)
        )


def _cylinder(box: Bounds) -> Iterator[str]:
    half, lid = svg.number(box.width / 2), svg.number(box.height * 0.14)
    top, height = box.y + box.height * 0.14, box.height * 0.72
    x, right = svg.number(box.x), svg.number(box.right)
    body = f"M{x},{svg.number(top)} v{svg.number(height)} a{half},{lid} 0 0 0 {svg.number(box.width)},0"
    yield svg.outline(f"{body} v{svg.number(-height)} a{half},{lid} 0 0 0 {svg.number(-box.width)},0 Z")
    for step in range(3):
        y = svg.number(top + step * box.height * 0.08)
        yield svg.line(f"M{x},{y} A{half},{lid} 0 0 0 {right},{y}")


def _path(points: Iterable[Point]) -> str:
    return "M" + " L".join(f"{svg.number(p.x)},{svg.number(p.y)}" for p in points)


def _rounded(points: tuple[Point, ...]) -> str:
    """The line through the points, its corners rounded."""
    path = f"M{svg.number(points[0].x)},{svg.number(points[0].y)}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(lines.distance(before, corner) / 2, lines.distance(corner, after) / 2, _CORNER)
        a, b = _towards(corner, before, room), _towards(corner, after, room)
        path += f" L{svg.number(a.x)},{svg.number(a.y)} Q{svg.number(corner.x)},{svg.number(corner.y)} "
        path += f"{svg.number(b.x)},{svg.number(b.y)}"
    return f"{path} L{svg.number(points[-1].x)},{svg.number(points[-1].y)}"


def _towards(start: Point, end: Point, far: float) -> Point:
    length = lines.distance(start, end) or 1.0
    return Point(start.x + (end.x - start.x) * far / length, start.y + (end.y - start.y) * far / length)


def _arrow(edge: Edge, *, hollow: bool = False) -> str:
    tip, back = lines.last_piece(edge.waypoints)
    corners = (tip, lines.point_along(tip, back, 10, 5), lines.point_along(tip, back, 10, -5))
    path = _path(corners) + "Z"
    if hollow:
        return svg.outline(path, 1.5, fill=svg.PAPER)
    return svg.solid(path, stroke=svg.INK_OF_GROUP, stroke_width=1, stroke_linejoin="round")


def _open_arrow(points: tuple[Point, ...]) -> str:
    tip, back = lines.last_piece(points)
    return svg.line(_path((lines.point_along(tip, back, 10, 5), tip, lines.point_along(tip, back, 10, -5))), 1.5)


def _lozenge(edge: Edge) -> str:
    start, ahead = lines.last_piece(edge.waypoints[::-1])
    corners = (
        start,
        lines.point_along(start, ahead, 8, -5),
        lines.point_along(start, ahead, 16, 0),
        lines.point_along(start, ahead, 8, 5),
    )
    return svg.outline(_path(corners) + "Z", 1.5, fill=svg.PAPER)

"""Measured drawing quality: what makes a diagram hard to read, each finding with what to do about it.

``python -m workers.diagrams.geometry FILE...`` lists the findings and ends with 1 when there are any.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path

from workers.diagrams import lines
from workers.diagrams.model import (
    Bounds,
    Diagram,
    DiagramError,
    Edge,
    Element,
    Plane,
    Point,
    SequenceFlow,
    Shape,
    one_line,
)
from workers.diagrams.placing import PADDING, TASK_TEXT, Words, inside, outside_names
from workers.diagrams.reading import read_diagram
from workers.diagrams.text import cut_words

CLOSE = 2.0
"""Pixels: a line or a name may come this close before it counts as touching."""
INSIDE = 3.0
"""Pixels a line may run inside a shape it does not belong to."""
STRAIGHT = 1.0
"""Pixels both ends of a level or upright piece may differ by."""
LEFTWARDS = 5.0
"""Pixels the middle of a target may lie left of its source's."""
LOOSE = 3.0
"""Pixels between the end of a line and the shape it belongs to."""
SIDE_BY_SIDE = 10.0
"""Pixels two lines may run on top of each other."""
ICON = Bounds(5, 5, 19, 15)
"""Where the icon of a task stands in its box."""
MARKER = Bounds(-9, -18, 18, 16)
"""Where the marker of an activity stands, from the middle of its lower border."""

DEFAULT_MARK = 6.0
"""Pixels the slash of a default flow reaches to either side."""
LONG = 60
"""Characters of a name a message quotes."""

QUESTIONS = frozenset({"exclusiveGateway", "inclusiveGateway"})
CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess", "group"})
WITH_ICON = frozenset(
    {"userTask", "serviceTask", "businessRuleTask", "scriptTask", "sendTask", "receiveTask", "manualTask"}
)


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a drawing."""

    file: Path
    line: int | None
    rule: str
    """The rule's short name, for counting and for tests."""
    element_id: str
    element_name: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{where}: {_called(self.element_name, self.element_id)} {self.problem}. {self.remedy}"


def drawing_findings(diagram: Diagram) -> list[Finding]:
    """Everything that makes the diagram hard to read, in the order of the rules; an empty list is a good drawing."""
    found = list(_Names(diagram).findings())
    found.extend(_undrawn(diagram))
    for plane in diagram.planes:
        found.extend(_Drawing(diagram, plane).findings())
    return found


def _finding(diagram: Diagram, rule: str, element_id: str, problem: str, remedy: str) -> Finding:
    return Finding(
        diagram.file, diagram.line_of(element_id), rule, element_id, diagram.name_of(element_id), problem, remedy
    )


def _undrawn(diagram: Diagram) -> Iterator[Finding]:
    shapes = {drawn for plane in diagram.planes for drawn in plane.shapes}
    edges = {drawn for plane in diagram.planes for drawn in plane.edges}
    in_pools = [pool.id for pool in diagram.participants]
    for missing in (*diagram.elements, *diagram.lanes, *in_pools):
        if missing not in shapes:
            yield _finding(
                diagram, "no-drawing", missing, "is not drawn", "Give it a shape (BPMNShape) or take it out."
            )
    for missing in (*diagram.flows, *(connection.id for connection in diagram.connections)):
        if missing not in edges:
            yield _finding(diagram, "no-drawing", missing, "is not drawn", "Give it an edge (BPMNEdge) or take it out.")


class _Names:
    """Missing names: what a reader needs words for."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram

    def findings(self) -> Iterator[Finding]:
        for element in self.diagram.elements.values():
            if not element.name.strip() and (what := self._needs(element)):
                yield _finding(self.diagram, "no-name", element.id, f"is {what} without a name", _REMEDY[what])
        for flow in self.diagram.flows.values():
            if not flow.name.strip() and self._is_answer(flow):
                problem = "is an answer of a gateway without a name"
                yield _finding(self.diagram, "no-name", flow.id, problem, "Write the answer on the arrow.")

    def _needs(self, element: Element) -> str | None:
        if element.is_activity and not element.triggered_by_event:
            return "a task"
        if element.is_event:
            return "an event"
        if element.type in QUESTIONS and len(self.diagram.outgoing(element.id)) > 1:
            return "a deciding gateway"
        return None

    def _is_answer(self, flow: SequenceFlow) -> bool:
        source = self.diagram.elements.get(flow.source)
        return source is not None and source.type in QUESTIONS and len(self.diagram.outgoing(source.id)) > 1


_REMEDY = {
    "a task": "Name what is done: verb and object.",
    "an event": "Name the state reached or what happened.",
    "a deciding gateway": "Ask the question its arrows answer.",
}


class _Drawing:
    """The findings of one plane."""

    def __init__(self, diagram: Diagram, plane: Plane) -> None:
        self.diagram = diagram
        self.plane = plane
        self.ends = {flow.id: (flow.source, flow.target) for flow in diagram.flows.values()}
        self.ends.update({other.id: (other.source, other.target) for other in diagram.connections})
        self.names = dict(outside_names(diagram, plane))
        self.outlines = {drawn: self._outline(shape) for drawn, shape in plane.shapes.items()}
        self.containers = {drawn for drawn in plane.shapes if self._is_container(drawn)}

    def findings(self) -> Iterator[Finding]:
        rules: Iterable[Callable[[], Iterator[Finding]]] = (
            self.overlapping_shapes,
            self.shapes_out_of_place,
            self.loose_ends,
            self.lines_through_shapes,
            self.crossing_lines,
            self.lines_on_top_of_each_other,
            self.names_on_shapes,
            self.names_on_lines,
            self.names_on_names,
            self.leftward_flows,
            self.diagonal_pieces,
            self.text_that_does_not_fit,
        )
        for rule in rules:
            yield from rule()

    def overlapping_shapes(self) -> Iterator[Finding]:
        for (one, a), (other, b) in combinations(self.plane.shapes.items(), 2):
            if not a.bounds.overlaps(b.bounds) or self._may_overlap(one, other):
                continue
            if lines.outlines_overlap(self.outlines[one], self.outlines[other]):
                yield self._found("shapes-overlap", one, f"overlaps {self._named(other)}", "Move them apart.")

    def shapes_out_of_place(self) -> Iterator[Finding]:
        for drawn, shape in self.plane.shapes.items():
            element = self.diagram.elements.get(drawn)
            if element is None:
                continue
            host = self.plane.shapes.get(element.attached_to or "")
            if host is not None and lines.distance_to(shape.bounds.centre, lines.rectangle(host.bounds)) > LOOSE:
                problem = f"is not drawn on the border of {self._named(host.element_id)}"
                yield self._found("out-of-place", drawn, problem, "Put its middle on the border.")
            around = self.plane.shapes.get(element.parent or "")
            if around is not None and element.attached_to is None and not around.bounds.contains(shape.bounds):
                problem = f"is drawn outside of {self._named(around.element_id)}, to which it belongs"
                yield self._found("out-of-place", drawn, problem, "Move it inside or make the box larger.")

    def loose_ends(self) -> Iterator[Finding]:
        for drawn, edge in self.plane.edges.items():
            if drawn not in self.ends:
                continue
            ends = zip(self.ends[drawn], (edge.waypoints[0], edge.waypoints[-1]), ("begin", "end"), strict=True)
            for element_id, point, verb in ends:
                outline = self.outlines.get(element_id)
                if outline is not None and lines.distance_to(point, outline) > LOOSE:
                    problem = f"does not {verb} on the border of {self._named(element_id)}"
                    remedy = f"Dock its {'first' if verb == 'begin' else 'last'} point on that border."
                    yield self._found("loose-end", drawn, problem, remedy)

    def lines_through_shapes(self) -> Iterator[Finding]:
        for drawn, pieces in self.pieces.items():
            own = self._belonging(drawn)
            for other, outline in self.outlines.items():
                if other in self.containers and other not in self.ends.get(drawn, ()):
                    continue
                if other in own and other not in self.ends.get(drawn, ()):
                    continue
                if sum(lines.length_inside(piece, outline) for piece in pieces) > INSIDE:
                    yield self._found(
                        "line-through-shape",
                        drawn,
                        f"runs through {self._named(other)}",
                        "Lead the line around it.",
                    )

    def crossing_lines(self) -> Iterator[Finding]:
        for one, other in combinations(self.pieces, 2):
            times = self._crossings(one, other)
            if times:
                often = "" if times == 1 else f" {times} times"
                yield self._found(
                    "lines-cross",
                    one,
                    f"crosses the line {self._named(other)}{often}",
                    "Lead one of the lines another way, or move what it leads to.",
                )

    def lines_on_top_of_each_other(self) -> Iterator[Finding]:
        for one, other in combinations(self.pieces, 2):
            if self._related(one, other) or not self._near(one, other):
                continue
            shared = sum(lines.length_shared(a, b, CLOSE) for a in self.pieces[one] for b in self.pieces[other])
            if shared > SIDE_BY_SIDE:
                problem = f"runs {shared:.0f} px on top of the line {self._named(other)}"
                yield self._found("lines-overlap", one, problem, "Lead one of the lines at a distance.")

    def names_on_shapes(self) -> Iterator[Finding]:
        for named, words in self.names.items():
            for other, outline in self.outlines.items():
                if not words.bounds.overlaps(self.plane.shapes[other].bounds):
                    continue
                if other in self.containers:
                    if self._written_across(words, other):
                        problem = f"has its name written across the border of {self._named(other)}"
                        yield self._found("name-on-shape", named, problem, "Move the label.")
                elif any(lines.outlines_overlap(lines.rectangle(line.ink), outline) for line in words.lines):
                    which = "its own symbol" if other == named else self._named(other)
                    problem = f"has its name written over {which}"
                    yield self._found("name-on-shape", named, problem, "Move the label.")

    def names_on_lines(self) -> Iterator[Finding]:
        for named, words in self.names.items():
            inks = [lines.rectangle(line.ink) for line in words.lines]
            for drawn, pieces in self.pieces.items():
                if not words.bounds.overlaps(self.reach[drawn].inset(-CLOSE - DEFAULT_MARK)):
                    continue
                mark = self.default_marks.get(drawn)
                which = "its own line" if drawn == named else f"the line {self._named(drawn)}"
                if any(lines.length_inside(piece, ink) > 0 for piece in pieces for ink in inks):
                    problem = f"has its name written over {which}"
                    yield self._found("name-on-line", named, problem, "Move the label.")
                elif mark is not None and any(lines.length_inside(mark, ink) > CLOSE for ink in inks):
                    problem = f"has its name written over the slash that marks {which} as the default"
                    yield self._found("name-on-line", named, problem, "Move the label.")

    def names_on_names(self) -> Iterator[Finding]:
        for (one, a), (other, b) in combinations(self.names.items(), 2):
            if a.bounds.overlaps(b.bounds) and any(x.ink.overlaps(y.ink) for x in a.lines for y in b.lines):
                problem = f"has its name written over the name of {self._named(other)}"
                yield self._found("name-on-name", one, problem, "Move one of the labels.")

    def leftward_flows(self) -> Iterator[Finding]:
        for drawn in self.plane.edges:
            flow = self.diagram.flows.get(drawn)
            if flow is None or flow.source not in self.plane.shapes or flow.target not in self.plane.shapes:
                continue
            source = self.plane.shapes[flow.source].bounds.centre
            target = self.plane.shapes[flow.target].bounds.centre
            if target.x < source.x - LEFTWARDS and not leads_back(self.diagram, flow):
                yield self._found(
                    "leftward-flow",
                    drawn,
                    f"runs from right to left, by {source.x - target.x:.0f} px, and is no loop",
                    f"Move {self._named(flow.target)} to the right of {self._named(flow.source)}.",
                )

    def diagonal_pieces(self) -> Iterator[Finding]:
        for drawn, pieces in self.pieces.items():
            connection = next((one for one in self.diagram.connections if one.id == drawn), None)
            if connection is not None and connection.type != "messageFlow":
                continue
            slanted = [piece for piece in pieces if lines.is_diagonal(piece, STRAIGHT)]
            if slanted:
                start, end = slanted[0]
                problem = f"runs aslant from {_at(start)} to {_at(end)}"
                yield self._found("diagonal-line", drawn, problem, "Bend it at right angles.")

    def text_that_does_not_fit(self) -> Iterator[Finding]:
        for drawn, shape in self.plane.shapes.items():
            element = self.diagram.elements.get(drawn)
            if element is None:
                continue
            trouble = _does_not_fit(element, shape) or self._covered_by_event(element, shape)
            if trouble is not None:
                remedy = "Shorten the words, or make the box larger."
                yield self._found("text-too-long", drawn, trouble, remedy)

    def _covered_by_event(self, element: Element, shape: Shape) -> str | None:
        if not element.is_activity or not element.name:
            return None
        words = inside(element.name, shape.bounds, top=element.is_subprocess and shape.expanded)
        inks = [lines.rectangle(line.ink) for line in words.lines]
        for event in self.diagram.boundary_events(element.id):
            outline = self.outlines.get(event.id)
            if outline is not None and any(lines.outlines_overlap(ink, outline) for ink in inks):
                return f"has its text covered by its boundary event {self._named(event.id)}"
        return None

    @cached_property
    def pieces(self) -> dict[str, list[lines.Segment]]:
        return {drawn: list(lines.segments(edge.waypoints)) for drawn, edge in self.plane.edges.items()}

    @cached_property
    def default_marks(self) -> dict[str, lines.Segment]:
        """The slash of each default flow."""
        return {
            drawn: lines.default_mark(edge.waypoints)
            for drawn, edge in self.plane.edges.items()
            if (flow := self.diagram.flows.get(drawn)) is not None and flow.is_default
        }

    @cached_property
    def reach(self) -> dict[str, Bounds]:
        return {drawn: _around(edge) for drawn, edge in self.plane.edges.items()}

    def _near(self, one: str, other: str) -> bool:
        return self.reach[one].inset(-CLOSE).overlaps(self.reach[other].inset(-CLOSE))

    def _crossings(self, one: str, other: str) -> int:
        if not self._near(one, other):
            return 0
        meeting: list[Point] = []
        for a in self.pieces[one]:
            for b in self.pieces[other]:
                point = lines.crossing(a, b)
                if point is not None and all(lines.distance(point, known) > CLOSE for known in meeting):
                    meeting.append(point)
        if not self._related(one, other):
            meeting.extend(
                point
                for a, b in ((one, other), (other, one))
                for point in self.plane.edges[a].waypoints
                if any(_lies_on(point, piece) for piece in self.pieces[b])
                and all(lines.distance(point, known) > CLOSE for known in meeting)
                and not self._overlap_at(one, other)
            )
        return len(meeting)

    def _overlap_at(self, one: str, other: str) -> bool:
        return any(lines.length_shared(a, b, CLOSE) > 0 for a in self.pieces[one] for b in self.pieces[other])

    def _related(self, one: str, other: str) -> bool:
        """Lines from the same source, or to the same target, may share a stretch."""
        a, b = self.ends.get(one, ("", "")), self.ends.get(other, (" ", " "))
        return a[0] == b[0] or a[1] == b[1]

    def _belonging(self, edge_id: str) -> set[str]:
        """The shapes a line may touch: its ends, and whatever holds them."""
        own = set(self.ends.get(edge_id, ()))
        for end in tuple(own):
            own.update(self.diagram.ancestors(end))
        return own

    def _may_overlap(self, one: str, other: str) -> bool:
        if one in self.containers or other in self.containers:
            return self._holds(one, other) or self._holds(other, one)
        a, b = self.diagram.elements.get(one), self.diagram.elements.get(other)
        return (a is not None and a.attached_to == other) or (b is not None and b.attached_to == one)

    def _holds(self, container: str, inner: str) -> bool:
        """Whether a container may be drawn around, or under, something: it lies inside or sits on its border."""
        if container not in self.containers:
            return False
        around = self.diagram.elements.get(container)
        if around is None or around.type == "group":
            return True
        element = self.diagram.elements.get(inner)
        if element is not None and element.attached_to in {container, *self._inner(container)}:
            return True
        if inner in self._inner(container):
            return True
        artifact = element is not None and not element.is_flow_node
        return artifact and self.plane.shapes[container].bounds.contains(self.plane.shapes[inner].bounds)

    def _inner(self, container: str) -> set[str]:
        return {drawn for drawn in self.plane.shapes if container in set(self.diagram.ancestors(drawn))}

    def _is_container(self, drawn: str) -> bool:
        element = self.diagram.elements.get(drawn)
        if element is None:
            return True
        return element.type == "group" or (element.is_subprocess and self.plane.shapes[drawn].expanded)

    def _written_across(self, words: Words, container: str) -> bool:
        sides = lines.segments((*self.outlines[container], self.outlines[container][0]))
        inks = [lines.rectangle(line.ink) for line in words.lines]
        return any(lines.length_inside(side, ink) > 0 for side in sides for ink in inks)

    def _outline(self, shape: Shape) -> lines.Outline:
        element = self.diagram.elements.get(shape.element_id)
        if element is not None and element.is_gateway:
            return lines.diamond(shape.bounds)
        if element is not None and element.is_event:
            return lines.circle(shape.bounds)
        return lines.rectangle(shape.bounds)

    def _named(self, any_id: str) -> str:
        return _called(self.diagram.name_of(any_id), any_id)

    def _found(self, rule: str, element_id: str, problem: str, remedy: str) -> Finding:
        return _finding(self.diagram, rule, element_id, problem, remedy)


def _called(name: str, any_id: str) -> str:
    words = one_line(name)
    if not words:
        return any_id
    if len(words) > LONG:
        words = f"{words[:LONG].rsplit(' ', 1)[0]} …"
    return f"{words} ({any_id})" if words.startswith("from ") else f"'{words}' ({any_id})"


def leads_back(diagram: Diagram, flow: SequenceFlow) -> bool:
    """Whether a flow is part of a loop: its source can be reached from its target."""
    seen: set[str] = set()
    waiting = [flow.target]
    while waiting:
        here = waiting.pop()
        if here == flow.source:
            return True
        if here in seen:
            continue
        seen.add(here)
        waiting.extend(onward.target for onward in diagram.outgoing(here))
        waiting.extend(event.id for event in diagram.boundary_events(here))
    return False


def _does_not_fit(element: Element, shape: Shape) -> str | None:
    if element.type == "textAnnotation":
        words = inside(element.text, shape.bounds, left=True, top=True)
        column, text = shape.bounds.width - 2 * PADDING, element.text
        lowest = shape.bounds.bottom
        if words.bounds.bottom > lowest + CLOSE:
            return f"has {len(words.lines)} lines of text, more than its {shape.bounds.height:.0f} px hold"
    elif element.is_activity and element.name:
        is_open = element.is_subprocess and shape.expanded
        words = inside(element.name, shape.bounds, top=is_open)
        column, text = shape.bounds.width - 2 * PADDING, element.name
        if words.lines[0].ink.y < shape.bounds.y or words.lines[-1].ink.bottom > shape.bounds.bottom:
            return f"has {len(words.lines)} lines of text, more than its box of {shape.bounds.height:.0f} px holds"
        covered = _covered_sign(element, shape, words)
        if covered is not None:
            return f"has its {len(words.lines)} lines of text written over {covered}"
    else:
        return None
    cut = cut_words(text, column, TASK_TEXT)
    if cut:
        return f"has the word '{cut[0]}' cut in two: it is wider than the {column:.0f} px of its box"
    return None


def _covered_sign(element: Element, shape: Shape, words: Words) -> str | None:
    box = shape.bounds
    icon = Bounds(box.x + ICON.x, box.y + ICON.y, ICON.width, ICON.height)
    if element.type in WITH_ICON and any(line.ink.overlaps(icon) for line in words.lines):
        return "its icon"
    marked = element.type == "callActivity" or element.repetition is not None or element.loops
    closed = element.is_subprocess and not shape.expanded
    marker = Bounds(box.centre.x + MARKER.x, box.bottom + MARKER.y, MARKER.width, MARKER.height)
    if (marked or closed) and any(line.ink.overlaps(marker) for line in words.lines):
        return "its marker"
    return None


def _around(edge: Edge) -> Bounds:
    left, right = min(p.x for p in edge.waypoints), max(p.x for p in edge.waypoints)
    top, bottom = min(p.y for p in edge.waypoints), max(p.y for p in edge.waypoints)
    return Bounds(left, top, right - left, bottom - top)


def _lies_on(point: Point, piece: lines.Segment) -> bool:
    a, b = piece
    return lines.distance(a, point) + lines.distance(point, b) - lines.distance(a, b) < lines.TOUCHING / 10


def _at(point: Point) -> str:
    return f"({point.x:.0f}, {point.y:.0f})"


def main(arguments: Sequence[str]) -> int:
    """Print the findings of the files named; 0 when there are none, 2 when a file cannot be read."""
    if not arguments:
        print("Usage: python -m workers.diagrams.geometry FILE...", file=sys.stderr)
        return 2
    found = 0
    for argument in arguments:
        try:
            findings = drawing_findings(read_diagram(Path(argument)))
        except DiagramError as error:
            print(error, file=sys.stderr)
            return 2
        found += len(findings)
        for finding in findings:
            print(f"{finding} [{finding.rule}]")
    print(f"{found} finding{'' if found == 1 else 's'} in {len(arguments)} file{'' if len(arguments) == 1 else 's'}.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

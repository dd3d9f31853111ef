"""Plane geometry for measuring drawings: segments, outlines, and where they meet. Pixels throughout."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from workers.diagrams.model import Bounds, Point

Segment = tuple[Point, Point]
Outline = tuple[Point, ...]
"""A convex polygon, its corners in order."""

TOUCHING = 0.5
"""Pixels below which two things are in the same place."""


def segments(points: Sequence[Point]) -> Iterator[Segment]:
    """The straight pieces of a line; pieces without a length are left out."""
    return ((a, b) for a, b in pairwise(points) if distance(a, b) > TOUCHING)


def distance(a: Point, b: Point) -> float:
    """How far apart two points are."""
    return math.hypot(a.x - b.x, a.y - b.y)


def is_diagonal(segment: Segment, tolerance: float) -> bool:
    """Whether a piece is neither upright nor level, both ends differing by more than the tolerance."""
    a, b = segment
    return abs(a.x - b.x) > tolerance and abs(a.y - b.y) > tolerance


def rectangle(bounds: Bounds) -> Outline:
    """The outline of a box."""
    return (
        Point(bounds.x, bounds.y),
        Point(bounds.right, bounds.y),
        Point(bounds.right, bounds.bottom),
        Point(bounds.x, bounds.bottom),
    )


def diamond(bounds: Bounds) -> Outline:
    """The outline of a gateway."""
    centre = bounds.centre
    return (
        Point(centre.x, bounds.y),
        Point(bounds.right, centre.y),
        Point(centre.x, bounds.bottom),
        Point(bounds.x, centre.y),
    )


_OCTANTS = tuple((math.cos(n * math.pi / 8), math.sin(n * math.pi / 8)) for n in range(16))


def circle(bounds: Bounds) -> Outline:
    """The outline of an event, to sixteen corners."""
    centre, across, down = bounds.centre, bounds.width / 2, bounds.height / 2
    return tuple(Point(centre.x + across * x, centre.y + down * y) for x, y in _OCTANTS)


def length_inside(segment: Segment, outline: Outline) -> float:
    """How many pixels of a segment run inside an outline."""
    start, end = segment
    across, down = end.x - start.x, end.y - start.y
    enter, leave = 0.0, 1.0
    for a, b in zip(outline, (*outline[1:], outline[0]), strict=True):
        side_x, side_y = b.x - a.x, b.y - a.y
        towards = side_x * down - side_y * across
        outside = side_y * (start.x - a.x) - side_x * (start.y - a.y)
        if abs(towards) < 1e-9:  # noqa: PLR2004 - parallel to this side
            if outside >= 0:
                return 0.0
            continue
        at = outside / towards
        if towards > 0:
            enter = max(enter, at)
        else:
            leave = min(leave, at)
        if enter >= leave:
            return 0.0
    return (leave - enter) * math.hypot(across, down)


def outlines_overlap(a: Outline, b: Outline) -> bool:
    """Whether two outlines share more than a border."""
    return not (_separated(a, b) or _separated(b, a))


def _separated(a: Outline, b: Outline) -> bool:
    for start, end in zip(a, (*a[1:], a[0]), strict=True):
        normal_x, normal_y = start.y - end.y, end.x - start.x
        length = math.hypot(normal_x, normal_y) or 1.0
        reach_a = [(p.x * normal_x + p.y * normal_y) / length for p in a]
        reach_b = [(p.x * normal_x + p.y * normal_y) / length for p in b]
        if max(reach_a) <= min(reach_b) + TOUCHING or max(reach_b) <= min(reach_a) + TOUCHING:
            return True
    return False


def crossing(one: Segment, other: Segment) -> Point | None:
    """Where two segments cross, each running on beyond it; None where they only touch, or run side by side."""
    a, b = one
    c, d = other
    across_one, down_one = b.x - a.x, b.y - a.y
    across_other, down_other = d.x - c.x, d.y - c.y
    turn = across_one * down_other - down_one * across_other
    if abs(turn) < 1e-9:  # noqa: PLR2004 - parallel
        return None
    along_one = ((c.x - a.x) * down_other - (c.y - a.y) * across_other) / turn
    along_other = ((c.x - a.x) * down_one - (c.y - a.y) * across_one) / turn
    margin_one = TOUCHING / math.hypot(across_one, down_one)
    margin_other = TOUCHING / math.hypot(across_other, down_other)
    if margin_one < along_one < 1 - margin_one and margin_other < along_other < 1 - margin_other:
        return Point(a.x + along_one * across_one, a.y + along_one * down_one)
    return None


def length_shared(one: Segment, other: Segment, tolerance: float) -> float:
    """How many pixels two segments run on top of each other, at most ``tolerance`` apart."""
    a, b = one
    length = distance(a, b)
    along_x, along_y = (b.x - a.x) / length, (b.y - a.y) / length
    reach = []
    for point in other:
        x, y = point.x - a.x, point.y - a.y
        if abs(along_x * y - along_y * x) > tolerance:
            return 0.0
        reach.append(along_x * x + along_y * y)
    return max(0.0, min(length, max(reach)) - max(0.0, min(reach)))


def distance_to(point: Point, outline: Outline) -> float:
    """How far a point is from the border of an outline, from inside or outside."""
    sides = zip(outline, (*outline[1:], outline[0]), strict=True)
    return min(_distance_to_segment(point, a, b) for a, b in sides)


def _distance_to_segment(point: Point, a: Point, b: Point) -> float:
    across, down = b.x - a.x, b.y - a.y
    squared = across * across + down * down
    along = ((point.x - a.x) * across + (point.y - a.y) * down) / squared if squared else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(point.x - a.x - along * across, point.y - a.y - along * down)


def point_along(origin: Point, ahead: Point, along: float, aside: float) -> Point:
    """A point measured along the way from ``origin`` to ``ahead``, and to its right."""
    length = distance(origin, ahead) or 1.0
    x, y = (ahead.x - origin.x) / length, (ahead.y - origin.y) / length
    return Point(origin.x + along * x - aside * y, origin.y + along * y + aside * x)


def last_piece(points: Sequence[Point]) -> Segment:
    """The tip of a line and the last point before it that is elsewhere."""
    tip = points[-1]
    return tip, next((point for point in reversed(points) if distance(point, tip) > TOUCHING), points[0])


def default_mark(points: Sequence[Point]) -> Segment:
    """The slash across the beginning of a default flow."""
    start, ahead = last_piece(points[::-1])
    return point_along(start, ahead, 6, -6), point_along(start, ahead, 10, 6)

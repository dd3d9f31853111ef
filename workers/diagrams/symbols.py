"""The icons of BPMN: inside events, in the corner of tasks, inside gateways, at the foot of activities.

Every icon is drawn for its default place: events in a square of 36, gateways of 50, tasks from the box's top left
corner, markers in a square of 14.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from workers.diagrams import svg

EVENT = 36.0
GATEWAY = 50.0
MARKER = 14.0


def event_icon(kind: str, *, throws: bool) -> str:
    """The icon of an event by the kind of its definition; an empty string for a kind without one."""
    draw = _EVENTS.get(kind)
    return draw(throws) if draw is not None else ""


def task_icon(kind: str) -> str:
    """The icon of a task by its BPMN type; an empty string for a plain task."""
    draw = _TASKS.get(kind)
    return draw() if draw is not None else ""


def gateway_icon(kind: str, *, marked: bool, starts: bool = False) -> str:
    """The icon of a gateway by its BPMN type; ``marked``: an exclusive gateway shows its X."""
    if kind == "exclusiveGateway":
        return _saltire() if marked else ""
    if kind == "eventBasedGateway":
        inner = "" if starts else _ring(25, 25, 11.2, 1)
        return _ring(25, 25, 14, 1) + inner + svg.line(_polygon(25, 25.6, 8.2, 5) + "Z", 1)
    draw = _GATEWAYS.get(kind)
    return draw() if draw is not None else ""


def marker(kind: str) -> str:
    """A marker at the foot of an activity: ``loop``, ``parallel``, ``sequential``, ``closed``, …"""
    return _MARKERS[kind]


def gear(x: float, y: float, radius: float, teeth: int = 8) -> str:
    """The outline of a cog wheel with its hub."""
    path = []
    step = 2 * math.pi / teeth
    inner = radius * 0.74
    for tooth in range(teeth):
        middle = tooth * step - math.pi / 2
        for angle, reach in (
            (middle - step * 0.30, inner),
            (middle - step * 0.20, radius),
            (middle + step * 0.20, radius),
            (middle + step * 0.30, inner),
        ):
            path.append(f"{svg.number(x + reach * math.cos(angle))},{svg.number(y + reach * math.sin(angle))}")
    return svg.outline(f"M{' L'.join(path)}Z", 1) + _ring(x, y, radius * 0.36, 1, hollow=False)


def _ring(x: float, y: float, radius: float, width: float, *, hollow: bool = True) -> str:
    fill = "none" if hollow else None
    return svg.tag("circle", cx=x, cy=y, r=radius, fill=fill, stroke=svg.INK_OF_GROUP, stroke_width=width)


def _polygon(x: float, y: float, radius: float, corners: int) -> str:
    points = []
    for corner in range(corners):
        angle = corner * 2 * math.pi / corners - math.pi / 2
        points.append(f"{svg.number(x + radius * math.cos(angle))},{svg.number(y + radius * math.sin(angle))}")
    return f"M{' L'.join(points)}"


def _sign(path: str, throws: bool) -> str:
    return svg.solid(path, stroke=svg.INK_OF_GROUP, stroke_width=1) if throws else svg.outline(path, 1)


def _envelope(left: float, top: float, width: float, height: float, filled: bool) -> str:
    right, bottom = left + width, top + height
    middle = left + width / 2
    box = f"M{left},{top} H{right} V{bottom} H{left} Z"
    if not filled:
        return svg.outline(box, 1) + svg.line(f"M{left},{top} L{middle},{top + height * 0.55} L{right},{top}", 1)
    flap = f"M{left + 0.5},{top} L{middle},{top + height * 0.55} L{right - 0.5},{top}"
    return svg.solid(box, stroke=svg.INK_OF_GROUP, stroke_width=1) + svg.tag(
        "path", d=flap, fill="none", stroke=svg.PAPER, stroke_width=1.2
    )


def _timer(throws: bool) -> str:
    ticks = []
    for hour in range(12):
        angle = hour * math.pi / 6
        x, y = math.sin(angle), math.cos(angle)
        ticks.append(
            f"M{svg.number(18 + 8.6 * x)},{svg.number(18 + 8.6 * y)} L{svg.number(18 + 10.6 * x)},"
            f"{svg.number(18 + 10.6 * y)}"
        )
    return (
        _ring(18, 18, 11, 1.6, hollow=False) + svg.line(" ".join(ticks), 1) + svg.line("M19.5,10 L18,18 L23.5,18", 1.4)
    )


def _conditional(throws: bool) -> str:
    rows = " ".join(f"M12.5,{y} H23.5" for y in (12.5, 16, 19.5, 23))
    return svg.outline("M10,9 H26 V26.5 H10 Z", 1) + svg.line(rows, 1)


def _terminate(throws: bool) -> str:
    return svg.tag("circle", cx=18, cy=18, r=10, fill=svg.INK_OF_GROUP, stroke="none")


_EVENTS: dict[str, Callable[[bool], str]] = {
    "message": lambda throws: _envelope(9.5, 12, 17, 12, throws),
    "timer": _timer,
    "error": lambda throws: _sign("M9.2,26.2 L13.9,10.6 L20.6,19.4 L26.4,9.6 L22.3,25.4 L15.6,17.2 Z", throws),
    "escalation": lambda throws: _sign("M18,8.2 L24.9,26.4 L18,19.6 L11.1,26.4 Z", throws),
    "signal": lambda throws: _sign("M18,9 L26.4,24 L9.6,24 Z", throws),
    "compensate": lambda throws: _sign("M8.5,18 L16.8,12 V24 Z M16.8,18 L25.1,12 V24 Z", throws),
    "link": lambda throws: _sign("M9,15 H19.5 V11 L27.5,18 L19.5,25 V21 H9 Z", throws),
    "cancel": lambda throws: _sign(
        "M9.8,12.2 L12.2,9.8 L18,15.6 L23.8,9.8 L26.2,12.2 L20.4,18 L26.2,23.8 L23.8,26.2 L18,20.4 L12.2,26.2 "
        "L9.8,23.8 L15.6,18 Z",
        throws,
    ),
    "conditional": _conditional,
    "terminate": _terminate,
    "multiple": lambda throws: _sign(_polygon(18, 18.4, 10, 5) + "Z", throws),
    "parallelMultiple": lambda throws: _sign(
        "M16,9 H20 V16 H27 V20 H20 V27 H16 V20 H9 V16 H16 Z",
        throws,
    ),
}


def _user() -> str:
    shoulders = "M6.5,23.5 V18.3 C6.5,15.6 9.4,14.5 12.1,13.8 H17.9 C20.6,14.5 23.5,15.6 23.5,18.3 V23.5 Z"
    arms = "M10.2,23.3 V19.2 M19.8,23.3 V19.2"
    hair = (
        "M10.9,9.7 C10.6,6.2 12.6,4.7 15,4.7 C17.4,4.7 19.4,6.2 19.1,9.7 C17.7,9.9 16.2,8.9 15.4,8 "
        "C14.2,9.3 12.4,9.9 10.9,9.7 Z"
    )
    head = svg.tag("ellipse", cx=15, cy=9.8, rx=4.2, ry=4.8, stroke=svg.INK_OF_GROUP, stroke_width=1)
    collar = "M12.1,13.6 C12.9,16.2 17.1,16.2 17.9,13.6"
    return svg.outline(shoulders, 1) + svg.line(arms, 1) + head + svg.solid(hair) + svg.outline(collar, 1)


def _service() -> str:
    return gear(12, 12, 6.6) + gear(17.6, 17.6, 6.6)


def _rules() -> str:
    box = svg.outline("M6,7.5 H26 V21.5 H6 Z", 1)
    head = svg.solid("M6,7.5 H26 V11.7 H6 Z", fill_opacity=0.55, stroke=svg.INK_OF_GROUP, stroke_width=1)
    return box + head + svg.line("M6,16.6 H26 M12,11.7 V21.5", 1)


def _script() -> str:
    page = "M21.5,6 H10.5 C4.8,11.6 14.8,15.2 9.2,22.5 H20.2 C25.8,15.2 15.8,11.6 21.5,6 Z"
    rows = "M9.7,9.3 H16.6 M10.4,12.6 H17.3 M12.2,15.9 H19 M11.8,19.2 H18.7"
    return svg.outline(page, 1) + svg.line(rows, 1)


def _manual() -> str:
    hand = (
        "M7,12.2 C8.2,10.4 10.2,8.4 11.6,7.4 C12.8,6.6 14.2,7.6 13.2,8.9 L11.9,10.6 H23.6 C25.2,10.6 25.2,12.9 "
        "23.6,12.9 H17.6 H24.6 C26.2,12.9 26.2,15.3 24.6,15.3 H17.6 H23.8 C25.3,15.3 25.3,17.6 23.8,17.6 H17.6 "
        "H22.4 C23.8,17.6 23.8,19.8 22.4,19.8 H10.4 C8.6,19.8 7,18.4 7,16.6 Z"
    )
    return svg.outline(hand, 1)


_TASKS: dict[str, Callable[[], str]] = {
    "userTask": _user,
    "serviceTask": _service,
    "businessRuleTask": _rules,
    "scriptTask": _script,
    "sendTask": lambda: _envelope(6.5, 7.5, 20, 13.5, True),
    "receiveTask": lambda: _envelope(6.5, 7.5, 20, 13.5, False),
    "manualTask": _manual,
}


def _saltire() -> str:
    return svg.line("M17.4,15.4 L32.6,34.6 M32.6,15.4 L17.4,34.6", 4.4, stroke_linecap="butt")


_GATEWAYS: dict[str, Callable[[], str]] = {
    "parallelGateway": lambda: svg.line("M25,12 V38 M12,25 H38", 5, stroke_linecap="butt"),
    "inclusiveGateway": lambda: _ring(25, 25, 12, 2.6),
    "complexGateway": lambda: svg.line(
        "M25,12.5 V37.5 M12.5,25 H37.5 M16.2,16.2 L33.8,33.8 M33.8,16.2 L16.2,33.8", 3.2, stroke_linecap="butt"
    ),
}

_MARKERS = {
    "closed": svg.outline("M0,0 H14 V14 H0 Z", 1.5) + svg.line("M7,2.6 V11.4 M2.6,7 H11.4", 1.5),
    "parallel": svg.line("M2.5,1.5 V12.5 M7,1.5 V12.5 M11.5,1.5 V12.5", 2.4, stroke_linecap="butt"),
    "sequential": svg.line("M1.5,2.5 H12.5 M1.5,7 H12.5 M1.5,11.5 H12.5", 2.4, stroke_linecap="butt"),
    "loop": svg.line("M5.2,12.6 A5.6,5.6 0 1 1 9.4,12.4 M5.4,8.8 V12.7 H1.4", 1.5),
    "adHoc": svg.solid(
        "M1,9.2 C2.6,4.4 5,4.4 7.2,6.6 C9.2,8.6 11,8.4 13,4.6 V7.4 C11.2,11 8.8,11 6.6,8.9 C4.6,7 2.8,7.4 1,11.8 Z"
    ),
    "compensation": svg.outline("M0.8,7 L7,2.4 V11.6 Z M7,7 L13.2,2.4 V11.6 Z", 1.2),
}

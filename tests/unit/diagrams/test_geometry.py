"""Each rule with a drawing it finds fault with, and its nearest neighbour it does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.diagrams.drawing import FILE, Sketch, edge, leave_request, shape
from workers.diagrams.geometry import Finding, drawing_findings, leads_back, main
from workers.diagrams.reading import read_diagram_bytes


def findings(sketch: Sketch) -> list[Finding]:
    return drawing_findings(sketch.read())


def rules(sketch: Sketch) -> list[tuple[str, str]]:
    return [(finding.rule, finding.element_id) for finding in findings(sketch)]


def changed(old: str, new: str) -> Sketch:
    """The good drawing with something replaced, in the process or in its picture."""
    sketch = leave_request()
    before = [*sketch.process, *sketch.plane]
    sketch.process = [line.replace(old, new) for line in sketch.process]
    sketch.plane = [line.replace(old, new) for line in sketch.plane]
    assert before != [*sketch.process, *sketch.plane], f"{old} is not in the drawing"
    return sketch


def moved(flow_id: str, *points: tuple[float, float], label: tuple[float, float, float, float] | None = None) -> Sketch:
    """The good drawing with a flow led another way."""
    sketch = leave_request()
    sketch.plane = [line for line in sketch.plane if f'"{flow_id}"' not in line]
    sketch.plane.append(edge(flow_id, points, label))
    return sketch


def test_a_good_drawing_has_no_findings() -> None:
    assert findings(leave_request()) == []


def test_a_finding_says_where_who_what_and_what_to_do() -> None:
    (finding,) = findings(changed(' name="Decide the request"', ""))
    assert str(finding) == (
        "bpmn/leave/leave_request.bpmn:4: Decide is a task without a name. Name what is done: verb and object."
    )
    (finding,) = findings(changed('x="440" y="98"', 'x="440" y="112"'))
    assert str(finding) == (
        "bpmn/leave/leave_request.bpmn:10: 'Yes' (Flow_Yes) has its name written over its own line. Move the label."
    )


def with_note(box: tuple[float, float, float, float], text: str = "Mind this.") -> Sketch:
    return leave_request().element("textAnnotation", "Note", box, "", f"<bpmn:text>{text}</bpmn:text>")


def with_boundary(box: tuple[float, float, float, float], label: tuple[float, float, float, float]) -> Sketch:
    return leave_request().element(
        "boundaryEvent",
        "Late",
        box,
        "Late",
        "<bpmn:timerEventDefinition/>",
        attachedToRef="Decide",
        label=label,
    )


def with_task(name: str, kind: str = "userTask", inner: str = "", size: tuple[float, float] = (100, 80)) -> Sketch:
    return leave_request().element(kind, "More", (700, 100, *size), name, inner)


def with_subprocess(inside: tuple[float, float, float, float]) -> Sketch:
    sketch = leave_request().element("subProcess", "Box", None, "Box", '<bpmn:task id="Inner" name="Inner"/>')
    sketch.plane += [shape("Box", (700, 100, 300, 200), attributes='isExpanded="true"'), shape("Inner", inside)]
    return sketch


def with_flow(*points: tuple[float, float]) -> Sketch:
    """Two more events, above and below the good drawing, and a line between them."""
    return (
        leave_request()
        .element("startEvent", "Above", (150 - 18, -18, 36, 36), "Above", label=(60, -10, 32, 14))
        .element("endEvent", "Below", (points[-1][0] - 18, points[-1][1], 36, 36), "Below")
        .flow("Flow_Down", "Above", "Below", points)
    )


PARALLEL = "<bpmn:multiInstanceLoopCharacteristics/>"

CASES: list[tuple[str, str, str, Callable[[], Sketch], Callable[[], Sketch]]] = [
    (
        "an element without a shape",
        "no-drawing",
        "Extra",
        lambda: leave_request().element("task", "Extra", None, "Extra"),
        lambda: leave_request().element("task", "Extra", (700, 100, 100, 80), "Extra"),
    ),
    (
        "a flow without an edge",
        "no-drawing",
        "Flow_Back",
        lambda: leave_request().flow("Flow_Back", "Decide", "Granted"),
        lambda: leave_request().flow("Flow_Back", "Decide", "Granted", [(250, 78), (250, 40), (518, 40), (518, 100)]),
    ),
    (
        "a task without a name",
        "no-name",
        "Decide",
        lambda: changed(' name="Decide the request"', ""),
        lambda: changed("Decide the request", "Decide"),
    ),
    (
        "an event without a name",
        "no-name",
        "Start",
        lambda: changed(' name="Leave wanted"', ""),
        lambda: changed("Leave wanted", "Wanted"),
    ),
    (
        "a deciding gateway without a question",
        "no-name",
        "Gateway",
        lambda: changed(' name="Granted?"', ""),
        lambda: leave_request().element("exclusiveGateway", "Join", (700, 100, 50, 50)),
    ),
    (
        "an answer without words",
        "no-name",
        "Flow_No",
        lambda: changed(' name="No"', ""),
        lambda: changed('name="No"', 'name="No, refused"'),
    ),
    (
        "two tasks on top of each other",
        "shapes-overlap",
        "Decide",
        lambda: leave_request().element("task", "Extra", (270, 0, 100, 82), "Extra"),
        lambda: leave_request().element("task", "Extra", (270, -10, 100, 82), "Extra"),
    ),
    (
        "a note on a task",
        "shapes-overlap",
        "Decide",
        lambda: with_note((250, 50, 100, 40)),
        lambda: with_note((180, 10, 100, 40)),
    ),
    (
        "a boundary event off its task's border",
        "out-of-place",
        "Late",
        lambda: with_boundary((230, 170, 36, 36), (180, 200, 24, 14)),
        lambda: with_boundary((230, 140, 36, 36), (200, 180, 24, 14)),
    ),
    (
        "a task outside of its subprocess",
        "out-of-place",
        "Inner",
        lambda: with_subprocess((1050, 150, 100, 80)),
        lambda: with_subprocess((750, 150, 100, 80)),
    ),
    (
        "a line that ends short of its task",
        "loose-end",
        "Flow_Decide",
        lambda: moved("Flow_Decide", (136, 118), (190, 118)),
        lambda: moved("Flow_Decide", (136, 118), (199, 118)),
    ),
    (
        "a line that begins inside its event",
        "loose-end",
        "Flow_Decide",
        lambda: moved("Flow_Decide", (118, 118), (200, 118)),
        lambda: moved("Flow_Decide", (136, 118), (200, 118)),
    ),
    (
        "a line through a task",
        "line-through-shape",
        "Flow_Down",
        lambda: with_flow((150, 18), (150, 40), (250, 40), (250, 300)),
        lambda: with_flow((150, 18), (150, 80), (150, 300)),
    ),
    (
        "a line through its own source",
        "line-through-shape",
        "Flow_Gateway",
        lambda: moved("Flow_Gateway", (200, 130), (330, 130), (330, 118), (360, 118)),
        lambda: moved("Flow_Gateway", (300, 130), (330, 130), (330, 118), (360, 118)),
    ),
    (
        "two lines that cross",
        "lines-cross",
        "Flow_Decide",
        lambda: with_flow((150, 18), (150, 300)),
        lambda: with_flow((168, 0), (640, 0), (640, 300)),
    ),
    (
        "a line that turns on another",
        "lines-cross",
        "Flow_Decide",
        lambda: with_flow((150, 18), (150, 118), (150, 300)),
        lambda: with_flow((132, 0), (80, 0), (80, 300)),
    ),
    (
        "two lines on top of each other",
        "lines-overlap",
        "Flow_Decide",
        lambda: with_flow((150, 18), (150, 118), (180, 118), (180, 300)),
        lambda: with_flow((168, 0), (620, 0), (620, 300)),
    ),
    (
        "a name on a task",
        "name-on-shape",
        "Flow_No",
        lambda: changed('x="395" y="160"', 'x="275" y="140"'),
        lambda: changed('x="395" y="160"', 'x="395" y="200"'),
    ),
    (
        "a name on its own symbol",
        "name-on-shape",
        "Gateway",
        lambda: changed('x="360" y="68"', 'x="360" y="90"'),
        lambda: changed('x="360" y="68"', 'x="360" y="72"'),
    ),
    (
        "a name across a subprocess's border",
        "name-on-shape",
        "Flow_No",
        lambda: _with_label_at(with_subprocess((750, 150, 100, 80)), 695, 200),
        lambda: _with_label_at(with_subprocess((750, 150, 100, 80)), 720, 200),
    ),
    (
        "a name on its own line",
        "name-on-line",
        "Flow_Yes",
        lambda: changed('x="440" y="98"', 'x="440" y="112"'),
        lambda: changed('x="440" y="98"', 'x="440" y="122"'),
    ),
    (
        "a name on another line",
        "name-on-line",
        "Flow_Yes",
        lambda: changed('x="440" y="98"', 'x="375" y="150"'),
        lambda: changed('x="440" y="98"', 'x="430" y="98"'),
    ),
    (
        "a name on the slash of its default flow",
        "name-on-line",
        "Flow_No",
        lambda: _default(changed('x="395" y="160"', 'x="387" y="145"')),
        lambda: changed('x="395" y="160"', 'x="387" y="145"'),
    ),
    (
        "a name on a name",
        "name-on-name",
        "Flow_Yes",
        lambda: changed('x="395" y="160"', 'x="442" y="94"'),
        lambda: changed('x="395" y="160"', 'x="395" y="180"'),
    ),
    (
        "a flow from right to left",
        "leftward-flow",
        "Flow_Down",
        lambda: with_flow((150, 18), (150, 60), (70, 60), (70, 300)),
        lambda: with_flow((168, 0), (600, 0), (600, 300)),
    ),
    (
        "a slanting line",
        "diagonal-line",
        "Flow_Decide",
        lambda: moved("Flow_Decide", (136, 118), (200, 130)),
        lambda: moved("Flow_Decide", (136, 118), (168, 118), (168, 130), (200, 130)),
    ),
    (
        "a name of too many lines",
        "text-too-long",
        "More",
        lambda: with_task(
            "Decide whether the request for unpaid leave may be granted by way of an exception this year"
        ),
        lambda: with_task("Decide on unpaid leave"),
    ),
    (
        "a word that is cut in two",
        "text-too-long",
        "More",
        lambda: with_task("Internationalisation", "task"),
        lambda: with_task("Internationalisation", "task", size=(150, 80)),
    ),
    (
        "a name over the task's icon",
        "text-too-long",
        "More",
        lambda: with_task("Acknowledge the approval decision of the manager", "serviceTask"),
        lambda: with_task("Acknowledge the approval decision of the manager", "task"),
    ),
    (
        "a name over the marker of repetition",
        "text-too-long",
        "More",
        lambda: with_task("Ask all of the companions for an answer in writing", "task", PARALLEL),
        lambda: with_task("Ask the companions", "task", PARALLEL),
    ),
    (
        "a name under a boundary event",
        "text-too-long",
        "Decide",
        lambda: with_boundary((232, 60, 36, 60), (150, 40, 24, 14)),
        lambda: with_boundary((232, 140, 36, 36), (200, 180, 24, 14)),
    ),
    (
        "a note longer than its box",
        "text-too-long",
        "Note",
        lambda: with_note((700, 100, 100, 30), "The policy says normally; the manager may decide otherwise."),
        lambda: with_note((700, 100, 100, 100), "The policy says normally; the manager may decide otherwise."),
    ),
]


def _with_label_at(sketch: Sketch, x: int, y: int) -> Sketch:
    sketch.plane = [line.replace('x="395" y="160"', f'x="{x}" y="{y}"') for line in sketch.plane]
    return sketch


def _default(sketch: Sketch) -> Sketch:
    sketch.process = [line.replace('id="Gateway"', 'id="Gateway" default="Flow_No"') for line in sketch.process]
    return sketch


@pytest.mark.parametrize(("rule", "element_id", "bad"), [pytest.param(*c[1:4], id=c[0]) for c in CASES])
def test_finds(rule: str, element_id: str, bad: Callable[[], Sketch]) -> None:
    assert (rule, element_id) in rules(bad())


@pytest.mark.parametrize(("rule", "good"), [pytest.param(c[1], c[4], id=f"no longer {c[0]}") for c in CASES])
def test_finds_nothing_in_the_neighbour(rule: str, good: Callable[[], Sketch]) -> None:
    assert rule not in [found for found, _ in rules(good())]


def test_a_loop_may_run_to_the_left() -> None:
    sketch = leave_request().flow("Flow_Again", "Gateway", "Decide", [(385, 93), (385, 30), (250, 30), (250, 78)])
    assert "leftward-flow" not in [rule for rule, _ in rules(sketch)]
    diagram = sketch.read()
    assert leads_back(diagram, diagram.flows["Flow_Again"])
    assert not leads_back(diagram, diagram.flows["Flow_Yes"])


def test_a_loop_through_a_boundary_event_may_run_to_the_left() -> None:
    sketch = with_boundary((230, 140, 36, 36), (200, 180, 24, 14))
    sketch.element("exclusiveGateway", "Join", (30, 230, 50, 50)).flow(
        "Flow_Late", "Late", "Join", [(248, 176), (248, 255), (80, 255)]
    ).flow("Flow_Join", "Join", "Decide", [(55, 230), (55, 40), (250, 40), (250, 78)])
    assert "leftward-flow" not in [rule for rule, _ in rules(sketch)]


def test_flows_of_one_gateway_may_share_their_first_stretch() -> None:
    sketch = moved("Flow_No", (410, 118), (450, 118), (450, 238), (500, 238), label=(455, 180, 16, 14))
    assert findings(sketch) == []


def test_a_closed_subprocess_drawn_on_its_own_is_measured_apart() -> None:
    sketch = leave_request().element("subProcess", "Closed", None, "Closed", '<bpmn:task id="Inner" name="Inner"/>')
    sketch.plane.append(shape("Closed", (700, 100, 100, 80), attributes='isExpanded="false"'))
    sketch.planes.append(
        '<bpmndi:BPMNDiagram id="D2"><bpmndi:BPMNPlane id="P2" bpmnElement="Closed">'
        + shape("Inner", (200, 78, 100, 80))
        + "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )
    assert findings(sketch) == []


def test_counts_how_often_two_lines_cross() -> None:
    sketch = with_flow((168, 0), (190, 0), (190, 140), (170, 140), (170, 100), (150, 100), (150, 300))
    (crossing,) = [found for found in findings(sketch) if found.rule == "lines-cross"]
    assert "3 times" in crossing.problem


def test_measures_a_diagram_of_25_elements_in_a_blink() -> None:
    sketch = Sketch()
    for number in range(25):
        sketch.element("userTask", f"Task_{number}", (150 * number, 100, 100, 80), f"Decide on request {number}")
        if number:
            points = [(150 * number - 50, 140), (150 * number, 140)]
            sketch.flow(f"Flow_{number}", f"Task_{number - 1}", f"Task_{number}", points)
    content = sketch.xml()

    def once() -> float:
        start = time.perf_counter()
        assert drawing_findings(read_diagram_bytes(content, FILE)) == []
        return time.perf_counter() - start

    assert min(once() for _ in range(5)) < 0.05


def test_the_command_lists_findings_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, broken = tmp_path / "good.bpmn", tmp_path / "bad.bpmn", tmp_path / "broken.bpmn"
    good.write_bytes(leave_request().xml())
    bad.write_bytes(changed(' name="No"', "").xml())
    broken.write_text("no diagram", encoding="utf-8")
    assert main([str(good)]) == 0
    assert capsys.readouterr().out == "0 findings in 1 file.\n"
    assert main([str(good), str(bad)]) == 1
    told = capsys.readouterr().out
    assert "is an answer of a gateway without a name" in told
    assert told.endswith("1 finding in 2 files.\n")
    assert main([str(broken)]) == 2
    assert "no well-formed XML" in capsys.readouterr().err
    assert main([]) == 2

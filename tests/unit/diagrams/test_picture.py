from __future__ import annotations

import pytest
from lxml import etree

from tests.unit.diagrams.drawing import Sketch, edge, leave_request, shape
from workers.diagrams.model import ACTIVITIES, EVENTS, GATEWAYS
from workers.diagrams.picture import NOT_TAKEN, TAKEN, Style, draw

SVG = "{http://www.w3.org/2000/svg}"
Node = etree._Element


def drawn(sketch: Sketch, style: Style | None = None) -> Node:
    return etree.fromstring(draw(sketch.read(), style).encode())


def part(picture: Node, element_id: str, kind: str = "element") -> Node:
    (found,) = [g for g in picture.iter(f"{SVG}g") if g.get("data-element-id") == element_id and g.get("class") == kind]
    return found


def words(node: Node) -> list[str]:
    return [span.text or "" for span in node.iter(f"{SVG}tspan")]


def count(node: Node, tag: str) -> int:
    return len(list(node.iter(f"{SVG}{tag}")))


def test_is_a_picture_with_a_name_and_a_description() -> None:
    picture = drawn(leave_request())
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == "Leave request"
    assert picture.findtext(f"{SVG}title") == "Leave request"
    assert picture.findtext(f"{SVG}desc") == "BPMN diagram with 1 task, 1 question, 2 ends."


def test_holds_the_whole_drawing() -> None:
    picture = drawn(leave_request())
    x, y, width, height = (float(value) for value in picture.get("viewBox", "").split())
    background = picture.find(f"{SVG}rect")
    assert background is not None
    assert (float(background.get("x", "")), float(background.get("y", ""))) == (x, y)
    assert x < 100
    assert x + width > 536
    assert height > 256 - 68


def test_every_element_and_flow_is_a_group_of_its_own() -> None:
    picture = drawn(leave_request())
    groups = [(g.get("data-element-id"), g.get("class")) for g in picture.iter(f"{SVG}g") if g.get("data-element-id")]
    for element in ("Start", "Decide", "Gateway", "Granted", "Refused"):
        assert (element, "element") in groups
    for flow in ("Flow_Decide", "Flow_Gateway", "Flow_Yes", "Flow_No"):
        assert (flow, "flow") in groups
    assert ("Flow_Yes", "label") in groups


def test_words_stand_in_boxes_and_labels() -> None:
    picture = drawn(leave_request())
    assert words(part(picture, "Decide")) == ["Decide the", "request"]
    assert words(part(picture, "Gateway", "label")) == ["Granted?"]
    assert words(part(picture, "Flow_No", "label")) == ["No"]


def test_a_name_is_only_ever_text() -> None:
    picture = drawn(Sketch().element("task", "A", (0, 0, 100, 80), '<script>alert(1)</script> & "so" on'))
    assert count(picture, "script") == 0
    assert "".join(words(part(picture, "A"))).replace(" ", "") == '<script>alert(1)</script>&"so"on'


def test_needs_nothing_from_outside() -> None:
    text = draw(leave_request().read())
    assert "href" not in text
    assert "url(" not in text
    assert text.count("http") == 1, "only the SVG namespace"


def test_is_the_same_every_time() -> None:
    assert draw(leave_request().read()) == draw(leave_request().read())


def test_colours_elements_and_flows() -> None:
    style = Style(colours={"Decide": TAKEN, "Flow_No": NOT_TAKEN}, hover={"Decide": "Taken by: a story"})
    picture = drawn(leave_request(), style)
    assert (part(picture, "Decide").get("color"), part(picture, "Decide").get("fill")) == (TAKEN.stroke, TAKEN.fill)
    assert part(picture, "Flow_No", "flow").get("color") == NOT_TAKEN.stroke
    assert part(picture, "Start").get("color") == "#22242a"
    assert part(picture, "Decide").findtext(f"{SVG}title") == "Taken by: a story"


def test_hovering_tells_kind_paragraphs_and_documentation() -> None:
    inner = (
        "<bpmn:documentation>The line manager.</bpmn:documentation><bpmn:extensionElements><zeebe:properties>"
        '<zeebe:property name="policy" value="LEA-3"/></zeebe:properties></bpmn:extensionElements>'
    )
    picture = drawn(Sketch().element("userTask", "A", (0, 0, 100, 80), "Decide", inner))
    assert part(picture, "A").findtext(f"{SVG}title") == "User task: Decide\nLEA-3\nThe line manager."


def test_dashes_only_what_does_not_interrupt() -> None:
    sketch = leave_request()
    for number, cancel in enumerate(("true", "false")):
        sketch.element(
            "boundaryEvent",
            f"Late_{cancel}",
            (210 + 40 * number, 140, 36, 36),
            "Late",
            "<bpmn:timerEventDefinition/>",
            attachedToRef="Decide",
            cancelActivity=cancel,
        )
    picture = drawn(sketch)
    for element, dashes in (("Late_true", [None, None]), ("Late_false", ["6 5", "6 5"])):
        rings = part(picture, element).findall(f"{SVG}circle")
        assert [ring.get("stroke-dasharray") for ring in rings] == dashes


def test_an_end_is_thick_and_a_start_thin() -> None:
    picture = drawn(leave_request())
    rings = {element: part(picture, element).find(f"{SVG}circle") for element in ("Start", "Granted")}
    assert {element: ring.get("stroke-width") for element, ring in rings.items() if ring is not None} == {
        "Start": "2",
        "Granted": "4",
    }


def test_marks_the_default_flow_with_a_slash() -> None:
    plain = drawn(leave_request())
    sketch = leave_request()
    sketch.process = [line.replace('id="Gateway"', 'id="Gateway" default="Flow_No"') for line in sketch.process]
    marked = drawn(sketch)
    assert count(part(marked, "Flow_No", "flow"), "path") == count(part(plain, "Flow_No", "flow"), "path") + 1
    assert count(part(marked, "Flow_Yes", "flow"), "path") == count(part(plain, "Flow_Yes", "flow"), "path")


def test_a_condition_on_a_task_s_flow_is_a_small_diamond() -> None:
    def paths(condition: str) -> int:
        sketch = Sketch().element("task", "A", (0, 0, 100, 80)).element("task", "B", (200, 0, 100, 80))
        sketch.flow("F", "A", "B", [(100, 40), (200, 40)], "", condition)
        return count(part(drawn(sketch), "F", "flow"), "path")

    assert paths("=x") == paths("") + 1


def test_an_arrow_points_the_way_the_flow_goes() -> None:
    sketch = Sketch().element("task", "A", (0, 0, 100, 80)).element("task", "B", (0, 200, 100, 80))
    sketch.flow("F", "A", "B", [(50, 80), (50, 200), (50, 200)])
    heads = [
        path.get("d") for path in part(drawn(sketch), "F", "flow").iter(f"{SVG}path") if path.get("d", "M")[-1] == "Z"
    ]
    assert heads == ["M50,200 L55,190 L45,190Z"]


@pytest.mark.parametrize("kind", sorted((ACTIVITIES | GATEWAYS) - {"task", "exclusiveGateway", "subProcess"}))
def test_each_kind_looks_unlike_the_plain_one(kind: str) -> None:
    plain = "task" if kind in ACTIVITIES else "exclusiveGateway"
    size = (0, 0, 100, 80) if kind in ACTIVITIES else (0, 0, 50, 50)
    looks = [
        etree.tostring(part(drawn(Sketch().element(one, "A", size)), "A")).split(b"</title>")[1]
        for one in (kind, plain)
    ]
    assert looks[0] != looks[1]


@pytest.mark.parametrize("event", sorted(EVENTS))
@pytest.mark.parametrize(
    "definition",
    ["timer", "message", "error", "escalation", "signal", "terminate", "compensate", "conditional", "link"],
)
def test_each_event_shows_what_it_is_about(event: str, definition: str) -> None:
    host = Sketch().element("task", "Host", (200, 0, 100, 80))
    attached = {"attachedToRef": "Host"} if event == "boundaryEvent" else {}
    host.element(event, "A", (0, 0, 36, 36), "", f"<bpmn:{definition}EventDefinition/>", **attached)
    host.element(event, "Plain", (100, 0, 36, 36), "", "", **attached)
    picture = drawn(host)
    assert part(picture, "A").find(f"{SVG}g") is not None
    assert part(picture, "Plain").find(f"{SVG}g") is None


def test_an_exclusive_gateway_shows_its_cross_only_where_the_drawing_says_so() -> None:
    sketch = leave_request()
    assert part(drawn(sketch), "Gateway").find(f"{SVG}g") is None
    sketch.plane = [
        line.replace('Element="Gateway"', 'Element="Gateway" isMarkerVisible="true"') for line in sketch.plane
    ]
    assert part(drawn(sketch), "Gateway").find(f"{SVG}g") is not None


def test_a_closed_subprocess_is_drawn_on_its_own_below() -> None:
    sketch = Sketch().element("subProcess", "Box", None, "Ask everybody", '<bpmn:task id="Inner" name="Ask one"/>')
    sketch.plane.append(shape("Box", (100, 100, 100, 80)))
    alone = drawn(sketch)
    sketch.planes.append(
        '<bpmndi:BPMNDiagram id="D2"><bpmndi:BPMNPlane id="P2" bpmnElement="Box">'
        + shape("Inner", (900, 900, 100, 80))
        + "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )
    both = drawn(sketch)
    assert words(part(both, "Inner")) == ["Ask one"]
    assert float(both.get("height", "")) > float(alone.get("height", "")) + 80
    assert [text.text for text in both.findall(f"{SVG}text")] == ["Ask everybody"]


def test_pools_lanes_notes_and_messages_are_drawn() -> None:
    sketch = Sketch(
        process=[
            '<bpmn:laneSet id="Lanes"><bpmn:lane id="Lane" name="HR"/></bpmn:laneSet><bpmn:task id="Task" name="Work"/>'
            '<bpmn:textAnnotation id="Note"><bpmn:text>Mind this.</bpmn:text></bpmn:textAnnotation>'
            '<bpmn:association id="Line" sourceRef="Task" targetRef="Note"/>'
        ],
        plane=[
            shape("Pool", (0, 0, 600, 200), attributes='isHorizontal="true"'),
            shape("Lane", (30, 0, 570, 200), attributes='isHorizontal="true"'),
            shape("Employee", (0, 300, 600, 60)),
            shape("Task", (100, 50, 100, 80)),
            shape("Note", (300, 20, 100, 30)),
            edge("Line", [(200, 60), (300, 40)]),
            edge("Asks", [(150, 300), (150, 130)], (160, 200, 30, 14)),
        ],
        outside=[
            '<bpmn:collaboration id="C"><bpmn:participant id="Pool" name="Office" processRef="leave_request"/>'
            '<bpmn:participant id="Employee" name="Employee"/>'
            '<bpmn:messageFlow id="Asks" name="asks" sourceRef="Employee" targetRef="Task"/></bpmn:collaboration>'
        ],
    )
    picture = drawn(sketch)
    told = {element: words(part(picture, element)) for element in ("Pool", "Lane", "Employee", "Task", "Note")}
    assert told == {
        "Pool": ["Office"],
        "Lane": ["HR"],
        "Employee": ["Employee"],
        "Task": ["Work"],
        "Note": ["Mind this."],
    }
    assert words(part(picture, "Asks", "label")) == ["asks"]
    assert part(picture, "Asks", "flow").find(f"{SVG}circle") is not None


def test_a_diagram_without_a_drawing_gives_an_empty_picture() -> None:
    picture = drawn(Sketch().element("task", "A", None, "Work"))
    assert picture.findtext(f"{SVG}title") == "Leave request"
    assert words(picture) == []

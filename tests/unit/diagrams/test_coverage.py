from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from rich.console import Console

from tests.unit.diagrams.drawing import leave_request
from workers.diagrams.coverage import CoverageError, Ratio, coverage_table, read_coverage, write_coverage_report
from workers.diagrams.picture import NOT_TAKEN, TAKEN

GRANTED, LATE = "leave is granted", "leave is <late> & refused"
TAKEN_FLOWS = {"Flow_Decide": [GRANTED, LATE], "Flow_Gateway": [GRANTED], "Flow_Yes": [GRANTED], "Flow_No": []}


@pytest.fixture
def bpmn(tmp_path: Path) -> Path:
    folder = tmp_path / "bpmn" / "leave"
    folder.mkdir(parents=True)
    (folder / "leave_request.bpmn").write_bytes(leave_request().xml())
    other = leave_request().xml().replace(b"leave_request", b"leave_pause").replace(b"Leave request", b"Pause")
    (folder / "leave_pause.bpmn").write_bytes(other)
    not_run = leave_request().xml().replace(b"leave_request", b"sketch").replace(b'isExecutable="true"', b"")
    (folder / "sketch.bpmn").write_bytes(not_run)
    return tmp_path / "bpmn"


def record(tmp_path: Path, content: Any) -> Path:
    file = tmp_path / "flows.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def taken(tmp_path: Path) -> Path:
    elements = {"Start": [GRANTED, LATE], "Decide": [GRANTED], "Gateway": [GRANTED], "Granted": [GRANTED]}
    return record(tmp_path, {"leave_request": {"flows": TAKEN_FLOWS, "elements": elements}})


def test_counts_what_was_taken_of_what_can_be(tmp_path: Path, bpmn: Path) -> None:
    coverage = read_coverage(taken(tmp_path), bpmn)
    pause, request = coverage.diagrams
    assert (request.flows, request.elements) == (Ratio(3, 4), Ratio(4, 5))
    assert (pause.flows, pause.elements) == (Ratio(0, 4), Ratio(0, 5))
    assert (coverage.flows, coverage.elements) == (Ratio(3, 8), Ratio(4, 10))
    assert [flow.id for flow in request.flows_not_taken] == ["Flow_No"]
    assert [element.id for element in request.elements_not_taken] == ["Refused"]
    assert request.described(request.flows_not_taken[0]) == "No: Granted? → Leave refused"
    assert (request.folder, request.stories, coverage.stories) == ("leave", (LATE, GRANTED), (LATE, GRANTED))


def test_says_what_the_diagrams_no_longer_have(tmp_path: Path, bpmn: Path) -> None:
    file = record(
        tmp_path,
        {"leave_request": {"flows": {"Flow_Gone": [GRANTED]}, "elements": {}}, "old": {"flows": {}, "elements": {}}},
    )
    coverage = read_coverage(file, bpmn)
    assert coverage.unknown_processes == ("old",)
    assert [diagram.unknown for diagram in coverage.diagrams] == [(), ("Flow_Gone",)]
    assert coverage.flows == Ratio(0, 8)


@pytest.mark.parametrize(
    ("ratio", "percent", "level"),
    [
        (Ratio(0, 0), 100, "all"),
        (Ratio(8, 8), 100, "all"),
        (Ratio(999, 1000), 99, "most"),
        (Ratio(4, 5), 80, "most"),
        (Ratio(0, 5), 0, "some"),
    ],
)
def test_shows_100_only_for_all(ratio: Ratio, percent: int, level: str) -> None:
    assert (ratio.whole_percent, ratio.level) == (percent, level)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "holds no JSON"),
        ("[]", "is no record"),
        ({"leave_request": {"flows": ["Flow_Yes"]}}, "is no record"),
        ({"leave_request": {"ways": {}}}, "is no record"),
    ],
)
def test_refuses_another_shape(tmp_path: Path, bpmn: Path, content: Any, problem: str) -> None:
    with pytest.raises(CoverageError, match=problem):
        read_coverage(record(tmp_path, content), bpmn)


def test_a_missing_record_says_what_to_do(tmp_path: Path, bpmn: Path) -> None:
    with pytest.raises(CoverageError, match="Run the stories first"):
        read_coverage(tmp_path / "flows.json", bpmn)


def test_writes_a_page_with_a_coloured_picture_for_each_diagram(tmp_path: Path, bpmn: Path) -> None:
    out = tmp_path / "coverage"
    write_coverage_report(taken(tmp_path), bpmn, out)
    page = BeautifulSoup((out / "index.html").read_text(encoding="utf-8"), "html.parser")
    rows = [[cell.get_text(" ", strip=True) for cell in row.find_all("td")] for row in page.select("tbody tr")]
    assert rows == [
        ["leave", "Pause", "0 of 4", "0%", "0 of 5", "0"],
        ["leave", "Leave request", "3 of 4", "75%", "4 of 5", "2"],
    ]
    section = page.select("section")[1]
    assert [item.get_text(" ", strip=True) for item in section.select("details[open] li")] == [
        "No: Granted? → Leave refused Flow_No"
    ]
    colours = {str(g["data-element-id"]): g["color"] for g in section.select("g.flow, g.element")}
    assert colours == {
        **dict.fromkeys(("Start", "Decide", "Gateway", "Granted"), TAKEN.stroke),
        **dict.fromkeys(("Flow_Decide", "Flow_Gateway", "Flow_Yes"), TAKEN.stroke),
        **dict.fromkeys(("Refused", "Flow_No"), NOT_TAKEN.stroke),
    }
    hover = section.select_one('g.flow[data-element-id="Flow_Decide"] title')
    assert hover is not None
    assert hover.get_text() == f"Taken by:\n• {LATE}\n• {GRANTED}"
    assert (out / "leave_request.svg").read_text(encoding="utf-8").startswith("<svg")
    assert not (out / "sketch.svg").exists()


def test_the_page_offers_each_story_and_what_it_took(tmp_path: Path, bpmn: Path) -> None:
    write_coverage_report(taken(tmp_path), bpmn, tmp_path)
    page = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert [option.get_text() for option in page.select("option")] == ["all stories together", LATE, GRANTED]
    data = page.select_one("script#taken")
    assert data is not None
    by_story = json.loads(data.get_text())
    assert by_story[LATE] == {"1": ["Flow_Decide", "Start"]}
    assert set(by_story[GRANTED]["1"]) == {*TAKEN_FLOWS, "Start", "Decide", "Gateway", "Granted"} - {"Flow_No"}


def test_the_page_needs_nothing_from_outside(tmp_path: Path, bpmn: Path) -> None:
    write_coverage_report(taken(tmp_path), bpmn, tmp_path)
    page = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert page.select("link, img, iframe, [src]") == []
    assert all(
        str(link["href"]).startswith("#") or str(link["href"]).endswith(".svg") for link in page.select("[href]")
    )


def test_the_table_names_what_is_missing(tmp_path: Path, bpmn: Path) -> None:
    console = Console(width=120, record=True, file=(tmp_path / "out").open("w", encoding="utf-8"))
    console.print(coverage_table(read_coverage(taken(tmp_path), bpmn)))
    console.file.close()
    told = console.export_text()
    assert "3/4" in told
    assert "75%" in told
    assert "No: Granted? → Leave refused" in told
    assert "3/8" in told

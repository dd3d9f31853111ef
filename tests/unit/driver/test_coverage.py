"""Coverage: which story took which flow, and what none took."""

from __future__ import annotations

import json
from pathlib import Path

from tests.scenarios.driver.coverage import Coverage
from tests.unit.driver.records import History

DEPLOYED = {"request": Path("bpmn/requests")}


def asked() -> History:
    history = History()
    history.starts()
    history.element("SEQUENCE_FLOW_TAKEN", 101, "Flow_Asked", "SEQUENCE_FLOW")
    history.element("ELEMENT_ACTIVATED", 102, "Task_Decide", "USER_TASK")
    return history


def test_taken_flows_are_kept_with_their_stories(tmp_path: Path) -> None:
    coverage = Coverage()
    for story in ("test_b", "test_a"):
        coverage.add(story, asked().state, DEPLOYED)
    coverage.write(tmp_path / "coverage" / "flows.json")
    assert json.loads((tmp_path / "coverage" / "flows.json").read_text()) == {
        "request": {
            "version": 1,
            "folder": "requests",
            "flows": {"Flow_Asked": ["test_a", "test_b"], "Flow_Decided": []},
            "elements": {"StartEvent_Asked": [], "Task_Decide": ["test_a", "test_b"], "EndEvent_Done": []},
        }
    }


def test_gaps_are_told_in_the_diagram_s_words() -> None:
    coverage = Coverage()
    coverage.add("test_a", asked().state, DEPLOYED)
    (gap,) = coverage.gaps
    assert gap.untaken == ["Decide on the request → [Yes] Done"]
    assert gap.taken == 1


def test_a_folder_without_stories_has_no_gaps() -> None:
    coverage = Coverage()
    coverage.add("test_a", History().state, DEPLOYED)
    assert coverage.processes
    assert not coverage.gaps


def test_diagrams_of_tests_do_not_count() -> None:
    coverage = Coverage()
    coverage.add("test_a", asked().state, {})
    assert not coverage.processes

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.unit.checks.leave_policy import write_leave_policy
from workers.docs.commands import docs
from workers.docs.markdown import cell, table
from workers.docs.pages import all_pages, pages_up_to_date, stale_pages, write_pages
from workers.docs.sources import Folders, Sources, read_sources

app = typer.Typer()
app.command()(docs)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    root = write_leave_policy(tmp_path).root
    (root / "docs").mkdir()
    (root / "docs/operations.md").write_text("# Operations\n", encoding="utf-8")
    return Folders(root / "bpmn", root / "templates", root / "policies", root / "tests", root / "docs")


@pytest.fixture
def sources(folders: Folders) -> Sources:
    return read_sources(folders)


def text_of(sources: Sources, name: str) -> str:
    return all_pages(sources)[sources.folders.docs / name]


def test_the_page_of_a_procedure_says_who_does_what(sources: Sources) -> None:
    written = text_of(sources, "procedures/leave_request.md")
    for told in (
        "# Leave request",
        "Somebody asks for leave.",
        "![Leave request](../pictures/leave_request.svg)",
        "| **Decide on leave** | Done by the line manager.<br>group `line_managers` | "
        "[leave_decision](../../bpmn/leave/leave_decision.form)<br>Is it granted? | `decision_due` | "
        "[LV-1a](../requirements/leave.md#lv-1a), [LV-A1](../requirements/leave.md#lv-a1) |",
        "- Calls [Leave letter](leave_letter.md)",
        "[leave answer](../../templates/leave/leave_answer.md) | `employee.staff_number` |",
        "| [notice](../../bpmn/leave/leave_periods.dmn) | 14 calendar days | policy | "
        "[LV-1b](../requirements/leave.md#lv-1b) |",
        "## Our assumptions",
        "| Who decides when the line manager is away. | Another line manager decides. | Decide on leave |",
    ):
        assert told in written, told
    assert "- Part of [Leave request](leave_request.md)" in text_of(sources, "procedures/leave_letter.md")
    assert "`send_notice`" in text_of(sources, "procedures/leave_letter.md")


def test_the_page_of_a_policy_puts_paragraph_element_and_story_side_by_side(sources: Sources) -> None:
    rows = {
        row.partition("</a>")[2].partition(" |")[0]: row
        for row in text_of(sources, "requirements/leave.md").splitlines()
        if row.startswith("| <a")
    }
    assert "[Decide on leave](../procedures/leave_request.md)" in rows["LV-1a"]
    assert "[leave is granted](../../tests/scenarios/test_leave_request.py)" in rows["LV-1a"]
    assert "form [Is it granted?](../../bpmn/leave/leave_decision.form)" in rows["LV-2a"]
    assert "*Planned:* `leave_report`" in rows["LV-3"]
    assert "*Not met:* Nobody can measure it." in rows["LV-4"]
    assert rows["LV-5"].endswith("| employee |  |  |")
    assert "**Our assumption:** Another line manager decides." in rows["LV-A1"]


def test_the_index_names_every_page_and_counts(sources: Sources) -> None:
    written = text_of(sources, "README.md")
    assert "- [Operations](operations.md)" in written
    assert "| [Leave request](procedures/leave_request.md) | Somebody asks for leave. |" in written
    assert "| [Leave](requirements/leave.md) | 8 | 5 | 1 | 1 | 1 | 3 |" in written


def test_pages_are_written_once_and_stale_ones_are_found(folders: Folders) -> None:
    sources = read_sources(folders)
    assert {finding.problem for finding in stale_pages(sources)} == {"is missing"}
    assert list(pages_up_to_date(sources.project, folders=folders)) == list(stale_pages(sources))
    assert write_pages(sources)
    assert list(stale_pages(sources)) == []
    assert write_pages(read_sources(folders)) == []

    diagram = folders.bpmn / "leave/leave_request.bpmn"
    diagram.write_text(diagram.read_text("utf-8").replace("Somebody asks", "Anybody asks"), encoding="utf-8")
    stale = {finding.file.name: finding.problem for finding in stale_pages(read_sources(folders))}
    assert stale["leave_request.md"] == "is out of date"
    assert "leave.md" not in stale

    diagram.unlink()
    gone = {finding.file.name: finding.problem for finding in stale_pages(read_sources(folders))}
    assert gone["leave_request.md"] == gone["leave_request.svg"] == "is about something that is no more"
    write_pages(read_sources(folders))
    assert not (folders.docs / "procedures/leave_request.md").exists()


def test_what_people_wrote_is_left_alone(folders: Folders) -> None:
    own = folders.docs / "procedures/how_we_draw.md"
    own.parent.mkdir()
    own.write_text("# How we draw\n", encoding="utf-8")
    write_pages(read_sources(folders))
    assert own.exists()


def test_a_cell_stays_one_cell() -> None:
    assert cell("a | b\n c") == "a \\| b c"
    assert table(("A",), []) == []
    assert table(("A", "B"), [("1", "2")]) == ["| A | B |", "|---|---|", "| 1 | 2 |", ""]


def test_the_pages_in_the_repository_are_up_to_date() -> None:
    assert [str(finding) for finding in stale_pages(read_sources(Folders()))] == []


def test_the_command_says_that_they_are() -> None:
    done = CliRunner().invoke(app, ["--check"])
    assert (done.exit_code, done.output.strip()) == (0, "The pages are up to date.")

"""``dueprocess check`` and what ``dueprocess deploy`` refuses: what they print, and how they end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from workers.checks import commands, node
from workers.checks.commands import refuse_what_will_not_work
from workers.checks.feel import Feel
from workers.checks.finding import Finding, Severity
from workers.checks.node import NodeProblem
from workers.checks.report import FORMATS, as_annotations, as_text
from workers.cli import app
from workers.settings import PROJECT, Settings

FAULT = Finding(
    PROJECT / "bpmn" / "leave" / "leave.bpmn",
    "unknown-job-type",
    "is a job 'find_persn', for which there is no worker",
    "Did you mean 'find_person'?",
    "Task_FindThePerson",
    "Find the person",
    12,
)
HINT = Finding(
    PROJECT / "templates" / "leave" / "granted.md",
    "unused",
    "is a letter that no diagram sends",
    "Send it.",
    severity=Severity.WARNING,
)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The diagrams in a folder of their own, which the commands take for the project's."""
    shutil.copytree(PROJECT / "bpmn", tmp_path / "bpmn")
    monkeypatch.setenv("DUEPROCESS_BPMN_DIR", str(tmp_path / "bpmn"))
    return tmp_path / "bpmn"


def broken(folder: Path) -> Path:
    file = folder / "capability" / "capability_decision_record.bpmn"
    text = file.read_text("utf-8")
    assert 'type="find_person"' in text
    file.write_text(text.replace('type="find_person"', 'type="find_persn"'), encoding="utf-8")
    return file


def check(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", "--no-lint", *arguments])
    return result.exit_code, result.output


def test_a_fault_is_said_in_a_sentence_and_ends_with_1(copied: Path) -> None:
    broken(copied)
    code, said = check()
    assert code == 1
    assert "'Find the employee' (Task_FindTheEmployee) is a job 'find_persn', for which there is no worker." in said
    assert "Did you mean 'find_person'?" in said


def test_only_the_named_files_are_told_of(copied: Path) -> None:
    file = broken(copied)
    assert check(str(copied / "capability" / "capability_appeal.bpmn"))[0] == 0
    assert check(str(file))[0] == 1
    assert check(str(copied / "shared"))[0] == 0


def test_a_file_that_is_not_there_is_said(copied: Path) -> None:
    code, said = check(str(copied / "leave.bpmn"))
    assert code == 2
    assert "There is no" in said


def test_programs_get_json(copied: Path) -> None:
    broken(copied)
    result = CliRunner().invoke(app, ["check", "--no-lint", "--format", "json"])
    found = [one for one in json.loads(result.stdout) if one["rule"] == "unknown-job-type"]
    assert {one["element_id"] for one in found} == {"Task_FindTheEmployee", "Task_FindWhoDecided"}
    assert found[0]["severity"] == "error"
    assert set(found[0]) == {
        "file", "line", "severity", "rule", "element_id", "element_name", "problem", "remedy"
    }  # fmt: skip


def test_it_checks_again_when_a_file_is_saved(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def pause(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            broken(copied)
        elif looks > 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("workers.checks.commands.time.sleep", pause)
    _, said = check("--watch")
    assert said.count("checked in") == 2
    assert "find_persn" in said


def test_without_node_it_says_what_to_install(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise NodeProblem("Node.js is not installed here. Install it.")

    monkeypatch.setattr(node, "_programs", missing)
    monkeypatch.setenv("DUEPROCESS_CACHE_DIR", str(copied / "cache"))
    code, said = check()
    assert code == 2
    assert "Install it." in said


def test_packages_that_cannot_be_fetched_are_said(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "package.json").write_text("{}", encoding="utf-8")
    with pytest.raises(NodeProblem, match="could not be fetched"):
        node.installed_packages(tmp_path / "source", tmp_path / "target")


def findings(monkeypatch: pytest.MonkeyPatch, *found: Finding) -> None:
    def all_findings(
        settings: Settings, feel: Feel, *, lint: bool = True, say: Callable[[str], None] = lambda text: None
    ) -> tuple[list[Finding], int]:
        return list(found), 3

    monkeypatch.setattr(commands, "all_findings", all_findings)


def test_what_will_not_work_is_not_deployed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    findings(monkeypatch, FAULT, HINT)
    with pytest.raises(typer.Exit) as refused:
        refuse_what_will_not_work(Settings())
    assert refused.value.exit_code == 1
    said = capsys.readouterr().err
    assert "find_persn" in said
    assert "Nothing was deployed" in said
    assert "no diagram sends" not in said


def test_by_force_it_is_deployed_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    findings(monkeypatch, FAULT)
    refuse_what_will_not_work(Settings(), force=True)
    assert "find_persn" in capsys.readouterr().err


def test_a_warning_stops_no_deployment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    findings(monkeypatch, HINT)
    refuse_what_will_not_work(Settings())
    assert capsys.readouterr().err == ""


def test_a_fault_elsewhere_does_not_stop_a_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    findings(monkeypatch, FAULT)
    refuse_what_will_not_work(Settings(), ["capability"])
    with pytest.raises(typer.Exit):
        refuse_what_will_not_work(Settings(), ["leave"])


def test_what_cannot_be_checked_is_not_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_findings(*arguments: object, **options: object) -> tuple[list[Finding], int]:
        raise NodeProblem("No Node.js.")

    monkeypatch.setattr(commands, "all_findings", all_findings)
    with pytest.raises(typer.Exit):
        refuse_what_will_not_work(Settings())


def test_people_read_where_what_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    assert as_text([FAULT], 3, 0.25).splitlines() == [
        "bpmn/leave/leave.bpmn",
        "  ✗ 'Find the person' (Task_FindThePerson) is a job 'find_persn', for which there is no worker.",
        "    Did you mean 'find_person'?  (line 12, unknown-job-type)",
        "",
        "3 files checked in 0.2 s: 1 error.",
    ]
    assert as_text([], 1, 2.0) == "1 file checked in 2.0 s: all is well."


def test_a_pull_request_reads_it_in_the_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    first, second, last = as_annotations([FAULT, HINT], 3, 1.0).splitlines()
    assert first.startswith("::error file=bpmn/leave/leave.bpmn,line=12,title=unknown-job-type::'Find the person'")
    assert second.startswith("::warning file=templates/leave/granted.md,title=unused::granted.md is a letter")
    assert last == "3 files checked in 1.0 s: 1 error and 1 warning."


def test_every_format_has_its_words() -> None:
    assert set(FORMATS) == {one.value for one in commands.Format}

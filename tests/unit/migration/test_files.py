"""Older versions from files and Git, and the command that compares them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.unit.migration.drawing import END, START, bpmn, path, user_task
from workers.cli import app
from workers.engine.errors import EngineError
from workers.migration.files import current_and_older, differs, file_of
from workers.migration.versions import Version


def asking(task_id: str) -> bytes:
    """A procedure of one task."""
    parts = (START, user_task(task_id, "Ask for leave"), END)
    return bpmn(*parts, path("StartEvent_Begun", task_id, "EndEvent_Done"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's diagrams, whose last revision calls a task otherwise."""
    bpmn_dir = tmp_path / "bpmn"
    (bpmn_dir / "leave").mkdir(parents=True)
    file = bpmn_dir / "leave" / "leave.bpmn"
    file.write_bytes(asking("Task_Ask"))
    git = ["git", "-C", str(tmp_path), "-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *arguments], check=True)
    file.write_bytes(asking("Task_AskForLeave"))
    monkeypatch.setenv("DUEPROCESS_BPMN_DIR", str(bpmn_dir))
    return bpmn_dir


def test_an_older_file_and_a_revision(folder: Path, tmp_path: Path) -> None:
    new, old = current_and_older(folder, "leave", "HEAD")
    assert ("Task_AskForLeave" in new.elements, "Task_Ask" in old.elements) == (True, True)
    older = tmp_path / "older.bpmn"
    older.write_bytes(asking("Task_Old"))
    assert "Task_Old" in current_and_older(folder, "leave", str(older))[1].elements


@pytest.mark.parametrize("source", ["no-such-thing", "--output=/tmp/x"])
def test_what_is_neither_file_nor_revision(folder: Path, source: str) -> None:
    with pytest.raises(EngineError, match="neither a file nor a Git revision"):
        current_and_older(folder, "leave", source)


def test_a_moved_drawing_is_no_difference(folder: Path) -> None:
    file = file_of(folder, "leave")
    assert file
    assert not differs(file, Version.read("leave", asking("Task_AskForLeave").replace(b"><", b">\n<")))
    assert differs(file, Version.read("leave", asking("Task_Ask")))
    assert file_of(folder, "nothing") is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["leave", "--from", "HEAD"], "seems to be “Ask for leave” (Task_AskForLeave) now"),
        (["leave", "--from", "HEAD", "--map", "Task_Ask=Task_AskForLeave"], "(Task_Ask) is “Ask for leave”"),
        (["--from", "HEAD"], "Name the procedure"),
        (["nothing", "--from", "HEAD"], "has no nothing.bpmn"),
        (["leave", "--from", "HEAD", "--run"], "Cases can only be moved to what is deployed"),
        (["leave", "--map", "Task_Ask"], "write OLD=NEW"),
        (["leave", "--map", "A=B", "--map", "A=C"], "A is mapped to B already"),
    ],
)
def test_what_the_command_says(folder: Path, arguments: list[str], said: str) -> None:
    assert said in CliRunner().invoke(app, ["migrate", *arguments]).output

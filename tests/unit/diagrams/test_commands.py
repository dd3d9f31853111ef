from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.unit.diagrams.drawing import leave_request
from workers.diagrams.commands import picture

app = typer.Typer()
app.command()(picture)
runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("leave/leave_request.bpmn", "pay/pay_advance.bpmn"):
        file = tmp_path / "bpmn" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(leave_request().xml())
    return tmp_path / "bpmn"


def test_draws_files_and_folders(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "pictures"
    done = runner.invoke(app, [str(folder), "--out", str(out)])
    assert done.exit_code == 0
    assert sorted(file.name for file in out.iterdir()) == ["leave_request.svg", "pay_advance.svg"]
    assert (out / "leave_request.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "leave_request.svg" in done.output.replace("\n", "")


def test_draws_the_others_when_one_is_broken_and_fails(folder: Path, tmp_path: Path) -> None:
    (folder / "leave/broken.bpmn").write_text("nothing", encoding="utf-8")
    done = runner.invoke(app, [str(folder), "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "broken.bpmn:1: no well-formed XML" in done.output.replace("\n", "")
    assert (tmp_path / "leave_request.svg").exists()


def test_does_not_write_one_picture_over_another(folder: Path, tmp_path: Path) -> None:
    (folder / "pay/leave_request.bpmn").write_bytes(leave_request().xml())
    done = runner.invoke(app, [str(folder), "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "another diagram is called 'leave_request' too" in " ".join(done.output.split())


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    done = runner.invoke(app, [str(tmp_path)])
    assert done.exit_code == 1
    assert "There is no diagram" in done.output

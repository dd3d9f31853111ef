"""What the commands print and what they forget."""

from __future__ import annotations

import io
import os
import signal
from pathlib import Path

import pytest
import typer
from rich.console import Console

from workers.engine.commands import forget_local_records, progress, show_deployment, stoppable, telling_errors
from workers.engine.deployment import Deployment, Resource
from workers.engine.errors import EngineError
from workers.settings import Settings


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=100)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_folder_shows_its_new_versions(console: Console) -> None:
    diagram = Resource("process", "p", "p.bpmn", version=3, key=101, new=True)
    form = Resource("form", "f", "f.form", version=1, key=7, new=False)

    show_deployment(Deployment("capability", 100, (diagram, form)), console)
    show_deployment(Deployment("shared", 102, (form,)), console)

    lines = printed(console).splitlines()
    assert lines[0].strip() == "capability: 1 new, 1 unchanged"
    assert any("p.bpmn" in line and "3" in line for line in lines)
    assert not any("f.form" in line for line in lines)
    assert lines[-1] == "shared: 1 unchanged"


def test_a_failure_is_a_sentence_and_a_status(console: Console) -> None:
    with pytest.raises(typer.Exit) as caught, telling_errors(console):
        raise EngineError("Too [small] a disk.")

    assert caught.value.exit_code == 1
    assert printed(console) == "Too [small] a disk.\n"


def test_a_service_manager_stops_it_as_ctrl_c_does() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), stoppable():
        os.kill(os.getpid(), signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) is before


def test_progress_is_plain_lines_outside_a_terminal(console: Console) -> None:
    with progress(console) as say:
        say("Starting OpenSearch")
        say("")

    assert printed(console) == "Starting OpenSearch\n"


def test_the_records_of_a_forgotten_engine_are_forgotten(tmp_path: Path, console: Console) -> None:
    for name in ("records.sqlite3", "records.sqlite3-wal", "platform.json"):
        (tmp_path / name).touch()

    forget_local_records(Settings(data_dir=tmp_path, database_url=""), console)

    assert [path.name for path in tmp_path.iterdir()] == ["platform.json"]
    assert printed(console) == ""


def test_a_database_of_ones_own_is_never_deleted(tmp_path: Path, console: Console) -> None:
    file = tmp_path / "records.sqlite3"
    file.touch()

    forget_local_records(Settings(data_dir=tmp_path, database_url=f"sqlite:///{file}"), console)

    assert file.exists()
    assert "Give the fresh engine an empty database" in " ".join(printed(console).split())

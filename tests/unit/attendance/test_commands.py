"""``dueprocess absences``, as somebody types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.unit.records.fixtures import SAMPLE_PEOPLE
from workers.cli import app
from workers.settings import PROJECT


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUEPROCESS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DUEPROCESS_DATABASE_URL", "")
    monkeypatch.setenv("COLUMNS", "200")
    runner = CliRunner()
    runner.invoke(app, ["records", "upgrade"])
    runner.invoke(app, ["people", "import", str(SAMPLE_PEOPLE)])
    return runner


def test_import_and_show(run: CliRunner) -> None:
    samples = PROJECT / "samples"
    patterns = run.invoke(app, ["absences", "import-patterns", str(samples / "working_patterns.csv")])
    first = run.invoke(app, ["absences", "import", str(samples / "absences.csv")])
    again = run.invoke(app, ["absences", "import", str(samples / "absences.csv")])
    shown = run.invoke(app, ["absences", "show", "100100"])

    assert patterns.stdout == "Working patterns of 2 people set.\n"
    assert first.stdout == "4 added, 0 updated, 0 unchanged.\n"
    assert again.stdout == "0 added, 0 updated, 4 unchanged.\n"
    assert "2025-02-03" in shown.stdout
    assert "Back pain" not in shown.stdout
    assert "injury" not in shown.stdout


def test_nothing_to_show(run: CliRunner) -> None:
    assert run.invoke(app, ["absences", "show", "100100"]).stdout == "There are no absences of this person.\n"
    nobody = run.invoke(app, ["absences", "show", "7"])
    assert (nobody.exit_code, "Nobody has the staff number 7" in nobody.stderr) == (1, True)


def test_a_refused_import_tells_every_fault(run: CliRunner, tmp_path: Path) -> None:
    wrong = tmp_path / "absences.csv"
    wrong.write_text(
        "staff_number,first_day,last_day,reason,related_to,certified_until\n100100,x,,,,\n100100,2025-03-03,y,,,\n",
        "utf-8",
    )
    refused = run.invoke(app, ["absences", "import", str(wrong)])

    assert refused.exit_code == 1
    assert "Line 2, column first_day" in refused.stderr
    assert "Line 3, column last_day" in refused.stderr
    assert "Nothing was imported: 2 faults in the file." in refused.stderr

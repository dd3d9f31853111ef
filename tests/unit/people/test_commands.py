"""``dueprocess people`` and ``dueprocess records``, as somebody types them."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.unit.records.fixtures import SAMPLE_PEOPLE
from workers.people.commands import commands as people
from workers.records.commands import commands as records
from workers.records.database import open_database
from workers.records.models import Person
from workers.settings import Settings

EVERYBODY = len(SAMPLE_PEOPLE.read_text("utf-8").splitlines()) - 1


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUEPROCESS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DUEPROCESS_DATABASE_URL", "")
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


def test_records_must_be_made_first(run: CliRunner) -> None:
    before = run.invoke(people, ["show"])
    upgraded = run.invoke(records, ["upgrade"])
    after = run.invoke(people, ["show"])

    assert before.exit_code == 1
    assert "run `dueprocess records upgrade`" in before.stderr
    assert (upgraded.exit_code, upgraded.stdout) == (0, "The records are up to date.\n")
    assert after.exit_code == 0


def test_import_and_show(run: CliRunner) -> None:
    run.invoke(records, ["upgrade"])
    imported = run.invoke(people, ["import", str(SAMPLE_PEOPLE)])
    everyone = run.invoke(people, ["show"])
    one = run.invoke(people, ["show", "100102"])
    nobody = run.invoke(people, ["show", "7"])

    assert imported.stdout == f"{EVERYBODY} added, 0 updated, 0 unchanged, 0 recorded but not in the file.\n"
    assert "Callum Reid" in everyone.stdout
    assert "none: letters are posted" in one.stdout
    assert "DY8 1XX" in one.stdout
    assert nobody.exit_code == 1
    assert "Nobody has the staff number 7" in nobody.stderr


def test_a_refused_import_tells_every_fault(run: CliRunner, tmp_path: Path) -> None:
    run.invoke(records, ["upgrade"])
    wrong = tmp_path / "people.csv"
    wrong.write_text(SAMPLE_PEOPLE.read_text("utf-8").replace(",hr\n", ",boss\n"), encoding="utf-8")
    refused = run.invoke(people, ["import", str(wrong)])

    assert refused.exit_code == 1
    assert "Line 6, column roles: names boss, which is no role" in refused.stderr
    assert "Line 7, column roles: names boss, which is no role" in refused.stderr
    assert "Nothing was imported: 2 faults in the file." in refused.stderr
    assert "100000" not in run.invoke(people, ["show"]).stdout


def test_who_is_missing_from_the_file_is_told(run: CliRunner, tmp_path: Path) -> None:
    run.invoke(records, ["upgrade"])
    run.invoke(people, ["import", str(SAMPLE_PEOPLE)])
    shorter = tmp_path / "people.csv"
    *others, last_line = SAMPLE_PEOPLE.read_text("utf-8").splitlines(keepends=True)
    shorter.write_text("".join(others), encoding="utf-8")
    last = last_line.partition(",")[0]
    imported = run.invoke(people, ["import", str(shorter)])

    assert "1 recorded but not in the file" in imported.stdout
    assert f"left as they are: {last}" in imported.stdout


def change(folder: Path, staff_number: str, **values: date) -> None:
    """What a job changes of a person."""
    with closing(open_database(Settings(data_dir=folder / "data"))) as database, database.session() as session:
        for name, value in values.items():
            setattr(session.get_one(Person, staff_number), name, value)


def test_a_last_day_that_the_file_does_not_know_is_told(run: CliRunner, tmp_path: Path) -> None:
    run.invoke(records, ["upgrade"])
    run.invoke(people, ["import", str(SAMPLE_PEOPLE)])
    change(tmp_path, "100100", left_on=date(2025, 3, 31), procedure_ended_on=date(2025, 3, 31))
    imported = run.invoke(people, ["import", str(SAMPLE_PEOPLE)])
    shown = run.invoke(people, ["show", "100100"])
    overruled = run.invoke(people, ["import", str(SAMPLE_PEOPLE), "--follow-file", "100100"])

    assert imported.exit_code == 0
    assert imported.stdout.splitlines()[1:] == [
        "100100: the last day 2025-03-31 was decided in a procedure and stays, although the file gives none. Enter it "
        "in the staff system, or, if the file is right, import it again with --follow-file 100100."
    ]
    assert "2025-03-31" in shown.stdout
    assert overruled.stdout == (f"0 added, 1 updated, {EVERYBODY - 1} unchanged, 0 recorded but not in the file.\n")
    assert "2025-03-31" not in run.invoke(people, ["show", "100100"]).stdout


def test_a_last_day_that_was_taken_back_is_told(run: CliRunner, tmp_path: Path) -> None:
    run.invoke(records, ["upgrade"])
    run.invoke(people, ["import", str(SAMPLE_PEOPLE)])
    change(tmp_path, "100104", procedure_restored_from=date(2025, 3, 31))
    behind = tmp_path / "people.csv"
    behind.write_text(SAMPLE_PEOPLE.read_text("utf-8").replace("2025-02-17,", "2025-02-17,2025-03-31"), "utf-8")
    imported = run.invoke(people, ["import", str(behind)])

    assert imported.stdout.splitlines()[1:] == [
        "100104: the last day 2025-03-31 was taken back after an appeal and is not set again, although the file gives "
        "2025-03-31. Take it out in the staff system, or, if the file is right, import it again with --follow-file "
        "100104."
    ]


def test_a_wrong_staff_number_to_follow_the_file_for(run: CliRunner) -> None:
    run.invoke(records, ["upgrade"])
    refused = run.invoke(people, ["import", str(SAMPLE_PEOPLE), "--follow-file", "7"])

    assert refused.exit_code == 1
    assert "for the staff number 7, which is not in it" in refused.stderr


def test_markup_in_names_is_shown_as_it_is(run: CliRunner, tmp_path: Path) -> None:
    run.invoke(records, ["upgrade"])
    odd = tmp_path / "people.csv"
    odd.write_text(SAMPLE_PEOPLE.read_text("utf-8").replace("Callum Reid", "Callum [/bold] Reid"), encoding="utf-8")
    run.invoke(people, ["import", str(odd)])

    assert "Callum [/bold] Reid" in run.invoke(people, ["show"]).stdout


def test_a_database_that_does_not_answer(run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "records.sqlite3").mkdir()
    failed = run.invoke(records, ["upgrade"])

    assert failed.exit_code == 1
    assert "The records cannot be reached" in failed.stderr

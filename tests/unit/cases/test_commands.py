"""``dueprocess case`` and ``dueprocess register``, as somebody types them."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tests.unit.records.fixtures import Office
from workers.cases.commands import commands as case
from workers.cases.jobs import close_case, open_case
from workers.registers.commands import commands as register
from workers.registers.jobs import add_register_entry


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    url = office.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DUEPROCESS_DATABASE_URL", url)
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


def open_one(office: Office) -> None:
    office.run(
        open_case,
        policy="capability",
        procedure="capability_appeal",
        staff_number="100100",
        opened_at="2025-06-03T10:00:00+01:00",
        about="DEC-2025-0001",
        statement={"grounds": "I [/disagree] with it."},
        gives_access_to=["100020"],
    )


def test_cases(office: Office, run: CliRunner) -> None:
    none = run.invoke(case, ["list"])
    open_one(office)
    listed = run.invoke(case, ["list"])
    shown = run.invoke(case, ["show", "cap-2025-0001"])
    missing = run.invoke(case, ["show", "CAP-2025-0002"])

    assert "There are no open cases" in none.stdout
    assert "CAP-2025-0001" in listed.stdout
    assert "Tuesday 3 June 2025 at 10:00" in listed.stdout
    assert "May be read by: 100020" in shown.stdout
    assert "2025-06-03 10:00" in shown.stdout
    assert "I [/disagree] with it." in shown.stdout
    assert missing.exit_code == 1
    assert "No case has the reference CAP-2025-0002" in missing.stderr


def test_closed_cases_are_listed_when_asked_for(office: Office, run: CliRunner) -> None:
    open_one(office)
    office.run(close_case, case_reference="CAP-2025-0001", outcome="Upheld", closed_at="2025-06-04T10:00:00+01:00")

    assert "There are no open cases" in run.invoke(case, ["list"]).stdout
    assert "Upheld" in run.invoke(case, ["list", "--all"]).stdout
    assert "Case closed: Upheld" in run.invoke(case, ["show", "CAP-2025-0001"]).stdout


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([], True),
        (["--person", "100100"], True),
        (["--person", "100101"], False),
        (["--person", "100100", "--on", "2025-09-02"], True),
        (["--person", "100100", "--on", "2025-09-03"], False),
    ],
)
def test_register(office: Office, run: CliRunner, arguments: list[str], shown: bool) -> None:
    open_one(office)
    office.run(
        add_register_entry,
        register="capability_decisions",
        staff_number="100100",
        case_reference="CAP-2025-0001",
        kind="first_written_warning",
        active_from="2025-03-03",
        active_until="2025-09-02",
        facts={"informed_on": "2025-03-03", "decided_by": "100020"},
    )
    result = run.invoke(register, ["show", "capability_decisions", *arguments])

    assert result.exit_code == 0
    assert ("First written warning" in result.stdout) is shown
    assert ("There are no such entries." in result.stdout) is not shown


def test_wrong_questions_to_a_register(run: CliRunner) -> None:
    unknown = run.invoke(register, ["show", "decisions"])
    wrong_day = run.invoke(register, ["show", "capability_decisions", "--on", "3 March"])

    assert unknown.exit_code == 1
    assert "There is no register 'decisions'. The registers are: capability_decisions." in unknown.stderr
    assert wrong_day.exit_code == 2
    assert "must be a date such as" in wrong_day.stderr

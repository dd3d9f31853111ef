from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.unit.notices.test_outbox import send_decision
from tests.unit.records.fixtures import Office
from workers.notices.commands import commands
from workers.records.models import OutboxMessage


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    url = office.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DUEPROCESS_DATABASE_URL", url.replace("+pysqlite", "").replace("+psycopg", ""))
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


def test_what_waits_is_listed_without_names(run: CliRunner, office: Office) -> None:
    assert "Nothing waits" in run.invoke(commands, ["list"]).output
    send_decision(office)
    with office.database.session() as session:
        first, second = session.query(OutboxMessage).order_by(OutboxMessage.id)
        first.attempts, first.last_error = 3, "The mail server cannot be reached (ConnectError)."
        second.status = "sent"
    output = run.invoke(commands, ["list"]).output
    assert output.count("LTR-2025-0001") == 1
    for words in ("CAP-2025-0001", "queued", "3", "The mail server cannot be reached"):
        assert words in output
    for secret in ("Alex", "morgan", "wm.example"):
        assert secret not in output
    assert run.invoke(commands, ["list", "--all"]).output.count("LTR-2025-0001") == 2


def test_templates_are_listed_with_what_they_need(run: CliRunner) -> None:
    output = run.invoke(commands, ["templates"]).output
    for words in ("capability/capability_appeal_not_admitted", "appeal_due_on", "admission_reasons"):
        assert words in output


def test_a_template_is_previewed(run: CliRunner, tmp_path: Path) -> None:
    result = run.invoke(
        commands, ["preview", "capability/capability_appeal_decision", "--folder", str(tmp_path / "out")]
    )
    assert result.exit_code == 0
    assert (tmp_path / "out" / "capability_appeal_decision.pdf").read_bytes().startswith(b"%PDF")
    assert "Dear Alex Morgan" in (tmp_path / "out" / "capability_appeal_decision.txt").read_text("utf-8")
    assert "<html" in (tmp_path / "out" / "capability_appeal_decision.html").read_text("utf-8")


def test_a_preview_of_nothing_says_what_to_do(run: CliRunner) -> None:
    result = run.invoke(commands, ["preview", "capability/nothing"])
    assert result.exit_code == 1
    assert "There is no template 'capability/nothing'" in result.output

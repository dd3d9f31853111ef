"""The command as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from workers.cli import app


def test_settings_that_are_wrong_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEPROCESS_SMTP_SECURITY", "sesame")
    monkeypatch.setenv("DUEPROCESS_SMTP_PORT", "sesame")
    result = CliRunner().invoke(app, ["notices", "list"])
    assert result.exit_code == 1
    assert "DUEPROCESS_SMTP_SECURITY: String should match pattern '^(none|starttls|tls)$'." in result.output
    assert "DUEPROCESS_SMTP_PORT: Input should be a valid integer" in result.output
    assert "sesame" not in result.output


def test_a_secret_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dueprocess_smtp_password").write_bytes(b"sesame \xff")
    monkeypatch.setenv("DUEPROCESS_SECRETS_DIR", str(tmp_path))
    monkeypatch.delenv("DUEPROCESS_SMTP_PASSWORD", raising=False)
    result = CliRunner().invoke(app, ["work"])
    assert result.exit_code == 1
    assert result.output == f"The secret in {tmp_path}/dueprocess_smtp_password is not text in UTF-8.\n"

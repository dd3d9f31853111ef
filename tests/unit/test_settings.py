"""The settings, and the example that documents them."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from workers.secret_files import SECRET_URLS, SecretFileError
from workers.settings import PROJECT, Settings

EXAMPLE = (PROJECT / ".env.example").read_text("utf-8").partition("# The rest is for docker-compose.yml")[0]


def test_the_example_lists_every_setting_and_no_other() -> None:
    listed = set(re.findall(r"^# ?(DUEPROCESS_[A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert listed == {f"DUEPROCESS_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert description in " ".join(EXAMPLE.replace("\n# ", " ").split())


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEPROCESS_SMTP_PASSWORD", "open sesame")
    assert "open sesame" not in repr(Settings())


SECRETS = [name for name, field in Settings.model_fields.items() if field.annotation is SecretStr] + sorted(SECRET_URLS)
DATABASE = "postgresql://hr:open-sesame@db.example/records"


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets, named by the environment that names no secret itself."""
    for name in SECRETS:
        monkeypatch.delenv(f"DUEPROCESS_{name.upper()}", raising=False)
    monkeypatch.setenv("DUEPROCESS_SECRETS_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def value_of(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_may_be_a_file(secrets: Path, name: str) -> None:
    (secrets / f"dueprocess_{name}").write_text("open sesame \u00e9\n", "utf-8")
    settings = Settings()
    assert value_of(settings, name) == "open sesame \u00e9"
    assert "sesame" not in repr(settings)
    assert "sesame" not in str(settings)


@pytest.mark.parametrize("name", SECRETS)
def test_the_environment_wins(secrets: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / f"dueprocess_{name}").write_text("from the file")
    (secrets / ".env").write_text(f"DUEPROCESS_{name.upper()}=from .env")
    assert value_of(Settings(), name) == "from .env"
    monkeypatch.setenv(f"DUEPROCESS_{name.upper()}", "from the environment")
    assert value_of(Settings(), name) == "from the environment"
    given: dict[str, str] = {name: "given"}
    assert value_of(Settings(**given), name) == "given"  # type: ignore[arg-type]


def test_the_folder_may_be_named_in_the_env_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUEPROCESS_SECRETS_DIR")
    (secrets / "kept").mkdir()
    (secrets / "kept" / "dueprocess_smtp_password").write_text("open sesame")
    (secrets / ".env").write_text("DUEPROCESS_SECRETS_DIR=kept")
    assert value_of(Settings(), "smtp_password") == "open sesame"


def test_other_settings_are_not_files(secrets: Path) -> None:
    (secrets / "dueprocess_sender").write_text("someone@else.example")
    assert Settings().sender == Settings.model_fields["sender"].default


def test_a_missing_folder_is_no_error(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEPROCESS_SECRETS_DIR", str(secrets / "none"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert value_of(Settings(), "smtp_password") == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, r"dueprocess_smtp_password cannot be read \(Is a directory\)"),
        (b"open sesame \xff", r"dueprocess_smtp_password is not text in UTF-8\."),
    ],
)
def test_a_secret_that_cannot_be_read_is_said(secrets: Path, content: bytes | None, says: str) -> None:
    file = secrets / "dueprocess_smtp_password"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(SecretFileError, match=says) as caught:
        Settings()
    assert "sesame" not in str(caught.value)


def test_the_database_password_is_not_shown(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEPROCESS_DATABASE_URL", DATABASE)
    assert Settings().records_url == DATABASE
    assert "open-sesame" not in repr(Settings())


def test_what_is_wrong_does_not_quote_what_was_set(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "dueprocess_smtp_password").write_text("open sesame")
    monkeypatch.setenv("DUEPROCESS_SMTP_PORT", "sesame in the wrong place")
    with pytest.raises(ValidationError, match="smtp_port") as caught:
        Settings()
    assert "sesame" not in str(caught.value)

"""The secret that signs the cookies."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from workers.settings import Settings
from workers.web.sessions import SECRET_FILE, SecretError, cookie_secret


def test_a_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", session_secret=SecretStr(""))

    made = cookie_secret(settings)

    assert len(made) >= 48
    assert cookie_secret(settings) == made
    assert stat.S_IMODE((tmp_path / "data" / SECRET_FILE).stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == [SECRET_FILE]


def test_a_secret_others_could_read_is_replaced(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, session_secret=SecretStr(""))
    made = cookie_secret(settings)
    (tmp_path / SECRET_FILE).chmod(0o644)

    assert cookie_secret(settings) != made
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600


def test_the_secret_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, session_secret=SecretStr("s" * 32))

    assert cookie_secret(settings) == "s" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_is_too_short(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="DUEPROCESS_SESSION_SECRET is too short") as caught:
        cookie_secret(Settings(data_dir=tmp_path, session_secret=SecretStr("hunter2")))
    assert "hunter2" not in str(caught.value)


def test_a_secret_that_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SecretError, match="set DUEPROCESS_DATA_DIR to a folder that can be written to"):
        cookie_secret(Settings(data_dir=tmp_path / "file", session_secret=SecretStr("")))

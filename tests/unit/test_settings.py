"""The settings, and the example that documents them."""

from __future__ import annotations

import re

import pytest

from workers.settings import PROJECT, Settings

EXAMPLE = (PROJECT / ".env.example").read_text("utf-8")


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

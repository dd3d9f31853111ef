"""The Compose file, read as YAML, with its ``${NAME:-default}`` filled in."""

from __future__ import annotations

import re
from typing import Any

import yaml

from workers.settings import PROJECT

FILE = PROJECT / "docker-compose.yml"
NEEDED = {"DUEPROCESS_SENDER": "hr@dueprocess.example", "DUEPROCESS_SMTP_HOST": "mailbox"}
"""What has no default."""
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def variables() -> dict[str, str | None]:
    """Every variable of the file with its default; None where there is none."""
    return {
        found["name"]: found["rest"] if found["kind"] == "-" else None
        for found in VARIABLE.finditer(FILE.read_text("utf-8"))
    }


def compose() -> dict[str, Any]:
    """The file as Compose would read it with nothing set but what must be."""

    def fill(found: re.Match[str]) -> str:
        return NEEDED.get(found["name"], found["rest"] or "")

    content: dict[str, Any] = yaml.safe_load(VARIABLE.sub(fill, FILE.read_text("utf-8")))
    return content

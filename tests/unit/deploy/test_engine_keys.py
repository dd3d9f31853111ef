"""Every key the engine is given is one its documentation knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.unit.deploy.compose import compose
from workers.settings import PROJECT

CAMUNDA = PROJECT / "deploy" / "camunda"
DOCUMENTED: dict[str, str] = yaml.safe_load((CAMUNDA / "keys.yaml").read_text("utf-8"))


def keys(content: Any, path: str = "") -> Iterator[str]:
    """The paths of all values, in the spelling of the documentation; positions in lists left out."""
    if isinstance(content, dict):
        for name, value in content.items():
            spelled = re.sub("([a-z])([A-Z])", lambda found: f"{found[1]}-{found[2].lower()}", str(name))
            yield from keys(value, f"{path}.{spelled}" if path else spelled)
    elif isinstance(content, list):
        for value in content:
            yield from keys(value, path)
    else:
        yield path


def used() -> set[str]:
    """The keys of both files and the variables of the container."""
    files = [yaml.safe_load((CAMUNDA / f"{name}.yaml").read_text("utf-8")) for name in ("application", "rights")]
    found = {key for content in files for key in keys(content)}
    return found | set(compose()["services"]["engine"]["environment"])


def test_every_key_is_documented_and_every_documented_key_used() -> None:
    assert used() == set(DOCUMENTED)


def test_each_has_its_page() -> None:
    assert all(page.strip() for page in DOCUMENTED.values())


def test_the_api_is_closed_and_rights_count() -> None:
    security = yaml.safe_load((CAMUNDA / "application.yaml").read_text("utf-8"))["camunda"]["security"]
    assert security["authentication"]["unprotectedApi"] is False
    assert security["authorizations"]["enabled"] is True


def test_every_placeholder_is_a_secret_of_the_engine() -> None:
    text = "".join((CAMUNDA / f"{name}.yaml").read_text("utf-8") for name in ("application", "rights"))
    assert set(re.findall(r"\$\{([a-z_]+)[:}]", text)) == set(compose()["services"]["engine"]["secrets"])

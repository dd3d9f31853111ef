"""docker-compose.yml: nothing public that need not be, nothing without bounds, and settings that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.unit.deploy.compose import NEEDED, compose, variables
from workers.settings import PROJECT, Settings

COMPOSE = compose()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("due-process:")}
ONCE = {"folders", "records-upgrade", "deploy"}
"""Run to their end, and are not started again."""


def secrets_of(service: dict[str, Any]) -> dict[str, str]:
    """The name in the container of each secret, and the secret."""
    return {
        str(secret["target"] if isinstance(secret, dict) else secret): str(
            secret["source"] if isinstance(secret, dict) else secret
        )
        for secret in service.get("secrets", [])
    }


def test_the_whole_is_there() -> None:
    assert set(SERVICES) == {
        "postgres",
        "folders",
        "engine",
        "records-upgrade",
        "worker",
        "case-file",
        "backup",
        "deploy",
        "mailbox",
    }
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == set(SERVICES) - {
        "deploy",
        "mailbox",
    }
    assert SERVICES["engine"]["image"].startswith("camunda/camunda:8.9.")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_bounds_and_a_way_back(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert service["logging"]["options"]["max-size"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONCE))
def test_every_lasting_service_has_a_health_check(name: str) -> None:
    if name == "worker":
        assert "HEALTHCHECK" in (PROJECT / "Dockerfile").read_text("utf-8")
        assert "healthcheck" not in SERVICES[name]
    else:
        assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgres"}))
def test_only_the_database_keeps_the_usual_capabilities(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", sorted(OURS | {"backup"}))
def test_what_is_ours_cannot_write_to_its_root(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name].get("volumes", []) == (SERVICES["backup"]["volumes"] if name == "backup" else [])


def test_what_is_published_is_only_reached_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {
        "engine": ["127.0.0.1:8080:8080"],
        "case-file": ["127.0.0.1:8090:8090"],
        "mailbox": ["127.0.0.1:8025:8025"],
    }


def test_databases_and_gateway_are_on_networks_that_lead_nowhere() -> None:
    internal = {name for name, network in COMPOSE["networks"].items() if network.get("internal")}
    assert internal == {"data", "engine"}
    assert set(SERVICES["postgres"]["networks"]) == {"data"}
    outside = {name for name, service in SERVICES.items() if set(service.get("networks", [])) - internal}
    assert outside == {"engine", "case-file", "worker", "mailbox"}
    assert SERVICES["folders"]["network_mode"] == "none"


def test_everybody_gets_only_the_secrets_they_need() -> None:
    assert {name: set(secrets_of(service).values()) for name, service in SERVICES.items()} == {
        "postgres": {"postgres_password", "records_database_password", "engine_database_password"},
        "folders": set(),
        "engine": {
            "engine_database_password",
            "engine_admin_password",
            "engine_worker_password",
            "engine_deployer_password",
        },
        "records-upgrade": {"dueprocess_database_url"},
        "worker": {"dueprocess_database_url", "dueprocess_smtp_password", "engine_worker_password"},
        "case-file": {"dueprocess_database_url", "dueprocess_session_secret"},
        "backup": {"records_database_password", "engine_database_password"},
        "deploy": {"engine_deployer_password"},
        "mailbox": set(),
    }


def test_secrets_are_files_and_never_variables() -> None:
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    named = [variable for service in SERVICES.values() for variable in service.get("environment", {})]
    assert [name for name in named if re.search("PASSWORD|SECRET", name)] == ["POSTGRES_PASSWORD_FILE"]


def test_the_secrets_script_makes_each_of_them_and_keeps_what_is_there(tmp_path: Path) -> None:
    def made() -> dict[str, str]:
        subprocess.run(["sh", str(PROJECT / "deploy" / "make-secrets.sh"), str(tmp_path)], check=True)
        return {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()}

    first = made()
    assert set(first) == set(COMPOSE["secrets"])
    assert made() == first
    assert first["dueprocess_database_url"] == (
        f"postgresql://dueprocess:{first['records_database_password']}@postgres:5432/dueprocess"
    )
    random = [value for name, value in first.items() if "url" not in name and "smtp" not in name]
    assert len(set(random)) == len(random)
    assert all(re.fullmatch("[A-Za-z0-9_-]{43}", value) for value in random)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", sorted(OURS))
def test_its_settings_exist_and_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    environment = dict(SERVICES[name].get("environment", {}))
    # uvicorn's own.
    assert environment.pop("FORWARDED_ALLOW_IPS", "*") == "*"
    assert {variable.removeprefix("DUEPROCESS_").lower() for variable in environment} <= set(Settings.model_fields)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, str(value))
    monkeypatch.setenv("DUEPROCESS_SECRETS_DIR", str(tmp_path))
    for target in secrets_of(SERVICES[name]):
        setting = target.removeprefix("dueprocess_")
        assert setting in Settings.model_fields
        (tmp_path / target).write_text("from the secret", "utf-8")
        value = getattr(Settings(), setting)
        assert getattr(value, "get_secret_value", lambda value=value: value)() == "from the secret"


def test_the_worker_is_given_the_time_it_needs_to_stop() -> None:
    # docs/operations.md: its jobs, and fifteen seconds for the letter under way.
    assert int(SERVICES["worker"]["stop_grace_period"].rstrip("s")) >= Settings().worker_stop_seconds + 15


def test_the_example_lists_every_variable() -> None:
    example = (PROJECT / ".env.example").read_text("utf-8")
    for name, default in variables().items():
        # The settings of our own program have defaults of their own, and a test of their own.
        if name.removeprefix("DUEPROCESS_").lower() not in Settings.model_fields:
            assert f"\n# {name}={default}\n" in example, name
    assert {name for name, default in variables().items() if default is None} == set(NEEDED)

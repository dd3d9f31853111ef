"""Compose itself reads docker-compose.yml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.containers.docker import DockerError, Stack
from tests.unit.deploy.compose import NEEDED
from tests.unit.deploy.test_compose import SERVICES
from workers.settings import PROJECT


@pytest.fixture
def file(tmp_path: Path) -> Stack:
    return Stack("due-process-test", (PROJECT / "docker-compose.yml",), NEEDED | {"DUEPROCESS_SECRETS": str(tmp_path)})


def test_it_is_valid(file: Stack) -> None:
    read = yaml.safe_load(file.compose("--profile", "dev", "--profile", "tools", "config").stdout)
    assert set(read["services"]) == set(SERVICES)
    worker = read["services"]["worker"]["environment"]
    assert worker["DUEPROCESS_ENGINE_GRPC"] == "engine:26500"
    assert worker["DUEPROCESS_LOG_FORMAT"] == "json"


def test_it_says_what_must_be_set(file: Stack) -> None:
    unset = Stack(file.name, file.files, {"DUEPROCESS_SMTP_HOST": "", "DUEPROCESS_SENDER": "hr@dueprocess.example"})
    with pytest.raises(DockerError, match=r"Set DUEPROCESS_SMTP_HOST in \.env to your mail server"):
        unset.compose("config")

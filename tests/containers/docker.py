"""Docker and Compose, by their commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

QUICK = 120.0
BUILD = 900.0
LOOK_AGAIN = 0.5


class DockerError(Exception):
    """A command failed; the message has its output."""


def run(
    *command: str, timeout: float = QUICK, env: Mapping[str, str] | None = None, check: bool = True, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end.

    :raises DockerError: it failed, or took too long.
    """
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, env=env, check=False, input=given
        )
    except subprocess.TimeoutExpired as error:
        raise DockerError(f"{' '.join(command)} took more than {timeout:.0f} seconds: {error.stderr!r}") from None
    if check and done.returncode != 0:
        raise DockerError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


def why_not() -> str | None:
    """Why there is no Docker to test with; None if there is."""
    if shutil.which("docker") is None:
        return "there is no docker command"
    if compose_command() is None:
        return "there is neither `docker compose` nor docker-compose"
    done = run("docker", "info", check=False)
    return None if done.returncode == 0 else f"no Docker engine answers ({done.stderr.strip().splitlines()[-1]})"


def compose_command() -> list[str] | None:
    """Compose, as a part of Docker or as a program of its own."""
    if run("docker", "compose", "version", check=False).returncode == 0:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


def docker(*arguments: str, timeout: float = QUICK, check: bool = True, given: str = "") -> str:
    """What a docker command prints.

    :raises DockerError: it failed.
    """
    done = run("docker", *arguments, timeout=timeout, check=check, given=given)
    return (done.stdout if check else done.stdout + done.stderr).strip()


def inspect(name: str) -> dict[str, Any]:
    """What Docker knows about a container, an image or a network."""
    found: dict[str, Any] = json.loads(docker("inspect", name))[0]
    return found


def build(context: Path, tag: str, **arguments: str) -> None:
    """Build an image with the classic builder, whose base images need not be in a registry."""
    given = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
    run(
        *("docker", "build", "--quiet", "--network", "host", "--tag", tag, *given, str(context)),
        timeout=BUILD,
        env=os.environ | {"DOCKER_BUILDKIT": "0"},
    )


def wait_until(true: Callable[[], bool], what: str, patience: float = QUICK) -> None:
    """Look again and again until something is true.

    :raises AssertionError: it is not in time.
    """
    deadline = monotonic() + patience
    while not true():
        assert monotonic() < deadline, f"{what}: not within {patience:.0f} seconds"
        sleep(LOOK_AGAIN)


@dataclass(frozen=True)
class Stack:
    """The services of docker-compose.yml, under a name of their own."""

    name: str
    files: tuple[Path, ...]
    environment: Mapping[str, str]
    command: list[str] = field(default_factory=lambda: compose_command() or [])

    def compose(self, *arguments: str, timeout: float = QUICK, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a Compose command on them.

        :raises DockerError: it failed.
        """
        files = [word for file in self.files for word in ("--file", str(file))]
        return run(
            *self.command,
            *("--project-name", self.name, *files, *arguments),
            timeout=timeout,
            env=os.environ | self.environment,
            check=check,
        )

    def run_once(self, service: str, *command: str, options: tuple[str, ...] = (), check: bool = True) -> str:
        """What a service prints when it is run once with a command of its own."""
        done = self.compose("run", "--rm", "--no-deps", "-T", *options, service, *command, check=check)
        return done.stdout + ("" if check else done.stderr)

    def inside(self, service: str, *command: str, check: bool = True) -> str:
        """What a command prints inside a running service."""
        return docker("exec", self.container(service), *command, check=check)

    def container(self, service: str) -> str:
        """The id of a service's container, running or not.

        :raises AssertionError: it has none.
        """
        labels = ("com.docker.compose.project", self.name), ("com.docker.compose.service", service)
        filters = [word for name, value in labels for word in ("--filter", f"label={name}={value}")]
        # What was run once bears the service's label too.
        filters += ["--filter", "label=com.docker.compose.oneoff=False"]
        found = docker("ps", "--all", "--quiet", "--no-trunc", *filters).split()
        assert found, f"{service} has no container"
        return found[0]

    def state(self, service: str) -> dict[str, Any]:
        """How a service's container is."""
        state: dict[str, Any] = inspect(self.container(service))["State"]
        return state

    def health(self, service: str) -> str:
        """``starting``, ``healthy`` or ``unhealthy``."""
        return str(self.state(service)["Health"]["Status"])

    def port(self, service: str, inside: int) -> int:
        """The port on this machine that leads to a port of a service."""
        return int(docker("port", self.container(service), str(inside)).splitlines()[0].rpartition(":")[2])

    def log(self, service: str) -> str:
        """All it has said."""
        return docker("logs", self.container(service), check=False)

    def down(self) -> None:
        """Stop and forget all of it."""
        self.compose("--profile", "dev", "--profile", "tools", "down", "--volumes", "--remove-orphans", "-t", "5")

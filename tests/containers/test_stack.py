"""The whole of docker-compose.yml, started: healthy, in order, closed, and able to work a case."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import httpx
import pytest

from tests.containers.docker import Stack, docker, inspect, wait_until
from tests.unit.deploy.compose import compose
from tests.unit.deploy.test_compose import ONCE, SERVICES, secrets_of
from workers.engine.client import EngineClient
from workers.settings import PROJECT

LASTING = sorted(set(SERVICES) - ONCE)


def moment(text: str) -> datetime:
    """Docker's moments have nanoseconds."""
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", text))


@pytest.mark.parametrize("name", sorted(set(LASTING) - {"backup"}))
def test_it_becomes_healthy(stack: Stack, name: str) -> None:
    wait_until(lambda: stack.health(name) == "healthy", f"{name} is healthy")


def test_what_was_needed_first_was_there_first(stack: Stack) -> None:
    for name, service in SERVICES.items():
        if "profiles" in service:
            continue
        for needed, how in service.get("depends_on", {}).items():
            began = moment(stack.state(name)["StartedAt"])
            before = stack.state(needed)
            if how["condition"] == "service_completed_successfully":
                assert before["ExitCode"] == 0, needed
                assert moment(before["FinishedAt"]) <= began, (needed, name)
            else:
                first_healthy = next(
                    moment(probe["End"]) for probe in before["Health"]["Log"] if probe["ExitCode"] == 0
                )
                # Docker keeps the last few probes only: with those it has, this may be later than the first.
                assert moment(before["StartedAt"]) < began
                assert first_healthy - began < timedelta(minutes=10)


def test_networks_are_as_declared(stack: Stack) -> None:
    declared = compose()["networks"]
    for name, network in declared.items():
        assert inspect(f"{stack.name}_{name}")["Internal"] is bool(network.get("internal"))
    for name in LASTING:
        joined = set(inspect(stack.container(name))["NetworkSettings"]["Networks"])
        assert joined == {f"{stack.name}_{network}" for network in SERVICES[name]["networks"]}


def test_only_pages_are_published_and_only_here(stack: Stack) -> None:
    published = {
        (name, port, binding["HostIp"])
        for name in LASTING
        for port, bindings in inspect(stack.container(name))["NetworkSettings"]["Ports"].items()
        for binding in bindings or []
    }
    gateway_for_tests = ("engine", "26500/tcp", "127.0.0.1")
    assert published - {gateway_for_tests} == {
        ("engine", "8080/tcp", "127.0.0.1"),
        ("case-file", "8090/tcp", "127.0.0.1"),
        ("mailbox", "8025/tcp", "127.0.0.1"),
    }


@pytest.mark.parametrize("name", LASTING)
def test_secrets_are_files_and_nowhere_else(stack: Stack, folder: Path, name: str) -> None:
    found = inspect(stack.container(name))
    mounted = {
        mount["Destination"].removeprefix("/run/secrets/"): Path(mount["Source"]).name
        for mount in found["Mounts"]
        if mount["Destination"].startswith("/run/secrets/")
    }
    assert mounted == secrets_of(SERVICES[name])
    values = [file.read_text("utf-8") for file in (folder / "secrets").iterdir()]
    told = str(found["Config"]) + stack.log(name)
    assert not [value for value in values if value and value in told]


@pytest.mark.parametrize("name", ["worker", "case-file", "mailbox", "backup"])
def test_its_root_is_read_only_and_it_is_not_root(stack: Stack, name: str) -> None:
    assert inspect(stack.container(name))["HostConfig"]["ReadonlyRootfs"]
    status = stack.inside(name, "cat", "/proc/1/status")
    assert not re.search(r"^Uid:\s+0\b", status, re.MULTILINE)
    # Neither what it may do nor what it could get.
    assert set(re.findall(r"^Cap(?:Eff|Prm|Bnd):\s+(\w+)$", status, re.MULTILINE)) == {"0" * 16}
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)


def test_neither_database_lets_in_the_owner_of_the_other(stack: Stack, folder: Path) -> None:
    password = (folder / "secrets/records_database_password").read_text("utf-8")
    url = f"postgresql://dueprocess:{password}@127.0.0.1/"
    assert stack.inside("postgres", "psql", "-Atc", "select current_user", f"{url}dueprocess") == "dueprocess"
    said = stack.inside("postgres", "psql", "-Atc", "select 1", f"{url}camunda", check=False)
    assert "permission denied for database" in said


def test_the_engine_has_read_our_configuration(stack: Stack) -> None:
    # Its own backup store is named in the file, and on 8.6 too something the log tells.
    environment = inspect(stack.container("engine"))["Config"]["Env"]
    assert "JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=40 -Duser.timezone=Europe/London" in environment
    stack.inside("engine", "test", "-r", "/run/secrets/engine_worker_password")
    stack.inside("engine", "test", "-r", "/usr/local/camunda/config/rights.yaml")
    assert "could not be found" not in stack.log("engine")


def test_it_works_a_case(stack: Stack, folder: Path) -> None:
    stack.run_once(
        "worker",
        *("people", "import", "/people.csv"),
        options=("--volume", f"{PROJECT / 'samples/people.csv'}:/people.csv:ro"),
    )
    # A stand-in has no Operate to wait for.
    deployed = stack.run_once("deploy", "deploy", "--force", "--no-wait")
    assert "capability_appeal.bpmn" in deployed

    asyncio.run(_starts(stack, folder, "capability_decision_record", DECISION))
    wait_until(lambda: bool(_decisions(stack)), "the decision is in the register", 240)
    appeal = {
        "staff_number": "100100",
        "decision_reference": _decisions(stack)[0],
        "new_matters": "no",
        "statement": {"grounds": "The targets were changed after the review period had begun."},
    }
    asyncio.run(_starts(stack, folder, "capability_appeal", appeal))
    mailbox = f"http://127.0.0.1:{stack.port('mailbox', 8025)}/"
    try:
        wait_until(lambda: "Your appeal against" in httpx.get(mailbox).text, "the letter has arrived", 240)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{stack.log('worker')[-5000:]}") from None

    assert "ready" in stack.inside("worker", "python", "-c", _READY)
    assert "targets were changed" not in stack.log("worker") + stack.log("engine")


DECISION = {
    "staff_number": "100100",
    "decision_kind": "final_written_warning",
    "informed_on": (datetime.now().astimezone() - timedelta(days=1)).date().isoformat(),
    "active_until": (datetime.now().astimezone() + timedelta(days=363)).date().isoformat(),
    "decided_by": "100020",
}

_READY = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9601/ready').read().decode())"


async def _starts(stack: Stack, folder: Path, process: str, variables: Mapping[str, object]) -> None:
    password = (folder / "secrets/engine_admin_password").read_text("utf-8")
    signed = base64.b64encode(f"dueprocess-admin:{password}".encode()).decode()
    async with EngineClient(
        f"127.0.0.1:{stack.port('engine', 26500)}",
        f"http://127.0.0.1:{stack.port('engine', 8080)}",
        "dueprocess-admin",
        password,
        basic=True,
        grpc_metadata=(("authorization", f"Basic {signed}"),),
    ) as client:
        await client.start(process, variables)


def _decisions(stack: Stack) -> list[str]:
    shown = stack.inside(*("worker", "env", "COLUMNS=200"), *("dueprocess", "register", "show", "capability_decisions"))
    return re.findall(r"^│ (\S+)", shown, re.MULTILINE)


def test_it_says_when_the_engine_is_away_and_comes_back_by_itself(stack: Stack) -> None:
    ask = ("dueprocess-answers", "http://127.0.0.1:9601/ready")
    docker("kill", stack.container("engine"))
    try:
        wait_until(lambda: "503" in stack.inside("worker", *ask, check=False), "the worker is not ready", 90)
    finally:
        docker("start", stack.container("engine"))
    wait_until(lambda: stack.inside("worker", *ask, check=False) == "", "the worker is ready again", 90)
    assert stack.state("worker")["Running"]
    assert inspect(stack.container("worker"))["RestartCount"] == 0


def test_a_killed_worker_is_started_again(stack: Stack) -> None:
    before = inspect(stack.container("worker"))["RestartCount"]
    # `docker kill` would count as stopping it.
    try:
        os.kill(int(stack.state("worker")["Pid"]), signal.SIGKILL)
    except (PermissionError, ProcessLookupError) as error:
        pytest.skip(f"the processes of containers cannot be killed from here: {error.strerror}")
    wait_until(
        lambda: (
            inspect(stack.container("worker"))["RestartCount"] == before + 1 and stack.health("worker") == "healthy"
        ),
        "the worker is back",
        90,
    )


@pytest.mark.parametrize("name", ["worker", "case-file", "mailbox", "backup"])
def test_it_stops_when_told_to(stack: Stack, name: str) -> None:
    began = monotonic()
    stack.compose("stop", name)
    took = monotonic() - began
    state = stack.state(name)
    stack.compose("start", name)
    # The mailbox ends by the signal itself once it has stopped; 137 would be the one that cannot be refused.
    assert state["ExitCode"] in ((0, 143) if name == "mailbox" else (0,)), stack.log(name)[-2000:]
    grace = float(str(SERVICES[name].get("stop_grace_period", "10s")).rstrip("s"))
    assert took < grace, f"it was killed after {took:.1f} seconds"

"""The local platform for real: it starts, is used, keeps its data, and leaves nothing running.

Takes some minutes and about 1 GB of memory: ``pytest tests/platform``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from workers.engine.client import EngineClient, Task
from workers.engine.deployment import Deployment, DeploymentError, deploy, wait_until_indexed
from workers.engine.errors import EngineError
from workers.engine.platform import Platform, Shape, running_platform
from workers.engine.processes import ProcessIdentity, identify, is_running, wait_for_end
from workers.engine.state import running_state, state_file
from workers.settings import Settings

pytestmark = pytest.mark.timeout(900)

PROCEDURES = Path(__file__).with_name("procedures")
PATIENCE = 60.0

Found = TypeVar("Found")


def settings_in(folder: Path) -> Settings:
    """The real cache, so that the packages are fetched once; data of the test's own."""
    return Settings(data_dir=folder, bpmn_dir=PROCEDURES)


def client_of(platform: Platform) -> EngineClient:
    signs_in = platform.shape is Shape.FULL
    return EngineClient.for_settings(platform.settings(settings_in(platform.data_dir)), signs_in=signs_in)


async def eventually(look: Callable[[], Awaitable[Found]], wanted: Callable[[Found], bool] = bool) -> Found:
    """What ``look`` finds once it is wanted; Tasklist and Operate show things a little later."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            found = await look()
        except EngineError as error:
            if error.status != 404 or time.monotonic() >= deadline:
                raise
        else:
            if wanted(found):
                return found
            assert time.monotonic() < deadline, f"still {found!r} after {PATIENCE:.0f} seconds"
        await asyncio.sleep(0.2)


def assert_nothing_is_left(processes: tuple[ProcessIdentity, ...], folder: Path) -> None:
    assert processes
    assert not [process for process in processes if is_running(process)]
    assert not state_file(folder).exists()


# The whole platform


@pytest.fixture(scope="module")
def full_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("full")


@pytest.fixture(scope="module")
def full(full_folder: Path) -> Iterator[Platform]:
    with running_platform(settings_in(full_folder), controlled_clock=True) as platform:
        yield platform
    assert_nothing_is_left(platform.state.processes, full_folder)


async def deploy_probe(client: EngineClient, platform: Platform) -> Deployment:
    (deployment,) = await deploy(client, PROCEDURES)
    await wait_until_indexed(client, [deployment], platform.opensearch)
    return deployment


async def waiting_task(client: EngineClient, process_instance_key: int) -> Task:
    (task,) = await eventually(lambda: client.search_tasks(process_instance_key=process_instance_key))
    return task


async def test_a_procedure_is_worked_from_start_to_end(full: Platform) -> None:
    async with client_of(full) as client:
        await deploy_probe(client, full)
        long = "x" * 20_000
        instance = await client.start("probe", {"reference": "CASE-1", "question": "How much?", "long": long})

        task = await waiting_task(client, instance.key)
        assert (task.element_id, task.name, task.candidate_groups) == ("Task_Answer", "Answer the question", ("hr",))
        form = await client.task_form(task)
        assert form is not None
        assert [field["key"] for field in form.schema["components"]] == ["answer"]
        found = await eventually(lambda: client.task_variables(task.key))
        assert found == {"reference": "CASE-1", "question": "How much?", "long": long}

        await client.assign(task.key, "demo")
        assert await eventually(lambda: client.search_tasks(assignee="demo"))
        await client.unassign(task.key)
        await client.complete_task(task.key, {"answer": 41})

        with pytest.raises(EngineError) as nobody:
            await client.correlate_message("probe_confirmed", "CASE-2")
        assert nobody.value.status == 404
        assert await client.correlate_message("probe_confirmed", "CASE-1") == instance.key

        (incident,) = await eventually(lambda: client.search_incidents(process_instance_key=instance.key))
        assert incident.active
        await client.set_variables(instance.key, {"answer": 42})
        await client.resolve_incident(incident.key, job_key=incident.job_key)
        await eventually(lambda: client.process_instance_state(instance.key), lambda state: state == "COMPLETED")


async def test_only_who_is_known_may_sign_in(full: Platform) -> None:
    async with client_of(full) as client:
        assert await client.check_login("demo", "demo")
        assert not await client.check_login("demo", "guessed")
        assert not await client.check_login("nobody", "demo")
    async with EngineClient(full.grpc, full.rest, "demo", "guessed") as stranger:
        with pytest.raises(EngineError, match="DUEPROCESS_ENGINE_PASSWORD"):
            await stranger.search_tasks()


async def test_the_clock_is_set_forwards_and_back(full: Platform) -> None:
    async with client_of(full) as client:
        try:
            await client.set_clock(datetime(2030, 1, 1, tzinfo=UTC))
            await client.set_clock(datetime(2025, 3, 3, 9, tzinfo=UTC))
        finally:
            await client.reset_clock()


def test_it_says_where_it_is_and_what_it_takes(full: Platform, full_folder: Path) -> None:
    state = running_state(settings_in(full_folder))
    assert state is not None
    assert (state.grpc, state.rest) == (full.grpc, full.rest)
    assert set(full.pids) == {"Camunda", "OpenSearch"}
    assert all(100 * 1024**2 < size < 1500 * 1024**2 for size in full.memory().values())
    full.check()


def test_it_listens_on_this_machine_only(full: Platform) -> None:
    ports = [port for port in vars(full.state.ports).values() if port is not None]
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1", "127.0.1.1"}:
        for port in ports:
            with pytest.raises(OSError, match="refused"), socket.create_connection((str(address), port), timeout=2):
                pass


def test_a_second_one_does_not_start_beside_it(full: Platform, full_folder: Path) -> None:
    with (
        pytest.raises(EngineError, match="A platform already runs from"),
        running_platform(settings_in(full_folder), fresh=True),
    ):
        pass
    full.check()


async def test_the_data_are_found_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with running_platform(settings) as platform:
        async with client_of(platform) as client:
            first = await deploy_probe(client, platform)
            instance = await client.start("probe", {"reference": "CASE-1"})
            task = await waiting_task(client, instance.key)
    assert_nothing_is_left(platform.state.processes, tmp_path)

    with running_platform(settings) as platform:
        async with client_of(platform) as client:
            again = await deploy_probe(client, platform)
            assert [one.key for one in again.resources] == [one.key for one in first.resources]
            assert (all(one.new for one in first.resources), any(one.new for one in again.resources)) == (True, False)
            assert await waiting_task(client, instance.key) == task
            await client.complete_task(task.key, {"answer": 42})

    with (
        pytest.raises(EngineError, match="cannot be used as a broker alone"),
        running_platform(settings, shape=Shape.BROKER),
    ):
        pass


# The broker alone


async def test_the_broker_starts_alone_and_afresh(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    news = []
    for fresh in (False, False, True):
        with running_platform(settings, shape=Shape.BROKER, fresh=fresh) as platform:
            async with client_of(platform) as client:
                (deployment,) = await deploy(client, PROCEDURES)
                news.append({resource.new for resource in deployment.resources})
                with pytest.raises(EngineError, match="has no users to sign in"):
                    await client.check_login("demo", "demo")
        assert_nothing_is_left(platform.state.processes, tmp_path)
    assert news == [{True}, {False}, {True}]


async def test_a_faulty_diagram_is_refused_with_its_element(tmp_path: Path) -> None:
    faulty = tmp_path / "bpmn" / "probe" / "probe.bpmn"
    faulty.parent.mkdir(parents=True)
    faulty.write_text((PROCEDURES / "probe" / "probe.bpmn").read_text().replace("=answer = 42", "=answer ="))
    with running_platform(settings_in(tmp_path / "data"), shape=Shape.BROKER) as platform:
        async with client_of(platform) as client:
            with pytest.raises(DeploymentError) as caught:
                await deploy(client, tmp_path / "bpmn")
    (problem,) = caught.value.problems
    assert problem.startswith("probe.bpmn, Flow_Yes")
    assert "failed to parse expression" in problem


def test_taken_ports_are_left_to_their_owners(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", 26500))
            listener.listen()
        except OSError:
            pass  # somebody else listens there, which serves as well
        with running_platform(settings_in(tmp_path), shape=Shape.BROKER) as platform:
            assert platform.state.ports.grpc != 26500


def test_a_start_that_fails_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    wrong = {"ZEEBE_BROKER_CLUSTER_PARTITIONSCOUNT": "0"}
    with (
        pytest.raises(EngineError, match=r"(?i)Camunda ended while starting.*partition.*camunda\.log"),
        running_platform(settings_in(tmp_path), shape=Shape.BROKER, extra_environment=wrong),
    ):
        pass
    assert not state_file(tmp_path).exists()


def test_an_engine_that_dies_is_noticed(tmp_path: Path) -> None:
    with running_platform(settings_in(tmp_path), shape=Shape.BROKER) as platform:
        os.kill(platform.pids["Camunda"], signal.SIGKILL)
        assert wait_for_end(platform.state.processes[0], 10)
        with pytest.raises(EngineError, match="Camunda has ended"):
            platform.check()


OWNER = """
import sys, time
from pathlib import Path
from workers.engine.platform import Shape, running_platform
from workers.settings import Settings

with running_platform(Settings(data_dir=Path(sys.argv[1])), shape=Shape.BROKER) as platform:
    print(platform.pids["Camunda"], flush=True)
    time.sleep(600)
"""


def test_nothing_outlives_an_owner_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        camunda = identify("Camunda", int(owner.stdout.readline()))
        assert camunda is not None
        owner.kill()
    assert wait_for_end(camunda, 40)

    with running_platform(settings_in(tmp_path), shape=Shape.BROKER) as platform:
        platform.check()
    assert_nothing_is_left(platform.state.processes, tmp_path)

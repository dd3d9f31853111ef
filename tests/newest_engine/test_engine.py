"""The newest engine itself: that it is the one the lock names, and says no where a story must hear it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newest_engine.packages import ENGINE
from tests.newest_engine.running import newest_engine
from tests.scenarios.driver.engine_client import EngineClient, EngineRefused
from tests.scenarios.driver.record_stream import RecordStream
from tests.unit.migration.drawing import END, START, bpmn, path, user_task
from workers.engine.client import EngineClient as WorkersClient
from workers.engine.deployment import policy_folders
from workers.settings import Settings


@pytest.fixture(scope="module")
def records() -> Iterator[RecordStream]:
    with RecordStream() as stream:
        yield stream


@pytest.fixture(scope="module")
def running(records: RecordStream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, EngineClient]]:
    with newest_engine(Settings(data_dir=tmp_path_factory.mktemp("newest")), records) as engine:
        yield engine


def test_it_is_the_version_named(running: tuple[Settings, EngineClient]) -> None:
    async def version() -> str:
        async with WorkersClient.for_settings(running[0], signs_in=False) as client:
            return (await client.topology()).gatewayVersion

    assert asyncio.run(version()) == ENGINE.rpartition(":")[2]


def test_every_policy_deploys(running: tuple[Settings, EngineClient]) -> None:
    for folder in policy_folders(Settings().bpmn_dir):
        drawn = {file.stem for file in folder.glob("*.bpmn")}
        assert set(running[1].deploy(folder)) == drawn


def test_a_task_is_completed_once(
    running: tuple[Settings, EngineClient], records: RecordStream, tmp_path: Path
) -> None:
    _, engine = running
    parts = (START, user_task("Task_Ask", "Ask"), END, path("StartEvent_Begun", "Task_Ask", "EndEvent_Done"))
    (tmp_path / "leave.bpmn").write_bytes(bpmn(*parts))
    engine.deploy(tmp_path)
    key = engine.start("leave", {})
    task = records.wait_for(lambda state: next((t for t in state.tasks.values() if t.instance_key == key), None), 20)
    assert task
    engine.assign(task.key, "a.morgan")
    engine.complete(task.key, {"granted": True})
    assert records.wait_for(lambda state: state.elements[key].over or None, 20)
    assert task.assignee == "a.morgan"
    assert records.read(lambda state: state.variables[key]) == {"granted": True}
    with pytest.raises(EngineRefused, match="no such user task was found"):
        engine.complete(task.key, {})

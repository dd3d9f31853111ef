"""``dueprocess migrate`` on the whole platform, where Operate knows which cases run.

Takes some minutes and about 1 GB of memory.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.scenarios.driver.people import ALEX, PEOPLE_CSV
from tests.unit.migration.drawing import END, START, boundary, bpmn, call, element, flow, path, timer, user_task
from workers.cases.case_file import timeline
from workers.cli import app
from workers.engine.client import EngineClient
from workers.engine.platform import Platform, running_platform
from workers.migration.operate import OperateInstances
from workers.migration.record_keeping import EVENT
from workers.people.importing import import_people
from workers.records import migrations
from workers.records.database import open_database
from workers.records.models import Case
from workers.settings import Settings

pytestmark = pytest.mark.timeout(900)

PATIENCE = 60.0
CALLER = bpmn(
    START,
    call("CallActivity_Check", "Check it", "leave_check"),
    END,
    path("StartEvent_Begun", "CallActivity_Check", "EndEvent_Done"),
)


def checking(task_id: str, *more: str) -> bytes:
    """The procedure that is called."""
    parts = (START, user_task(task_id, "Look at it"), END, path("StartEvent_Begun", task_id, "EndEvent_Done"))
    return bpmn(*parts, *more, process_id="leave_check")


REMINDER = (
    boundary("BoundaryEvent_Remind", "Time to remind", "Task_LookAt", timer("P3D"))
    + element("endEvent", "EndEvent_Reminded", "Reminded")
    + flow("BoundaryEvent_Remind", "EndEvent_Reminded")
)
BEFORE = {"leave.bpmn": CALLER, "leave_check.bpmn": checking("Task_Look")}
AFTER = {"leave.bpmn": CALLER, "leave_check.bpmn": checking("Task_LookAt", REMINDER)}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("full")
    with running_platform(Settings(data_dir=folder)) as running:
        yield running


@pytest.fixture
def settings(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The platform, and records and diagrams of the test's own, for us and for the command."""
    bpmn_dir = tmp_path / "bpmn"
    bpmn_dir.mkdir()
    monkeypatch.setenv("DUEPROCESS_DATA_DIR", str(platform.data_dir))
    monkeypatch.setenv("DUEPROCESS_DATABASE_URL", f"sqlite:///{tmp_path / 'records.sqlite3'}")
    monkeypatch.setenv("DUEPROCESS_BPMN_DIR", str(bpmn_dir))
    return platform.settings(Settings())


def migrate(*arguments: str) -> Result:
    """What the command says."""
    return CliRunner().invoke(app, ["migrate", *arguments])


async def eventually(look: Callable[[], Awaitable[bool]]) -> None:
    """Operate shows things a little later."""
    deadline = time.monotonic() + PATIENCE
    while not await look():
        assert time.monotonic() < deadline, "Operate does not show it"
        await asyncio.sleep(0.2)


async def begin_two(settings: Settings) -> list[int]:
    """Two cases under way on the old version, when the new one is deployed."""
    async with EngineClient.for_settings(settings) as client:
        operate = OperateInstances(client)
        await client.deploy(BEFORE)
        keys = [(await client.start("leave")).key for _ in range(2)]

        async def both_wait() -> bool:
            families = await operate.families("leave_check")
            return [len(family.called[0].instance.stands_at) for family in families if family.called] == [1, 1]

        await eventually(both_wait)
        await client.deploy(AFTER)

        async def known() -> bool:
            return (await operate.newest("leave_check")).number == 2

        await eventually(known)
    return keys


async def versions(settings: Settings, key: int) -> list[tuple[str, int, tuple[str, ...]]]:
    """The procedures of a case, their versions and where they stand."""
    async with EngineClient.for_settings(settings) as client:
        family = await OperateInstances(client).family(key)
    return [(one.process_id, one.version, one.stands_at) for one in family or ()]


def test_cases_are_shown_and_then_moved(settings: Settings) -> None:
    database = open_database(settings)
    migrations.upgrade(database)
    one, two = asyncio.run(begin_two(settings))
    with database.session() as session:
        import_people(session, PEOPLE_CSV)
        session.flush()
        session.add(
            Case(
                reference="LVE-2025-0001",
                policy="leave",
                procedure="leave",
                staff_number=ALEX.staff_number,
                opened_at=datetime.now(UTC),
                process_instance_key=one,
            )
        )

    shown = migrate("leave")
    assert shown.exit_code == 0, shown.output
    assert "“Look at it” (Task_Look) seems to be “Look at it” (Task_LookAt) now" in shown.output
    assert f"LVE-2025-0001 (leave, instance {one}): stays as it is" in shown.output
    assert "2 cases of leave: 2 not to be moved." in shown.output
    assert migrate("leave", "--run", "--yes").exit_code == 1
    old = [("leave", 1, ("CallActivity_Check",)), ("leave_check", 1, ("Task_Look",))]
    assert asyncio.run(versions(settings, one)) == old

    wish = "--map=Task_Look=Task_LookAt"
    shown = migrate("leave", wish)
    assert f"leave, instance {two}: would be moved" in shown.output
    assert "“Time to remind” (BoundaryEvent_Remind) starts when the case is moved: P3D" in shown.output
    assert asyncio.run(versions(settings, one)) == old, "only shown"

    moved = migrate("leave_check", wish, "--run", "--yes", "--case", "lve-2025-0001")
    assert moved.exit_code == 0, moved.output
    assert f"LVE-2025-0001 (leave, instance {one}): moved" in moved.output
    assert f"instance {two}" not in moved.output

    async def is_new(key: int) -> bool:
        new = [("leave", 2, ("CallActivity_Check",)), ("leave_check", 2, ("Task_LookAt",))]
        return await versions(settings, key) == new

    asyncio.run(eventually(lambda: is_new(one)))
    assert asyncio.run(versions(settings, two)) == old
    with database.reading() as session:
        line = timeline(session, "LVE-2025-0001")[-1]
    assert line.words == EVENT
    assert line.facts == {"leave": "version 1 to 2", "leave_check": "version 1 to 2"}

    again = migrate(wish, "--run", "--yes")
    assert again.exit_code == 0, again.output
    assert "1 to be moved, 1 on the newest version already." in again.output
    assert "1 moved." in again.output
    asyncio.run(eventually(lambda: is_new(two)))
    assert "2 cases of leave: 2 on the newest version already." in migrate("leave", "--run").output
    database.close()


def test_what_does_not_run_is_said(settings: Settings) -> None:
    migrations.upgrade(open_database(settings))
    nothing = migrate("no_such_procedure")
    assert nothing.exit_code == 1
    assert "The engine has no procedure 'no_such_procedure'" in nothing.output
    unknown = migrate("--case", "CAP-1")
    assert "No running case is called CAP-1" in unknown.output

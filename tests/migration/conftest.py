"""The running system and, on it, stories whose diagrams change while they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import pytest

from tests.scenarios.driver.engine_state import NONE, EngineState
from tests.scenarios.driver.stage import Stage, open_stage
from tests.scenarios.driver.story import Procedure, Story
from workers.engine.client import EngineClient
from workers.migration.instances import Deployed, Family, RunningInstance, grow_families
from workers.migration.moving import Moved, move
from workers.migration.plan import NO_WISHES, Wishes
from workers.migration.prospects import Planner


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Engine, records, worker, mail server: started once for all stories."""
    with open_stage(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture
def story(stage: Stage, request: pytest.FixtureRequest) -> Iterator[Story]:
    """A story that begins on Monday 3 March 2025 at 09:00."""
    told = stage.story(request.node.name)
    yield told
    told.is_over()


@dataclass
class Office:
    """Where versions are deployed and cases are moved; the running instances are those the engine's records tell of."""

    stage: Stage
    xmls: dict[int, bytes] = field(default_factory=dict)

    def deploy(self, files: Mapping[str, bytes]) -> None:
        """Deploy files together, by name."""

        async def run() -> dict[int, str]:
            async with EngineClient.for_settings(self.stage.settings, signs_in=False) as client:
                answer = await client.deploy(files)
            deployed = [item.process for item in answer.deployments if item.HasField("process")]
            return {process.processDefinitionKey: process.resourceName for process in deployed}

        processes = asyncio.run(run())
        self.xmls |= {key: files[name] for key, name in processes.items()}
        assert self.stage.records.wait_for(lambda state: processes.keys() <= state.definitions.keys() or None, 20)

    # The running instances

    async def families(self, process_id: str | None = None) -> list[Family]:
        """See :class:`workers.migration.instances.RunningInstances`."""
        return self.stage.records.read(lambda state: grow_families(_running(state), process_id))

    async def family(self, key: int) -> Family | None:
        """See :class:`workers.migration.instances.RunningInstances`."""
        return next((family for family in await self.families() if family.instance.key == key), None)

    async def newest(self, process_id: str) -> Deployed:
        """See :class:`workers.migration.instances.RunningInstances`."""
        key = self.stage.records.read(lambda state: _newest(state, process_id))
        assert key is not None
        number = self.stage.records.read(lambda state: state.definitions[key].version)
        return Deployed(process_id, number, key)

    async def xml(self, definition_key: int) -> bytes:
        """See :class:`workers.migration.instances.RunningInstances`."""
        return self.xmls[definition_key]

    # Moving

    def moves(self, case: Procedure, wishes: Wishes = NO_WISHES, *, with_incidents: bool = False) -> Moved:
        """Move a case to the newest version, and see it there."""
        done = self.tries_to_move(case, wishes, with_incidents=with_incidents)
        assert done is not None, "it is on the newest version already"
        assert done.moved, done.failure or [member.why_not for member in done.prospect.members]
        assert not done.failure, done.failure
        for member in done.moved:
            assert member.plan is not None
            case.story.awaits(
                partial(_is_on, member.instance.key, member.plan.new.key),
                f"the move of {member.instance.process_id}",
                despite_incidents=True,
            )
        return done

    def refuses(self, case: Procedure, wishes: Wishes = NO_WISHES) -> str:
        """Try to move a case that must stay as it is; why it does."""
        version = self.version_of(case)
        done = self.tries_to_move(case, wishes)
        assert done is not None, "it is on the newest version already"
        assert not done.moved
        assert done.prospect.refused, done.failure
        case.story.comes_to_rest()
        assert self.version_of(case) == version
        return "\n".join(why for member in done.prospect.members for why in member.why_not)

    def tries_to_move(
        self, case: Procedure, wishes: Wishes = NO_WISHES, *, with_incidents: bool = False
    ) -> Moved | None:
        """Try to move a case; what became of it."""

        async def run() -> Moved | None:
            planner = Planner(self, wishes, with_incidents)
            async with EngineClient.for_settings(self.stage.settings, signs_in=False) as client:
                return await move(planner, case.key, client.migrate)

        return asyncio.run(run())

    def version_of(self, case: Procedure) -> int:
        """The version a case is on."""
        return self.stage.records.read(lambda state: state.definitions[state.elements[case.key].definition_key].version)


@pytest.fixture
def office(stage: Stage, story: Story) -> Office:
    """Where this story's diagrams are deployed."""
    return Office(stage)


def _is_on(key: int, definition_key: int | None, state: EngineState) -> bool | None:
    return state.elements[key].definition_key == definition_key or None


def _newest(state: EngineState, process_id: str) -> int | None:
    keys = [key for key, definition in state.definitions.items() if definition.process_id == process_id]
    return max(keys, key=lambda key: state.definitions[key].version) if keys else None


def _running(state: EngineState) -> list[RunningInstance]:
    return [
        RunningInstance(
            key=element.key,
            process_id=state.definitions[element.definition_key].process_id,
            version=state.definitions[element.definition_key].version,
            definition_key=element.definition_key,
            parent_key=None if element.parent_instance_key == NONE else element.parent_instance_key,
            stands_at=tuple(
                dict.fromkeys(
                    inner.element_id
                    for inner in state.elements.values()
                    if inner.instance_key == element.key and inner.type != "PROCESS" and not inner.over
                )
            ),
            has_incident=bool(state.open_incidents({element.key})),
            flows_taken=frozenset(
                step.element_id for step in state.steps if step.instance_key == element.key and step.what == "taken"
            ),
        )
        for element in state.elements.values()
        if element.type == "PROCESS" and not element.over
    ]

"""Moving families of cases with an engine that answers as told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from tests.unit.migration.drawing import END, START, bpmn, call, path, user_task
from workers.engine.errors import EngineError
from workers.migration.instances import Deployed, Family, RunningInstance, grow_families
from workers.migration.moving import TRIES, Moved, move
from workers.migration.plan import PlanError, Wishes
from workers.migration.prospects import Planner
from workers.migration.report import about_move

BUSY = EngineError("rejected: a concurrent command was executed on it.", status="FAILED_PRECONDITION")
CALLER = bpmn(START, call("Call", "Check it", "check"), END, path("StartEvent_Begun", "Call", "EndEvent_Done"))


def called(task_id: str) -> bytes:
    """The procedure that is called."""
    parts = (START, user_task(task_id, "Look"), END, path("StartEvent_Begun", task_id, "EndEvent_Done"))
    return bpmn(*parts, process_id="check")


@dataclass
class Engine:
    """A case of two procedures, and their two versions: keys 11 and 12 of one, 21 and 22 of the other."""

    xmls: dict[int, bytes] = field(
        default_factory=lambda: {11: CALLER, 12: CALLER, 21: called("Task_Look"), 22: called("Task_Look")}
    )
    instances: list[RunningInstance] = field(
        default_factory=lambda: [
            RunningInstance(1, "leave", 1, 11, None, ("Call",), has_incident=False, flows_taken=frozenset()),
            RunningInstance(2, "check", 1, 21, 1, ("Task_Look",), has_incident=False, flows_taken=frozenset()),
        ]
    )
    answers: list[EngineError | None] = field(default_factory=list)
    asked: list[tuple[int, int, Mapping[str, str]]] = field(default_factory=list)

    async def families(self, process_id: str | None = None) -> list[Family]:
        return grow_families(self.instances, process_id)

    async def family(self, key: int) -> Family | None:
        return next((family for family in await self.families() if family.instance.key == key), None)

    async def newest(self, process_id: str) -> Deployed:
        return Deployed(process_id, 2, {"leave": 12, "check": 22}[process_id])

    async def xml(self, definition_key: int) -> bytes:
        return self.xmls[definition_key]

    async def migrate(self, key: int, definition_key: int, mapping: Mapping[str, str]) -> None:
        self.asked.append((key, definition_key, mapping))
        if self.answers and (refused := self.answers.pop(0)):
            raise refused
        self.instances = [
            replace(one, version=2, definition_key=definition_key) if one.key == key else one for one in self.instances
        ]


async def moves(engine: Engine, wishes: Wishes | None = None) -> Moved | None:
    """Move the case."""
    return await move(Planner(engine, wishes or Wishes({})), 1, engine.migrate, pause=0)


async def test_the_caller_is_moved_first_then_what_it_called() -> None:
    engine = Engine()
    done = await moves(engine)
    assert done
    assert not done.failure
    assert engine.asked == [(1, 12, {"Call": "Call"}), (2, 22, {"Task_Look": "Task_Look"})]
    assert await moves(engine) is None, "it is on the newest versions"


async def test_a_case_that_has_ended_meanwhile_is_no_failure() -> None:
    engine = Engine(instances=[])
    assert await moves(engine) is None
    assert not engine.asked


async def test_nothing_is_moved_where_a_part_cannot_be() -> None:
    engine = Engine()
    engine.xmls[22] = called("Task_Other")
    done = await moves(engine)
    assert done
    assert done.prospect.refused
    assert not engine.asked
    assert "leave, instance 1: stays as it is" in "\n".join(about_move(done, "leave, instance 1"))


async def test_a_case_between_two_elements_is_tried_again() -> None:
    engine = Engine(answers=[BUSY, BUSY, None])
    done = await moves(engine)
    assert done
    assert not done.failure
    assert len(engine.asked) == 4


async def test_a_case_that_stays_busy_is_told_and_left() -> None:
    engine = Engine(answers=[BUSY] * TRIES)
    done = await moves(engine)
    assert done
    assert "is between two elements, or one of its branches waits" in done.failure
    assert not done.moved


async def test_a_second_run_goes_on_where_the_first_failed() -> None:
    gone_on = EngineError("no mapping instruction defined for active element", status="FAILED_PRECONDITION")
    engine = Engine(answers=[None, gone_on])
    done = await moves(engine)
    assert done
    assert [member.instance.key for member in done.moved] == [1]
    assert "What called it was moved and stays so" in done.failure
    assert "moved in part" in "\n".join(about_move(done, "leave, instance 1"))
    again = await moves(engine)
    assert again
    assert [member.instance.key for member in again.moved] == [2]


async def test_an_engine_that_does_not_answer_ends_the_run() -> None:
    with pytest.raises(EngineError, match="does not answer"):
        await moves(Engine(answers=[EngineError("The engine does not answer.", status="UNAVAILABLE")]))


@pytest.mark.parametrize(
    ("change", "wishes", "said"),
    [
        ({"has_incident": True}, Wishes({}), "It has an incident"),
        ({"stands_at": ("Task_Gone",)}, Wishes({}), "It stands at Task_Gone, which version 1 does not have"),
    ],
)
async def test_what_of_an_instance_holds_it_back(change: Mapping[str, object], wishes: Wishes, said: str) -> None:
    engine = Engine()
    engine.instances = [engine.instances[0], replace(engine.instances[1], **change)]  # type: ignore[arg-type]
    done = await moves(engine, wishes)
    assert done
    assert said in done.prospect.members[1].why_not[0]


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (Wishes({"Task_Nowhere": "Task_Look"}), "no running case has Task_Nowhere"),
        (Wishes({}, ["Timer_Nowhere"]), "no running case has such an element"),
    ],
)
async def test_a_wish_no_case_is_about_is_told(wishes: Wishes, said: str) -> None:
    planner = Planner(Engine(), wishes)
    for family in await planner.instances.families():
        await planner.prospect(family)
    with pytest.raises(PlanError, match=said):
        planner.check_wishes()


def test_families_are_those_in_which_a_procedure_runs() -> None:
    one, two = Engine().instances
    lonely = replace(one, key=3)
    families = grow_families([two, lonely, one], "check")
    assert [[instance.key for instance in family] for family in families] == [[1, 2]]
    assert len(grow_families([two, lonely, one], None)) == 2


@pytest.mark.parametrize(("taken", "held"), [(("A",), True), (("A", "B"), False), ((), False)])
async def test_a_branch_that_waits_at_a_gateway_holds_the_case_back(taken: Sequence[str], held: bool) -> None:
    joining = (
        user_task("Task_Look", "Look")
        + '<bpmn:parallelGateway id="Gateway_Join" />'
        + user_task("Task_Too", "Look too")
        + '<bpmn:sequenceFlow id="A" sourceRef="Task_Look" targetRef="Gateway_Join" />'
        + '<bpmn:sequenceFlow id="B" sourceRef="Task_Too" targetRef="Gateway_Join" />'
    )
    engine = Engine()
    engine.xmls |= dict.fromkeys((21, 22), bpmn(START, joining, END, process_id="check"))
    engine.instances[1] = replace(engine.instances[1], flows_taken=frozenset(taken))
    done = await moves(engine)
    assert done
    assert done.prospect.refused is held

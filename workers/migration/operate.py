"""The running cases as Operate knows them, a second or so behind the engine."""

from __future__ import annotations

import asyncio
from typing import Any

from workers.engine.client import EngineClient
from workers.engine.errors import EngineError
from workers.migration.instances import Deployed, Family, RunningInstance, grow_families

AT_ONCE = 8


class OperateInstances:
    """Running instances by Operate's API."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self._few = asyncio.Semaphore(AT_ONCE)

    async def families(self, process_id: str | None = None) -> list[Family]:
        """See :class:`workers.migration.instances.RunningInstances`."""
        found = await self._client.search_operate("process-instances", {"state": "ACTIVE"})
        bare = grow_families([_instance(item) for item in found], process_id)
        wanted = {instance.key for family in bare for instance in family}
        return grow_families(await self._where([item for item in found if item["key"] in wanted]), None)

    async def family(self, key: int) -> Family | None:
        """See :class:`workers.migration.instances.RunningInstances`."""
        found: list[dict[str, Any]] = []
        edge = await self._client.search_operate("process-instances", {"state": "ACTIVE", "key": key})
        while edge:
            found += edge
            called = [
                self._client.search_operate("process-instances", {"state": "ACTIVE", "parentKey": item["key"]})
                for item in edge
            ]
            edge = [item for items in await asyncio.gather(*called) for item in items]
        families = grow_families(await self._where(found), None)
        return families[0] if families else None

    async def newest(self, process_id: str) -> Deployed:
        """See :class:`workers.migration.instances.RunningInstances`."""
        found = await self._client.search_operate("process-definitions", {"bpmnProcessId": process_id})
        if not found:
            raise EngineError(
                f"The engine has no procedure {process_id!r}. Deploy it with 'dueprocess deploy', or check its name."
            )
        newest = max(found, key=lambda item: int(item["version"]))
        return Deployed(process_id, int(newest["version"]), int(newest["key"]))

    async def xml(self, definition_key: int) -> bytes:
        """See :class:`workers.migration.instances.RunningInstances`."""
        return await self._client.process_definition_xml(definition_key)

    async def _where(self, items: list[dict[str, Any]]) -> list[RunningInstance]:
        return list(await asyncio.gather(*(self._look(item) for item in items)))

    async def _look(self, item: dict[str, Any]) -> RunningInstance:
        key = int(item["key"])
        async with self._few:
            entered = await self._client.search_operate(
                "flownode-instances", {"processInstanceKey": key, "state": "ACTIVE"}
            )
            taken = await self._client.taken_flows(key)
        return _instance(
            item,
            stands_at=tuple(dict.fromkeys(str(element["flowNodeId"]) for element in entered)),
            has_incident=bool(item.get("incident")) or any(element.get("incident") for element in entered),
            flows_taken=frozenset(taken),
        )


def _instance(
    item: dict[str, Any],
    *,
    stands_at: tuple[str, ...] = (),
    has_incident: bool = False,
    flows_taken: frozenset[str] = frozenset(),
) -> RunningInstance:
    parent = item.get("parentKey")
    return RunningInstance(
        key=int(item["key"]),
        process_id=item["bpmnProcessId"],
        version=int(item["processVersion"]),
        definition_key=int(item["processDefinitionKey"]),
        parent_key=int(parent) if parent and int(parent) > 0 else None,
        stands_at=stands_at,
        has_incident=has_incident,
        flows_taken=flows_taken,
    )

"""The running cases, as far as moving them needs to know them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class RunningInstance:
    """A procedure under way: a process instance that has not ended."""

    key: int
    process_id: str
    version: int
    definition_key: int
    parent_key: int | None
    """The process instance that called it; none for one that was started by itself."""
    stands_at: tuple[str, ...]
    """The elements it has entered and not left, subprocesses included, each named once."""
    has_incident: bool
    flows_taken: frozenset[str]
    """The sequence flows it has taken so far."""


@dataclass(frozen=True)
class Family:
    """A procedure that was started by itself, with all it called that still runs."""

    instance: RunningInstance
    called: tuple[Family, ...] = ()

    def __iter__(self) -> Iterator[RunningInstance]:
        """The instances, callers before those they called."""
        yield self.instance
        for family in self.called:
            yield from family


@dataclass(frozen=True)
class Deployed:
    """A version of a procedure that the engine has."""

    process_id: str
    number: int
    key: int


class RunningInstances(Protocol):
    """Where to learn which instances run, and of which versions."""

    async def families(self, process_id: str | None = None) -> list[Family]:
        """Every family in which this procedure runs, or every one; oldest first."""
        ...

    async def family(self, key: int) -> Family | None:
        """A family as it is now, by the key of the instance it began with; none if it has ended."""
        ...

    async def newest(self, process_id: str) -> Deployed:
        """The newest version of a procedure.

        :raises EngineError: it has none.
        """
        ...

    async def xml(self, definition_key: int) -> bytes:
        """The diagram of a version."""
        ...


def grow_families(instances: list[RunningInstance], process_id: str | None) -> list[Family]:
    """The families of these instances, of those in which the procedure runs; oldest first."""
    by_parent: dict[int | None, list[RunningInstance]] = {}
    keys = {instance.key for instance in instances}
    for instance in sorted(instances, key=lambda instance: instance.key):
        by_parent.setdefault(instance.parent_key if instance.parent_key in keys else None, []).append(instance)

    def grow(instance: RunningInstance) -> Family:
        return Family(instance, tuple(grow(child) for child in by_parent.get(instance.key, [])))

    families = [grow(instance) for instance in by_parent.get(None, [])]
    return [f for f in families if process_id is None or any(one.process_id == process_id for one in f)]

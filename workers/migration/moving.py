"""Moving the cases, one after another; what was moved stays moved, so that a second run goes on where one ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from workers.engine.errors import EngineError
from workers.migration.prospects import FamilyProspect, Planner, Prospect

BUSY = "concurrent command"
TRIES = 5
PAUSE = 0.5
REFUSALS = ("INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND")

Migrate = Callable[[int, int, Mapping[str, str]], Awaitable[None]]
"""Process instance key, key of the new version, and the elements mapped, old id to new."""


@dataclass(frozen=True)
class Moved:
    """What became of one family."""

    prospect: FamilyProspect
    """What was seen just before."""
    moved: tuple[Prospect, ...] = ()
    failure: str = ""
    """Why it was not moved, or not all of it, in a sentence."""


async def move(planner: Planner, key: int, migrate: Migrate, *, pause: float = PAUSE) -> Moved | None:
    """Move a case and all it called to the newest versions, unless something of it cannot be moved.

    :param key: of the process instance the family began with.
    :returns: what became of it; none if it has ended meanwhile or is on the newest versions already.
    :raises EngineError: the engine does not answer; what it refuses is in the result.
    """
    family = await planner.instances.family(key)
    if family is None:
        return None
    prospect = await planner.prospect(family)
    if not prospect.to_move:
        return None
    if prospect.refused:
        return Moved(prospect)
    moved: list[Prospect] = []
    for member in prospect.to_move:
        try:
            await _migrate(member, migrate, pause)
        except EngineError as error:
            if error.status not in REFUSALS:
                raise
            return Moved(prospect, tuple(moved), _told(error, member, bool(moved)))
        moved.append(member)
    return Moved(prospect, tuple(moved))


async def _migrate(member: Prospect, migrate: Migrate, pause: float) -> None:
    plan = member.plan
    if plan is None or plan.new.key is None:
        raise EngineError("Deploy the new version before moving cases to it: 'dueprocess deploy'.")
    for last_try in (*[False] * (TRIES - 1), True):
        try:
            await migrate(member.instance.key, plan.new.key, plan.mapping)
        except EngineError as error:
            if last_try or BUSY not in error.message:
                raise
            # It is between two elements, in most cases for milliseconds only.
            await asyncio.sleep(pause)
        else:
            return


def _told(error: EngineError, member: Prospect, others_moved: bool) -> str:
    process = f"{member.instance.process_id} (instance {member.instance.key})"
    if BUSY in error.message:
        why = (
            f"{process} is between two elements, or one of its branches waits at a gateway for the others. The engine "
            "cannot move it from there; try again later."
        )
    elif error.status == "NOT_FOUND":
        why = f"{process} has ended meanwhile."
    else:
        why = f"{process} has gone on, or the engine sees it otherwise: {error.message} Look again, and try again."
    return f"{why} What called it was moved and stays so." if others_moved else why

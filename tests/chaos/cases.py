"""The cases: who they are about, and starting each of them once, whatever becomes of the engine meanwhile."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from random import Random

from workers.runtime.gateway import Gateway
from workers.runtime.trouble import EngineError, Trouble
from workers.settings import PROJECT

PEOPLE_CSV = PROJECT / "samples" / "people.csv"
DIAGRAM = Path(__file__).with_name("procedures") / "chaos_case.bpmn"

CASE_WANTED = "chaos_case_wanted"
KEPT_FOR = timedelta(hours=6)
"""How long the engine keeps a message and passes over another one with the same id."""

BURST = (10, 50)
"""How many cases begin together: enough to keep the workers busy, so that they are killed in the middle of things."""

PAUSE = 0.2


@dataclass(frozen=True)
class Matter:
    """What one case is about: a letter to the employee, a copy to the line manager."""

    number: int
    staff_number: str
    line_manager: str
    addresses: frozenset[str]

    @property
    def name(self) -> str:
        """How the case is told from the others, in every process, letter and record."""
        return f"M-{self.number:05}"


def people() -> list[dict[str, str]]:
    """The people of the sample file, a row each."""
    with PEOPLE_CSV.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def matters(count: int) -> list[Matter]:
    """So many matters, in turn about everybody who can be emailed and has a line manager who can."""
    email = {row["staff_number"]: row["email"] for row in people() if row["email"]}
    pairs = [
        (row["staff_number"], row["line_manager"])
        for row in people()
        if row["staff_number"] in email and row["line_manager"] in email
    ]
    return [
        Matter(number, staff_number, manager, frozenset({email[staff_number], email[manager]}))
        for number, (staff_number, manager) in enumerate(islice(cycle(pairs), count), start=1)
    ]


async def start_cases(
    gateway: Gateway, wanted: Sequence[Matter], seconds: float, random: Random, on_burst: Callable[[], None]
) -> None:
    """Start every case, in bursts, so that it takes about so many seconds; the engine's absence is not counted."""
    waiting = iter(wanted)
    while burst := list(islice(waiting, random.randint(*BURST))):
        await asyncio.gather(*(_start(gateway, matter) for matter in burst))
        on_burst()
        await asyncio.sleep(random.uniform(0, 2) * seconds * len(burst) / len(wanted))


async def _start(gateway: Gateway, matter: Matter) -> None:
    """Ask until the engine has said that it has the message; it takes a second one with this id for the first."""
    while True:
        try:
            await gateway.publish_message(
                CASE_WANTED,
                matter.name,
                {
                    "matter": matter.name,
                    "staff_number": matter.staff_number,
                    "line_manager": matter.line_manager,
                },
                time_to_live=KEPT_FOR,
                message_id=matter.name,
            )
        except EngineError as error:
            if error.trouble not in (Trouble.AWAY, Trouble.BUSY):
                raise
            await asyncio.sleep(PAUSE)
        else:
            return


def expected_letters(wanted: Iterable[Matter]) -> set[tuple[str, str]]:
    """Matter and address of every letter there must be."""
    return {(matter.name, address) for matter in wanted for address in matter.addresses}

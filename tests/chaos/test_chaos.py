"""Engine, workers and mail server are killed again and again under load; nothing may be lost, nothing doubled.

``make chaos`` runs the long form. A run is told from its seed, which decides when what is killed.
"""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from tests.chaos.cases import DIAGRAM, PEOPLE_CSV, matters, start_cases
from tests.chaos.conftest import FINDINGS, Size
from tests.chaos.findings import Findings, examine
from tests.chaos.havoc import Havoc, started, tormented
from tests.chaos.parts import KINDS, Cast, cast
from tests.chaos.watch import Watch
from tests.scenarios.driver.record_stream import RecordStream
from workers.engine.client import EngineClient
from workers.engine.ports import PortReservations
from workers.people.importing import import_people
from workers.records import migrations
from workers.records.database import open_database
from workers.runtime.gateway import open_gateway

FEWEST_KILLS = 2
"""Of each kind, before the havoc may end."""

PATIENCE = 200.0
"""Seconds without any progress: a killed worker's jobs come again after a minute, the letter it was sending after a
minute and a half."""


@pytest.mark.timeout(3600)
async def test_nothing_is_lost_and_nothing_doubled(
    size: Size, seed: int, database_url: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    findings = await _play(size, seed, database_url, tmp_path / "chaos")
    pytestconfig.stash[FINDINGS] = findings
    assert not findings.faults, "\n".join([f"Seed {seed}; logs in {tmp_path}", *findings.faults])


async def _play(size: Size, seed: int, database_url: str, folder: Path) -> Findings:
    wanted = matters(size.cases)
    havoc = Havoc(seed)
    async with AsyncExitStack() as stack:
        records = stack.enter_context(RecordStream())
        ports = PortReservations()
        stack.callback(ports.release)
        parts = cast(folder, database_url, records.url, ports)
        database = open_database(parts.settings)
        stack.callback(database.close)
        migrations.upgrade(database)
        with database.session() as session:
            import_people(session, PEOPLE_CSV)

        watch = Watch(len(wanted), havoc, records, database)
        watch.say(f"Seed {seed}: {size.cases} cases; everything is in {folder}")
        async with started(parts.parts, havoc) as supervisors:
            began = time.monotonic()
            await _deploy(parts)
            async with tormented(supervisors, havoc), watch.telling():
                gateway = open_gateway(parts.settings)
                chance = Random(seed)  # noqa: S311 - no secret
                await start_cases(gateway, wanted, size.seconds, chance, havoc.burst_begins)
                await gateway.close()
                await watch.until(lambda: all(havoc.killed(kind) >= FEWEST_KILLS for kind in KINDS), PATIENCE)
                havoc.over.set()
                watch.say("All cases are started; nothing is killed any more")
                await watch.until(watch.at_rest, PATIENCE)
            seconds = time.monotonic() - began
        findings = records.read(lambda state: examine(wanted, parts, havoc, database, state))
        findings.seconds = seconds
        return findings


async def _deploy(parts: Cast) -> None:
    async with EngineClient(parts.settings.engine_grpc, parts.settings.engine_rest) as client:
        await client.deploy({DIAGRAM.name: DIAGRAM.read_bytes()})

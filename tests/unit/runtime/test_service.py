"""The service: worker, outbox and health together, until a signal."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from tests.unit.runtime.fake_gateway import FakeGateway
from tests.unit.runtime.handlers import Gate, Records
from workers.records.database import Database
from workers.runtime.service import CannotStart, run, serve
from workers.settings import Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_it_serves_until_a_signal_and_finishes_what_runs(gateway: FakeGateway, database: Database) -> None:
    gate = Gate()
    settings = Settings(engine_grpc=gateway.address, health_port=free_port(), smtp_port=free_port())
    serving = asyncio.create_task(serve(settings, database, [gate.job_type(), Records().job_type()]))
    await gateway.push(gateway.job("write", {"name": "a"}), gateway.job("wait", {}))
    await gateway.asked_for("CompleteJob")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.health_port}", trust_env=False) as client:
        assert (await client.get("/ready")).text == "ready\n"
        assert 'dueprocess_jobs_running{type="wait"} 1.0' in (await client.get("/metrics")).text
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(5):
            while (await client.get("/ready")).status_code == 200:  # noqa: ASYNC110 - it is asked from outside
                await asyncio.sleep(0.01)
    assert not serving.done()
    gate.open.set()
    await serving
    assert len(gateway.asked["CompleteJob"]) == 2


async def test_a_taken_health_port_is_said(gateway: FakeGateway, database: Database) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(engine_grpc=gateway.address, health_port=taken.getsockname()[1])
        with pytest.raises(CannotStart, match="set DUEPROCESS_HEALTH_PORT to a free port"):
            await serve(settings, database, [])


def test_records_that_are_not_up_to_date_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.runtime.service.set_up_logging", lambda *_: None)
    with pytest.raises(CannotStart, match="dueprocess records upgrade"):
        run(Settings(data_dir=tmp_path, health_port=0), Console(quiet=True))

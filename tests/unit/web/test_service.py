"""Serving: over a real socket, and what prevents it."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from typer import Typer
from typer.testing import CliRunner

from workers.records.database import Database
from workers.settings import Settings
from workers.web.commands import _port_of, case_file
from workers.web.service import CannotServe, serve


@pytest.fixture
def served(database: Database, tmp_path: Path) -> Settings:
    url = database.engine.url.render_as_string(hide_password=False)
    return Settings(data_dir=tmp_path, database_url=url, session_secret=SecretStr("s" * 40))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def test_serves_until_told_to_stop(served: Settings) -> None:
    port, stop = free_port(), asyncio.Event()
    before = signal.getsignal(signal.SIGTERM)
    serving = asyncio.create_task(serve(served, "127.0.0.1", port, stop))
    await asyncio.sleep(0)  # it listens from here on

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as visitor:
        answer = await visitor.get("/sign-in")
    assert answer.status_code == 200
    assert "server" not in answer.headers
    assert signal.getsignal(signal.SIGTERM) == before

    stop.set()
    await asyncio.wait_for(serving, 10)
    with socket.create_server(("127.0.0.1", port)):
        pass


async def test_stops_when_its_task_is_cancelled(served: Settings) -> None:
    port = free_port()
    serving = asyncio.create_task(serve(served, "127.0.0.1", port, asyncio.Event()))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as visitor:
        await asyncio.sleep(0)
        await visitor.get("/sign-in")

    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(serving, 10)
    with socket.create_server(("127.0.0.1", port)):
        pass


async def test_a_taken_port(served: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=f"cannot listen on 127.0.0.1:{port}.*choose a port with --port"):
            await serve(served, "127.0.0.1", port, asyncio.Event())


async def test_records_without_tables(empty_database: Database, tmp_path: Path) -> None:
    url = empty_database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(CannotServe, match="run `dueprocess records upgrade`"):
        await serve(Settings(data_dir=tmp_path, database_url=url), "127.0.0.1", free_port(), asyncio.Event())


@pytest.mark.parametrize(
    ("url", "port"),
    [("http://localhost:8090", 8090), ("http://localhost:9000/x", 9000), ("https://hr.example/case-file", 8090)],
)
def test_the_port_of_the_address(url: str, port: int) -> None:
    assert _port_of(url) == port


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DUEPROCESS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DUEPROCESS_DATABASE_URL", "oracle://x")
    app = Typer()
    app.command()(case_file)

    result = CliRunner().invoke(app, [])

    assert result.exit_code == 1
    assert "DUEPROCESS_DATABASE_URL names the database 'oracle'" in result.output

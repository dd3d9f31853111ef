"""What a supervisor is told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from workers.runtime.health import Health
from workers.runtime.metrics import Metrics
from workers.settings import PROJECT, Settings


class Subject:
    trouble: str | None = None


@pytest.fixture
async def health() -> AsyncIterator[Health]:
    Subject.trouble = None
    metrics = Metrics()
    metrics.reported("send_notice", "completed")
    metrics.ran("send_notice", 0.02)
    metrics.follow_outbox(lambda: 12.0)
    async with Health(lambda: Subject.trouble, metrics, "127.0.0.1", 0) as serving:
        yield serving


@pytest.mark.parametrize(
    ("path", "trouble", "status", "says"),
    [
        ("/live", "the engine does not answer", 200, "live"),
        ("/ready", None, 200, "ready"),
        ("/ready", "the engine does not answer", 503, "the engine does not answer"),
        ("/metrics", None, 200, 'dueprocess_jobs_total{outcome="completed",type="send_notice"} 1.0'),
        ("/metrics", None, 200, 'dueprocess_job_seconds_bucket{le="0.025",type="send_notice"} 1.0'),
        ("/metrics", None, 200, "dueprocess_outbox_age_seconds 12.0"),
        ("/else", None, 404, "/live, /ready and /metrics"),
    ],
)
async def test_answers(health: Health, path: str, trouble: str | None, status: int, says: str) -> None:
    Subject.trouble = trouble
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{health.port}", trust_env=False) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert says in answer.text


async def test_only_get(health: Health) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{health.port}", trust_env=False) as client:
        assert (await client.post("/live")).status_code == 405


@pytest.mark.parametrize("sent", [b"", b"GET", b"x" * 20_000, b"\x16\x03\x01\r\n\r\n"])
async def test_nonsense_does_not_harm_it(health: Health, sent: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", health.port)
    writer.write(sent)
    writer.close()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{health.port}", trust_env=False) as client:
        assert (await client.get("/live")).status_code == 200


async def test_a_remark_follows_what_the_worker_is() -> None:
    async with (
        Health(lambda: None, Metrics(), "127.0.0.1", 0, remark=lambda: "Letters wait.") as health,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{health.port}", trust_env=False) as client,
    ):
        answer = await client.get("/ready")
    assert (answer.status_code, answer.text) == (200, "ready\nLetters wait.\n")


def test_the_operations_page_explains_every_metric_and_no_other() -> None:
    metrics = Metrics()
    metrics.reported("send_notice", "completed")
    metrics.follow_database(lambda: 1.0)
    metrics.follow_mail_server(lambda: 1.0)
    metrics.follow_outbox(lambda: 0.0)
    page = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `(dueprocess_\w+)", page, re.MULTILINE))
    served = set(re.findall(r"^# HELP (\w+)", metrics.text().decode(), re.MULTILINE))
    assert explained == {name for name in served if not name.endswith("_created")}


def test_the_operations_page_names_only_settings_there_are() -> None:
    page = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    assert {name.lower() for name in re.findall(r"DUEPROCESS_([A-Z_]+)", page)} <= set(Settings.model_fields)

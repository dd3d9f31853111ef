"""Traces: one span for each job and each letter, without what they are about."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from rich.console import Console

from tests.unit.notices.mail_servers import mail_server
from tests.unit.notices.test_outbox import dispatching, send_decision, statuses, until
from tests.unit.records.fixtures import Office, office
from tests.unit.runtime.fake_gateway import FakeGateway
from tests.unit.runtime.handlers import SECRET, compute, declared
from workers.records.database import Database
from workers.runtime.outcomes import Job
from workers.runtime.service import CannotStart, run
from workers.runtime.tracing import Traces, to_collector
from workers.runtime.worker import Worker
from workers.settings import Settings

__all__ = ["office"]


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traces(exported: InMemorySpanExporter) -> Iterator[Traces]:
    with Traces("due-process", SimpleSpanProcessor(exported)) as traces:
        yield traces


async def ended(exported: InMemorySpanExporter, times: int) -> tuple[ReadableSpan, ...]:
    await until(lambda: len(exported.get_finished_spans()) >= times)
    return exported.get_finished_spans()


@pytest.mark.parametrize(
    ("name", "status", "outcome", "is_error"),
    [
        (f"{SECRET}", None, "completed", False),
        ("no answer", None, "business_outcome", False),
        ("away", None, "try_again", True),
        ("person", None, "person_must_act", True),
        ("defect", None, "defect", True),
        (f"{SECRET}", grpc.StatusCode.NOT_FOUND, "gone", False),
    ],
)
async def test_a_job_is_a_span(
    gateway: FakeGateway,
    settings: Settings,
    traces: Traces,
    exported: InMemorySpanExporter,
    *,
    name: str,
    status: grpc.StatusCode | None,
    outcome: str,
    is_error: bool,
) -> None:
    if status is not None:
        gateway.answers["CompleteJob"].append(status)
    async with Worker(settings, None, [declared(compute)], traces=traces):
        await gateway.push(gateway.job("compute", {"name": name}, key=7))
        (span,) = await ended(exported, 1)
    assert span.name == "compute"
    assert dict(span.attributes or {}) == {
        "job_type": "compute",
        "job_key": 7,
        "process_id": "a_process",
        "process_instance_key": 1007,
        "element_id": "Task_A",
        "outcome": outcome,
    }
    assert span.status.status_code is (StatusCode.ERROR if is_error else StatusCode.UNSET)
    assert span.resource.attributes["service.name"] == "due-process"
    assert SECRET not in span.to_json()
    assert span.start_time is not None
    assert span.end_time is not None
    assert 0 < span.end_time - span.start_time < 20e9


async def test_a_letter_is_a_span_when_it_is_sent(
    office: Office, traces: Traces, exported: InMemorySpanExporter
) -> None:
    send_decision(office)
    async with mail_server() as server:
        server.to_recipient = lambda address: "550 no" if "price" in address else "250 OK"
        async with dispatching(office.database, server.port, traces=traces):
            await until(lambda: statuses(office.database)["queued"] == 0)
    (span,) = exported.get_finished_spans()
    assert (span.name, dict(span.attributes or {})) == ("letter", {"letter_reference": "LTR-2025-0001"})
    for secret in ("Alex", "morgan", "wm.example"):
        assert secret not in span.to_json()


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    received: list[ExportTraceServiceRequest] = []

    class Collecting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] is None:
                received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Collecting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", received
        server.shutdown()


JOB = Job(1, "send_notice", "a_process", 2, "Task_A", 3, datetime(2025, 3, 3, tzinfo=UTC), "{}")


def test_a_collector_gets_what_was_left_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with collector() as (endpoint, received):
        with to_collector(endpoint, "due-process") as traces:
            traces.job_ended(JOB, "completed", 0.5)
        (request,) = received
    (span,) = request.resource_spans[0].scope_spans[0].spans
    assert span.name == "send_notice"
    assert span.end_time_unix_nano - span.start_time_unix_nano == 500_000_000


def test_an_absent_collector_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.runtime.tracing.EXPORT_SECONDS", 0.5)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    began = time.monotonic()
    # Port 9 is the discard service, which nobody runs.
    with to_collector("http://127.0.0.1:9/v1/traces", "due-process") as traces:
        for _ in range(5000):
            traces.job_ended(JOB, "completed", 0.5)
    assert time.monotonic() - began < 10


def test_without_the_extra_it_is_said(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.runtime.service.set_up_logging", lambda *_: None)
    monkeypatch.delitem(sys.modules, "workers.runtime.tracing")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    settings = Settings(
        data_dir=tmp_path,
        database_url=database.engine.url.render_as_string(hide_password=False),
        health_port=0,
        traces_endpoint="http://127.0.0.1:9/v1/traces",
    )
    with pytest.raises(CannotStart, match=r"install due-process\[tracing\], or leave out DUEPROCESS_TRACES_ENDPOINT"):
        run(settings, Console(quiet=True))


def test_where_no_traces_are_asked_for_nothing_is_loaded() -> None:
    program = (
        "import sys, workers.runtime.service, workers.runtime.catalogue as catalogue; catalogue.job_types(); "
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'workers.runtime.tracing'))])"
    )
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert loaded.stdout.strip() == "[]"

"""The door through which Tasklist reaches user tasks, before an engine that insists on signing in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from workers.engine.ports import LOOPBACK, PortReservations
from workers.engine.task_door import CSRF, open_task_door


@dataclass
class Engine:
    """Takes calls that carry the token of the last sign-in."""

    url: str = ""
    logins: int = 0
    token: str = "none yet"
    taken: list[tuple[str, str, Any]] = field(default_factory=list)


@pytest.fixture
def engine() -> Iterator[Engine]:
    kept = Engine()

    class Call(BaseHTTPRequestHandler):
        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/api/login":
                right = body == b"username=demo&password=demo"
                kept.logins += right
                kept.token = f"token {kept.logins}"
                self.send_response(204 if right else 401)
                self.send_header(CSRF, kept.token if right else "")
            elif self.headers.get(CSRF) != kept.token:
                self.send_response(401)
            else:
                kept.taken.append((self.command, self.path, json.loads(body or b"null")))
                self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_PATCH = do_DELETE = do  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Call) as server:
        kept.url = f"http://{LOOPBACK}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


@pytest.fixture
def door(engine: Engine) -> Iterator[httpx.Client]:
    ports = PortReservations()
    port = ports.reserve("the door", 27400, range(27401, 27500))
    with (
        open_task_door(port, engine.url, "demo", "demo"),
        httpx.Client(base_url=f"http://{LOOPBACK}:{port}", trust_env=False) as client,
    ):
        yield client
    ports.release()


def test_it_signs_in_once_and_passes_calls_on(door: httpx.Client, engine: Engine) -> None:
    assert door.post("/v2/user-tasks/7/assignment", json={"assignee": "demo"}).status_code == 204
    assert door.delete("/v2/user-tasks/7/assignee").status_code == 204
    assert door.post("/v2/user-tasks/7/completion", json={"variables": {"a": 1}}).status_code == 204
    assert engine.logins == 1
    assert engine.taken == [
        ("POST", "/v2/user-tasks/7/assignment", {"assignee": "demo"}),
        ("DELETE", "/v2/user-tasks/7/assignee", None),
        ("POST", "/v2/user-tasks/7/completion", {"variables": {"a": 1}}),
    ]


def test_it_signs_in_again_when_the_session_is_over(door: httpx.Client, engine: Engine) -> None:
    door.post("/v2/user-tasks/7/completion", json={})
    engine.token = "another"
    assert door.post("/v2/user-tasks/8/completion", json={}).status_code == 204
    assert engine.logins == 2


def test_it_takes_a_body_in_chunks(door: httpx.Client, engine: Engine) -> None:
    assert door.post("/v2/user-tasks/7/completion", content=iter([b'{"a"', b":1}"])).status_code == 204
    assert engine.taken == [("POST", "/v2/user-tasks/7/completion", {"a": 1})]


@pytest.mark.parametrize("path", ["/v2/deployments", "/v2/user-tasks/7/../../clock", "/v2/user-tasks/x", "/api/login"])
def test_nothing_else_gets_through(door: httpx.Client, engine: Engine, path: str) -> None:
    assert door.post(path, json={}).status_code == 404
    assert engine.taken == []

"""The client's manners: signing in, signing in again, and saying what is wrong; with an engine of a few answers."""

from __future__ import annotations

import base64
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from tests.unit.runtime.fake_gateway import FakeGateway
from workers.engine.client import EngineClient
from workers.engine.errors import EngineError
from workers.settings import Settings

TASK = {
    "id": "2251799813685260",
    "name": "Answer the question",
    "taskDefinitionId": "Task_Answer",
    "processName": "Probe",
    "processInstanceKey": "2251799813685252",
    "processDefinitionKey": "2251799813685250",
    "taskState": "CREATED",
    "assignee": None,
    "candidateGroups": ["hr"],
    "candidateUsers": None,
    "dueDate": "2025-03-10T09:00:00.000+0000",
    "formId": "probe_answer",
    "formVersion": 2,
    "sortValues": ["1", "2"],
}


@dataclass
class FakeEngine:
    """Answers like the engine's REST API; remembers what it was asked."""

    url: str = ""
    password: str = "demo"
    has_users: bool = True
    basic: bool = False
    """Whether it is one of 8.8 or later, which asks for name and password in every request."""
    open_to_all: bool = False
    sessions: int = 0
    """How often somebody signed in."""
    alive: set[str] = field(default_factory=set)
    """The cookies of the sessions that have not ended."""
    answers: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, Any, str | None]] = field(default_factory=list)


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    state = FakeEngine()

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            if state.basic:
                self.answer_basic(body)
                return
            if self.path == "/api/login":
                self.sign_in(body)
                return
            state.asked.append((self.command, self.path, json.loads(body or "null"), self.headers["X-CSRF-TOKEN"]))
            if state.has_users and self.headers["Cookie"] not in state.alive:
                self.send(401)
                return
            self.send(*(state.answers.pop(0) if state.answers else (204, None)))

        def answer_basic(self, body: str) -> None:
            said = self.headers["Authorization"] or ""
            known = said == "Basic " + base64.b64encode(f"demo:{state.password}".encode()).decode()
            state.asked.append((self.command, self.path, json.loads(body or "null"), said and "basic"))
            if not known and not state.open_to_all:
                self.send(401)
            elif self.path == "/v2/authentication/me":
                self.send(200, {"username": "demo" if known and not state.open_to_all else None})
            else:
                self.send(*(state.answers.pop(0) if state.answers else (204, None)))

        def sign_in(self, body: str) -> None:
            if not state.has_users:
                self.send(404)
            elif body != f"username=demo&password={state.password}":
                self.send(401)
            else:
                state.sessions += 1
                cookie = f"SESSION={state.sessions}"
                state.alive.add(cookie)
                self.send(204, None, {"Set-Cookie": f"{cookie}; Path=/", "X-CSRF-TOKEN": f"T{state.sessions}"})

        def send(self, status: int, content: Any = None, headers: dict[str, str] | None = None) -> None:
            payload = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        state.url = f"http://127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


@pytest.fixture
def nowhere() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def client(engine: FakeEngine, username: str | None = "demo", password: str | None = None) -> EngineClient:
    return EngineClient("127.0.0.1:1", engine.url, username, password or engine.password)


async def test_it_signs_in_once_and_sends_the_token(engine: FakeEngine) -> None:
    async with client(engine) as connected:
        await connected.complete_task(7, {"answer": 42})
        await connected.assign(7, "demo")

    assert engine.sessions == 1
    assert engine.asked == [
        ("POST", "/v2/user-tasks/7/completion", {"variables": {"answer": 42}}, "T1"),
        ("POST", "/v2/user-tasks/7/assignment", {"assignee": "demo", "allowOverride": True}, "T1"),
    ]


async def test_it_signs_in_again_when_its_session_has_ended(engine: FakeEngine) -> None:
    async with client(engine) as connected:
        await connected.complete_task(7)
        engine.alive.clear()
        await connected.complete_task(8)

    assert engine.sessions == 2
    assert [token for *_, token in engine.asked] == ["T1", "T1", "T2"]


async def test_a_wrong_password_of_ours_is_a_setting_to_mend(engine: FakeEngine) -> None:
    async with client(engine, password="guessed") as connected:
        with pytest.raises(EngineError, match="check DUEPROCESS_ENGINE_USERNAME and DUEPROCESS_ENGINE_PASSWORD"):
            await connected.complete_task(7)


async def test_an_engine_without_users_is_used_without_signing_in(engine: FakeEngine) -> None:
    engine.has_users = False
    async with client(engine, None) as connected:
        await connected.reset_clock()
        with pytest.raises(EngineError, match="has no users to sign in") as caught:
            await connected.check_login("demo", "demo")

    assert caught.value.status == 404
    assert engine.asked == [("POST", "/v2/clock/reset", None, None)]


@pytest.mark.parametrize(("password", "known"), [("demo", True), ("guessed", False), ("", False)])
async def test_a_login_is_checked_without_becoming_the_clients_own(
    engine: FakeEngine, password: str, known: bool
) -> None:
    async with client(engine) as connected:
        assert await connected.check_login("demo", password) is known
        await connected.complete_task(7)

    assert engine.sessions == (2 if known else 1)


async def test_from_8_8_on_every_request_says_who_asks(engine: FakeEngine) -> None:
    engine.basic = True
    engine.answers = [(200, {}), (404, {})]
    async with EngineClient("127.0.0.1:1", engine.url, "demo", "demo", basic=True) as connected:
        assert await connected.has_process_definition(7)
        assert not await connected.has_process_definition(8)

    assert engine.asked == [
        ("GET", "/v2/process-definitions/7", None, "basic"),
        ("GET", "/v2/process-definitions/8", None, "basic"),
    ]


async def test_from_8_8_on_the_gateway_is_told_who_asks_too() -> None:
    settings = Settings(
        engine_username="deployer",
        engine_password=SecretStr("secret"),
        engine_grpc_sign_in="basic",
        engine_rest_sign_in="basic",
    )
    async with FakeGateway() as gateway:
        signed = EngineClient.for_settings(settings.model_copy(update={"engine_grpc": gateway.address}))
        async with signed as connected:
            await connected.topology()

    assert gateway.headers[-1]["authorization"] == "Basic " + base64.b64encode(b"deployer:secret").decode()


async def test_from_8_8_on_a_login_is_checked_by_using_it(engine: FakeEngine) -> None:
    engine.basic = True
    async with EngineClient("127.0.0.1:1", engine.url, "demo", "demo", basic=True) as connected:
        assert await connected.check_login("demo", "demo")
        assert not await connected.check_login("demo", "guessed")
        assert not await connected.check_login("de:mo", "demo")


async def test_an_engine_that_lets_everybody_in_confirms_no_login(engine: FakeEngine) -> None:
    engine.basic = engine.open_to_all = True
    async with EngineClient("127.0.0.1:1", engine.url, "demo", "demo", basic=True) as connected:
        with pytest.raises(EngineError, match="does not ask who calls"):
            await connected.check_login("demo", "guessed")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"title": "NOT_FOUND", "detail": "No user task with key 7."}, "No user task with key 7."),
        ({"message": "form with id x was not found"}, "form with id x was not found"),
        ("odd", "the engine answered 404 Not Found."),
        (None, "the engine answered 404 Not Found."),
    ],
)
async def test_the_engines_reason_is_passed_on(engine: FakeEngine, content: Any, reason: str) -> None:
    engine.answers = [(404, content)]
    async with client(engine) as connected:
        with pytest.raises(EngineError) as caught:
            await connected.complete_task(7)

    assert caught.value.message == f"POST /v2/user-tasks/7/completion was refused: {reason}"
    assert caught.value.status == 404


async def test_a_task_is_read_and_pages_are_followed(engine: FakeEngine) -> None:
    engine.answers = [(200, [TASK] * 50), (200, [TASK])]
    async with client(engine) as connected:
        tasks = await connected.search_tasks(candidate_group="hr")

    assert len(tasks) == 51
    assert tasks[0].key == 2251799813685260
    assert (tasks[0].candidate_groups, tasks[0].candidate_users) == (("hr",), ())
    assert tasks[0].due == datetime.fromisoformat("2025-03-10T09:00:00+00:00")
    query = {"state": "CREATED", "candidateGroup": "hr", "pageSize": 50}
    assert [asked[2] for asked in engine.asked] == [query, query | {"searchAfter": ["1", "2"]}]


async def test_long_variables_are_fetched_whole(engine: FakeEngine) -> None:
    engine.answers = [
        (
            200,
            [
                {"name": "long", "value": '"xx', "isValueTruncated": True},
                {"name": "short", "value": "1", "isValueTruncated": False},
            ],
        ),
        (200, [{"name": "long", "value": '"xxxx"', "isValueTruncated": False}]),
    ]
    async with client(engine) as connected:
        assert await connected.task_variables(7) == {"short": 1, "long": "xxxx"}


async def test_a_silent_engine_is_said_with_what_to_do(nowhere: str) -> None:
    async with EngineClient(nowhere, f"http://{nowhere}", "demo", "demo") as connected:
        with pytest.raises(EngineError, match=f"does not answer at http://{nowhere}. Start it with 'dueprocess up'"):
            await connected.search_tasks()
        with pytest.raises(EngineError, match=f"does not answer at {nowhere}.*DUEPROCESS_ENGINE_GRPC") as caught:
            await connected.topology()

    assert caught.value.status == "UNAVAILABLE"


async def test_a_clock_without_a_time_zone_is_refused(engine: FakeEngine) -> None:
    async with client(engine) as connected:
        with pytest.raises(ValueError, match="time zone"):
            await connected.set_clock(datetime(2025, 3, 3))  # noqa: DTZ001

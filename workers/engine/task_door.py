"""Lets Tasklist act on user tasks.

Tasklist 8.6.0, in one program with the engine, calls ``/v2/user-tasks`` without signing in, and that program's own
guard turns the call away: nobody could claim or complete a task. (Mended in Camunda 8.6.9, which is not published as a
package.) This door takes these calls on the loopback address, and no others, and signs in for Tasklist. It opens
nothing that the engine's unguarded gateway on the same address does not offer already.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from workers.engine.ports import LOOPBACK

CSRF = "X-CSRF-TOKEN"
USER_TASKS = re.compile(r"/v2/user-tasks/\d+(/assignment|/assignee|/completion)?")
TURNED_AWAY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
JSON = "application/json"


@contextmanager
def open_task_door(port: int, rest: str, username: str, password: str) -> Iterator[None]:
    """Keep the door open inside the block.

    :param port: where Tasklist calls.
    :param rest: the engine's REST API.
    """
    with _TaskDoor(port, rest, username, password) as door:
        serving = threading.Thread(target=door.serve_forever, name="task door", daemon=True)
        serving.start()
        try:
            yield
        finally:
            door.shutdown()
            serving.join()
            door.http.close()


class _TaskDoor(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, rest: str, username: str, password: str) -> None:
        super().__init__((LOOPBACK, port), _Call)
        self.http = httpx.Client(base_url=rest, trust_env=False, timeout=30)
        self._user = {"username": username, "password": password}
        self._token = ""
        self._one_at_a_time = threading.Lock()

    def forward(self, method: str, path: str, body: bytes, content_type: str) -> httpx.Response:
        """Pass a call on, signing in first where the session is none or over."""
        with self._one_at_a_time:
            answer = self._send(method, path, body, content_type)
            if answer.status_code in TURNED_AWAY:
                self.http.cookies.clear()
                self._token = self.http.post("/api/login", data=self._user).headers.get(CSRF, "")
                answer = self._send(method, path, body, content_type)
            return answer

    def _send(self, method: str, path: str, body: bytes, content_type: str) -> httpx.Response:
        return self.http.request(method, path, content=body, headers={CSRF: self._token, "Content-Type": content_type})


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _TaskDoor

    def _pass_on(self) -> None:
        body = self._body()
        if not USER_TASKS.fullmatch(self.path):
            self._reply(HTTPStatus.NOT_FOUND)
            return
        try:
            answer = self.server.forward(self.command, self.path, body, self.headers.get("Content-Type", JSON))
        except httpx.HTTPError:
            self._reply(HTTPStatus.BAD_GATEWAY)
            return
        self._reply(answer.status_code, answer.content, answer.headers.get("Content-Type", JSON))

    do_POST = do_PATCH = do_DELETE = _pass_on  # noqa: N815 - http.server's names

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _reply(self, status: int, body: bytes = b"", content_type: str = "text/plain") -> None:
        self.send_response(status)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != HTTPStatus.NO_CONTENT:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: Camunda's log has it."""

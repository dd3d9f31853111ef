"""Health and metrics over HTTP: /live, /ready and /metrics, for whoever supervises the worker.

/live says that the process answers; restart it when it does not. /ready says that it can serve jobs: without the engine
there are none, and without the records none can be done. Without the mail server every job is still done and letters
wait in the outbox, so the worker stays ready: taking it out of service would stop the procedures too. The answer then
says so in a second line, as do the log and ``dueprocess_mail_server_answers``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Self

from workers.runtime.metrics import Metrics

LONGEST_REQUEST = 8_192
REQUEST_SECONDS = 5.0


class Health:
    """A small HTTP server beside a worker.

    :param trouble: why the worker cannot serve now, or nothing if it can.
    :param remark: what an operator should know although the worker can serve, or nothing.
    :param port: 0 lets the operating system choose; :attr:`port` then says which.
    """

    def __init__(
        self,
        trouble: Callable[[], str | None],
        metrics: Metrics,
        host: str,
        port: int,
        *,
        remark: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._trouble = trouble
        self._remark = remark
        self._metrics = metrics
        self._host = host
        self.port = port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._host, self.port, limit=LONGEST_REQUEST)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever asks may hang up at any moment, and loses only the answer.
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(REQUEST_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head))
                await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    def _answer(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if method not in (b"GET", b"HEAD"):
            return _response(HTTPStatus.METHOD_NOT_ALLOWED, b"Only GET is answered here.\n")
        match path:
            case b"/live":
                status, body = HTTPStatus.OK, b"live\n"
            case b"/ready":
                trouble = self._trouble()
                status = HTTPStatus.OK if trouble is None else HTTPStatus.SERVICE_UNAVAILABLE
                remark = self._remark()
                body = "".join(f"{line}\n" for line in (trouble or "ready", remark) if line).encode()
            case b"/metrics":
                status, body = HTTPStatus.OK, self._metrics.text()
            case _:
                status, body = HTTPStatus.NOT_FOUND, b"There are /live, /ready and /metrics.\n"
        return _response(status, body, only_head=method == b"HEAD")


def _response(status: HTTPStatus, body: bytes, *, only_head: bool = False) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + (b"" if only_head else body)

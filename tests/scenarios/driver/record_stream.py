"""What the engine does, record by record, as its OpenSearch exporter posts it to us instead."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, TypeVar

from tests.scenarios.driver.engine_state import EngineState

Found = TypeVar("Found")

_ACCEPTED = json.dumps({"errors": False, "took": 1, "items": [], "acknowledged": True}).encode()


@dataclass(frozen=True)
class Record:
    """One thing that happened in the engine."""

    partition: int
    position: int
    """Its place in the partition's log: later records have higher ones."""
    key: int
    value_type: str
    intent: str
    timestamp: int
    """The engine's clock, in milliseconds since 1970."""
    value: dict[str, Any]


class RecordStream:
    """Receives the engine's records and keeps :class:`EngineState` up to date; a context manager.

    Point the exporter's URL at :attr:`url`. Everything that reads the state does so through :meth:`read` or
    :meth:`wait_for`, under one lock.
    """

    def __init__(self, port: int = 0) -> None:
        self._changed = threading.Condition()
        self._state = EngineState()
        self._defect: Exception | None = None
        self._seen: set[tuple[int, int]] = set()
        self._server = _Receiver(("127.0.0.1", port), self.receive)
        self._thread = threading.Thread(target=self._server.serve_forever, name="record stream", daemon=True)

    @property
    def url(self) -> str:
        """Where the exporter posts."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> RecordStream:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self.close()

    def close(self) -> None:
        """Give the port back."""
        self._server.server_close()

    def receive(self, bulk: str) -> None:
        """Take in a bulk request: an action line and a record line in turn.

        The exporter sends a whole bulk again when it has not seen our answer, so what came before is passed over.
        """
        lines = bulk.splitlines()
        with self._changed:
            try:
                for line in lines[1::2]:
                    record = _record(json.loads(line))
                    place = (record.partition, record.position)
                    if place not in self._seen:
                        self._seen.add(place)
                        self._state.apply(record)
            except Exception as defect:  # noqa: BLE001 - it is raised in the thread that waits
                self._defect = self._defect or defect
            self._changed.notify_all()

    def read(self, look: Callable[[EngineState], Found]) -> Found:
        """What ``look`` sees in the state now.

        :raises RuntimeError: a record was not understood, so the state cannot be trusted.
        """
        with self._changed:
            self._check()
            return look(self._state)

    def wait_for(self, look: Callable[[EngineState], Found | None], timeout: float) -> Found | None:
        """What ``look`` finds, as soon as it finds anything; None after ``timeout`` seconds without.

        :raises RuntimeError: as :meth:`read` does.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while (found := look(self._state)) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
                self._check()
            return found

    def _check(self) -> None:
        if self._defect is not None:
            raise RuntimeError("A record of the engine was not understood.") from self._defect


def _record(sent: dict[str, Any]) -> Record:
    return Record(
        partition=sent["partitionId"],
        position=sent["position"],
        key=sent["key"],
        value_type=sent["valueType"],
        intent=sent["intent"],
        timestamp=sent["timestamp"],
        value=sent["value"],
    )


class _Receiver(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], receive: Callable[[str], None]) -> None:
        super().__init__(address, _Handler)
        self.receive = receive

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The exporter hangs up when its engine stops; anything else is told as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body in one packet, at once: otherwise each record waits for a delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Receiver

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.startswith("/_bulk"):
            self.server.receive(body.decode())
        # No index state management here; the exporter asks for it and does without.
        self.send_response(404 if self.path.startswith("/_plugins") else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(_ACCEPTED)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(_ACCEPTED)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

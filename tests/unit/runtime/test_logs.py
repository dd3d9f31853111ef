"""Log lines."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from workers.runtime.logs import set_up_logging


@pytest.fixture(autouse=True)
def root_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("_srcfile", "logThreads", "logProcesses", "logMultiprocessing"):
        monkeypatch.setattr(logging, name, getattr(logging, name))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(log_format: str) -> str:
    stream = io.StringIO()
    set_up_logging(log_format, "INFO", stream)
    logging.getLogger("workers.test").info("Done.", extra={"job_key": 5, "job_type": "send_notice", "secret": "x"})
    logging.getLogger("workers.test").debug("Not worth a line.")
    return stream.getvalue()


def test_text() -> None:
    (line,) = logged("text").splitlines()
    assert line.endswith("INFO    Done. job_key=5 job_type=send_notice")


def test_json() -> None:
    (line,) = logged("json").splitlines()
    parsed = json.loads(line)
    assert parsed.pop("time").endswith("+00:00")
    assert parsed == {
        "level": "info",
        "logger": "workers.test",
        "message": "Done.",
        "job_key": 5,
        "job_type": "send_notice",
    }

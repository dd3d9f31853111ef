"""The record stream takes in what the exporter posts, each record once."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from tests.scenarios.driver.record_stream import RecordStream
from tests.unit.driver.records import bulk


def signal(position: int, name: str, partition: int = 1) -> dict[str, Any]:
    return {
        "partitionId": partition,
        "position": position,
        "key": position,
        "valueType": "SIGNAL",
        "intent": "BROADCASTED",
        "timestamp": 0,
        "value": {"signalName": name},
    }


def variable(position: int, partition: int = 1) -> dict[str, Any]:
    value = {"scopeKey": 1, "name": "n", "value": str(position)}
    return {**signal(position, "", partition), "valueType": "VARIABLE", "intent": "UPDATED", "value": value}


def test_the_exporter_is_answered_as_it_expects() -> None:
    with RecordStream() as stream:
        assert httpx.post(f"{stream.url}/_bulk", content=bulk(signal(1, "one"))).json()["errors"] is False
        assert httpx.head(f"{stream.url}/_template/zeebe-record").status_code == 200
        assert httpx.get(f"{stream.url}/_plugins/_ism/policies/x").status_code == 404
        assert stream.read(lambda state: state.markers) == {"one"}


def test_a_bulk_sent_again_is_taken_once() -> None:
    stream = RecordStream()
    stream.receive(bulk(variable(1), variable(2)))
    stream.receive(bulk(variable(1), variable(2), variable(3)))
    stream.receive(bulk(variable(1, partition=2)))
    assert stream.read(lambda state: state.happened) == 4
    assert stream.read(lambda state: state.visible_variables(1)) == {"n": 1}
    stream.close()


def test_waiting_ends_when_it_happens() -> None:
    with RecordStream() as stream:
        late = threading.Timer(0.05, stream.receive, [bulk(signal(1, "come"))])
        late.start()
        assert stream.wait_for(lambda state: "come" in state.markers or None, timeout=10)
        late.join()


def test_waiting_ends_in_time() -> None:
    with RecordStream() as stream:
        assert stream.wait_for(lambda state: "never" in state.markers or None, timeout=0.01) is None


def test_a_record_that_is_not_understood_is_told_to_who_waits() -> None:
    with RecordStream() as stream:
        stream.receive(bulk({**signal(1, "odd"), "value": {}}))
        with pytest.raises(RuntimeError, match="not understood"):
            stream.read(lambda state: state.markers)

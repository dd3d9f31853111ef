"""publish_message, with an engine that remembers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from workers.messages.jobs import publish_message
from workers.messages.models import PublishMessage
from workers.runtime.contract import JobContext
from workers.settings import Settings


class Remembering:
    def __init__(self) -> None:
        self.published: list[tuple[Any, ...]] = []

    async def publish_message(
        self,
        name: str,
        correlation_key: str,
        variables: Mapping[str, Any],
        *,
        time_to_live: timedelta,
        message_id: str,
    ) -> None:
        self.published.append((name, correlation_key, dict(variables), time_to_live, message_id))


async def test_a_message_is_published_under_the_job_s_name() -> None:
    engine = Remembering()
    context = JobContext(42, "p", 1, "Task_A", datetime(2025, 3, 3, tzinfo=UTC), Settings(), engine)
    job = PublishMessage.model_validate_json(
        '{"message": "Appeal lodged", "correlation_key": "CAP-1", "variables": {"a": 1}, "time_to_live": "P7D"}'
    )
    assert (await publish_message(job, context)).model_fields_set == set()
    assert engine.published == [("Appeal lodged", "CAP-1", {"a": 1}, timedelta(days=7), "job-42")]


@pytest.mark.parametrize(
    ("given", "lives"),
    [
        ({}, timedelta(hours=1)),
        ({"time_to_live": "PT0S"}, timedelta()),
        ({"time_to_live": "P1DT2H"}, timedelta(hours=26)),
    ],
)
def test_time_to_live(given: dict[str, str], lives: timedelta) -> None:
    job = PublishMessage.model_validate({"message": "m", "correlation_key": "k"} | given)
    assert job.time_to_live == lives


@pytest.mark.parametrize(
    ("field", "value"),
    [("message", ""), ("time_to_live", "soon"), ("time_to_live", "-PT1S"), ("correlation_key", None)],
)
def test_refused(field: str, value: str | None) -> None:
    with pytest.raises(ValidationError, match=field):
        PublishMessage.model_validate({"message": "m", "correlation_key": "k"} | {field: value})

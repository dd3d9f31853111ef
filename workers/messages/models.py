"""What publish_message is given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from workers.runtime.contract import JobInput


class PublishMessage(JobInput):
    """A message for another process."""

    message: str = Field(min_length=1, description="Name of the message, as the receiving diagram gives it.")
    correlation_key: str = Field(
        description="What the receiver is found by, such as a case reference; empty where it starts a process."
    )
    variables: dict[str, Any] = Field(
        default_factory=dict, description="What the receiver is told: references, not the story."
    )
    time_to_live: timedelta = Field(
        timedelta(hours=1),
        ge=timedelta(0),
        description="How long the message waits for a receiver, as an ISO 8601 duration such as PT1H or P7D.",
    )

"""What a story asks of the engine, over its REST API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from tests.scenarios.driver.moments import milliseconds

RESOURCES = (".bpmn", ".form", ".dmn")


class EngineRefused(AssertionError):
    """The engine did not do what it was asked; the message is the engine's."""


class EngineClient:
    """The engine's REST API, as far as stories need it; a context manager."""

    def __init__(self, rest: str) -> None:
        self._http = httpx.Client(base_url=rest.rstrip("/") + "/v2", timeout=150)

    def __enter__(self) -> EngineClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def deploy(self, folder: Path) -> list[str]:
        """Deploy everything in a policy's folder together; gives the ids of its processes."""
        files = sorted(file for file in folder.iterdir() if file.suffix in RESOURCES)
        answer = self._ask("POST", "/deployments", files=[("resources", (f.name, f.read_bytes())) for f in files])
        deployed = (item.get("processDefinition") for item in answer["deployments"])
        return [process["processDefinitionId"] for process in deployed if process]

    def pin_clock(self, moment: datetime) -> None:
        """Stop the engine's clock at a moment, before or after the present one."""
        self._ask("PUT", "/clock", json={"timestamp": milliseconds(moment)})

    def release_clock(self) -> None:
        """Let the engine's clock run again, from the real time."""
        self._ask("POST", "/clock/reset")

    def start(self, process_id: str, variables: Mapping[str, Any]) -> int:
        """Start the newest version of a process; gives the key of the instance."""
        answer = self._ask(
            "POST", "/process-instances", json={"processDefinitionId": process_id, "variables": dict(variables)}
        )
        return int(answer["processInstanceKey"])

    def cancel(self, instance_key: int) -> None:
        """Cancel a process instance and what it called."""
        self._ask("POST", f"/process-instances/{instance_key}/cancellation", json={})

    def assign(self, task_key: int, username: str) -> None:
        """Give a user task to somebody."""
        self._ask("POST", f"/user-tasks/{task_key}/assignment", json={"assignee": username, "allowOverride": True})

    def complete(self, task_key: int, variables: Mapping[str, Any]) -> None:
        """Complete a user task."""
        self._ask("POST", f"/user-tasks/{task_key}/completion", json={"variables": dict(variables)})

    def publish(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None:
        """Publish a message that waits an hour for somebody to take it."""
        self._ask(
            "POST",
            "/messages/publication",
            json={
                "name": name,
                "correlationKey": correlation_key,
                "variables": dict(variables),
                "timeToLive": 3_600_000,
            },
        )

    def broadcast(self, signal: str) -> None:
        """Broadcast a signal."""
        self._ask("POST", "/signals/broadcast", json={"signalName": signal})

    def resolve(self, incident_key: int) -> None:
        """Try again where an incident stopped."""
        self._ask("POST", f"/incidents/{incident_key}/resolution", json={})

    def give_retries(self, job_key: int, retries: int) -> None:
        """Let a job be tried again that often."""
        self._ask("PATCH", f"/jobs/{job_key}", json={"changeset": {"retries": retries}})

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        answer = self._http.request(method, path, **what)
        if answer.is_error:
            raise EngineRefused(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

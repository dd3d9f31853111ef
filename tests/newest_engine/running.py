"""Starting the newest engine, and asking it what a story asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import grpc
from pyzeebe.proto import gateway_pb2, gateway_pb2_grpc

from tests.newest_engine.packages import class_path
from tests.scenarios.driver.engine_client import RESOURCES, EngineClient, EngineRefused
from tests.scenarios.driver.moments import london_moment, milliseconds
from tests.scenarios.driver.record_stream import RecordStream
from workers.engine.ports import LOOPBACK, PortReservations
from workers.settings import PROJECT, Settings

BEGINS = london_moment("Wednesday 1 January 2025 00:00")
"""Before every story."""
TIMEOUT = 30.0
KEEP = 3_600_000
"""How long a message waits for somebody to take it, in milliseconds."""


class NewestEngineClient(EngineClient):
    """What a story asks of the newest engine: by gRPC, and by lines to its process for what gRPC does not offer."""

    def __init__(self, address: str, process: subprocess.Popen[str]) -> None:
        self._channel = grpc.insecure_channel(address)
        self._stub = gateway_pb2_grpc.GatewayStub(self._channel)
        self._process = process
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()

    def deploy(self, folder: Path) -> list[str]:
        """See :class:`tests.scenarios.driver.engine_client.EngineClient`, here and below."""
        files = map(Path, _resources(folder))
        resources = [gateway_pb2.Resource(name=file.name, content=file.read_bytes()) for file in files]
        answer = self._call("DeployResource", gateway_pb2.DeployResourceRequest(resources=resources))
        return [item.process.bpmnProcessId for item in answer.deployments if item.HasField("process")]

    def pin_clock(self, moment: datetime) -> None:
        self._order("pin_clock", milliseconds=milliseconds(moment))

    def release_clock(self) -> None:
        self._order("release_clock")

    def start(self, process_id: str, variables: Mapping[str, Any]) -> int:
        request = gateway_pb2.CreateProcessInstanceRequest(
            bpmnProcessId=process_id, version=-1, variables=json.dumps(dict(variables))
        )
        return int(self._call("CreateProcessInstance", request).processInstanceKey)

    def cancel(self, instance_key: int) -> None:
        request = gateway_pb2.CancelProcessInstanceRequest(processInstanceKey=instance_key)
        self._call("CancelProcessInstance", request)

    def assign(self, task_key: int, username: str) -> None:
        self._order("assign", task=task_key, username=username)

    def complete(self, task_key: int, variables: Mapping[str, Any]) -> None:
        self._order("complete", task=task_key, variables=json.dumps(dict(variables)))

    def publish(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None:
        request = gateway_pb2.PublishMessageRequest(
            name=name, correlationKey=correlation_key, variables=json.dumps(dict(variables)), timeToLive=KEEP
        )
        self._call("PublishMessage", request)

    def broadcast(self, signal: str) -> None:
        self._call("BroadcastSignal", gateway_pb2.BroadcastSignalRequest(signalName=signal))

    def resolve(self, incident_key: int) -> None:
        self._call("ResolveIncident", gateway_pb2.ResolveIncidentRequest(incidentKey=incident_key))

    def give_retries(self, job_key: int, retries: int) -> None:
        self._call("UpdateJobRetries", gateway_pb2.UpdateJobRetriesRequest(jobKey=job_key, retries=retries))

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request, timeout=TIMEOUT, wait_for_ready=True)
        except grpc.RpcError as error:
            raise EngineRefused(f"{method}: {error}") from error

    def command(
        self, username: str, value_type: str, intent: str, value: Mapping[str, Any] | None = None, key: int = -1
    ) -> dict[str, Any]:
        """Give the engine a command in somebody's name: what its gateway makes of a request they sent.

        :param value: what is set of the command's record, by the engine's own names.
        :param key: of what it is about.
        :return: the first record the engine answers with.
        :raises EngineRefused: it rejects the command.
        """
        how = {"key": key, "value_type": value_type, "intent": intent, "value": dict(value or {})}
        return self._order("command", **how, username=username)

    def deploy_as(self, username: str, folder: Path) -> None:
        """Deploy a folder in somebody's name.

        :raises EngineRefused: it rejects the deployment.
        """
        self._order("deploy", files=_resources(folder), username=username)

    def _order(self, what: str, **how: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps({"do": what, **how}) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, "The engine has ended; its log says why."
        said: dict[str, Any] = json.loads(answer)
        if refused := said.get("refused"):
            raise EngineRefused(f"{what}: {refused}")
        return said


def _resources(folder: Path) -> list[str]:
    return sorted(str(file) for file in folder.iterdir() if file.suffix in RESOURCES)


@contextmanager
def newest_engine(
    settings: Settings, records: RecordStream, rights: Mapping[str, Any] | None = None
) -> Iterator[tuple[Settings, NewestEngineClient]]:
    """The newest engine, running inside the block; its records go to the stream.

    :param rights: users, groups and rights to begin with, as ``workers.rights`` makes them. Without them everybody may
        do everything; with them its gateway, which knows nobody's name, may do nothing.
    """
    jars = os.pathsep.join(str(jar) for jar in class_path(settings.cache_dir))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    ports = PortReservations()
    port = ports.reserve("the newest engine's gateway", 26500, range(26510, 27500, 10))
    log = settings.data_dir / "newest_engine.log"
    granted = []
    if rights is not None:
        granted.append(settings.data_dir / "rights.json")
        granted[0].write_text(json.dumps(rights), "utf-8")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.newest_engine.jvm_engine"),
                *(str(port), str(milliseconds(BEGINS)), records.url, jars),
                *map(str, granted),
            ],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "{}\n", f"The engine did not start:\n{log.read_text('utf-8')}"
        address = f"{LOOPBACK}:{port}"
        with NewestEngineClient(address, process) as client:
            yield settings.model_copy(update={"engine_grpc": address}), client
    finally:
        with suppress(BrokenPipeError):
            process.communicate(timeout=TIMEOUT)
        ports.release()

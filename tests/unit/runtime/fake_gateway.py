# ruff: noqa: N802 - the methods are named by the protocol
"""A gateway in the test's own event loop: hands out the jobs a test gives it, and can refuse, stall and forget."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import grpc
from pyzeebe.proto import gateway_pb2 as messages
from pyzeebe.proto import gateway_pb2_grpc

PATIENCE = 10.0


if TYPE_CHECKING:
    # The stubs call every method abstract; at run time those left out answer UNIMPLEMENTED.
    Servicer = object
else:
    Servicer = gateway_pb2_grpc.GatewayServicer


class FakeGateway(Servicer):
    """Enough of a gateway for a worker; what it was asked is kept in :attr:`asked`, by method."""

    def __init__(self, port: int = 0, credentials: grpc.ServerCredentials | None = None) -> None:
        self.port = port
        self._credentials = credentials
        self.asked: dict[str, list[Any]] = defaultdict(list)
        self.headers: list[dict[str, Any]] = []
        self.answers: dict[str, deque[grpc.StatusCode]] = defaultdict(deque)
        """Statuses the next requests of a method fail with."""
        self.before_answering: dict[str, Callable[[], Awaitable[None]]] = {}
        """What happens once between a method's effect and its answer."""
        self.refuse_all: grpc.StatusCode | None = None
        self.streams: dict[str, list[asyncio.Queue[Any]]] = defaultdict(list)
        self.written = 0
        self._unheard_of: dict[int, Any] = {}
        """Streamed jobs nobody has reported or extended."""
        self._backlog: dict[str, deque[Any]] = defaultdict(deque)
        self._came = asyncio.Event()
        self._keys = itertools.count(1)

    async def __aenter__(self) -> Self:
        self._server = grpc.aio.server()
        gateway_pb2_grpc.add_GatewayServicer_to_server(cast("Any", self), self._server)
        if self._credentials is None:
            self.port = self._server.add_insecure_port(self.address)
        else:
            self.port = self._server.add_secure_port(self.address, self._credentials)
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop(None)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    # What tests do

    def job(
        self, job_type: str, variables: dict[str, Any] | str, *, key: int | None = None, retries: int = 3
    ) -> messages.ActivatedJob:
        key = key or next(self._keys)
        return messages.ActivatedJob(
            key=key,
            type=job_type,
            processInstanceKey=1000 + key,
            bpmnProcessId="a_process",
            elementId="Task_A",
            retries=retries,
            deadline=int(time.time() * 1000) + 60_000,
            variables=variables if isinstance(variables, str) else json.dumps(variables),
        )

    def wait_for_poll(self, job: messages.ActivatedJob) -> None:
        """Hand the job to the next poll."""
        self._backlog[job.type].append(job)
        self._came.set()

    async def push(self, *jobs: messages.ActivatedJob) -> None:
        """Hand the jobs to the open stream of their type."""
        for job in jobs:
            await self.until(lambda job=job: bool(self.streams[job.type]))  # type: ignore[misc]
            self.streams[job.type][0].put_nowait(job)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a request has made the condition true."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._came.clear()
                await self._came.wait()

    async def asked_for(self, method: str, times: int = 1) -> Any:
        """Wait for that many requests of a method; the last of them."""
        await self.until(lambda: len(self.asked[method]) >= times)
        return self.asked[method][times - 1]

    # What workers ask

    async def _note(self, method: str, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        self.asked[method].append(request)
        self._unheard_of.pop(getattr(request, "jobKey", 0), None)
        self.headers.append(dict(context.invocation_metadata() or ()))
        self._came.set()
        status = self.refuse_all or (self.answers[method].popleft() if self.answers[method] else None)
        if status is not None:
            await context.abort(status, "as the test wants it")
        if (meanwhile := self.before_answering.pop(method, None)) is not None:
            await meanwhile()

    async def Topology(self, request: Any, context: Any) -> Any:
        await self._note("Topology", request, context)
        leader = messages.Partition(partitionId=1, role=messages.Partition.LEADER, health=messages.Partition.HEALTHY)
        return messages.TopologyResponse(partitionsCount=1, brokers=[messages.BrokerInfo(partitions=[leader])])

    async def ActivateJobs(self, request: Any, context: Any) -> AsyncIterator[Any]:
        await self._note("ActivateJobs", request, context)
        waiting = self._backlog[request.type]
        ends = time.monotonic() + request.requestTimeout / 1000
        while not waiting and time.monotonic() < ends:  # noqa: ASYNC110 - a poll ends by itself, too
            await asyncio.sleep(0.01)
        jobs = [waiting.popleft() for _ in range(min(len(waiting), request.maxJobsToActivate))]
        yield messages.ActivateJobsResponse(jobs=jobs)

    async def StreamActivatedJobs(self, request: Any, context: Any) -> AsyncIterator[Any]:
        await self._note("StreamActivatedJobs", request, context)
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self.streams[request.type].append(queue)
        self._came.set()
        streamed: list[int] = []
        try:
            while True:
                job = await queue.get()
                self._unheard_of[job.key] = job
                streamed.append(job.key)
                yield job
                self.written += 1
                self._came.set()
        finally:
            self.streams[request.type].remove(queue)
            # As the engine does: what was not handed over can be polled, what got lost on the way after its lease.
            while not queue.empty():
                self.wait_for_poll(queue.get_nowait())
            for key in streamed:
                asyncio.get_running_loop().call_later(request.timeout / 1000, self._hand_out_again, key)

    def _hand_out_again(self, key: int) -> None:
        if (lost := self._unheard_of.pop(key, None)) is not None:
            self.wait_for_poll(lost)

    async def CompleteJob(self, request: Any, context: Any) -> Any:
        await self._note("CompleteJob", request, context)
        return messages.CompleteJobResponse()

    async def FailJob(self, request: Any, context: Any) -> Any:
        await self._note("FailJob", request, context)
        return messages.FailJobResponse()

    async def ThrowError(self, request: Any, context: Any) -> Any:
        await self._note("ThrowError", request, context)
        return messages.ThrowErrorResponse()

    async def UpdateJobTimeout(self, request: Any, context: Any) -> Any:
        await self._note("UpdateJobTimeout", request, context)
        return messages.UpdateJobTimeoutResponse()

    async def PublishMessage(self, request: Any, context: Any) -> Any:
        await self._note("PublishMessage", request, context)
        return messages.PublishMessageResponse(key=1)

"""The job loop on a real engine."""

from __future__ import annotations

import asyncio
import json
import resource
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import grpc
import pytest
from pydantic import Field
from pyzeebe.proto import gateway_pb2 as messages
from pyzeebe.proto import gateway_pb2_grpc

from tests.runtime.conftest import address
from workers.runtime.contract import BpmnError, JobContext, JobInput, JobOutput, JobType, declaration_of, job_type
from workers.runtime.errors import BusinessOutcome, TryAgain
from workers.runtime.in_thread import run_in_thread
from workers.runtime.worker import WAITING_PER_TYPE, Worker
from workers.settings import Settings

ONE_TASK = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
                  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="test">
  <bpmn:error id="Error_No" errorCode="NO" />
  <bpmn:process id="{name}" isExecutable="true">
    <bpmn:startEvent id="Start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="Start" targetRef="Task_A" />
    <bpmn:serviceTask id="Task_A">
      <bpmn:extensionElements><zeebe:taskDefinition type="{name}" retries="3" /></bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:boundaryEvent id="Event_No" attachedToRef="Task_A">
      <bpmn:extensionElements>
        <zeebe:ioMapping><zeebe:output source="=why" target="why" /></zeebe:ioMapping>
      </bpmn:extensionElements>
      <bpmn:outgoing>f3</bpmn:outgoing>
      <bpmn:errorEventDefinition errorRef="Error_No" />
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="Task_A" targetRef="End" />
    <bpmn:sequenceFlow id="f3" sourceRef="Event_No" targetRef="End_No" />
    <bpmn:endEvent id="End"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
    <bpmn:endEvent id="End_No"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


class In(JobInput):
    n: int = Field(0, description="A number.")


class Out(JobOutput):
    seen: int
    on: date


class Script:
    """A job type of its own for each test, whose handler does what the test says."""

    def __init__(self, stub: Any) -> None:
        self.name = f"test_{uuid.uuid4().hex[:12]}"
        self.runs = 0
        self.running = 0
        self.engine_time: datetime | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.before: Callable[[int], None] = lambda run: None
        self._stub = stub

    def job_type(self, timeout: timedelta = timedelta(minutes=1)) -> JobType:
        @job_type(self.name, title="Test", errors=[BpmnError("NO", "No.")], timeout=timeout)
        async def handler(job: In, context: JobContext) -> Out:
            self.runs += 1
            self.running += 1
            self.engine_time = context.engine_time
            try:
                self.before(self.runs)
                await self.open.wait()
            finally:
                self.running -= 1
            return Out(seen=job.n, on=date(2025, 3, 3))

        found = declaration_of(handler)
        assert found is not None
        return found

    async def deploy(self) -> None:
        model = messages.Resource(name=f"{self.name}.bpmn", content=ONE_TASK.format(name=self.name).encode())
        await self._stub.DeployResource(messages.DeployResourceRequest(resources=[model]))

    async def start(self, number: int) -> list[int]:
        slots = asyncio.Semaphore(32)

        async def one(n: int) -> int:
            request = messages.CreateProcessInstanceRequest(
                bpmnProcessId=self.name, version=-1, variables=json.dumps({"n": n, "not_asked_for": "x" * 50})
            )
            async with slots:
                while True:
                    try:
                        return int((await self._stub.CreateProcessInstance(request)).processInstanceKey)
                    except grpc.aio.AioRpcError as error:
                        await pause(error)

        return await asyncio.gather(*(one(n) for n in range(number)))

    async def result(self) -> dict[str, Any]:
        """Start one instance and wait for its variables in the end."""
        request = messages.CreateProcessInstanceWithResultRequest(
            request=messages.CreateProcessInstanceRequest(bpmnProcessId=self.name, version=-1, variables='{"n": 7}'),
            requestTimeout=20_000,
        )
        answer = await self._stub.CreateProcessInstanceWithResult(request)
        variables: dict[str, Any] = json.loads(answer.variables)
        return variables


@pytest.fixture
async def stub() -> AsyncIterator[Any]:
    async with grpc.aio.insecure_channel(address()) as channel:
        yield gateway_pb2_grpc.GatewayStub(channel)


@pytest.fixture
async def script(stub: Any) -> Script:
    made = Script(stub)
    await made.deploy()
    return made


def worker(*job_types: JobType, jobs: int = 128) -> Worker:
    return Worker(Settings(engine_grpc=address(), worker_jobs=jobs, worker_stop_seconds=5), None, job_types)


def reported(serving: Worker, job_type: str, outcome: str) -> float:
    labels = {"type": job_type, "outcome": outcome}
    return serving.metrics.registry.get_sample_value("dueprocess_jobs_total", labels) or 0.0


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what a worker does inside has no event to wait for
            await asyncio.sleep(0.01)


async def test_there_and_back(script: Script) -> None:
    async with worker(script.job_type()):
        result = await script.result()
    assert (result["seen"], result["on"]) == (7, "2025-03-03")
    assert script.engine_time is not None
    assert abs(datetime.now(UTC) - script.engine_time) < timedelta(seconds=5)


async def test_a_bpmn_error_takes_its_way(script: Script) -> None:
    """Its variables are the boundary event's own: the diagram must map those it wants."""

    def no(_: int) -> None:
        raise BusinessOutcome("NO", "No.", {"why": "because"})

    script.before = no
    async with worker(script.job_type()):
        assert (await script.result())["why"] == "because"


async def test_try_again_comes_again(script: Script) -> None:
    def once(run: int) -> None:
        if run == 1:
            raise TryAgain("The mail server does not answer.")

    script.before = once
    declared = script.job_type()
    object.__setattr__(declared.retry, "longest", timedelta(seconds=0.2))
    async with worker(declared):
        assert (await script.result())["seen"] == 7
    assert script.runs == 2


async def test_a_slow_handler_is_not_run_twice(script: Script) -> None:
    script.open.clear()
    async with worker(script.job_type(timeout=timedelta(seconds=1))) as serving:
        waiting = asyncio.create_task(script.result())
        await until(lambda: script.running == 1)
        await asyncio.sleep(3)
        script.open.set()
        assert (await waiting)["seen"] == 7
        # The engine may tell the result before it answers the worker.
        await until(lambda: reported(serving, script.name, "completed") == 1)
    assert script.runs == 1


async def test_an_instance_cancelled_under_a_running_job(script: Script, stub: Any) -> None:
    script.open.clear()
    async with worker(script.job_type()) as serving:
        (key,) = await script.start(1)
        await until(lambda: script.running == 1)
        await stub.CancelProcessInstance(messages.CancelProcessInstanceRequest(processInstanceKey=key))
        script.open.set()
        await until(lambda: reported(serving, script.name, "gone") == 1)


async def test_a_full_worker_takes_no_more_and_a_stopped_one_leaves_its_jobs_to_others(script: Script) -> None:
    script.open.clear()
    declared = script.job_type()
    async with worker(declared, jobs=4) as first:
        await first.ready()
        await script.start(600)
        await until(lambda: script.running == 3)
        assert len(first._held) <= 2 * WAITING_PER_TYPE + 4
        stopping = asyncio.create_task(first.stop())
        await until(lambda: reported(first, script.name, "given_back") > 0)
        script.open.set()
        await stopping
        done = reported(first, script.name, "completed")
    async with worker(declared) as second:
        # Well within the jobs' time-out of a minute: none is left behind with the first.
        await until(lambda: reported(second, script.name, "completed") + done == 600, seconds=45)
    assert script.runs == 600


async def test_a_backlog_drains_about_as_fast_as_in_a_bare_loop(script: Script, stub: Any) -> None:
    number = 1000
    await script.start(number)
    began = time.perf_counter()
    await bare_loop(stub, script.name, number)
    bare = time.perf_counter() - began
    await script.start(number)
    began = time.perf_counter()
    async with worker(script.job_type()) as serving:
        await until(lambda: reported(serving, script.name, "completed") == number, seconds=60)
        ours = time.perf_counter() - began
    assert ours < 2 * bare + 1


async def bare_loop(stub: Any, name: str, number: int) -> None:
    done = 0
    slots = asyncio.Semaphore(96)

    async def complete(job: Any) -> None:
        nonlocal done
        request = messages.CompleteJobRequest(jobKey=job.key, variables='{"seen": 1}')
        while True:
            try:
                await stub.CompleteJob(request)
                break
            except grpc.aio.AioRpcError as error:
                await pause(error)
        done += 1
        slots.release()

    async with asyncio.TaskGroup() as group:
        taken = 0
        while taken < number:
            request = messages.ActivateJobsRequest(
                type=name,
                worker="bare",
                timeout=60_000,
                maxJobsToActivate=48,
                fetchVariable=["n"],
                requestTimeout=5_000,
            )
            try:
                async for answer in stub.ActivateJobs(request):
                    for job in answer.jobs:
                        await slots.acquire()
                        taken += 1
                        group.create_task(complete(job))
            except grpc.aio.AioRpcError as error:
                await pause(error)
    assert done == number


async def pause(error: grpc.aio.AioRpcError) -> None:
    """Wait a little if the engine is busy."""
    if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
        raise error
    await asyncio.sleep(0.05)


async def test_idling_with_twenty_types_costs_next_to_nothing(stub: Any) -> None:
    async with worker(*[Script(stub).job_type() for _ in range(20)]) as serving:
        await serving.ready()
        await asyncio.sleep(1)
        before = _cpu()
        await asyncio.sleep(5)
        assert _cpu() - before < 0.05


def test_in_a_thread() -> None:
    async def play() -> tuple[Script, int]:
        async with grpc.aio.insecure_channel(address()) as channel:
            script = Script(gateway_pb2_grpc.GatewayStub(channel))
            await script.deploy()
            with run_in_thread(lambda: worker(script.job_type())):
                return script, (await script.result())["seen"]

    script, seen = asyncio.run(play())
    assert (script.runs, seen) == (1, 7)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

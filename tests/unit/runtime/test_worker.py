"""The job loop against a gateway that does what the test says."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest

from tests.unit.runtime.fake_gateway import FakeGateway
from tests.unit.runtime.handlers import SECRET, Gate, Records, ask_nothing, compute, declared, sleeping
from workers.messages.jobs import publish_message
from workers.records.database import Database
from workers.runtime.contract import ContractError, JobType
from workers.runtime.lanes import BUSY_WITHIN_SECONDS, PACE_OVER
from workers.runtime.worker import WAITING_PER_TYPE, Worker
from workers.settings import Settings

COMPUTE, ASK_NOTHING = declared(compute), declared(ask_nothing)


def worker(settings: Settings, *job_types: JobType, **options: Any) -> Worker:
    return Worker(settings, None, job_types, **options)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what a worker does inside has no event to wait for
            await asyncio.sleep(0.005)


# The way there and back


async def test_a_streamed_job_is_run_and_completed(gateway: FakeGateway, settings: Settings) -> None:
    async with worker(settings, COMPUTE):
        await gateway.push(gateway.job("compute", {"name": "a"}, key=5))
        done = await gateway.asked_for("CompleteJob")
    assert done.jobKey == 5
    assert json.loads(done.variables) == {"on": "2025-03-03", "amount": "12.50", "hearing": None}


async def test_a_job_no_stream_was_open_for_is_polled(gateway: FakeGateway, settings: Settings) -> None:
    gateway.wait_for_poll(gateway.job("compute", {"name": "a"}, key=6))
    async with worker(settings, COMPUTE):
        assert (await gateway.asked_for("CompleteJob")).jobKey == 6


@pytest.mark.parametrize("method", ["ActivateJobs", "StreamActivatedJobs"])
@pytest.mark.parametrize(
    ("served", "variables"),
    [(COMPUTE, ["name", "days", "hearing", "copies"]), (ASK_NOTHING, ["__none__"])],
)
async def test_only_declared_variables_are_fetched(
    gateway: FakeGateway, settings: Settings, method: str, served: JobType, variables: list[str]
) -> None:
    async with worker(settings, served):
        assert list((await gateway.asked_for(method)).fetchVariable) == variables


@pytest.mark.parametrize(
    ("name", "method", "expected"),
    [
        ("no answer", "ThrowError", {"errorCode": "NO_ANSWER", "errorMessage": "There is none."}),
        ("person", "FailJob", {"retries": 0, "retryBackOff": 0, "errorMessage": "Task_A: Give the name a value."}),
        ("away", "FailJob", {"retries": 2, "errorMessage": "The mail server does not answer."}),
    ],
)
async def test_other_outcomes_are_reported(
    gateway: FakeGateway, settings: Settings, name: str, method: str, expected: dict[str, Any]
) -> None:
    async with worker(settings, COMPUTE):
        await gateway.push(gateway.job("compute", {"name": name}))
        request = await gateway.asked_for(method)
    assert {field: getattr(request, field) for field in expected} == expected


async def test_no_value_reaches_the_log_or_the_engine_s_messages(
    gateway: FakeGateway, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with worker(settings, COMPUTE):
        for variables in ({"name": "defect"}, {"name": f"!{SECRET}"}, {"name": "a", "days": SECRET}, {"name": SECRET}):
            await gateway.push(gateway.job("compute", variables))
        await gateway.asked_for("FailJob", 3)
        await gateway.asked_for("CompleteJob")
    assert "Done." in caplog.text
    said = caplog.text + "".join(request.errorMessage for request in gateway.asked["FailJob"])
    assert not any(word in said for word in SECRET.split())


async def test_log_lines_say_which_job(
    gateway: FakeGateway, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with worker(settings, COMPUTE):
        await gateway.push(gateway.job("compute", {"name": "a"}, key=5))
        await until(lambda: "Done." in caplog.text)
    line = next(record for record in caplog.records if record.getMessage() == "Done.")
    assert vars(line) | {
        "job_key": 5,
        "job_type": "compute",
        "process_instance_key": 1005,
        "element_id": "Task_A",
    } == vars(line)


async def test_records_are_committed_before_the_job_is_completed(
    gateway: FakeGateway, settings: Settings, database: Database
) -> None:
    woken = asyncio.Event()
    records = Records()
    async with Worker(settings, database, [records.job_type()], after_commit=woken.set) as serving:
        await gateway.push(gateway.job("write", {"name": "a"}, key=5))
        await gateway.asked_for("CompleteJob")
        assert woken.is_set()
        await until(lambda: not serving._held)
        woken.clear()
        # It was committed, but the completion got lost on the way.
        await gateway.push(gateway.job("write", {"name": "a"}, key=5))
        done = await gateway.asked_for("CompleteJob", 2)
    assert (json.loads(done.variables), records.runs, woken.is_set()) == ({"unset": "run 1"}, 1, False)


def test_jobs_that_write_records_need_records(tmp_path: Any) -> None:
    with pytest.raises(ContractError, match="need the records, and there are none: write"):
        Worker(Settings(), None, [Records().job_type()])


async def test_publish_message_names_it_after_the_job(gateway: FakeGateway, settings: Settings) -> None:
    gateway.answers["PublishMessage"].append(grpc.StatusCode.ALREADY_EXISTS)
    async with worker(settings, declared(publish_message)):
        job = {"message": "Appeal lodged", "correlation_key": "CAP-2025-0001", "time_to_live": "P1D"}
        await gateway.push(gateway.job("publish_message", job, key=5))
        await gateway.asked_for("CompleteJob")
    (request,) = gateway.asked["PublishMessage"]
    assert (request.name, request.correlationKey, request.messageId, request.timeToLive) == (
        "Appeal lodged",
        "CAP-2025-0001",
        "job-5",
        86_400_000,
    )


# Bounds


async def test_no_more_than_its_slots_run_and_the_stream_is_not_read_on(
    gateway: FakeGateway, settings: Settings
) -> None:
    gate = Gate()
    waits = gate.job_type()
    jobs = [gateway.job("wait", "{}" + " " * 2_000) for _ in range(400)]
    async with worker(settings, waits, ASK_NOTHING) as serving:
        await gateway.push(*jobs)
        await until(lambda: gate.running == 3)
        # One type does not get all slots: another is served while its jobs hang.
        await gateway.push(gateway.job("ask_nothing", {}, key=9_999))
        assert (await gateway.asked_for("CompleteJob")).jobKey == 9_999
        assert len(serving._held) <= WAITING_PER_TYPE + settings.worker_jobs
        assert gateway.written < len(jobs)
        gate.open.set()
        await gateway.asked_for("CompleteJob", len(jobs) + 1)
    assert gate.most == 3
    assert sorted(gate.ran) == sorted(job.key for job in jobs)


async def test_types_take_turns(gateway: FakeGateway, settings: Settings) -> None:
    gate = Gate()
    gate.open.set()
    types = [gate.job_type("first"), gate.job_type("second")]
    settings = settings.model_copy(update={"worker_jobs": 1})
    async with worker(settings, *types):
        for _ in range(20):
            gateway.wait_for_poll(gateway.job("first", {}))
        for _ in range(20):
            gateway.wait_for_poll(gateway.job("second", {}))
        await gateway.asked_for("CompleteJob", 40)
    first_half = gate.ran[:20]
    assert sum(key > 20 for key in first_half) >= 5


async def test_an_idle_worker_asks_twice_a_type(gateway: FakeGateway, settings: Settings) -> None:
    gate = Gate()
    types = [gate.job_type(f"idle_{number}") for number in range(20)]
    async with worker(settings, *types):
        await gateway.asked_for("ActivateJobs", 20)
        await gateway.asked_for("StreamActivatedJobs", 20)
        await asyncio.sleep(0.5)
    assert sum(len(requests) for requests in gateway.asked.values()) == 41


async def test_a_burst_is_polled_and_what_comes_after_it_streamed_again(
    gateway: FakeGateway, settings: Settings
) -> None:
    gate = Gate()
    gate.open.set()
    lease = timedelta(seconds=0.5)
    async with worker(settings, gate.job_type(), stream_lease=lease) as serving:
        await gateway.push(*[gateway.job("wait", {}) for _ in range(300)])
        await until(lambda: not gateway.streams["wait"])
        assert gateway.written < 300
        # Those that were on their way when the stream was closed, too.
        await until(lambda: len(set(gate.ran)) == 300)
        await until(lambda: gateway.streams["wait"])
        await gateway.push(gateway.job("wait", {}, key=9_999))
        await until(lambda: 9_999 in gate.ran)
        await until(lambda: not serving._held)
    leases = {request.timeout for request in gateway.asked["StreamActivatedJobs"]}
    assert (leases, len(gateway.asked["StreamActivatedJobs"])) == ({500}, 2)
    assert {request.timeout for request in gateway.asked["ActivateJobs"]} == {60_000}


async def test_a_few_jobs_a_second_are_streamed(gateway: FakeGateway, settings: Settings) -> None:
    gate = Gate()
    gate.open.set()
    async with worker(settings, gate.job_type()):
        for _ in range(PACE_OVER + 10):
            await gateway.push(gateway.job("wait", {}))
            await asyncio.sleep(1.2 * BUSY_WITHIN_SECONDS / PACE_OVER)
        await until(lambda: len(gate.ran) == PACE_OVER + 10)
    assert len(gateway.asked["StreamActivatedJobs"]) == 1


async def test_many_waiting_jobs_close_the_stream_so_that_others_get_the_next(
    gateway: FakeGateway, settings: Settings
) -> None:
    gate = Gate()
    async with worker(settings, gate.job_type(), stream_lease=timedelta(seconds=0.5)) as serving:
        for number in range(settings.worker_jobs + WAITING_PER_TYPE // 2):
            await gateway.push(gateway.job("wait", {}))
            await asyncio.sleep(BUSY_WITHIN_SECONDS / PACE_OVER)
            await until(lambda number=number: len(serving._held) == number + 1)  # type: ignore[misc]
            if not gateway.streams["wait"]:
                break
        await until(lambda: not gateway.streams["wait"])
        # Jobs that wait for their turn are kept from others in the meantime.
        await gateway.asked_for("UpdateJobTimeout", len(serving._held))
        gate.open.set()
        await until(lambda: not serving._held)
    assert len(gate.ran) == len(set(gate.ran))


# Time-outs and doubles


async def test_a_long_handler_keeps_its_job(gateway: FakeGateway, settings: Settings) -> None:
    gate = Gate()
    waits = gate.job_type(timeout=timedelta(seconds=0.4))
    async with worker(settings, waits):
        await gateway.push(gateway.job("wait", {}, key=5))
        extended = await gateway.asked_for("UpdateJobTimeout", 3)
        assert (extended.jobKey, extended.timeout) == (5, 400)
        gate.open.set()
        await gateway.asked_for("CompleteJob")
    assert gate.ran == [5]


async def test_a_job_that_comes_again_is_not_run_beside_itself(gateway: FakeGateway, settings: Settings) -> None:
    gate = Gate()
    async with worker(settings, gate.job_type(), ASK_NOTHING):
        await gateway.push(gateway.job("wait", {}, key=5))
        await until(lambda: gate.running == 1)
        await gateway.push(gateway.job("wait", {}, key=5), gateway.job("wait", {}, key=6))
        await until(lambda: gate.running == 2)
        gate.open.set()
        await gateway.asked_for("CompleteJob", 2)
    assert gate.ran == [5, 6]


@pytest.mark.parametrize(("retries_of_the_second", "runs"), [(2, 2), (3, 1)])
async def test_a_failed_job_that_is_back_before_the_engine_s_answer_is_run(
    gateway: FakeGateway, settings: Settings, retries_of_the_second: int, runs: int
) -> None:
    """One with fewer retries was handed out after the failure, one with as many before it, and that one is void."""

    async def hand_out_again() -> None:
        await gateway.push(gateway.job("compute", {"name": "away"}, key=5, retries=retries_of_the_second))
        await until(lambda: serving._held[5].again is not None)

    gateway.before_answering["FailJob"] = hand_out_again
    async with worker(settings, COMPUTE, ASK_NOTHING) as serving:
        await gateway.push(gateway.job("compute", {"name": "away"}, key=5, retries=3))
        await gateway.asked_for("FailJob", runs)
        await until(lambda: not serving._held)
    assert [request.retries for request in gateway.asked["FailJob"]] == [2, 1][:runs]


async def test_a_job_cancelled_while_it_runs_is_no_trouble(
    gateway: FakeGateway, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gateway.answers["CompleteJob"].append(grpc.StatusCode.NOT_FOUND)
    async with worker(settings, COMPUTE):
        await gateway.push(gateway.job("compute", {"name": "a"}, key=5))
        await until(lambda: "no longer waits for a job" in caplog.text)
        await gateway.push(gateway.job("compute", {"name": "a"}, key=6))
        assert (await gateway.asked_for("CompleteJob", 2)).jobKey == 6
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


@pytest.mark.parametrize(
    "status",
    [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED],
)
async def test_a_completion_that_fails_is_sent_again(
    gateway: FakeGateway, settings: Settings, status: grpc.StatusCode
) -> None:
    gateway.answers["CompleteJob"].extend([status] * 3)
    gate = Gate()
    gate.open.set()
    async with worker(settings, gate.job_type()):
        await gateway.push(gateway.job("wait", {}, key=5))
        await gateway.asked_for("CompleteJob", 4)
        await until(lambda: not gateway.answers["CompleteJob"])
    assert {request.jobKey for request in gateway.asked["CompleteJob"]} == {5}
    assert gate.ran == [5]


async def test_a_completion_is_given_up_when_the_job_is_no_longer_the_worker_s(
    gateway: FakeGateway, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.answers["CompleteJob"].extend([grpc.StatusCode.RESOURCE_EXHAUSTED] * 100)
    gateway.answers["UpdateJobTimeout"].extend([grpc.StatusCode.RESOURCE_EXHAUSTED] * 100)
    gate = Gate()
    gate.open.set()
    async with worker(settings, gate.job_type(timeout=timedelta(seconds=0.5))) as serving:
        await gateway.push(gateway.job("wait", {}, key=5))
        await until(lambda: "could not be reported in time" in caplog.text)
        await until(lambda: not serving._held)


async def test_a_result_the_engine_refuses_is_an_incident(gateway: FakeGateway, settings: Settings) -> None:
    gateway.answers["CompleteJob"].append(grpc.StatusCode.INVALID_ARGUMENT)
    async with worker(settings, COMPUTE):
        await gateway.push(gateway.job("compute", {"name": "a"}))
        failed = await gateway.asked_for("FailJob")
    assert failed.retries == 0
    assert "the engine refused the result of compute at Task_A (INVALID_ARGUMENT)" in failed.errorMessage


# An engine that goes away


async def test_the_engine_goes_and_comes_back_and_it_is_said_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with FakeGateway() as first:
        settings = settings.model_copy(update={"engine_grpc": first.address})
        serving = worker(settings, *[Gate().job_type(f"t{number}") for number in range(20)], COMPUTE)
        await serving.__aenter__()
        await first.push(first.job("compute", {"name": "a"}))
        await first.asked_for("CompleteJob")
        port = first.port
    await until(lambda: serving.trouble == "the engine does not answer")
    await until(lambda: "does not answer" in caplog.text)
    async with FakeGateway(port) as second:
        await serving.ready()
        await second.push(second.job("compute", {"name": "a"}, key=8))
        assert (await second.asked_for("CompleteJob")).jobKey == 8
        assert serving.trouble is None
        await serving.stop()
    assert caplog.text.count("does not answer") == 1
    assert caplog.text.count("answers after") == 1


@pytest.mark.parametrize("status", [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED])
async def test_a_refused_worker_says_so_once_and_keeps_asking(
    gateway: FakeGateway, settings: Settings, caplog: pytest.LogCaptureFixture, status: grpc.StatusCode
) -> None:
    caplog.set_level(logging.INFO)
    gateway.refuse_all = status
    async with worker(settings, COMPUTE, refused_pause=0.05) as serving:
        await gateway.asked_for("Topology", 4)
        assert "refuses" in (serving.trouble or "")
        assert caplog.text.count("Check DUEPROCESS_ENGINE_GRPC_SIGN_IN") == 1
        gateway.refuse_all = None
        await serving.ready()
        await gateway.push(gateway.job("compute", {"name": "a"}))
        await gateway.asked_for("CompleteJob")
        await until(lambda: serving.trouble is None)


async def test_a_busy_engine_is_asked_more_slowly(gateway: FakeGateway, settings: Settings) -> None:
    gateway.answers["ActivateJobs"].extend([grpc.StatusCode.RESOURCE_EXHAUSTED] * 3)
    gateway.wait_for_poll(gateway.job("compute", {"name": "a"}))
    async with worker(settings, COMPUTE) as serving:
        await gateway.asked_for("CompleteJob")
        assert serving.trouble is None


# Stopping


async def test_stop_gives_back_what_has_not_started_and_finishes_what_runs(
    gateway: FakeGateway, settings: Settings
) -> None:
    gate = Gate()
    settings = settings.model_copy(update={"worker_jobs": 1})
    async with worker(settings, gate.job_type()) as serving:
        await gateway.push(*[gateway.job("wait", {}, key=key, retries=5) for key in range(1, 6)])
        await until(lambda: len(serving._held) == 5)
        stopping = asyncio.create_task(serving.stop())
        await gateway.asked_for("FailJob", 4)
        assert not stopping.done()
        gate.open.set()
        await stopping
    assert [request.jobKey for request in gateway.asked["CompleteJob"]] == gate.ran == [1]
    assert {(request.jobKey, request.retries, request.retryBackOff) for request in gateway.asked["FailJob"]} == {
        (key, 5, 0) for key in range(2, 6)
    }


async def test_stop_gives_back_what_is_still_in_the_connection(gateway: FakeGateway, settings: Settings) -> None:
    gate = Gate()
    jobs = [gateway.job("wait", {}) for _ in range(WAITING_PER_TYPE + 60)]
    async with worker(settings, gate.job_type()) as serving:
        await gateway.push(*jobs[:10])
        await until(lambda: gate.running == 3)
        stopping = asyncio.create_task(serving.stop())
        # More than a worker that is not stopping would read.
        await gateway.push(*jobs[10:])
        await until(lambda: gateway.asked["FailJob"])
        assert gateway.written == len(jobs)
        gate.open.set()
        await stopping
    reported = [request.jobKey for method in ("CompleteJob", "FailJob") for request in gateway.asked[method]]
    assert sorted(reported) == sorted(job.key for job in jobs)


async def test_stop_does_not_wait_for_ever(
    gateway: FakeGateway, settings: Settings, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with Worker(settings, database, [sleeping(1.5)]) as serving:
        await gateway.push(gateway.job("sleep", {}, key=5))
        await until(lambda: serving.running == 1)
        async with asyncio.timeout(1.2):
            await serving.stop(seconds=0.1)
    assert "did not finish in the 0 seconds" in caplog.text
    assert not gateway.asked["CompleteJob"]

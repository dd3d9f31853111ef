"""The job by which one procedure tells another that something has happened."""

from __future__ import annotations

from workers.messages.models import PublishMessage
from workers.runtime.contract import JobContext, Nothing, job_type


@job_type("publish_message", title="Publish a message")
async def publish_message(job: PublishMessage, context: JobContext) -> Nothing:
    """Publish a message that starts or continues another process; it waits for its receiver for a while.

    The message's identifier comes from the job, so the engine takes it once however often the job comes.
    """
    await context.engine.publish_message(
        job.message,
        job.correlation_key,
        job.variables,
        time_to_live=job.time_to_live,
        message_id=f"job-{context.key}",
    )
    return Nothing()

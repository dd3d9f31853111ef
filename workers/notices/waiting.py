"""What has not gone out yet: for whoever looks after the letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workers.records.models import Letter, OutboxMessage


@dataclass(frozen=True)
class Email:
    """One email of the outbox; to whom it goes is not said, because this is shown to operators."""

    letter_reference: str | None
    case_reference: str | None
    status: str
    attempts: int
    queued_at: datetime
    next_attempt_at: datetime
    last_error: str | None


def emails(session: Session, *, every: bool = False) -> list[Email]:
    """Emails queued or refused, oldest first; ``every``: those sent too."""
    query = (
        select(
            OutboxMessage.letter_reference,
            Letter.case_reference,
            OutboxMessage.status,
            OutboxMessage.attempts,
            OutboxMessage.queued_at,
            OutboxMessage.next_attempt_at,
            OutboxMessage.last_error,
        )
        .outerjoin(Letter, Letter.reference == OutboxMessage.letter_reference)
        .order_by(OutboxMessage.id)
    )
    if not every:
        query = query.where(OutboxMessage.status != "sent")
    return [Email(*row) for row in session.execute(query)]


def letters_to_post(session: Session) -> Sequence[Letter]:
    """Letters that wait to be posted, oldest first."""
    return session.scalars(
        select(Letter).where(Letter.sent_by.is_(None)).order_by(Letter.written_at, Letter.reference)
    ).all()


def count_by_status(session: Session) -> dict[str, int]:
    """How many emails are queued, sent and refused: for metrics."""
    counted = session.execute(
        select(OutboxMessage.status, func.count().label("messages")).group_by(OutboxMessage.status)
    )
    return {"queued": 0, "sent": 0, "refused": 0} | {row.status: row.messages for row in counted}

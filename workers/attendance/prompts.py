"""Who was told of a reached trigger: once each time it is reached, and again only after the person was below it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workers.records.models import AbsencePrompt


def open_prompts(session: Session, names: Collection[str], staff_number: str | None = None) -> list[AbsencePrompt]:
    """The prompts of these triggers that have not ended: everybody's, or one person's."""
    query = select(AbsencePrompt).where(AbsencePrompt.ended_on.is_(None), AbsencePrompt.trigger_name.in_(names))
    if staff_number is not None:
        query = query.where(AbsencePrompt.staff_number == staff_number)
    return list(session.scalars(query))


def end_prompt(prompt: AbsencePrompt, on: date) -> None:
    """Note that the person is below the trigger; what was looked at on an earlier day than the prompt ends nothing."""
    if prompt.reached_on <= on:
        prompt.ended_on, prompt.open_slot = on, None


def new_prompt(staff_number: str, name: str, on: date, *, noted_at: datetime, job_key: int) -> AbsencePrompt:
    """A prompt to add to the records."""
    return AbsencePrompt(
        staff_number=staff_number,
        trigger_name=name,
        reached_on=on,
        open_slot=f"{staff_number}:{name}",
        noted_at=noted_at,
        job_key=job_key,
    )

"""Which case a process instance belongs to, and the note in its timeline that it was moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workers.migration.prospects import Prospect
from workers.records.models import Case, CaseEvent

EVENT = "Moved to the new version of the procedure"
AT_ONCE = 500


def case_references(session: Session, instance_keys: Collection[int]) -> dict[int, str]:
    """The references of the cases by the process instances that opened them."""
    keys = sorted(instance_keys)
    found: dict[int, str] = {}
    for start in range(0, len(keys), AT_ONCE):
        query = select(Case.process_instance_key, Case.reference).where(
            Case.process_instance_key.in_(keys[start : start + AT_ONCE])
        )
        found |= {key: reference for key, reference in session.execute(query) if key is not None}
    return found


def note_move(session: Session, references: Iterable[str], moved: Iterable[Prospect]) -> None:
    """Write down in the cases' timelines that they go on by other versions of their procedures."""
    now = datetime.now(UTC)
    versions: Mapping[str, str] = {
        member.instance.process_id: f"version {member.instance.version} to {member.plan.new.number}"
        for member in moved
        if member.plan is not None
    }
    for reference in references:
        session.add(
            CaseEvent(case_reference=reference, event=EVENT, happened_at=now, facts=dict(versions), recorded_at=now)
        )

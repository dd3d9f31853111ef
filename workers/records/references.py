"""References people can read out: a prefix, a year and a running number."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from workers.records.models import ReferenceCounter


def next_reference(session: Session, prefix: str, year: int) -> str:
    """The next reference of this prefix and year, such as ``CAP-2025-0001``.

    Nobody else gets the same one: the counter stays locked until the transaction ends, and goes back with it.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(ReferenceCounter)
        .values(prefix=prefix, year=year, last_number=1)
        .on_conflict_do_update(
            index_elements=[ReferenceCounter.prefix, ReferenceCounter.year],
            set_={"last_number": ReferenceCounter.last_number + 1},
        )
        .returning(ReferenceCounter.last_number)
    )
    # Past the session's identity map, which would answer with the number it saw before.
    number = session.connection().execute(statement).scalar_one()
    return f"{prefix}-{year}-{number:04}"

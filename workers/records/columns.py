"""Column types of the records: moments that keep their zone, and keys as large as the engine's."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator


class UtcMoment(TypeDecorator[datetime]):
    """A moment, stored in UTC and given back in UTC whichever the database.

    SQLite has no zones: it stores the UTC reading, which also sorts as text.

    :raises ValueError: the moment to store has no offset, so nobody could say when it was.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("A moment in the records needs an offset from UTC; this one has none.")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only in a column declared INTEGER, which there holds 64 bits.
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")

ENGINE_KEY = BigInteger()

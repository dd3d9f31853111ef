"""Whether the records are those this version works with, asked without loading Alembic, which takes 10 MB."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from workers.records.database import Database

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_REVISION = re.compile(r'^revision = "(.+)"$', re.MULTILINE)


def make_sure_up_to_date(database: Database) -> None:
    """Make sure that the tables are those this version of the product works with.

    :raises RecordsError: they are older or newer; the message says what to do.
    """
    with database.reading() as session:
        if _recorded(session.connection()) == newest_step():
            return
    from workers.records.migrations import check_up_to_date  # noqa: PLC0415 - only for who has to be told more

    check_up_to_date(database)


def newest_step() -> str | None:
    """The last step there is; steps are numbered in their files' names."""
    *_, last = sorted(VERSIONS.glob("[0-9]*.py"))
    found = _REVISION.search(last.read_text("utf-8"))
    return found and found[1]


def _recorded(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version

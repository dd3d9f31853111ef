"""Opening the records: a SQLite file or a PostgreSQL database, with sessions that write and sessions that only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from workers.settings import Settings

BUSY_TIMEOUT_SECONDS = 10
"""How long a SQLite writer waits for another one before it fails."""

READ_ONLY = "dueprocess_read_only"
MIGRATING = "dueprocess_migrating"
"""Execution options of a connection; see :func:`_begin_sqlite`."""


class RecordsError(Exception):
    """The records cannot be opened; the message says what to do."""


@dataclass(frozen=True)
class Database:
    """The open records."""

    engine: Engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that may write, in one transaction: committed at the end, rolled back on any exception.

        On SQLite it takes the write lock at its first statement, so what it reads stays true until it commits.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, waits for nobody and keeps nobody waiting; writing in it fails."""
        engine = self.engine.execution_options(**{READ_ONLY: True, "postgresql_readonly": True})
        with Session(engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """Open the records ``settings.records_url`` names; the tables come from :mod:`workers.records.migrations`.

    :raises RecordsError: the URL is no database URL this product knows, or its driver is not installed.
    """
    return open_url(settings.records_url)


def open_url(url: str) -> Database:
    """Open the records at a SQLAlchemy URL; see :func:`open_database`."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RecordsError(
            "DUEPROCESS_DATABASE_URL is not a database URL. Write it as postgresql://user:password@host/database, "
            "or leave it out to use a SQLite file."
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            return Database(_sqlite(parsed))
        case "postgresql" | "postgres":
            return Database(_postgresql(parsed))
        case other:
            raise RecordsError(
                f"DUEPROCESS_DATABASE_URL names the database {other!r}; the records are kept in sqlite or postgresql."
            )


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise RecordsError(
            "DUEPROCESS_DATABASE_URL names a SQLite database in memory, which would be forgotten; name a file."
        )
    file = Path(url.database).expanduser()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsError(
            f"The folder of the records, {file.parent}, cannot be made ({error.strerror}): set DUEPROCESS_DATA_DIR to "
            "a folder that can be written to."
        ) from None
    # Parameters are personal data and do not belong in error messages, which are logged.
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite", database=str(file)),
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions late and not at all before DDL; SQLAlchemy's recipe begins them itself.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    read_only = bool(options.get(READ_ONLY))
    # While a table is copied to alter it, dropping the old one must not reach the rows that refer to it.
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {'OFF' if options.get(MIGRATING) else 'ON'}")
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
    # A transaction that reads before it writes cannot be promoted once another one has written in between.
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    except ModuleNotFoundError:
        raise RecordsError(
            "The PostgreSQL driver is not installed: install due-process[postgresql], or leave out "
            "DUEPROCESS_DATABASE_URL to use a SQLite file."
        ) from None

"""Bringing the records' tables up to date; the steps are in ``versions``, oldest first.

A new step: change :mod:`workers.records.models`, then ``dueprocess records new-step "what changes"`` and read what
it wrote before committing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from workers.records.database import MIGRATING, Database, RecordsError

HERE = Path(__file__).parent
# Any number, the same in every process: two workers starting together must not both migrate.
_ADVISORY_LOCK = 1_937_065_063


def upgrade(database: Database, revision: str = "head") -> None:
    """Create the tables or bring them up to date, in one transaction; does nothing when they are.

    :raises RecordsError: the records were made by a newer version of the product.
    """
    with _migrating(database) as connection:
        _refuse_newer(connection)
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take back the steps after ``revision`` ("base": all of them), **and what their tables hold**."""
    with _migrating(database) as connection:
        _refuse_newer(connection)
        command.downgrade(_config(connection), revision)


def new_step(database: Database, title: str) -> None:
    """Write the step from the tables as they are to the models as they are."""
    with _migrating(database) as connection:
        number = len(list(_scripts().walk_revisions())) + 1
        command.revision(_config(connection), message=title, autogenerate=True, rev_id=f"{number:04}")


def check_up_to_date(database: Database) -> None:
    """Make sure that the tables are those this version of the product works with.

    :raises RecordsError: they are older or newer; the message says what to do.
    """
    with database.reading() as session:
        connection = session.connection()
        _refuse_newer(connection)
        if _current(connection) != _scripts().get_current_head():
            raise RecordsError("The records are not up to date: run `dueprocess records upgrade`.")


def _refuse_newer(connection: Connection) -> None:
    current = _current(connection)
    if current is not None and current not in {step.revision for step in _scripts().walk_revisions()}:
        raise RecordsError(
            f"The records were brought to step {current!r} by a newer version of Due Process than this one. "
            "Install that version or a later one; this version would damage them."
        )


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    engine = database.engine.execution_options(**{MIGRATING: True})
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        yield connection
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RecordsError("After the change some records would refer to nothing; nothing was changed.")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(HERE))

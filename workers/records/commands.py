"""``dueprocess records``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from workers.records.database import Database

commands = typer.Typer(help="The records: the database of people, cases, registers and letters.", no_args_is_help=True)


@contextmanager
def open_records(*, check: bool = True) -> Iterator[Database]:
    """The records of the settings, for a command; what is wrong is said in a sentence and ends it with status 1.

    :param check: also make sure that the tables are those of this version.
    """
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from workers.records.database import RecordsError, open_database  # noqa: PLC0415
    from workers.records.migrations import check_up_to_date  # noqa: PLC0415
    from workers.settings import Settings  # noqa: PLC0415

    try:
        database = open_database(Settings())
        try:
            if check:
                check_up_to_date(database)
            yield database
        finally:
            database.close()
    except RecordsError as error:
        fail(str(error))
    except OperationalError as error:
        fail(f"The records cannot be reached ({type(error.orig).__name__}): see that the database runs and has room.")


def fail(message: str) -> NoReturn:
    """Say what is wrong and end the command with status 1."""
    from rich.console import Console  # noqa: PLC0415

    Console(stderr=True).print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)


@commands.command()
def upgrade() -> None:
    """Create the records, or bring them up to date with this version."""
    from workers.records.migrations import upgrade as upgrade_tables  # noqa: PLC0415

    with open_records(check=False) as database:
        upgrade_tables(database)
    typer.echo("The records are up to date.")


@commands.command(hidden=True)
def new_step(title: Annotated[str, typer.Argument(help="What changes, in a few words.")]) -> None:
    """Write the step that brings the tables to the models; for developers."""
    from workers.records.migrations import new_step as write_step  # noqa: PLC0415

    with open_records() as database:
        write_step(database, title)

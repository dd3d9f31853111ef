"""``dueprocess absences``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.records.commands import fail, open_records

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

commands = typer.Typer(help="Sickness absence, and which days people work.", no_args_is_help=True)


@commands.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV file, UTF-8, with a heading; see samples/absences.csv.")],
) -> None:
    """Add and update absences from a CSV file: all of it or, if anything in it is wrong, nothing."""
    from workers.attendance.importing import import_absences  # noqa: PLC0415

    with _importing() as session:
        report = import_absences(session, file, at=datetime.now(UTC))
    typer.echo(f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged.")


@commands.command("import-patterns")
def import_patterns_file(
    file: Annotated[Path, typer.Argument(help="CSV file, UTF-8, with a heading; see samples/working_patterns.csv.")],
) -> None:
    """Set which weekdays people work, and from when; whoever is in no file works from Monday to Friday."""
    from workers.attendance.importing import import_patterns  # noqa: PLC0415

    with _importing() as session:
        people = import_patterns(session, file)
    typer.echo(f"Working patterns of {people} {'person' if people == 1 else 'people'} set.")


@commands.command("show")
def show_absences(
    staff_number: Annotated[str, typer.Argument(help="Whose, by staff number.")],
) -> None:
    """List a person's absences, with working and calendar days up to today; reasons and causes are not shown."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from workers.attendance.absences import absences_of, certificates_of, patterns_of  # noqa: PLC0415
    from workers.attendance.counting import working_days  # noqa: PLC0415
    from workers.deadlines.moments import LONDON  # noqa: PLC0415
    from workers.deadlines.working_days import UnknownHolidays  # noqa: PLC0415
    from workers.people.directory import person  # noqa: PLC0415

    today = datetime.now(LONDON).date()
    table = Table("Absence", "First day", "Last day", "Working days", "Calendar days", "Certificates", "Case", "")
    with open_records() as database, database.reading() as session:
        someone = person(session, staff_number.strip())
        if someone is None:
            fail(f"Nobody has the staff number {staff_number}. List everyone with `dueprocess people show`.")
        pattern = patterns_of(session, [someone.staff_number])[someone.staff_number]
        for absence in absences_of(session, someone.staff_number, withdrawn=True):
            last = absence.last_day or today
            try:
                worked = str(working_days(absence.first_day, last, pattern))
            except UnknownHolidays:
                worked = "unknown"
            table.add_row(
                absence.reference,
                absence.first_day.isoformat(),
                absence.last_day.isoformat() if absence.last_day else "",
                worked,
                str(max(0, (last - absence.first_day).days + 1)),
                str(len(certificates_of(session, absence.reference))),
                absence.case_reference or "",
                "withdrawn" if absence.withdrawn_at else "",
                style="dim" if absence.withdrawn_at else None,
            )
    if table.row_count:
        Console(markup=False, highlight=False).print(table)
    else:
        typer.echo("There are no absences of this person.")


@contextmanager
def _importing() -> Iterator[Session]:
    """A session of the records; a refused file's faults are said and end the command with status 1."""
    from workers.people.csv_file import ImportRefused  # noqa: PLC0415

    try:
        with open_records() as database, database.session() as session:
            yield session
    except ImportRefused as refused:
        fail("\n".join([*refused.faults, str(refused)]))

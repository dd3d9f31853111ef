"""``dueprocess people``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.records.commands import fail, open_records

if TYPE_CHECKING:
    from workers.people.importing import KeptLastDay

commands = typer.Typer(help="The people the authority employs.", no_args_is_help=True)


@commands.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV file, UTF-8, with a heading; see samples/people.csv.")],
    follow_file: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STAFF_NUMBER",
            help="For this person the last day in the file, or none, counts whatever a procedure decided; may be "
            "repeated.",
        ),
    ] = None,
) -> None:
    """Add and update people from a CSV file: all of it or, if anything in it is wrong, nothing.

    A last day that a procedure set or took back stays as it was decided until the file says the same.
    """
    from workers.people.csv_file import ImportRefused  # noqa: PLC0415
    from workers.people.importing import import_people  # noqa: PLC0415

    try:
        with open_records() as database, database.session() as session:
            report = import_people(session, file, follow_file=follow_file or ())
    except ImportRefused as refused:
        fail("\n".join([*refused.faults, str(refused)]))
    typer.echo(
        f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged, "
        f"{len(report.missing)} recorded but not in the file."
    )
    if report.missing:
        typer.echo(
            f"Not in the file and left as they are: {', '.join(report.missing)}. Give those who have left a last day "
            "in left_on."
        )
    for kept in report.kept:
        typer.echo(_kept(kept))


def _kept(kept: KeptLastDay) -> str:
    """What the file could not change, and what to do, without the person's name."""
    other = "none" if kept.in_file is None else kept.in_file.isoformat()
    told = (
        f"was taken back after an appeal and is not set again, although the file gives {other}. Take it out"
        if kept.taken_back
        else f"was decided in a procedure and stays, although the file gives {other}. Enter it"
    )
    return (
        f"{kept.staff_number}: the last day {kept.decided.isoformat()} {told} in the staff system, or, if the file is "
        f"right, import it again with --follow-file {kept.staff_number}."
    )


@commands.command("show")
def show_people(
    staff_number: Annotated[str | None, typer.Argument(help="Only this person, in full.")] = None,
) -> None:
    """List the people, or show one of them."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from sqlalchemy import select  # noqa: PLC0415

    from workers.deadlines.moments import LONDON  # noqa: PLC0415
    from workers.people.directory import is_here  # noqa: PLC0415
    from workers.people.directory import person as find  # noqa: PLC0415
    from workers.records.models import Person  # noqa: PLC0415

    today = datetime.now(LONDON).date()
    with open_records() as database, database.reading() as session:
        if staff_number is None:
            table = Table("Staff number", "Name", "Job title", "Grade", "Line manager", "Roles", "Email", "Left on")
            for someone in session.scalars(select(Person).order_by(Person.staff_number)):
                table.add_row(
                    someone.staff_number,
                    someone.name,
                    someone.job_title,
                    str(someone.seniority),
                    someone.line_manager or "",
                    ", ".join(held.role for held in someone.roles),
                    someone.email or "",
                    someone.left_on.isoformat() if someone.left_on else "",
                    style=None if is_here(someone, today) else "dim",
                )
            Console(markup=False, highlight=False).print(table)
            return
        found = find(session, staff_number.strip())
        if found is None:
            fail(f"Nobody has the staff number {staff_number}. List everyone with `dueprocess people show`.")
        table = Table(show_header=False)
        for label, value in (
            ("Staff number", found.staff_number),
            ("Username", found.username),
            ("Name", found.name),
            ("Email", found.email or "none: letters are posted"),
            ("Postal address", found.postal_address),
            ("Job title", found.job_title),
            ("Grade", str(found.seniority)),
            ("Line manager", found.line_manager or ""),
            ("Employment", found.employment.replace("_", " ")),
            ("Started on", found.started_on.isoformat()),
            ("Left on", found.left_on.isoformat() if found.left_on else ""),
            ("Roles", ", ".join(held.role for held in found.roles)),
        ):
            table.add_row(label, value)
        Console(markup=False, highlight=False).print(table)

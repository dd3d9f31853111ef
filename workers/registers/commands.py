"""``dueprocess register``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from workers.records.commands import fail, open_records

commands = typer.Typer(no_args_is_help=True)


@commands.callback()
def register() -> None:
    """Registers, such as the capability decisions."""
    # Without it the only command would lose its name.


@commands.command("show")
def show_register(
    name: Annotated[str, typer.Argument(help="The register, such as capability_decisions.")],
    person: Annotated[str | None, typer.Option("--person", help="Only this person's, by staff number.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="Only what is active on this day: 2025-03-31.")] = None,
) -> None:
    """Show the entries of a register; with --on, those active on a day, its first and last day included."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from workers.deadlines.moments import LONDON  # noqa: PLC0415
    from workers.registers.entries import UnknownRegister, definition, entries, is_active, status_on  # noqa: PLC0415

    day = None if on is None else _day(on)
    as_of = day or datetime.now(LONDON).date()
    with open_records() as database, database.reading() as session:
        try:
            shown = definition(name)
        except UnknownRegister as unknown:
            fail(str(unknown))
        table = Table("Entry", "Staff number", "Kind", "Status", "Active from", "Active until", "Case")
        for entry in entries(session, name, staff_number=person):
            if day is None or is_active(entry, day):
                table.add_row(
                    entry.reference,
                    entry.staff_number,
                    shown.kinds.get(entry.kind, entry.kind),
                    status_on(entry, as_of) + (f" by {entry.replaced_by}" if entry.replaced_by else ""),
                    entry.active_from.isoformat(),
                    entry.active_until.isoformat() if entry.active_until else "",
                    entry.case_reference,
                )
    if table.row_count:
        Console(markup=False, highlight=False).print(table)
    else:
        typer.echo("There are no such entries.")


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise typer.BadParameter("must be a date such as 2025-03-31", param_hint="--on") from None

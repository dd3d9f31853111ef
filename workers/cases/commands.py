"""``dueprocess case``."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.records.commands import fail, open_records

commands = typer.Typer(help="Cases and their timelines.", no_args_is_help=True)


@commands.command("list")
def list_cases(
    every: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False,
) -> None:
    """List the open cases, newest first."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from workers.cases.case_file import all_cases  # noqa: PLC0415
    from workers.deadlines.words import moment_in_words  # noqa: PLC0415

    table = Table("Case", "Procedure", "Staff number", "About", "Opened", "Outcome")
    with open_records() as database, database.reading() as session:
        for case in all_cases(session):
            if every or case.closed_at is None:
                table.add_row(
                    case.reference,
                    case.procedure.replace("_", " "),
                    case.staff_number,
                    case.about or "",
                    moment_in_words(case.opened_at),
                    case.outcome or "",
                )
    if table.row_count:
        Console(markup=False, highlight=False).print(table)
    else:
        typer.echo("There are no cases." if every else "There are no open cases; --all lists closed ones too.")


@commands.command("show")
def show_case(reference: Annotated[str, typer.Argument(help="Reference of the case, such as CAP-2025-0001.")]) -> None:
    """Show a case and what happened in it, in order."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from workers.cases.case_file import CaseNotFound, people_with_access, timeline  # noqa: PLC0415
    from workers.cases.case_file import case as find  # noqa: PLC0415
    from workers.deadlines.moments import LONDON  # noqa: PLC0415

    with open_records() as database, database.reading() as session:
        try:
            case = find(session, reference)
        except CaseNotFound as missing:
            fail(str(missing))
        access = ", ".join(person.staff_number for person in people_with_access(session, case.reference))
        console = Console(markup=False, highlight=False)
        console.print(Text(f"{case.reference}: {case.procedure.replace('_', ' ')}", style="bold"))
        console.print(Text(f"Staff number {case.staff_number}; {'closed' if case.closed_at else 'open'}"))
        console.print(Text(f"May be read by: {access or 'nobody by name'}"))
        table = Table("When", "What", "Text and facts", show_lines=True)
        for line in timeline(session, case.reference):
            what = f"Letter {line.reference}: {line.words}" if line.kind == "letter" else line.words
            if line.kind == "statement":
                what = f"Statement: {line.words.replace('_', ' ')}"
            elif line.kind == "closed":
                what = f"Case closed: {line.words}"
            facts = "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in line.facts.items())
            # As plain text: what people wrote may look like markup.
            table.add_row(
                f"{line.at.astimezone(LONDON):%Y-%m-%d %H:%M}",
                Text(what),
                Text("\n".join(part for part in (line.text, facts) if part)),
            )
        console.print(table)

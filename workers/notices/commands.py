"""``dueprocess notices``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workers.records.commands import fail, open_records

commands = typer.Typer(
    help="Letters and emails: what is waiting to go out, and how a template looks.", no_args_is_help=True
)


@commands.command("list")
def list_notices(
    every: Annotated[bool, typer.Option("--all", help="What was sent too.")] = False,
) -> None:
    """List the emails that wait or were refused, and the letters that wait to be posted, oldest first."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from workers.deadlines.words import moment_in_words  # noqa: PLC0415
    from workers.notices.waiting import emails, letters_to_post  # noqa: PLC0415

    table = Table("Letter", "Case", "State", "Attempts", "Since", "Next attempt", "What happened")
    with open_records() as database, database.reading() as session:
        for email in emails(session, every=every):
            table.add_row(
                email.letter_reference or "",
                email.case_reference or "",
                email.status,
                str(email.attempts),
                moment_in_words(email.queued_at),
                moment_in_words(email.next_attempt_at) if email.status == "queued" else "",
                email.last_error or "",
            )
        for letter in letters_to_post(session):
            table.add_row(
                letter.reference, letter.case_reference, "to be posted", "", moment_in_words(letter.written_at), "", ""
            )
    if table.row_count:
        Console(markup=False, highlight=False).print(table)
    else:
        typer.echo("There are no letters." if every else "Nothing waits; --all lists what was sent too.")


@commands.command("templates")
def list_templates() -> None:
    """List the templates with what each needs from its diagram."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from workers.notices.failures import LetterProblem  # noqa: PLC0415
    from workers.notices.placeholders import placeholders  # noqa: PLC0415
    from workers.notices.templates import TemplateFolder  # noqa: PLC0415
    from workers.settings import Settings  # noqa: PLC0415

    folder = TemplateFolder(Settings().templates_dir)
    table = Table("Template", "Facts", "Statements", "Hearing", show_lines=True)
    try:
        for name in folder.names():
            needed = placeholders(folder, folder.load(name))
            table.add_row(
                name,
                _listed(needed.facts, needed.optional_facts),
                _listed(needed.statements, needed.optional_statements),
                "yes" if needed.needs_hearing else "",
            )
    except LetterProblem as problem:
        fail(str(problem))
    Console(markup=False, highlight=False).print(table)


@commands.command()
def preview(
    template: Annotated[str, typer.Argument(help="Such as capability/capability_appeal_decision.")],
    folder: Annotated[Path, typer.Option(help="Where to put the files.")] = Path("preview"),
) -> None:
    """Write a template with example values as PDF, HTML and text, to see it while changing its words."""
    from workers.notices.examples import example_letter  # noqa: PLC0415
    from workers.notices.failures import LetterProblem  # noqa: PLC0415
    from workers.notices.templates import TemplateFolder  # noqa: PLC0415
    from workers.settings import Settings  # noqa: PLC0415

    settings = Settings()
    templates = TemplateFolder(settings.templates_dir)
    try:
        letter = example_letter(templates, templates.load(template), settings)
    except LetterProblem as problem:
        fail(str(problem))
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / template.rpartition("/")[2]
    files = {".html": letter.html.encode(), ".txt": letter.text.encode()}
    if letter.pdf is not None:
        files[".pdf"] = letter.pdf
    for suffix, content in files.items():
        stem.with_suffix(suffix).write_bytes(content)
        typer.echo(str(stem.with_suffix(suffix)))


def _listed(needed: frozenset[str], optional: frozenset[str]) -> str:
    return "\n".join([*sorted(needed), *(f"{name} (optional)" for name in sorted(optional))])

"""``dueprocess docs``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; say what is out of date, and fail.")] = False,
) -> None:
    """Write the pages of docs/: every procedure with its picture, and what each policy asks and where it is met."""
    from rich.console import Console  # noqa: PLC0415  (only this command needs it)

    from workers.docs.pages import stale_pages, write_pages  # noqa: PLC0415  (only this command needs it)
    from workers.docs.sources import Folders, read_sources  # noqa: PLC0415
    from workers.settings import PROJECT, Settings  # noqa: PLC0415

    console = Console()
    settings = Settings()
    folders = Folders(settings.bpmn_dir, settings.templates_dir, settings.policies_dir)
    sources = read_sources(folders)
    unreadable = [*sources.project.unreadable, *sources.registers.unreadable]
    for finding in unreadable:
        console.print(str(finding), style="red", markup=False, soft_wrap=True)
    if unreadable:
        raise typer.Exit(1)
    if check:
        findings = list(stale_pages(sources))
        for finding in findings:
            console.print(str(finding), style="red", markup=False, soft_wrap=True)
        if findings:
            raise typer.Exit(1)
        console.print("The pages are up to date.")
        return
    written = write_pages(sources)
    if not written:
        console.print("The pages are up to date.")
    for file in written:
        removed = "" if file.is_file() else " (removed)"
        console.print(f"{_short(file, PROJECT)}{removed}", markup=False, highlight=False, soft_wrap=True)


def _short(file: Path, root: Path) -> Path:
    return file.relative_to(root) if file.is_relative_to(root) else file

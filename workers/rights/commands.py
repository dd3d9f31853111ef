"""``dueprocess rights``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def rights(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say whether it is out of date, and fail.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option(help="Where to write; without it deploy/camunda/rights.yaml.", show_default=False)
    ] = None,
) -> None:
    """Write who may start, see and do what on the engine, worked out from the diagrams."""
    from workers.checks.project import read_project  # noqa: PLC0415  (--help should be quick)
    from workers.records.commands import fail  # noqa: PLC0415
    from workers.rights.identity import RightsError, exposures  # noqa: PLC0415
    from workers.rights.page import RIGHTS_FILE, is_current, text_of  # noqa: PLC0415
    from workers.settings import Settings  # noqa: PLC0415

    settings = Settings()
    file = file or RIGHTS_FILE
    project = read_project(settings.bpmn_dir, settings.templates_dir)
    if project.unreadable:
        fail("\n".join(str(finding) for finding in project.unreadable))
    try:
        current, text = is_current(project, file), text_of(project)
    except RightsError as error:
        fail(str(error))
    if exposed := exposures(project):
        fail("\n".join(str(exposure) for exposure in exposed))
    if current:
        typer.echo("The rights are up to date.")
    elif check:
        fail(f"{file} does not say what the diagrams say now: run `dueprocess rights`.")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        typer.echo(str(file))

"""``dueprocess templates``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workers.records.commands import fail

commands = typer.Typer(
    help="Camunda Modeler's element templates: the menu process owners choose tasks from.", no_args_is_help=True
)


@commands.command()
def write() -> None:
    """Bring the element templates up to date with the workers and the letters.

    A template whose content changed gets the next version; older versions that diagrams carry stay in its file.
    """
    from workers.checks.element_template_files import TemplateFileError, write_templates  # noqa: PLC0415
    from workers.checks.element_templates import element_templates  # noqa: PLC0415
    from workers.checks.project import read_project  # noqa: PLC0415
    from workers.settings import Settings  # noqa: PLC0415

    settings = Settings()
    project = read_project(settings.bpmn_dir, settings.templates_dir)
    try:
        written, removed = write_templates(element_templates(project), project.diagrams, settings.bpmn_dir)
    except TemplateFileError as error:
        fail(str(error))
    for file in written:
        typer.echo(f"{file.file}: version {file.version}")
    for gone in removed:
        typer.echo(f"{gone}: removed, nothing is called this any more")
    if not written and not removed:
        typer.echo("All element templates are up to date.")


@commands.command()
def apply(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Diagrams, or folders of diagrams.")],
) -> None:
    """Write into diagrams which element template, in its current version, each service task and letter is made with.

    Nothing else in a diagram changes; 'dueprocess check' says where an element does not fit its template.
    """
    from workers.checks.element_template_files import read_files  # noqa: PLC0415
    from workers.checks.element_template_marks import marked, marks  # noqa: PLC0415
    from workers.diagrams.model import DiagramError  # noqa: PLC0415
    from workers.diagrams.reading import diagrams_in, read_diagram  # noqa: PLC0415
    from workers.settings import Settings  # noqa: PLC0415

    known = read_files(Settings().bpmn_dir)
    failed = False
    for file in [found for given in files for found in (diagrams_in(given) if given.is_dir() else [given])]:
        try:
            diagram = read_diagram(file)
            found = list(marks(diagram, known))
            wanted = {element.id: mark for element, mark in found if mark is not None}
            before = file.read_bytes()
            after = marked(before, diagram, wanted) if wanted else before
        except DiagramError as error:
            typer.echo(str(error), err=True)
            failed = True
            continue
        for element in (element for element, mark in found if mark is None):
            typer.echo(
                f"{file}:{element.line}: '{element.name}' ({element.id}) does a job there is no element template for. "
                "Correct its job type; for a new job type run 'dueprocess templates write' first.",
                err=True,
            )
            failed = True
        if after != before:
            file.write_bytes(after)
        told = "nothing to mark" if not wanted else f"{len(wanted)} marked" + (" already" if after == before else "")
        typer.echo(f"{file}: {told}")
    if failed:
        raise typer.Exit(1)

"""The command ``dueprocess check``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.settings import Settings

if TYPE_CHECKING:
    from workers.checks.feel import Feel
    from workers.checks.finding import Finding

LOOK_EVERY = 0.4
"""Seconds between two looks at whether a file was saved."""


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    github = "github"


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE…", help="Only tell of these files or folders; everything is read all the same."),
    ] = None,
    output: Annotated[
        Format,
        typer.Option("--format", help="For people (text), programs (json) or the margin of a pull request (github)."),
    ] = Format.text,
    lint: Annotated[bool, typer.Option(help="Also run the Modeler's own linters, which takes longer.")] = True,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file is saved, until Ctrl-C.")] = False,
) -> None:
    """Say in plain words whether diagrams, forms, decisions and letters will work, before they are deployed.

    Every service task has a worker and gets what it needs; every expression can be read and reads what there is; every
    error is caught, every message arrives, every letter gets what it prints, every decision table answers every case;
    the drawing can be read. Ends with 1 when something is wrong.
    """
    from workers.checks.feel import Feel  # noqa: PLC0415  (--help should be quick)
    from workers.checks.node import NodeProblem  # noqa: PLC0415

    settings = Settings()
    feel = Feel(settings.cache_dir, _tell)
    missing = [file for file in files or () if not file.exists()]
    if missing:
        typer.secho(f"There is no {missing[0]}.", fg="red", err=True)
        raise typer.Exit(2)
    try:
        failed = _once(settings, feel, files or (), output, lint=lint)
        while watch:
            _wait_for_change(settings)
            failed = _once(settings, feel, files or (), output, lint=lint)
    except NodeProblem as problem:
        typer.secho(str(problem), fg="red", err=True)
        raise typer.Exit(2) from problem
    except KeyboardInterrupt:
        failed = False
    finally:
        feel.close()
    if failed:
        raise typer.Exit(1)


def _tell(text: str) -> None:
    typer.secho(f"{text} …", err=True)


def _once(settings: Settings, feel: Feel, files: Sequence[Path], output: Format, *, lint: bool) -> bool:
    from workers.checks.all import of_files  # noqa: PLC0415
    from workers.checks.finding import Severity  # noqa: PLC0415
    from workers.checks.report import FORMATS  # noqa: PLC0415

    began = time.monotonic()
    found, read = all_findings(settings, feel, lint=lint, say=_tell)
    if files:
        found = of_files(found, files)
    typer.echo(FORMATS[output](found, read, time.monotonic() - began))
    return any(one.severity is Severity.ERROR for one in found)


def all_findings(
    settings: Settings, feel: Feel, *, lint: bool = True, say: Callable[[str], None] = lambda text: None
) -> tuple[list[Finding], int]:
    """What is wrong with the diagrams and letters of the settings, and how many files were read.

    :raises NodeProblem: Node.js cannot be used.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from workers.checks.all import checked, in_order  # noqa: PLC0415
    from workers.checks.project import read_project  # noqa: PLC0415
    from workers.checks.rules.lint import linted  # noqa: PLC0415

    project = read_project(settings.bpmn_dir, settings.templates_dir, feel)
    with ThreadPoolExecutor(1) as beside:
        # The linters are a program of their own: they run while the checks do.
        linting = beside.submit(lambda: list(linted(project, settings.cache_dir, say)) if lint else [])
        found = checked(project)
        found = in_order([*found, *linting.result()])
    return found, len(project.files) + len(project.letters.names())


def refuse_what_will_not_work(settings: Settings, policies: Sequence[str] = (), *, force: bool = False) -> None:
    """Check before deploying; say what is wrong.

    :param policies: the folders to be deployed; none: all.
    :param force: only warn.
    :raises typer.Exit: something is wrong, or cannot be checked, and ``force`` is not given.
    """
    from workers.checks.all import of_files  # noqa: PLC0415
    from workers.checks.feel import Feel  # noqa: PLC0415
    from workers.checks.finding import Severity  # noqa: PLC0415
    from workers.checks.node import NodeProblem  # noqa: PLC0415
    from workers.checks.report import as_text  # noqa: PLC0415

    began, feel = time.monotonic(), Feel(settings.cache_dir, _tell)
    try:
        found, read = all_findings(settings, feel, say=_tell)
    except NodeProblem as problem:
        told = str(problem)
    else:
        if policies:
            found = of_files(
                found, [root / one for root in (settings.bpmn_dir, settings.templates_dir) for one in policies]
            )
        errors = [one for one in found if one.severity is Severity.ERROR]
        if not errors:
            return
        told = as_text(errors, read, time.monotonic() - began)
    finally:
        feel.close()
    typer.echo(told, err=True)
    if not force:
        typer.secho("Nothing was deployed. Mend it, or deploy all the same with --force.", fg="red", err=True)
        raise typer.Exit(1)
    typer.secho("Deployed all the same, because of --force.", fg="yellow", err=True)


def _wait_for_change(settings: Settings) -> None:
    before = _saved(settings)
    while _saved(settings) == before:
        time.sleep(LOOK_EVERY)


def _saved(settings: Settings) -> dict[Path, tuple[int, int]]:
    folders: Iterable[Path] = (settings.bpmn_dir, settings.templates_dir)
    found = {}
    for file in (file for folder in folders for file in folder.rglob("*") if file.suffix in _WATCHED):
        try:
            stat = file.stat()
        except OSError:
            continue
        found[file] = (stat.st_mtime_ns, stat.st_size)
    return found


_WATCHED = frozenset({".bpmn", ".form", ".dmn", ".md"})

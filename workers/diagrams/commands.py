"""Commands over diagrams: pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workers.diagrams.model import DiagramError


def picture(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Diagrams, or folders of diagrams.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the pictures go.")] = Path("build/pictures"),
) -> None:
    """Draw diagrams as SVG pictures, which any browser shows."""
    from rich.console import Console  # noqa: PLC0415  (only this command needs it)

    from workers.diagrams.picture import draw  # noqa: PLC0415  (only this command needs it)
    from workers.diagrams.reading import diagrams_in, read_diagram  # noqa: PLC0415  (only this command needs it)

    console = Console()
    failed = False
    drawn: dict[str, Path] = {}
    for file in [found for given in files for found in (diagrams_in(given) if given.is_dir() else [given])]:
        target = out / f"{file.stem}.svg"
        if target.name in drawn and drawn[target.name] != file.resolve():
            console.print(
                f"{file}: another diagram is called {file.stem!r} too; rename one.", style="red", markup=False
            )
            failed = True
            continue
        try:
            written = draw(read_diagram(file))
        except DiagramError as error:
            console.print(str(error), style="red", markup=False, soft_wrap=True)
            failed = True
            continue
        drawn[target.name] = file.resolve()
        out.mkdir(parents=True, exist_ok=True)
        target.write_text(written, encoding="utf-8")
        console.print(str(target), markup=False, highlight=False, soft_wrap=True)
    if not drawn and not failed:
        console.print("There is no diagram among the files named.", style="red")
        failed = True
    if failed:
        raise typer.Exit(1)

"""The command that serves the engine."""

from __future__ import annotations

import typer
from rich.console import Console


def work() -> None:
    """Serve the engine: take jobs, run them, send the letters they write. Ctrl+C finishes what runs and stops."""
    # Mounting the command must not load the database, gRPC and the handlers.
    from workers.runtime.service import CannotStart, run  # noqa: PLC0415
    from workers.settings import Settings  # noqa: PLC0415

    console = Console(stderr=True)
    try:
        run(Settings(), console)
    except CannotStart as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None

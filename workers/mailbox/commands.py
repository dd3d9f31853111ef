"""``dueprocess mailbox``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PAGE_PORT = 8025


def mailbox(
    smtp_port: Annotated[
        int | None, typer.Option(help="Port of the mail server; without it that of DUEPROCESS_SMTP_PORT.")
    ] = None,
    page_port: Annotated[int, typer.Option(help="Port of the page.")] = PAGE_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    folder: Annotated[
        Path | None, typer.Option(help="Where messages are kept; without it in DUEPROCESS_DATA_DIR.")
    ] = None,
) -> None:
    """Run a mail server that keeps every message, and a page to read them: for trying things out on one machine."""
    import asyncio  # noqa: PLC0415

    from workers.settings import Settings  # noqa: PLC0415

    settings = Settings()
    asyncio.run(
        _serve(
            host,
            settings.smtp_port if smtp_port is None else smtp_port,
            page_port,
            folder or settings.data_dir / "mailbox",
        )
    )


async def _serve(host: str, smtp_port: int, page_port: int, folder: Path) -> None:
    import uvicorn  # noqa: PLC0415

    from workers.mailbox.page import mailbox_page  # noqa: PLC0415
    from workers.mailbox.server import MailboxServer  # noqa: PLC0415

    server = MailboxServer(host, smtp_port, folder)
    try:
        await server.start()
    except OSError as error:
        typer.secho(
            f"The mailbox cannot listen on {host}:{smtp_port} ({error.strerror}). Another program uses the port, "
            "perhaps another mailbox: stop that one, or choose a port with --smtp-port.",
            fg="red",
            err=True,
        )
        raise typer.Exit(1) from None
    typer.echo(f"Mail server on {host}:{server.port}; read what arrives at http://{host}:{page_port}")
    try:
        await uvicorn.Server(
            uvicorn.Config(mailbox_page(server.store), host=host, port=page_port, log_level="warning", ws="none")
        ).serve()
    finally:
        await server.stop()

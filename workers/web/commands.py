"""``dueprocess case-file``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workers.settings import Settings

USUAL_PORT = 8090


def case_file(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; without it that of DUEPROCESS_CASE_FILE_URL.")
    ] = None,
) -> None:
    """Serve the case file: the web page where managers read the cases they may read. Ctrl+C stops it."""
    import asyncio  # noqa: PLC0415

    from workers.records.commands import fail  # noqa: PLC0415
    from workers.runtime.logs import set_up_logging  # noqa: PLC0415
    from workers.settings import Settings  # noqa: PLC0415
    from workers.web.service import CannotServe  # noqa: PLC0415

    settings = Settings()
    set_up_logging(settings.log_format, settings.log_level)
    try:
        asyncio.run(_serve_until_signalled(settings, host, port or _port_of(settings.case_file_url)))
    except CannotServe as error:
        fail(str(error))


def _port_of(url: str) -> int:
    """The port in the address people use; without one there, something else stands before the case file."""
    from urllib.parse import urlsplit  # noqa: PLC0415

    return urlsplit(url).port or USUAL_PORT


async def _serve_until_signalled(settings: Settings, host: str, port: int) -> None:
    import asyncio  # noqa: PLC0415
    import signal  # noqa: PLC0415

    from workers.web.service import serve  # noqa: PLC0415

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, host, port, stop)

"""The case file: what the engine must not hold, for those who may read it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, ExceptionHandler

from workers.records.database import Database
from workers.web.brake import Brake
from workers.web.headers import SecurityHeaders
from workers.web.reading import Closed, Reading, SignInFirst
from workers.web.rendering import Rendering
from workers.web.sessions import Sessions
from workers.web.signing_in import Passwords, SigningIn, ask_to_sign_in

log = logging.getLogger(__name__)


def case_file_app(
    database: Database,
    passwords: Passwords,
    *,
    secret: str,
    url: str,
    organisation: str,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    brake: Brake | None = None,
) -> ASGIApp:
    """The web application.

    :param passwords: checks user names and passwords.
    :param secret: signs the session cookies.
    :param url: where people reach the case file; a path in it is the path the application answers under.
    :param clock: the present moment; its day in London is the day on which people may or may not read.
    """
    parts = urlsplit(url)
    prefix, secure = parts.path.rstrip("/"), parts.scheme == "https"
    sessions, rendering = Sessions(clock), Rendering(organisation)
    reading = Reading(database, sessions, rendering, clock)
    signing_in = SigningIn(passwords, sessions, brake or Brake(), rendering)
    routes = [
        Route("/", reading.my_cases, name="my_cases"),
        Route("/sign-in", signing_in.form, name="sign_in"),
        Route("/sign-in", signing_in.sign_in, methods=["POST"]),
        Route("/sign-out", signing_in.sign_out, methods=["POST"], name="sign_out"),
        Route("/cases", reading.to_my_cases),
        Route("/cases/{reference}", reading.one_case, name="case"),
        Route("/cases/{reference}/letters/{letter}.pdf", reading.letter_pdf, name="letter_pdf"),
        Route("/cases/{reference}/letters/{letter}.txt", reading.letter_text, name="letter_text"),
        Route("/cases/{reference}/letters/{letter}", reading.one_letter, name="letter"),
        Route("/letters/{letter}", reading.letter_by_reference),
        Route("/case_file.css", _file("case_file.css", "text/css"), name="style"),
        Route("/icon.svg", _file("icon.svg", "image/svg+xml"), name="icon"),
    ]
    errors: dict[Any, ExceptionHandler] = {
        SignInFirst: lambda request, _: ask_to_sign_in(request),
        Closed: lambda request, error: rendering.show(request, error.args[0], HTTPStatus.FORBIDDEN),
        HTTPException: lambda request, error: rendering.sorry(request, HTTPStatus(error.status_code)),
        OperationalError: lambda request, error: _no_records(rendering, request, error),
        Exception: lambda request, _: rendering.sorry(request, HTTPStatus.INTERNAL_SERVER_ERROR),
    }
    cookies = Middleware(
        SessionMiddleware,
        secret_key=secret,
        # Browsers take a name with this prefix only over HTTPS and for the whole host.
        session_cookie="__Host-case_file" if secure and not prefix else "case_file",
        max_age=None,
        path=prefix or "/",
        same_site="lax",
        https_only=secure,
    )
    return SecurityHeaders(
        # A redirect that adds a slash would repeat the host the visitor claims to have asked.
        Starlette(
            routes=[Mount(prefix, app=Router(routes, redirect_slashes=False))],
            middleware=[cookies],
            exception_handlers=errors,
        ),
        secure=secure,
    )


def _no_records(rendering: Rendering, request: Request, error: OperationalError) -> Response:
    log.error("The records cannot be reached (%s).", type(error.orig).__name__)
    return rendering.sorry(request, HTTPStatus.SERVICE_UNAVAILABLE)


def _file(name: str, media_type: str) -> Callable[[Request], Response]:
    content = (files("workers.web") / "pages" / name).read_bytes()

    def serve(_: Request) -> Response:
        return Response(content, media_type=media_type)

    return serve

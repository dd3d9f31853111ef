"""Signing in with the user name and password of Tasklist, and signing out."""

from __future__ import annotations

import logging
import math
import re
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from workers.engine.errors import EngineError
from workers.web.brake import Brake
from workers.web.rendering import Rendering, path_of
from workers.web.sessions import Sessions

log = logging.getLogger(__name__)

LARGEST_FORM = 8_192
"""Bytes."""
LONGEST_NAME = 120
"""Characters of a user name, as in the records."""
_OWN_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9/._-]*")
_MINUTE = 60


class Passwords(Protocol):
    """Who knows the users and their passwords: the engine, whose Tasklist has the same ones."""

    async def check_login(self, username: str, password: str) -> bool:
        """Whether this is the user's password.

        :raises EngineError: it cannot say.
        """
        ...


class SigningIn:
    """The form, what it sends, and the way out."""

    def __init__(self, passwords: Passwords, sessions: Sessions, brake: Brake, rendering: Rendering) -> None:
        self._passwords = passwords
        self._sessions = sessions
        self._brake = brake
        self._rendering = rendering

    def form(self, request: Request) -> Response:
        to = _own_path(request.query_params.get("to", ""), request)
        if self._sessions.username(request.session) is not None:
            return RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)
        problem = (
            "You were signed out because you did not use the case file for 30 minutes, or were signed in for 12 hours."
            if request.session.pop("timed_out", False)
            else ""
        )
        return self._sign_in_page(request, to, problem)

    async def sign_in(self, request: Request) -> Response:
        form = await _fields(request)
        to = _own_path(form.get("to", ""), request)
        username, password = form.get("username", "").strip(), form.get("password", "")
        if not self._sessions.fits(request.session, form.get("form", "")):
            return self._sign_in_page(
                request,
                to,
                "This form was made for another visit: your browser was closed meanwhile, or it does not keep cookies. "
                "Please sign in again.",
                HTTPStatus.FORBIDDEN,
            )
        if not username or not password or len(username) > LONGEST_NAME:
            return self._sign_in_page(
                request, to, "Type your user name and your password.", HTTPStatus.UNPROCESSABLE_ENTITY
            )
        address = request.client.host if request.client else ""
        if wait := self._brake.attempt(username, address):
            log.warning("A sign-in was refused: too many failed ones before it.")
            page = self._sign_in_page(
                request,
                to,
                f"There were too many failed tries. Wait {_in_words(wait)}, then try again.",
                HTTPStatus.TOO_MANY_REQUESTS,
            )
            page.headers["Retry-After"] = str(math.ceil(wait))
            return page
        try:
            right = await self._passwords.check_login(username, password)
        except BaseException as error:
            self._brake.undecided(username, address)
            if not isinstance(error, EngineError):
                raise
            log.error("A password could not be checked: %s", error)
            return self._sign_in_page(
                request,
                to,
                "Your password cannot be checked at the moment, because the engine does not answer. Try again in a few "
                "minutes; if it lasts, tell those who run the system.",
                HTTPStatus.SERVICE_UNAVAILABLE,
            )
        if not right:
            log.warning("A sign-in failed: user name or password is not right.")
            return self._sign_in_page(
                request,
                to,
                "The user name or the password is not right. Check both; they are the same as in Tasklist.",
                HTTPStatus.FORBIDDEN,
            )
        self._brake.passed(username, address)
        self._sessions.begin(request.session, username)
        return RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)

    async def sign_out(self, request: Request) -> Response:
        form = await _fields(request)
        # The form of another site, or of a session that is over: there is nothing to end, and nothing to say.
        if self._sessions.fits(request.session, form.get("form", "")):
            self._sessions.end(request.session)
        return RedirectResponse(path_of(request, "sign_in"), status_code=HTTPStatus.SEE_OTHER)

    def _sign_in_page(
        self, request: Request, to: str, problem: str, status: HTTPStatus = HTTPStatus.OK
    ) -> HTMLResponse:
        return self._rendering.show(
            request, "sign_in.html", status, to=to, problem=problem, form=self._sessions.form_token(request.session)
        )


def ask_to_sign_in(request: Request) -> Response:
    """Send the visitor to the form, and from there back to where they wanted to go."""
    path, home = request.url.path, path_of(request, "my_cases")
    query = "" if path in (home, home.rstrip("/")) else "?" + urlencode({"to": path}, safe="/")
    return RedirectResponse(path_of(request, "sign_in") + query, status_code=HTTPStatus.SEE_OTHER)


async def _fields(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _own_path(to: str, request: Request) -> str:
    """Where to go after signing in; a page of the case file, whatever the address asks for."""
    home = path_of(request, "my_cases")
    return to if _OWN_PATH.fullmatch(to) and to.startswith(home) else home


def _in_words(seconds: float) -> str:
    if seconds <= _MINUTE:
        whole = math.ceil(seconds)
        return f"{whole} second{'' if whole == 1 else 's'}"
    return f"{math.ceil(seconds / _MINUTE)} minutes"

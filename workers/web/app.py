"""The case file: what the engine must not hold, for those who may read it."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, ExceptionHandler

from workers.cases.case_file import CaseNotFound, case, may_read, readable_cases
from workers.deadlines.moments import LONDON, london_day
from workers.deadlines.words import in_words, moment_in_words
from workers.engine.errors import EngineError
from workers.people.directory import is_here, person_by_username
from workers.records.database import Database
from workers.records.models import Case, Letter, Person
from workers.web.brake import Brake
from workers.web.case_view import case_lines, case_view, letter_view
from workers.web.headers import SecurityHeaders
from workers.web.letter_body import letter_body
from workers.web.sessions import Sessions

log = logging.getLogger(__name__)

LARGEST_FORM = 8_192
LONGEST_NAME = 120
"""Characters of a user name, as in the records."""
_OWN_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9/._-]*")

SORRY = {
    HTTPStatus.NOT_FOUND: (
        "Page not found",
        "There is nothing at this address that you may read. Check the address, or ask human resources to give you "
        "access to the case.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Not possible", "This address cannot be used in that way."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Too long", "What was sent is longer than any form of the case file."),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Not available",
        "The records cannot be reached at the moment. Try again in a few minutes; if it lasts, tell those who run the "
        "system.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Something went wrong",
        "The case file could not show this page. Try again; if it lasts, tell those who run the system what you "
        "wanted to read.",
    ),
}


class Passwords(Protocol):
    """Who knows the users and their passwords: the engine, whose Tasklist has the same ones."""

    async def check_login(self, username: str, password: str) -> bool:
        """Whether this is the user's password.

        :raises EngineError: it cannot say.
        """
        ...


class _SignInFirst(Exception):
    pass


class _Closed(Exception):
    """Signed in, but not somebody the case file is for."""

    def __init__(self, page: str) -> None:
        self.page = page


@dataclass(frozen=True)
class _Visit:
    """Somebody who works here, reading."""

    session: Session
    person: Person
    today: date

    def case(self, reference: str) -> Case:
        """The case, if it may be read; otherwise it is not found, so that nobody learns which cases there are."""
        try:
            found = case(self.session, reference)
        except CaseNotFound:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if not may_read(self.session, self.person, found, on=self.today):
            log.warning("Case %s was refused to %s", found.reference, self.person.staff_number)
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return found

    def letter(self, reference: str) -> Letter:
        """The letter, if its case may be read."""
        found = self.session.get(Letter, reference.strip().upper())
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        self.case(found.case_reference)
        return found

    def letter_of_case(self, request: Request) -> Letter:
        """The letter of the address, which also names its case."""
        found = self.letter(request.path_params["letter"])
        if found.case_reference != request.path_params["reference"].strip().upper():
            raise HTTPException(HTTPStatus.NOT_FOUND)
        log.info("Letter %s of case %s was read by %s", found.reference, found.case_reference, self.person.staff_number)
        return found


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
    pages = _Pages(database, passwords, Sessions(clock), brake or Brake(), organisation, clock)
    routes = [
        Route("/", pages.my_cases, name="my_cases"),
        Route("/sign-in", pages.sign_in_form, name="sign_in"),
        Route("/sign-in", pages.sign_in, methods=["POST"]),
        Route("/sign-out", pages.sign_out, methods=["POST"], name="sign_out"),
        Route("/cases", pages.to_my_cases),
        Route("/cases/{reference}", pages.one_case, name="case"),
        Route("/cases/{reference}/letters/{letter}.pdf", pages.letter_pdf, name="letter_pdf"),
        Route("/cases/{reference}/letters/{letter}.txt", pages.letter_text, name="letter_text"),
        Route("/cases/{reference}/letters/{letter}", pages.one_letter, name="letter"),
        Route("/letters/{letter}", pages.letter_by_reference),
        Route("/case_file.css", _file("case_file.css", "text/css"), name="style"),
        Route("/icon.svg", _file("icon.svg", "image/svg+xml"), name="icon"),
    ]
    errors: dict[Any, ExceptionHandler] = {
        _SignInFirst: pages.sign_in_first,
        _Closed: pages.closed,
        HTTPException: pages.sorry,
        OperationalError: pages.no_records,
        Exception: pages.sorry,
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


class _Pages:
    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        sessions: Sessions,
        brake: Brake,
        organisation: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._sessions = sessions
        self._brake = brake
        self._clock = clock
        self._templates = Environment(
            loader=PackageLoader("workers.web", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["organisation"] = organisation
        self._templates.filters |= {
            "day": in_words,
            "moment": moment_in_words,
            "iso": lambda moment: moment.astimezone(LONDON).isoformat(timespec="minutes"),
        }

    # Reading

    def my_cases(self, request: Request) -> Response:
        with self._visit(request) as visit:
            cases = readable_cases(visit.session, visit.person, on=visit.today)
            lines = case_lines(visit.session, cases)
            return self._show(
                request,
                "cases.html",
                person=visit.person,
                open_cases=[line for line in lines if line.closed_at is None],
                closed_cases=[line for line in lines if line.closed_at is not None],
            )

    def to_my_cases(self, request: Request) -> Response:
        return RedirectResponse(_path(request, "my_cases"))

    def one_case(self, request: Request) -> Response:
        with self._visit(request) as visit:
            found = visit.case(request.path_params["reference"])
            log.info("Case %s was read by %s", found.reference, visit.person.staff_number)
            view = case_view(visit.session, found, today=visit.today)
            return self._show(request, "case.html", person=visit.person, case=view)

    def one_letter(self, request: Request) -> Response:
        with self._visit(request) as visit:
            found = visit.letter_of_case(request)
            return self._show(
                request,
                "letter.html",
                person=visit.person,
                letter=letter_view(visit.session, found),
                case_reference=found.case_reference,
                body=letter_body(found.html) if found.html else "",
                text=found.text,
            )

    def letter_pdf(self, request: Request) -> Response:
        with self._visit(request) as visit:
            found = visit.letter_of_case(request)
            if found.pdf is None:
                raise HTTPException(HTTPStatus.NOT_FOUND)
            name = {"Content-Disposition": f'inline; filename="{found.reference}.pdf"'}
            return Response(found.pdf, media_type="application/pdf", headers=name)

    def letter_text(self, request: Request) -> Response:
        with self._visit(request) as visit:
            return PlainTextResponse(visit.letter_of_case(request).text)

    def letter_by_reference(self, request: Request) -> Response:
        with self._visit(request) as visit:
            found = visit.letter(request.path_params["letter"])
            return RedirectResponse(
                _path(request, "letter", reference=found.case_reference, letter=found.reference),
                status_code=HTTPStatus.SEE_OTHER,
            )

    # Signing in and out

    def sign_in_form(self, request: Request) -> Response:
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
                "The page was open for too long, or your browser does not keep cookies. Please sign in again.",
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
            log.error("A password could not be checked: %s", error)  # noqa: TRY400 - the sentence says it all
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
                "The user name or the password is not right. Use the same ones as in Tasklist.",
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
        return RedirectResponse(_path(request, "sign_in"), status_code=HTTPStatus.SEE_OTHER)

    # What else may happen

    def sign_in_first(self, request: Request, _: Exception) -> Response:
        path, home = request.url.path, _path(request, "my_cases")
        query = "" if path in (home, home.rstrip("/")) else "?" + urlencode({"to": path}, safe="/")
        return RedirectResponse(_path(request, "sign_in") + query, status_code=HTTPStatus.SEE_OTHER)

    def closed(self, request: Request, error: Exception) -> Response:
        page = error.page if isinstance(error, _Closed) else "closed.html"
        return self._show(request, page, HTTPStatus.FORBIDDEN)

    def no_records(self, request: Request, error: Exception) -> Response:
        log.error("The records cannot be reached (%s).", type(getattr(error, "orig", error)).__name__)
        return self._sorry(request, HTTPStatus.SERVICE_UNAVAILABLE)

    def sorry(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        return self._sorry(request, HTTPStatus(status))

    # Parts

    @contextmanager
    def _visit(self, request: Request) -> Iterator[_Visit]:
        username = self._sessions.username(request.session)
        if username is None:
            raise _SignInFirst
        today = london_day(self._clock())
        with self._database.reading() as session:
            person = person_by_username(session, username)
            if person is None:
                raise _Closed("unknown.html")
            if not is_here(person, today):
                raise _Closed("not_here.html")
            yield _Visit(session, person, today)

    def _sign_in_page(
        self, request: Request, to: str, problem: str, status: HTTPStatus = HTTPStatus.OK
    ) -> HTMLResponse:
        return self._show(
            request, "sign_in.html", status, to=to, problem=problem, form=self._sessions.form_token(request.session)
        )

    def _sorry(self, request: Request, status: HTTPStatus) -> HTMLResponse:
        fallback = (status.phrase, "The case file could not do this.")
        heading, sentence = SORRY.get(status, fallback)
        return self._show(request, "sorry.html", status, heading=heading, sentence=sentence)

    def _show(self, request: Request, page: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> HTMLResponse:
        # An error outside the session's reach has none.
        session = request.scope.get("session", {})
        html = self._templates.get_template(page).render(
            {
                "username": session.get("username", ""),
                "form": session.get("form", ""),
                "person": None,
                "path": lambda name, **parts: _path(request, name, **parts),
                **values,
            }
        )
        return HTMLResponse(html, status_code=status)


async def _fields(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _path(request: Request, name: str, **parts: str) -> str:
    app: Starlette = request.app
    return str(app.url_path_for(name, **parts))


def _own_path(to: str, request: Request) -> str:
    """Where to go after signing in; a page of the case file, whatever the address asks for."""
    home = _path(request, "my_cases")
    return to if _OWN_PATH.fullmatch(to) and to.startswith(home) else home


def _in_words(seconds: float) -> str:
    if seconds <= 60:  # noqa: PLR2004
        whole = math.ceil(seconds)
        return f"{whole} second{'' if whole == 1 else 's'}"
    return f"{math.ceil(seconds / 60)} minutes"


def _file(name: str, media_type: str) -> Callable[[Request], Response]:
    content = (files("workers.web") / "pages" / name).read_bytes()

    def serve(_: Request) -> Response:
        return Response(content, media_type=media_type)

    return serve

"""The pages on which cases and letters are read, by those who may."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from workers.cases.case_file import CaseNotFound, case, may_read, readable_cases
from workers.deadlines.moments import london_day
from workers.people.directory import is_here, person_by_username
from workers.records.database import Database
from workers.records.models import Case, Letter, Person
from workers.web.case_view import case_lines, case_view, letter_view
from workers.web.letter_body import letter_body
from workers.web.rendering import Rendering, path_of
from workers.web.sessions import Sessions

log = logging.getLogger(__name__)


class SignInFirst(Exception):
    """Nobody is signed in."""


class Closed(Exception):
    """Somebody is signed in for whom the case file is not; the page says why and what to do."""

    def __init__(self, page: str) -> None:
        super().__init__(page)
        self.page = page


@dataclass(frozen=True)
class Visit:
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


class Reading:
    """The pages; every one of them asks first who is there and what they may read.

    :param clock: the present moment; its day in London is the day on which people may or may not read.
    """

    def __init__(
        self, database: Database, sessions: Sessions, rendering: Rendering, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._rendering = rendering
        self._clock = clock

    def my_cases(self, request: Request) -> Response:
        with self._visit(request) as visit:
            cases = readable_cases(visit.session, visit.person, on=visit.today)
            lines = case_lines(visit.session, cases)
            return self._rendering.show(
                request,
                "cases.html",
                person=visit.person,
                open_cases=[line for line in lines if line.closed_at is None],
                closed_cases=[line for line in lines if line.closed_at is not None],
            )

    def to_my_cases(self, request: Request) -> Response:
        return RedirectResponse(path_of(request, "my_cases"))

    def one_case(self, request: Request) -> Response:
        with self._visit(request) as visit:
            found = visit.case(request.path_params["reference"])
            log.info("Case %s was read by %s", found.reference, visit.person.staff_number)
            view = case_view(visit.session, found, reader=visit.person, today=visit.today)
            return self._rendering.show(request, "case.html", person=visit.person, case=view)

    def one_letter(self, request: Request) -> Response:
        with self._visit(request) as visit:
            found = visit.letter_of_case(request)
            return self._rendering.show(
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
                path_of(request, "letter", reference=found.case_reference, letter=found.reference),
                status_code=HTTPStatus.SEE_OTHER,
            )

    @contextmanager
    def _visit(self, request: Request) -> Iterator[Visit]:
        username = self._sessions.username(request.session)
        if username is None:
            raise SignInFirst
        today = london_day(self._clock())
        with self._database.reading() as session:
            person = person_by_username(session, username)
            if person is None:
                raise Closed("unknown.html")
            if not is_here(person, today):
                raise Closed("not_here.html")
            yield Visit(session, person, today)

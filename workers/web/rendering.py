"""Pages from their templates."""

from __future__ import annotations

from http import HTTPStatus

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse

from workers.deadlines.moments import LONDON
from workers.deadlines.words import in_words, moment_in_words

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


class Rendering:
    """Fills the templates.

    :param organisation: whose case file it is.
    """

    def __init__(self, organisation: str) -> None:
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

    def show(self, request: Request, page: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> HTMLResponse:
        """A page; what stands on it is escaped."""
        # An error outside the session's reach has none.
        session = request.scope.get("session", {})
        html = self._templates.get_template(page).render(
            {
                "username": session.get("username", ""),
                "form": session.get("form", ""),
                "person": None,
                "path": lambda name, **parts: path_of(request, name, **parts),
                **values,
            }
        )
        return HTMLResponse(html, status_code=status)

    def sorry(self, request: Request, status: HTTPStatus) -> HTMLResponse:
        """The page that says what went wrong and what to do."""
        fallback = (status.phrase, "The case file could not do this.")
        heading, sentence = SORRY.get(status, fallback)
        return self.show(request, "sorry.html", status, heading=heading, sentence=sentence)


def path_of(request: Request, name: str, **parts: str) -> str:
    """The path of a page of the case file."""
    app: Starlette = request.app
    return str(app.url_path_for(name, **parts))

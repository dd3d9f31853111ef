"""The page to read the mailbox with."""

from __future__ import annotations

import re
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from workers.deadlines.moments import LONDON
from workers.mailbox.store import MailStore, ReceivedMail

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# A message may look as it likes, but it runs nothing, fetches nothing and leads nowhere.
_MESSAGE_HEADERS = _HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
}


def mailbox_page(store: MailStore) -> Starlette:
    """The web application: the list of messages, each message, and its files."""
    pages = Environment(loader=PackageLoader("workers.mailbox", "pages"), autoescape=True, undefined=StrictUndefined)
    pages.filters["arrival"] = lambda mail: f"{mail.arrived_at.astimezone(LONDON):%d %B %Y, %H:%M:%S}"

    def show(page: str, **values: object) -> HTMLResponse:
        return HTMLResponse(pages.get_template(page).render(**values), headers=_HEADERS)

    def listing(request: Request) -> Response:
        everything = store.messages()
        to = request.query_params.get("to", "").strip()
        wanted = [mail for mail in reversed(everything) if not to or mail.to.lower() == to.lower()]
        return show("list.html", mails=wanted, to=to, addresses=sorted({mail.to for mail in everything}))

    def reading(request: Request) -> Response:
        mail = _mail(store, request)
        return show("mail.html", mail=mail) if mail else _not_found()

    def message_html(request: Request) -> Response:
        mail = _mail(store, request)
        return HTMLResponse(mail.html, headers=_MESSAGE_HEADERS) if mail and mail.html else _not_found()

    def source(request: Request) -> Response:
        mail = _mail(store, request)
        if mail is None:
            return _not_found()
        return PlainTextResponse(mail.raw.decode("utf-8", "replace"), headers=_HEADERS)

    def attachment(request: Request) -> Response:
        mail, number = _mail(store, request), request.path_params["number"]
        if mail is None or number >= len(mail.attachments):
            return _not_found()
        file = mail.attachments[number]
        return Response(
            file.content,
            media_type=file.content_type if re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", file.content_type) else None,
            headers=_MESSAGE_HEADERS | {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"},
        )

    return Starlette(
        routes=[
            Route("/", listing),
            Route("/mails/{key}", reading),
            Route("/mails/{key}/html", message_html),
            Route("/mails/{key}/source", source),
            Route("/mails/{key}/attachments/{number:int}", attachment),
        ]
    )


def _mail(store: MailStore, request: Request) -> ReceivedMail | None:
    return store.find(request.path_params["key"])


def _not_found() -> Response:
    return PlainTextResponse("There is no such message in the mailbox.", status_code=404, headers=_HEADERS)

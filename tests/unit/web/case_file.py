"""The case file over the sample people and one appeal, visited as browsers do."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import httpx
import pytest

from tests.unit.records.fixtures import Office
from workers.cases.jobs import file_statement, open_case, record_event
from workers.engine.errors import EngineError
from workers.records.models import Letter
from workers.web.app import case_file_app
from workers.web.brake import Brake

PASSWORD = "correct horse"
SECRET = "s" * 40
HOSTILE = "<script>alert(1)</script> & \"quoted\" <img src=x onerror='alert(2)'>"
PDF = b"%PDF-1.7 a letter"
APPEAL = "CAP-2025-0001"
OTHER_CASE = "CAP-2025-0002"
CONCERN = "CON-2025-0001"
LETTER = "LET-2025-0001"
POSTED_LETTER = "LET-2025-0002"
HEARING_MANAGER = "p.lindqvist"


class Engine:
    """The users Tasklist knows: everybody with the one password."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.silent = False

    async def check_login(self, username: str, password: str) -> bool:
        self.asked.append(username)
        if self.silent:
            raise EngineError("The engine does not answer at http://localhost:8080.")
        return password == PASSWORD


class CaseFile:
    """The web application, its clocks and its engine."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.engine = Engine()
        self.now = datetime.fromisoformat("2025-03-10T09:00:00+00:00")  # a Monday
        self.seconds = 0.0

    def visitor(self, url: str = "http://case-file.example", address: str = "10.0.0.1") -> httpx.AsyncClient:
        """A browser that follows no redirect by itself."""
        app = case_file_app(
            self.office.database,
            self.engine,
            secret=SECRET,
            url=url,
            organisation="The Office",
            clock=lambda: self.now,
            brake=Brake(lambda: self.seconds),
        )
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50000)), base_url=url
        )

    async def signed_in(self, username: str) -> httpx.AsyncClient:
        """A browser in which somebody has signed in."""
        visitor = self.visitor()
        assert (await sign_in(visitor, username)).status_code == 303
        return visitor

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)
        self.seconds += timedelta(**time).total_seconds()


def form_token(page: str) -> str:
    """What a page's form carries."""
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def sign_in(visitor: httpx.AsyncClient, username: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
    """Fill in the form and send it."""
    token = form_token((await visitor.get("/sign-in")).text)
    return await visitor.post("/sign-in", data={"form": token, "username": username, "password": password, **fields})


@pytest.fixture
def case_file(office: Office) -> CaseFile:
    """An appeal of Alex Morgan whose hearing manager is Peter Lindqvist, another case and a concern."""
    for policy, procedure, staff_number, access in (
        ("capability", "capability_appeal", "100100", ["100022"]),
        ("capability", "capability_appeal", "100101", []),
        ("confidential_reporting", "confidential_reporting_concern", "100102", ["100002"]),
    ):
        office.run(
            open_case,
            policy=policy,
            procedure=procedure,
            staff_number=staff_number,
            opened_at="2025-03-03T10:00:00Z",
            about="DEC-2025-0001" if staff_number == "100100" else None,
            gives_access_to=access,
        )
    office.run(
        file_statement,
        case_reference=APPEAL,
        statement={"grounds": f"The targets were never explained.\nSecond line. {HOSTILE}"},
        contact={"name": f"Sam Union {HOSTILE}", "email": "sam@union.example", "kind": "union_representative"},
        element="Event_AppealReceived",
        at="2025-03-03T10:00:00Z",
    )
    office.run(
        file_statement,
        case_reference=APPEAL,
        statement={"decision_reasons": "First thoughts."},
        element="Task_DecideAppeal",
        at="2025-03-05T10:00:00Z",
    )
    office.run(
        file_statement,
        case_reference=APPEAL,
        statement={"decision_reasons": "The targets were in the plan of 3 February."},
        element="Task_DecideAppeal",
        at="2025-03-06T10:00:00Z",
    )
    office.run(
        record_event,
        case_reference=APPEAL,
        event="Hearing manager appointed",
        happened_at="2025-03-04T15:30:00Z",
        facts={"appeal_manager": "100022", "kind": "formal_hearing", "hearing_on": "2025-03-07", "in_time": True},
    )
    with office.database.session() as session:
        for reference, recipient, html, pdf, sent_by in (
            (
                LETTER,
                "100100",
                f"<html><body><h1>Appeal received</h1><p>Dear Alex</p>{HOSTILE}</body></html>",
                PDF,
                True,
            ),
            (POSTED_LETTER, "100102", "", None, False),
        ):
            session.add(
                Letter(
                    reference=reference,
                    case_reference=APPEAL,
                    template="capability/capability_appeal_acknowledgement",
                    subject=f"Appeal received {HOSTILE}",
                    marking="OFFICIAL",
                    recipient=recipient,
                    recipient_kind="person",
                    copies=["100020"],
                    written_at=datetime.fromisoformat("2025-03-03T11:00:00+00:00"),
                    sent_by="email" if sent_by else None,
                    sent_on=date(2025, 3, 3) if sent_by else None,
                    received_on=date(2025, 3, 3) if sent_by else None,
                    text=f"Dear Alex\n{HOSTILE}",
                    html=html,
                    pdf=pdf,
                )
            )
    return CaseFile(office)

"""Who reads what, and what the pages show."""

from __future__ import annotations

import logging
from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.exc import OperationalError

from tests.unit.web.case_file import (
    APPEAL,
    CONCERN,
    HEARING_MANAGER,
    HOSTILE,
    LETTER,
    OTHER_CASE,
    PDF,
    POSTED_LETTER,
    CaseFile,
)
from workers.cases.jobs import file_statement
from workers.records.models import Person

PAGES = (
    f"/cases/{APPEAL}",
    f"/cases/{APPEAL}/letters/{LETTER}",
    f"/cases/{APPEAL}/letters/{LETTER}.pdf",
    f"/cases/{APPEAL}/letters/{LETTER}.txt",
    f"/letters/{LETTER}",
)


@pytest.mark.parametrize(
    ("username", "reads"),
    [
        ("r.okafor", True),  # human resources
        ("t.bright", True),
        (HEARING_MANAGER, True),  # was given access
        ("P.Lindqvist", True),  # however it is typed
        ("d.price", False),  # another manager, even the line manager
        ("h.marsh", False),
        ("a.morgan", False),  # whom the case is about
        ("g.holt", False),
    ],
)
@pytest.mark.parametrize("page", PAGES)
async def test_who_reads_a_case_and_its_letters(case_file: CaseFile, username: str, reads: bool, page: str) -> None:
    answer = await (await case_file.signed_in(username)).get(page)

    if reads:
        assert answer.status_code == (303 if page.startswith("/letters/") else 200)
    else:
        assert answer.status_code == 404
        assert "There is nothing at this address that you may read" in answer.text
        assert "Morgan" not in answer.text


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("r.okafor", {APPEAL, OTHER_CASE}),  # human resources, but not a concern
        (HEARING_MANAGER, {APPEAL}),
        ("s.qureshi", {CONCERN}),
        ("d.price", set()),
        ("a.morgan", set()),
    ],
)
async def test_my_cases(case_file: CaseFile, username: str, seen: set[str]) -> None:
    visitor = await case_file.signed_in(username)

    page = (await visitor.get("/")).text

    assert {reference for reference in (APPEAL, OTHER_CASE, CONCERN) if reference in page} == seen
    assert ("There is no case that you may read" in page) == (not seen)
    for reference in (APPEAL, OTHER_CASE, CONCERN):
        assert (await visitor.get(f"/cases/{reference}")).status_code == (200 if reference in seen else 404)


@pytest.mark.parametrize(("username", "staff_number"), [("r.okafor", "100010"), (HEARING_MANAGER, "100022")])
async def test_the_last_day_of_employment(case_file: CaseFile, username: str, staff_number: str) -> None:
    visitor = await case_file.signed_in(username)
    with case_file.office.database.session() as session:
        session.get_one(Person, staff_number).left_on = date(2025, 3, 10)

    # Monday, a minute before midnight in London and Tuesday, a minute after.
    case_file.wait(hours=14, minutes=59)
    visitor = await case_file.signed_in(username)
    assert (await visitor.get(f"/cases/{APPEAL}")).status_code == 200
    case_file.wait(minutes=2)
    for page in ("/", *PAGES):
        answer = await visitor.get(page)
        assert answer.status_code == 403
        assert "does not work here today" in answer.text
        assert "ask human resources to correct your dates" in answer.text


async def test_somebody_without_a_record_is_told_what_to_do(case_file: CaseFile) -> None:
    visitor = await case_file.signed_in("o.perator")

    for page in ("/", f"/cases/{APPEAL}", "/cases/CAP-2025-0999"):
        answer = await visitor.get(page)
        assert answer.status_code == 403
        assert "You are signed in as <strong>o.perator</strong>, but nobody in the people records" in answer.text
        assert "Ask human resources to enter this user name" in answer.text


@pytest.mark.parametrize(
    "page",
    [
        "/cases/CAP-2025-0999",
        "/letters/LET-2025-0999",
        f"/cases/{OTHER_CASE}/letters/{LETTER}",
        f"/cases/{APPEAL}/letters/{POSTED_LETTER}.pdf",
        "/nothing",
        "/cases/",
    ],
)
async def test_what_there_is_not(case_file: CaseFile, page: str) -> None:
    answer = await (await case_file.signed_in("r.okafor")).get(page)

    assert answer.status_code == 404
    assert "<h1>Page not found</h1>" in answer.text


async def test_a_case_tells_its_story(case_file: CaseFile) -> None:
    answer = await (await case_file.signed_in(HEARING_MANAGER)).get("/cases/cap-2025-0001")

    page = BeautifulSoup(answer.text, "lxml")
    assert page.title is not None
    assert page.title.get_text() == f"{APPEAL} – Case file"
    headings = [" ".join(found.get_text().split()) for found in page.select(".timeline h3")]
    assert headings == [
        "Case opened",
        "Statement Grounds",
        f"Letter Appeal received {HOSTILE}",
        f"Letter Appeal received {HOSTILE}",
        "Hearing manager appointed",
        "Statement Decision reasons",
        "Statement Decision reasons",
    ]
    quotes = [quote.get_text() for quote in page.select(".timeline blockquote")]
    assert quotes == [
        f"The targets were never explained.\nSecond line. {HOSTILE}",
        "First thoughts.",
        "The targets were in the plan of 3 February.",
    ]
    reasons = [found.get_text() for found in page.select(".timeline .statement")][1:]
    assert ["A later statement" in text for text in reasons] == [True, False]
    assert all("Filed in the step “Decide appeal”" in text for text in reasons)
    facts = {
        dt.get_text(): dd.get_text() for dt, dd in zip(page.select(".event dt"), page.select(".event dd"), strict=True)
    }
    assert facts == {
        "Appeal manager": "Peter Lindqvist (100022)",
        "Kind": "Formal hearing",
        "Hearing on": "Friday 7 March 2025",
        "In time": "Yes",
    }
    text = " ".join(page.get_text(" ").split())
    assert "Alex Morgan, Policy officer (100100)" in text
    assert "Open since Monday 3 March 2025" in text
    assert (
        "To Alex Morgan Copies Daniel Price Delivery Emailed on Monday 3 March 2025, counts as received that day"
        in text
    )
    assert "To be posted or handed over" in text
    assert "Union representative, sam@union.example" in text
    assert "Peter Lindqvist, Casework manager (100022)" in text


async def test_what_people_wrote_is_text_and_never_markup(case_file: CaseFile) -> None:
    visitor = await case_file.signed_in("r.okafor")

    for address in (PAGES[0], PAGES[1], f"/cases/{APPEAL}/letters/{POSTED_LETTER}"):
        page = BeautifulSoup((await visitor.get(address)).text, "lxml")
        assert not page.select("script, img, [onerror], [style]")
        assert "Appeal received <script>alert(1)</script>" in page.get_text()


async def test_a_letter(case_file: CaseFile) -> None:
    visitor = await case_file.signed_in(HEARING_MANAGER)

    assert (await visitor.get(f"/letters/{LETTER}")).headers["location"] == f"/cases/{APPEAL}/letters/{LETTER}"
    page = BeautifulSoup((await visitor.get(f"/cases/{APPEAL}/letters/{LETTER}")).text, "lxml")
    body = page.select_one("article.paper")
    assert body is not None
    assert str(body.select_one("h2")) == "<h2>Appeal received</h2>"
    assert page.select_one(f'a[href="/cases/{APPEAL}/letters/{LETTER}.pdf"]')

    pdf = await visitor.get(f"/cases/{APPEAL}/letters/{LETTER}.pdf")
    assert (pdf.content, pdf.headers["content-type"]) == (PDF, "application/pdf")
    assert pdf.headers["content-disposition"] == f'inline; filename="{LETTER}.pdf"'
    text = await visitor.get(f"/cases/{APPEAL}/letters/{LETTER}.txt")
    assert (text.text, text.headers["content-type"]) == (f"Dear Alex\n{HOSTILE}", "text/plain; charset=utf-8")


async def test_a_letter_without_html_or_pdf(case_file: CaseFile) -> None:
    page = BeautifulSoup(
        (await (await case_file.signed_in("r.okafor")).get(f"/cases/{APPEAL}/letters/{POSTED_LETTER}")).text, "lxml"
    )

    body = page.select_one("pre.paper")
    assert body is not None
    assert body.get_text() == f"Dear Alex\n{HOSTILE}"
    assert not page.select('a[href$=".pdf"]')


async def test_reading_is_logged_by_reference_only(case_file: CaseFile, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="workers")

    await (await case_file.signed_in(HEARING_MANAGER)).get(f"/cases/{APPEAL}")
    await (await case_file.signed_in(HEARING_MANAGER)).get(f"/cases/{APPEAL}/letters/{LETTER}.pdf")
    await (await case_file.signed_in("d.price")).get(f"/cases/{APPEAL}")

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("workers.web")]
    assert lines == [
        f"Case {APPEAL} was read by 100022",
        f"Letter {LETTER} of case {APPEAL} was read by 100022",
        f"Case {APPEAL} was refused to 100020",
    ]


async def test_records_that_cannot_be_reached(case_file: CaseFile, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = await case_file.signed_in("r.okafor")

    def unreachable(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("locked"))

    monkeypatch.setattr("workers.web.reading.person_by_username", unreachable)
    answer = await visitor.get("/")

    assert answer.status_code == 503
    assert "Try again in a few minutes" in answer.text


@pytest.mark.parametrize(("username", "reads"), [(HEARING_MANAGER, True), ("r.okafor", False)])
async def test_what_is_about_health_is_for_those_named_on_the_case(
    case_file: CaseFile, username: str, reads: bool
) -> None:
    case_file.office.run(file_statement, case_reference=APPEAL, statement={"medical_advice": "A bad back."}, key=990)

    page = (await (await case_file.signed_in(username)).get(f"/cases/{APPEAL}")).text

    assert "Medical advice" in page
    assert ("A bad back." in page) is reads
    assert ("only those named below may read it" in page) is not reads

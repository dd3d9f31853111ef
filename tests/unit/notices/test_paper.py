from __future__ import annotations

import io
import logging
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest

from workers.notices.escaping import as_quotation, escape
from workers.notices.failures import LetterProblem
from workers.notices.markdown import Body
from workers.notices.paper import Letterhead, Page, print_letter
from workers.settings import PROJECT

TEMPLATES = PROJECT / "templates"

PAGE = Page(
    letterhead=Letterhead("Office for Policing", ["Lloyd House", "Birmingham"], "hr@dueprocess.example"),
    marking="OFFICIAL - SENSITIVE",
    reference="LTR-2025-0012",
    case_reference="CAP-2025-0003",
    written_on=date(2025, 3, 10),
    by="By email",
    recipient=["Łucja O'Neill-Żak", "14 Orchard Road", "Birmingham"],
    subject="Your appeal hearing",
    body=Body("Dear Łucja\n\n## Where\n\n- Room 3\n- Room 4\n\n1. first\n2. second\n\nYours").nodes(),
    enclosures=["The agenda"],
    copies=["Peter Lindqvist, Casework manager"],
)


def text_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_a_letter_says_who_when_what_and_where_to_answer() -> None:
    (page,) = text_of(print_letter(TEMPLATES, PAGE))
    for words in (
        "Office for Policing",
        "Lloyd House Birmingham hr@dueprocess.example",
        "By email Łucja O'Neill-Żak 14 Orchard Road Birmingham",
        "Date Monday 10 March 2025",
        "Our reference LTR-2025-0012",
        "Case CAP-2025-0003",
        "Your appeal hearing",
        "Room 3",
        "Enclosed The agenda",
        "Copies to Peter Lindqvist, Casework manager",
        "Page 1 of 1",
    ):
        assert words in page
    assert page.count("OFFICIAL - SENSITIVE") == 2


def test_every_page_has_the_marking_and_its_number() -> None:
    long = replace(
        PAGE, body=Body("\n\n".join(f"Paragraph {number}. " + "Words. " * 60 for number in range(20))).nodes()
    )
    pages = text_of(print_letter(TEMPLATES, long))
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert page.count("OFFICIAL - SENSITIVE") == 2


def test_the_case_is_left_out_where_it_must_be() -> None:
    (page,) = text_of(print_letter(TEMPLATES, replace(PAGE, case_reference="")))
    assert "Case" not in page.replace("Casework", "")


def test_a_pdf_is_accessible_and_always_the_same() -> None:
    first, second = (print_letter(TEMPLATES, PAGE) for _ in range(2))
    assert first == second
    reader = pypdf.PdfReader(io.BytesIO(first))
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/Lang"] == "en-GB"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Your appeal hearing (LTR-2025-0012)"
    assert b"pdfuaid:part" in reader.xmp_metadata.stream.get_data()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "typed",
    [
        '#panic("x") #import "@preview/x" $x^2$ @ref <label> \\u{41} // comment /* x */',
        '"] } #sys.inputs',
        '{"is": "link", "to": "http://evil.example"}',
        "= heading\n- list\n+ enum",
    ],
)
def test_what_people_typed_is_never_read_as_typst(typed: str) -> None:
    body = Body(f"Dear {escape(typed)}\n{as_quotation(typed)}\n").nodes()
    (page,) = text_of(print_letter(TEMPLATES, replace(PAGE, subject=typed.splitlines()[0], body=body)))
    assert page.count(typed.split(maxsplit=1)[0]) >= 3


def test_a_character_without_a_font_does_not_stop_the_letter(caplog: pytest.LogCaptureFixture) -> None:
    odd = replace(PAGE, body=Body("Dear \U0001e001 Łucja").nodes())
    with caplog.at_level(logging.WARNING):
        (page,) = text_of(print_letter(TEMPLATES, odd))
    assert "Łucja" in page
    assert "Łucja" not in caplog.text
    assert "LTR-2025-0012" in caplog.text


def test_an_error_on_the_headed_paper_is_said_without_the_letter(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES / "_layout", tmp_path / "_layout")
    paper = tmp_path / "_layout" / "letter.typ"
    paper.write_text(paper.read_text("utf-8") + "\n#letter.recipient.first().nothing\n", "utf-8")
    with pytest.raises(LetterProblem, match=r"letter\.typ has an error") as failure:
        print_letter(tmp_path, PAGE)
    assert "Łucja" not in str(failure.value)


def test_missing_headed_paper(tmp_path: Path) -> None:
    with pytest.raises(LetterProblem, match=r"letter\.typ is missing"):
        print_letter(tmp_path, PAGE)

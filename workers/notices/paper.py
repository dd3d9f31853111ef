"""The letter on headed paper: an accessible PDF (PDF/UA-1) fit for an archive (PDF/A-2a)."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workers.deadlines.words import in_words
from workers.notices.failures import LetterProblem

if TYPE_CHECKING:
    import typst

_log = logging.getLogger(__name__)

LAYOUT = "_layout"
_STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
_TURN = threading.Lock()
"""The compiler keeps its fonts and files between letters, so letters take turns."""


@dataclass(frozen=True)
class Letterhead:
    """Who writes."""

    name: str
    address: Sequence[str]
    """Lines."""
    email: str


@dataclass(frozen=True)
class Page:
    """What stands on the paper."""

    letterhead: Letterhead
    marking: str
    reference: str
    case_reference: str
    """Empty where the letter must not tell which case it is."""
    written_on: date
    by: str
    """How it travels: ``By email``."""
    recipient: Sequence[str]
    """Name and address, in lines."""
    subject: str
    body: Sequence[dict[str, Any]]
    enclosures: Sequence[str] = ()
    copies: Sequence[str] = ()


def print_letter(templates: Path, page: Page) -> bytes:
    """The letter as PDF; the same page always gives the same bytes on one machine.

    :raises LetterProblem: the headed paper, ``_layout/letter.typ``, is missing or has an error.
    """
    paper = templates / LAYOUT / "letter.typ"
    if not paper.is_file():
        raise LetterProblem("The headed paper templates/_layout/letter.typ is missing; put it back.")
    inputs = {"letter": json.dumps(_data(page))}
    # Midnight of the letter's day, so that the PDF does not depend on when it was made.
    day = datetime(page.written_on.year, page.written_on.month, page.written_on.day, tzinfo=UTC)
    import typst  # noqa: PLC0415 - 7 MB, which a worker takes with its first letter

    with _TURN:
        compiler = _compiler(paper)
        try:
            return _compile(compiler, inputs, day, _STANDARDS)
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise LetterProblem(
                    "The headed paper templates/_layout/letter.typ has an error: " + _without_text(error.message)
                ) from None
        # A character no installed font has: the standards forbid it, but the letter must still go.
        _log.warning(
            "Letter %s holds a character that no font on this machine has; its PDF is not PDF/UA. "
            "Install a font that has it, or put one into templates/_layout/fonts.",
            page.reference,
        )
        return _compile(compiler, inputs, day, [])


def _compile(
    compiler: typst.Compiler, inputs: dict[str, str], day: datetime, standards: list[Literal["a-2a", "ua-1"]]
) -> bytes:
    pdf = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=day, pdf_standards=list(standards))
    assert isinstance(pdf, bytes)  # noqa: S101 - one document in, one out
    return pdf


@lru_cache(maxsize=4)
def _compiler(paper: Path) -> typst.Compiler:
    import typst  # noqa: PLC0415

    fonts = paper.parent / "fonts"
    return typst.Compiler(
        input=str(paper),
        root=str(paper.parent),
        font_paths=typst.Fonts(font_paths=[str(fonts)] if fonts.is_dir() else []),
    )


def _without_text(message: str) -> str:
    """What Typst says of the page, without the words of the letter it may quote in back-ticks."""
    return " ".join(part for index, part in enumerate(message.split("`")) if index % 2 == 0).strip() + "."


def _data(page: Page) -> dict[str, Any]:
    return {
        "title": f"{page.subject} ({page.reference})",
        "year": page.written_on.year,
        "month": page.written_on.month,
        "day": page.written_on.day,
        "organisation": {
            "name": page.letterhead.name,
            "address": list(page.letterhead.address),
            "email": page.letterhead.email,
        },
        "marking": page.marking,
        "reference": page.reference,
        "by": page.by,
        "recipient": list(page.recipient),
        "particulars": [
            ["Date", in_words(page.written_on)],
            ["Our reference", page.reference],
            *([["Case", page.case_reference]] if page.case_reference else []),
        ],
        "subject": page.subject,
        "body": list(page.body),
        "enclosures": list(page.enclosures),
        "copies": list(page.copies),
    }

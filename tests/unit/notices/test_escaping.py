from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from workers.notices.escaping import as_quotation, escape, one_line
from workers.notices.markdown import Body

FORMATTING = [
    "**bold** and _italic_ and ~~struck~~",
    "[a link](http://evil.example)",
    "<http://evil.example>",
    "![a picture](http://evil.example/x.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &#x3c;",
    "# a heading",
    "Heading\n=======",
    "- a list",
    "1. a list",
    "1) a list",
    "> a quotation",
    "    code",
    "```\ncode\n```",
    "`code`",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "***",
    "ends in a backslash\\",
    "ends in blanks   ",
    "[ref]: http://evil.example",
    "{{ case.url }} {% include 'x' %}",
    "#panic() $x$ @ref <label> *typst*",
]


@pytest.mark.parametrize("typed", FORMATTING)
def test_typed_text_is_shown_as_typed(typed: str) -> None:
    page = BeautifulSoup(Body(f"Before {escape(typed)} after").html(), "lxml")
    assert [tag.name for tag in page.find_all(True)] == ["html", "body", "p"]
    assert page.get_text().strip() == f"Before {one_line(typed)} after"


@pytest.mark.parametrize("typed", FORMATTING)
def test_typed_text_at_the_start_of_a_line_is_shown_as_typed(typed: str) -> None:
    page = BeautifulSoup(Body(f"{escape(typed)}\n").html(), "lxml")
    assert [tag.name for tag in page.find_all(True)] == ["html", "body", "p"]


@pytest.mark.parametrize("typed", FORMATTING)
def test_a_quotation_holds_lines_and_paragraphs_only(typed: str) -> None:
    body = Body(f"Reasons:\n{as_quotation(typed)}\nEnd")
    page = BeautifulSoup(body.html(), "lxml")
    assert {tag.name for tag in page.find_all(True)} <= {"html", "body", "p", "blockquote", "br"}
    assert [node["is"] for node in body.nodes()] == ["paragraph", "blockquote", "paragraph"]


@given(st.text(min_size=1))
def test_whatever_is_typed_becomes_no_formatting(typed: str) -> None:
    body = Body(f"x {escape(typed)} y\n{as_quotation(typed)}\n")
    kinds = {node["is"] for node in body.nodes()}
    assert kinds <= {"paragraph", "blockquote"}
    first = body.nodes()[0]["children"][0]["children"]
    assert "".join(run["text"] for run in first) == f"x {one_line(typed)} y"


def test_paragraphs_and_lines_of_a_quotation_are_kept() -> None:
    text = Body(as_quotation("First line\nsecond line\r\n\r\n\r\nNew paragraph\u2028after a separator\n")).text()
    assert text == "> First line\n> second line\n>\n> New paragraph\n> after a separator\n"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("a\x00b\x1b[31mc", "ab[31mc"), ("left\u202eright", "leftright"), ("a\ud800b", "ab"), ("e\u0301", "é")],
    ids=["control characters", "reordering marks", "half a surrogate pair", "composed"],
)
def test_what_no_letter_can_print_is_left_out(typed: str, kept: str) -> None:
    assert one_line(typed) == kept

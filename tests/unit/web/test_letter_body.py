from __future__ import annotations

import pytest

from workers.notices.mail import Written, as_page
from workers.notices.markdown import Body
from workers.web.letter_body import letter_body


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>Subject</h1><h2>Part</h2>", "<h2>Subject</h2><h3>Part</h3>"),
        ('<div style="x"><p style="y" onclick="z">One<br>two</p></div>', "<p>One<br>two</p>"),
        ("<p>5 &lt; 6 &amp; <strong>so</strong> on</p>", "<p>5 &lt; 6 &amp; <strong>so</strong> on</p>"),
        ("<p>a<script>alert(1)</script>b</p><!-- c -->", "<p>ab</p>"),
        ("<style>p{}</style><iframe src=x>y</iframe><svg><a href=x>z</a></svg>", ""),
        ("<img src=x onerror=y><p>text</p>", "<p>text</p>"),
        ('<a href="https://a.example/?b=1&c=2">d</a>', '<a href="https://a.example/?b=1&amp;c=2">d</a>'),
        ('<a href="mailto:a@b.example">e</a>', '<a href="mailto:a@b.example">e</a>'),
        ('<a href="javascript:alert(1)">f</a>', "f"),
        ('<a href=" javascript:alert(1)">f</a>', "f"),
        (
            '<ol start="3"><li>g</li></ol><ol start="x"><li>h</li></ol>',
            '<ol start="3"><li>g</li></ol><ol><li>h</li></ol>',
        ),
        ("<table><tr><th>i</th><td>j</td></tr></table>", '<table><tr><th scope="col">i</th><td>j</td></tr></table>'),
        ("<head><title>k</title></head>", ""),
        ("", ""),
    ],
)
def test_only_what_letters_are_made_of(html: str, expected: str) -> None:
    assert str(letter_body(f"<html><body>{html}</body></html>" if html else "")) == expected


def test_a_letter_as_it_is_written() -> None:
    body = Body("## Next\n\nA *short* [link](https://a.example) and\n\n- one\n- two\n\n> Said <b>so</b>\n")
    written = Written(
        "The Office", "OFFICIAL", "Monday 10 March 2025", "LTR-1", "CAP-1", "Subject", body.text(), body.html()
    )

    shown = str(letter_body(as_page(written)))

    assert "<h2>Subject</h2>" in shown
    assert "<h3>Next</h3>" in shown
    assert '<em>short</em> <a href="https://a.example">link</a>' in shown
    assert "Said &lt;b&gt;so&lt;/b&gt;" in shown
    assert "style" not in shown

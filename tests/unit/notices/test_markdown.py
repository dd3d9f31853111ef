from __future__ import annotations

import textwrap

from bs4 import BeautifulSoup

from workers.notices.markdown import WIDTH, Body

LETTER = """\
Dear Alex Morgan

## What to do

Bring **somebody** with you, see [your case](http://case-file.example/cases/CAP-2025-0001) or write to
[hr@dueprocess.example](mailto:hr@dueprocess.example). This sentence is here so that the line is longer than it may be.

- one
- two, which is long enough to need a second line in plain text because it goes on and on and on

3. third
4. fourth

   with a second paragraph

First line\\
second line

| Day | Place |
|-----|-------|
| Monday | Room 3 |

---

#### Too deep
"""


def test_plain_text() -> None:
    assert Body(LETTER).text() == textwrap.dedent("""\
        Dear Alex Morgan

        What to do
        ----------

        Bring somebody with you, see your case
        (http://case-file.example/cases/CAP-2025-0001) or write to
        hr@dueprocess.example. This sentence is here so that the line is longer than
        it may be.

        - one
        - two, which is long enough to need a second line in plain text because it
          goes on and on and on

        3. third

        4. fourth

           with a second paragraph

        First line
        second line

        Day | Place
        Monday | Room 3

        ----------------------------------------------------------------------------

        Too deep
        --------
        """)


def test_plain_text_lines_are_short() -> None:
    assert max(len(line) for line in Body(LETTER * 3).text().splitlines()) <= WIDTH


def test_html_fetches_nothing_and_runs_nothing() -> None:
    html = Body(LETTER + "\n![x](http://evil.example/x.png)\n<script>x</script>\n[bad](javascript:alert(1))").html()
    page = BeautifulSoup(html, "lxml")
    assert not page.find_all(["img", "script", "link", "style", "iframe", "code"])
    assert [link["href"] for link in page.find_all("a")] == [
        "http://case-file.example/cases/CAP-2025-0001",
        "mailto:hr@dueprocess.example",
        # A picture is at most a link the reader may follow.
        "http://evil.example/x.png",
    ]
    assert all(tag.get("style") for tag in page.find_all(["ul", "ol", "li", "td", "h2"]))


def test_headings_leave_no_level_out() -> None:
    body = Body("# a\n\n#### b\n\n## c\n\n##### d\n")
    assert [node["level"] for node in body.nodes()] == [2, 3, 2, 3]


def test_nodes_of_every_kind() -> None:
    assert [node["is"] for node in Body(LETTER).nodes()] == [
        "paragraph",
        "heading",
        "paragraph",
        "bullet_list",
        "ordered_list",
        "paragraph",
        "table",
        "hr",
        "heading",
    ]

"""Small pieces of Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

GENERATED = "<!-- Written by `dueprocess docs`. Change the diagram, table, letter, story or register instead. -->"
BREAK = "<br>"


def cell(text: str) -> str:
    """Words for a cell of a table: one line, with bars that do not end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Words set as code; nothing for nothing."""
    return f"`{' '.join(text.split())}`" if text.strip() else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table, and an empty one after; nothing where there are no rows."""
    written = [f"| {' | '.join(row)} |" for row in rows]
    if not written:
        return []
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *written, ""]


def section(title: str, lines: Sequence[str]) -> list[str]:
    """A heading and its lines; nothing where there are no lines."""
    return [f"## {title}", "", *lines] if lines else []


def link(words: str, target: Path, page: Path, anchor: str = "") -> str:
    """A link from one page to a file."""
    way = Path(os.path.relpath(target, page.parent)).as_posix()
    return f"[{words}]({way}{f'#{anchor}' if anchor else ''})"


def anchor(paragraph: str) -> str:
    """The anchor of a requirement on its policy's page."""
    return paragraph.lower()


def page(lines: Iterable[str]) -> str:
    """A whole page, ending in one line break."""
    return "\n".join((GENERATED, "", *lines)).rstrip() + "\n"

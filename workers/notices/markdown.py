"""The body of a letter: Markdown read once, written as HTML for an email, as plain text, and as data for the page."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

WIDTH = 76
"""Characters in a line of plain text."""

_STYLES = {
    "p": "margin:0 0 1em 0",
    "h2": "font-size:1.15em;margin:1.5em 0 0.5em 0",
    "h3": "font-size:1em;margin:1.25em 0 0.5em 0",
    "ul": "margin:0 0 1em 0;padding-left:1.5em",
    "ol": "margin:0 0 1em 0;padding-left:1.5em",
    "li": "margin:0 0 0.25em 0",
    "blockquote": "margin:0 0 1em 0;padding:0.25em 0 0.25em 1em;border-left:4px solid #b1b4b6",
    "table": "border-collapse:collapse;margin:0 0 1em 0",
    "th": "text-align:left;padding:0.25em 1em 0.25em 0;border-bottom:2px solid #b1b4b6",
    "td": "text-align:left;padding:0.25em 1em 0.25em 0;border-bottom:1px solid #b1b4b6;vertical-align:top",
    "a": "color:#1d5a8e",
    "hr": "border:0;border-top:1px solid #b1b4b6;margin:1.5em 0",
}
_TOP, _BOTTOM = 2, 3


class Body:
    """A letter's body."""

    def __init__(self, markdown: str) -> None:
        self._reader = _reader()
        self._tokens = self._reader.parse(markdown)
        _level_headings(self._tokens)

    def html(self) -> str:
        """HTML for the inside of an email: inline styles, nothing fetched from elsewhere."""
        for token in _all(self._tokens):
            if token.nesting >= 0 and token.tag in _STYLES and not token.hidden:
                token.attrSet("style", _STYLES[token.tag])
        return str(self._reader.renderer.render(self._tokens, self._reader.options, {}))

    def text(self) -> str:
        """Plain text in lines of at most :data:`WIDTH` characters, longer words excepted."""
        return "\n\n".join(_blocks(SyntaxTreeNode(self._tokens).children, WIDTH)) + "\n"

    def nodes(self) -> list[dict[str, Any]]:
        """The body as data: blocks that hold blocks or runs of text, for ``templates/_layout/letter.typ``."""
        return [_node(child) for child in SyntaxTreeNode(self._tokens).children]


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}).enable("table")
    # A letter has no pictures and no program code, and four blanks before a line mean nothing.
    return reader.disable(["image", "code", "fence", "backticks", "html_block", "html_inline", "autolink", "lheading"])


def _level_headings(tokens: Sequence[Token]) -> None:
    """Headings begin at level 2, below the subject, and no level is left out: readers navigate by them."""
    before = 1
    for token in tokens:
        if token.type == "heading_open":
            before = min(max(int(token.tag[1]), _TOP), before + 1, _BOTTOM)
            token.tag = f"h{before}"
        elif token.type == "heading_close":
            token.tag = f"h{before}"


def _all(tokens: Sequence[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def _node(node: SyntaxTreeNode) -> dict[str, Any]:  # noqa: PLR0911 - one for each kind of node
    match node.type:
        case "text":
            return {"is": "text", "text": node.content}
        case "softbreak":
            return {"is": "text", "text": " "}
        case "hardbreak" | "hr":
            return {"is": node.type}
        case "heading":
            return {"is": "heading", "level": int(node.tag[1]), "children": _nodes(node)}
        case "link":
            return {"is": "link", "to": str(node.attrs.get("href", "")), "children": _nodes(node)}
        case "ordered_list":
            return {"is": "ordered_list", "start": int(node.attrs.get("start", 1)), "children": _nodes(node)}
        case "table":
            rows = [row for part in node.children for row in part.children]
            return {"is": "table", "columns": len(rows[0].children), "rows": [_nodes(row) for row in rows]}
        case other:
            return {"is": other, "children": _nodes(node)}


def _nodes(node: SyntaxTreeNode) -> list[dict[str, Any]]:
    return [_node(child) for child in node.children]


def _blocks(children: Sequence[SyntaxTreeNode], width: int) -> list[str]:
    return [_block(child, width) for child in children]


def _block(node: SyntaxTreeNode, width: int) -> str:  # noqa: PLR0911 - one for each kind of node
    match node.type:
        case "heading":
            title = _wrapped(_run(node), width)
            return f"{title}\n{'-' * max(len(line) for line in title.splitlines())}"
        case "blockquote":
            quoted = "\n\n".join(_blocks(node.children, width - 2))
            return "\n".join(f"> {line}".rstrip() for line in quoted.splitlines())
        case "bullet_list":
            return _list([(item, "-") for item in node.children], width)
        case "ordered_list":
            start = int(node.attrs.get("start", 1))
            return _list([(item, f"{start + place}.") for place, item in enumerate(node.children)], width)
        case "hr":
            return "-" * width
        case "table":
            rows = [row for part in node.children for row in part.children]
            return "\n".join(_wrapped(" | ".join(_run(cell) for cell in row.children), width) for row in rows)
        case _:
            return _wrapped(_run(node), width)


def _list(items: Sequence[tuple[SyntaxTreeNode, str]], width: int) -> str:
    loose = any(
        not paragraph.hidden for item, _ in items for paragraph in item.children if paragraph.type == "paragraph"
    )
    between = "\n\n" if loose else "\n"
    lines = []
    for item, mark in items:
        indent = " " * (len(mark) + 1)
        inner = between.join(_blocks(item.children, width - len(indent)))
        lines.append(f"{mark} {textwrap.indent(inner, indent).lstrip()}")
    return between.join(lines)


def _run(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            label, target = "".join(_run(child) for child in node.children), str(node.attrs.get("href", ""))
            target = target.removeprefix("mailto:")
            return label if label == target else f"{label} ({target})"
        case _:
            return "".join(_run(child) for child in node.children)


def _wrapped(text: str, width: int) -> str:
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in text.split("\n")
    )

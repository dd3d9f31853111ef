"""Small pieces of SVG: numbers, attributes, text. A piece takes its colour from the group around it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

INK = "#22242a"
PAPER = "#ffffff"
INK_OF_GROUP = "currentColor"


def number(value: float) -> str:
    """A coordinate to a hundredth of a pixel, without needless noughts."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written in {"-0", ""} else written


def tag(name: str, content: str = "", /, **attributes: float | str | None) -> str:
    """One XML element; ``stroke_width=2`` becomes ``stroke-width="2"``, and None is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{number(value) if isinstance(value, int | float) else escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def group(pieces: Iterable[str], /, **attributes: float | str | None) -> str:
    """Several pieces as one."""
    return tag("g", "".join(pieces), **attributes)


def line(path: str, width: float = 2, /, **attributes: float | str | None) -> str:
    """A path drawn in the group's colour and not filled."""
    drawn: dict[str, float | str | None] = {"fill": "none", "stroke": INK_OF_GROUP, "stroke_width": width}
    return tag("path", d=path, **(drawn | {"stroke_linecap": "round", "stroke_linejoin": "round"} | attributes))


def outline(path: str, width: float = 2, /, **attributes: float | str | None) -> str:
    """A path drawn in the group's colour and filled with its background."""
    drawn: dict[str, float | str | None] = {"stroke": INK_OF_GROUP, "stroke_width": width}
    return tag("path", d=path, **(drawn | {"stroke_linejoin": "round"} | attributes))


def solid(path: str, /, **attributes: float | str | None) -> str:
    """A path filled with the group's colour."""
    return tag("path", d=path, **({"fill": INK_OF_GROUP, "stroke": "none"} | attributes))


def text(words: str) -> str:
    """Words safe to stand between tags."""
    return escape(words, quote=False)

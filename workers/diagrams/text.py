"""How wide words are in the diagrams' font, and where the lines break: as the Modeler, Operate and Tasklist draw them.

The font is Arial or one with its widths (Helvetica, Liberation Sans, Arimo). Its published advance widths are
kept here in thousandths of the font size, so measuring needs neither a browser nor a font file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
LINE_HEIGHT = 1.2
"""Of the font size."""

_SPACE_TO_TILDE = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_WIDTHS = {chr(32 + position): width for position, width in enumerate(_SPACE_TO_TILDE)} | {
    "\u00a0": 278, "\u00ad": 0, "£": 556, "§": 556, "©": 737, "®": 737, "°": 400, "·": 333, "×": 584, "½": 834,
    "–": 556, "—": 1000, "‘": 222, "’": 222, "“": 333, "”": 333, "•": 350, "…": 1000, "€": 556, "→": 1000,
    "≤": 549, "≥": 549, "ß": 611, "æ": 889, "Æ": 1000, "ø": 611, "Ø": 778,
}  # fmt: skip
_UNKNOWN = 556
_WIDE = 1000
_BREAKABLE = re.compile(r"(\s|-|\u00AD)")


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """The width of one line in pixels at a font size in pixels."""
    return sum(_character_width(character) for character in text) * size / 1000


def _character_width(character: str) -> int:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    plain = unicodedata.normalize("NFD", character)[0]
    if plain in _WIDTHS:
        return _WIDTHS[plain]
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _UNKNOWN


def wrapped(text: str, width: float, size: float) -> tuple[str, ...]:
    """The lines a text breaks into in a column ``width`` pixels wide, by the rule of the Modeler's own renderer."""
    return tuple(_lines(text, width, size))


def cut_words(text: str, width: float, size: float) -> tuple[str, ...]:
    """The words too long for the column, which are cut in two without a hyphen."""
    return tuple(word for word in re.split(r"\s|(?<=-)|\u00AD", text) if text_width(word, size) >= round(width))


def _lines(text: str, width: float, size: float) -> Iterator[str]:
    for given in re.split("\u00ad?\r?\n", text):
        rest: str = given
        while True:
            line = _first_line(rest, width, size)
            yield line.strip()
            if len(line) >= len(rest):
                break
            rest = rest[len(line) :].strip()


def _first_line(text: str, column: float, size: float) -> str:
    line = text
    while len(line) > 1 and line != " ":
        width = text_width(line, size)
        if width < round(column):
            return line
        line = _shortened(line, max(len(line) * column / width, 1))
    return line


def _shortened(line: str, most: float) -> str:
    """The whole words of a line in at most ``most`` characters; part of a word where not even one fits."""
    parts = _BREAKABLE.split(line)
    kept: list[str] = []
    length = 0
    if len(parts) > 1:
        for part in parts:
            if not part:
                break
            if length + len(part) >= most:
                if part in "-\u00ad" and kept:
                    kept.pop()
                break
            kept.append(part)
            length += len(part)
    return "".join(kept) or line[: max(round(most - 1), 1)]

"""Values inside Markdown: whatever a person typed stays plain text."""

from __future__ import annotations

import re
import unicodedata

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that make text read in another order than it was written."""
_LAST_TWO_OF_A_PLANE = 0xFFFE


class Formatted(str):
    """Text that is Markdown already, made by a filter of ours; joining it with anything gives plain text again."""

    __slots__ = ()


def escape(text: str) -> str:
    """Text as one line of Markdown that shows exactly that text: no formatting, link, heading or list comes of it."""
    return _PUNCTUATION.sub(r"\\\1", one_line(text))


def one_line(text: str) -> str:
    """The text in one line: every run of white space is one space, what cannot be printed is left out."""
    return " ".join(printable(text).split())


def as_quotation(text: str) -> Formatted:
    """Text of several paragraphs as a quotation; lines stay lines, empty lines part paragraphs."""
    lines = [one_line(line) for line in printable(text).splitlines()]
    quoted: list[str] = []
    for index, line in enumerate(lines):
        if not line:
            if quoted and quoted[-1] != ">":
                quoted.append(">")
            continue
        followed = index + 1 < len(lines) and bool(lines[index + 1])
        quoted.append(f"> {escape(line)}" + ("\\" if followed else ""))
    while quoted and quoted[-1] == ">":
        quoted.pop()
    return Formatted("\n" + "\n".join(quoted) + "\n") if quoted else Formatted("")


def printable(text: str) -> str:
    """The text without control characters and what can never be a character; line ends are kept, as ``\\n``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return "".join(
        character
        for character in _REORDERING.sub("", unicodedata.normalize("NFC", lines))
        if character in "\n\t" or not (unicodedata.category(character) in ("Cc", "Cs") or _is_no_character(character))
    )


def _is_no_character(character: str) -> bool:
    """Code points Unicode will never assign; others may be new characters Python does not know yet."""
    return "\ufdd0" <= character <= "\ufdef" or ord(character) & 0xFFFE == _LAST_TWO_OF_A_PLANE

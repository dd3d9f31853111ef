"""Names and values of the records as people read them, without a list of them: a new procedure needs no Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workers.deadlines.words import in_words, moment_in_words

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}[0-9:.]*(?:Z|[+-]\d{2}:\d{2}))(\[[A-Za-z0-9_+\-/]+\])?")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def label(name: str) -> str:
    """``decision_reasons`` as ``Decision reasons``."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def outcome(words: str) -> str:
    """An outcome, a kind or a status: a name as its label, anything else as it is written."""
    return label(words) if _NAME.fullmatch(words) else words


def step(element_id: str) -> str:
    """The step of a diagram by its id: ``Task_DecideLateAppeal`` as ``Decide late appeal``."""
    words = _WORD.findall(element_id.partition("_")[2] or element_id)
    return " ".join([words[0], *(word if word.isupper() else word.lower() for word in words[1:])]) if words else ""


def value_in_words(value: Any, names: Mapping[str, str]) -> str:  # noqa: PLR0911 - one for each type
    """A fact's value; empty if there is none.

    :param names: staff numbers and other references with the names of whom they mean.
    """
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case datetime():
            return moment_in_words(value)
        case date():
            return in_words(value)
        case str():
            return _text_in_words(value, names)
        case Mapping():
            parts = {key: value_in_words(inner, names) for key, inner in value.items()}
            return "; ".join(f"{label(str(key))}: {words}" for key, words in parts.items() if words)
        case list() | tuple():
            return ", ".join(words for inner in value if (words := value_in_words(inner, names)))
        case _:
            return str(value)


def _text_in_words(text: str, names: Mapping[str, str]) -> str:
    if text in names:
        return f"{names[text]} ({text})"
    try:
        if _DAY.fullmatch(text):
            return in_words(date.fromisoformat(text))
        if moment := _MOMENT.fullmatch(text):
            return moment_in_words(datetime.fromisoformat(moment[1]))
    except ValueError:
        return text
    return outcome(text)

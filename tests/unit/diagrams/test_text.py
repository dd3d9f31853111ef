from __future__ import annotations

import pytest

from workers.diagrams.text import cut_words, text_width, wrapped

IN_A_TASK = [
    # As the Modeler's own renderer breaks them in a box of 100 px.
    ("Send the letter by email", ["Send the letter", "by email"]),
    ("Acknowledge approval decision", ["Acknowledge", "approval", "decision"]),
    ("Inform customer about unsuccessful claim", ["Inform", "customer about", "unsuccessful", "claim"]),
    ("Work out how long it is active", ["Work out how", "long it is active"]),
    ("Record", ["Record"]),
    ("Counter-signature", ["Counter-", "signature"]),
    (
        "Register the non-standard working-pattern request",
        ["Register the", "non-standard", "working-pattern", "request"],
    ),
    ("Ask the companion – or nobody", ["Ask the", "companion – or", "nobody"]),
    ("Über die Maßnahme entscheiden", ["Über die", "Maßnahme", "entscheiden"]),
    ("Line one\nline two is longer than that", ["Line one", "line two is", "longer than that"]),
    ("", [""]),
]
OUTSIDE = [
    ("Send the letter by email", ["Send the letter by", "email"]),
    ("Acknowledge approval decision", ["Acknowledge", "approval decision"]),
    ("Inform customer about unsuccessful claim", ["Inform customer", "about", "unsuccessful", "claim"]),
    (
        "Register the non-standard working-pattern request",
        ["Register the non-", "standard working-", "pattern request"],
    ),
    ("HR/OH referral: 5 days", ["HR/OH referral: 5", "days"]),
]


@pytest.mark.parametrize(("text", "lines"), IN_A_TASK)
def test_breaks_the_lines_of_a_task(text: str, lines: list[str]) -> None:
    assert list(wrapped(text, 86, 12)) == lines


@pytest.mark.parametrize(("text", "lines"), OUTSIDE)
def test_breaks_the_lines_of_a_label(text: str, lines: list[str]) -> None:
    assert list(wrapped(text, 90, 11)) == lines


@pytest.mark.parametrize(
    ("text", "size", "width"),
    [
        ("Record", 12, 38.7),
        ("Employee notified", 11, 87.4),
        ("§ 15(a) – £50", 12, 71.4),
        ("Maßnahme für Zoë", 12, 102.0),
        ("“Ask” … it’s €5", 12, 77.8),
        ("", 12, 0),
    ],
)
def test_measures_as_arial_does(text: str, size: float, width: float) -> None:
    assert text_width(text, size) == pytest.approx(width, abs=0.5)


def test_a_word_wider_than_its_box_is_cut() -> None:
    assert list(wrapped("Internationalisation strategy", 86, 12)) == ["Internationalisa", "tion strategy"]
    assert cut_words("Internationalisation strategy", 86, 12) == ("Internationalisation",)
    assert cut_words("International strategy", 86, 12) == ()


def test_a_word_with_a_hyphen_is_not_cut_but_broken() -> None:
    assert cut_words("Counter-signature-sheet", 86, 12) == ()

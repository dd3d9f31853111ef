"""The procedures themselves: in order as the check understands it, and drawn in the docs as they are."""

from __future__ import annotations

import pytest

from workers.checks.all import CHECKS, checked
from workers.checks.feel import Feel
from workers.checks.finding import Finding, Severity
from workers.checks.project import read_project
from workers.diagrams.picture import draw
from workers.diagrams.reading import diagrams_in, read_diagram
from workers.settings import PROJECT, Settings

BPMN = PROJECT / "bpmn"
DIAGRAMS = {file.stem: read_diagram(file) for file in diagrams_in(BPMN)}


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    feel = Feel(Settings().cache_dir)
    try:
        return checked(read_project(BPMN, PROJECT / "templates", feel), CHECKS)
    finally:
        feel.close()


def test_the_check_finds_no_error(findings: list[Finding]) -> None:
    assert [str(one) for one in findings if one.severity is Severity.ERROR] == []


def test_it_warns_of_nothing_but_messages_whose_receivers_are_not_drawn_yet(findings: list[Finding]) -> None:
    warnings = [one for one in findings if one.severity is Severity.WARNING]
    assert [str(one) for one in warnings if one.rule != "message-not-caught"] == []


@pytest.mark.parametrize("stem", DIAGRAMS)
def test_the_picture_in_the_docs_is_of_this_diagram(stem: str) -> None:
    picture = PROJECT / "docs" / "pictures" / f"{stem}.svg"
    assert picture.read_text("utf-8") == draw(DIAGRAMS[stem]), (
        "Draw it again: dueprocess picture bpmn/capability bpmn/shared --out docs/pictures"
    )

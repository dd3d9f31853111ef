"""The project whose copies are broken: the capability appeal, all it uses and a wait of two people, read once."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator

import pytest

from workers.checks.all import CHECKS, checked
from workers.checks.element_template_check import check_element_templates
from workers.checks.feel import Feel
from workers.checks.finding import Finding
from workers.checks.project import Project, read_project
from workers.checks.traceability import traceability
from workers.settings import Settings

KNOWN_GOOD = frozenset(
    {
        "capability_appeal",
        "capability_appeal_admission",
        "capability_appeal_appointment",
        "capability_appeal_decision",
        "capability_appeal_effect",
        "capability_appeal_hearing",
        "capability_appeal_receipt",
        "capability_cannot_attend",
        "capability_companion",
        "capability_companion_agreement",
        "capability_decision_record",
        "capability_hearing_date",
        "letter_delivery",
        "occupational_health_waiting",
    }
)
"""The procedures that are copied; enough to show everything, and few enough to be checked in a moment."""
HERE = tuple(check for check in CHECKS if check not in {traceability, check_element_templates})
"""The checks that look at procedures alone; the others have tests of their own."""


SCORE = pytest.StashKey[Counter[tuple[str, bool]]]()
"""How many ways to break a procedure were caught, and how many not, by category."""


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[SCORE] = Counter()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what share was caught."""
    score = config.stash[SCORE]
    if not score:
        return
    caught = sum(times for (_, found), times in score.items() if found)
    terminalreporter.section(f"{caught} of {score.total()} ways to break a procedure are caught")
    for category in dict.fromkeys(category for category, _ in score):
        total = score[category, True] + score[category, False]
        terminalreporter.write_line(f"{category:<12}{score[category, True]:>4} of {total}")


@pytest.fixture(scope="session")
def feel() -> Iterator[Feel]:
    """One parser for all."""
    reader = Feel(Settings().cache_dir)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def good(feel: Feel) -> Project:
    """What is copied."""
    settings = Settings()
    project = read_project(settings.bpmn_dir, settings.templates_dir, feel)
    diagrams = tuple(diagram for diagram in project.diagrams if diagram.file.stem in KNOWN_GOOD)
    elements = [element for diagram in diagrams for element in diagram.elements.values()]
    forms = {element.zeebe.form.form_id for element in elements if element.zeebe.form is not None}
    asked = {element.zeebe.decision.decision_id for element in elements if element.zeebe.decision is not None}
    return dataclasses.replace(
        project,
        diagrams=diagrams,
        forms=tuple(form for form in project.forms if form.id in forms),
        decisions=tuple(decision for decision in project.decisions if decision.id in asked),
    )


@pytest.fixture(scope="session")
def before(good: Project) -> frozenset[Finding]:
    """What is found before anything is changed: what belongs to procedures that are left out."""
    return frozenset(checked(good, HERE))

"""Stories of further evidence of poor performance while a warning is active (policy paragraphs 31, 34 and 39)."""

from __future__ import annotations

import pytest

from tests.scenarios.capability_performances import EVIDENCE, Performances
from tests.scenarios.driver.story import Story


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


@pytest.mark.policy("CAP-31", "CAP-34a")
@pytest.mark.parametrize("assessed_on", ["Tuesday 2 September 2025 23:30", "Friday 5 September 2025 09:00"])
def test_a_further_failure_on_the_last_active_day(story: Story, performances: Performances, assessed_on: str) -> None:
    waiting = performances.waiting(active_until="2025-09-02")
    (warning,) = performances.warnings()
    story.moves_to("Tuesday 2 September 2025 23:00")
    evidence = performances.further_evidence(performances.case().reference)
    evidence.ends_at("To be assessed")
    story.moves_to(assessed_on)
    performances.assess(waiting)
    variables = performances.hearing_begun(waiting)
    assert (variables["stage"], variables["ground"]) == (2, "further_poor_performance")
    assert variables["warning"]["reference"] == warning.reference
    assert EVIDENCE not in str(evidence.all_variables())


@pytest.mark.policy("CAP-31", "CAP-34a")
def test_a_further_failure_on_the_day_after(story: Story, performances: Performances) -> None:
    waiting = performances.waiting(active_until="2025-09-02")
    case = performances.case()
    story.moves_to("Wednesday 3 September 2025 00:00")
    waiting.ends_at("Case closed")
    evidence = performances.further_evidence(case.reference)
    story.moves_by(minutes=2)
    told = evidence.task("Tell the line manager")
    assert told.candidate_groups == ["hr"]
    assert "no warning is active" in told.form.text
    told.complete({"told": True})
    evidence.ends_at("Line manager told")
    # A new concern begins again at stage 1: the expired warning is disregarded.
    concern = performances.opened()
    performances.assess(concern)
    variables = performances.hearing_begun(concern)
    assert (variables["stage"], variables["warning"]) == (1, None)


@pytest.mark.policy("CAP-22a", "CAP-34a")
def test_further_evidence_without_grounds_leaves_the_case_waiting(story: Story, performances: Performances) -> None:
    waiting = performances.waiting()
    performances.further_evidence(performances.case().reference).ends_at("To be assessed")
    performances.assess(waiting, grounds="no")
    waiting.is_running()
    performances.further_evidence(performances.case().reference).ends_at("To be assessed")
    waiting.task("Assess the performance")

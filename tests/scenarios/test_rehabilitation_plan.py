"""Stories of a rehabilitation plan (attendance policy, paragraph 39)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.attendance_cases import DIAGNOSIS, AttendanceCases, keeps_nothing_of
from tests.scenarios.driver.people import ALEX, DANIEL, RUTH
from tests.scenarios.driver.story import Procedure, Story

HOURS = "Mornings only in the first two weeks."


@pytest.fixture
def plan(story: Story, cases: AttendanceCases) -> Procedure:
    """A plan that a capability case asks for."""
    story.begins("Monday 3 March 2025 09:00")
    return cases.called("rehabilitation_plan", case_reference=cases.caller(), plan_source="occupational_health")


def set_plan(plan: Procedure, start: str = "2025-03-10", end: str = "2025-04-04", **more: Any) -> None:
    plan.task("Set the plan").complete(
        {
            "statement.plan_restrictions": "No lifting.",
            "statement.plan_stages": HOURS,
            "statement.medical_plan_note": DIAGNOSIS,
            "plan_starts_on": start,
            "plan_ends_on": end,
            **more,
        }
    )


def check(plan: Procedure, progress: str = "well") -> None:
    plan.task("Check progress").complete({"progress": progress, "statement.plan_progress": "Works as planned."})


@pytest.mark.policy("ATT-39b", "ATT-39c", "ATT-39d", "ATT-12j")
def test_sustained(story: Story, cases: AttendanceCases, plan: Procedure) -> None:
    setting = plan.task("Set the plan")
    assert setting.candidate_users == [DANIEL.username]
    assert setting.form.field("plan_sources").value == ["occupational_health"]
    set_plan(plan, plan_sources=["occupational_health", "midwife"], restrictions_end_on="2025-03-28")
    for reader in (ALEX, DANIEL):
        told = story.letter(reader, subject="return to work plan from Monday 10 March 2025")
        for words in ("Occupational Health", "your midwife", "Friday 4 April 2025", "Friday 28 March 2025"):
            assert words in told.text
        assert "No lifting." in told.text
        assert HOURS in told.text
        assert "Daniel Price" in told.text
    checking = plan.task("Check progress")
    assert "Monday 24 March 2025" in checking.form.text
    story.no_letter(DANIEL, subject="check progress")
    story.moves_to("Monday 24 March 2025 09:00")
    story.letter(DANIEL, subject="check progress today")
    check(plan)
    assert "Friday 4 April 2025" in plan.task("Check progress").form.text
    story.moves_to("Friday 4 April 2025 12:00")
    story.letter(DANIEL, subject="check progress today")
    check(plan)
    assert "you have sustained your return" in story.letter(ALEX, subject="has ended").text
    story.letter(DANIEL, subject="has ended")
    plan.ends_at("Plan ended", "Reminded")
    assert (plan.variables["plan_outcome"], plan.variables["plan_ended_on"]) == ("sustained", "2025-04-04")
    case = cases.case("rehabilitation_plan")
    assert (case.outcome, cases.reads(ALEX, case), cases.reads(RUTH, case)) == (
        "sustained",
        "everything",
        "nothing medical",
    )
    assert cases.events("CAP-2025-0001")[-1] == "Rehabilitation plan ended"
    keeps_nothing_of(plan, "slipped", "lifting", HOURS)
    story.no_unread_letter()


@pytest.mark.policy("ATT-39b")
def test_not_sustained_before_the_first_check_is_due(story: Story, cases: AttendanceCases, plan: Procedure) -> None:
    set_plan(plan)
    story.moves_to("Thursday 13 March 2025 10:00")
    check(plan, "failing")
    told = story.letter(ALEX, subject="has ended")
    assert "could not be sustained" in told.text
    assert "Nothing is decided by this letter" in told.text
    plan.ends_at("Plan ended")
    assert plan.variables["plan_outcome"] == "not_sustained"
    assert cases.case("rehabilitation_plan").outcome == "not_sustained"
    story.moves_to("Monday 5 May 2025 09:00")
    story.no_letter(DANIEL, subject="check progress")


@pytest.mark.policy("ATT-39b")
def test_changed_at_a_check(story: Story, plan: Procedure) -> None:
    set_plan(plan)
    story.letter(ALEX, subject="from Monday 10 March 2025")
    story.moves_to("Monday 24 March 2025 10:00")
    check(plan, "change")
    assert plan.task("Set the plan").form.field("plan_ends_on").value == "2025-04-04"
    set_plan(plan, "2025-03-25", "2025-05-02")
    changed = story.letter(ALEX, subject="plan has changed")
    assert "replaces the earlier one" in changed.text
    assert "Friday 2 May 2025" in changed.text
    assert "Tuesday 8 April 2025" in plan.task("Check progress").form.text


def test_a_plan_cannot_end_before_it_starts(story: Story, plan: Procedure) -> None:
    set_plan(plan, "2025-03-10", "2025-03-09")
    plan.task("Set the plan")
    story.no_letter(ALEX)


def test_a_plan_of_one_day_has_one_check(story: Story, plan: Procedure) -> None:
    set_plan(plan, "2025-03-10", "2025-03-10")
    story.moves_to("Monday 10 March 2025 09:00")
    check(plan)
    plan.ends_at("Plan ended", "Reminded")
    assert plan.variables["plan_outcome"] == "sustained"


@pytest.mark.policy("ATT-39c", "ATT-39d")
def test_a_plan_that_a_fit_note_recommends(story: Story, cases: AttendanceCases) -> None:
    plan = cases.called("rehabilitation_plan", plan_source="midwife")
    set_plan(plan)
    assert "your midwife, in a fit note" in story.letter(ALEX).text

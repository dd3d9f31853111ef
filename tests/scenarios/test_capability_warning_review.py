"""Stories of the review period of a written warning (policy paragraphs 32 and 37)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.forms.form_filler import FormRefused
from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.capability_performances import REVIEW_REASONS, Performances
from tests.scenarios.driver.people import ALEX, DANIEL, OWEN, Person
from tests.scenarios.driver.story import Procedure, Story

pytestmark = pytest.mark.policy("CAP-32", "CAP-37")


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


def under_review(
    performances: Performances, kind: str = "first_written_warning", *, employee: Person = ALEX, **more: Any
) -> tuple[Procedure, str]:
    """A review of a warning of 3 March 2025 until 2 June, and the warning's reference."""
    dates = {"active_until": "2025-09-02", "review_until": "2025-06-02"} | more
    reference = performances.appeals.decision(kind, employee=employee, active_until=dates["active_until"])
    review = performances.reviewed(reference, employee=employee, **dates)
    return review, reference


@pytest.mark.policy("CAP-32b", "CAP-A13")
def test_not_satisfied_and_progressed(story: Story, performances: Performances) -> None:
    review, _ = under_review(performances)
    story.moves_to("Monday 2 June 2025 00:00")
    task = review.task("Say how performance was")
    assert task.due == "Monday 9 June 2025 23:59:59"
    for told in ("2025-06-02", "2025-09-02", "Monday 9 June 2025"):
        assert told in task.form.text, told
    performances.review(review, "not_satisfied", "progress")
    letter = story.letter(ALEX)
    for told in ("not satisfactory", REVIEW_REASONS, "stage 2 hearing", "companion", "confidential"):
        assert told in letter.text, told
    assert letter.pdf_text
    review.ends_at("Review over")
    assert ("review_outcome", "progress") in review.all_variables()
    assert REVIEW_REASONS not in str(review.all_variables()), [
        v for v in review.all_variables() if REVIEW_REASONS in str(v)
    ]
    story.no_unread_letter()


@pytest.mark.policy("CAP-A13")
def test_one_of_the_next_steps_must_be_chosen(story: Story, performances: Performances) -> None:
    review, _ = under_review(performances)
    story.moves_to("Monday 2 June 2025 09:00")
    task = review.task("Say how performance was")
    with pytest.raises(FormRefused):
        task.complete({"review_finding": "not_satisfied", "statement.review_reasons": REVIEW_REASONS})
    performances.review(review, "not_satisfied", "close")
    letter = story.letter(ALEX)
    assert "no hearing is called" in letter.text
    assert "Tuesday 2 September 2025" in letter.text
    review.ends_at("Review over")
    assert ("review_outcome", "closed") in review.all_variables()


@pytest.mark.policy("CAP-37b")
def test_a_final_warning_progresses_to_stage_3(story: Story, performances: Performances) -> None:
    review, _ = under_review(performances, "final_written_warning", active_until="2026-03-02")
    story.moves_to("Monday 2 June 2025 09:00")
    performances.review(review, "improved", "progress")
    letter = story.letter(ALEX)
    assert "stage 3 hearing" in letter.text
    assert "substantial improvement, but not enough" in letter.text
    review.ends_at("Review over")


@pytest.mark.policy("CAP-32c", "CAP-37c", "CAP-A14")
def test_the_review_period_is_extended(story: Story, performances: Performances) -> None:
    review, _ = under_review(performances)
    story.moves_to("Monday 2 June 2025 09:00")
    performances.review(review, "improved", "extend", new_review_until="2025-07-31")
    letter = story.letter(ALEX)
    for told in ("Thursday 31 July 2025", "Tuesday 2 September 2025, that does not change".replace(",", ";")):
        assert told in letter.text, told
    assert "appeal" not in letter.text
    review.has_no_task("Say how performance was")
    story.moves_to("Thursday 31 July 2025 09:00")
    task = review.task("Say how performance was")
    assert "extended 1 time" in task.form.text
    assert task.due == "Thursday 7 August 2025 23:59:59"
    assert task.form.field("review_finding").value is None
    performances.review(review, "satisfied")
    assert REVIEW_REASONS not in story.letter(ALEX).text
    review.ends_at("Review over")
    assert ("review_outcome", "satisfied") in review.all_variables()


@pytest.mark.policy("CAP-A11", "CAP-32c")
def test_a_review_may_not_outlast_its_warning(story: Story, performances: Performances) -> None:
    review, _ = under_review(performances)
    story.moves_to("Monday 2 June 2025 09:00")
    performances.review(review, "improved", "extend", new_review_until="2025-10-01")
    again = review.task("Say how performance was")
    assert "after the warning’s last active day" in again.form.text
    story.no_letter(ALEX)
    performances.review(review, "improved", "extend", new_review_until="2025-06-02")
    assert "must end after today" in review.task("Say how performance was").form.text
    performances.review(
        review, "improved", "extend", new_review_until="2025-10-01", extend_warning=True, new_active_until="2025-09-30"
    )
    assert "not before the end of the review period" in review.task("Say how performance was").form.text
    performances.review(review, "improved", "extend", new_review_until="2025-09-02")
    assert "Tuesday 2 September 2025" in story.letter(ALEX).text


@pytest.mark.policy("CAP-A11", "CAP-A17")
def test_the_warning_itself_is_extended_as_a_decision_of_its_own(story: Story, performances: Performances) -> None:
    review, reference = under_review(performances)
    story.moves_to("Monday 2 June 2025 09:00")
    performances.review(
        review, "improved", "extend", new_review_until="2025-10-01", extend_warning=True, new_active_until="2025-12-01"
    )
    letter = story.letter(ALEX)
    old, new = performances.warnings()
    for told in (
        new.reference,
        "Wednesday 1 October 2025",
        "Monday 1 December 2025",
        "Chief Executive",
        "Monday 9 June 2025",
        REVIEW_REASONS,
    ):
        assert told in letter.text, told
    assert (old.reference, old.status, old.replaced_by) == (reference, "replaced", new.reference)
    assert (new.kind, str(new.active_from), str(new.active_until)) == (
        "first_written_warning",
        "2025-06-02",
        "2025-12-01",
    )
    assert (new.facts["informed_on"], new.facts["decided_by"], new.facts["review_until"]) == (
        "2025-06-02",
        DANIEL.staff_number,
        "2025-10-01",
    )
    story.moves_to("Wednesday 1 October 2025 09:00")
    performances.review(review, "not_satisfied", "progress")
    story.letter(ALEX)
    review.ends_at("Review over")


@pytest.mark.policy("CAP-64b", "CAP-A04")
def test_by_post_the_week_for_an_appeal_runs_from_the_day_it_arrived(story: Story, performances: Performances) -> None:
    review, _ = under_review(performances, employee=OWEN)
    story.moves_to("Monday 2 June 2025 09:00")
    performances.review(
        review, "improved", "extend", new_review_until="2025-10-01", extend_warning=True, new_active_until="2025-12-01"
    )
    posting = review.task("Print and post the letter")
    assert performances.warnings(OWEN)[-1].facts["informed_on"] == "2025-06-04"
    story.moves_to("Wednesday 4 June 2025 09:00")
    posting.complete({"posted_on": "2025-06-04", "delivered_how": "post"})
    review.reaches("Note when it arrived")
    assert performances.warnings(OWEN)[-1].facts["informed_on"] == "2025-06-06"


@pytest.mark.policy("CAP-A11", "CAP-A12")
def test_an_expired_warning_carries_no_next_stage(story: Story, performances: Performances) -> None:
    review, _ = under_review(performances, review_until="2025-09-02")
    story.moves_to("Tuesday 2 September 2025 09:00")
    task = review.task("Say how performance was")
    story.moves_to("Wednesday 3 September 2025 09:00")
    task.complete(
        {"review_finding": "not_satisfied", "next_step": "progress", "statement.review_reasons": REVIEW_REASONS}
    )
    again = review.task("Say how performance was")
    assert "not active any more" in again.form.text
    assert list(again.form.field("next_step").options) == ["close"]
    story.no_letter(ALEX)
    performances.review(review, "not_satisfied", "close")
    story.letter(ALEX)
    review.ends_at("Review over")


@pytest.mark.policy("CAP-34a", "CAP-39b")
@pytest.mark.parametrize("at", ["Friday 2 May 2025 09:00", "Tuesday 3 June 2025 09:00"])
def test_further_poor_performance_ends_the_review(story: Story, performances: Performances, at: str) -> None:
    review, _ = under_review(performances)
    story.moves_to(at)
    performances.further_evidence(performances.case("capability_decision_record").reference)
    review.ends_at("Further evidence")
    assert ("review_outcome", "further_poor_performance") in review.all_variables()
    story.no_letter(ALEX)


@pytest.mark.policy("CAP-71b")
def test_a_warning_revoked_ends_the_review(story: Story, performances: Performances) -> None:
    review, reference = under_review(performances)
    appeal = performances.appeals.up_to_the_decision(reference)
    performances.appeals.decide(appeal, "revoke")
    review.ends_at("Warning changed")
    story.no_letter(ALEX, subject="review period")


def extended(story: Story, performances: Performances) -> tuple[Procedure, str, str]:
    """A review at whose end, on 2 June, the warning was extended to 1 December; the old and the new warning."""
    review, old = under_review(performances)
    story.moves_to("Monday 2 June 2025 09:00")
    performances.review(
        review, "improved", "extend", new_review_until="2025-10-01", extend_warning=True, new_active_until="2025-12-01"
    )
    story.letter(ALEX, subject="extended to Wednesday 1 October 2025")
    return review, old, performances.warnings()[-1].reference


@pytest.mark.policy("CAP-71b", "CAP-A11", "CAP-31")
def test_an_extension_revoked_on_appeal_was_never_made(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    review, old, new = extended(story, performances)
    appeals.decided(new, "Tuesday 10 June 2025", "revoke")
    review.ends_at("Warning changed")
    letter = story.letter(ALEX, subject="Your appeal: the decision").text
    assert f"your warning {old}" in letter
    assert "last active day is Tuesday 2 September 2025" in letter
    warning, extension = performances.warnings()
    assert (warning.reference, warning.status, warning.replaced_by) == (old, "active", None)
    assert str(warning.active_until) == "2025-09-02"
    assert (extension.reference, extension.status) == (new, "revoked")


@pytest.mark.policy("CAP-71a", "CAP-A11")
def test_an_extension_confirmed_on_appeal_stays(story: Story, performances: Performances, appeals: Appeals) -> None:
    review, old, new = extended(story, performances)
    appeals.decided(new, "Tuesday 10 June 2025", "confirm")
    assert "counts again" not in story.letter(ALEX, subject="Your appeal: the decision").text
    review.is_running()
    assert [(entry.reference, entry.status) for entry in performances.warnings()] == [
        (old, "replaced"),
        (new, "active"),
    ]


@pytest.mark.policy("CAP-71b", "CAP-A11")
def test_a_warning_that_was_revoked_itself_does_not_come_back(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    review, old, new = extended(story, performances)
    late = appeals.make(old)
    late.task("Decide on the late appeal").complete(
        {"late_appeal": "admit", "statement.admission_reasons": "The letter had gone astray."}
    )
    appeals.appoint(late)
    appeals.set_date(late, "2025-06-05T10:00")
    story.moves_to("Thursday 5 June 2025 10:00")
    appeals.hold(late)
    appeals.decide(late, "revoke")
    assert appeals.entry(old).status == "revoked"
    appeals.decided(new, "Tuesday 10 June 2025", "revoke")
    review.ends_at("Warning changed")
    assert appeals.entry(old).status == "revoked"

"""Stories of disability and adjustments (policy paragraphs 8 and 9)."""

from __future__ import annotations

import pytest

from tests.scenarios.capability_hearings import CASE, Hearings
from tests.scenarios.driver.people import ALEX, DANIEL
from tests.scenarios.driver.story import Procedure, Story

WORK = "No evening shifts from April, because of the medication."
PROCEDURE = "Breaks whenever asked for."


def considered(hearings: Hearings, reply_key: str | None = None) -> Procedure:
    """Disability and adjustments are to be considered in an open case."""
    return hearings.story.start_with("capability_adjustments", {**hearings.case_of(), "reply_key": reply_key})


def answers(part: Procedure, related: str) -> None:
    part.task("Consider a disability").complete(
        {"disability_related": related, "statement.disability_considered": "The occupational health report of May."}
    )


def adjusts(part: Procedure, work: str = "yes", procedure: str = "yes") -> None:
    part.task("Consider adjustments").complete(
        {
            "adjustments_considered": ["duties", "training"],
            "adjust_work": work,
            "statement.work_adjustments": WORK,
            "adjust_procedure": procedure,
            "statement.procedure_adjustments": PROCEDURE,
        }
    )


@pytest.mark.parametrize("related", ["yes", "unknown"])
@pytest.mark.policy("CAP-8a", "CAP-8b", "CAP-8c", "CAP-10a")
def test_adjustments_are_considered_and_confirmed(story: Story, hearings: Hearings, related: str) -> None:
    hearings.opens_case()
    part = considered(hearings)
    asked = part.task("Consider a disability")
    assert asked.candidate_users == [DANIEL.username]
    assert "has told us" not in asked.form.text
    answers(part, related)
    adjusts(part)
    letter = story.letter(ALEX, subject="adjustments")
    for told in (WORK, PROCEDURE, "Daniel Price", "are agreed", "is adjusted for you", CASE):
        assert told in letter.text, told
    story.letter(DANIEL, subject="adjustments")
    part.ends_at("Disability and adjustments considered")
    assert (part.variables["disability_related"], part.variables["procedure_adjusted"]) == (related, True)
    kept = str(part.all_variables())
    for private in ("occupational health", "medication", PROCEDURE):
        assert private not in kept, private
    assert hearings.texts()["work_adjustments"] == WORK
    assert "Disability and adjustments considered" in hearings.events()


@pytest.mark.policy("CAP-8b", "CAP-8c")
def test_nothing_is_adjusted_with_reasons(story: Story, hearings: Hearings) -> None:
    hearings.opens_case()
    part = considered(hearings)
    answers(part, "unknown")
    adjusts(part, work="no", procedure="no")
    letter = story.letter(ALEX, subject="adjustments")
    assert "No adjustments to your working arrangements are agreed" in letter.text
    assert "The procedure is not adjusted" in letter.text
    part.ends_at("Disability and adjustments considered")
    assert part.variables["procedure_adjusted"] is False


@pytest.mark.policy("CAP-8a")
def test_no_disability_and_no_letter(story: Story, hearings: Hearings) -> None:
    hearings.opens_case()
    part = considered(hearings)
    answers(part, "no")
    part.ends_at("Disability and adjustments considered")
    assert (part.variables["disability_related"], part.variables["procedure_adjusted"]) == ("no", False)
    part.never_reached("Consider adjustments")
    story.no_letter(ALEX)


@pytest.mark.policy("CAP-9", "CAP-10a")
def test_the_employee_tells_us_during_the_case(story: Story, hearings: Hearings) -> None:
    hearings.opens_case()
    told = story.start(
        "capability_employee_information",
        {"case_reference": CASE, "statement.information": "I have been diagnosed with epilepsy."},
    )
    message = story.published("employee_information", CASE)
    part = considered(hearings, message["reply_key"])
    told.ends_at("Adjustments to be considered")
    assert "The employee has told us something" in part.task("Consider a disability").form.text
    assert hearings.texts()["information"] == "I have been diagnosed with epilepsy."
    assert "epilepsy" not in str(told.all_variables() + part.all_variables()) + str(message)


@pytest.mark.policy("CAP-9")
def test_information_for_a_case_that_is_not_open_goes_to_human_resources(story: Story, hearings: Hearings) -> None:
    hearings.opens_case()
    told = story.start(
        "capability_employee_information", {"case_reference": CASE, "statement.information": "A bad back."}
    )
    story.moves_to("Monday 3 March 2025 09:02")
    unheard = told.task("Deal with the message")
    assert unheard.candidate_groups == ["hr"]
    unheard.complete({"dealt_with": True})
    told.ends_at("Message dealt with")

"""Stories of ill-health retirement (attendance policy, paragraph 40)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.attendance_cases import DIAGNOSIS, AttendanceCases, keeps_nothing_of
from tests.scenarios.driver.people import ALEX, DANIEL, HELEN, JOANNE, PETER, PRIYA, RUTH, SAMIR, Person
from tests.scenarios.driver.story import Procedure, Story

STEM = "ill_health_retirement"
REASONS = "Nothing we tried made work possible."


def considered(story: Story, cases: AttendanceCases, employee: Person = ALEX, manager: Person = DANIEL) -> Procedure:
    story.begins("Monday 3 March 2025 09:00")
    return cases.called(STEM, employee, manager, case_reference=cases.caller())


def make_the_case(retirement: Procedure, **answers: Any) -> None:
    tried = ("restricted_duties", "alternative_work", "adjustments", "redeployment")
    retirement.task("Make the case").complete(
        {
            "pursued": "yes",
            **{f"statement.tried_{name}": "Tried for a month; too painful." for name in tried},
            "impossible": "yes",
            "unlikely": "yes",
            "evidence": "yes",
            "statement.medical_evidence": DIAGNOSIS,
            "employee_view": "asks",
            **answers,
        }
    )


def decide(retirement: Procedure, decision: str) -> None:
    retirement.task("Decide").complete({"decision": decision, "statement.retirement_reasons": REASONS})


@pytest.mark.policy("ATT-40a", "ATT-40b", "ATT-A24")
def test_granted_by_the_chief_executive(story: Story, cases: AttendanceCases) -> None:
    retirement = considered(story, cases, PRIYA, PETER)
    assert retirement.task("Make the case").candidate_users == [PETER.username]
    case = cases.case(STEM)
    assert cases.reads(HELEN, case) == "nothing"
    make_the_case(retirement)
    deciding = retirement.task("Decide")
    assert deciding.candidate_users == [HELEN.username]
    assert "asks for it" in deciding.form.text
    assert cases.reads(HELEN, case) == "everything"
    assert cases.reads(RUTH, case) == "nothing medical"
    story.no_letter(PRIYA)
    decide(retirement, "granted")
    told = story.letter(PRIYA, subject="Ill-health retirement: the decision")
    assert "Ill-health retirement is granted" in told.text
    assert REASONS in told.text
    assert "has no appeal" in told.text
    story.letter(PETER, subject="the decision")
    telling = retirement.task("Tell the pension scheme")
    assert telling.candidate_groups == ["hr"]
    telling.complete({"pension_told_on": "2025-03-04"})
    retirement.ends_at("Retirement settled")
    assert retirement.variables["retirement"] == "granted"
    assert cases.case(STEM).outcome == "granted"
    assert retirement.variables["retirement_reference"] == case.reference
    assert cases.events("CAP-2025-0001")[-1] == "Ill-health retirement considered"
    keeps_nothing_of(retirement, "slipped", "painful", REASONS)
    story.no_unread_letter()


def test_refused(story: Story, cases: AttendanceCases) -> None:
    retirement = considered(story, cases, PRIYA, PETER)
    make_the_case(retirement, employee_view="disagrees")
    assert "does not agree" in retirement.task("Decide").form.text
    decide(retirement, "refused")
    told = story.letter(PRIYA, subject="the decision")
    assert "is not granted" in told.text
    assert REASONS in told.text
    assert "Peter Lindqvist will speak with you" in told.text
    retirement.ends_at("Retirement settled")
    assert retirement.variables["retirement"] == "refused"
    retirement.never_reached("Tell the pension scheme")


@pytest.mark.policy("ATT-40b")
@pytest.mark.parametrize(
    ("answers", "ground"),
    [
        ({"impossible": "no"}, "still be employed in some productive capacity"),
        ({"unlikely": "no"}, "you may recover"),
        ({"evidence": "no"}, "no medical evidence that confirms both conditions"),
    ],
    ids=["could work", "may recover", "no evidence"],
)
def test_both_conditions_must_be_confirmed(
    story: Story, cases: AttendanceCases, answers: dict[str, str], ground: str
) -> None:
    retirement = considered(story, cases)
    make_the_case(retirement, **answers)
    assert ground in story.letter(ALEX, subject="the decision").text
    retirement.ends_at("Retirement settled")
    assert retirement.variables["retirement"] == "refused"
    retirement.never_reached("Decide")


def test_not_pursued(story: Story, cases: AttendanceCases) -> None:
    retirement = considered(story, cases)
    retirement.task("Make the case").complete(
        {"pursued": "no", "statement.not_pursued_reasons": "Other work was found."}
    )
    retirement.ends_at("Retirement settled")
    assert cases.case(STEM).outcome == "not_pursued"
    assert retirement.variables["retirement"] == "not_pursued"
    story.no_letter(ALEX)
    story.no_letter(HELEN)


@pytest.mark.policy("ATT-A24")
def test_whoever_makes_the_case_does_not_decide_it(story: Story, cases: AttendanceCases) -> None:
    retirement = considered(story, cases, DANIEL, HELEN)
    assert retirement.task("Make the case").candidate_users == [HELEN.username]
    make_the_case(retirement)
    assert retirement.task("Decide").candidate_users == [SAMIR.username, JOANNE.username]


def test_the_chief_executives_own_case_is_decided_by_a_statutory_officer(story: Story, cases: AttendanceCases) -> None:
    story.begins("Monday 3 March 2025 09:00")
    retirement = cases.called(STEM, HELEN, None)
    retirement.task("Name who acts").complete({"acting_manager": RUTH.staff_number})
    make_the_case(retirement)
    assert retirement.task("Decide").candidate_users == [SAMIR.username, JOANNE.username]
    decide(retirement, "granted")
    story.letter(HELEN, subject="the decision")

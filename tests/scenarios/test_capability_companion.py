"""Stories of the companion at a hearing (policy paragraphs 15 to 18 and 23)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.driver.people import ALEX, CALLUM, PETER, PRIYA
from tests.scenarios.driver.story import Procedure, Story

UNION = {"companion_kind": "union", "contact.name": "Jo Field", "contact.email": "jo.field@union.example"}


@pytest.fixture
def appeal(story: Story, appeals: Appeals) -> Procedure:
    """An appeal with its hearing called for Tuesday 11 March 2025 at 10:00."""
    story.begins("Monday 3 March 2025 09:00")
    return appeals.up_to_the_hearing(appeals.decision("first_written_warning"))


def name(appeal: Procedure, **answers: Any) -> None:
    appeal.task("Name a companion, or none").complete({"companion_free": "yes", **answers})


def answer(appeal: Procedure, agrees: str = "yes") -> None:
    appeal.task("Answer as companion").complete({"agrees": agrees})


def accept(appeal: Procedure) -> None:
    appeal.task("Consider the choice").complete({"choice": "accept"})


@pytest.mark.policy("CAP-15b", "CAP-15c", "CAP-16a", "CAP-16b", "CAP-10a")
def test_a_colleague_agrees_and_gets_time_off(story: Story, appeal: Procedure) -> None:
    name(appeal, companion_kind="colleague", companion_staff_number=PRIYA.staff_number)
    asked = story.letter(PRIYA)
    assert "oblig" in asked.text
    asking = appeal.task("Answer as companion")
    assert asking.candidate_users == [PRIYA.username]
    answer(appeal)
    accept(appeal)
    told = story.letter(PETER, about="Priya Shah")
    assert "Tuesday 11 March 2025" in told.text
    time_off = story.letter(PETER, subject="Time off")
    assert ALEX.name not in time_off.text
    appeal.reaches("Companion and time off settled")
    story.moves_to("Tuesday 11 March 2025 10:00")
    assert PRIYA.staff_number in appeal.task("Hold and record the hearing").form.text


@pytest.mark.policy("CAP-15b", "CAP-10a")
def test_a_union_representative_is_asked_by_email_and_kept_out_of_the_engine(story: Story, appeal: Procedure) -> None:
    name(appeal, **UNION)
    assert "hearing" in story.letter("jo.field@union.example").text
    assert appeal.task("Answer as companion").candidate_users == [PETER.username]
    answer(appeal)
    accept(appeal)
    assert "Jo Field" in story.letter(PETER, about="Jo Field").text
    appeal.reaches("Companion settled")
    kept = str(appeal.all_variables())
    assert "Jo Field" not in kept
    assert "jo.field" not in kept


@pytest.mark.policy("CAP-15a", "CAP-69b")
def test_no_companion_does_not_stop_the_hearing(story: Story, appeal: Procedure) -> None:
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeal.task("Hold and record the hearing")
    appeal.has_no_task("Name a companion, or none")


@pytest.mark.policy("CAP-16b")
def test_a_colleague_declines_without_a_reason_and_another_is_named(story: Story, appeal: Procedure) -> None:
    name(appeal, companion_kind="colleague", companion_staff_number=PRIYA.staff_number)
    story.letter(PRIYA)
    answer(appeal, "no")
    assert story.letter(ALEX, about="companion")
    name(appeal, companion_kind="colleague", companion_staff_number=CALLUM.staff_number)
    assert appeal.task("Answer as companion").candidate_users == [CALLUM.username]


def test_an_unknown_colleague_is_asked_for_again(story: Story, appeal: Procedure) -> None:
    name(appeal, companion_kind="colleague", companion_staff_number="999999")
    story.letter(ALEX, about="staff number")
    appeal.task("Name a companion, or none")
    appeal.never_reached("Answer as companion")


@pytest.mark.policy("CAP-17x", "CAP-17a")
def test_a_companion_with_a_conflict_is_refused_in_writing(story: Story, appeal: Procedure) -> None:
    name(appeal, companion_kind="colleague", companion_staff_number=PRIYA.staff_number)
    answer(appeal)
    considering = appeal.task("Consider the choice")
    assert list(considering_grounds(considering)) == ["conflict", "prejudice"]
    considering.complete(
        {
            "choice": "refuse",
            "refusal_ground": "conflict",
            "statement.companion_refusal_reasons": "Priya Shah is a witness in this case.",
        }
    )
    assert "is a witness in this case" in story.letter(ALEX, about="is a witness in this case").text
    appeal.task("Name a companion, or none").complete({"companion_kind": "none"})
    appeal.reaches("No companion")


def considering_grounds(task: Any) -> tuple[Any, ...]:
    return tuple(ground["value"] for ground in task.variables["grounds"])


@pytest.mark.policy("CAP-17b")
@pytest.mark.parametrize(
    ("free_on", "refusable"),
    [("2025-03-18", False), ("2025-03-19", True)],
    ids=["Tuesday 18 March, five working days later", "Wednesday 19 March, six working days later"],
)
def test_unavailability_is_a_ground_only_beyond_five_working_days(
    story: Story, appeal: Procedure, free_on: str, refusable: bool
) -> None:
    name(
        appeal,
        companion_kind="colleague",
        companion_staff_number=PRIYA.staff_number,
        companion_free="no",
        companion_free_on=free_on,
    )
    answer(appeal)
    considering = appeal.task("Consider the choice")
    assert ("unavailable" in considering_grounds(considering)) is refusable
    if refusable:
        considering.complete(
            {
                "choice": "refuse",
                "refusal_ground": "unavailable",
                "statement.companion_refusal_reasons": "The appeal would wait too long.",
            }
        )
        story.letter(ALEX, about="The appeal would wait too long.")


@pytest.mark.policy("CAP-23a", "CAP-A25")
def test_the_hearing_moves_to_suit_the_companion_who_stays(story: Story, appeals: Appeals, appeal: Procedure) -> None:
    first = story.letter(ALEX, about="Tuesday 11 March 2025")
    name(
        appeal,
        companion_kind="colleague",
        companion_staff_number=PRIYA.staff_number,
        companion_free="no",
        companion_free_on="2025-03-14",
    )
    answer(appeal)
    accept(appeal)
    moving = appeal.task("Set date, time and place")
    assert "2025-03-14" in moving.form.text
    appeals.set_date(
        appeal, "2025-03-14T14:00", date_reason_given=True, **{"statement.date_reasons": "The companion is free then."}
    )
    updated = story.letter(ALEX, about="Friday 14 March 2025")
    assert updated.event["UID"] == first.event["UID"]
    assert (first.event["SEQUENCE"], updated.event["SEQUENCE"]) == (0, 1)
    story.letter(PETER, about="Priya Shah")
    appeal.has_no_task("Name a companion, or none")
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeal.has_no_task("Hold and record the hearing")
    story.moves_to("Friday 14 March 2025 14:00")
    appeal.task("Hold and record the hearing")


@pytest.mark.policy("CAP-18")
@pytest.mark.parametrize("allowed", [True, False])
def test_a_family_member_is_for_the_manager_to_allow(story: Story, appeal: Procedure, allowed: bool) -> None:
    name(
        appeal,
        **{
            **UNION,
            "companion_kind": "other",
            "statement.other_companion_ground": "A difficulty caused by a disability.",
        },
    )
    allowing = appeal.task("Decide whether to allow")
    assert allowing.candidate_users == [PETER.username]
    assert "disability" not in str(appeal.all_variables()).replace("other_companion_ground", "")
    if allowed:
        allowing.complete({"other_allowed": "yes"})
        appeal.task("Answer as companion")
    else:
        allowing.complete(
            {"other_allowed": "no", "statement.companion_refusal_reasons": "Neither ground was explained."}
        )
        story.letter(ALEX, about="Neither ground was explained.")
        appeal.task("Name a companion, or none")


@pytest.mark.policy("CAP-15c", "CAP-A29")
def test_naming_late_is_accepted_and_shown(story: Story, appeal: Procedure) -> None:
    story.moves_to("Tuesday 11 March 2025 09:00")
    name(appeal, companion_kind="colleague", companion_staff_number=PRIYA.staff_number)
    answer(appeal)
    assert "later than asked for" in appeal.task("Consider the choice").form.text
    accept(appeal)
    story.letter(PETER, about="Priya Shah")


@pytest.mark.policy("CAP-23a", "CAP-A25", "CAP-10a")
def test_the_employee_cannot_attend_and_the_hearing_is_taken_off(
    story: Story, appeals: Appeals, appeal: Procedure
) -> None:
    case = appeals.case()
    message = story.start(
        "capability_cannot_attend",
        {
            "case_reference": case.reference,
            "who": "employee",
            "suggested_on": "2025-03-14",
            "statement.cannot_attend_reasons": "A hospital appointment.",
        },
    )
    message.ends_at("Hearing to be moved")
    assert "2025-03-14" in appeal.task("Set date, time and place").form.text
    appeals.set_date(appeal, "2025-03-14T10:00", date_reason_given=True, **{"statement.date_reasons": "Hospital."})
    story.letter(ALEX, about="Friday 14 March 2025")
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeal.has_no_task("Hold and record the hearing")
    assert "hospital" not in str(appeal.all_variables() + message.all_variables()).lower()


@pytest.mark.policy("CAP-23a")
def test_a_message_no_hearing_waits_for_is_not_lost(story: Story, appeals: Appeals, appeal: Procedure) -> None:
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeals.hold(appeal)
    message = story.start(
        "capability_cannot_attend",
        {"case_reference": appeals.case().reference, "who": "employee", "statement.cannot_attend_reasons": "Ill."},
    )
    story.moves_to("Tuesday 11 March 2025 10:02")
    unheard = message.task("Deal with the message")
    assert unheard.candidate_groups == ["hr"]
    unheard.complete({"dealt_with": True})
    message.ends_at("Message dealt with")

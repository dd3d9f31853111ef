"""Stories of a sickness absence meeting (policy paragraphs 46 to 51)."""

from __future__ import annotations

import pytest

from tests.scenarios.capability_sickness_cases import REASONS, SicknessCases
from tests.scenarios.driver.people import ALEX, DANIEL, PRIYA, SAMIR
from tests.scenarios.driver.story import Procedure, Story


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


# Notice


@pytest.mark.policy("CAP-46a", "CAP-A01")
def test_shorter_notice_needs_the_reason_why_seven_days_are_impractical(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin()
    sickness.prepare(case)
    sickness.set_date(case, "2025-03-10T10:00")
    again = case.task("Set date, time and place")
    assert "less than seven days’ notice" in again.form.text
    story.no_letter(ALEX)
    sickness.set_date(
        case,
        "2025-03-10T10:00",
        date_reason_given=True,
        **{"statement.date_reasons": "The treatment begins on Tuesday."},
    )
    notice = story.letter(ALEX, subject="Monday 10 March 2025")
    assert "normally given seven days’ notice" in notice.text
    assert "The treatment begins on Tuesday." in notice.text


@pytest.mark.policy("CAP-46a", "CAP-A01")
@pytest.mark.parametrize("meeting_at", ["2025-03-11T10:00", "2025-03-18T10:00"])
def test_seven_clear_days_are_taken_without_remark(story: Story, sickness: SicknessCases, meeting_at: str) -> None:
    case = sickness.begin()
    sickness.call(case, meeting_at)
    assert "impractical" not in story.letter(ALEX, subject="Your sickness absence meeting").text


@pytest.mark.policy("CAP-14b")
def test_a_late_date_needs_a_reason(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin()
    sickness.call(case, "2025-03-19T10:00")
    assert "later than the usual notice" in case.task("Set date, time and place").form.text
    sickness.set_date(
        case, "2025-03-19T10:00", date_reason_given=True, **{"statement.date_reasons": "The employee asked for it."}
    )
    story.letter(ALEX, subject="Wednesday 19 March 2025")


@pytest.mark.policy("CAP-46b", "CAP-13a", "CAP-13b", "CAP-13c", "CAP-12")
def test_the_employee_is_told_otherwise_and_gets_what_was_gathered(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin()
    sickness.prepare(
        case,
        reason_told="otherwise",
        summary_enclosed="yes",
        documents_enclosed="yes",
        witnesses_relied_on="both",
        copies_ready=True,
        **{
            "statement.told_otherwise": "By telephone on Friday 28 February.",
            "statement.summary": "Nine absences, 31 days.",
            "statement.documents": "The absence record",
            "statement.witness_names": "The team leader.",
            "statement.confidentiality_reasons": "Fear of reprisals.",
            "statement.confidential_summary": "A colleague took over work at short notice.",
        },
    )
    sickness.set_date(case, "2025-03-11T10:00")
    notice = story.letter(ALEX, subject="Your sickness absence meeting")
    for told in (
        "By telephone on Friday 28 February.",
        "Nine absences, 31 days.",
        "The absence record",
        "The team leader.",
        "A colleague took over work at short notice.",
    ):
        assert told in notice.text, told
    assert "reprisals" not in notice.text


# Attendance


@pytest.mark.policy("CAP-49a", "CAP-A26", "CAP-3b")
def test_absent_without_good_reason_may_be_misconduct_and_the_second_time_be_decided(
    story: Story, sickness: SicknessCases
) -> None:
    case = sickness.at_stage_2()
    story.moves_to("Tuesday 11 March 2025 10:00")
    sickness.happened(case, "no_employee")
    case.task("Judge the absence").complete({"good_reason": "no", "statement.absence_reasons": "None was given."})
    choosing = case.task("Choose what follows")
    assert list(choosing.form.field("next_step").options) == ["new_date"]
    choosing.complete(
        {
            "next_step": "new_date",
            "refer_misconduct": True,
            "statement.absence_choice_reasons": "It was not explained.",
        }
    )
    referral = story.sees_start_of("capability_misconduct_referral")
    assert referral.task("Confirm the referral").candidate_users == [DANIEL.username]
    sickness.set_date(case, "2025-03-20T10:00")
    moved = story.letter(ALEX, subject="moved to Thursday 20 March 2025")
    assert moved.event["SEQUENCE"] == 1
    story.moves_to("Thursday 20 March 2025 10:00")
    sickness.happened(case, "no_employee")
    case.task("Judge the absence").complete({"good_reason": "no", "statement.absence_reasons": "None was given."})
    case.task("Choose what follows").complete(
        {
            "next_step": "on_evidence",
            "alternatives_offered": "yes",
            "statement.absence_choice_reasons": "Twice without a word.",
        }
    )
    assert "The employee is not here" in case.task("Record the further meeting").form.text
    sickness.write_down(case)
    sickness.decide(case, "further_meeting", "2025-04-30")
    letter = story.letter(ALEX, subject="the decision")
    assert "I have therefore decided in your absence" in letter.text
    assert "Thursday 27 March 2025" in letter.text


@pytest.mark.policy("CAP-49b", "CAP-A25")
def test_an_employee_who_says_three_times_that_they_cannot_come(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_3()
    for suggested, new in (("2025-03-18", "2025-03-18T10:00"), ("2025-03-17", "2025-03-17T10:00")):
        cannot(story, sickness, "employee", suggested).ends_at("Hearing to be moved")
        sickness.set_date(case, new)
        story.letter(ALEX, subject="has been moved")
    cannot(story, sickness, "employee", "2025-04-01")
    case.task("Judge the absence").complete({"good_reason": "yes", "statement.absence_reasons": "Still too unwell."})
    case.task("Choose what follows").complete(
        {
            "next_step": "on_evidence",
            "alternatives_offered": "yes",
            "statement.absence_choice_reasons": "It was offered by telephone and in writing.",
        }
    )
    for someone in (ALEX, DANIEL, SAMIR):
        told = story.letter(someone, subject="The meeting on Monday 17 March 2025 will not take place")
        assert told.calendar is not None
        assert (told.calendar["METHOD"], told.event["SEQUENCE"]) == ("CANCEL", 3)
    record = case.task("Record the final meeting")
    assert record.candidate_users == [SAMIR.username]
    assert "statement.response_to_management_case" not in {field.key for field in record.form.fields}
    sickness.write_down(case)
    case.task("Decide the outcome")
    case.never_reached("Say what happened")


def cannot(story: Story, sickness: SicknessCases, who: str, suggested_on: str) -> Procedure:
    """Somebody says that they cannot attend."""
    return story.start(
        "capability_cannot_attend",
        {
            "case_reference": sickness.case().reference,
            "who": who,
            "suggested_on": suggested_on,
            "statement.cannot_attend_reasons": "Unwell.",
        },
    )


@pytest.mark.policy("CAP-47b", "CAP-49b", "CAP-A25")
def test_a_companion_who_is_free_some_days_later_moves_the_meeting(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    case.task("Name a companion, or none").complete(
        {
            "companion_kind": "colleague",
            "companion_staff_number": PRIYA.staff_number,
            "companion_free": "no",
            "companion_free_on": "2025-03-14",
        }
    )
    case.task("Answer as companion").complete({"agrees": "yes"})
    case.task("Consider the choice").complete({"choice": "accept"})
    setting = case.task("Set date, time and place")
    assert "2025-03-14" in setting.form.text
    sickness.set_date(case, "2025-03-14T10:00")
    story.letter(ALEX, subject="moved to Friday 14 March 2025")
    story.letter(PRIYA, about="Friday 14 March 2025")
    story.moves_to("Friday 14 March 2025 10:00")
    assert f"colleague {PRIYA.staff_number}" in case.task("Say what happened").form.text


@pytest.mark.policy("CAP-49b")
def test_a_companion_who_does_not_come(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    story.moves_to("Tuesday 11 March 2025 10:00")
    sickness.happened(case, "no_companion")
    sickness.set_date(case, "2025-03-20T10:00")
    story.letter(ALEX, subject="moved to Thursday 20 March 2025")
    case.never_reached("Judge the absence")


@pytest.mark.policy("CAP-50a", "CAP-50b", "CAP-46c")
def test_a_meeting_is_adjourned_and_new_information_considered(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    story.moves_to("Tuesday 11 March 2025 10:00")
    sickness.happened(case, "adjourned", suggested_on="2025-03-20")
    case.task("Gather or consider").complete(
        {"anything_new": "yes", "statement.new_information": "The specialist’s letter.", "suggested_on": "2025-03-20"}
    )
    assert "is considering new information" in case.task("Set date, time and place").form.text
    sickness.set_date(case, "2025-03-20T10:00")
    goes_on = story.letter(ALEX, subject="continues on Thursday 20 March 2025")
    assert "The specialist’s letter." in goes_on.text
    sickness.hold(case, "Thursday 20 March 2025 10:00", "closed")
    case.ends_at("Case closed")


# Decision


@pytest.mark.policy("CAP-51b")
def test_a_late_decision_is_reminded_of_and_explained(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    story.moves_to("Tuesday 11 March 2025 10:00")
    sickness.happened(case)
    sickness.write_down(case)
    story.no_letter(DANIEL, subject="Overdue")
    story.moves_to("Wednesday 19 March 2025 00:00")
    reminder = story.letter(DANIEL, subject="Overdue: the decision letter after the meeting on Tuesday 11 March 2025")
    assert "Tuesday 18 March 2025" in reminder.text
    sickness.decide(case, "closed")
    late = case.task("Say why it is late")
    assert late.candidate_users == [DANIEL.username]
    story.no_letter(ALEX, subject="the decision")
    late.complete({"statement.late_reasons": "I was ill myself."})
    assert "I was ill myself." in story.letter(ALEX, subject="the decision").text
    sickness.explain(case)
    case.ends_at("Case closed")
    assert len([letter for letter in story.letters(DANIEL) if "Overdue" in letter.subject]) == 1


@pytest.mark.policy("CAP-55f", "CAP-58i")
def test_the_next_meeting_is_to_come(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    story.moves_to("Tuesday 11 March 2025 10:00")
    sickness.happened(case)
    sickness.write_down(case)
    sickness.decide(case, "further_meeting", "2025-03-11")
    assert "after today" in case.task("Decide the outcome").form.text
    story.no_letter(ALEX, subject="the decision")
    sickness.decide(case, "further_meeting", "2025-03-12")
    letter = story.letter(ALEX, subject="the decision")
    assert (REASONS in letter.text, "Wednesday 12 March 2025" in letter.text) == (True, True)
    sickness.explain(case)
    case.task("Review before the meeting")


@pytest.mark.policy("CAP-61d", "CAP-61e", "CAP-5a")
def test_termination_is_open_only_at_a_final_meeting(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    story.moves_to("Tuesday 11 March 2025 10:00")
    sickness.happened(case)
    sickness.write_down(case)
    case.task("Decide the outcome").complete_past_the_form({"outcome": "termination"})
    assert "not open at this stage" in case.task("Decide the outcome").form.text
    sickness.decide(case, "closed")
    assert [entry.kind for entry in sickness.decisions()] == ["sickness_decision"]
    case.never_reached("Set the terms")


@pytest.mark.policy("CAP-61d", "CAP-61e")
def test_termination_needs_the_likelihood_of_a_return_considered(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_3()
    story.moves_to("Tuesday 11 March 2025 10:00")
    sickness.happened(case)
    case.task("Record the final meeting").complete_past_the_form({})
    sickness.decide(case, "termination")
    assert "likely (paragraph 61)" in case.task("Decide the outcome").form.text
    case.never_reached("Set the terms")


@pytest.mark.policy("CAP-28c")
def test_a_decision_is_not_explained_in_person_in_time(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    story.moves_to("Tuesday 11 March 2025 10:00")
    sickness.happened(case)
    sickness.write_down(case)
    sickness.decide(case, "closed")
    story.moves_to("Tuesday 18 March 2025 10:01")
    case.ends_at("Case closed")
    assert "No explanation in person was recorded in time" in sickness.events()


@pytest.mark.policy("CAP-45a", "CAP-45c", "CAP-A21")
@pytest.mark.parametrize(("first_day", "told"), [("2025-02-10", True), ("2025-02-11", False)])
def test_the_absences_on_record_are_shown(story: Story, sickness: SicknessCases, first_day: str, told: bool) -> None:
    sickness.is_absent(ALEX, "2025-01-13", "2025-01-15")
    sickness.is_absent(ALEX, first_day)
    shown = sickness.begin(kind="both").task("Prepare the notice").form.text
    assert "2 occasions" in shown
    assert "ABS-2025-9001, ABS-2025-9002" in shown
    assert ("which is more than 21 (paragraph 45(c))" in shown) is told

"""Stories of calling a performance hearing and of those who cannot come (policy paragraphs 14 to 17, 23 and 25)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.capability_hearings import CASE, REASONS, Hearings, found
from tests.scenarios.driver.people import ALEX, CALLUM, DANIEL, PETER, PRIYA, RUTH, TOM
from tests.scenarios.driver.story import Procedure, Story


def prepared(hearings: Hearings) -> Procedure:
    hearing = hearings.begin()
    hearings.held_by(hearing)
    hearings.prepare(hearing)
    return hearing


def names_a_colleague(hearing: Procedure) -> None:
    """Priya is named, agrees and is accepted."""
    hearing.task("Name a companion, or none").complete(
        {"companion_kind": "colleague", "companion_staff_number": PRIYA.staff_number, "companion_free": "yes"}
    )
    hearing.task("Answer as companion").complete({"agrees": "yes"})
    hearing.task("Consider the choice").complete({"choice": "accept"})
    hearing.reaches("Companion and time off settled")


# Notice of one, two, seven and eight days


@pytest.mark.parametrize(
    ("hearing_at", "answers"),
    [
        ("2025-03-06T10:00", {}),
        ("2025-03-11T10:00", {}),
        ("2025-03-05T10:00", {"date_reason_given": True, "statement.date_reasons": "Leave.", "employee_agrees": True}),
        ("2025-03-12T10:00", {"date_reason_given": True, "statement.date_reasons": "The manager is away."}),
    ],
    ids=["two clear days", "seven clear days", "one clear day by agreement", "eight clear days with a reason"],
)
@pytest.mark.policy("CAP-14a", "CAP-14b", "CAP-A01", "CAP-A03")
def test_a_notice_that_is_given(story: Story, hearings: Hearings, hearing_at: str, answers: dict[str, Any]) -> None:
    hearing = prepared(hearings)
    shown = hearing.task("Set date, time and place").form.text
    for told in ("Thursday 6 March 2025", "Tuesday 11 March 2025", "two to seven clear days", "paragraph 14"):
        assert told in shown, told
    hearings.set_date(hearing, hearing_at, **answers)
    hearing.reaches("Give notice of the hearing")
    story.letter(ALEX, subject="stage 1")


@pytest.mark.parametrize(
    ("hearing_at", "answers", "advice"),
    [
        ("2025-02-28T10:00", {}, "in the past"),
        ("2025-03-05T10:00", {}, "less than the usual notice"),
        ("2025-03-05T10:00", {"date_reason_given": True, "statement.date_reasons": "Leave."}, "less than the usual"),
        ("2025-03-12T10:00", {}, "later than the usual notice"),
    ],
    ids=["in the past", "one clear day", "one clear day without agreement", "eight clear days"],
)
@pytest.mark.policy("CAP-14b", "CAP-A03")
def test_a_notice_that_needs_another_look(
    story: Story, hearings: Hearings, hearing_at: str, answers: dict[str, Any], advice: str
) -> None:
    hearing = prepared(hearings)
    hearings.set_date(hearing, hearing_at, **answers)
    assert advice in hearing.task("Set date, time and place").form.text
    story.no_letter(ALEX)


# Those who say before that they cannot come


@pytest.mark.policy("CAP-23a", "CAP-14a", "CAP-A25")
def test_the_employee_cannot_attend_and_gets_another_time(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    first = story.letter(ALEX, subject="stage 1")
    names_a_colleague(hearing)
    story.moves_to("Friday 7 March 2025 09:00")
    message = hearings.cannot_attend(suggested_on="2025-03-13")
    message.ends_at("Hearing to be moved")
    moving = hearing.task("Set date, time and place")
    assert "2025-03-13" in moving.form.text
    hearings.set_date(hearing, "2025-03-13T11:00")
    moved = story.letter(ALEX, subject="moved to Thursday 13 March 2025")
    for told in ("11 am", "companion", "misconduct", "electronic recording", "Daniel Price"):
        assert told in moved.text, told
    assert "choose another companion" not in moved.text
    assert moved.event["UID"] == first.event["UID"]
    assert (moved.event["SEQUENCE"], moved.calendar and moved.calendar["METHOD"]) == (1, "REQUEST")
    assert "Thursday 13 March" in story.letter(PRIYA, subject="moved").text
    hearing.has_no_task("Name a companion, or none")
    story.moves_to("Monday 10 March 2025 10:00")
    hearing.has_no_task("Hold and record the hearing")
    hearing.has_no_task("Judge the absence")
    story.moves_to("Thursday 13 March 2025 11:00")
    hearings.hold(hearing)
    assert hearing.task("Decide the outcome").due == "Thursday 20 March 2025 23:59:59"
    assert "temperature" not in str(hearing.all_variables() + message.all_variables())


@pytest.mark.parametrize(
    "free_on", ["2025-03-17", "2025-03-18"], ids=["five working days later", "six working days later"]
)
@pytest.mark.policy("CAP-17b", "CAP-23a", "CAP-A25")
def test_the_companion_is_ill(story: Story, hearings: Hearings, free_on: str) -> None:
    hearing = hearings.called()
    names_a_colleague(hearing)
    hearings.cannot_attend("companion", free_on).ends_at("Hearing to be moved")
    if free_on == "2025-03-17":
        assert free_on in hearing.task("Set date, time and place").form.text
        hearing.has_no_task("Decide on the companion")
        hearings.set_date(
            hearing, "2025-03-17T10:00", date_reason_given=True, **{"statement.date_reasons": "The companion."}
        )
        assert "choose another companion" not in story.letter(ALEX, subject="moved to Monday 17 March 2025").text
        hearing.has_no_task("Name a companion, or none")
    else:
        deciding = hearing.task("Decide on the companion")
        assert deciding.candidate_users == [DANIEL.username]
        assert "Monday 17 March 2025" in deciding.form.text
        deciding.complete(
            {"companion_choice": "another", "statement.companion_refusal_reasons": "The hearing would wait too long."}
        )
        hearings.set_date(hearing, "2025-03-10T10:00")
        letter = story.letter(ALEX, subject="moved")
        assert "Please choose another companion" in letter.text
        assert "moved" in story.letter(PRIYA, subject="You need not come to the hearing on Monday").text
        assert hearings.in_calendars(f"{CASE}-H11") == {
            PRIYA.email: ("CANCEL", 1),
            ALEX.email: ("REQUEST", 1),
            DANIEL.email: ("REQUEST", 1),
        }
        assert "The hearing would wait too long." in letter.text
        hearing.task("Name a companion, or none").complete({"companion_kind": "none"})
        story.moves_to("Monday 10 March 2025 10:00")
        assert "none named" in hearing.task("Hold and record the hearing").form.text


@pytest.mark.policy("CAP-17b")
def test_the_hearing_may_be_moved_far_for_the_companion(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    names_a_colleague(hearing)
    hearings.cannot_attend("companion").ends_at("Hearing to be moved")
    hearing.task("Decide on the companion").complete({"companion_choice": "keep"})
    hearings.set_date(
        hearing, "2025-03-20T10:00", date_reason_given=True, **{"statement.date_reasons": "The companion."}
    )
    assert "choose another companion" not in story.letter(ALEX, subject="moved to Thursday 20 March 2025").text
    hearing.has_no_task("Name a companion, or none")


@pytest.mark.policy("CAP-17b", "CAP-A25")
def test_a_companion_named_but_not_free_moves_the_hearing(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    hearing.task("Name a companion, or none").complete(
        {
            "companion_kind": "colleague",
            "companion_staff_number": PRIYA.staff_number,
            "companion_free": "no",
            "companion_free_on": "2025-03-11",
        }
    )
    hearing.task("Answer as companion").complete({"agrees": "yes"})
    hearing.task("Consider the choice").complete({"choice": "accept"})
    assert "2025-03-11" in hearing.task("Set date, time and place").form.text
    hearing.never_reached("Decide on the companion")


@pytest.mark.policy("CAP-23d", "CAP-A25", "CAP-3b")
def test_from_the_third_time_the_manager_may_decide_on_the_evidence(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    for hearing_at in ("2025-03-11T10:00", "2025-03-11T11:00"):
        hearings.cannot_attend().ends_at("Hearing to be moved")
        hearings.set_date(hearing, hearing_at)
        hearing.task("Name a companion, or none")
    hearings.cannot_attend().ends_at("Hearing to be moved")
    judging = hearing.task("Judge the absence")
    assert "for the third time" in judging.form.text
    hearing.has_no_task("Set date, time and place")
    hearings.judge(hearing, "yes")
    choosing = hearing.task("Choose what follows")
    assert [step["value"] for step in choosing.variables["next_steps"]] == ["new_date", "on_evidence"]
    assert choosing.variables["misconduct_possible"] is False
    invited = hearings.in_calendars(f"{CASE}-H11")
    hearings.choose(hearing, "on_evidence")
    hearing.task("Decide the outcome")
    hearing.never_reached("Hold and record the hearing")
    told = story.letter(ALEX, subject="on Tuesday 11 March 2025 will not take place")
    assert "decide on the evidence" in told.text
    assert set(invited) == {ALEX.email, DANIEL.email}
    assert hearings.in_calendars(f"{CASE}-H11") == dict.fromkeys(invited, ("CANCEL", 3))
    assert "Persistently unable to attend: to be decided on the evidence" in hearings.events()
    hearings.decide(hearing, None)
    hearings.write(hearing, warning=False)
    assert "decided in your absence" in story.letter(ALEX, subject="no action").text


@pytest.mark.policy("CAP-23d", "CAP-A25")
def test_after_the_third_time_another_time_is_still_possible(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    for hearing_at in ("2025-03-11T10:00", "2025-03-11T11:00"):
        hearings.cannot_attend().ends_at("Hearing to be moved")
        hearings.set_date(hearing, hearing_at)
        hearing.task("Name a companion, or none")
    hearings.cannot_attend().ends_at("Hearing to be moved")
    hearings.judge(hearing, "yes")
    hearings.choose(hearing, "new_date")
    hearings.set_date(hearing, "2025-03-10T15:00")
    story.moves_to("Monday 10 March 2025 15:00")
    hearing.task("Hold and record the hearing")


# Absent on the day


@pytest.mark.policy("CAP-23c", "CAP-23d", "CAP-A26")
def test_absent_once_with_a_good_reason(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    story.moves_to("Monday 10 March 2025 10:00")
    hearings.hold(hearing, "no_employee")
    hearings.judge(hearing, "yes")
    hearing.has_no_task("Choose what follows")
    hearings.set_date(hearing, "2025-03-13T10:00")
    story.letter(ALEX, subject="moved to Thursday 13 March 2025")
    assert "Did not attend, with good reason: another time" in hearings.events()
    story.moves_to("Thursday 13 March 2025 10:00")
    holding = hearing.task("Hold and record the hearing")
    assert holding.form.field("what_happened").value in (None, "")
    story.no_letter(RUTH)


@pytest.mark.policy("CAP-23d", "CAP-A25")
def test_absent_three_times_with_a_good_reason_each_time(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    story.moves_to("Monday 10 March 2025 10:00")
    for hearing_at, moment in (
        ("2025-03-13T10:00", "Thursday 13 March 2025 10:00"),
        ("2025-03-18T10:00", "Tuesday 18 March 2025 10:00"),
    ):
        hearings.hold(hearing, "no_employee")
        hearings.judge(hearing, "yes")
        hearing.has_no_task("Choose what follows")
        hearings.set_date(hearing, hearing_at)
        story.moves_to(moment)
    hearings.hold(hearing, "no_employee")
    hearings.judge(hearing, "yes")
    choosing = hearing.task("Choose what follows")
    assert [step["value"] for step in choosing.variables["next_steps"]] == ["new_date", "on_evidence"]
    assert choosing.variables["misconduct_possible"] is False


@pytest.mark.policy("CAP-3b", "CAP-23b", "CAP-23c", "CAP-23d")
def test_absent_without_a_good_reason_and_referred(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    story.moves_to("Monday 10 March 2025 10:00")
    hearings.hold(hearing, "no_employee")
    hearings.judge(hearing, "no")
    hearings.choose(hearing, "on_evidence", refer_misconduct=True)
    referral = story.sees_start_of("capability_misconduct_referral")
    confirming = referral.task("Confirm the referral")
    assert confirming.candidate_users == [DANIEL.username]
    assert "Monday 10 March 2025" in confirming.form.text
    story.no_letter(RUTH)
    confirming.complete(
        {
            "refer": "yes",
            "statement.referral_facts": "The notice was read on 3 March.",
            "statement.referral_reason_considered": "The employee preferred to shop.",
        }
    )
    for recipient in (RUTH, TOM, ALEX):
        letter = story.letter(recipient, subject="possible misconduct")
        for told in (
            "Monday 10 March 2025",
            "performance hearing",
            "The notice was read on 3 March.",
            "The employee preferred to shop.",
        ):
            assert told in letter.text, told
    referral.ends_at("Referred")
    assert "preferred to shop" not in str(referral.all_variables())

    hearings.decide(hearing, "first_written_warning", review_until="2025-06-02")
    hearings.write(hearing)
    letter = story.letter(ALEX, subject="First written warning")
    assert "You did not attend the hearing on Monday 10 March 2025" in letter.text
    assert "decided in your absence" in letter.text
    hearings.explain(hearing)
    hearing.ends_at("Employee informed")
    assert hearing.variables["decided_in_absence"] is True
    assert "Did not attend, without good reason: to be decided on the evidence" in hearings.events()


@pytest.mark.policy("CAP-23b")
def test_a_referral_the_line_manager_does_not_confirm(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    story.moves_to("Monday 10 March 2025 10:00")
    hearings.hold(hearing, "no_employee")
    hearings.judge(hearing, "no")
    hearings.choose(hearing, "new_date", refer_misconduct=True)
    referral = story.sees_start_of("capability_misconduct_referral")
    referral.task("Confirm the referral").complete(
        {"refer": "no", "statement.not_referred_reasons": "It was a misunderstanding."}
    )
    referral.ends_at("Not referred")
    hearing.task("Set date, time and place")
    assert "Absence not referred as possible misconduct" in hearings.events()
    story.no_letter(RUTH)
    story.no_letter(ALEX, subject="misconduct")


@pytest.mark.policy("CAP-23b", "CAP-23d")
def test_absent_without_a_good_reason_twice_and_never_referred_by_itself(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    story.moves_to("Monday 10 March 2025 10:00")
    hearings.hold(hearing, "no_employee")
    hearings.judge(hearing, "no")
    hearings.choose(hearing, "new_date")
    hearings.set_date(hearing, "2025-03-13T10:00")
    story.moves_to("Thursday 13 March 2025 10:00")
    hearings.hold(hearing, "no_employee")
    hearings.judge(hearing, "no")
    hearings.choose(hearing, "on_evidence")
    hearing.task("Decide the outcome")
    story.comes_to_rest()
    hearing.never_reached("Referral asked for")
    story.no_letter(ALEX, about=REASONS)
    story.no_letter(RUTH)


@pytest.mark.policy("CAP-49a", "CAP-A26")
@pytest.mark.parametrize(("before", "offered"), [(0, ["new_date"]), (1, ["new_date", "on_evidence"])])
def test_a_sickness_meeting_is_decided_in_absence_only_after_another_date(
    story: Story, hearings: Hearings, before: int, offered: list[str]
) -> None:
    hearings.opens_case()
    absence = story.start_with(
        "capability_hearing_absence",
        {
            **hearings.case_of(),
            "hearing_manager": found(DANIEL.staff_number),
            "hearing_reference": f"{CASE}-M11",
            "hearing_at": "2025-03-03T08:00",
            "track": "sickness",
            "absent": "employee",
            "told_before": False,
            "times_unable": before,
            "attendance": "new_date",
        },
    )
    hearings.judge(absence, "no")
    choosing = absence.task("Choose what follows")
    assert [step["value"] for step in choosing.variables["next_steps"]] == offered
    assert choosing.variables["misconduct_possible"] is True
    hearings.choose(absence, "new_date")
    absence.ends_at("Absence settled")
    assert absence.variables["attendance"] == "new_date"
    assert absence.variables["times_unable"] == before + 1


@pytest.mark.policy("CAP-23a", "CAP-17b")
def test_the_companion_is_missing_on_the_day(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    story.moves_to("Monday 10 March 2025 10:00")
    hearings.hold(hearing, "no_companion", suggested_on="2025-03-13")
    assert "2025-03-13" in hearing.task("Set date, time and place").form.text
    hearing.never_reached("Judge the absence")
    hearings.set_date(hearing, "2025-03-13T10:00")
    story.letter(ALEX, subject="moved to Thursday 13 March 2025")


# Witnesses


def asks_for(story: Story, **answers: Any) -> Procedure:
    return story.start(
        "capability_witness_request",
        {"case_reference": CASE, "statement.witness_request": "The deadline was moved by telephone.", **answers},
    )


@pytest.mark.policy("CAP-25a", "CAP-10b", "CAP-11")
def test_a_colleague_is_invited_as_a_witness(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    request = asks_for(story, witness_kind="colleague", witness_number=CALLUM.staff_number)
    request.ends_at("Witness to be arranged")
    arranging = hearing.task("Arrange or refuse it")
    assert arranging.candidate_users == [DANIEL.username]
    assert CALLUM.staff_number in arranging.form.text
    assert "less than one working day" not in arranging.form.text
    arranging.complete({"arrange": "yes"})
    invitation = story.letter(CALLUM, subject="witness")
    for told in ("Monday 10 March 2025", "10 am", "Lloyd House, room 4", "confidential", "electronic recording"):
        assert told in invitation.text, told
    assert invitation.calendar is not None
    story.letter(ALEX, subject="as a witness")
    assert hearings.texts()["witness_request"] == "The deadline was moved by telephone."
    assert "telephone" not in str(hearing.all_variables() + request.all_variables())
    hearings.cannot_attend().ends_at("Hearing to be moved")
    hearings.set_date(hearing, "2025-03-11T10:00")
    assert "Tuesday 11 March 2025" in story.letter(CALLUM, subject="moved").text
    story.moves_to("Tuesday 11 March 2025 10:00")
    assert "Witnesses invited: 1" in hearing.task("Hold and record the hearing").form.text


@pytest.mark.policy("CAP-25a", "CAP-A29", "CAP-10a")
def test_somebody_outside_is_asked_for_late_and_stays_out_of_the_engine(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    story.moves_to("Monday 10 March 2025 08:00")
    asks_for(
        story, witness_kind="other", **{"contact.name": "Vera Holm", "contact.email": "v.holm@supplier.example"}
    ).ends_at("Witness to be arranged")
    arranging = hearing.task("Arrange or refuse it")
    assert "less than one working day" in arranging.form.text
    arranging.complete({"arrange": "yes"})
    assert "Vera Holm" in story.letter("v.holm@supplier.example", subject="witness").text
    assert "Vera" not in str(hearing.all_variables())


@pytest.mark.policy("CAP-25a")
def test_a_witness_is_refused_with_a_reason(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    asks_for(story, witness_kind="colleague", witness_number=CALLUM.staff_number)
    hearing.task("Arrange or refuse it").complete(
        {"arrange": "no", "statement.witness_refusal_reasons": "Callum joined only in February."}
    )
    letter = story.letter(ALEX, subject="The witness you asked for")
    assert "Callum joined only in February." in letter.text
    story.no_letter(CALLUM)


@pytest.mark.policy("CAP-25a")
def test_an_unknown_colleague_cannot_be_a_witness(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    asks_for(story, witness_kind="colleague", witness_number="999999").ends_at("Witness to be arranged")
    assert "could not find a colleague" in story.letter(ALEX, subject="The witness you asked for").text
    hearing.has_no_task("Arrange or refuse it")


@pytest.mark.policy("CAP-25a")
def test_a_request_no_hearing_waits_for_is_not_lost(story: Story, hearings: Hearings) -> None:
    hearings.held()
    request = asks_for(story, witness_kind="colleague", witness_number=PETER.staff_number)
    story.moves_to("Monday 10 March 2025 10:02")
    unheard = request.task("Deal with the message")
    assert unheard.candidate_groups == ["hr"]
    unheard.complete({"dealt_with": True})
    request.ends_at("Message dealt with")
    story.no_letter(PETER)

"""Stories of a sickness absence case (policy paragraphs 44 to 63)."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from tests.scenarios.attendance_cases import AttendanceCases
from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.capability_hearings import Hearings
from tests.scenarios.capability_sickness_cases import (
    ABSENCES,
    ACTIONS,
    BASIS,
    CONCERNS,
    ILLNESS,
    MANAGEMENT_CASE,
    REASONS,
    SicknessCases,
)
from tests.scenarios.driver.people import ALEX, DANIEL, GRACE, HELEN, JOANNE, LENA, NADIA, OWEN, PETER, SAMIR
from tests.scenarios.driver.story import Procedure, Story
from workers.records.models import Case, RegisterChange, RegisterEntry
from workers.records.models import Person as PersonRow


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


@pytest.mark.policy("CAP-54", "CAP-57b", "CAP-60a", "CAP-60b", "CAP-61e", "CAP-63", "CAP-10a")
def test_three_stages_end_in_termination(story: Story, sickness: SicknessCases) -> None:
    case = sickness.waiting()
    story.moves_to("Tuesday 1 April 2025 08:00")
    sickness.review(case)
    sickness.call(case, "2025-04-15T10:00")
    sickness.hold(case, "Tuesday 15 April 2025 10:00", "stage_3", "2025-05-13", at_risk_warning=True)
    story.moves_to("Tuesday 29 April 2025 08:00")
    sickness.review(case)
    case.never_reached("Agree to a final meeting")
    sickness.appoint(case, SAMIR)
    sickness.call(case, "2025-05-13T14:00")
    sickness.hold(case, "Tuesday 13 May 2025 14:00", "termination")
    setting = case.task("Set the terms")
    assert setting.candidate_users == [SAMIR.username]
    assert list(setting.form.field("terms").options) == ["full_notice", "pay_in_lieu"]
    setting.complete({"terms": "full_notice", "notice_amount": 4, "notice_unit": "weeks", "effective_on": "2025-06-10"})
    dismissal = story.letter(ALEX, subject="The end of your employment")
    assert REASONS in dismissal.text
    assert "Tuesday 10 June 2025" in dismissal.text
    story.letter(GRACE)
    assert [entry.kind for entry in sickness.decisions()] == ["sickness_decision", "sickness_decision", "dismissal"]
    story.moves_to("Wednesday 11 June 2025 00:01")
    case.ends_at("Employment ended")
    assert sickness.case().outcome == "employment ended"

    kept = str(case.all_variables())
    for private in (
        ABSENCES, ILLNESS, CONCERNS, BASIS, REASONS, ACTIONS, MANAGEMENT_CASE, "migraine", "Migraine", "Mornings",
        "treatment", "Everything", ALEX.name, "@wm.example",
    ):  # fmt: skip
        assert private not in kept, private
    texts = sickness.texts()
    assert (texts["medical_absences"], texts["decision_reasons"]) == (ABSENCES, REASONS)


@pytest.mark.policy(
    "CAP-45x", "CAP-46a", "CAP-46b", "CAP-47a", "CAP-47b", "CAP-51a", "CAP-51b", "CAP-55f", "CAP-57a", "CAP-A18",
    "CAP-A28",
)  # fmt: skip
def test_the_first_meeting(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin()
    assert case.task("Prepare the notice").candidate_users == [DANIEL.username]
    sickness.prepare(case)
    setting = case.task("Set date, time and place")
    assert setting.candidate_users == [DANIEL.username]
    assert "Tuesday 11 March 2025" in setting.form.text
    sickness.set_date(case, "2025-03-11T10:00")

    notice = story.letter(ALEX, subject="Your sickness absence meeting on Tuesday 11 March 2025")
    for told in (
        CONCERNS, BASIS, "10 am", "Lloyd House, room 4", "first sickness absence meeting", "Daniel Price",
        "A review or a further meeting", "companion", "may not answer questions on your behalf", "witnesses",
        "misconduct", "cannot attend", "confidential", "electronic recording", "within seven days",
    ):  # fmt: skip
        assert told in notice.text, told
    assert "Termination" not in notice.text
    assert "impractical" not in notice.text
    assert notice.event["SUMMARY"] == "Sickness absence meeting"
    story.letter(DANIEL, subject="Your sickness absence meeting")
    case.task("Name a companion, or none").complete({"companion_kind": "none"})

    story.moves_to("Tuesday 11 March 2025 10:00")
    assert case.task("Say what happened").candidate_users == [DANIEL.username]
    sickness.happened(case)
    record = case.task("Record the first meeting")
    assert record.form.field("statement.medical_further_absences").required
    assert "statement.medical_expected_length" not in {field.key for field in record.form.fields}
    sickness.write_down(case)
    deciding = case.task("Decide the outcome")
    assert (deciding.candidate_users, deciding.due) == ([DANIEL.username], "Tuesday 18 March 2025 23:59:59")
    assert list(deciding.form.field("outcome").options) == ["further_meeting", "stage_3", "closed"]
    sickness.decide(case, "further_meeting", "2025-04-15")
    letter = story.letter(ALEX, subject="the decision")
    (first,) = sickness.decisions()
    for told in (
        REASONS, ACTIONS, "a review or a further meeting", "Tuesday 15 April 2025", "appeal in writing",
        "Chief Executive", "Tuesday 18 March 2025", first.reference,
    ):  # fmt: skip
        assert told in letter.text, told
    assert "at risk of dismissal" not in letter.text
    assert (first.kind, str(first.facts["informed_on"])) == ("sickness_decision", "2025-03-11")
    sickness.explain(case)
    assert "Sickness absence procedure begins at stage 1" in sickness.events()

    story.moves_to("Tuesday 1 April 2025 07:59")
    case.has_no_task("Review before the meeting")
    story.moves_to("Tuesday 1 April 2025 08:00")
    review = case.task("Review before the meeting")
    assert review.candidate_users == [DANIEL.username]
    assert "Tuesday 15 April 2025" in review.form.text


@pytest.mark.policy("CAP-57b", "CAP-58i")
def test_a_further_meeting_warns_of_the_risk_of_dismissal(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    notice = story.letter(ALEX, subject="Your sickness absence meeting on Tuesday 11 March 2025")
    assert "further sickness absence meeting" in notice.text
    assert "at risk of dismissal" in notice.text
    story.moves_to("Tuesday 11 March 2025 10:00")
    sickness.happened(case)
    sickness.write_down(case)
    sickness.decide(case, "stage_3", "2025-04-15", at_risk_warning=True)
    warning = story.letter(ALEX, subject="the decision")
    assert "You are warned that you are at risk of dismissal" in warning.text
    assert "final meeting (stage 3)" in warning.text
    assert "Sickness absence meeting decided; at-risk warning given" in sickness.events()


@pytest.mark.policy("CAP-60a", "CAP-60b", "CAP-61a", "CAP-61d", "CAP-61e", "CAP-62a", "CAP-62b")
def test_the_final_meeting(story: Story, sickness: SicknessCases) -> None:
    case = sickness.warned()
    story.moves_to("Tuesday 1 April 2025 08:00")
    sickness.review(case)
    assert HELEN.username in case.task("Appoint the chair").candidate_users
    sickness.appoint(case, SAMIR)
    preparing = case.task("Prepare the notice")
    assert preparing.candidate_users == [DANIEL.username]
    (decision,) = sickness.decisions()
    for shown in (f"decision {decision.reference} of 11 March 2025", "stage 2 on 11 March 2025"):
        assert shown in preparing.form.text, shown
    sickness.prepare(case)
    assert case.task("Set date, time and place").candidate_users == [SAMIR.username]
    sickness.set_date(case, "2025-04-15T14:00")
    final = story.letter(ALEX, subject="Your final sickness absence meeting on Tuesday 15 April 2025")
    for told in (
        "It may end your employment", "Samir Qureshi, Monitoring Officer", MANAGEMENT_CASE,
        "present the management case", "stage 2 on 11 March 2025", "Termination of the employment", "companion",
        "misconduct",
        f"warned on Tuesday 11 March 2025 that you are at risk of dismissal (decision {decision.reference})",
    ):  # fmt: skip
        assert told in final.text, told
    story.letter(SAMIR, subject="Your final sickness absence meeting")

    story.moves_to("Tuesday 15 April 2025 14:00")
    assert case.task("Say what happened").candidate_users == [SAMIR.username]
    sickness.happened(case)
    assert case.task("Record the final meeting").candidate_users == [SAMIR.username]
    sickness.write_down(case)
    deciding = case.task("Decide the outcome")
    assert deciding.candidate_users == [SAMIR.username]
    offered = ["termination", "further_meeting", "return_programme", "closed"]
    assert list(deciding.form.field("outcome").options) == offered
    assert "reasonably likely in a reasonable time: no" in deciding.form.text


@pytest.mark.policy("CAP-55f", "CAP-A23")
def test_a_first_meeting_after_which_nothing_further_is_needed(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin(kind="both")
    sickness.call(case, "2025-03-11T10:00")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "closed")
    case.ends_at("Case closed")
    assert "no further action is taken" in story.letter(ALEX, subject="the decision").text
    assert (sickness.case().outcome, sickness.case().closed_at is not None) == ("closed", True)
    assert [entry.kind for entry in sickness.decisions()] == ["sickness_decision"]
    story.moves_to("Monday 1 September 2025 09:00")
    assert len(story.letters(ALEX)) == 2
    again = sickness.begin()
    again.task("Prepare the notice")


@pytest.mark.policy("CAP-64a", "CAP-A23", "CAP-A17")
def test_a_decision_of_a_first_meeting_can_be_appealed(story: Story, sickness: SicknessCases, appeals: Appeals) -> None:
    sickness.waiting()
    (decision,) = sickness.decisions()
    assert decision.facts["involved"] == [DANIEL.staff_number]
    appeal = appeals.make(decision.reference)
    appeals.appoint(appeal, PETER)
    appeals.set_date(appeal, "2025-03-19T10:00")
    story.moves_to("Wednesday 19 March 2025 10:00")
    appeals.hold(appeal)
    assert list(appeal.task("Decide the appeal").form.field("outcome").options) == ["confirm", "revoke"]
    received = story.letter(ALEX, about=f"Your appeal against {decision.reference}")
    assert "decision about your sickness absence" in received.text
    appeals.decide(appeal, "confirm")
    appeals.explain(appeal)
    appeal.ends_at("Appeal decided")


# A decision revoked on appeal


@pytest.mark.policy("CAP-71b", "CAP-A23")
def test_a_meeting_planned_by_a_decision_revoked_on_appeal_is_called_off(
    story: Story, sickness: SicknessCases, appeals: Appeals, hearings: Hearings
) -> None:
    case = sickness.begin()
    sickness.call(case, "2025-03-11T10:00")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "further_meeting", "2025-03-25")
    sickness.review(case)
    sickness.call(case, "2025-03-25T10:00")
    (decision,) = sickness.decisions()
    meeting = f"{sickness.case().reference}-M2-2"
    invited = {str(one.email): ("REQUEST", 0) for one in (ALEX, DANIEL)}
    assert hearings.in_calendars(meeting) == invited
    appeals.decided(decision.reference, "Tuesday 18 March 2025", "revoke")
    letter = story.letter(ALEX, subject="on Tuesday 25 March 2025 will not take place")
    assert decision.reference in letter.text
    assert "the case is closed" in letter.text
    case.ends_at("Case closed")
    assert hearings.in_calendars(meeting) == dict.fromkeys(invited, ("CANCEL", 1))
    assert sickness.case().outcome == "called off"
    story.moves_to("Tuesday 25 March 2025 10:00")
    assert case.tasks() == []


@pytest.mark.policy("CAP-71b", "CAP-60a", "CAP-A23")
def test_a_final_meeting_is_called_off_when_the_warning_is_revoked(
    story: Story, sickness: SicknessCases, appeals: Appeals
) -> None:
    case = sickness.at_stage_2()
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "stage_3", "2025-03-25", at_risk_warning=True)
    sickness.review(case)
    sickness.appoint(case)
    sickness.call(case, "2025-03-25T10:00")
    (warning,) = sickness.decisions()
    appeals.decided(warning.reference, "Tuesday 18 March 2025", "revoke")
    assert warning.reference in story.letter(ALEX, subject="will not take place").text
    case.ends_at("Case closed")
    case.never_reached("Agree to a final meeting")


@pytest.mark.policy("CAP-71b", "CAP-A23")
def test_a_meeting_not_called_yet_is_not_called_any_more(
    story: Story, sickness: SicknessCases, appeals: Appeals
) -> None:
    case = sickness.waiting()
    (decision,) = sickness.decisions()
    appeals.decided(decision.reference, "Tuesday 18 March 2025", "revoke")
    case.is_running()
    story.moves_to("Tuesday 1 April 2025 08:00")
    sickness.review(case)
    letter = story.letter(ALEX, subject="There will be no further meeting")
    assert letter.calendar is None
    case.ends_at("Case closed")
    assert case.tasks() == []


@pytest.mark.policy("CAP-71a")
def test_a_decision_confirmed_on_appeal_calls_nothing_off(
    story: Story, sickness: SicknessCases, appeals: Appeals
) -> None:
    case = sickness.begin()
    sickness.call(case, "2025-03-11T10:00")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "further_meeting", "2025-03-25")
    sickness.review(case)
    sickness.call(case, "2025-03-25T10:00")
    (decision,) = sickness.decisions()
    appeals.decided(decision.reference, "Tuesday 18 March 2025", "confirm")
    story.moves_to("Tuesday 25 March 2025 10:00")
    case.task("Say what happened")
    story.no_letter(ALEX, subject="will not take place")


@pytest.mark.policy("CAP-71b")
def test_what_a_meeting_decided_before_stays(story: Story, sickness: SicknessCases, appeals: Appeals) -> None:
    case = sickness.begin()
    sickness.call(case, "2025-03-11T10:00")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "further_meeting", "2025-03-19")
    sickness.review(case)
    sickness.call(case, "2025-03-19T10:00")
    (first,) = sickness.decisions()
    story.moves_to("Monday 17 March 2025 09:00")
    appeal = appeals.make(first.reference)
    appeals.appoint(appeal)
    appeals.set_date(appeal, "2025-03-20T10:00")
    story.moves_to("Wednesday 19 March 2025 10:00")
    sickness.happened(case)
    sickness.write_down(case)
    sickness.decide(case, "further_meeting", "2025-04-15")
    case.task("Explain it in person")
    story.moves_to("Thursday 20 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "revoke")
    case.reaches("Decision kept")
    story.no_letter(ALEX, subject="will not take place")
    sickness.explain(case)
    story.moves_to("Tuesday 1 April 2025 08:00")
    sickness.review(case)
    case.task("Prepare the notice")
    assert [entry.status for entry in sickness.decisions()] == ["revoked", "active"]


# Where it begins


@pytest.mark.policy("CAP-48", "CAP-A19", "CAP-A22")
def test_reasons_are_asked_where_stages_are_skipped(story: Story, sickness: SicknessCases) -> None:
    form = story.start_form("capability_sickness")
    assert list(form.field("begin_stage").options) == ["1", "2", "3"]
    case = sickness.at_stage_2(
        attendance_stages="no", **{"statement.no_attendance_stages_reasons": "The absences are recent."}
    )
    assert "stage 2" in story.letter(ALEX, subject="sickness absence meeting").text
    assert {"stage_reasons", "no_attendance_stages_reasons"} <= set(sickness.texts())
    case.never_reached("Record the first meeting")


@pytest.mark.policy("CAP-48", "CAP-60a", "CAP-A20")
def test_a_final_meeting_without_a_warning_is_refused(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin(stage="3")
    agreeing = case.task("Agree to a final meeting")
    assert set(agreeing.candidate_users) == {SAMIR.username, JOANNE.username}
    assert "was not warned" in agreeing.form.text
    sickness.permit(case, "refused")
    told = story.letter(DANIEL, subject="not agreed to")
    assert "Everything else was tried." in told.text
    sickness.call(case, "2025-03-11T10:00")
    assert "stage 2" in story.letter(ALEX, subject="Your sickness absence meeting").text
    case.never_reached("Appoint the chair")
    assert "Agreement to a final meeting asked for" in sickness.events()


@pytest.mark.policy("CAP-60a", "CAP-A20", "CAP-3b")
def test_a_final_meeting_without_a_warning_is_agreed_to(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_3()
    story.letter(DANIEL, subject="A final sickness absence meeting: agreed to")
    notice = story.letter(ALEX, subject="Your final sickness absence meeting")
    assert "This letter tells you that you are at risk of dismissal" in notice.text
    assert "You were warned" not in notice.text
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "closed", record={"likely": "yes"})
    case.ends_at("Case closed")


@pytest.mark.policy("CAP-A20", "CAP-A31")
def test_nobody_is_left_to_agree(story: Story, sickness: SicknessCases) -> None:
    sickness.nobody_holds("statutory_officers", "chief_executive")
    case = sickness.begin(stage="3")
    nominating = case.task("Have a deputy nominated")
    assert nominating.candidate_groups == ["hr"]
    sickness.appeals.also_holds_role(PETER, "statutory_officers")
    nominating.complete({"deputy_nominated": True})
    assert case.task("Agree to a final meeting").candidate_users == [PETER.username]


@pytest.mark.policy("CAP-58i", "CAP-A23")
@pytest.mark.parametrize("what", ["old", "revoked", "gone"])
def test_a_warning_that_no_longer_counts(story: Story, sickness: SicknessCases, what: str) -> None:
    case = sickness.at_stage_2()
    planned = "2026-03-31" if what == "old" else "2025-04-15"
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "stage_3", planned, at_risk_warning=True)
    (decision,) = sickness.decisions()
    with sickness.appeals.database.session() as records:
        entry = records.get_one(RegisterEntry, decision.reference)
        if what == "revoked":
            entry.status = "revoked"
        elif what == "gone":
            records.execute(delete(RegisterChange))
            records.delete(entry)
    story.moves_to("Tuesday 17 March 2026 08:00" if what == "old" else "Tuesday 1 April 2025 08:00")
    sickness.review(case)
    assert "no longer counts" in case.task("Agree to a final meeting").form.text
    sickness.permit(case, "agreed")
    sickness.appoint(case)
    sickness.call(case, "2026-03-31T10:00" if what == "old" else "2025-04-15T10:00")
    assert "You were warned" not in story.letter(ALEX, subject="Your final sickness absence meeting").text


@pytest.mark.policy("CAP-58i", "CAP-A23")
def test_a_warning_counts_for_twelve_months(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "stage_3", "2026-03-24", at_risk_warning=True)
    story.moves_to("Tuesday 10 March 2026 08:00")
    sickness.review(case)
    case.task("Appoint the chair")
    case.never_reached("Agree to a final meeting")


@pytest.mark.policy("CAP-48")
def test_stage_2_is_skipped_after_the_first_meeting(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin()
    sickness.call(case, "2025-03-11T10:00")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "stage_3", "2025-04-15")
    assert sickness.texts()["skip_reasons"] == "Everything was discussed already."
    story.moves_to("Tuesday 1 April 2025 08:00")
    sickness.review(case)
    case.task("Agree to a final meeting")


# In between


@pytest.mark.policy("CAP-55d", "CAP-58d")
def test_medical_advice_is_awaited_and_considered(
    story: Story, sickness: SicknessCases, cases: AttendanceCases
) -> None:
    case = sickness.begin(kind="long_term")
    sickness.call(case, "2025-03-11T10:00")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "further_meeting", "2025-04-15", record={"advice": "yes"})
    assert "referral to Occupational Health" in story.letter(ALEX, subject="the decision").text
    drafting = case.task("Draft the referral")
    assert drafting.form.field("reason").value == "long_term"
    refer(case)
    story.moves_to("Tuesday 1 April 2025 08:01")
    case.has_no_task("Review before the meeting")
    case.task("Give the advice").complete({"statement.medical_advice": "Fit in May.", "advice_on": "2025-03-31"})
    case.task("Consider the advice").complete({"conference_wanted": "no"})
    reference = cases.case("occupational_health_referral").reference
    review = case.task("Review before the meeting")
    assert f"received on 31 March 2025, to be read in case {reference}" in review.form.text
    sickness.review(case)
    assert reference in case.task("Prepare the notice").form.text
    sickness.call(case, "2025-04-15T10:00")
    story.moves_to("Tuesday 15 April 2025 10:00")
    sickness.happened(case)
    assert case.task("Record the further meeting").form.field("statement.medical_advice_considered").required
    sickness.write_down(case)
    sickness.decide(case, "closed")
    sickness.explain(case)
    case.ends_at("Case closed")
    assert "Fit in May" not in str(case.all_variables())
    assert "medical_advice" not in sickness.texts()


def refer(case: Procedure) -> None:
    """The line manager refers to Occupational Health, and the employee agrees."""
    case.task("Draft the referral").complete(
        {
            "statement.main_duties": "Writes policy papers.",
            "statement.medical_reasons": "Away since January.",
            "statement.medical_problem": ILLNESS,
            "statement.medical_personal_details": "None.",
            "enquiries_wanted": "no",
        }
    )
    case.task("Fill in the consent form").complete(
        {
            "referral_agreed": "yes",
            "sees_first": "no",
            "statement.consent_signature": "Alex Morgan",
            "signed_on": "2025-03-12",
        }
    )


@pytest.mark.policy("CAP-55d", "CAP-58d")
def test_advice_that_never_comes(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin()
    sickness.call(case, "2025-03-11T10:00")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "further_meeting", "2025-04-15", record={"advice": "yes"})
    refer(case)
    story.letter(NADIA, subject="Referral")
    story.moves_to("Tuesday 22 April 2025 12:00")
    story.letter(NADIA, subject="Reminder")
    case.has_no_task("Review before the meeting")
    case.task("Decide whether to wait").complete(
        {"wait_longer": "no", "statement.no_advice_reasons": "The meeting cannot wait."}
    )
    review = case.task("Review before the meeting")
    assert "none came" in review.form.text
    sickness.review(case)
    assert "none came" in case.task("Prepare the notice").form.text
    sickness.call(case, "2025-05-01T10:00")
    story.letter(ALEX, subject="Your sickness absence meeting on Thursday 1 May 2025")


@pytest.mark.policy("CAP-58d")
def test_the_employee_declines_a_referral(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_2()
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "further_meeting", "2025-04-15", record={"advice": "yes"})
    case.task("Draft the referral").complete(
        {
            "statement.main_duties": "Writes policy papers.",
            "statement.medical_reasons": "Away often.",
            "statement.medical_problem": ILLNESS,
            "statement.medical_personal_details": "None.",
            "enquiries_wanted": "no",
        }
    )
    case.task("Fill in the consent form").complete(
        {"referral_agreed": "no", "statement.consent_signature": "Alex Morgan", "signed_on": "2025-03-12"}
    )
    case.task("Decide what follows").complete(
        {"after_refusal": "without_advice", "statement.refusal_reasons": "We respect that."}
    )
    story.moves_to("Tuesday 1 April 2025 08:00")
    assert "the employee declined" in case.task("Review before the meeting").form.text


@pytest.mark.policy("CAP-55f")
def test_the_employee_is_back_and_it_is_settled(story: Story, sickness: SicknessCases) -> None:
    case = sickness.waiting()
    stop = settled(story, sickness)
    stop.ends_at("Case being closed")
    letter = story.letter(ALEX, subject="no further meeting is needed")
    assert "Tuesday 15 April 2025" in letter.text
    story.letter(DANIEL, subject="no further meeting is needed")
    case.ends_at("Case closed")
    assert sickness.case().outcome == "settled"
    assert sickness.texts()["medical_settled_reasons"] == "Back since Monday, and well."
    assert "Back since Monday" not in str(case.all_variables() + stop.all_variables())
    story.moves_to("Tuesday 15 April 2025 12:00")
    assert len(story.letters(ALEX)) == 3


def settled(story: Story, sickness: SicknessCases) -> Procedure:
    """The line manager says that the case is settled."""
    return story.start(
        "capability_sickness_stop",
        {
            "case_reference": sickness.case().reference,
            "statement.medical_settled_reasons": "Back since Monday, and well.",
        },
    )


@pytest.mark.policy("CAP-55f")
def test_settled_while_the_advice_is_awaited(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin()
    sickness.call(case, "2025-03-11T10:00")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "further_meeting", "2025-04-15", record={"advice": "yes"})
    refer(case)
    settled(story, sickness).ends_at("Case being closed")
    story.no_letter(ALEX, subject="no further meeting is needed")
    case.task("Give the advice").complete({"statement.medical_advice": "Fit.", "advice_on": "2025-03-14"})
    case.task("Consider the advice").complete({"conference_wanted": "no"})
    story.letter(ALEX, subject="no further meeting is needed")
    case.ends_at("Case closed")
    assert sickness.case().outcome == "settled"


@pytest.mark.policy("CAP-55f")
def test_settled_at_the_review(story: Story, sickness: SicknessCases) -> None:
    case = sickness.waiting()
    story.moves_to("Tuesday 1 April 2025 08:00")
    sickness.review(case, "settled")
    story.letter(ALEX, subject="no further meeting is needed")
    case.ends_at("Case closed")
    assert sickness.texts()["medical_settled_reasons"] == "No absence for four weeks."


@pytest.mark.policy("CAP-55f")
def test_a_settlement_nobody_waits_for_goes_to_hr(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin()
    sickness.call(case, "2025-03-11T10:00")
    stop = settled(story, sickness)
    story.moves_by(minutes=2)
    told = stop.task("Tell the line manager")
    assert told.candidate_groups == ["hr"]
    told.complete({"told": True})
    stop.ends_at("Line manager told")
    case.is_running()


@pytest.mark.policy("CAP-58f", "CAP-58g")
@pytest.mark.parametrize("progress", ["well", "failing"])
def test_a_return_programme(story: Story, sickness: SicknessCases, progress: str) -> None:
    case = sickness.at_stage_2(kind="long_term")
    sickness.hold(
        case,
        "Tuesday 11 March 2025 10:00",
        "return_programme",
        record={"return_prospect": "able", "statement.return_programme": "Half days for two weeks."},
    )
    assert "return to work programme" in story.letter(ALEX, subject="the decision").text
    case.task("Set the plan").complete(
        {
            "plan_sources": ["gp"],
            "statement.plan_restrictions": "Half days.",
            "statement.plan_stages": "Two weeks.",
            "plan_starts_on": "2025-03-17",
            "plan_ends_on": "2025-03-28",
        }
    )
    story.moves_to("Friday 28 March 2025 10:00")
    case.task("Check progress").complete({"progress": progress, "statement.plan_progress": "As agreed."})
    if progress == "well":
        case.ends_at("Case closed")
        assert sickness.case().outcome == "return sustained"
    else:
        sickness.call(case, "2025-04-08T10:00")
        assert "stage 2" in story.letter(ALEX, subject="Your sickness absence meeting on Tuesday 8 April").text
        assert "A stage 2 meeting follows" in sickness.events()


@pytest.mark.policy("CAP-58h")
@pytest.mark.parametrize("decision", ["granted", "refused", "not_pursued"])
def test_ill_health_retirement(story: Story, sickness: SicknessCases, decision: str) -> None:
    case = sickness.at_stage_2(kind="long_term")
    sickness.hold(
        case,
        "Tuesday 11 March 2025 10:00",
        "ill_health_retirement",
        record={"return_prospect": "unlikely", "statement.benefits_considered": "Ill-health retirement."},
    )
    if decision == "not_pursued":
        case.task("Make the case").complete(
            {"pursued": "no", "statement.not_pursued_reasons": "The employee does not want it."}
        )
    else:
        case.task("Make the case").complete(
            {
                "pursued": "yes",
                "statement.tried_restricted_duties": "Tried.",
                "statement.tried_alternative_work": "Tried.",
                "statement.tried_adjustments": "Tried.",
                "statement.tried_redeployment": "Tried.",
                "impossible": "yes",
                "unlikely": "yes",
                "evidence": "yes",
                "statement.medical_evidence": "A report of the specialist.",
                "employee_view": "agrees",
            }
        )
        case.task("Decide").complete({"decision": decision, "statement.retirement_reasons": "As the evidence says."})
    if decision == "granted":
        case.task("Tell the pension scheme").complete({"pension_told_on": "2025-03-11"})
        case.ends_at("Case closed")
        assert sickness.case().outcome == "ill health retirement"
    else:
        sickness.call(case, "2025-03-20T10:00")
        assert "stage 2" in story.letter(ALEX, subject="Your sickness absence meeting on Thursday 20 March").text


@pytest.mark.policy("CAP-61d")
def test_a_final_meeting_that_ends_in_another_meeting(story: Story, sickness: SicknessCases) -> None:
    case = sickness.at_stage_3(kind="long_term")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "further_meeting", "2025-04-15", record={"likely": "yes"})
    decided = story.letter(ALEX, subject="the decision")
    assert "Samir Qureshi" in decided.text
    story.letter(DANIEL, subject="the decision")
    assert sickness.decisions()[0].facts["involved"] == [DANIEL.staff_number, SAMIR.staff_number]
    story.moves_to("Tuesday 1 April 2025 08:00")
    sickness.review(case)
    assert "stage 2" in case.task("Prepare the notice").form.text


@pytest.mark.policy("CAP-61e", "CAP-65a", "CAP-65b")
def test_a_termination_is_taken_back_on_appeal_before_its_date(
    story: Story, sickness: SicknessCases, appeals: Appeals
) -> None:
    case = sickness.at_stage_3()
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "termination")
    case.task("Set the terms").complete(
        {"terms": "full_notice", "notice_amount": 4, "notice_unit": "weeks", "effective_on": "2025-04-08"}
    )
    (dismissal,) = sickness.decisions()
    assert set(dismissal.facts["involved"]) == {DANIEL.staff_number, SAMIR.staff_number}
    appeal = appeals.make(dismissal.reference)
    appeals.appoint(appeal, JOANNE)
    appeals.set_date(appeal, "2025-03-19T10:00")
    story.moves_to("Wednesday 19 March 2025 10:00")
    appeals.hold(appeal)
    lesser = appeal.task("Decide the appeal").variables["penalties"]
    assert [penalty["value"] for penalty in lesser] == ["redeployment"]
    appeals.decide(appeal, "revoke")
    case.ends_at("Case closed")
    assert sickness.case().outcome == "dismissal withdrawn"
    story.moves_to("Wednesday 9 April 2025 09:00")
    with appeals.database.reading() as records:
        assert records.get_one(PersonRow, ALEX.staff_number).left_on is None


# Absence considered not genuine


@pytest.mark.policy("CAP-52", "CAP-A24")
def test_absence_considered_not_genuine_is_passed_on_and_the_case_goes_on(
    story: Story, sickness: SicknessCases
) -> None:
    case = sickness.waiting()
    doubt = story.start(
        "capability_sickness_doubt",
        {"case_reference": sickness.case().reference, "statement.abuse_grounds": "Seen playing rugby on Tuesday."},
    )
    doubt.ends_at("Concern being passed on")
    concern = story.sees_start_of("sickness_abuse_concern")
    deciding = concern.task("Decide")
    assert deciding.candidate_users == [HELEN.username]
    assert "Referred: absence considered not genuine" in sickness.events()
    with sickness.appeals.database.reading() as records:
        raised = sickness.appeals.case("sickness_abuse_concern")
        assert records.get_one(Case, raised.reference).staff_number == ALEX.staff_number
    for procedure in (case, doubt, concern):
        assert "rugby" not in str(procedure.all_variables())
    assert "rugby" not in "".join(letter.text for letter in story.letters(ALEX))
    deciding.complete({"decision": "unfounded", "statement.decision_reasons": "It was his brother."})
    concern.ends_at("Concern closed")
    case.is_running()
    story.moves_to("Tuesday 1 April 2025 08:00")
    case.task("Review before the meeting")


@pytest.mark.policy("CAP-52")
def test_a_doubt_without_an_open_case_goes_to_hr(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin()
    sickness.call(case, "2025-03-11T10:00")
    sickness.hold(case, "Tuesday 11 March 2025 10:00", "closed")
    doubt = story.start(
        "capability_sickness_doubt",
        {"case_reference": sickness.case().reference, "statement.abuse_grounds": "Seen playing rugby on Tuesday."},
    )
    story.moves_by(minutes=2)
    told = doubt.task("Tell the line manager")
    assert told.candidate_groups == ["hr"]
    told.complete({"told": True})
    doubt.ends_at("Line manager told")


# Whom it is about


@pytest.mark.policy("CAP-7b")
def test_an_agency_worker_is_refused(story: Story, sickness: SicknessCases) -> None:
    case = sickness.record(employee=LENA)
    refused = case.task("Deal with the problem")
    assert "agency worker or a self-employed contractor" in refused.form.text
    assert (refused.candidate_groups, refused.candidate_users) == (["hr"], [PETER.username])
    refused.complete({"resolution": "leave"})
    case.ends_at("Not taken as a new case")
    assert ABSENCES not in str(case.all_variables())
    assert story.letters() == []


@pytest.mark.policy("CAP-A31")
def test_the_chief_executives_own_case_is_not_taken(story: Story, sickness: SicknessCases) -> None:
    case = sickness.record(employee=HELEN)
    refused = case.task("Deal with the problem")
    assert "no line manager" in refused.form.text or "Chief Executive" in refused.form.text
    refused.complete({"resolution": "leave"})
    case.ends_at("Not taken as a new case")


@pytest.mark.policy("CAP-7a")
def test_a_wrong_number_is_corrected(story: Story, sickness: SicknessCases) -> None:
    case = sickness.record(employee="199999")
    wrong = case.task("Deal with the problem")
    assert "Nobody has the staff number 199999" in wrong.form.text
    wrong.complete({"staff_number": ALEX.staff_number, "resolution": "corrected"})
    sickness.consider(case)
    assert sickness.case().staff_number == ALEX.staff_number
    assert sickness.texts()["medical_absences"] == ABSENCES


@pytest.mark.policy("CAP-47a")
def test_hr_names_who_acts_as_line_manager(story: Story, sickness: SicknessCases) -> None:
    with sickness.appeals.database.session() as records:
        records.get_one(PersonRow, ALEX.staff_number).line_manager = None
    case = sickness.record()
    unmanaged = case.task("Deal with the problem")
    assert "no line manager" in unmanaged.form.text
    unmanaged.complete({"acting_manager": PETER.staff_number, "resolution": "corrected"})
    assert case.task("Consider a disability").candidate_users == [PETER.username]


@pytest.mark.policy("CAP-45x")
def test_there_is_one_open_case_at_a_time(story: Story, sickness: SicknessCases) -> None:
    first = sickness.begin()
    reference = sickness.case().reference
    second = sickness.record()
    told = second.task("Go on in the open case")
    assert told.candidate_users == [DANIEL.username]
    assert reference in told.form.text
    told.complete({"seen": True})
    second.ends_at("Not taken as a new case")
    assert ABSENCES not in str(second.all_variables())
    first.task("Prepare the notice")


@pytest.mark.policy("CAP-45x", "CAP-45c", "CAP-A21", "CAP-A22")
def test_a_case_an_attendance_procedure_asks_for_begins_only_by_decision(story: Story, sickness: SicknessCases) -> None:
    story.publishes(
        "sickness_case_wanted", "", staff_number=ALEX.staff_number, reason="long_absence", asking_case="ATT-2025-0001"
    )
    case = story.sees_start_of("capability_sickness")
    deciding = case.task("Decide whether to begin")
    assert deciding.candidate_users == [DANIEL.username]
    assert "absent for more than 21 days" in deciding.form.text
    assert "ATT-2025-0001" in deciding.form.text
    deciding.complete(
        {
            "begin": "yes",
            "reason": "long_absence",
            "absence_kind": "long_term",
            "statement.medical_absences": ABSENCES,
            "statement.concern_factors": "Not known.",
            "begin_stage": "1",
        }
    )
    sickness.consider(case)
    sickness.call(case, "2025-03-11T10:00")
    story.letter(ALEX, subject="Your sickness absence meeting")
    assert sickness.texts()["medical_absences"] == ABSENCES
    assert ABSENCES not in str(case.all_variables())


@pytest.mark.policy("CAP-4d", "CAP-5a")
def test_a_concern_about_performance_that_is_about_sickness_absence(story: Story, sickness: SicknessCases) -> None:
    concern = story.start(
        "capability_performance",
        {
            "staff_number": ALEX.staff_number,
            "statement.concern_areas": ABSENCES,
            "statement.concern_standards": "Papers on time.",
            "factors": ["poor attendance"],
            "statement.concern_factors": ILLNESS,
            "track": "sickness",
            "start_with": "more_serious",
            "statement.serious_reasons": "Papers are late.",
        },
    )
    concern.ends_at("To be started as sickness absence")
    case = story.sees_start_of("capability_sickness")
    deciding = case.task("Decide whether to begin")
    assert "recorded as a concern about performance" in deciding.form.text
    assert [field.key for field in deciding.form.fields] == ["begin"]
    assert sickness.texts() == {}
    assert ABSENCES not in str(concern.all_variables() + case.all_variables())


@pytest.mark.policy("CAP-45x")
def test_a_case_an_attendance_procedure_asks_for_is_not_begun(story: Story, sickness: SicknessCases) -> None:
    story.publishes(
        "sickness_case_wanted", "", staff_number=ALEX.staff_number, reason="number_of_occasions", asking_case=None
    )
    case = story.sees_start_of("capability_sickness")
    case.task("Decide whether to begin").complete(
        {"begin": "no", "statement.not_begun_reasons": "The absences were after an operation."}
    )
    case.ends_at("Case closed")
    assert sickness.case().outcome == "not begun"
    assert story.letters() == []


@pytest.mark.policy("CAP-8a", "CAP-9")
def test_what_the_employee_tells_is_considered_while_the_case_runs(story: Story, sickness: SicknessCases) -> None:
    case = sickness.waiting()
    told = story.start(
        "capability_employee_information",
        {"case_reference": sickness.case().reference, "statement.information": "I have a chronic condition."},
    )
    told.ends_at("Adjustments to be considered")
    case.task("Consider a disability").complete(
        {"disability_related": "yes", "statement.disability_considered": "A chronic condition."}
    )
    case.task("Consider adjustments").complete(
        {
            "adjustments_considered": ["duties"],
            "adjust_work": "no",
            "statement.work_adjustments": "None is needed.",
            "adjust_procedure": "yes",
            "statement.procedure_adjustments": "Meetings in the afternoon.",
        }
    )
    story.moves_to("Tuesday 1 April 2025 08:00")
    sickness.review(case)
    assert "Adjustments to this procedure were agreed" in case.task("Prepare the notice").form.text


@pytest.mark.policy("CAP-A04", "CAP-64b")
def test_an_employee_without_email_is_written_to_by_post(story: Story, sickness: SicknessCases) -> None:
    case = sickness.begin(employee=OWEN)
    sickness.prepare(case)
    assert "Thursday 13 March 2025" in case.task("Set date, time and place").form.text
    sickness.set_date(case, "2025-03-13T10:00")
    post(case, "2025-03-03")
    sickness.story.moves_to("Thursday 13 March 2025 10:00")
    sickness.happened(case)
    sickness.write_down(case)
    sickness.decide(case, "closed")
    story.moves_to("Monday 17 March 2025 09:00")
    post(case, "2025-03-17")
    case.task("Explain it in person")
    (decision,) = sickness.decisions(OWEN)
    assert decision.facts["informed_on"] == "2025-03-19"
    story.no_letter(ALEX)


def post(case: Procedure, on: str) -> None:
    """HR posts a letter."""
    case.task("Print and post the letter").complete({"delivered_how": "post", "posted_on": on})

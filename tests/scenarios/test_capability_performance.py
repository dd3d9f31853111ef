"""Stories of the capability procedure in cases of poor performance (policy paragraphs 19 to 43)."""

from __future__ import annotations

import pytest

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.capability_hearings import REASONS
from tests.scenarios.capability_performances import AREAS, EVIDENCE, FINDINGS, STANDARDS, Performances, said
from tests.scenarios.driver.people import (
    ALEX,
    AMARA,
    CALLUM,
    DANIEL,
    GRACE,
    HELEN,
    JOANNE,
    LENA,
    OWEN,
    PETER,
    PRIYA,
    SAMIR,
)
from tests.scenarios.driver.story import Procedure, Story


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


# Who and what is taken in


@pytest.mark.policy("CAP-7b")
def test_an_agency_worker_is_refused(story: Story, performances: Performances) -> None:
    concern = performances.record(employee=LENA)
    problem = concern.task("Deal with the problem")
    assert PETER.username in problem.candidate_users
    assert "agency worker" in problem.form.text
    problem.complete({"resolution": "leave"})
    concern.ends_at("Not taken as a new case")
    assert AREAS not in str(concern.all_variables())
    concern.never_reached("Open the case")
    story.no_unread_letter()


@pytest.mark.policy("CAP-A31", "CAP-7a")
def test_the_chief_executives_own_case_is_not_taken_and_a_slip_is_corrected(
    story: Story, performances: Performances
) -> None:
    concern = performances.record(employee=HELEN)
    problem = concern.task("Deal with the problem")
    assert "Chief Executive" in problem.form.text
    problem.complete({"staff_number": "999999", "resolution": "corrected"})
    problem = concern.task("Deal with the problem")
    assert "Nobody has the staff number 999999" in problem.form.text.replace("**", "")
    problem.complete({"staff_number": CALLUM.staff_number, "resolution": "corrected"})
    # However short the service.
    assert concern.task("Consider a disability").candidate_users == [DANIEL.username]
    assert performances.case().staff_number == CALLUM.staff_number


@pytest.mark.policy("CAP-20x")
def test_without_a_line_manager_hr_names_who_acts(story: Story, performances: Performances, appeals: Appeals) -> None:
    appeals.has_left(DANIEL, "2025-02-28")
    concern = performances.record()
    problem = concern.task("Deal with the problem")
    assert "no line manager" in problem.form.text
    problem.complete({"acting_manager": "999999", "resolution": "corrected"})
    concern.task("Deal with the problem").complete({"acting_manager": PETER.staff_number, "resolution": "corrected"})
    assert concern.task("Consider a disability").candidate_users == [PETER.username]


@pytest.mark.policy("CAP-4d", "CAP-5a")
def test_poor_attendance_belongs_to_sickness_absence(story: Story, performances: Performances) -> None:
    form = story.start_form("capability_performance")
    assert not form.field("factors").value
    concern = performances.record(
        factors=["poor attendance"], track="sickness", **said(concern_factors="Absent on six Mondays.")
    )
    concern.ends_at("To be started as sickness absence")
    kept = str(concern.all_variables())
    assert AREAS not in kept
    assert "Mondays" not in kept


@pytest.mark.policy("CAP-3a", "CAP-4", "CAP-22a", "CAP-22b", "CAP-10a")
def test_no_grounds_for_formal_action(story: Story, performances: Performances) -> None:
    concern = performances.opened(
        factors=["personal or family difficulties"], **said(concern_factors="A parent is ill.")
    )
    performances.assess(concern, grounds="no")
    concern.ends_at("Case closed")
    concern.never_reached("Find the stage")
    case = performances.case()
    assert case.outcome == "closed"
    texts = {line.words: line.text for line in performances.appeals.timeline(case)}
    assert (texts["concern_areas"], texts["concern_standards"], texts["assessment_summary"]) == (
        AREAS,
        STANDARDS,
        FINDINGS,
    )
    assert texts["factors_named"] == "personal or family difficulties"
    kept = str(concern.all_variables())
    for private in (AREAS, STANDARDS, FINDINGS, "A parent is ill", "family difficulties", ALEX.name):
        assert private not in kept, private
    story.no_unread_letter()


def test_there_is_one_open_case_and_a_second_concern_can_be_left(story: Story, performances: Performances) -> None:
    first = performances.opened()
    first.task("Assess the performance")
    second = performances.record(**said(concern_areas="Something else."))
    place = second.task("Place the second concern")
    assert performances.case().reference in place.form.text
    place.complete({"second_concern": "leave"})
    second.ends_at("Not taken as a new case")
    assert "Something else" not in str(second.all_variables())
    first.is_running()


@pytest.mark.policy("CAP-34a")
def test_a_second_concern_is_further_evidence_in_the_open_case(story: Story, performances: Performances) -> None:
    waiting = performances.waiting()
    second = performances.record(**said(concern_areas=EVIDENCE))
    second.task("Place the second concern").complete({"second_concern": "further_evidence"})
    second.ends_at("Not taken as a new case")
    performances.assess(waiting)
    waiting.reaches("Find the stage and its ground")
    assert performances.hearing_begun(waiting)["stage"] == 2
    filed = [line.text for line in performances.appeals.timeline(performances.case()) if line.words == "concern_areas"]
    assert filed == [AREAS, EVIDENCE]
    assert EVIDENCE not in str(second.all_variables())


# Informally first


@pytest.mark.policy("CAP-20x", "CAP-20d", "CAP-20w")
def test_informally_and_satisfactory(story: Story, performances: Performances) -> None:
    concern = performances.opened(start_with="informal_first")
    concern.has_no_task("Assess the performance")
    performances.discuss(concern, review_on="2025-04-03")
    concern.has_no_task("Review the improvement")
    story.moves_to("Thursday 3 April 2025 09:00")
    concern.task("Review the improvement").complete({"informal_outcome": "satisfactory"})
    concern.ends_at("Case closed")
    concern.never_reached("Assess the performance")
    story.no_unread_letter()


@pytest.mark.policy("CAP-20w", "CAP-22a")
def test_an_informal_discussion_that_did_not_help_opens_the_formal_procedure(
    story: Story, performances: Performances
) -> None:
    concern = performances.opened(start_with="informal_first")
    performances.discuss(concern)
    concern.task("Review the improvement").complete({"informal_outcome": "not_satisfactory"})
    concern.task("Assess the performance")
    told = performances.appeals.events(performances.case())
    assert "Informal discussion: no satisfactory improvement" in told


@pytest.mark.policy("CAP-20w", "CAP-A06")
def test_an_informal_discussion_was_held_before(story: Story, performances: Performances) -> None:
    concern = performances.opened(start_with="informal_not_satisfactory", informal_on="2025-02-03")
    concern.task("Assess the performance")
    texts = {line.words: line.text for line in performances.appeals.timeline(performances.case())}
    assert texts["earlier_informal_discussion"] == "Held on 2025-02-03, without satisfactory improvement"
    concern.never_reached("Discuss it informally")


# Stages and warnings


@pytest.mark.policy("CAP-30")
def test_stage_1_without_action(story: Story, performances: Performances) -> None:
    concern = performances.opened()
    performances.assess(concern)
    begun = performances.hearing_begun(concern)
    assert (begun["stage"], begun["ground"], begun["warning"]) == (1, None, None)
    performances.hearing(concern, None)
    concern.ends_at("Case closed")
    assert [entry.kind for entry in performances.warnings()] == ["no_action"]
    assert performances.case().outcome == "closed"


@pytest.mark.policy("CAP-31", "CAP-32a", "CAP-A10", "CAP-A14")
def test_a_first_warning_satisfied_and_expired(story: Story, performances: Performances) -> None:
    concern = performances.opened()
    performances.assess(concern)
    # The hearing is on Monday 10 March, and so is the letter.
    performances.hearing(concern, "first_written_warning", review_until="2025-06-02")
    story.moves_to("Sunday 1 June 2025 12:00")
    concern.has_no_task("Say how performance was")
    story.moves_to("Monday 2 June 2025 09:00")
    review = concern.task("Say how performance was")
    assert review.candidate_users == [DANIEL.username]
    assert review.due == "Monday 9 June 2025 23:59:59"
    performances.review(concern, "satisfied")
    letter = story.letter(ALEX, subject="outcome of your review period")
    for told in ("Your performance is satisfactory", "No further action", "Tuesday 9 September 2025", "confidential"):
        assert told in letter.text, told
    concern.never_reached("Hold the stage 2 hearing")
    story.moves_to("Tuesday 9 September 2025 23:59")
    concern.is_running()
    story.moves_to("Wednesday 10 September 2025 00:00")
    concern.ends_at("Case closed")
    assert "Warning expired and is disregarded" in performances.appeals.events(performances.case())


@pytest.mark.policy("CAP-39b")
def test_a_final_warning_given_on_paper_leads_to_stage_3(story: Story, performances: Performances) -> None:
    performances.appeals.decision("first_written_warning", active_until="2025-09-02")
    performances.appeals.decision("final_written_warning", active_until="2026-03-02")
    concern = performances.opened()
    performances.assess(concern)
    variables = performances.hearing_begun(concern)
    assert (variables["stage"], variables["ground"]) == (3, "further_poor_performance")
    assert variables["warning"]["kind"] == "final_written_warning"


@pytest.mark.policy("CAP-36", "CAP-39b", "CAP-A12")
def test_an_expired_final_warning_supports_no_stage_3(story: Story, performances: Performances) -> None:
    performances.appeals.decision("final_written_warning", informed_on="2024-03-03", active_until="2025-03-02")
    concern = performances.opened()
    performances.assess(concern)
    assert performances.hearing_begun(concern)["stage"] == 1


@pytest.mark.policy("CAP-21b", "CAP-39c", "CAP-42c")
def test_gross_negligence_goes_straight_to_stage_3_and_may_end_in_a_final_warning(
    story: Story, performances: Performances
) -> None:
    concern = performances.opened()
    performances.assess(concern, exception="gross_negligence")
    variables = performances.hearing_begun(concern)
    assert (variables["stage"], variables["ground"], variables["warning"]) == (3, "gross_negligence", None)
    concern.never_reached("Agree to a stage 3 hearing")
    performances.hearing(concern, "final_written_warning", review_until="2025-06-02")
    story.moves_to("Monday 2 June 2025 09:00")
    performances.review(concern, "not_satisfied", "progress")
    assert "stage 3 hearing" in story.letter(ALEX, subject="outcome of your review period").text
    variables = performances.hearing_begun(concern)
    assert (variables["stage"], variables["ground"]) == (3, "not_improved")


@pytest.mark.policy("CAP-21b", "CAP-A07")
def test_probation_needs_a_statutory_officers_agreement(story: Story, performances: Performances) -> None:
    concern = performances.opened(employee=CALLUM)
    performances.assess(concern, exception="probation")
    agreeing = concern.task("Agree to a stage 3 hearing")
    assert agreeing.candidate_groups == ["statutory_officers"]
    assert "probationary period is not completed" in agreeing.form.text.replace("**", "")
    agreeing.complete({"agreement": "agreed", "statement.agreement_reasons": "Six weeks of help were in vain."})
    variables = performances.hearing_begun(concern)
    assert (variables["stage"], variables["ground"]) == (3, "probation")


@pytest.mark.policy("CAP-21a", "CAP-A07")
def test_without_the_agreement_the_usual_stages_apply(story: Story, performances: Performances) -> None:
    concern = performances.opened(employee=CALLUM)
    performances.assess(concern, exception="probation")
    concern.task("Agree to a stage 3 hearing").complete(
        {"agreement": "refused", "statement.agreement_reasons": "More help should be given first."}
    )
    variables = performances.hearing_begun(concern)
    assert (variables["stage"], variables["ground"]) == (1, None)


@pytest.mark.policy("CAP-21a")
def test_who_has_completed_probation_is_offered_gross_negligence_only(story: Story, performances: Performances) -> None:
    concern = performances.opened()
    performances.assess(concern)
    assert performances.hearing_begun(concern)["stage"] == 1
    concern.never_reached("Agree to a stage 3 hearing")


@pytest.mark.policy("CAP-42b", "CAP-A16", "CAP-37")
def test_an_extended_final_warning_is_reviewed_again(story: Story, performances: Performances) -> None:
    performances.appeals.decision("final_written_warning", active_until="2025-06-30")
    concern = performances.opened()
    performances.assess(concern)
    new = performances.hearing(
        concern,
        "extend_final_warning",
        review_until="2025-09-01",
        own_active_until="2025-12-31",
        **said(extension_reasons="The last report was faultless."),
    )
    old, extended = performances.warnings()
    assert (old.status, old.replaced_by, extended.reference) == ("replaced", new, new)
    story.moves_to("Monday 1 September 2025 09:00")
    review = concern.task("Say how performance was")
    assert review.variables["warning_reference"] == new
    performances.review(concern, "satisfied")
    assert "Wednesday 31 December 2025" in story.letter(ALEX, subject="outcome of your review period").text
    story.moves_to("Thursday 1 January 2026 00:00")
    concern.ends_at("Case closed")


def extended_at_stage_3(performances: Performances, *, active_until: str) -> tuple[Procedure, str, str]:
    """A final warning extended to 31 December at a hearing on Monday 10 March: case, old and new warning."""
    old = performances.appeals.decision("final_written_warning", active_until=active_until)
    concern = performances.opened()
    performances.assess(concern)
    new = performances.hearing(
        concern,
        "extend_final_warning",
        review_until="2025-09-01",
        own_active_until="2025-12-31",
        **said(extension_reasons="The last report was faultless."),
    )
    assert new is not None
    return concern, old, new


@pytest.mark.policy("CAP-71b", "CAP-A11", "CAP-34a", "CAP-39b")
def test_an_extension_revoked_on_appeal_leaves_the_earlier_warning_to_go_on_with(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    concern, old, new = extended_at_stage_3(performances, active_until="2025-06-30")
    appeals.decided(new, "Monday 17 March 2025", "revoke", manager=JOANNE)
    concern.reaches("Warning changed")
    assert (appeals.entry(old).status, appeals.entry(new).status) == ("active", "revoked")
    concern.has_no_task("Say how performance was")
    story.moves_to("Monday 30 June 2025 09:00")
    concern.is_running()
    performances.further_evidence(performances.case().reference).ends_at("To be assessed")
    performances.assess(concern)
    begun = performances.hearing_begun(concern)
    assert (begun["stage"], begun["warning"]["reference"]) == (3, old)


@pytest.mark.policy("CAP-71b", "CAP-A11", "CAP-36")
def test_a_warning_that_expired_meanwhile_does_not_come_back(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    concern, old, new = extended_at_stage_3(performances, active_until="2025-03-16")
    appeals.decided(new, "Monday 17 March 2025", "revoke", manager=JOANNE)
    concern.ends_at("Case closed")
    told = story.letter(ALEX, subject="Your appeal: the decision").text
    assert f"your warning {old}" in told
    assert "last active day is Sunday 16 March 2025" in told
    assert "does not count if that day has passed" in told
    story.moves_to("Tuesday 18 March 2025 09:00")
    again = performances.opened()
    performances.assess(again)
    assert performances.hearing_begun(again)["stage"] == 1


@pytest.mark.policy("CAP-71c", "CAP-A11")
def test_a_lesser_penalty_in_place_of_an_extension_stands_for_both(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    concern, old, new = extended_at_stage_3(performances, active_until="2025-06-30")
    appeals.decided(new, "Monday 17 March 2025", "substitute", "first_written_warning", manager=JOANNE)
    concern.task("Set the warning out")
    statuses = [(entry.kind, entry.status) for entry in performances.warnings()]
    assert statuses == [
        ("final_written_warning", "replaced"),
        ("final_written_warning", "replaced"),
        ("first_written_warning", "active"),
    ]
    assert "counts again" not in story.letter(ALEX, subject="Your appeal: the decision").text
    assert appeals.entry(old).replaced_by == new


# Redeployment


@pytest.mark.policy("CAP-A15")
def test_redeployment_with_the_employees_agreement(story: Story, performances: Performances) -> None:
    concern = performances.opened()
    performances.assess(concern, exception="gross_negligence")
    reference = performances.hearing(concern, "redeployment")
    concern.task("Arrange the redeployment").complete(
        {"employee_answer": "agrees", "statement.redeployment_arrangements": "Records team from 1 April."}
    )
    concern.ends_at("Case closed")
    assert performances.case().outcome == "redeployed"
    assert reference is not None
    assert performances.appeals.entry(reference).status == "active"
    assert "Records team" not in str(concern.all_variables())


@pytest.mark.policy("CAP-A15")
def test_redeployment_declined_goes_back_to_the_chair(story: Story, performances: Performances) -> None:
    concern = performances.opened()
    performances.assess(concern, exception="gross_negligence")
    first = performances.hearing_begun(concern)["hearing_reference"]
    reference = performances.hearing(concern, "redeployment")
    concern.task("Arrange the redeployment").complete(
        {"employee_answer": "declines", "statement.redeployment_arrangements": "The journey is too long."}
    )
    again = performances.hearing_begun(concern)["hearing_reference"]
    assert again != first
    assert reference is not None
    assert performances.appeals.entry(reference).status == "revoked"
    performances.hearing(concern, None)
    concern.ends_at("Case closed")


# A warning changes on appeal


@pytest.mark.policy("CAP-71b")
def test_a_warning_revoked_on_appeal_while_stage_2_is_under_way(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    warning = appeals.decision("first_written_warning", active_until="2025-09-02")
    appeal = appeals.up_to_the_hearing(warning)
    story.moves_to("Friday 7 March 2025 09:00")
    concern = performances.opened()
    performances.assess(concern)
    performances.call(concern)
    story.letter(ALEX, subject="stage 2")
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "revoke")
    letter = story.letter(ALEX, subject="will not take place")
    assert warning in letter.text
    assert warning in story.letter(DANIEL, subject="will not take place").text
    concern.ends_at("Case closed")
    concern.never_reached("Hold and record the hearing")
    concern.never_reached("Keep the decision")


@pytest.mark.policy("CAP-71b")
def test_a_hearing_called_off_leaves_the_calendar_of_everybody_invited(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    warning = appeals.decision("first_written_warning", active_until="2025-09-02")
    appeal = appeals.up_to_the_hearing(warning)
    story.moves_to("Friday 7 March 2025 09:00")
    concern = performances.opened()
    performances.assess(concern)
    reference = str(performances.hearing_begun(concern)["hearing_reference"])
    performances.hearings.held_by(concern, AMARA)
    performances.hearings.prepare(concern)
    performances.hearings.set_date(concern, "2025-03-14T10:00")
    concern.task("Name a companion, or none").complete(
        {"companion_kind": "colleague", "companion_staff_number": PRIYA.staff_number, "companion_free": "yes"}
    )
    concern.task("Answer as companion").complete({"agrees": "yes"})
    concern.task("Consider the choice").complete({"choice": "accept"})
    story.letter(PRIYA, subject="the companion")
    # The invitation of this witness goes by post, with a copy by email to the employee.
    asked = {"witness_kind": "colleague", "witness_number": OWEN.staff_number, "statement.witness_request": "He knows."}
    story.start("capability_witness_request", {"case_reference": performances.case().reference, **asked})
    concern.task("Arrange or refuse it").complete({"arrange": "yes"})
    concern.task("Print and post the letter").complete({"posted_on": "2025-03-07", "delivered_how": "by_hand"})
    invited = performances.hearings.in_calendars(reference)
    assert invited == {str(one.email): ("REQUEST", 0) for one in (ALEX, DANIEL, AMARA, PRIYA)}
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "revoke")
    told = {one: story.letter(one, subject="on Friday 14 March 2025 will not take place") for one in (AMARA, PRIYA)}
    posting = concern.task("Print and post the letter")
    posting.complete({"posted_on": "2025-03-11", "delivered_how": "by_hand"})
    concern.ends_at("Case closed")
    assert performances.hearings.in_calendars(reference) == dict.fromkeys(invited, ("CANCEL", 1))
    for letter in told.values():
        # What became of the warning is nobody else's business.
        assert "cancelled" in letter.text
        assert not letter.says("warning")
        assert not letter.says(warning)


@pytest.mark.policy("CAP-71b")
def test_a_hearing_not_announced_yet_is_called_off_with_the_employee_alone(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    warning = appeals.decision("first_written_warning", active_until="2025-09-02")
    appeal = appeals.up_to_the_decision(warning)
    concern = performances.opened()
    performances.assess(concern)
    performances.hearing_begun(concern)
    appeals.decide(appeal, "revoke")
    for someone in (ALEX, DANIEL):
        letter = story.letter(someone, subject="no further hearing")
        assert (warning in letter.text, letter.calendar) == (True, None)
    concern.ends_at("Case closed")


@pytest.mark.policy("CAP-71b")
def test_a_warning_revoked_on_appeal_while_it_is_reviewed(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    concern = performances.opened()
    performances.assess(concern)
    warning = performances.hearing(concern, "first_written_warning", review_until="2025-06-02")
    assert warning is not None
    appeal = appeals.make(warning)
    appeals.appoint(appeal)
    appeals.set_date(appeal, "2025-03-18T10:00")
    story.moves_to("Tuesday 18 March 2025 10:00")
    appeals.hold(appeal)
    concern.is_running()
    appeals.decide(appeal, "revoke")
    concern.ends_at("Case closed")
    concern.never_reached("Say how performance was")
    story.no_letter(ALEX, subject="outcome of your review period")


@pytest.mark.policy("CAP-71b")
def test_a_final_warning_revoked_while_waiting_leaves_the_first(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    appeals.decision("first_written_warning", active_until="2025-09-02")
    waiting = performances.waiting("final_written_warning", active_until="2026-03-02")
    final = performances.warnings()[-1].reference
    appeal = appeals.up_to_the_decision(final)
    appeals.decide(appeal, "revoke")
    waiting.reaches("Record the change")
    performances.further_evidence(performances.case().reference).ends_at("To be assessed")
    performances.assess(waiting)
    variables = performances.hearing_begun(waiting)
    assert (variables["stage"], variables["warning"]["kind"]) == (2, "first_written_warning")


@pytest.mark.policy("CAP-71c", "CAP-A11", "CAP-30a", "CAP-30b", "CAP-30c", "CAP-30d", "CAP-30e")
def test_a_first_warning_in_place_of_a_final_one_is_set_out_and_reviewed(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    waiting = performances.waiting("final_written_warning", active_until="2026-03-02")
    final = performances.warnings()[-1].reference
    appeal = appeals.up_to_the_decision(final)
    appeals.decide(appeal, "substitute", "first_written_warning")
    new = performances.warnings()[-1]
    performances.set_out(waiting, review_until="2025-09-11")
    again = waiting.task("Set the warning out")
    assert "after the warning’s last active day" in again.form.text
    performances.set_out(waiting, review_until="2025-06-11")
    letter = story.letter(ALEX, subject="what it asks of you")
    for told in (new.reference, "Wednesday 11 June 2025", "Wednesday 10 September 2025", "Five reports on time"):
        assert told in letter.text, told
    story.moves_to("Wednesday 11 June 2025 09:00")
    performances.review(waiting, "satisfied")
    story.letter(ALEX, subject="outcome of your review period")
    story.moves_to("Thursday 11 September 2025 00:00")
    waiting.ends_at("Case closed")
    assert "Five reports" not in str(waiting.all_variables())


@pytest.mark.policy("CAP-71b")
def test_a_decision_taken_before_the_warning_was_revoked_stands(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    first = appeals.decision("first_written_warning", active_until="2025-09-02")
    appeal = appeals.make(first)
    appeals.appoint(appeal)
    appeals.set_date(appeal, "2025-03-11T10:00")
    concern = performances.opened()
    performances.assess(concern)
    performances.call(concern)
    story.moves_to("Monday 10 March 2025 10:00")
    performances.hearings.hold(concern)
    performances.hearings.decide(concern, "final_written_warning", review_until="2025-06-10")
    performances.hearings.write(concern)
    concern.task("Explain it in person")
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "revoke")
    concern.reaches("Keep the decision")
    story.no_letter(ALEX, subject="will not take place")
    story.moves_to("Tuesday 10 June 2025 09:00")
    assert concern.task("Say how performance was").variables["stage"] == 2


# All the way


@pytest.mark.policy("CAP-34a", "CAP-39a", "CAP-42a", "CAP-65a", "CAP-65b")
def test_all_stages_dismissal_and_an_appeal_that_does_not_delay_it(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    concern = performances.opened()
    performances.assess(concern)
    first = performances.hearing(concern, "first_written_warning", review_until="2025-06-02")
    story.moves_to("Monday 2 June 2025 09:00")
    performances.review(concern, "not_satisfied", "progress")
    assert "stage 2 hearing" in story.letter(ALEX, subject="outcome of your review period").text
    begun = performances.hearing_begun(concern)
    assert (begun["stage"], begun["ground"], begun["warning"]["reference"]) == (2, "not_improved", first)

    # On Monday 9 June.
    final = performances.hearing(concern, "final_written_warning", review_until="2025-09-08")
    story.moves_to("Monday 8 September 2025 09:00")
    performances.review(concern, "not_satisfied", "progress")
    assert "stage 3 hearing" in story.letter(ALEX, subject="outcome of your review period").text
    begun = performances.hearing_begun(concern)
    assert (begun["stage"], begun["ground"], begun["warning"]["reference"]) == (3, "not_improved", final)
    assert performances.appeals.entry(str(first)).status == "active"

    # On Monday 15 September.
    performances.hearing(concern, "dismissal")
    setting = concern.task("Set the terms")
    assert setting.candidate_users == [SAMIR.username]
    assert setting.due == "Monday 22 September 2025 23:59:59"
    setting.complete({"terms": "pay_in_lieu", "notice_amount": 4, "notice_unit": "weeks", "effective_on": "2025-09-19"})
    letter = story.letter(ALEX, subject="Your dismissal")
    for told in (REASONS, "Friday 19 September 2025", "does not delay", "Monday 22 September 2025"):
        assert told in letter.text, told
    dismissal = performances.warnings()[-1]
    performances.explain(concern)

    appeal = appeals.make(dismissal.reference)
    appeals.appoint(appeal, JOANNE)
    appeals.set_date(appeal, "2025-09-23T10:00")
    story.moves_to("Friday 19 September 2025 00:00")
    concern.ends_at("Employment ended")
    assert performances.case().outcome == "dismissed"
    assert appeals.entry(dismissal.reference).facts["effective_on"] == "2025-09-19"
    story.moves_to("Tuesday 23 September 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "revoke")
    appeal.task("Print and post the letter").complete({"posted_on": "2025-09-23", "delivered_how": "by_hand"})
    order = story.letter(GRACE, subject="Reinstatement")
    assert "Friday 19 September 2025" in order.text
    assert appeals.entry(dismissal.reference).status == "revoked"


@pytest.mark.policy("CAP-65b")
def test_reinstated_before_the_date_the_final_warning_goes_on(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    final = appeals.decision("final_written_warning", active_until="2026-03-02")
    concern = performances.opened()
    performances.assess(concern)
    performances.hearing(concern, "dismissal")
    concern.task("Set the terms").complete(
        {"terms": "full_notice", "notice_amount": 12, "notice_unit": "weeks", "effective_on": "2025-06-30"}
    )
    performances.explain(concern)
    dismissal = performances.warnings()[-1]
    appeal = appeals.make(dismissal.reference)
    appeals.appoint(appeal, JOANNE)
    appeals.set_date(appeal, "2025-03-18T10:00")
    story.moves_to("Tuesday 18 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "revoke")
    concern.reaches("Go through stage 3")
    concern.is_running()
    assert appeals.entry(final).status == "active"
    performances.further_evidence(performances.case().reference).ends_at("To be assessed")
    performances.assess(concern)
    assert performances.hearing_begun(concern)["warning"]["reference"] == final
    story.no_letter(GRACE, subject="has ended")


@pytest.mark.policy("CAP-71c")
def test_a_warning_in_place_of_a_dismissal_before_its_date_goes_on_in_the_same_case(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    concern = performances.opened()
    performances.assess(concern, exception="gross_negligence")
    performances.hearing(concern, "dismissal")
    concern.task("Set the terms").complete(
        {"terms": "full_notice", "notice_amount": 12, "notice_unit": "weeks", "effective_on": "2025-06-30"}
    )
    performances.explain(concern)
    appeal = appeals.make(performances.warnings()[-1].reference)
    appeals.appoint(appeal, JOANNE)
    appeals.set_date(appeal, "2025-03-18T10:00")
    story.moves_to("Tuesday 18 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "substitute", "final_written_warning")
    new = performances.warnings()[-1]
    taken_over = story.sees_start_of("capability_performance")
    taken_over.ends_at("Not taken as a new case")
    performances.set_out(concern, review_until="2025-06-18")
    assert new.reference in story.letter(ALEX, subject="what it asks of you").text
    story.moves_to("Wednesday 18 June 2025 09:00")
    performances.review(concern, "not_satisfied", "progress")
    assert performances.hearing_begun(concern)["stage"] == 3


@pytest.mark.policy("CAP-71c")
def test_a_warning_in_place_of_a_dismissal_after_its_date_opens_a_case(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    dismissal = appeals.decision("dismissal", decided_by=SAMIR, effective_on="2025-03-07")
    appeal = appeals.up_to_the_decision(dismissal, manager=JOANNE)
    appeals.decide(appeal, "substitute", "first_written_warning")
    taken_over = story.sees_start_of("capability_performance")
    taken_over.task("Consider a disability").complete(
        {"disability_related": "no", "statement.disability_considered": "Nothing was said."}
    )
    performances.set_out(taken_over, review_until="2025-06-11")
    letter = story.letter(ALEX, subject="what it asks of you")
    assert "Wednesday 10 September 2025" in letter.text
    story.moves_to("Wednesday 11 June 2025 09:00")
    performances.further_evidence(performances.case().reference).ends_at("To be assessed")
    performances.assess(taken_over)
    assert performances.hearing_begun(taken_over)["stage"] == 2
    taken_over.never_reached("Discuss it informally")


@pytest.mark.policy("CAP-9")
def test_what_the_employee_tells_is_considered_again(story: Story, performances: Performances) -> None:
    concern = performances.opened()
    concern.task("Assess the performance")
    told = story.start(
        "capability_employee_information",
        {"case_reference": performances.case().reference, "statement.information": "I have been diagnosed."},
    )
    concern.task("Consider a disability").complete(
        {"disability_related": "no", "statement.disability_considered": "It has no bearing on the reports."}
    )
    concern.reaches("Considered again")
    assert told.key
    assert concern.task("Assess the performance").is_open
    assert "diagnosed" not in str(concern.all_variables())

"""Stories of the capability procedure in cases of poor performance (policy paragraphs 19 to 43)."""

from __future__ import annotations

import pytest

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.capability_performances import AREAS, EVIDENCE, FINDINGS, STANDARDS, Performances
from tests.scenarios.driver.people import ALEX, CALLUM, DANIEL, HELEN, LENA, PETER, SAMIR
from tests.scenarios.driver.story import Story


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


@pytest.fixture
def performances(story: Story, appeals: Appeals) -> Performances:
    return Performances(story, appeals)


# Who and what is taken in


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
    assert concern.task("Assess the performance").candidate_users == [DANIEL.username]
    assert performances.case().staff_number == CALLUM.staff_number


def test_without_a_line_manager_hr_names_who_acts(story: Story, performances: Performances, appeals: Appeals) -> None:
    appeals.has_left(DANIEL, "2025-02-28")
    concern = performances.record()
    problem = concern.task("Deal with the problem")
    assert "no line manager" in problem.form.text
    problem.complete({"acting_manager": "999999", "resolution": "corrected"})
    concern.task("Deal with the problem").complete({"acting_manager": PETER.staff_number, "resolution": "corrected"})
    assert concern.task("Assess the performance").candidate_users == [PETER.username]


def test_poor_attendance_belongs_to_sickness_absence(story: Story, performances: Performances) -> None:
    form = story.start_form("capability_performance")
    assert not form.field("factors").value
    concern = performances.record(
        factors=["poor attendance"], track="sickness", **{"statement.concern_factors": "Absent on six Mondays."}
    )
    concern.ends_at("To be started as sickness absence")
    kept = str(concern.all_variables())
    assert AREAS not in kept
    assert "Mondays" not in kept


def test_no_grounds_for_formal_action(story: Story, performances: Performances) -> None:
    concern = performances.record(
        factors=["personal or family difficulties"], **{"statement.concern_factors": "A parent is ill."}
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
    first = performances.record()
    first.task("Assess the performance")
    second = performances.record(**{"statement.concern_areas": "Something else."})
    place = second.task("Place the second concern")
    assert performances.case().reference in place.form.text
    place.complete({"second_concern": "leave"})
    second.ends_at("Not taken as a new case")
    assert "Something else" not in str(second.all_variables())
    first.is_running()


def test_a_second_concern_is_further_evidence_in_the_open_case(story: Story, performances: Performances) -> None:
    waiting = performances.waiting()
    second = performances.record(**{"statement.concern_areas": EVIDENCE})
    second.task("Place the second concern").complete({"second_concern": "further_evidence"})
    second.ends_at("Not taken as a new case")
    performances.assess(waiting)
    waiting.reaches("Find the stage and its ground")
    assert waiting.task("Tell the outcome").variables["stage"] == 2
    filed = [line.text for line in performances.appeals.timeline(performances.case()) if line.words == "concern_areas"]
    assert filed == [AREAS, EVIDENCE]
    assert EVIDENCE not in str(second.all_variables()), [v for v in second.all_variables() if EVIDENCE in str(v)]


# Informally first


def test_informally_and_satisfactory(story: Story, performances: Performances) -> None:
    concern = performances.record(start_with="informal_first")
    concern.has_no_task("Assess the performance")
    performances.discuss(concern, review_on="2025-04-03")
    concern.has_no_task("Review the improvement")
    story.moves_to("Thursday 3 April 2025 09:00")
    concern.task("Review the improvement").complete({"informal_outcome": "satisfactory"})
    concern.ends_at("Case closed")
    concern.never_reached("Assess the performance")
    story.no_unread_letter()


def test_an_informal_discussion_that_did_not_help_opens_the_formal_procedure(
    story: Story, performances: Performances
) -> None:
    concern = performances.record(start_with="informal_first")
    performances.discuss(concern)
    concern.task("Review the improvement").complete({"informal_outcome": "not_satisfactory"})
    concern.task("Assess the performance")
    told = performances.appeals.events(performances.case())
    assert "Informal discussion: no satisfactory improvement" in told


def test_an_informal_discussion_was_held_before(story: Story, performances: Performances) -> None:
    concern = performances.record(start_with="informal_not_satisfactory", informal_on="2025-02-03")
    concern.task("Assess the performance")
    texts = {line.words: line.text for line in performances.appeals.timeline(performances.case())}
    assert texts["earlier_informal_discussion"] == "Held on 2025-02-03, without satisfactory improvement"
    concern.never_reached("Discuss it informally")


# Stages and warnings


def test_stage_1_without_action(story: Story, performances: Performances) -> None:
    concern = performances.record()
    performances.assess(concern)
    hearing = concern.task("Tell the outcome")
    assert (hearing.variables["stage"], hearing.variables["ground"], hearing.variables["warning"]) == (1, None, None)
    performances.hearing(concern, "no_action")
    concern.ends_at("Case closed")
    assert performances.warnings() == []


def test_a_first_warning_satisfied_and_expired(story: Story, performances: Performances) -> None:
    concern = performances.record()
    performances.assess(concern)
    performances.hearing(concern, "first_written_warning", active_until="2025-09-02", review_until="2025-06-02")
    story.moves_to("Sunday 1 June 2025 12:00")
    concern.has_no_task("Say how performance was")
    story.moves_to("Monday 2 June 2025 09:00")
    review = concern.task("Say how performance was")
    assert review.candidate_users == [DANIEL.username]
    assert review.due == "Monday 9 June 2025 23:59:59"
    performances.review(concern, "satisfied")
    letter = story.letter(ALEX, subject="outcome of your review period")
    for told in ("Your performance is satisfactory", "No further action", "Tuesday 2 September 2025", "confidential"):
        assert told in letter.text, told
    concern.never_reached("Hold the stage 2 hearing")
    story.moves_to("Tuesday 2 September 2025 23:59")
    concern.is_running()
    story.moves_to("Wednesday 3 September 2025 00:00")
    concern.ends_at("Case closed")
    assert "Warning expired and is disregarded" in performances.appeals.events(performances.case())
    story.no_unread_letter()


@pytest.mark.parametrize("assessed_on", ["Tuesday 2 September 2025 23:30", "Friday 5 September 2025 09:00"])
def test_a_further_failure_on_the_last_active_day(story: Story, performances: Performances, assessed_on: str) -> None:
    waiting = performances.waiting(active_until="2025-09-02")
    (warning,) = performances.warnings()
    story.moves_to("Tuesday 2 September 2025 23:00")
    evidence = performances.further_evidence(performances.case().reference)
    evidence.ends_at("To be assessed")
    story.moves_to(assessed_on)
    performances.assess(waiting)
    variables = waiting.task("Tell the outcome").variables
    assert (variables["stage"], variables["ground"]) == (2, "further_poor_performance")
    assert variables["warning"]["reference"] == warning.reference
    assert EVIDENCE not in str(evidence.all_variables())


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
    concern = performances.record()
    performances.assess(concern)
    variables = concern.task("Tell the outcome").variables
    assert (variables["stage"], variables["warning"]) == (1, None)


def test_further_evidence_without_grounds_leaves_the_case_waiting(story: Story, performances: Performances) -> None:
    waiting = performances.waiting()
    performances.further_evidence(performances.case().reference).ends_at("To be assessed")
    performances.assess(waiting, grounds="no")
    waiting.is_running()
    performances.further_evidence(performances.case().reference).ends_at("To be assessed")
    waiting.task("Assess the performance")


def test_a_final_warning_given_on_paper_leads_to_stage_3(story: Story, performances: Performances) -> None:
    performances.appeals.decision("first_written_warning", active_until="2025-09-02")
    performances.appeals.decision("final_written_warning", active_until="2026-03-02")
    concern = performances.record()
    performances.assess(concern)
    variables = concern.task("Tell the outcome").variables
    assert (variables["stage"], variables["ground"]) == (3, "further_poor_performance")
    assert variables["warning"]["kind"] == "final_written_warning"


def test_an_expired_final_warning_supports_no_stage_3(story: Story, performances: Performances) -> None:
    performances.appeals.decision("final_written_warning", informed_on="2024-03-03", active_until="2025-03-02")
    concern = performances.record()
    performances.assess(concern)
    assert concern.task("Tell the outcome").variables["stage"] == 1


def test_gross_negligence_goes_straight_to_stage_3_and_may_end_in_a_final_warning(
    story: Story, performances: Performances
) -> None:
    concern = performances.record()
    performances.assess(concern, exception="gross_negligence")
    variables = concern.task("Tell the outcome").variables
    assert (variables["stage"], variables["ground"], variables["warning"]) == (3, "gross_negligence", None)
    concern.never_reached("Agree to a stage 3 hearing")
    performances.hearing(concern, "final_written_warning", active_until="2026-03-02", review_until="2025-06-02")
    story.moves_to("Monday 2 June 2025 09:00")
    performances.review(concern, "not_satisfied", "progress")
    assert "stage 3 hearing" in story.letter(ALEX, subject="outcome of your review period").text
    variables = concern.task("Tell the outcome").variables
    assert (variables["stage"], variables["ground"]) == (3, "not_improved")


def test_probation_needs_a_statutory_officers_agreement(story: Story, performances: Performances) -> None:
    concern = performances.record(employee=CALLUM)
    performances.assess(concern, exception="probation")
    agreeing = concern.task("Agree to a stage 3 hearing")
    assert agreeing.candidate_groups == ["statutory_officers"]
    assert "probationary period is not completed" in agreeing.form.text.replace("**", "")
    agreeing.complete({"agreement": "agreed", "statement.agreement_reasons": "Six weeks of help were in vain."})
    variables = concern.task("Tell the outcome").variables
    assert (variables["stage"], variables["ground"]) == (3, "probation")


def test_without_the_agreement_the_usual_stages_apply(story: Story, performances: Performances) -> None:
    concern = performances.record(employee=CALLUM)
    performances.assess(concern, exception="probation")
    concern.task("Agree to a stage 3 hearing").complete(
        {"agreement": "refused", "statement.agreement_reasons": "More help should be given first."}
    )
    variables = concern.task("Tell the outcome").variables
    assert (variables["stage"], variables["ground"]) == (1, None)


def test_who_has_completed_probation_is_offered_gross_negligence_only(
    story: Story, performances: Performances
) -> None:
    concern = performances.record()
    performances.assess(concern)
    assert concern.task("Tell the outcome").variables["stage"] == 1
    concern.never_reached("Agree to a stage 3 hearing")


def test_an_extended_final_warning_is_reviewed_again(story: Story, performances: Performances) -> None:
    performances.appeals.decision("final_written_warning", active_until="2025-06-30")
    concern = performances.record()
    performances.assess(concern)
    old = performances.warnings()[0].reference
    new = performances.hearing(
        concern, "extend_final_warning", active_until="2025-12-31", review_until="2025-09-01", replaces=old
    )
    story.moves_to("Monday 1 September 2025 09:00")
    review = concern.task("Say how performance was")
    assert review.variables["warning_reference"] == new
    performances.review(concern, "satisfied")
    assert "Wednesday 31 December 2025" in story.letter(ALEX, subject="outcome of your review period").text
    story.moves_to("Thursday 1 January 2026 00:00")
    concern.ends_at("Case closed")


# Redeployment


def test_redeployment_with_the_employees_agreement(story: Story, performances: Performances) -> None:
    concern = performances.record()
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


def test_redeployment_declined_goes_back_to_the_chair(story: Story, performances: Performances) -> None:
    concern = performances.record()
    performances.assess(concern, exception="gross_negligence")
    first = concern.task("Tell the outcome").variables["hearing_reference"]
    reference = performances.hearing(concern, "redeployment")
    concern.task("Arrange the redeployment").complete(
        {"employee_answer": "declines", "statement.redeployment_arrangements": "The journey is too long."}
    )
    again = concern.task("Tell the outcome").variables["hearing_reference"]
    assert again != first
    assert reference is not None
    assert performances.appeals.entry(reference).status == "revoked"
    performances.hearing(concern, "no_action")
    concern.ends_at("Case closed")


# A warning changes on appeal


def test_a_warning_revoked_on_appeal_while_stage_2_is_under_way(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    warning = appeals.decision("first_written_warning", active_until="2025-09-02")
    concern = performances.record()
    performances.assess(concern)
    hearing = concern.task("Tell the outcome")
    appeal = appeals.up_to_the_decision(warning)
    appeals.decide(appeal, "revoke")
    hearing.is_gone()
    letter = story.letter(ALEX, subject="will not take place")
    assert warning in letter.text
    story.letter(DANIEL, subject="will not take place")
    concern.ends_at("Case closed")
    concern.never_reached("Keep the decision")


def test_a_warning_revoked_on_appeal_while_it_is_reviewed(
    story: Story, performances: Performances, appeals: Appeals
) -> None:
    concern = performances.record()
    performances.assess(concern)
    warning = performances.hearing(
        concern, "first_written_warning", active_until="2025-09-02", review_until="2025-06-02"
    )
    assert warning is not None
    appeal = appeals.up_to_the_decision(warning)
    concern.is_running()
    appeals.decide(appeal, "revoke")
    concern.ends_at("Case closed")
    concern.never_reached("Say how performance was")
    story.no_letter(ALEX, subject="outcome of your review period")


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
    variables = waiting.task("Tell the outcome").variables
    assert (variables["stage"], variables["warning"]["kind"]) == (2, "first_written_warning")


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

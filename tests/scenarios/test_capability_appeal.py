"""Stories of the capability appeal (policy paragraphs 64 to 72)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.capability_appeals import GROUNDS, REASONS, Appeals
from tests.scenarios.driver.people import ALEX, DANIEL, GRACE, HELEN, JOANNE, OWEN, PETER, PRIYA, RUTH, SAMIR
from tests.scenarios.driver.story import Story


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


@pytest.mark.policy(
    "CAP-10b",
    "CAP-11",
    "CAP-15a",
    "CAP-64a",
    "CAP-67a",
    "CAP-67b",
    "CAP-69b",
    "CAP-71a",
    "CAP-72a",
    "CAP-72b",
    "CAP-72c",
    "CAP-72d",
    "CAP-A29",
)
def test_a_final_warning_is_confirmed(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("final_written_warning", informed_on="2025-03-03")
    appeal = appeals.make(decision)

    received = story.letter(ALEX, about="appeal")
    assert "Monday 3 March 2025" in received.text
    assert "confidential" in received.text
    story.letter(HELEN, about="appeal")

    appointment = appeal.task("Appoint the manager")
    assert appointment.candidate_users == [HELEN.username]
    appeals.appoint(appeal, PETER, "review")
    appeals.set_date(appeal, "2025-03-11T10:00", "Lloyd House, room 4")

    notice = story.letter(ALEX, about="Tuesday 11 March 2025")
    for told in ("10 am", "Lloyd House, room 4", "Peter Lindqvist", "companion", "confidential", "record"):
        assert told in notice.text, told
    assert notice.calendar is not None
    assert notice.calendar["METHOD"] == "REQUEST"
    assert notice.pdf_text

    naming = appeal.task("Name a companion, or none")
    assert naming.candidate_users == [ALEX.username]
    assert naming.due == "Monday 10 March 2025 23:59:59"
    naming.complete({"companion_kind": "none"})
    appeal.has_no_task("Hold and record the hearing")

    story.moves_to("Tuesday 11 March 2025 10:00")
    hearing = appeal.task("Hold and record the hearing")
    assert hearing.candidate_users == [PETER.username]
    appeals.hold(appeal)
    deciding = appeal.task("Decide the appeal")
    assert deciding.due == "Tuesday 18 March 2025 23:59:59"
    story.moves_to("Monday 17 March 2025 11:00")
    appeals.decide(appeal, "confirm")

    final = story.letter(ALEX, about="no further right of appeal")
    assert REASONS in final.text
    assert story.letter(DANIEL, about="no further right of appeal")
    appeals.explain(appeal)
    appeal.ends_at("Appeal decided")

    case = appeals.case()
    assert (case.outcome, case.closed_at is not None) == ("confirm", True)
    assert "Decision explained in person" in appeals.events(case)
    assert appeals.entry(decision).status == "active"
    story.no_letter(GRACE)


@pytest.mark.policy("CAP-10a")
def test_nothing_anybody_wrote_stays_in_the_engine(story: Story, appeals: Appeals) -> None:
    appeal = appeals.up_to_the_decision(appeals.decision("final_written_warning"))
    appeals.decide(appeal, "confirm")
    appeals.explain(appeal)
    appeal.ends_at("Appeal decided")
    kept = str(appeal.all_variables())
    for private in (GROUNDS, REASONS, "Both sides were heard", ALEX.name, PETER.name, "@wm.example"):
        assert private not in kept, private
    texts = {line.words: line.text for line in appeals.timeline(appeals.case())}
    assert texts["grounds"] == GROUNDS
    assert texts["decision_reasons"] == REASONS


@pytest.mark.policy("CAP-64b", "CAP-A02", "CAP-A05")
@pytest.mark.parametrize(
    ("informed_on", "made_at"),
    [("2025-03-03", "Monday 10 March 2025 23:59"), ("2025-03-28", "Friday 4 April 2025 09:00")],
)
def test_the_last_day_is_in_time(story: Story, appeals: Appeals, informed_on: str, made_at: str) -> None:
    decision = appeals.decision("first_written_warning", informed_on=informed_on)
    story.moves_to(made_at)
    appeal = appeals.make(decision)
    appeal.task("Appoint the manager")
    appeal.has_no_task("Decide on the late appeal")


@pytest.mark.policy("CAP-64b")
def test_an_appeal_on_paper_counts_from_the_day_it_came(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("first_written_warning", informed_on="2025-03-03")
    story.moves_to("Wednesday 12 March 2025 09:00")
    appeal = appeals.make(decision, received_on_paper="2025-03-10")
    appeal.task("Appoint the manager")
    assert "Monday 10 March 2025" in story.letter(ALEX, about="appeal").text


@pytest.mark.policy("CAP-64b", "CAP-6b", "CAP-A05")
def test_a_late_appeal_is_put_to_the_chief_executive_and_admitted(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("first_written_warning", informed_on="2025-03-03")
    story.moves_to("Tuesday 11 March 2025 00:00")
    appeal = appeals.make(decision)
    late = appeal.task("Decide on the late appeal")
    assert late.candidate_users == [HELEN.username]
    assert "Monday 10 March 2025" in late.form.text
    story.no_letter(ALEX)
    late.complete({"late_appeal": "admit", "statement.admission_reasons": "The employee was in hospital."})
    assert "Tuesday 11 March 2025" in story.letter(ALEX, about="appeal").text
    appeal.task("Appoint the manager")


@pytest.mark.policy("CAP-64b", "CAP-A05")
def test_a_late_appeal_is_not_admitted_with_reasons_and_may_be_put_again(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("first_written_warning", informed_on="2025-03-03")
    story.moves_to("Wednesday 12 March 2025 09:00")
    appeal = appeals.make(decision)
    appeal.task("Decide on the late appeal").complete(
        {"late_appeal": "refuse", "statement.admission_reasons": "No reason for the delay was given."}
    )
    appeal.ends_at("Late appeal not admitted")
    letter = story.letter(ALEX)
    assert "No reason for the delay was given." in letter.text
    assert "Monday 10 March 2025" in letter.text
    again = appeals.make(decision)
    assert again.task("Decide on the late appeal").is_open


@pytest.mark.policy("CAP-72d")
def test_a_decided_appeal_cannot_be_made_again(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("first_written_warning")
    first = appeals.up_to_the_decision(decision)
    appeals.decide(first, "confirm")
    appeals.explain(first)
    first.ends_at("Appeal decided")
    decided_in = appeals.case()

    second = appeals.make(decision)
    second.ends_at("Appeal not accepted")
    assert decided_in.reference in story.letter(ALEX, about=decided_in.reference).text
    assert appeals.case().outcome == "not_accepted"
    second.never_reached("Admit the appeal")


@pytest.mark.policy("CAP-71b")
def test_a_warning_is_revoked(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("final_written_warning")
    appeal = appeals.up_to_the_decision(decision)
    appeals.decide(appeal, "revoke")
    appeals.explain(appeal)
    appeal.ends_at("Appeal decided")
    assert appeals.entry(decision).status == "revoked"
    assert story.published("warning_changed", decision)["warning_status"] == "revoked"
    story.no_letter(GRACE)


@pytest.mark.policy("CAP-71c", "CAP-31", "CAP-A10")
def test_a_first_warning_takes_the_place_of_a_final_one(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("final_written_warning")
    appeal = appeals.up_to_the_decision(decision)
    offered = list(appeal.task("Decide the appeal").form.field("outcome").options)
    assert offered == ["confirm", "revoke", "substitute"]
    appeals.decide(appeal, "substitute", "first_written_warning")
    appeals.explain(appeal)
    appeal.ends_at("Appeal decided")
    old, new = appeals.entries_of(ALEX)
    assert (old.status, old.replaced_by) == ("replaced", new.reference)
    assert (new.kind, new.status, str(new.active_until)) == ("first_written_warning", "active", "2025-09-10")
    assert story.published("warning_changed", decision)["replaced_by"] == new.reference


@pytest.mark.policy("CAP-71c", "CAP-A27")
def test_no_heavier_penalty_is_offered_or_taken(story: Story, appeals: Appeals) -> None:
    appeal = appeals.up_to_the_decision(appeals.decision("first_written_warning"))
    deciding = appeal.task("Decide the appeal")
    assert list(deciding.form.field("outcome").options) == ["confirm", "revoke"]
    deciding.complete_past_the_form({"outcome": "substitute", "new_penalty": "dismissal"})
    appeals.decide(appeal, "confirm")
    appeals.explain(appeal)
    appeal.ends_at("Appeal decided")
    assert [entry.kind for entry in appeals.entries_of(ALEX)] == ["first_written_warning"]


@pytest.mark.policy("CAP-65a", "CAP-65b", "CAP-71b")
def test_a_dismissal_is_revoked_and_its_date_was_never_moved(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("dismissal", decided_by=SAMIR, effective_on="2025-03-07")
    appeal = appeals.up_to_the_hearing(decision, manager=JOANNE)
    assert "Friday 7 March 2025" in story.letter(ALEX, about="appeal").text
    story.moves_to("Monday 10 March 2025 09:00")
    entry = appeals.entry(decision)
    assert (entry.status, entry.facts["effective_on"]) == ("active", "2025-03-07")
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "revoke")
    order = story.letter(GRACE)
    for told in ("Friday 7 March 2025", "continuity", "pay", decision):
        assert told in order.text, told
    story.letter(ALEX, about="reinstate")
    appeals.explain(appeal)
    appeal.ends_at("Appeal decided")
    assert appeals.entry(decision).status == "revoked"
    assert story.published("reinstated", decision) == {"reinstated_on": "2025-03-11"}


@pytest.mark.policy("CAP-65b", "CAP-71c", "CAP-36", "CAP-A10")
def test_a_warning_takes_the_place_of_a_dismissal(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("dismissal", decided_by=SAMIR, effective_on="2025-03-07")
    appeal = appeals.up_to_the_decision(decision, manager=JOANNE)
    appeals.decide(appeal, "substitute", "final_written_warning")
    story.letter(GRACE)
    appeals.explain(appeal)
    appeal.ends_at("Appeal decided")
    _, new = appeals.entries_of(ALEX)
    assert str(new.active_until) == "2026-03-10"
    announced = story.published("substituted_warning", new.reference)
    assert announced["warning_kind"] == "final_written_warning"
    assert announced["staff_number"] == ALEX.staff_number


@pytest.mark.policy("CAP-71c")
def test_redeployment_takes_the_place_of_a_dismissal(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("dismissal", decided_by=SAMIR, effective_on="2025-03-31")
    appeal = appeals.up_to_the_decision(decision, manager=JOANNE)
    appeals.decide(appeal, "substitute", "redeployment")
    appeals.explain(appeal)
    appeal.ends_at("Appeal decided")
    appeal.never_reached("Warning announced to the performance procedure")
    _, new = appeals.entries_of(ALEX)
    assert (new.kind, new.active_until) == ("redeployment", None)


@pytest.mark.policy("CAP-69a", "CAP-68b")
def test_who_was_involved_does_not_hear_the_appeal(story: Story, appeals: Appeals) -> None:
    appeal = appeals.make(appeals.decision("first_written_warning", decided_by=DANIEL))
    appeals.appoint(appeal, DANIEL)
    again = appeal.task("Appoint the manager")
    assert "involved in the case before" in again.form.text
    appeals.appoint(appeal, DANIEL, why="Every other manager is on long-term leave.")
    assert appeal.task("Set date, time and place").candidate_users == [DANIEL.username]


@pytest.mark.policy("CAP-68b", "CAP-69a")
def test_nobody_hears_their_own_appeal_and_a_wrong_number_is_asked_again(story: Story, appeals: Appeals) -> None:
    appeal = appeals.make(appeals.decision("first_written_warning"))
    appeals.appoint(appeal, ALEX, why="A slip.")
    assert "their own appeal" in appeal.task("Appoint the manager").form.text
    appeal.task("Appoint the manager").complete(
        {
            "appeal_manager": "999999",
            "kind_of_hearing": "rehearing",
            "statement.hearing_kind_reasons": "Much is new.",
            "appoint_anyway": False,
        }
    )
    assert "999999" in appeal.task("Appoint the manager").form.text


@pytest.mark.policy("CAP-A09")
def test_a_junior_manager_needs_a_reason(story: Story, appeals: Appeals) -> None:
    appeal = appeals.make(appeals.decision("dismissal", decided_by=SAMIR, effective_on="2025-03-31"))
    appeals.appoint(appeal, PETER)
    assert "junior" in appeal.task("Appoint the manager").form.text
    appeals.appoint(appeal, JOANNE)
    assert appeal.task("Set date, time and place").candidate_users == [JOANNE.username]


@pytest.mark.policy("CAP-A09")
def test_the_chief_executive_who_decided_does_not_receive_the_appeal(story: Story, appeals: Appeals) -> None:
    appeal = appeals.make(appeals.decision("dismissal", decided_by=HELEN, effective_on="2025-03-31"))
    receivers = appeal.task("Appoint the manager").candidate_users
    assert sorted(receivers) == sorted([SAMIR.username, JOANNE.username])
    story.no_letter(HELEN)


@pytest.mark.policy("CAP-A31")
def test_where_the_chief_executive_is_the_line_manager_another_officer_receives(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("first_written_warning", employee=RUTH, decided_by=SAMIR)
    appeal = appeals.make(decision, employee=RUTH)
    assert appeal.task("Appoint the manager").candidate_users == [JOANNE.username]


@pytest.mark.policy("CAP-A09", "CAP-A31")
def test_when_everybody_was_involved_hr_has_a_deputy_nominated(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision(
        "dismissal", employee=RUTH, decided_by=SAMIR, involved=JOANNE, effective_on="2025-03-31"
    )
    appeal = appeals.make(decision, employee=RUTH)
    nominating = appeal.task("Have a deputy nominated")
    assert nominating.candidate_groups == ["hr"]
    appeals.also_holds_role(PETER, "statutory_officers")
    nominating.complete({"deputy_nominated": True})
    assert appeal.task("Appoint the manager").candidate_users == [PETER.username]


@pytest.mark.policy("CAP-66a", "CAP-66b", "CAP-66c", "CAP-A30")
def test_new_information_is_sent_and_leaves_time_to_consider_it(story: Story, appeals: Appeals) -> None:
    appeal = appeals.make(appeals.decision("first_written_warning"), new_matters="A colleague saw the meeting.")
    appeals.appoint(appeal)
    appeal.task("Look into the new matters").complete(
        {"new_information": "yes", "statement.new_information": "A note of the meeting was found."}
    )
    letter = story.letter(ALEX, about="A note of the meeting was found.")
    assert "Wednesday 5 March 2025" in letter.text
    appeals.set_date(appeal, "2025-03-05T10:00", date_reason_given=True, **{"statement.date_reasons": "Soon."})
    assert "consider the new information" in appeal.task("Set date, time and place").form.text
    appeals.set_date(appeal, "2025-03-06T10:00", date_reason_given=False)
    story.letter(ALEX, about="Thursday 6 March 2025")


@pytest.mark.policy("CAP-66a")
def test_new_matters_that_bring_nothing_new(story: Story, appeals: Appeals) -> None:
    appeal = appeals.make(appeals.decision("first_written_warning"), new_matters="The heating had failed.")
    appeals.appoint(appeal)
    appeal.task("Look into the new matters").complete({"new_information": "no"})
    appeal.task("Set date, time and place")
    appeal.never_reached("Send the new information")


@pytest.mark.policy("CAP-67b", "CAP-A03")
@pytest.mark.parametrize(
    ("hearing_at", "answers", "advice"),
    [
        ("2025-02-28T10:00", {}, "in the past"),
        ("2025-03-05T10:00", {}, "less than the usual notice"),
        ("2025-03-05T10:00", {"date_reason_given": True, "statement.date_reasons": "Leave."}, "less than the usual"),
        ("2025-03-12T10:00", {}, "later than the usual notice"),
        ("2025-03-08T10:00", {}, "a weekend or a bank holiday"),
    ],
    ids=["in the past", "one clear day", "one clear day without agreement", "eight clear days", "a Saturday"],
)
def test_a_date_that_needs_another_look(
    story: Story, appeals: Appeals, hearing_at: str, answers: dict[str, Any], advice: str
) -> None:
    appeal = appeals.make(appeals.decision("first_written_warning"))
    appeals.appoint(appeal)
    shown = appeal.task("Set date, time and place").form.text
    assert "Thursday 6 March 2025" in shown
    assert "Tuesday 11 March 2025" in shown
    appeals.set_date(appeal, hearing_at, **answers)
    assert advice in appeal.task("Set date, time and place").form.text
    appeal.never_reached("Give notice of the hearing")


@pytest.mark.policy("CAP-67b", "CAP-A03")
@pytest.mark.parametrize(
    ("hearing_at", "answers"),
    [
        ("2025-03-06T10:00", {}),
        ("2025-03-11T10:00", {}),
        ("2025-03-05T10:00", {"date_reason_given": True, "statement.date_reasons": "Leave.", "employee_agrees": True}),
        ("2025-03-16T10:00", {"date_reason_given": True, "statement.date_reasons": "The manager is away."}),
    ],
    ids=["two clear days", "seven clear days", "short by agreement", "twelve clear days with a reason"],
)
def test_a_date_that_is_taken(story: Story, appeals: Appeals, hearing_at: str, answers: dict[str, Any]) -> None:
    appeal = appeals.make(appeals.decision("first_written_warning"))
    appeals.appoint(appeal)
    appeals.set_date(appeal, hearing_at, **answers)
    appeal.reaches("Give notice of the hearing")


@pytest.mark.policy("CAP-70a", "CAP-70b", "CAP-66b", "CAP-72b")
def test_an_adjourned_hearing_is_reconvened_after_new_information(story: Story, appeals: Appeals) -> None:
    appeal = appeals.up_to_the_hearing(appeals.decision("first_written_warning"))
    first = story.letter(ALEX, about="Tuesday 11 March 2025")
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeals.hold(appeal, "adjourned", new_matters="yes", suggested_on="2025-03-18")
    appeal.task("Look into the new matters").complete(
        {"new_information": "yes", "statement.new_information": "The rota of that week."}
    )
    story.letter(ALEX, about="The rota of that week.")
    assert "2025-03-18" in appeal.task("Set date, time and place").form.text
    appeals.set_date(appeal, "2025-03-18T10:00")
    second = story.letter(ALEX, about="Tuesday 18 March 2025")
    assert first.event["UID"] == second.event["UID"]
    assert (first.event["SEQUENCE"], second.event["SEQUENCE"]) == (0, 1)
    story.moves_to("Tuesday 18 March 2025 10:00")
    appeals.hold(appeal)
    assert appeal.task("Decide the appeal").due == "Tuesday 25 March 2025 23:59:59"


@pytest.mark.policy("CAP-23a", "CAP-A25")
def test_an_employee_who_did_not_attend_gets_another_date(story: Story, appeals: Appeals) -> None:
    appeal = appeals.up_to_the_hearing(appeals.decision("first_written_warning"))
    story.moves_to("Tuesday 11 March 2025 10:00")
    appeals.hold(appeal, "moved")
    appeals.set_date(appeal, "2025-03-18T10:00")
    story.letter(ALEX, about="Tuesday 18 March 2025")


@pytest.mark.policy("CAP-72c")
def test_the_explanation_is_not_awaited_for_ever(story: Story, appeals: Appeals) -> None:
    appeal = appeals.up_to_the_decision(appeals.decision("first_written_warning"))
    appeals.decide(appeal, "confirm")
    explaining = appeal.task("Explain it in person")
    story.moves_to("Tuesday 18 March 2025 10:01")
    appeal.ends_at("Appeal decided")
    explaining.is_gone()
    assert "No explanation in person was recorded in time" in appeals.events(appeals.case())


@pytest.mark.policy("CAP-A04", "CAP-67b")
def test_an_employee_without_email_gets_every_letter_by_post(story: Story, appeals: Appeals) -> None:
    appeal = appeals.make(appeals.decision("first_written_warning", employee=OWEN), employee=OWEN)
    posting = appeal.task("Print and post the letter")
    assert posting.candidate_groups == ["hr"]
    posting.complete({"delivered_how": "post", "posted_on": "2025-03-03"})
    appeals.appoint(appeal)
    # Two working days in the post, then two to seven clear days.
    shown = appeal.task("Set date, time and place").form.text
    assert "Saturday 8 March 2025" in shown
    assert "Thursday 13 March 2025" in shown
    appeals.set_date(appeal, "2025-03-13T10:00")
    appeal.task("Print and post the letter").complete({"delivered_how": "by_hand", "posted_on": "2025-03-04"})
    appeal.task("Name a companion, or none")
    acknowledged, notice = appeals.personal_file(appeals.case())
    assert (str(acknowledged.posted_on), str(acknowledged.received_on)) == ("2025-03-03", "2025-03-05")
    assert (str(notice.posted_on), str(notice.received_on)) == ("2025-03-04", "2025-03-04")


@pytest.mark.policy("CAP-A04", "CAP-65a")
def test_a_dismissed_employee_who_has_left_is_written_to_at_home(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("dismissal", decided_by=SAMIR, informed_on="2025-03-03", effective_on="2025-03-05")
    appeals.has_left(ALEX, "2025-03-05")
    story.moves_to("Friday 7 March 2025 09:00")
    appeal = appeals.make(decision)
    appeal.task("Print and post the letter").complete({"delivered_how": "post", "posted_on": "2025-03-07"})
    appeals.appoint(appeal, JOANNE)
    # Posted on Friday, received on Tuesday, then two clear days.
    assert "Friday 14 March 2025" in appeal.task("Set date, time and place").form.text
    story.no_letter(ALEX)


# What is wrong from the start


@pytest.mark.policy("CAP-64a")
def test_an_unknown_staff_number_goes_to_hr_and_is_corrected(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("first_written_warning")
    appeal = story.start(
        "capability_appeal",
        {
            "staff_number": "999999",
            "decision_reference": decision,
            "statement.grounds": GROUNDS,
            "new_matters": "no",
        },
    )
    problem = appeal.task("Resolve the problem")
    assert problem.candidate_groups == ["hr"]
    assert "Nobody has the staff number 999999." in problem.form.text
    assert list(problem.form.field("resolution").options) == ["corrected"]
    problem.complete({"staff_number": ALEX.staff_number, "decision_reference": decision, "resolution": "corrected"})
    appeal.task("Appoint the manager")
    assert [line.text for line in appeals.timeline(appeals.case()) if line.words == "grounds"] == [GROUNDS]


@pytest.mark.policy("CAP-64a")
def test_a_decision_that_does_not_exist_goes_to_hr_and_is_refused_with_reasons(story: Story, appeals: Appeals) -> None:
    appeal = appeals.make("DEC-2025-9999")
    problem = appeal.task("Resolve the problem")
    assert "DEC-2025-9999 is not in the register" in problem.form.text
    problem.complete(
        {"resolution": "cannot_be_taken", "refusal.acceptance_reasons": "What you describe was a conversation."}
    )
    appeal.ends_at("Appeal not accepted")
    assert "What you describe was a conversation." in story.letter(ALEX).text
    assert "What you describe was a conversation." not in str(appeal.all_variables())
    case = appeals.case()
    texts = {line.words: line.text for line in appeals.timeline(case)}
    assert texts["grounds"] == GROUNDS


@pytest.mark.policy("CAP-10a")
def test_somebody_elses_decision_is_not_revealed(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("first_written_warning", employee=PRIYA)
    appeal = appeals.make(decision, employee=ALEX)
    assert "is not in the register for the employee 100100" in appeal.task("Resolve the problem").form.text
    rightful = appeals.make(decision, employee=PRIYA)
    rightful.task("Appoint the manager")


@pytest.mark.policy("CAP-A31")
def test_the_chief_executives_own_appeal_goes_to_hr(story: Story, appeals: Appeals) -> None:
    decision = appeals.decision("first_written_warning", employee=HELEN, decided_by=SAMIR)
    appeal = appeals.make(decision, employee=HELEN)
    assert "Chief Executive’s own" in appeal.task("Resolve the problem").form.text
    appeal.never_reached("Open the case")

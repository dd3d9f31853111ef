"""Stories of the performance hearing (policy paragraphs 12 to 14 and 23 to 43): stages, decisions, letters."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.scenarios.capability_hearings import CASE, CONCERNS, MANAGEMENT_CASE, REASONS, TARGETS, Hearings
from tests.scenarios.driver.people import ALEX, DANIEL, HELEN, JOANNE, OWEN, PETER, PRIYA, RUTH, SAMIR
from tests.scenarios.driver.story import Procedure, Story
from workers.records.models import PersonRole


def offered(hearing: Procedure) -> list[str]:
    """The outcomes the decision form offers once performance is found unsatisfactory."""
    return [choice["value"] for choice in hearing.task("Decide the outcome").variables["outcomes"]]


@pytest.mark.policy(
    "CAP-13x",
    "CAP-13y",
    "CAP-13a",
    "CAP-13b",
    "CAP-14a",
    "CAP-20z",
    "CAP-24a",
    "CAP-24b",
    "CAP-24c",
    "CAP-26e",
    "CAP-28a",
    "CAP-30",
    "CAP-30a",
    "CAP-30b",
    "CAP-30c",
    "CAP-30d",
    "CAP-30e",
    "CAP-31",
    "CAP-A10",
    "CAP-A17",
    "CAP-11",
    "CAP-10b",
)
def test_a_first_written_warning(story: Story, hearings: Hearings) -> None:
    hearing = hearings.begin()
    hearings.held_by(hearing)
    preparing = hearing.task("Prepare the notification")
    assert preparing.candidate_users == [DANIEL.username]
    assert "First written warning; No action" in preparing.form.text
    assert "Notes of informal discussions are ignored" in preparing.form.text
    hearings.prepare(
        hearing,
        summary_enclosed="yes",
        documents_enclosed="yes",
        copies_ready=True,
        **{
            "statement.summary": "Three reports came in late.",
            "statement.documents": "Report of January\nReport of February",
        },
    )
    hearing.never_reached("Write the management case")
    hearings.set_date(hearing)

    notice = story.letter(ALEX, subject="stage 1")
    for told in (
        "Monday 10 March 2025",
        "10 am",
        "Lloyd House, room 4",
        "Daniel Price",
        CONCERNS,
        "The committee could not use them.",
        "First written warning",
        "No action",
        "Three reports came in late.",
        "Report of January",
        "companion",
        "may not answer questions on your behalf",
        "ask for a witness",
        "every effort to attend",
        "misconduct",
        "confidential",
        "electronic recording",
        CASE,
    ):
        assert told in notice.text, told
    assert "Nothing was investigated" not in notice.text
    assert notice.event["SEQUENCE"] == 0
    story.letter(DANIEL, subject="stage 1")

    hearing.has_no_task("Hold and record the hearing")
    story.moves_to("Monday 10 March 2025 10:00")
    holding = hearing.task("Hold and record the hearing")
    assert holding.candidate_users == [DANIEL.username]
    hearings.hold(
        hearing,
        targets_discussed="yes",
        review_until="2025-06-02",
        **{"statement.targets": TARGETS},
    )
    deciding = hearing.task("Decide the outcome")
    assert deciding.due == "Monday 17 March 2025 23:59:59"
    assert offered(hearing) == ["first_written_warning"]
    story.moves_to("Wednesday 12 March 2025 09:00")
    hearings.decide(hearing, "first_written_warning", review_until="2025-06-02")
    hearing.task("Write the decision").complete(
        {
            "statement.decision_reasons": REASONS,
            "statement.areas_not_met": "Punctual and correct reports.",
            "targets_as": "hearing",
            "statement.measures": "A course.",
        }
    )

    letter = story.letter(ALEX, subject="First written warning")
    (entry,) = hearings.decisions()
    for told in (
        REASONS,
        "Punctual and correct reports.",
        TARGETS,
        "A course.",
        "Wednesday 12 March 2025 to Monday 2 June 2025",
        "stage 2 hearing",
        "further unsatisfactory performance",
        "six months",
        "Thursday 11 September 2025",
        "Chief Executive",
        "full grounds",
        "Wednesday 19 March 2025",
        entry.reference,
    ):
        assert told in letter.text, told
    assert (entry.kind, entry.status) == ("first_written_warning", "active")
    assert (str(entry.active_from), str(entry.active_until)) == ("2025-03-12", "2025-09-11")
    assert (entry.facts["informed_on"], entry.facts["decided_by"], entry.facts["case"]) == (
        "2025-03-12",
        DANIEL.staff_number,
        CASE,
    )
    hearings.explain(hearing)
    hearing.ends_at("Employee informed")
    result = hearing.variables
    assert (result["outcome"], result["decision_reference"]) == ("first_written_warning", entry.reference)
    assert (result["active_until"], result["review_until"]) == ("2025-09-11", "2025-06-02")
    assert (result["hearing_at"], result["decided_on"]) == ("2025-03-10T10:00", "2025-03-12")
    assert (result["gross_misconduct"], result["hearing_manager"]["staff_number"]) == (False, DANIEL.staff_number)
    assert "Hearing decided: first written warning" in hearings.events()
    assert "Decision explained in person" in hearings.events()
    story.no_letter(DANIEL, subject="Overdue")
    story.no_letter(HELEN)


@pytest.mark.policy("CAP-28a", "CAP-42x", "CAP-A17")
def test_satisfactory_performance_and_no_action(story: Story, hearings: Hearings) -> None:
    hearing = hearings.held()
    hearings.decide(hearing, None)
    hearings.write(hearing, warning=False)
    letter = story.letter(ALEX, subject="no action")
    for told in (REASONS, "Chief Executive", "Monday 17 March 2025"):
        assert told in letter.text, told
    (entry,) = hearings.decisions()
    assert (entry.kind, entry.active_until) == ("no_action", None)
    hearings.explain(hearing)
    hearing.ends_at("Employee informed")
    assert hearing.variables["outcome"] == "no_action"
    story.no_letter(ALEX, subject="warning")


@pytest.mark.policy("CAP-10a")
def test_nothing_anybody_wrote_stays_in_the_engine(story: Story, hearings: Hearings) -> None:
    hearing = hearings.held()
    hearings.decide(hearing, "first_written_warning", review_until="2025-06-02")
    hearings.write(hearing)
    hearings.explain(hearing)
    hearing.ends_at("Employee informed")
    kept = str(hearing.all_variables())
    for private in (CONCERNS, REASONS, TARGETS, "workload", "committee", ALEX.name, DANIEL.name, "@wm.example"):
        assert private not in kept, private
    texts = hearings.texts()
    assert (texts["concerns"], texts["decision_reasons"]) == (CONCERNS, REASONS)
    assert texts["causes"] == "Workload and lack of training."


@pytest.mark.policy("CAP-24a", "CAP-A08")
def test_another_manager_holds_the_hearing_for_a_reason(story: Story, hearings: Hearings) -> None:
    hearing = hearings.begin()
    asked = hearing.task("Say who conducts it")
    assert asked.candidate_users == [DANIEL.username]
    other = {"held_by": "another", "statement.other_manager_reasons": "I supervised the reports myself."}
    asked.complete({**other, "other_manager": "999999"})
    assert "Nobody has the staff number 999999" in hearing.task("Say who conducts it").form.text
    hearing.task("Say who conducts it").complete({**other, "other_manager": ALEX.staff_number})
    assert "Nobody can conduct their own hearing" in hearing.task("Say who conducts it").form.text
    hearings.held_by(hearing, PETER)
    hearings.prepare(hearing)
    assert hearing.task("Set date, time and place").candidate_users == [PETER.username]
    hearings.set_date(hearing)
    assert "Peter Lindqvist" in story.letter(ALEX, subject="stage 1").text
    story.letter(PETER, subject="stage 1")
    story.moves_to("Monday 10 March 2025 10:00")
    assert hearing.task("Hold and record the hearing").candidate_users == [PETER.username]
    hearings.hold(hearing)
    hearings.decide(hearing, "first_written_warning", review_until="2025-06-02")
    hearings.write(hearing)
    assert "Peter Lindqvist" in story.letter(ALEX, subject="First written warning").text
    story.letter(DANIEL, subject="First written warning")
    assert hearings.decisions()[0].facts["involved"] == [DANIEL.staff_number, PETER.staff_number]


@pytest.mark.policy("CAP-12", "CAP-13c")
def test_a_confidential_witness_is_named_nowhere(story: Story, hearings: Hearings) -> None:
    hearing = hearings.begin()
    hearings.held_by(hearing)
    hearings.prepare(
        hearing,
        witnesses_relied_on="both",
        copies_ready=True,
        **{
            "statement.witness_names": "Priya Shah, casework officer",
            "statement.confidentiality_reasons": "The witness fears reprisals.",
            "statement.confidential_summary": "A colleague saw that the figures were copied.",
        },
    )
    hearings.set_date(hearing)
    notice = story.letter(ALEX, subject="stage 1")
    assert "Priya Shah, casework officer" in notice.text
    assert "A colleague saw that the figures were copied." in notice.text
    for letter in story.letters():
        assert "reprisals" not in letter.text + letter.pdf_text
    assert "reprisals" not in str(hearing.all_variables())
    assert hearings.texts()["confidentiality_reasons"] == "The witness fears reprisals."
    story.no_letter(PRIYA)


@pytest.mark.policy("CAP-8c")
def test_adjustments_agreed_show_on_the_hearing_tasks(story: Story, hearings: Hearings) -> None:
    hearing = hearings.begin(adjusted=True)
    hearings.held_by(hearing)
    assert "Adjustments to this procedure were agreed" in hearing.task("Prepare the notification").form.text
    hearings.prepare(hearing)
    assert "Adjustments to this procedure were agreed" in hearing.task("Set date, time and place").form.text
    hearings.set_date(hearing)
    story.moves_to("Monday 10 March 2025 10:00")
    assert "Adjustments to this procedure were agreed" in hearing.task("Hold and record the hearing").form.text


@pytest.mark.policy("CAP-25b", "CAP-25c", "CAP-26a", "CAP-26b", "CAP-26c", "CAP-26d")
def test_the_record_asks_what_a_witness_said_and_why_they_were_cross_examined(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    story.moves_to("Monday 10 March 2025 10:00")
    record = hearing.task("Hold and record the hearing").form
    assert record.field("what_happened").value is None
    hearings.hold(
        hearing,
        witnesses_heard="yes",
        cross_examined=True,
        **{
            "statement.witness_responses": "Priya Shah: the employee disagreed.",
            "statement.exceptional_circumstances": "Her statement is the only evidence.",
        },
    )
    assert hearings.texts()["exceptional_circumstances"] == "Her statement is the only evidence."


# Stage 2


@pytest.mark.policy("CAP-34b", "CAP-35", "CAP-35a", "CAP-35b", "CAP-35c", "CAP-35d", "CAP-35e", "CAP-36")
def test_a_final_written_warning(story: Story, hearings: Hearings) -> None:
    first = hearings.warning("first_written_warning", active_until="2025-07-02")
    hearing = hearings.held(2, ground="not_improved", warning=first)
    notice = story.letter(ALEX, subject="stage 2")
    for told in (
        first["reference"],
        "Friday 3 January 2025",
        "not improved sufficiently within the review period",
        "Final written warning",
    ):
        assert told in notice.text, told
    assert "First written warning\n" not in notice.text
    assert offered(hearing) == ["final_written_warning"]
    hearings.decide(hearing, "final_written_warning", review_until="2025-06-02")
    hearings.write(hearing)
    letter = story.letter(ALEX, subject="Final written warning")
    for told in (REASONS, TARGETS, "12 months", "Monday 9 March 2026", "stage 3 hearing", "dismissal or redeployment"):
        assert told in letter.text, told
    old, new = hearings.decisions()
    assert (old.status, new.kind, str(new.active_until)) == ("active", "final_written_warning", "2026-03-09")
    hearings.explain(hearing)
    hearing.ends_at("Employee informed")


@pytest.mark.policy("CAP-34b")
def test_further_evidence_while_the_warning_is_active(story: Story, hearings: Hearings) -> None:
    first = hearings.warning("first_written_warning", active_until="2025-07-02")
    hearings.called(2, ground="further_poor_performance", warning=first)
    notice = story.letter(ALEX, subject="stage 2")
    assert "further evidence of poor performance while that warning is still active" in notice.text


@pytest.mark.parametrize(
    ("answers", "advice"),
    [
        ({"review_until": "2025-03-10"}, "review period that ends in the future"),
        ({"review_until": "2025-10-01"}, "would outlast the warning"),
        (
            {
                "review_until": "2025-06-02",
                "other_length": True,
                "own_active_until": "2025-03-09",
                "statement.length_reasons": "Short.",
            },
            "must be in the future",
        ),
    ],
    ids=["review over already", "review beyond the warning", "warning over already"],
)
@pytest.mark.policy("CAP-30d", "CAP-35d", "CAP-A11", "CAP-A14")
def test_dates_of_a_warning_that_need_another_look(
    story: Story, hearings: Hearings, answers: dict[str, Any], advice: str
) -> None:
    hearing = hearings.held()
    hearings.decide(hearing, "first_written_warning", **answers)
    assert advice in hearing.task("Decide the outcome").form.text
    hearing.never_reached("Write the decision")
    assert hearings.decisions() == []


@pytest.mark.policy("CAP-31", "CAP-A10")
def test_a_warning_of_another_length_with_a_reason(story: Story, hearings: Hearings) -> None:
    hearing = hearings.held()
    hearings.decide(
        hearing,
        "first_written_warning",
        review_until="2025-10-01",
        other_length=True,
        own_active_until="2025-12-31",
        **{"statement.length_reasons": "A project year ends then."},
    )
    hearings.write(hearing)
    letter = story.letter(ALEX, subject="First written warning")
    assert "Wednesday 31 December 2025" in letter.text
    assert "A project year ends then." in letter.text
    assert "which is six months" not in letter.text
    assert str(hearings.decisions()[0].active_until) == "2025-12-31"


# Stage 3


@pytest.mark.policy("CAP-40", "CAP-41a", "CAP-41b", "CAP-42a", "CAP-A15")
def test_a_dismissal_is_left_to_its_own_procedure(story: Story, hearings: Hearings) -> None:
    final = hearings.warning("final_written_warning", active_until="2026-01-02")
    hearing = hearings.begin(3, ground="not_improved", warning=final)
    appointing = hearing.task("Appoint the chair")
    assert appointing.candidate_users == [HELEN.username]
    hearings.appoint(hearing, SAMIR)
    hearings.prepare(hearing)
    presenting = hearing.task("Write the management case")
    assert presenting.candidate_users == [DANIEL.username]
    presenting.complete({"statement.management_case": MANAGEMENT_CASE})
    assert hearing.task("Set date, time and place").candidate_users == [SAMIR.username]
    hearings.set_date(hearing)
    notice = story.letter(ALEX, subject="stage 3")
    for told in (
        "Dismissal",
        "Redeployment",
        "Extension of the final written warning",
        MANAGEMENT_CASE,
        "Chaired by: Samir Qureshi",
        "not improved sufficiently",
        final["reference"],
    ):
        assert told in notice.text, told
    story.letter(SAMIR, subject="stage 3")
    story.moves_to("Monday 10 March 2025 10:00")
    assert hearing.task("Hold and record the hearing").candidate_users == [SAMIR.username]
    hearings.hold(hearing)
    assert hearings.texts()["response_to_management_case"] == "The figures are disputed."
    deciding = hearing.task("Decide the outcome")
    assert deciding.candidate_users == [SAMIR.username]
    assert offered(hearing) == ["dismissal", "extend_final_warning", "redeployment"]
    deciding.complete({"finding": "unsatisfactory", "outcome": "dismissal"})
    hearings.write(hearing, warning=False)
    hearing.ends_at("Dismissal to be carried out")
    assert hearing.variables["outcome"] == "dismissal"
    assert hearing.variables["gross_misconduct"] is False
    assert hearing.variables["decision_reference"] is None
    assert [entry.kind for entry in hearings.decisions()] == ["final_written_warning"]
    story.no_letter(ALEX, about=REASONS)
    assert hearings.texts()["decision_reasons"] == REASONS


@pytest.mark.policy("CAP-42a")
def test_gross_misconduct_is_a_finding_of_its_own(story: Story, hearings: Hearings) -> None:
    hearing = hearings.chaired(SAMIR, ground="gross_negligence")
    assert "grossly negligent" in story.letter(ALEX, subject="stage 3").text
    hearings.decide(hearing, "dismissal", gross_misconduct=True)
    hearings.write(hearing, warning=False)
    hearing.ends_at("Dismissal to be carried out")
    assert hearing.variables["gross_misconduct"] is True


@pytest.mark.policy("CAP-26f")
def test_a_dismissal_needs_both_answers_about_alternatives(story: Story, hearings: Hearings) -> None:
    hearing = hearings.chaired(SAMIR, ground="gross_negligence")
    hearing.task("Decide the outcome").complete_past_the_form(
        {"finding": "unsatisfactory", "outcome": "dismissal", "improvement_likely": None}
    )
    assert "answer both questions" in hearing.task("Decide the outcome").form.text
    hearing.never_reached("Write the decision")


@pytest.mark.policy("CAP-42c", "CAP-36")
def test_probation_and_a_final_warning_where_none_is_active(story: Story, hearings: Hearings) -> None:
    hearing = hearings.chaired(JOANNE, ground="probation")
    assert "probationary period" in story.letter(ALEX, subject="stage 3").text
    assert offered(hearing) == ["dismissal", "final_written_warning", "redeployment"]
    hearings.decide(hearing, "final_written_warning", review_until="2025-06-02")
    hearings.write(hearing)
    assert "Monday 9 March 2026" in story.letter(ALEX, subject="Final written warning").text
    story.letter(DANIEL, subject="Final written warning")
    hearings.explain(hearing)
    hearing.ends_at("Employee informed")


@pytest.mark.policy("CAP-42x")
def test_an_outcome_the_stage_does_not_allow_is_not_taken(story: Story, hearings: Hearings) -> None:
    hearing = hearings.held()
    hearing.task("Decide the outcome").complete_past_the_form({"finding": "unsatisfactory", "outcome": "dismissal"})
    assert "not possible at this stage" in hearing.task("Decide the outcome").form.text
    assert hearings.decisions() == []


@pytest.mark.policy("CAP-42b", "CAP-A16")
def test_an_active_final_warning_is_extended(story: Story, hearings: Hearings) -> None:
    final = hearings.warning("final_written_warning", active_until="2025-05-01")
    hearing = hearings.chaired(SAMIR, ground="further_poor_performance", warning=final)
    assert "unsatisfactory while a final written warning is still active" in story.letter(ALEX, subject="stage 3").text
    exceptional = {"statement.extension_reasons": "The last two reports were excellent."}
    hearings.decide(
        hearing, "extend_final_warning", review_until="2025-04-10", own_active_until="2025-05-01", **exceptional
    )
    assert "An extension ends later" in hearing.task("Decide the outcome").form.text
    hearings.decide(
        hearing, "extend_final_warning", review_until="2025-06-02", own_active_until="2025-09-01", **exceptional
    )
    hearings.write(hearing)
    letter = story.letter(ALEX, subject="Extension of your final written warning")
    for told in (
        "The last two reports were excellent.",
        "Monday 1 September 2025",
        "Monday 2 June 2025",
        final["reference"],
        TARGETS,
    ):
        assert told in letter.text, told
    old, new = hearings.decisions()
    assert (old.status, old.replaced_by) == ("replaced", new.reference)
    assert (new.kind, new.status, str(new.active_until)) == ("final_written_warning", "active", "2025-09-01")
    hearings.explain(hearing)
    hearing.ends_at("Employee informed")
    assert hearing.variables["outcome"] == "extend_final_warning"


@pytest.mark.policy("CAP-42b", "CAP-42c", "CAP-A12")
def test_a_warning_that_expired_meanwhile_cannot_be_extended(story: Story, hearings: Hearings) -> None:
    final = hearings.warning("final_written_warning", active_until="2025-03-07")
    hearing = hearings.chaired(SAMIR, ground="further_poor_performance", warning=final)
    deciding = hearing.task("Decide the outcome")
    assert "expired" in deciding.form.text
    assert offered(hearing) == ["dismissal", "final_written_warning", "redeployment"]


@pytest.mark.policy("CAP-42b")
def test_a_warning_that_is_not_registered_counts_for_nothing(story: Story, hearings: Hearings) -> None:
    unknown = {"reference": "DEC-1999-0001", "kind": "final_written_warning", "active_from": "2025-01-03"}
    hearing = hearings.chaired(SAMIR, ground="not_improved", warning=unknown)
    deciding = hearing.task("Decide the outcome")
    assert "no longer registered" in deciding.form.text
    assert "extend_final_warning" not in offered(hearing)


@pytest.mark.policy("CAP-A15", "CAP-A17", "CAP-28a")
def test_redeployment(story: Story, hearings: Hearings) -> None:
    final = hearings.warning("final_written_warning", active_until="2026-01-02")
    hearing = hearings.chaired(SAMIR, ground="not_improved", warning=final)
    hearings.decide(hearing, "redeployment")
    hearings.write(hearing, warning=False)
    letter = story.letter(ALEX, subject="redeployment")
    for told in (REASONS, "Chief Executive", "Monday 17 March 2025", "Samir Qureshi"):
        assert told in letter.text, told
    assert hearings.decisions()[-1].kind == "redeployment"
    hearings.explain(hearing)
    hearing.ends_at("Employee informed")
    assert hearing.variables["decision_reference"] == hearings.decisions()[-1].reference


@pytest.mark.policy("CAP-41a", "CAP-A08")
def test_a_nominated_deputy_chairs(story: Story, hearings: Hearings) -> None:
    hearing = hearings.begin(3, ground="gross_negligence")
    hearings.appoint(hearing, DANIEL)
    assert "cannot chair the hearing" in hearing.task("Appoint the chair").form.text
    hearings.appoint(hearing, PETER)
    assert "nominated by one" in hearing.task("Appoint the chair").form.text
    hearings.appoint(hearing, PETER, nominated_by=RUTH)
    assert "nominated by one" in hearing.task("Appoint the chair").form.text
    hearing.task("Appoint the chair").complete(
        {"chair_number": PETER.staff_number, "chair_kind": "nominated_deputy", "nominated_by": "999999"}
    )
    assert "Nobody has the staff number 999999" in hearing.task("Appoint the chair").form.text
    hearings.appoint(hearing, PETER, nominated_by=SAMIR)
    hearings.prepare(hearing)
    hearing.task("Write the management case").complete({"statement.management_case": MANAGEMENT_CASE})
    assert hearing.task("Set date, time and place").candidate_users == [PETER.username]
    assert "Chair of the hearing appointed" in hearings.events()


@pytest.mark.policy("CAP-41a", "CAP-A09", "CAP-A31")
def test_the_chief_executive_as_line_manager_neither_appoints_nor_chairs(story: Story, hearings: Hearings) -> None:
    hearing = hearings.begin(3, ground="gross_negligence", employee=DANIEL, line_manager=HELEN)
    assert sorted(hearing.task("Appoint the chair").candidate_users) == [JOANNE.username, SAMIR.username]
    hearings.appoint(hearing, HELEN)
    assert "cannot chair the hearing" in hearing.task("Appoint the chair").form.text
    hearings.appoint(hearing, JOANNE)
    assert hearing.task("Prepare the notification").candidate_users == [HELEN.username]


@pytest.mark.policy("CAP-41a", "CAP-A31")
def test_nobody_is_left_to_appoint_the_chair_until_a_deputy_is_nominated(story: Story, hearings: Hearings) -> None:
    with hearings.database.session() as records:
        for role in records.scalars(select(PersonRole).where(PersonRole.role == "statutory_officers")):
            records.delete(role)
    hearing = hearings.begin(3, ground="gross_negligence", employee=DANIEL, line_manager=HELEN)
    nominating = hearing.task("Have a deputy nominated")
    assert nominating.candidate_groups == ["hr"]
    with hearings.database.session() as records:
        records.add(PersonRole(staff_number=PETER.staff_number, role="statutory_officers"))
    nominating.complete({"deputy_nominated": True})
    assert hearing.task("Appoint the chair").candidate_users == [PETER.username]


# The letter and its time


@pytest.mark.policy("CAP-28b")
def test_an_overdue_decision_is_reminded_of_once(story: Story, hearings: Hearings) -> None:
    hearing = hearings.held()
    story.moves_to("Monday 17 March 2025 23:59")
    story.no_letter(DANIEL, subject="Overdue")
    story.moves_to("Tuesday 18 March 2025 00:01")
    reminder = story.letter(DANIEL, subject="Overdue")
    for told in ("Monday 10 March 2025", "Monday 17 March 2025", CASE):
        assert told in reminder.text, told
    story.moves_to("Tuesday 25 March 2025 09:00")
    assert len([letter for letter in story.letters(DANIEL) if "Overdue" in letter.subject]) == 1
    hearings.decide(hearing, "first_written_warning", review_until="2025-06-02")
    hearings.write(hearing)
    story.letter(ALEX, subject="First written warning")
    story.no_letter(ALEX, subject="Overdue")


@pytest.mark.policy("CAP-28b", "CAP-28c")
def test_a_decision_in_time_is_not_reminded_of(story: Story, hearings: Hearings) -> None:
    hearing = hearings.held()
    hearings.decide(hearing, None)
    hearings.write(hearing, warning=False)
    story.moves_to("Tuesday 25 March 2025 09:00")
    hearing.ends_at("Employee informed")
    story.no_letter(DANIEL, subject="Overdue")
    assert "No explanation in person was recorded in time" in hearings.events()


@pytest.mark.policy("CAP-A04", "CAP-A17")
def test_the_week_for_an_appeal_counts_from_the_day_the_letter_is_posted(story: Story, hearings: Hearings) -> None:
    hearing = hearings.begin(employee=OWEN)
    hearings.held_by(hearing)
    hearings.prepare(hearing)
    assert "Saturday 8 March 2025" in hearing.task("Set date, time and place").form.text
    hearings.set_date(hearing, "2025-03-11T10:00")
    hearing.task("Print and post the letter").complete({"delivered_how": "post", "posted_on": "2025-03-03"})
    story.moves_to("Tuesday 11 March 2025 10:00")
    hearings.hold(hearing)
    hearings.decide(hearing, None)
    hearings.write(hearing, warning=False)
    posting = hearing.task("Print and post the letter")
    assert hearings.decisions(OWEN)[0].facts["informed_on"] == "2025-03-13"
    story.moves_to("Wednesday 12 March 2025 09:00")
    posting.complete({"delivered_how": "post", "posted_on": "2025-03-12"})
    hearing.task("Explain it in person")
    assert hearings.decisions(OWEN)[0].facts["informed_on"] == "2025-03-14"


@pytest.mark.policy("CAP-28c")
def test_an_explanation_that_was_not_possible(story: Story, hearings: Hearings) -> None:
    hearing = hearings.held()
    hearings.decide(hearing, None)
    hearings.write(hearing, warning=False)
    hearing.task("Explain it in person").complete(
        {"explained": "no", "statement.not_explained_reasons": "The employee is away."}
    )
    hearing.ends_at("Employee informed")
    assert "Explanation in person was not possible" in hearings.events()


# Adjournment


@pytest.mark.policy("CAP-27a", "CAP-27b", "CAP-A30", "CAP-13b")
def test_new_information_and_the_time_to_consider_it(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    first = story.letter(ALEX, subject="stage 1")
    story.moves_to("Monday 10 March 2025 10:00")
    hearings.hold(hearing, "adjourned", suggested_on="2025-03-14")
    gathering = hearing.task("Gather or consider")
    assert gathering.candidate_users == [DANIEL.username]
    gathering.complete(
        {
            "anything_new": "yes",
            "statement.new_information": "The timesheets show forty hours.",
            "suggested_on": "2025-03-14",
        }
    )
    story.comes_to_rest()
    hearings.set_date(hearing, "2025-03-12T10:00", date_reason_given=True, **{"statement.date_reasons": "Haste."})
    assert "needs until then to consider" in hearing.task("Set date, time and place").form.text
    story.no_letter(ALEX, about="forty hours")
    hearings.set_date(hearing, "2025-03-14T10:00", date_reason_given=False)
    letter = story.letter(ALEX, subject="continues on Friday 14 March 2025")
    for told in ("The timesheets show forty hours.", "Wednesday 12 March 2025", "Lloyd House, room 4"):
        assert told in letter.text, told
    assert letter.event["UID"] == first.event["UID"]
    assert letter.event["SEQUENCE"] == 1
    hearing.has_no_task("Decide the outcome")
    story.moves_to("Friday 14 March 2025 10:00")
    hearings.hold(hearing)
    assert hearing.task("Decide the outcome").due == "Friday 21 March 2025 23:59:59"


@pytest.mark.policy("CAP-27a")
def test_an_adjournment_only_to_consider(story: Story, hearings: Hearings) -> None:
    hearing = hearings.called()
    story.moves_to("Monday 10 March 2025 10:00")
    hearings.hold(hearing, "adjourned", suggested_on="2025-03-13")
    hearing.task("Gather or consider").complete({"anything_new": "no", "suggested_on": "2025-03-13"})
    hearings.set_date(hearing, "2025-03-13T10:00")
    letter = story.letter(ALEX, subject="continues on Thursday 13 March 2025")
    assert "New information" not in letter.text
    story.moves_to("Thursday 13 March 2025 10:00")
    hearing.task("Hold and record the hearing")


# What the employee tells us in between


@pytest.mark.parametrize("when", ["before the hearing", "before the decision"])
@pytest.mark.policy("CAP-9")
def test_a_decision_waits_for_what_the_employee_told_us(story: Story, hearings: Hearings, when: str) -> None:
    hearing = hearings.called()
    if when == "before the decision":
        story.moves_to("Monday 10 March 2025 10:00")
        hearings.hold(hearing)
        hearing.task("Decide the outcome")
    story.start(
        "capability_employee_information", {"case_reference": CASE, "statement.information": "A hearing aid is needed."}
    )
    assert story.published("employee_information", CASE)["reply_key"]
    story.comes_to_rest()
    if when == "before the hearing":
        story.moves_to("Monday 10 March 2025 10:00")
        hearings.hold(hearing)
    deciding = hearing.task("Decide the outcome")
    assert "has told us of something to consider" in deciding.form.text
    deciding.complete_past_the_form({"finding": "satisfactory"})
    assert "The employee has told us something to consider" in hearing.task("Decide the outcome").form.text
    hearing.never_reached("Write the decision")
    hearings.decide(hearing, None, adjustments_looked_at=True)
    hearing.task("Write the decision")
    assert "hearing aid" not in str(hearing.all_variables())

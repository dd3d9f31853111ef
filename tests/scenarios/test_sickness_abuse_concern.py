"""Stories of a concern about abuse of the sickness procedure (attendance policy, paragraphs 8 and 35)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.scenarios.attendance_cases import AttendanceCases, keeps_nothing_of
from tests.scenarios.driver.people import ALEX, DANIEL, HELEN, JOANNE, PETER, PRIYA, RUTH, SAMIR, TOM
from tests.scenarios.driver.story import Procedure, Story
from workers.records.models import Statement

STEM = "sickness_abuse_concern"
GROUNDS = "Seen refereeing a match while signed off."
EVIDENCE = "A photograph."
REASONS = "The match was part of the treatment."


@pytest.fixture(autouse=True)
def begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


def raise_one(story: Story, employee: str = PRIYA.staff_number) -> Procedure:
    return story.start(STEM, {"staff_number": employee, "statement.grounds": GROUNDS, "statement.evidence": EVIDENCE})


def decide(concern: Procedure, decision: str) -> None:
    concern.task("Decide").complete({"decision": decision, "statement.decision_reasons": REASONS})


@pytest.mark.policy("ATT-8b", "ATT-35a", "ATT-35b")
def test_unfounded(story: Story, cases: AttendanceCases) -> None:
    concern = raise_one(story)
    told = story.letter(HELEN, subject="Concern about possible abuse")
    assert "Priya Shah" in told.text
    assert "Peter Lindqvist" in told.text
    assert GROUNDS not in told.text
    deciding = concern.task("Decide")
    assert deciding.candidate_users == [HELEN.username]
    case = cases.case(STEM)
    assert cases.statements(case.reference) == {"grounds": GROUNDS, "evidence": EVIDENCE}
    assert [cases.reads(someone, case) for someone in (HELEN, PETER, RUTH, TOM, PRIYA, SAMIR)] == [
        "everything",
        "everything",
        "nothing",
        "nothing",
        "nothing",
        "nothing",
    ]
    story.no_letter(RUTH)
    decide(concern, "unfounded")
    outcome = story.letter(PETER, subject="has been decided")
    assert "it is unfounded" in outcome.text
    assert REASONS in outcome.text
    concern.ends_at("Concern closed")
    assert cases.case(STEM).outcome == "unfounded"
    assert cases.reads(RUTH, case) == "nothing"
    story.no_letter(PRIYA)
    keeps_nothing_of(concern, "referee", "photograph", "treatment")
    story.no_unread_letter()


def test_founded_but_not_disciplinary(story: Story, cases: AttendanceCases) -> None:
    concern = raise_one(story)
    decide(concern, "founded")
    assert "dealt with outside the disciplinary procedure" in story.letter(PETER, subject="has been decided").text
    concern.ends_at("Concern closed")
    concern.never_reached("Refer it")
    assert cases.case(STEM).outcome == "founded"
    story.no_letter(PRIYA)


@pytest.mark.policy("ATT-35b", "ATT-A26")
def test_referred_to_the_disciplinary_procedure(story: Story, cases: AttendanceCases) -> None:
    concern = raise_one(story)
    story.no_letter(RUTH)
    decide(concern, "disciplinary")
    for reader in (RUTH, TOM, PETER):
        told = story.letter(reader, subject="Referral to the disciplinary procedure")
        assert REASONS in told.text
        assert "Helen Marsh decided so" in told.text
    story.no_letter(PETER, subject="has been decided")
    concern.ends_at("Concern closed")
    case = cases.case(STEM)
    assert (case.outcome, cases.reads(RUTH, case), cases.reads(PRIYA, case)) == (
        "disciplinary",
        "everything",
        "nothing",
    )
    story.no_letter(PRIYA)


def test_a_concern_that_waits_is_brought_to_mind_every_seven_days(story: Story) -> None:
    concern = raise_one(story)
    story.letter(HELEN, subject="Concern")
    story.moves_to("Monday 10 March 2025 08:59")
    story.no_letter(HELEN, subject="Reminder")
    story.moves_to("Monday 17 March 2025 09:00")
    assert len([letter for letter in story.letters(HELEN) if "Reminder" in letter.subject]) == 2
    decide(concern, "unfounded")
    concern.ends_at("Concern closed", "Reminded")


def test_about_the_chief_executive_it_goes_to_a_statutory_officer(story: Story, cases: AttendanceCases) -> None:
    concern = raise_one(story, HELEN.staff_number)
    concern.task("Name who acts").complete({"acting_manager": RUTH.staff_number})
    story.letter(SAMIR, subject="Concern about possible abuse")
    story.letter(JOANNE, subject="Concern about possible abuse")
    assert concern.task("Decide").candidate_users == [SAMIR.username, JOANNE.username]
    assert cases.reads(HELEN, cases.case(STEM)) == "nothing"
    story.no_letter(HELEN)


@pytest.mark.policy("ATT-8b", "ATT-A26")
def test_passed_on_by_another_procedure_with_the_grounds_in_the_records(story: Story, cases: AttendanceCases) -> None:
    caller = cases.caller()
    with cases.database.session() as records:
        records.add(
            Statement(
                case_reference=caller, name="abuse_grounds", text=GROUNDS, filed_at=datetime(2025, 3, 3, tzinfo=UTC)
            )
        )
    story.publishes(
        STEM, "", staff_number=ALEX.staff_number, case_reference=caller, grounds_statements=["abuse_grounds"]
    )
    concern = story.sees_start_of(STEM)
    assert "Daniel Price" in story.letter(HELEN, subject="Concern").text
    assert cases.statements(cases.case(STEM).reference) == {"abuse_grounds": GROUNDS}
    events = cases.events(caller)
    decide(concern, "unfounded")
    story.letter(DANIEL, subject="has been decided")
    concern.ends_at("Concern closed")
    # Others read the case that passed it on.
    assert cases.events(caller) == events
    keeps_nothing_of(concern, "referee")


def test_about_nobody_known(story: Story) -> None:
    concern = raise_one(story, "999999")
    concern.task("Correct the staff number").complete({"number_corrected": "no"})
    concern.ends_at("No concern")
    story.no_letter(HELEN)
    # There is no case to file it in.
    keeps_nothing_of(concern, "referee", "photograph")


POSTED = {"delivered_how": "by_hand", "posted_on": "2025-03-03"}


def test_a_letter_that_cannot_be_emailed_is_posted_by_those_named_on_the_case(
    story: Story, cases: AttendanceCases
) -> None:
    cases.has_no_email(HELEN, PETER)
    concern = raise_one(story)
    posting = concern.task("Print and post the letter")
    assert (posting.candidate_groups, posting.candidate_users) == ([], [HELEN.username, PETER.username])
    case = cases.case(STEM)
    assert [cases.reads(someone, case) for someone in (HELEN, PETER, RUTH)] == ["everything", "everything", "nothing"]
    assert f"/cases/{case.reference}/letters/LTR-" in str(posting.variables["letter_url"])
    posting.complete(POSTED)
    decide(concern, "founded")
    # Neither do human resources learn of the outcome.
    outcome = concern.task("Print and post the letter")
    assert (outcome.candidate_groups, outcome.candidate_users) == ([], [HELEN.username, PETER.username])
    outcome.complete(POSTED)
    concern.ends_at("Concern closed")
    assert cases.events(case.reference).count("Letter delivered") == 2
    assert cases.reads(RUTH, case) == "nothing"
    story.no_letter(RUTH)


def test_a_letter_nobody_posts_goes_to_a_statutory_officer(story: Story, cases: AttendanceCases) -> None:
    # About the Chief Executive: neither she nor human resources may stand in.
    cases.has_no_email(SAMIR, JOANNE)
    concern = raise_one(story, HELEN.staff_number)
    concern.task("Name who acts").complete({"acting_manager": RUTH.staff_number})
    posting = concern.task("Print and post the letter")
    assert posting.candidate_users == [SAMIR.username, JOANNE.username, RUTH.username]
    cases.has_left(SAMIR, RUTH)
    story.moves_to("Monday 10 March 2025 08:59")
    assert concern.task("Print and post the letter").candidate_users == posting.candidate_users
    story.moves_to("Monday 10 March 2025 09:01")
    case = cases.case(STEM)
    later = concern.task("Print and post the letter")
    assert later.candidate_users == [JOANNE.username]
    assert "Opened to those who stand in: a letter waits to be posted" in cases.events(case.reference)
    assert [cases.reads(someone, case) for someone in (HELEN, TOM)] == ["nothing", "nothing"]
    later.complete({"delivered_how": "by_hand", "posted_on": "2025-03-10"})
    concern.task("Decide")


def test_nobody_is_left_to_post_it(story: Story, cases: AttendanceCases) -> None:
    concern = raise_one(story)
    concern.task("Decide")
    cases.has_left(HELEN, PETER)
    cases.nobody_holds("statutory_officers")
    decide(concern, "unfounded")
    waiting = concern.task("Make somebody known")
    assert waiting.candidate_groups == ["hr"]
    for hidden in ("Priya", PRIYA.staff_number):
        assert hidden not in waiting.form.text
    cases.holds(JOANNE, "statutory_officers")
    waiting.complete({"made_known": True})
    posting = concern.task("Print and post the letter")
    assert posting.candidate_users == [JOANNE.username]
    case = cases.case(STEM)
    assert [cases.reads(someone, case) for someone in (JOANNE, RUTH)] == ["everything", "nothing"]
    posting.complete(POSTED)
    concern.ends_at("Concern closed")

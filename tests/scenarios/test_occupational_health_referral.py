"""Stories of a referral to Occupational Health (attendance policy, paragraphs 16 and 43 to 47)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.attendance_cases import ADVICE, DIAGNOSIS, AttendanceCases, keeps_nothing_of
from tests.scenarios.driver.people import ALEX, DANIEL, HELEN, NADIA, OWEN, RUTH, Person
from tests.scenarios.driver.story import Procedure, Story

REFERRAL = "occupational_health_referral"


@pytest.fixture(autouse=True)
def begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


def draft(referral: Procedure, *, enquiries: str = "yes", **more: Any) -> None:
    referral.task("Draft the referral").complete(
        {
            "statement.main_duties": "Policy officer: writes and presents policy papers.",
            "statement.medical_reasons": "Away since January.",
            "statement.medical_problem": DIAGNOSIS,
            "statement.medical_personal_details": "Age 41.",
            "enquiries_wanted": enquiries,
            **more,
        }
    )


def agree(referral: Procedure, *, enquiries: str | None = "yes", sees_first: str = "no") -> None:
    answers = {
        "referral_agreed": "yes",
        "sees_first": sees_first,
        "statement.consent_signature": "Alex Morgan",
        "signed_on": "2025-03-04",
    }
    if enquiries:
        answers["enquiries_agreed"] = enquiries
    if enquiries == "yes":
        answers["statement.medical_doctors"] = "Dr Jones, Kings Heath"
    referral.task("Fill in the consent form").complete(answers)


def refuse(referral: Procedure) -> None:
    referral.task("Fill in the consent form").complete(
        {"referral_agreed": "no", "statement.consent_signature": "Alex Morgan", "signed_on": "2025-03-04"}
    )


def advise(referral: Procedure) -> None:
    referral.task("Give the advice").complete({"statement.medical_advice": ADVICE, "advice_on": "2025-03-14"})


def consider(referral: Procedure, conference: str = "no") -> None:
    referral.task("Consider the advice").complete({"conference_wanted": conference})


def start(story: Story, employee: str = ALEX.staff_number) -> Procedure:
    return story.start(REFERRAL, {"staff_number": employee, "reason": "long_term"})


def up_to_the_advice(story: Story, **agreement: Any) -> Procedure:
    referral = start(story)
    draft(referral)
    agree(referral, **agreement)
    return referral


@pytest.mark.policy(
    "ATT-44a",
    "ATT-45a",
    "ATT-45b",
    "ATT-45c",
    "ATT-45d",
    "ATT-45e",
    "ATT-45f",
    "ATT-16a",
    "ATT-43a",
    "ATT-43b",
    "ATT-47a",
    "ATT-47b",
    "ATT-47c",
    "ATT-47d",
)
def test_advice_is_given_and_comes_back_to_the_case_that_asked(story: Story, cases: AttendanceCases) -> None:
    caller = cases.caller()
    cases.was_absent(ALEX, "2025-01-06", "Back pain.")
    referral = cases.called(REFERRAL, case_reference=caller, asked_by="capability", reason="long_term")
    drafting = referral.task("Draft the referral")
    assert drafting.candidate_users == [DANIEL.username]
    assert drafting.form.field("reason").value == "long_term"
    assert "restrictions" in drafting.form.field("questions").value
    draft(referral, more_questions=True, **{"statement.medical_questions": "Would a standing desk help?"})
    request = story.letter(ALEX, subject="please answer by Monday 10 March 2025")
    assert "long-term sickness" in request.text
    assert "You may refuse" in request.text
    consenting = referral.task("Fill in the consent form")
    assert (consenting.candidate_users, consenting.candidate_groups) == ([ALEX.username], ["hr"])
    story.no_letter(NADIA)
    agree(referral)

    sent = story.letter(NADIA, subject="Referral to Occupational Health")
    assert "writes and presents policy papers" in sent.text
    assert "Monday 10 May 2021" in sent.text
    assert "future" in sent.text
    assert "by Monday 17 March 2025 if you can" in sent.text
    assert "Further questions are in the case file" in sent.text
    assert "agrees to enquiries" in sent.text
    case = cases.case(REFERRAL)
    assert [cases.reads(someone, case) for someone in (ALEX, NADIA, DANIEL, RUTH, HELEN)] == [
        "everything",
        "everything",
        "nothing",
        "nothing medical",
        "nothing",
    ]
    advise(referral)
    told = story.letter(ALEX, subject="the advice is there")
    assert "Friday 14 March 2025" in told.text
    assert cases.reads(DANIEL, case) == "everything"
    consider(referral)
    referral.ends_at("Referral ended")

    assert referral.variables["advice"] == "received"
    assert referral.variables["advice_received_on"] == "2025-03-14"
    assert referral.variables["advice_reference"] == case.reference
    assert cases.statements(case.reference)["medical_advice"] == ADVICE
    record = cases.statements(case.reference)["medical_sickness_record"]
    assert "as at Monday 3 March 2025" in record
    assert "Monday 6 January 2025 and still absent: 57 calendar days" in record
    assert "Reason: Back pain." in record
    assert cases.statements(case.reference)["medical_doctors"] == "Dr Jones, Kings Heath"
    assert cases.statements(caller) == {}
    assert cases.events(caller)[-1] == "Occupational Health referral ended"
    assert "slipped" not in "".join(letter.text for letter in story.letters())
    keeps_nothing_of(referral, "slipped", "desk", "back pain", "Jones", "Age 41", "January")


@pytest.mark.policy("ATT-43a")
def test_the_employee_reads_it_first_has_it_corrected_and_passes_it_on(story: Story, cases: AttendanceCases) -> None:
    referral = up_to_the_advice(story, sees_first="yes")
    advise(referral)
    assert "You asked to read it before your line manager" in story.letter(ALEX, subject="by Monday 24 March 2025").text
    case = cases.case(REFERRAL)
    assert cases.reads(DANIEL, case) == "nothing"
    story.no_letter(DANIEL, subject="the advice is there")
    referral.task("Read the advice first").complete(
        {"reading": "correct", "statement.medical_correction": "It is the left side."}
    )
    assert referral.task("Correct the advice").candidate_users == [NADIA.username]
    story.moves_to("Monday 10 March 2025 09:00")
    referral.task("Correct the advice").complete({"statement.medical_advice": "Left side. " + ADVICE})
    story.letter(ALEX, subject="by Monday 31 March 2025")
    assert cases.reads(DANIEL, case) == "nothing"
    referral.task("Read the advice first").complete({"reading": "release"})
    story.letter(ALEX, subject="the advice is there")
    assert cases.reads(DANIEL, case) == "everything"
    assert cases.statements(case.reference)["medical_advice"].startswith("Left side.")
    consider(referral)
    referral.ends_at("Referral ended")
    assert referral.variables["advice"] == "received"
    keeps_nothing_of(referral, "slipped", "left side")


def test_the_employee_withholds_the_advice(story: Story, cases: AttendanceCases) -> None:
    referral = up_to_the_advice(story, sees_first="yes")
    advise(referral)
    referral.task("Read the advice first").complete({"reading": "withhold"})
    told = story.letter(ALEX, subject="we go on without advice")
    assert "withheld" in told.text
    assert "does not count against you" in told.text
    referral.ends_at("Referral ended")
    assert referral.variables["advice"] == "declined"
    assert referral.variables["advice_received_on"] is None
    case = cases.case(REFERRAL)
    assert cases.reads(DANIEL, case) == "nothing"
    assert "Employee withheld the advice" in cases.events(case.reference)
    referral.never_reached("Consider the advice")


def test_advice_that_the_employee_does_not_read_in_21_days_is_passed_on(story: Story, cases: AttendanceCases) -> None:
    referral = up_to_the_advice(story, sees_first="yes")
    advise(referral)
    story.moves_to("Monday 24 March 2025 23:58")
    referral.task("Read the advice first")
    assert cases.reads(DANIEL, cases.case(REFERRAL)) == "nothing"
    story.moves_to("Tuesday 25 March 2025 00:01")
    referral.task("Consider the advice")
    assert cases.reads(DANIEL, cases.case(REFERRAL)) == "everything"


@pytest.mark.policy("ATT-43a", "ATT-A27")
def test_refusing_only_the_enquiries_sends_the_referral_without_them(story: Story) -> None:
    up_to_the_advice(story, enquiries="no")
    sent = story.letter(NADIA, subject="Referral")
    assert "No enquiries of the employee’s doctors may be made" in sent.text


@pytest.mark.policy("ATT-43a", "ATT-45a")
def test_where_no_enquiries_are_wanted_none_are_asked_for(story: Story) -> None:
    referral = start(story)
    draft(referral, enquiries="no", questions=["return_date", "restrictions"])
    assert "doctor or consultant" not in story.letter(ALEX).text
    shown = [field.key for field in referral.task("Fill in the consent form").form.fields]
    assert "enquiries_agreed" not in shown
    agree(referral, enquiries=None)
    sent = story.letter(NADIA)
    assert "No enquiries" in sent.text
    assert "level of restriction" in sent.text
    assert "underlying medical reason" not in sent.text


@pytest.mark.policy("ATT-A27")
def test_a_refusal_goes_to_the_manager_who_asks_again(story: Story) -> None:
    referral = start(story)
    draft(referral)
    story.letter(ALEX, subject="please answer")
    refuse(referral)
    deciding = referral.task("Decide what follows")
    assert deciding.candidate_users == [DANIEL.username]
    assert "did not agree" in deciding.form.text
    story.no_letter(NADIA)
    deciding.complete({"after_refusal": "ask_again", "statement.refusal_reasons": "We talked about it."})
    story.letter(ALEX, subject="please answer")
    agree(referral)
    story.letter(NADIA)


@pytest.mark.policy("ATT-A27")
def test_a_refusal_ends_the_referral_and_nothing_else(story: Story, cases: AttendanceCases) -> None:
    referral = start(story)
    draft(referral)
    refuse(referral)
    referral.task("Decide what follows").complete(
        {"after_refusal": "without_advice", "statement.refusal_reasons": "We go on with what we know."}
    )
    told = story.letter(ALEX, subject="we go on without advice")
    assert "You have not agreed" in told.text
    assert "We go on with what we know." in told.text
    referral.ends_at("Referral ended")
    assert referral.variables["advice"] == "declined"
    case = cases.case(REFERRAL)
    assert (case.outcome, cases.reads(NADIA, case)) == ("declined", "nothing")
    story.no_letter(NADIA)


def test_no_answer_goes_to_the_manager_too(story: Story) -> None:
    referral = start(story)
    draft(referral)
    story.moves_to("Monday 10 March 2025 23:58")
    referral.has_no_task("Decide what follows")
    story.moves_to("Tuesday 11 March 2025 00:01")
    assert "did not answer" in referral.task("Decide what follows").form.text
    referral.has_no_task("Fill in the consent form")


@pytest.mark.policy("ATT-16b")
def test_late_advice_is_chased_and_comes(story: Story, cases: AttendanceCases) -> None:
    referral = up_to_the_advice(story)
    story.letter(NADIA, subject="Referral")
    story.moves_to("Monday 17 March 2025 08:59")
    story.no_letter(NADIA, subject="Reminder")
    story.moves_to("Monday 17 March 2025 09:01")
    story.letter(NADIA, subject="Reminder")
    story.moves_to("Tuesday 1 April 2025 09:00")
    assert len([letter for letter in story.letters(NADIA) if "Reminder" in letter.subject]) == 2
    advise(referral)
    consider(referral)
    referral.ends_at("Referral ended")
    story.moves_to("Monday 2 June 2025 09:00")
    assert len([letter for letter in story.letters(NADIA) if "Reminder" in letter.subject]) == 2
    referral.never_reached("Decide whether to wait")


@pytest.mark.policy("ATT-16b")
def test_advice_that_never_comes(story: Story, cases: AttendanceCases) -> None:
    caller = cases.caller()
    referral = cases.called(REFERRAL, case_reference=caller, asked_by="capability", reason="short_term")
    draft(referral)
    agree(referral)
    story.moves_to("Monday 14 April 2025 10:01")
    waiting = referral.task("Decide whether to wait")
    assert waiting.candidate_users == [DANIEL.username]
    waiting.complete({"wait_longer": "yes", "wait_until": "2025-04-28"})
    story.moves_to("Monday 28 April 2025 08:59")
    referral.has_no_task("Decide whether to wait")
    story.moves_to("Monday 28 April 2025 09:01")
    referral.task("Decide whether to wait").complete(
        {"wait_longer": "no", "statement.no_advice_reasons": "The meeting cannot wait."}
    )
    told = story.letter(ALEX, subject="we go on without advice")
    assert "The meeting cannot wait." in told.text
    referral.ends_at("Referral ended")
    referral.has_no_task("Give the advice")
    assert referral.variables["advice"] == "not_received"
    assert cases.events(caller)[-1] == "Occupational Health referral ended"


def test_advice_that_comes_while_the_manager_decides_ends_the_waiting(story: Story) -> None:
    referral = up_to_the_advice(story)
    story.moves_to("Monday 14 April 2025 10:01")
    deciding = referral.task("Decide whether to wait")
    advise(referral)
    deciding.is_gone()
    referral.task("Consider the advice")


@pytest.mark.policy("ATT-46")
def test_the_advice_is_discussed_at_a_case_conference(story: Story, cases: AttendanceCases) -> None:
    referral = up_to_the_advice(story)
    advise(referral)
    consider(referral, conference="yes")
    assert referral.task("Arrange the conference").candidate_users == [DANIEL.username]
    assert cases.case("case_conference").about == cases.case(REFERRAL).reference
    referral.task("Arrange the conference").complete(
        {
            "conference_at": "2025-03-10T14:00",
            "conference_place": "Room 4",
            "employee_asked": "no",
            "statement.medical_issues": DIAGNOSIS,
        }
    )
    referral.task("Hold and record it").complete(
        {"what_happened": "called_off", "statement.conference_change_reasons": "Alex is back."}
    )
    referral.ends_at("Referral ended")
    assert referral.variables["advice"] == "received"
    assert "Case conference ended" in cases.events(cases.case(REFERRAL).reference)


@pytest.mark.parametrize("corrected", [True, False])
def test_a_wrong_staff_number_goes_to_hr(story: Story, corrected: bool) -> None:
    referral = start(story, "999999")
    correcting = referral.task("Correct the staff number")
    assert correcting.candidate_groups == ["hr"]
    assert "999999" in correcting.form.text
    if corrected:
        correcting.complete({"number_corrected": "yes", "staff_number": ALEX.staff_number})
        referral.task("Draft the referral")
    else:
        correcting.complete({"number_corrected": "no"})
        referral.ends_at("Not referred")


def test_the_chief_executives_own_referral_is_run_by_whom_hr_names(story: Story, cases: AttendanceCases) -> None:
    referral = start(story, HELEN.staff_number)
    naming = referral.task("Name who acts")
    assert naming.candidate_groups == ["hr"]
    naming.complete({"acting_manager": HELEN.staff_number})
    referral.task("Name who acts").complete({"acting_manager": RUTH.staff_number})
    assert referral.task("Draft the referral").candidate_users == [RUTH.username]
    # Human resources read it by role, but not what is about health.
    assert cases.reads(RUTH, cases.case(REFERRAL)) == "nothing medical"


def test_an_adviser_is_wanted(story: Story, cases: AttendanceCases) -> None:
    cases.nobody_holds("occupational_health")
    referral = up_to_the_advice(story)
    waiting = referral.task("Make somebody known")
    assert (waiting.candidate_groups, "occupational_health" in waiting.form.text) == (["hr"], True)
    cases.holds(NADIA, "occupational_health")
    waiting.complete({"made_known": True})
    story.letter(NADIA, subject="Referral")


@pytest.mark.parametrize("employee", [OWEN], ids=["by post"])
def test_an_employee_without_email_is_written_to_by_post(story: Story, employee: Person) -> None:
    referral = start(story, employee.staff_number)
    draft(referral)
    posting = referral.task("Print and post the letter")
    assert posting.candidate_groups == ["hr"]
    posting.complete({"posted_on": "2025-03-03", "delivered_how": "post"})
    assert referral.task("Fill in the consent form").candidate_groups == ["hr"]

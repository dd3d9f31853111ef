"""Stories of a case conference (attendance policy, paragraphs 30 and 46)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.attendance_cases import DIAGNOSIS, AttendanceCases, keeps_nothing_of
from tests.scenarios.driver.letters import Letter
from tests.scenarios.driver.people import ALEX, DANIEL, NADIA, RUTH
from tests.scenarios.driver.story import Procedure, Story

AGREED = "Four weeks of shorter days, then a review."


@pytest.fixture
def conference(story: Story, cases: AttendanceCases) -> Procedure:
    """A conference that a capability case asks for."""
    story.begins("Monday 3 March 2025 09:00")
    return cases.called("case_conference", case_reference=cases.caller())


def arrange(
    conference: Procedure, at: str = "2025-03-10T14:00", *, employee: str = "no", place: str = "Room 4"
) -> None:
    conference.task("Arrange the conference").complete(
        {
            "conference_at": at,
            "conference_place": place,
            "employee_asked": employee,
            "statement.medical_issues": DIAGNOSIS,
        }
    )


def hold(conference: Procedure, *, attended: str = "no", further: str = "no", **more: Any) -> None:
    conference.task("Hold and record it").complete(
        {
            "what_happened": "held",
            "held_on": "2025-03-10",
            "adviser": NADIA.staff_number,
            "employee_attended": attended,
            "statement.agreed_action": AGREED,
            "act_by": "2025-04-07",
            "further_wanted": further,
            **more,
        }
    )


def sequence(letter: Letter) -> int:
    return int(str(letter.event["SEQUENCE"]))


def change(conference: Procedure, what: str) -> None:
    conference.task("Hold and record it").complete(
        {"what_happened": what, "statement.conference_change_reasons": "The adviser is ill."}
    )


@pytest.mark.policy("ATT-30a", "ATT-46", "ATT-A20")
def test_held_without_the_employee_who_is_told_what_was_agreed(
    story: Story, cases: AttendanceCases, conference: Procedure
) -> None:
    assert conference.task("Arrange the conference").candidate_users == [DANIEL.username]
    arrange(conference)
    invited = story.letter(NADIA, subject="Case conference on Monday 10 March 2025")
    assert "Room 4" in invited.text
    assert "The employee is not invited" in invited.text
    story.letter(DANIEL, about="Room 4")
    story.no_letter(ALEX)
    holding = conference.task("Hold and record it")
    assert holding.due is not None
    assert holding.due.startswith("Monday 10 March 2025")
    story.moves_to("Monday 10 March 2025 15:00")
    hold(conference, **{"statement.medical_conference_note": "The disc heals slowly."})
    for reader in (ALEX, DANIEL, NADIA):
        told = story.letter(reader, subject="what was agreed")
        assert AGREED in told.text
        assert "Nadia Rahman, Occupational Health Adviser" in told.text
        assert "You did not take part" in told.text
        assert "Monday 7 April 2025" in told.text
    conference.ends_at("Conference ended")
    case = cases.case("case_conference")
    assert case.outcome == "held"
    assert [cases.reads(someone, case) for someone in (ALEX, DANIEL, NADIA, RUTH)] == [
        "everything",
        "everything",
        "everything",
        "nothing medical",
    ]
    assert cases.events("CAP-2025-0001")[-1] == "Case conference ended"
    assert (conference.variables["conference"], conference.variables["held_on"]) == ("held", "2025-03-10")
    assert "disc" not in "".join(letter.text for letter in story.letters())
    keeps_nothing_of(conference, "slipped", "heals", AGREED)
    story.no_unread_letter()


def test_held_with_the_employee(story: Story, conference: Procedure) -> None:
    arrange(conference, employee="yes")
    invited = story.letter(ALEX, subject="Case conference on Monday 10 March 2025")
    assert "This is not a disciplinary meeting" in invited.text
    assert "The employee is invited" in story.letter(NADIA).text
    story.moves_to("Monday 10 March 2025 15:00")
    hold(conference, attended="yes")
    assert "You took part" in story.letter(ALEX, subject="what was agreed").text


def test_moved_and_then_held_without_the_employee(story: Story, conference: Procedure) -> None:
    arrange(conference, employee="yes")
    first, first_invitation = story.letter(NADIA), story.letter(ALEX)
    change(conference, "moved")
    arrange(conference, "2025-03-12T10:00", employee="yes")
    moved, moved_invitation = story.letter(NADIA), story.letter(ALEX, subject="moved to Wednesday 12 March 2025")
    assert "Case conference moved to Wednesday 12 March 2025" in moved.subject
    for earlier, later in ((first, moved), (first_invitation, moved_invitation)):
        assert earlier.event["UID"] == later.event["UID"]
        assert sequence(later) > sequence(earlier)
    change(conference, "moved")
    arrange(conference, "2025-03-13T10:00")
    uninvited = story.letter(ALEX, subject="You need not come")
    assert sequence(uninvited) > sequence(moved_invitation)
    assert uninvited.event["STATUS"] == "CANCELLED"
    change(conference, "moved")
    arrange(conference, "2025-03-14T10:00")
    story.no_letter(ALEX, about="Friday 14 March 2025")


@pytest.mark.parametrize("employee", ["yes", "no"])
def test_called_off(story: Story, cases: AttendanceCases, conference: Procedure, employee: str) -> None:
    arrange(conference, employee=employee)
    invited = story.letter(NADIA)
    change(conference, "called_off")
    cancelled = story.letter(NADIA, subject="will not take place")
    assert sequence(cancelled) > sequence(invited)
    story.letter(DANIEL, subject="will not take place")
    if employee == "yes":
        story.letter(ALEX, subject="will not take place")
    else:
        story.no_letter(ALEX)
    conference.ends_at("Conference ended")
    assert cases.case("case_conference").outcome == conference.variables["conference"] == "called_off"


def test_a_date_in_the_past_is_asked_for_again(story: Story, conference: Procedure) -> None:
    arrange(conference, "2025-03-03T08:45")
    conference.task("Arrange the conference")
    story.no_letter(NADIA)


@pytest.mark.policy("ATT-30b")
def test_a_further_conference(story: Story, conference: Procedure) -> None:
    arrange(conference)
    first = story.letter(NADIA)
    story.moves_to("Monday 10 March 2025 15:00")
    hold(conference, further="yes")
    assert "There will be a further case conference" in story.letter(ALEX).text
    arrange(conference, "2025-04-07T14:00")
    second = story.letter(NADIA, subject="Case conference on Monday 7 April 2025")
    assert second.event["UID"] != first.event["UID"]
    hold(conference, held_on="2025-04-07")
    conference.ends_at("Conference ended")

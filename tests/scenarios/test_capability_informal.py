"""Stories of the informal discussion (policy paragraph 20)."""

from __future__ import annotations

import pytest

from tests.scenarios.capability_performances import INFORMAL_AREAS, Performances
from tests.scenarios.driver.people import ALEX, DANIEL
from tests.scenarios.driver.story import Story
from workers.records.models import CaseAccess

pytestmark = pytest.mark.policy("CAP-20x")


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


@pytest.mark.policy("CAP-20y", "CAP-20z", "CAP-A06")
def test_a_note_on_file_lies_apart_from_what_a_hearing_sees(story: Story, performances: Performances) -> None:
    concern = performances.opened(start_with="informal_first")
    discussing = concern.task("Discuss it informally")
    assert discussing.candidate_users == [DANIEL.username]
    assert not discussing.form.field("note_on_file").value
    performances.discuss(concern, review_on="2025-04-03", note_on_file=True)
    note = story.letter(ALEX)
    for told in ("Informal: not for hearings", INFORMAL_AREAS, "Thursday 3 April 2025", "Monday 3 March 2025"):
        assert told in note.text.replace("**", ""), told
    assert "not for hearings" in note.subject
    story.moves_to("Thursday 3 April 2025 09:00")
    concern.task("Review the improvement").complete(
        {"informal_outcome": "not_satisfactory", "statement.informal_review": "No change at all."}
    )
    concern.task("Assess the performance")

    main, notes = performances.case(), performances.case("capability_informal")
    assert notes.about == main.reference
    assert notes.outcome == "not_satisfactory"
    in_the_case = performances.appeals.timeline(main)
    assert INFORMAL_AREAS not in str(in_the_case)
    assert "No change at all" not in str(in_the_case)
    assert performances.appeals.personal_file(main) == []
    (kept,) = performances.appeals.personal_file(notes)
    assert kept.template == "capability/capability_informal_note"
    with performances.appeals.database.reading() as records:
        readers = {
            access.staff_number for access in records.query(CaseAccess).filter_by(case_reference=notes.reference)
        }
    assert readers == {DANIEL.staff_number}
    assert INFORMAL_AREAS not in str(concern.all_variables())


@pytest.mark.policy("CAP-20y")
def test_without_a_note_nobody_gets_a_letter(story: Story, performances: Performances) -> None:
    concern = performances.opened(start_with="informal_first")
    performances.discuss(concern)
    # Without a review date the result is asked at once.
    concern.task("Review the improvement").complete({"informal_outcome": "satisfactory"})
    concern.ends_at("Case closed")
    assert "Informal discussion: satisfactory improvement" in performances.appeals.events(performances.case())
    story.no_unread_letter()


@pytest.mark.policy("CAP-20d", "CAP-20w")
def test_more_time(story: Story, performances: Performances) -> None:
    concern = performances.opened(start_with="informal_first")
    performances.discuss(concern, review_on="2025-04-03")
    story.moves_to("Thursday 3 April 2025 09:00")
    concern.task("Review the improvement").complete({"informal_outcome": "more_time", "review_on": "2025-05-01"})
    concern.has_no_task("Review the improvement")
    story.moves_to("Thursday 1 May 2025 09:00")
    concern.task("Review the improvement").complete({"informal_outcome": "satisfactory"})
    concern.ends_at("Case closed")

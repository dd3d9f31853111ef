"""Stories of the capability procedure in cases of poor performance (policy paragraphs 19 to 43)."""

from __future__ import annotations

import pytest

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.capability_performances import AREAS, Performances
from tests.scenarios.driver.people import ALEX, CALLUM, DANIEL, HELEN, LENA, PETER
from tests.scenarios.driver.story import Story


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


@pytest.fixture
def performances(story: Story, appeals: Appeals) -> Performances:
    return Performances(story, appeals)


def test_no_grounds_for_formal_action(story: Story, performances: Performances) -> None:
    concern = performances.record()
    assessing = concern.task("Assess the performance")
    assert assessing.candidate_users == [DANIEL.username]
    performances.assess(concern, grounds="no")
    concern.ends_at("Case closed")
    concern.never_reached("Find the stage")
    case = performances.case()
    assert case.outcome == "closed"
    story.no_unread_letter()


def test_an_agency_worker_is_refused(story: Story, performances: Performances) -> None:
    concern = performances.record(employee=LENA)
    problem = concern.task("Deal with the problem")
    assert PETER.username in problem.candidate_users
    assert "agency worker" in problem.form.text
    problem.complete({"resolution": "leave"})
    concern.ends_at("Not taken as a new case")
    assert AREAS not in str(concern.all_variables())

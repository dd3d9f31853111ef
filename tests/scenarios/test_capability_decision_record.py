"""Stories of recording a decision taken on paper."""

from __future__ import annotations

import pytest

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.driver.people import ALEX, DANIEL
from tests.scenarios.driver.story import Story


@pytest.mark.policy("CAP-A23")
def test_wrong_numbers_are_corrected_by_hr(story: Story, appeals: Appeals) -> None:
    story.begins("Monday 3 March 2025 09:00")
    record = story.start(
        "capability_decision_record",
        {
            "staff_number": "999998",
            "decision_kind": "dismissal",
            "informed_on": "2025-02-28",
            "effective_on": "2025-03-31",
            "decided_by": "999999",
        },
    )
    wrong = record.task("Correct the numbers")
    assert "Nobody has the staff number 999998." in wrong.form.text
    wrong.complete({"staff_number": ALEX.staff_number})
    wrong = record.task("Correct the numbers")
    assert "Nobody has the staff number 999999." in wrong.form.text
    wrong.complete({"decided_by": DANIEL.staff_number})
    record.task("Note the reference").complete({"reference_noted": True})
    record.ends_at("Decision recorded")
    (entry,) = appeals.entries_of(ALEX)
    assert (entry.kind, entry.facts["informed_on"], entry.facts["decided_by"]) == (
        "dismissal",
        "2025-02-28",
        DANIEL.staff_number,
    )

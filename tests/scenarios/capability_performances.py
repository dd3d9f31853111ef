"""What the people of a poor performance case do, in one line each, so that a story tells only what is special in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.driver.people import ALEX, SAMIR, Person
from tests.scenarios.driver.story import Procedure, Story
from workers.records.models import Case, RegisterEntry

AREAS = "Reports come late and with errors that readers find."
STANDARDS = "Reports are on time and need no correction."
FINDINGS = "Four of six reports were late; nobody else's were."
INFORMAL_AREAS = "We talked about the two late reports of January."
REVIEW_REASONS = "Two of three reports were late again."
EVIDENCE = "The report of Friday was a week late."
DECISION_REASONS = "The targets were not met although help was given."


@dataclass(frozen=True)
class Performances:
    """The poor performance cases of one story, and the records they are kept in."""

    story: Story
    appeals: Appeals

    def record(self, *, employee: Person = ALEX, start_with: str = "more_serious", **more: Any) -> Procedure:
        """The line manager fills in the start form."""
        answers: dict[str, Any] = {
            "staff_number": employee.staff_number,
            "statement.concern_areas": AREAS,
            "statement.concern_standards": STANDARDS,
            "start_with": start_with,
        }
        if start_with == "more_serious":
            answers["statement.serious_reasons"] = "The public relies on these reports."
        return self.story.start("capability_performance", answers | more)

    def assess(self, procedure: Procedure, grounds: str = "yes", exception: str = "none", **more: Any) -> None:
        """The line manager assesses the performance."""
        answers: dict[str, Any] = {
            "means": ["documents", "monitoring"],
            "statement.assessment_summary": FINDINGS,
            "grounds": grounds,
        }
        if grounds == "yes":
            answers |= {"probation_completed": "no" if exception == "probation" else "yes", "exception": exception}
        if exception != "none":
            answers["statement.exception_facts"] = "A whole archive was deleted unread."
        procedure.task("Assess the performance").complete(answers | more)

    def hearing(self, procedure: Procedure, outcome: str, **more: Any) -> None:
        """A hearing is held."""
        procedure.task("Tell the outcome").complete_past_the_form({"outcome": outcome, **more})


    def review(self, procedure: Procedure, finding: str, next_step: str | None = None, **more: Any) -> None:
        """The line manager says how performance was in the review period."""
        answers: dict[str, Any] = {"review_finding": finding}
        if finding != "satisfied":
            answers |= {"next_step": next_step, "statement.review_reasons": REVIEW_REASONS}
        procedure.task("Say how performance was").complete(answers | more)

    def further_evidence(self, case_reference: str) -> Procedure:
        """The line manager records further evidence of poor performance."""
        return self.story.start(
            "capability_further_evidence",
            {"case_reference": case_reference, "statement.further_evidence": EVIDENCE},
        )

    def case(self, procedure: str = "capability_performance") -> Case:
        """The last case of the procedure."""
        return self.appeals.case(procedure)

    def warnings(self, employee: Person = ALEX) -> list[RegisterEntry]:
        """All decisions about one person, oldest first."""
        return self.appeals.entries_of(employee)

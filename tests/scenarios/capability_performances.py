"""What the people of a poor performance case do, in one line each, so that a story tells only what is special in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.driver.people import ALEX, DANIEL, SAMIR, Person
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

    def discuss(self, procedure: Procedure, *, review_on: str | None = None, note_on_file: bool = False) -> None:
        """The line manager discusses it informally."""
        answers: dict[str, Any] = {
            "discussed_on": self.story.now.date().isoformat(),
            "statement.informal_areas": INFORMAL_AREAS,
            "note_on_file": note_on_file,
        }
        if review_on:
            answers["review_on"] = review_on
        procedure.task("Discuss it informally").complete(answers)

    def set_out(self, procedure: Procedure, *, review_until: str) -> None:
        """The line manager sets out a warning put in place on appeal."""
        procedure.task("Set the warning out").complete(
            {
                "statement.areas_not_met": AREAS,
                "statement.targets": "Five reports on time.",
                "statement.measures": "A second reader.",
                "statement.consequences": "The matter may go on to the next stage.",
                "review_until": review_until,
            }
        )

    def hearing(self, procedure: Procedure, outcome: str, **more: Any) -> str | None:
        """A hearing is held; gives the reference of the decision, if it is registered."""
        active_until = more.pop("active_until", None)
        review_until = more.pop("review_until", None)
        replaces = more.pop("replaces", None)
        reference = None
        task = procedure.task("Tell the outcome")
        if outcome not in {"dismissal", "no_action"}:
            kind = "final_written_warning" if outcome == "extend_final_warning" else outcome
            reference = self.appeals.decision(
                kind,
                decided_by=DANIEL,
                informed_on=self.story.now.date().isoformat(),
                active_until=active_until or "",
            )
        if replaces:
            self.appeals.replaced(replaces, reference)
        task.complete_past_the_form(
            {
                "outcome": outcome,
                "decision_reference": reference,
                "review_until": review_until,
                "active_until": active_until,
                "gross_misconduct": False,
                "hearing_at": self.story.now.strftime("%Y-%m-%dT%H:%M"),
                "hearing_manager": {
                    "staff_number": SAMIR.staff_number,
                    "username": SAMIR.username,
                    "seniority": 8,
                },
                **more,
            }
        )
        return reference

    def waiting(self, kind: str = "first_written_warning", active_until: str = "2025-09-02") -> Procedure:
        """A case that waits while a warning given on paper is active; the warning is :meth:`warnings`'s last."""
        self.appeals.decision(kind, active_until=active_until)
        concern = self.record()
        self.assess(concern, grounds="no")
        concern.reaches("Review period running?")
        return concern

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

"""What the people of a poor performance case do, in one line each, so that a story tells only what is special in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.driver.people import ALEX, DANIEL, SAMIR, Person, person
from tests.scenarios.driver.story import Procedure, Story
from workers.records.models import Case, RegisterEntry, Statement
from workers.records.models import Person as PersonRow

AREAS = "Reports come late and with errors that readers find."
STANDARDS = "Reports are on time and need no correction."
FINDINGS = "Four of six reports were late; nobody else's were."
INFORMAL_AREAS = "We talked about the two late reports of January."
REVIEW_REASONS = "Two of three reports were late again."
EVIDENCE = "The report of Friday was a week late."
PERIODS = [
    {"name": name, "amount": amount, "unit": unit, "clear": False}
    for name, amount, unit in (
        ("appeal_period", 7, "calendar_days"),
        ("postal_delivery", 2, "working_days"),
        ("decision_letter", 7, "calendar_days"),
        ("explain_in_person", 7, "calendar_days"),
        ("review_outcome_letter", 7, "calendar_days"),
    )
]
"""What a part started by itself needs of the table of periods."""
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

    def reviewed(
        self, reference: str, *, active_until: str, review_until: str, employee: Person = ALEX
    ) -> Procedure:
        """The review of a warning that lies in the register, by itself; the case is that of the warning."""
        entry = self.appeals.entry(reference)
        return self.story.start_with(
            "capability_warning_review",
            self._context(entry.case_reference, employee)
            | {
                "warning_reference": reference,
                "stage": 1 if entry.kind == "first_written_warning" else 2,
                "review_until": review_until,
                "active_until": active_until,
            },
        )

    def dismissal(
        self, *, employee: Person = ALEX, track: str = "performance", gross_misconduct: bool = False
    ) -> Procedure:
        """A dismissal decided by the Monitoring Officer at a hearing on Friday 28 February 2025, by itself."""
        with self.appeals.database.session() as records:
            reference = "CAP-2025-0900"
            records.add(
                Case(
                    reference=reference,
                    policy="capability",
                    procedure="capability_performance",
                    staff_number=employee.staff_number,
                    opened_at=self.story.now,
                )
            )
            records.flush()
            records.add(
                Statement(
                    case_reference=reference, name="decision_reasons", text=DECISION_REASONS, filed_at=self.story.now
                )
            )
        return self.story.start_with(
            "capability_dismissal",
            self._context(reference, employee)
            | {
                "track": track,
                "gross_misconduct": gross_misconduct,
                "hearing_manager": self._person(SAMIR),
                "hearing_at": "2025-02-28T10:00",
            },
        )

    def explain(self, procedure: Procedure) -> None:
        """The chair explains the decision in person."""
        procedure.reaches("Explain it in person")

    def _context(self, case_reference: str, employee: Person) -> dict[str, Any]:
        of_employee = self._person(employee)
        return {
            "case_reference": case_reference,
            "case_url": f"http://case-file.example/cases/{case_reference}",
            "employee": of_employee,
            "line_manager": self._person(person(of_employee["line_manager"])),
            "periods": PERIODS,
        }

    def _person(self, someone: Person) -> dict[str, Any]:
        with self.appeals.database.reading() as records:
            row = records.get_one(PersonRow, someone.staff_number)
            return {
                "staff_number": row.staff_number,
                "username": row.username,
                "line_manager": row.line_manager,
                "seniority": row.seniority,
                "employment": row.employment,
                "started_on": row.started_on.isoformat(),
                "roles": [held.role for held in row.roles],
                "has_email": row.email is not None,
            }

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

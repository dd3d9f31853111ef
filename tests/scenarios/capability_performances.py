"""What the people of a poor performance case do, in one line each, so that a story tells only what is special in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.capability_hearings import MANAGEMENT_CASE, PERIODS, Hearings, found
from tests.scenarios.driver.engine_state import EngineState
from tests.scenarios.driver.people import ALEX, SAMIR, Person
from tests.scenarios.driver.story import Procedure, Story
from workers.records.models import Case, RegisterEntry, Statement

AREAS = "Reports come late and with errors that readers find."
STANDARDS = "Reports are on time and need no correction."
FINDINGS = "Four of six reports were late; nobody else's were."
INFORMAL_AREAS = "We talked about the two late reports of January."
REVIEW_REASONS = "Two of three reports were late again."
EVIDENCE = "The report of Friday was a week late."
REVIEW_LETTER = {"name": "review_outcome_letter", "amount": 7, "unit": "calendar_days", "clear": False}
WARNINGS = {"first_written_warning", "final_written_warning", "extend_final_warning"}
DECISION_REASONS = "The targets were not met although help was given."


def said(**texts: str) -> dict[str, Any]:
    """Free texts as the fields of a form, by the names they are filed under."""
    return {f"statement.{name}": text for name, text in texts.items()}


@dataclass(frozen=True)
class Performances:
    """The poor performance cases of one story, and the records they are kept in."""

    story: Story
    appeals: Appeals
    hearings: Hearings

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

    def opened(self, *, employee: Person = ALEX, start_with: str = "more_serious", **more: Any) -> Procedure:
        """A concern taken in, that has nothing to do with a disability."""
        concern = self.record(employee=employee, start_with=start_with, **more)
        concern.task("Consider a disability").complete(
            {"disability_related": "no", "statement.disability_considered": "We talked about it."}
        )
        return concern

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

    def hearing_begun(self, procedure: Procedure) -> dict[str, Any]:
        """Await a hearing of the case that has begun, and give what it was told."""

        def begun(state: EngineState) -> dict[str, Any] | None:
            family = state.family(procedure.key)
            for element in state.elements.values():
                known = state.definitions.get(element.definition_key)
                is_hearing = element.type == "PROCESS" and known and known.process_id == "capability_hearing"
                if is_hearing and not element.over and element.instance_key in family:
                    return state.visible_variables(element.key)
            return None

        told = self.story.awaits(begun, f"a hearing in {procedure.process_id}")
        self.story.comes_to_rest()
        return told

    def call(self, procedure: Procedure, *, days: int = 7) -> int:
        """A hearing is prepared and called for 10:00 some days later; gives its stage."""
        stage = int(self.hearing_begun(procedure)["stage"])
        if stage == 3:
            self.hearings.appoint(procedure, SAMIR)
        else:
            self.hearings.held_by(procedure)
        self.hearings.prepare(procedure)
        if stage == 3:
            procedure.task("Write the management case").complete({"statement.management_case": MANAGEMENT_CASE})
        at = self.story.now + timedelta(days=days)
        self.hearings.set_date(procedure, f"{at:%Y-%m-%d}T10:00")
        return stage

    def hearing(
        self, procedure: Procedure, outcome: str | None, *, review_until: str | None = None, days: int = 7, **more: Any
    ) -> str | None:
        """A hearing is called, held, decided and explained; gives the reference of the decision.

        :param outcome: None: performance is satisfactory.
        """
        self.call(procedure, days=days)
        at = self.story.now + timedelta(days=days)
        self.story.moves_to(f"{at:%A} {at.day} {at:%B %Y} 10:00")
        self.hearings.hold(procedure)
        answers = dict(more)
        if review_until:
            answers["review_until"] = review_until
        if outcome == "dismissal":
            answers |= {"improvement_likely": "no", "alternative_practicable": "no"}
        self.hearings.decide(procedure, outcome, **answers)
        self.hearings.write(procedure, warning=outcome in WARNINGS)
        if outcome == "dismissal":
            return None
        self.hearings.explain(procedure)
        return self.warnings()[-1].reference

    def waiting(self, kind: str = "first_written_warning", active_until: str = "2025-09-02") -> Procedure:
        """A case that waits while a warning given on paper is active; the warning is :meth:`warnings`'s last."""
        self.appeals.decision(kind, active_until=active_until)
        concern = self.opened()
        self.assess(concern, grounds="no")
        concern.reaches("Review period running?")
        return concern

    def review(self, procedure: Procedure, finding: str, next_step: str | None = None, **more: Any) -> None:
        """The line manager says how performance was in the review period."""
        answers: dict[str, Any] = {"review_finding": finding}
        if finding != "satisfied":
            answers |= {"next_step": next_step, "statement.review_reasons": REVIEW_REASONS}
        procedure.task("Say how performance was").complete(answers | more)

    def reviewed(self, reference: str, *, active_until: str, review_until: str, employee: Person = ALEX) -> Procedure:
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
                "hearing_manager": found(SAMIR.staff_number),
                "hearing_at": "2025-02-28T10:00",
            },
        )

    def explain(self, procedure: Procedure) -> None:
        """The chair explains the decision in person."""
        self.hearings.explain(procedure)

    def _context(self, case_reference: str, employee: Person) -> dict[str, Any]:
        of_employee = found(employee.staff_number)
        return {
            "case_reference": case_reference,
            "case_url": f"http://case-file.example/cases/{case_reference}",
            "employee": of_employee,
            "line_manager": found(of_employee["line_manager"]),
            "periods": [*PERIODS, REVIEW_LETTER],
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

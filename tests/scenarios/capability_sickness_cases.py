"""What the people of a sickness absence case do, in one line each, so that a story tells only what is special in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.driver.people import ALEX, SAMIR, Person
from tests.scenarios.driver.story import Procedure, Story
from workers.cases.case_file import latest_statements
from workers.records.models import Absence, Case, PersonRole, RegisterEntry

ABSENCES = "Nine spells of migraine between October and February."
ILLNESS = "Migraine, for which a new treatment was begun."
CONCERNS = "You were absent nine times in five months."
BASIS = "The absence record from October to February."
REASONS = "The treatment needs time before we can say more."
ACTIONS = "Weekly talks until April."
MANAGEMENT_CASE = "Twenty-one days were lost and no change is in sight."


@dataclass(frozen=True)
class SicknessCases:
    """The sickness absence cases of one story, and the records they are kept in."""

    story: Story
    appeals: Appeals

    # How a case begins

    def record(
        self,
        *,
        employee: Person | str = ALEX,
        kind: str = "occasions",
        stage: str = "1",
        attendance_stages: str = "yes",
        **more: Any,
    ) -> Procedure:
        """The line manager fills in the start form."""
        answers: dict[str, Any] = {
            "staff_number": employee if isinstance(employee, str) else employee.staff_number,
            "reason": "long_absence" if kind == "long_term" else "number_of_occasions",
            "absence_kind": kind,
            "statement.medical_absences": ABSENCES,
            "begin_stage": stage,
        }
        if kind != "long_term":
            answers["attendance_stages"] = attendance_stages
        if stage != "1":
            answers["statement.stage_reasons"] = "The earlier meetings were held under the attendance policy."
        return self.story.start("capability_sickness", answers | more)

    def consider(self, case: Procedure) -> None:
        """The line manager considers a disability: none."""
        case.task("Consider a disability").complete(
            {"disability_related": "no", "statement.disability_considered": "Nothing points to one."}
        )

    def begin(self, **how: Any) -> Procedure:
        """A case begun, its first meeting to be called."""
        case = self.record(**how)
        self.consider(case)
        return case

    # A meeting

    def prepare(self, case: Procedure, **more: Any) -> None:
        """The line manager prepares the notice."""
        task = case.task("Prepare the notice")
        answers: dict[str, Any] = {
            "reason_told": "in_writing",
            "summary_enclosed": "no",
            "documents_enclosed": "no",
            "witnesses_relied_on": "none",
        } | more
        if answers["reason_told"] == "in_writing":
            answers |= {"statement.concerns": CONCERNS, "statement.concern_basis": BASIS}
        if answers["summary_enclosed"] == "no":
            answers["statement.no_summary_reasons"] = "Nothing was investigated beyond the record."
        if task.variables["stage"] == 3:
            answers["statement.management_case"] = MANAGEMENT_CASE
        task.complete(answers)

    def appoint(self, case: Procedure, chair: Person = SAMIR) -> None:
        """The chair of a final meeting is appointed."""
        case.task("Appoint the chair").complete({"chair_number": chair.staff_number, "chair_kind": "statutory_officer"})

    def set_date(self, case: Procedure, meeting_at: str, **more: Any) -> None:
        """Whoever conducts the meeting sets date, time and place."""
        case.task("Set date, time and place").complete(
            {"hearing_at": meeting_at, "hearing_place": "Lloyd House, room 4", **more}
        )

    def call(self, case: Procedure, meeting_at: str, **more: Any) -> None:
        """The meeting is called."""
        self.prepare(case)
        self.set_date(case, meeting_at, **more)

    def happened(self, case: Procedure, what: str = "ended", **more: Any) -> None:
        """Whoever conducts the meeting says what happened."""
        if what == "adjourned":
            more = {
                "adjourned_for": "awaited",
                "statement.adjournment_reasons": "A letter of the specialist is awaited.",
                "statement.medical_record_so_far": "The treatment was described.",
            } | more
        case.task("Say what happened").complete({"what_happened": what, **more})

    def write_down(self, case: Procedure, *, advice: str = "no", likely: str = "no", **more: Any) -> None:
        """The meeting is recorded under the heads of its stage."""
        task, answers = self._record(case, advice, likely)
        task.complete(answers | more)

    def _record(self, case: Procedure, advice: str, likely: str) -> tuple[Any, dict[str, Any]]:
        def length(kind: str) -> dict[str, Any]:
            found: dict[str, Any] = {}
            if kind != "occasions":
                found["statement.medical_expected_length"] = "Until June."
            if kind != "long_term":
                found["statement.medical_further_absences"] = "Fewer are expected."
            return found

        label = self._awaits_record(case)
        task = case.task(label)
        seen = task.variables
        kind = str(seen["absence_kind"])
        if label == "Record the first meeting":
            return task, {
                "statement.medical_reasons_for_absence": ILLNESS,
                **length(kind),
                "medical_advice": advice,
                "statement.measures": "A quieter room.",
                "statement.way_forward": "Talk again in April.",
            }
        if label == "Record the further meeting":
            answers = {
                "statement.medical_reasons_for_absence": ILLNESS,
                **length(kind),
                "medical_advice": advice,
                "statement.medical_ability_for_the_job": "Able with breaks.",
                "statement.business_needs": "Papers are due weekly.",
                "statement.job_adjustments": "Breaks.",
                "statement.redeployment": "None: nobody else works part of the day.",
                "statement.way_forward": "Talk again in May.",
            }
            if seen["advice_known"]:
                answers["statement.medical_advice_considered"] = "The advice was gone through."
            if kind != "occasions":
                answers["return_prospect"] = "unclear"
            return task, answers
        answers = {
            "statement.meetings_reviewed": "Both meetings were gone over.",
            "statement.management_case_presented": "As written.",
            "statement.further_matters": "None.",
            "return_likely": likely,
            "statement.medical_likelihood_reasons": "The treatment did not help.",
        }
        if kind != "occasions":
            answers["statement.medical_changes"] = "None."
        if not seen["in_absence"]:
            answers["statement.response_to_management_case"] = "Mornings are hard; afternoons are not."
        return task, answers

    def _awaits_record(self, case: Procedure) -> str:
        labels = ("Record the first meeting", "Record the further meeting", "Record the final meeting")
        return next(task.label for task in case.tasks() if task.label in labels)

    def decide(self, case: Procedure, outcome: str, next_meeting_on: str | None = None, **more: Any) -> None:
        """Whoever conducts the meeting decides what follows."""
        task = case.task("Decide the outcome")
        answers: dict[str, Any] = {"outcome": outcome, "statement.decision_reasons": REASONS}
        if outcome != "termination":
            answers["statement.actions"] = ACTIONS
        if next_meeting_on:
            answers["next_meeting_on"] = next_meeting_on
        if outcome == "stage_3" and task.variables["stage"] == 1:
            answers["statement.skip_reasons"] = "Everything was discussed already."
        task.complete(answers | more)

    def explain(self, case: Procedure) -> None:
        """The decision is explained in person."""
        case.task("Explain it in person").complete({"explained": "yes"})

    def hold(
        self,
        case: Procedure,
        at: str,
        outcome: str,
        next_meeting_on: str | None = None,
        *,
        record: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """A meeting that was called is held at a moment, recorded, decided and explained."""
        self.story.moves_to(at)
        self.happened(case)
        self.write_down(case, **(record or {}))
        self.decide(case, outcome, next_meeting_on, **more)
        if outcome != "termination":
            self.explain(case)

    def waiting(self, **how: Any) -> Procedure:
        """A case whose first meeting was held on Tuesday 11 March 2025; the next is planned for 15 April."""
        case = self.begin(**how)
        self.call(case, "2025-03-11T10:00")
        self.hold(case, "Tuesday 11 March 2025 10:00", "further_meeting", "2025-04-15")
        return case

    def review(self, case: Procedure, result: str = "meeting") -> None:
        """The line manager reviews the absence before the next meeting."""
        answers = {"review": result}
        if result == "settled":
            answers["statement.medical_settled_reasons"] = "No absence for four weeks."
        case.task("Review before the meeting").complete(answers)

    def at_stage_2(self, **how: Any) -> Procedure:
        """A case that begins at stage 2, its meeting called for Tuesday 11 March 2025 at 10:00."""
        case = self.begin(stage="2", **how)
        self.call(case, "2025-03-11T10:00")
        return case

    def warned(self) -> Procedure:
        """A case in which the employee was warned on 11 March 2025; the final meeting is planned for 15 April."""
        case = self.at_stage_2()
        self.hold(case, "Tuesday 11 March 2025 10:00", "stage_3", "2025-04-15", at_risk_warning=True)
        return case

    def at_stage_3(self, *, chair: Person = SAMIR, **how: Any) -> Procedure:
        """A final meeting agreed to without a warning, called for Tuesday 11 March 2025 at 10:00."""
        case = self.begin(stage="3", **how)
        self.permit(case, "agreed")
        self.appoint(case, chair)
        self.call(case, "2025-03-11T10:00")
        return case

    def permit(self, case: Procedure, agreement: str) -> None:
        """A statutory officer agrees to a final meeting without a warning, or does not."""
        case.task("Agree to a final meeting").complete(
            {"agreement": agreement, "statement.agreement_reasons": "Everything else was tried."}
        )

    # The records

    def case(self) -> Case:
        """The case of the story."""
        return self.appeals.case("capability_sickness")

    def events(self) -> list[str]:
        """What the timeline of the case tells."""
        return self.appeals.events(self.case())

    def texts(self) -> dict[str, str]:
        """What people wrote, by name: the last of each."""
        reference = self.case().reference
        with self.appeals.database.reading() as records:
            return {name: statement.text for name, statement in latest_statements(records, reference).items()}

    def decisions(self, employee: Person = ALEX) -> list[RegisterEntry]:
        """The decisions about somebody, oldest first."""
        return self.appeals.entries_of(employee)

    def nobody_holds(self, *roles: str) -> None:
        """Take roles from everybody, as an import of the people file does."""
        with self.appeals.database.session() as records:
            for held in records.scalars(select(PersonRole).where(PersonRole.role.in_(roles))):
                records.delete(held)

    def is_absent(self, employee: Person, first_day: str, last_day: str | None = None) -> None:
        """An absence on record, as an import brings it."""
        with self.appeals.database.session() as records:
            number = records.scalar(select(func.count()).select_from(Absence)) or 0
            records.add(
                Absence(
                    reference=f"ABS-2025-{9001 + number}",
                    staff_number=employee.staff_number,
                    first_day=date.fromisoformat(first_day),
                    last_day=date.fromisoformat(last_day) if last_day else None,
                    recorded_at=self.story.now,
                )
            )

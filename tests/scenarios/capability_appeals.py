"""What the people of a capability appeal do, in one line each, so that a story tells only what is special in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from tests.scenarios.driver.moments import london_moment
from tests.scenarios.driver.people import ALEX, DANIEL, PETER, Person
from tests.scenarios.driver.story import Procedure, Story
from workers.cases.case_file import TimelineLine, timeline
from workers.records.database import Database
from workers.records.models import Case, Letter, PersonRole, RegisterEntry
from workers.records.models import Person as PersonRow

GROUNDS = "The targets were changed after the review period had begun."
REASONS = "The new evidence shows that the targets were met."


@dataclass(frozen=True)
class Appeals:
    """The appeals of one story, and the records they are kept in."""

    story: Story
    database: Database

    def decision(
        self,
        kind: str,
        *,
        employee: Person = ALEX,
        decided_by: Person = DANIEL,
        informed_on: str = "2025-03-03",
        effective_on: str | None = None,
        active_until: str = "2026-03-02",
        involved: Person | None = None,
    ) -> str:
        """Record a decision taken on paper, as HR does; gives its reference."""
        answers: dict[str, Any] = {
            "staff_number": employee.staff_number,
            "decision_kind": kind,
            "informed_on": informed_on,
            "decided_by": decided_by.staff_number,
        }
        if kind in {"first_written_warning", "final_written_warning"}:
            answers["active_until"] = active_until
        if effective_on:
            answers["effective_on"] = effective_on
        if involved:
            answers["involved"] = involved.staff_number
        record = self.story.start("capability_decision_record", answers)
        note = record.task("Note the reference")
        note.complete({"reference_noted": True})
        record.ends_at("Decision recorded")
        return str(note.variables["decision_reference"])

    def make(
        self,
        decision: str,
        *,
        employee: Person = ALEX,
        new_matters: str | None = None,
        received_on_paper: str | None = None,
    ) -> Procedure:
        """Fill in the start form."""
        answers: dict[str, Any] = {
            "staff_number": employee.staff_number,
            "decision_reference": decision,
            "statement.grounds": GROUNDS,
            "new_matters": "yes" if new_matters else "no",
        }
        if new_matters:
            answers["statement.new_matters"] = new_matters
        if received_on_paper:
            answers["received_on_paper"] = received_on_paper
        return self.story.start("capability_appeal", answers)

    def appoint(self, appeal: Procedure, manager: Person = PETER, kind: str = "review", why: str | None = None) -> None:
        """The Chief Executive appoints the appeal manager."""
        answers: dict[str, Any] = {
            "appeal_manager": manager.staff_number,
            "kind_of_hearing": kind,
            "statement.hearing_kind_reasons": "The procedure is what the appeal is about.",
        }
        if why:
            answers |= {"appoint_anyway": True, "statement.appointment_reasons": why}
        appeal.task("Appoint the manager").complete(answers)

    def set_date(self, appeal: Procedure, hearing_at: str, place: str = "Lloyd House, room 4", **more: Any) -> None:
        """The appeal manager sets date, time and place."""
        appeal.task("Set date, time and place").complete({"hearing_at": hearing_at, "hearing_place": place, **more})

    def hold(self, appeal: Procedure, what_happened: str = "held", **more: Any) -> None:
        """The appeal manager holds the hearing."""
        appeal.task("Hold and record the hearing").complete(
            {"what_happened": what_happened, "statement.hearing_record": "Both sides were heard.", **more}
        )

    def decide(self, appeal: Procedure, outcome: str, new_penalty: str | None = None) -> None:
        """The appeal manager decides."""
        answers = {"outcome": outcome, "statement.decision_reasons": REASONS}
        if new_penalty:
            answers["new_penalty"] = new_penalty
        appeal.task("Decide the appeal").complete(answers)

    def explain(self, appeal: Procedure) -> None:
        """The appeal manager explains the decision in person."""
        appeal.task("Explain it in person").complete({"explained": "yes"})

    def up_to_the_hearing(self, decision: str, *, manager: Person = PETER) -> Procedure:
        """An appeal made, admitted, and its hearing called for Tuesday 11 March 2025 at 10:00."""
        appeal = self.make(decision)
        self.appoint(appeal, manager)
        self.set_date(appeal, "2025-03-11T10:00")
        appeal.reaches("Give notice of the hearing")
        return appeal

    def up_to_the_decision(self, decision: str, *, manager: Person = PETER) -> Procedure:
        """An appeal heard on Tuesday 11 March 2025."""
        appeal = self.up_to_the_hearing(decision, manager=manager)
        self.story.moves_to("Tuesday 11 March 2025 10:00")
        self.hold(appeal)
        return appeal

    def decided(
        self, decision: str, hearing_on: str, outcome: str, new_penalty: str | None = None, *, manager: Person = PETER
    ) -> Procedure:
        """An appeal made now, heard at 10:00 on a day such as Monday 9 June 2025, and decided there."""
        appeal = self.make(decision)
        self.appoint(appeal, manager)
        hearing_at = london_moment(f"{hearing_on} 10:00")
        self.set_date(appeal, f"{hearing_at:%Y-%m-%dT%H:%M}")
        self.story.moves_to(f"{hearing_on} 10:00")
        self.hold(appeal)
        self.decide(appeal, outcome, new_penalty)
        return appeal

    # The records

    def case(self, procedure: str = "capability_appeal", number: int = -1) -> Case:
        """The last case of the procedure that this story opened."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return list(
                records.scalars(
                    select(Case).where(Case.procedure == procedure).order_by(Case.opened_at, Case.reference)
                )
            )[number]

    def events(self, case: Case) -> list[str]:
        """What the case's timeline tells, in order."""
        return [line.words for line in self.timeline(case)]

    def timeline(self, case: Case) -> list[TimelineLine]:
        """The case's timeline with the texts filed."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return timeline(records, case.reference)

    def also_holds_role(self, person: Person, role: str) -> None:
        """Give somebody one more role, as an import of the people file does."""
        with self.database.session() as records:
            records.add(PersonRole(staff_number=person.staff_number, role=role))

    def has_left(self, person: Person, on: str) -> None:
        """Somebody's last day of employment, as an import of the people file brings it."""
        with self.database.session() as records:
            records.get_one(PersonRow, person.staff_number).left_on = date.fromisoformat(on)

    def entry(self, reference: str) -> RegisterEntry:
        """A decision as the register holds it now."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return records.scalars(select(RegisterEntry).where(RegisterEntry.reference == reference)).one()

    def entries_of(self, employee: Person) -> list[RegisterEntry]:
        """All decisions about one person, oldest first."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            found = select(RegisterEntry).where(RegisterEntry.staff_number == employee.staff_number)
            return list(records.scalars(found.order_by(RegisterEntry.reference)))

    def personal_file(self, case: Case) -> list[Letter]:
        """The letters of a case as sent."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return list(
                records.scalars(
                    select(Letter).where(Letter.case_reference == case.reference).order_by(Letter.reference)
                )
            )

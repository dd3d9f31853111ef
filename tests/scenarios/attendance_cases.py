"""What the people of the attendance procedures do, so that a story tells only what is special in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tests.scenarios.driver.people import ALEX, DANIEL, Person
from tests.scenarios.driver.story import Procedure, Story
from workers.cases.case_file import latest_statements, may_read, may_read_medical, timeline
from workers.people.directory import roles_held
from workers.records.database import Database
from workers.records.models import Absence, Case, PersonRole
from workers.records.models import Person as PersonRow

DIAGNOSIS = "A slipped disc."
ADVICE = "Unfit to lift because of the slipped disc; fit for desk work from April."


@dataclass(frozen=True)
class AttendanceCases:
    """The attendance cases of one story, and the records they are kept in."""

    story: Story
    database: Database

    # Starting

    def found(self, someone: Person) -> dict[str, Any]:
        """Somebody as find_person gives them, for calling a procedure as another one does."""
        with self.database.session() as records:
            row = records.get_one(PersonRow, someone.staff_number)
            return {
                "staff_number": row.staff_number,
                "username": row.username,
                "line_manager": row.line_manager,
                "seniority": row.seniority,
                "employment": row.employment,
                "started_on": row.started_on.isoformat(),
                "roles": roles_held(row, self.story.now.date()),
                "has_email": row.email is not None,
            }

    def called(
        self, procedure: str, employee: Person = ALEX, line_manager: Person | None = DANIEL, **more: Any
    ) -> Procedure:
        """Start a procedure as another one calls it."""
        manager = self.found(line_manager) if line_manager else None
        return self.story.start_with(procedure, {"employee": self.found(employee), "line_manager": manager, **more})

    def caller(self, employee: Person = ALEX) -> str:
        """A capability case that calls; gives its reference."""
        with self.database.session() as records:
            records.add(
                Case(
                    reference="CAP-2025-0001",
                    policy="capability",
                    procedure="capability_sickness",
                    staff_number=employee.staff_number,
                    opened_at=datetime(2025, 3, 3, tzinfo=UTC),
                )
            )
        return "CAP-2025-0001"

    def was_absent(self, someone: Person, first: str, reason: str) -> None:
        """An absence on record that still goes on."""
        with self.database.session() as records:
            records.add(
                Absence(
                    reference="ABS-2025-0001",
                    staff_number=someone.staff_number,
                    first_day=date.fromisoformat(first),
                    reason=reason,
                    recorded_at=self.story.now,
                )
            )

    # The records

    def case(self, procedure: str) -> Case:
        """The one case of the procedure."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return records.scalars(select(Case).where(Case.procedure == procedure)).one()

    def events(self, reference: str) -> list[str]:
        """What a case's timeline tells, in order."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return [line.words for line in timeline(records, reference)]

    def statements(self, reference: str) -> dict[str, str]:
        """The latest statement of each name."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return {name: statement.text for name, statement in latest_statements(records, reference).items()}

    def reads(self, someone: Person, case: Case) -> str:
        """``everything``, ``nothing medical`` or ``nothing``."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            person, of_case = records.get_one(PersonRow, someone.staff_number), records.get_one(Case, case.reference)
            if not may_read(records, person, of_case, on=self.story.now.date()):
                return "nothing"
            return "everything" if may_read_medical(records, person, of_case) else "nothing medical"

    def nobody_holds(self, role: str) -> None:
        """Take a role from everybody, as an import of the people file does."""
        with self.database.session() as records:
            for held in records.scalars(select(PersonRole).where(PersonRole.role == role)):
                records.delete(held)

    def has_no_email(self, *people: Person) -> None:
        """Take the email address from people, as an import of the people file does."""
        with self.database.session() as records:
            for someone in people:
                records.get_one(PersonRow, someone.staff_number).email = None

    def has_left(self, *people: Person) -> None:
        """Yesterday was their last day here."""
        with self.database.session() as records:
            for someone in people:
                records.get_one(PersonRow, someone.staff_number).left_on = self.story.now.date() - timedelta(days=1)

    def holds(self, someone: Person, role: str) -> None:
        """Give somebody a role, as an import of the people file does."""
        with self.database.session() as records:
            records.add(PersonRole(staff_number=someone.staff_number, role=role))


def keeps_nothing_of(procedure: Procedure, *words: str) -> None:
    """No variable of the procedure, nor of what it called, holds these words."""
    told = [(name, value) for name, value in procedure.all_variables() if _mentions(value, words)]
    assert not told, f"The engine keeps {told}."


def _mentions(value: Any, words: tuple[str, ...]) -> bool:
    return any(word.lower() in str(value).lower() for word in words)

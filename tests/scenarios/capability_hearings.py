"""What the people of a performance hearing do, in one line each, so that a story tells only what is special in it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select

from tests.scenarios.driver.people import ALEX, DANIEL, PEOPLE_CSV, Person
from tests.scenarios.driver.story import Procedure, Story
from workers.cases.case_file import timeline
from workers.records.database import Database
from workers.records.models import Case, Letter, RegisterEntry
from workers.registers.entries import entries

CASE = "CAP-2025-9001"
CONCERNS = "Three reports were late and one was wrong."
MANAGEMENT_CASE = "The reports of January to March speak for themselves."
REASONS = "The reports were late although help was given."
TARGETS = "Two reports a month, each without errors."

PERIODS: list[dict[str, Any]] = [
    {"name": name, "amount": amount, "unit": unit, "clear": clear}
    for name, amount, unit, clear in (
        ("appeal_period", 7, "calendar_days", False),
        ("hearing_notice_min", 2, "calendar_days", True),
        ("hearing_notice_max", 7, "calendar_days", True),
        ("new_information_min", 2, "calendar_days", False),
        ("companion_unavailable", 5, "working_days", False),
        ("companion_name_before", 1, "working_days", False),
        ("explain_in_person", 7, "calendar_days", False),
        ("postal_delivery", 2, "working_days", False),
        ("first_warning_active", 6, "calendar_months", False),
        ("final_warning_active", 12, "calendar_months", False),
        ("decision_letter", 7, "calendar_days", False),
        ("review_period", 3, "calendar_months", False),
    )
]
"""The rows of the table ``capability_periods`` that a hearing uses."""


@cache
def found(staff_number: str) -> dict[str, Any]:
    """Somebody as the job ``find_person`` gives them to a diagram."""
    with PEOPLE_CSV.open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["staff_number"] == staff_number)
    return {
        "staff_number": row["staff_number"],
        "username": row["username"],
        "line_manager": row["line_manager"] or None,
        "seniority": int(row["seniority"]),
        "employment": row["employment"],
        "started_on": row["started_on"],
        "roles": [role for role in row["roles"].split(";") if role],
        "has_email": bool(row["email"]),
    }


@dataclass(frozen=True)
class Hearings:
    """The performance hearings of one story, and the records they are kept in."""

    story: Story
    database: Database

    # How a case comes to its hearing

    def opens_case(self, employee: Person = ALEX) -> None:
        """A capability case, as the performance procedure opens it."""
        with self.database.session() as records:
            records.add(
                Case(
                    reference=CASE,
                    policy="capability",
                    procedure="capability_performance",
                    staff_number=employee.staff_number,
                    opened_at=self.story.now,
                )
            )

    def warning(self, kind: str, *, active_until: str, employee: Person = ALEX) -> dict[str, Any]:
        """A warning of Friday 3 January 2025 recorded on paper, as ``find_register_entry`` gives it."""
        record = self.story.start(
            "capability_decision_record",
            {
                "staff_number": employee.staff_number,
                "decision_kind": kind,
                "informed_on": "2025-01-03",
                "decided_by": DANIEL.staff_number,
                "active_until": active_until,
            },
        )
        note = record.task("Note the reference")
        note.complete({"reference_noted": True})
        record.ends_at("Decision recorded")
        reference = str(note.variables["decision_reference"])
        return {
            "reference": reference,
            "kind": kind,
            "status": "active",
            "active_from": "2025-01-03",
            "active_until": active_until,
        }

    def case_of(self, employee: Person = ALEX, line_manager: Person = DANIEL) -> dict[str, Any]:
        """The variables every capability case has."""
        return {
            "case_reference": CASE,
            "case_url": f"http://127.0.0.1/cases/{CASE}",
            "employee": found(employee.staff_number),
            "line_manager": found(line_manager.staff_number),
        }

    def begin(
        self,
        stage: int = 1,
        *,
        ground: str | None = None,
        warning: dict[str, Any] | None = None,
        employee: Person = ALEX,
        line_manager: Person = DANIEL,
        adjusted: bool = False,
    ) -> Procedure:
        """Formal action is considered and a hearing is to be held."""
        self.opens_case(employee)
        return self.story.start_with(
            "capability_hearing",
            {
                **self.case_of(employee, line_manager),
                "periods": PERIODS,
                "stage": stage,
                "ground": ground,
                "warning": warning,
                "hearing_reference": f"{CASE}-H{stage}1",
                "procedure_adjusted": adjusted,
            },
        )

    # What people do

    def held_by(self, hearing: Procedure, other: Person | None = None) -> None:
        """The line manager says who holds it."""
        answers: dict[str, Any] = {"held_by": "line_manager"}
        if other is not None:
            answers = {
                "held_by": "another",
                "other_manager": other.staff_number,
                "statement.other_manager_reasons": "I supervised the reports myself.",
            }
        hearing.task("Say who conducts it").complete(answers)

    def prepare(self, hearing: Procedure, **more: Any) -> None:
        """The line manager prepares the notification."""
        answers: dict[str, Any] = {
            "statement.concerns": CONCERNS,
            "statement.concern_reasons": "The committee could not use them.",
            "summary_enclosed": "no",
            "documents_enclosed": "no",
            "witnesses_relied_on": "none",
        }
        if "summary_enclosed" not in more:
            answers["statement.no_summary_reasons"] = "Nothing was investigated beyond the reports."
        hearing.task("Prepare the notification").complete(answers | more)

    def appoint(self, hearing: Procedure, chair: Person, nominated_by: Person | None = None) -> None:
        """The Chief Executive, or whoever appoints, names the chair of a stage 3 hearing."""
        answers = {"chair_number": chair.staff_number, "chair_kind": "statutory_officer"}
        if nominated_by is not None:
            answers |= {"chair_kind": "nominated_deputy", "nominated_by": nominated_by.staff_number}
        hearing.task("Appoint the chair").complete(answers)

    def set_date(self, hearing: Procedure, hearing_at: str = "2025-03-10T10:00", **more: Any) -> None:
        """The manager conducting the hearing sets date, time and place."""
        hearing.task("Set date, time and place").complete(
            {"hearing_at": hearing_at, "hearing_place": "Lloyd House, room 4", **more}
        )

    def hold(self, hearing: Procedure, what_happened: str = "ended", **more: Any) -> None:
        """The manager conducting the hearing records what happened."""
        answers: dict[str, Any] = {"what_happened": what_happened}
        if what_happened == "ended":
            answers |= {
                "statement.standards_and_evidence": "Two reports a month; the reports were gone through.",
                "statement.employee_case": "The workload was too high.",
                "statement.response_to_management_case": "The figures are disputed.",
                "witnesses_heard": "no",
                "statement.causes": "Workload and lack of training.",
                "statement.earlier_measures": "The training came late.",
                "statement.further_measures": "A course in writing reports.",
                "targets_discussed": "no",
                "improvement_likely": "no",
                "alternative_practicable": "no",
            }
        elif what_happened == "adjourned":
            answers |= {
                "statement.record_so_far": "The first report was gone through.",
                "statement.adjournment_reasons": "The timesheets are missing.",
            }
        shown = hearing.task("Hold and record the hearing")
        asked = {"ended": _asked_at(shown.variables["stage"])}.get(what_happened, set(answers))
        shown.complete({key: value for key, value in answers.items() if key in asked} | more)

    def decide(self, hearing: Procedure, outcome: str | None, **more: Any) -> None:
        """The manager conducting the hearing decides the outcome; None: performance is satisfactory."""
        answers = {"finding": "satisfactory"} if outcome is None else {"finding": "unsatisfactory", "outcome": outcome}
        hearing.task("Decide the outcome").complete(answers | more)

    def write(self, hearing: Procedure, *, warning: bool = True, **more: Any) -> None:
        """The manager conducting the hearing writes the decision."""
        answers = {"statement.decision_reasons": REASONS}
        if warning:
            answers |= {
                "statement.areas_not_met": "Punctual and correct reports.",
                "statement.targets": TARGETS,
                "statement.measures": "A course, and a weekly talk with the line manager.",
            }
        hearing.task("Write the decision").complete(answers | more)

    def judge(self, hearing: Procedure, good_reason: str) -> None:
        """The manager conducting the hearing judges an absence."""
        hearing.task("Judge the absence").complete(
            {"good_reason": good_reason, "statement.absence_reasons": "A dentist’s appointment was mentioned."}
        )

    def choose(self, hearing: Procedure, next_step: str, **more: Any) -> None:
        """The manager conducting the hearing chooses what follows from an absence."""
        answers = {"next_step": next_step, "statement.absence_choice_reasons": "Everything else was tried."}
        if next_step == "on_evidence":
            answers["alternatives_offered"] = "yes"
        hearing.task("Choose what follows").complete(answers | more)

    def explain(self, hearing: Procedure) -> None:
        """The manager who decided explains the decision in person."""
        hearing.task("Explain it in person").complete({"explained": "yes"})

    def cannot_attend(self, who: str = "employee", suggested_on: str | None = None) -> Procedure:
        """Somebody cannot attend and says so in time."""
        answers = {"case_reference": CASE, "who": who, "statement.cannot_attend_reasons": "A high temperature."}
        if suggested_on:
            answers["suggested_on"] = suggested_on
        return self.story.start("capability_cannot_attend", answers)

    def in_calendars(self, reference: str) -> dict[str, tuple[str, int]]:
        """By email address the last calendar entry of the hearing: its method and its sequence."""
        self.story.comes_to_rest()
        return {
            letter.recipient: (str(letter.calendar["METHOD"]), letter.event.decoded("SEQUENCE"))
            for letter in self.story.letters()
            if letter.calendar is not None and str(letter.event["UID"]).startswith(f"{reference}@")
        }

    def called(self, stage: int = 1, **more: Any) -> Procedure:
        """A hearing called for Monday 10 March 2025 at 10:00, held by the line manager."""
        hearing = self.begin(stage, **more)
        self.held_by(hearing)
        self.prepare(hearing)
        self.set_date(hearing)
        hearing.reaches("Give notice of the hearing")
        return hearing

    def held(self, stage: int = 1, **more: Any) -> Procedure:
        """A hearing held on Monday 10 March 2025 and to be decided."""
        hearing = self.called(stage, **more)
        self.story.moves_to("Monday 10 March 2025 10:00")
        self.hold(hearing)
        return hearing

    def chaired(self, chair: Person, **more: Any) -> Procedure:
        """A stage 3 hearing held on Monday 10 March 2025 and to be decided."""
        hearing = self.begin(3, **more)
        self.appoint(hearing, chair)
        self.prepare(hearing)
        hearing.task("Write the management case").complete({"statement.management_case": MANAGEMENT_CASE})
        self.set_date(hearing)
        self.story.moves_to("Monday 10 March 2025 10:00")
        self.hold(hearing)
        return hearing

    # The records

    def events(self) -> list[str]:
        """What the case's timeline tells, in order."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return [line.words for line in timeline(records, CASE)]

    def texts(self) -> dict[str, str | None]:
        """What people wrote, by name: the last of each."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return {line.words: line.text for line in timeline(records, CASE)}

    def decisions(self, employee: Person = ALEX) -> list[RegisterEntry]:
        """The decisions about somebody, oldest first."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return entries(records, "capability_decisions", staff_number=employee.staff_number)

    def letters(self) -> list[Letter]:
        """The letters of the case as sent."""
        self.story.comes_to_rest()
        with self.database.session() as records:
            return list(records.scalars(select(Letter).where(Letter.case_reference == CASE).order_by(Letter.reference)))


def _asked_at(stage: int) -> set[str]:
    """The fields of the record that are shown at a stage."""
    always = {
        "what_happened",
        "statement.standards_and_evidence",
        "statement.employee_case",
        "witnesses_heard",
        "statement.causes",
        "statement.further_measures",
        "targets_discussed",
    }
    later = {"statement.earlier_measures"} if stage > 1 else set()
    final = {"statement.response_to_management_case", "improvement_likely", "alternative_practicable"}
    return always | later | (final if stage == 3 else set())

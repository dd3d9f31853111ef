"""Finding people for diagrams, which get references and never names."""

from __future__ import annotations

from datetime import date
from typing import cast

from workers.deadlines.moments import london_day
from workers.people.directory import is_here, people_with_role, person, roles_held
from workers.people.models import (
    Employment,
    EndEmployment,
    FindPeople,
    FindPerson,
    FoundPerson,
    People,
    PeopleFound,
    PersonFound,
    RestoreEmployment,
)
from workers.people.roles import ROLES, unknown_roles
from workers.records.models import Person
from workers.runtime.contract import BpmnError, JobContext, Nothing, job_type
from workers.runtime.errors import BusinessOutcome, PersonMustAct


@job_type(
    "find_person",
    title="Find a person",
    errors=[BpmnError("PERSON_NOT_FOUND", "Nobody has that staff number.")],
)
def find_person(job: FindPerson, context: JobContext) -> PersonFound:
    """Look a person up by staff number; those who have left are found too, without roles."""
    found = person(context.records, job.staff_number)
    if found is None:
        raise BusinessOutcome("PERSON_NOT_FOUND", "Nobody has this staff number.")
    today = london_day(context.engine_time)
    manager = person(context.records, found.line_manager) if found.line_manager else None
    return PersonFound(
        person=FoundPerson(
            staff_number=found.staff_number,
            username=found.username,
            line_manager=manager.staff_number if manager and is_here(manager, today) else None,
            seniority=found.seniority,
            employment=cast("Employment", found.employment),
            started_on=found.started_on,
            roles=roles_held(found, today),
            has_email=found.email is not None and is_here(found, today),
        )
    )


@job_type(
    "find_people",
    title="Find people by role",
    errors=[BpmnError("NOBODY_FOUND", "Nobody who is not left out holds any of the roles.")],
)
def find_people(job: FindPeople, context: JobContext) -> PeopleFound:
    """Find everyone who holds a role today: the first role of the list that somebody who is not left out holds."""
    if unknown := unknown_roles(job.roles):
        raise PersonMustAct(
            f"The variable roles of {context.element_id} names {', '.join(unknown)}, which is no role. Correct it to "
            f"one of: {', '.join(ROLES)}; then retry."
        )
    today = london_day(context.engine_time)
    for role in job.roles:
        found = people_with_role(context.records, role, today, except_staff_numbers=job.except_staff_numbers)
        if found:
            return PeopleFound(
                people=People(
                    role=role,
                    staff_numbers=[someone.staff_number for someone in found],
                    usernames=[someone.username for someone in found],
                )
            )
    raise BusinessOutcome(
        "NOBODY_FOUND", f"Nobody who is not left out holds the role {' or '.join(job.roles)} on {today.isoformat()}."
    )


@job_type("end_employment", title="End the employment")
def end_employment(job: EndEmployment, context: JobContext) -> Nothing:
    """Set somebody's last day of employment, unless an earlier one is recorded.

    An import of a people file that does not know of it yet leaves it.
    """
    someone = _recorded(job.staff_number, context)
    if job.last_day < someone.started_on:
        raise PersonMustAct(
            f"The variable last_day of {context.element_id} is before the first day of employment. Correct it in "
            "Operate, or correct the people file and import it, then retry."
        )
    someone.left_on = _earlier(someone.left_on, job.last_day)
    someone.procedure_ended_on = _earlier(someone.procedure_ended_on, job.last_day)
    someone.procedure_restored_from = None
    return Nothing()


@job_type("restore_employment", title="Restore the employment")
def restore_employment(job: RestoreEmployment, context: JobContext) -> Nothing:
    """Take a last day of employment back, as if it had never been set: the first day and all else stay as they were.

    An import of a people file that still gives it does not set it again.
    """
    someone = _recorded(job.staff_number, context)
    if job.last_day is None:
        return Nothing()
    if someone.left_on == job.last_day:
        someone.left_on = None
    if someone.procedure_ended_on == job.last_day:
        someone.procedure_ended_on = None
    someone.procedure_restored_from = job.last_day
    return Nothing()


def _earlier(recorded: date | None, day: date) -> date:
    return day if recorded is None else min(recorded, day)


def _recorded(staff_number: str, context: JobContext) -> Person:
    found = context.records.get(Person, staff_number, with_for_update=True)
    if found is None:
        raise PersonMustAct(
            f"The variable staff_number of {context.element_id} is nobody's staff number. Correct it, or import the "
            "person with `dueprocess people import`, then retry."
        )
    return found

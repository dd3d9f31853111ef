"""Writing to a case: the parts several jobs share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workers.cases.case_file import latest_statements
from workers.people.directory import unknown_staff_numbers
from workers.records.models import Case, CaseAccess, Statement
from workers.runtime.contract import JobContext
from workers.runtime.errors import PersonMustAct


def case_of_job(context: JobContext, reference: str, *, lock: bool = False) -> Case:
    """The case a job writes to.

    :param lock: nobody else may change the case until this job is done.
    :raises PersonMustAct: there is none.
    """
    found = context.records.get(Case, reference, with_for_update=lock or None)
    if found is None:
        raise PersonMustAct(
            f"The variable case_reference of {context.element_id} is not the reference of a case. Correct it to the "
            "one open_case gave, then retry."
        )
    return found


def require_people(context: JobContext, variable: str, staff_numbers: Sequence[str]) -> None:
    """Make sure that the staff numbers are those of people in the records.

    :raises PersonMustAct: some are not; the message names them and the variable.
    """
    if unknown := unknown_staff_numbers(context.records, staff_numbers):
        raise PersonMustAct(
            f"The variable {variable} of {context.element_id} names {', '.join(unknown)}, but nobody has that staff "
            "number. Correct it, or import the person with `dueprocess people import`, then retry."
        )


def give_access(context: JobContext, of_case: Case, staff_numbers: Sequence[str]) -> None:
    """Let people read the case; who may already keeps the date it was first given.

    :raises PersonMustAct: one of them is not in the records.
    """
    require_people(context, "gives_access_to", staff_numbers)
    query = select(CaseAccess.staff_number).where(CaseAccess.case_reference == of_case.reference)
    already = set(context.records.scalars(query))
    for staff_number in sorted(set(staff_numbers) - already):
        context.records.add(
            CaseAccess(
                case_reference=of_case.reference,
                staff_number=staff_number,
                granted_at=context.engine_time,
                job_key=context.key,
            )
        )


def file_texts(context: JobContext, of_case: Case, texts: Mapping[str, str | None] | None) -> None:
    """Keep free texts with the case; empty ones are skipped, earlier ones of the same name stay on record."""
    for name, text in (texts or {}).items():
        # PostgreSQL keeps no NUL, and browsers send line ends as they please.
        cleaned = (text or "").replace("\x00", "").replace("\r\n", "\n").strip()
        if cleaned:
            context.records.add(
                Statement(
                    case_reference=of_case.reference,
                    name=name,
                    text=cleaned,
                    filed_at=context.engine_time,
                    element_id=context.element_id,
                    job_key=context.key,
                )
            )


def copy_statements(context: JobContext, of_case: Case, source: str, names: Sequence[str]) -> None:
    """File on a case what another case holds under these names, of each name the latest.

    :raises PersonMustAct: there is no such other case, or it has no statement of one of the names.
    """
    if context.records.get(Case, source) is None:
        raise PersonMustAct(
            f"The variable copied_from of {context.element_id} is not the reference of a case. Correct it to that of "
            "the case that holds the statements, then retry."
        )
    held = latest_statements(context.records, source)
    if missing := [name for name in names if name not in held]:
        raise PersonMustAct(
            f"The variable copied_statements of {context.element_id} names {', '.join(missing)}, but the case "
            f"{source} has no such statement. Correct the name, then retry."
        )
    file_texts(context, of_case, {name: held[name].text for name in names})


def case_holding(session: Session, slot: str) -> str | None:
    """Reference of the case that holds an only-one slot."""
    return session.scalar(select(Case.reference).where(Case.only_one_slot == slot))

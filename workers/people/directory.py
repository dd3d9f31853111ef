"""Looking people up. Somebody counts as here from the first to the last day of employment, both included."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from workers.records.models import Person, PersonRole


def person(session: Session, staff_number: str) -> Person | None:
    """The person with this staff number, whether or not they have left; nothing when there is none."""
    return session.get(Person, staff_number)


def person_by_username(session: Session, username: str) -> Person | None:
    """The person who signs in with this name, in whatever case they type it."""
    return session.scalar(select(Person).where(func.lower(Person.username) == username.strip().lower()))


def is_here(someone: Person, on: date) -> bool:
    """Whether the person works for the authority on that day."""
    return someone.started_on <= on and (someone.left_on is None or on <= someone.left_on)


def roles_held(someone: Person, on: date) -> list[str]:
    """The roles the person holds on that day: none before they start and after they have left."""
    return [held.role for held in someone.roles] if is_here(someone, on) else []


def people_with_role(
    session: Session, role: str, on: date, *, except_staff_numbers: Collection[str] = ()
) -> list[Person]:
    """Everyone here on that day who holds the role, by staff number."""
    return list(
        session.scalars(
            select(Person)
            .join(PersonRole)
            .where(PersonRole.role == role, _here(on), Person.staff_number.not_in(except_staff_numbers))
            .order_by(Person.staff_number)
        )
    )


def unknown_staff_numbers(session: Session, staff_numbers: Collection[str]) -> list[str]:
    """Those of the staff numbers nobody has or had."""
    known = set(session.scalars(select(Person.staff_number).where(Person.staff_number.in_(staff_numbers))))
    return sorted(set(staff_numbers) - known)


def _here(on: date) -> ColumnElement[bool]:
    return (Person.started_on <= on) & or_(Person.left_on.is_(None), Person.left_on >= on)

"""Reading registers: which entries a person has, and which of them are active on a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workers.records.models import RegisterEntry
from workers.registers.definitions import ACTIVE, EXPIRED, REGISTERS, RegisterDefinition


class UnknownRegister(LookupError):
    """No register has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no register {name!r}. The registers are: {', '.join(REGISTERS)}.")


def definition(name: str) -> RegisterDefinition:
    """The register of this name.

    :raises UnknownRegister: there is none.
    """
    if name not in REGISTERS:
        raise UnknownRegister(name)
    return REGISTERS[name]


def status_on(entry: RegisterEntry, on: date) -> str:
    """The entry's status as it stands now; ``expired`` if it is active but its last active day is before ``on``."""
    ended = entry.active_until is not None and entry.active_until < on
    return EXPIRED if entry.status == ACTIVE and ended else entry.status


def is_active(entry: RegisterEntry, on: date) -> bool:
    """Whether the entry counts on that day: from its first to its last active day, both included.

    What was revoked or replaced since does not count on any day: an appeal that is upheld takes a warning back as if
    it had not been given.
    """
    return entry.active_from <= on and status_on(entry, on) == ACTIVE


def active_entries(
    session: Session, register: str, staff_number: str, *, on: date, kinds: Collection[str] | None = None
) -> list[RegisterEntry]:
    """The person's entries that are active on that day, oldest first; see :func:`is_active`.

    :param kinds: only entries of these kinds.
    :raises UnknownRegister: there is no such register.
    """
    found = entries(session, register, staff_number=staff_number)
    return [entry for entry in found if is_active(entry, on) and (kinds is None or entry.kind in kinds)]


def entries(
    session: Session, register: str, *, staff_number: str | None = None, on: date | None = None
) -> list[RegisterEntry]:
    """The entries of a register, oldest first.

    :param staff_number: only this person's.
    :param on: only those whose active days include this one, whatever their status.
    :raises UnknownRegister: there is no such register.
    """
    query = select(RegisterEntry).where(RegisterEntry.register == definition(register).name)
    if staff_number is not None:
        query = query.where(RegisterEntry.staff_number == staff_number)
    if on is not None:
        query = query.where(
            RegisterEntry.active_from <= on,
            or_(RegisterEntry.active_until.is_(None), RegisterEntry.active_until >= on),
        )
    return list(session.scalars(query.order_by(RegisterEntry.active_from, RegisterEntry.reference)))

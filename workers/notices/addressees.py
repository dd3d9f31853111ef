"""Who a letter goes to, looked up in the records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from workers.notices.failures import LetterProblem
from workers.notices.templates import UnknownReference
from workers.people.addresses import is_email_address
from workers.people.directory import is_here, people_with_role
from workers.records.models import Contact, Person

CONTACT = "contact:"
ROLE = "role:"


@dataclass(frozen=True)
class Addressee:
    """Somebody a letter goes to."""

    reference: str
    """A staff number or ``contact:<contact reference>``."""
    name: str
    job_title: str
    """Of a contact, what they are to the case."""
    email: str | None
    postal_address: Sequence[str] = ()
    """Lines."""

    @property
    def kind(self) -> str:
        """``person`` or ``contact``, as the personal file knows them."""
        return "contact" if self.reference.startswith(CONTACT) else "person"

    @property
    def stored_reference(self) -> str:
        """The reference as the personal file keeps it beside the kind."""
        return self.reference.removeprefix(CONTACT)

    @property
    def in_a_list(self) -> str:
        """The name with the job title, for the list of copies."""
        return f"{self.name}, {self.job_title}" if self.job_title else self.name


class Directory:
    """People, contacts and roles as the records have them on a day."""

    def __init__(self, session: Session, on: date) -> None:
        self._session = session
        self._on = on

    def addressees(self, recipient: str) -> list[Addressee]:
        """Whoever ``recipient`` means, in the order of their staff numbers.

        :raises LetterProblem: nobody is meant by it, or an email address in the records is unusable.
        """
        if recipient.startswith(ROLE):
            return self._holders(recipient.removeprefix(ROLE))
        try:
            return [self.one(recipient)]
        except UnknownReference:
            raise LetterProblem(
                f"The records know nobody by {recipient!r}, to whom the letter is addressed. "
                "Import the person, or correct the input 'recipient' or 'copies'."
            ) from None

    def copies(self, wanted: Iterable[str], besides: Iterable[Addressee]) -> list[Addressee]:
        """Whoever gets a copy, each once and none who gets the letter itself.

        :raises LetterProblem: see :meth:`addressees`.
        """
        seen = {addressee.reference for addressee in besides}
        found: list[Addressee] = []
        for addressee in (each for entry in wanted for each in self.addressees(entry)):
            if addressee.reference not in seen:
                seen.add(addressee.reference)
                found.append(addressee)
        return found

    def name_of(self, reference: str) -> str:
        """The name of a staff number or ``contact:<reference>``.

        :raises UnknownReference: nobody has it.
        """
        return self.one(reference).name

    def job_title_of(self, reference: str) -> str:
        """The job title; of a contact, what they are to the case.

        :raises UnknownReference: nobody has it.
        """
        return self.one(reference).job_title

    def one(self, reference: str) -> Addressee:
        """The person or contact with this reference; somebody who has left is found too.

        :raises UnknownReference: nobody has it.
        :raises LetterProblem: the email address in the records is unusable.
        """
        if reference.startswith(CONTACT):
            contact = self._session.get(Contact, reference.removeprefix(CONTACT))
            if contact is None:
                raise UnknownReference
            kind = contact.kind.replace("_", " ")
            return Addressee(reference, contact.name, kind, _usable(reference, contact.email))
        person = self._session.get(Person, reference)
        if person is None:
            raise UnknownReference
        return _of_person(person, self._on)

    def _holders(self, role: str) -> list[Addressee]:
        holders = people_with_role(self._session, role, self._on)
        if not holders:
            raise LetterProblem(
                f"Nobody holds the role {role!r}, to which the letter is addressed. "
                "Import people with that role, or correct the input 'recipient' or 'copies'."
            )
        return [_of_person(person, self._on) for person in holders]


def _of_person(person: Person, on: date) -> Addressee:
    # The mailbox of somebody who has left is closed, or another's: their letters go by post.
    email = person.email if is_here(person, on) else None
    return Addressee(
        person.staff_number,
        person.name,
        person.job_title,
        _usable(person.staff_number, email),
        tuple(line.strip() for line in person.postal_address.splitlines() if line.strip()),
    )


def _usable(reference: str, email: str | None) -> str | None:
    if not email:
        return None
    # Whatever is not plainly one address could carry another header or recipient.
    if not is_email_address(email):
        raise LetterProblem(f"The email address of {reference} in the records is not usable; correct it there.")
    return email

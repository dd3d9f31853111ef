"""A person's sickness record as a text, for the case file of a referral."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from workers.attendance.absences import absences_of, causes_of, certificates_of
from workers.deadlines.words import in_words
from workers.records.models import Absence, AbsenceCertificate

_CAUSES = {
    "disability": "a disability",
    "pregnancy": "pregnancy or maternity",
    "assault_at_work": "an assault at work",
    "injury_at_work": "an injury at work",
}
_CERTIFICATES = {
    "doctors_statement": "doctor's statement",
    "other_evidence": "other evidence",
    "final_note": "final note that the person is fit to return",
}


def sickness_record(session: Session, staff_number: str, on: date) -> str:
    """The person's absences up to a day, oldest first, each with what is recorded of it."""
    absences = absences_of(session, staff_number, last=on)
    head = f"Sickness record as at {in_words(on)}"
    if not absences:
        return f"{head}: no absence is recorded."
    return "\n\n".join([head, *("\n".join(_absence(session, absence, on)) for absence in absences)])


def _absence(session: Session, absence: Absence, on: date) -> Iterator[str]:
    goes_on = absence.last_day is None or absence.last_day > on
    until = "and still absent" if goes_on or absence.last_day is None else f"to {in_words(absence.last_day)}"
    days = (min(absence.last_day or on, on) - absence.first_day).days + 1
    yield f"{in_words(absence.first_day)} {until}: {days} calendar day{'' if days == 1 else 's'} ({absence.reference})"
    if absence.reason:
        yield f"Reason: {absence.reason}"
    if causes := causes_of(absence):
        yield f"Related to {' and '.join(_CAUSES[cause] for cause in causes)}"
    for certificate in certificates_of(session, absence.reference):
        yield _certificate(certificate)


def _certificate(certificate: AbsenceCertificate) -> str:
    words = f"Certified by {_CERTIFICATES[certificate.kind]}"
    if certificate.kind == "final_note":
        words = _CERTIFICATES[certificate.kind].capitalize()
    if certificate.covers_from and certificate.covers_until:
        words += f" for {in_words(certificate.covers_from)} to {in_words(certificate.covers_until)}"
    return words + (f", issued on {in_words(certificate.issued_on)}" if certificate.issued_on else "")

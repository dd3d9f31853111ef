"""The absences file and the working patterns file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.unit.records.fixtures import Office
from workers.attendance.absences import absences_of, causes_of, certificates_of, patterns_of
from workers.attendance.importing import ImportReport, import_absences, import_patterns
from workers.attendance.jobs import end_absence, note_absence_causes, record_absence
from workers.people.csv_file import ImportRefused
from workers.records.models import Absence, AbsenceChange
from workers.settings import PROJECT

HEADING = "staff_number,first_day,last_day,reason,related_to,certified_until"
COLD = "100100,2025-02-03,2025-02-05,Cold,,"
BACK = "100100,2025-03-03,,Back pain,injury_at_work,2025-03-24"
AT = datetime(2025, 3, 10, 9, tzinfo=UTC)


def write(folder: Path, *lines: str, heading: str = HEADING) -> Path:
    path = folder / "file.csv"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def load(office: Office, path: Path) -> ImportReport:
    with office.database.session() as session:
        return import_absences(session, path, at=AT)


def faults(office: Office, path: Path) -> list[str]:
    with pytest.raises(ImportRefused) as refused:
        load(office, path)
    with office.database.reading() as session:
        assert not list(session.scalars(select(Absence).where(Absence.job_key.is_(None))))
    return refused.value.faults


def test_import(office: Office, tmp_path: Path) -> None:
    report = load(office, write(tmp_path, COLD, BACK))

    assert report == ImportReport(added=["ABS-2025-0001", "ABS-2025-0002"])
    with office.database.reading() as session:
        cold, back = absences_of(session, "100100")
        (certificate,) = certificates_of(session, back.reference)
        assert (cold.first_day, cold.last_day, cold.reason) == (date(2025, 2, 3), date(2025, 2, 5), "Cold")
        assert (back.last_day, causes_of(back)) == (None, ["injury_at_work"])
        assert certificates_of(session, cold.reference) == []
    assert (certificate.covers_from, certificate.covers_until) == (date(2025, 3, 3), date(2025, 3, 24))


def test_importing_again_changes_nothing(office: Office, tmp_path: Path) -> None:
    path = write(tmp_path, COLD, BACK)
    load(office, path)

    assert load(office, path) == ImportReport(unchanged=["ABS-2025-0001", "ABS-2025-0002"])


def test_an_update_keeps_what_it_was(office: Office, tmp_path: Path) -> None:
    load(office, write(tmp_path, COLD, BACK))
    report = load(office, write(tmp_path, BACK.replace(",,Back", ",2025-03-28,Back").replace("03-24", "03-28")))

    assert report == ImportReport(updated=["ABS-2025-0002"])
    with office.database.reading() as session:
        (change,) = session.scalars(select(AbsenceChange))
        assert (change.old_values, change.new_values) == ({"last_day": None}, {"last_day": "2025-03-28"})
        assert len(certificates_of(session, "ABS-2025-0002")) == 2


def test_what_the_file_does_not_know_stays(office: Office, tmp_path: Path) -> None:
    office.run(record_absence, staff_number="100100", first_day="2025-03-03")
    office.run(note_absence_causes, absence_reference="ABS-2025-0001", absence_causes={"pregnancy": True})
    office.run(end_absence, reference="ABS-2025-0001", last_day="2025-03-07", ended_at="2025-03-10T09:00:00Z")
    report = load(office, write(tmp_path, "100100,2025-03-03,,,,"))

    assert report == ImportReport(unchanged=["ABS-2025-0001"])
    with office.database.reading() as session:
        (absence,) = absences_of(session, "100100")
    assert (absence.last_day, absence.pregnancy_related) == (date(2025, 3, 7), True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (COLD.replace("100100", "7"), "Line 2, column staff_number: nobody has the staff number 7"),
        (COLD.replace("100100", "A7"), "Line 2, column staff_number: must be a staff number"),
        (COLD.replace("2025-02-03", "3/2/2025"), "Line 2, column first_day: must be a date written year-month-day"),
        (COLD.replace("2025-02-03", ""), "Line 2, column first_day: must be a date written year-month-day"),
        (COLD.replace("2025-02-05", "2025-02-02"), "Line 2, column last_day: is before first_day"),
        (COLD.replace(",,", ",flu,"), "Line 2, column related_to: names flu; it may name disability, pregnancy"),
        (COLD + "2025-02-01", "Line 2, column certified_until: is before first_day"),
        (COLD.replace("Cold", '"Cold\nor flu"'), "Line 2, column reason: contains a line break"),
        (COLD + ",more", "Line 2: has 7 cells where the heading has 6"),
    ],
)
def test_one_fault(office: Office, tmp_path: Path, line: str, expected: str) -> None:
    (fault,) = faults(office, write(tmp_path, line))

    assert fault.startswith(expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((COLD, COLD), "Line 3, column first_day: the absence has days of the absence on line 2"),
        (
            (COLD, "100100,2025-02-05,2025-02-07,,,"),
            "Line 3, column first_day: the absence has days of the absence on line 2",
        ),
        (
            ("100100,2025-02-05,,,,", COLD.replace("02-05", "02-04"), "100100,2025-04-01,2025-04-01,,,"),
            "Line 4, column first_day: the absence has days of the absence on line 2",
        ),
        (("100100,2025-01-06,2025-01-07,,,",), "Line 2, column first_day: the absence has days of an absence of this"),
        (("100100,2024-12-02,,,,",), "Line 2, column first_day: the absence has days of an absence of this"),
    ],
)
def test_absences_that_overlap(office: Office, tmp_path: Path, lines: tuple[str, ...], expected: str) -> None:
    office.run(record_absence, staff_number="100100", first_day="2025-01-07", last_day="2025-01-08")
    (fault,) = faults(office, write(tmp_path, *lines))

    assert fault.startswith(expected)


def test_other_peoples_absences_do_not_overlap(office: Office, tmp_path: Path) -> None:
    assert len(load(office, write(tmp_path, COLD, COLD.replace("100100", "100101"))).added) == 2


def test_an_empty_file(office: Office, tmp_path: Path) -> None:
    assert faults(office, write(tmp_path)) == ["file.csv has a heading but no absences: add a line for each absence."]


def test_the_samples(office: Office) -> None:
    with office.database.session() as session:
        assert len(import_absences(session, PROJECT / "samples" / "absences.csv", at=AT).added) == 4
        assert import_patterns(session, PROJECT / "samples" / "working_patterns.csv") == 2


def patterns(office: Office, path: Path) -> int:
    with office.database.session() as session:
        return import_patterns(session, path)


PATTERNS = "staff_number,from_day,weekdays"


def test_working_patterns(office: Office, tmp_path: Path) -> None:
    first = write(tmp_path, "100100,2025-01-06,Mon;tuesday; WED", "100100,2024-09-02,Fri", heading=PATTERNS)
    assert patterns(office, first) == 1
    with office.database.reading() as session:
        found = patterns_of(session, ["100100"])["100100"]
    assert [(span.first, span.weekdays) for span in found] == [
        (date.min, 0b0011111),
        (date(2024, 9, 2), 0b0010000),
        (date(2025, 1, 6), 0b0000111),
    ]
    assert found[-1].last == date.max

    # Another file stands instead of the first.
    assert patterns(office, write(tmp_path, "100100,2025-01-06,Sat;Sun;Sat", heading=PATTERNS)) == 1
    with office.database.reading() as session:
        assert [span.weekdays for span in patterns_of(session, ["100100"])["100100"]] == [0b0011111, 0b1100000]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("7,2025-01-06,Mon",), "Line 2, column staff_number: nobody has the staff number 7"),
        (("100100,2025-01-06,",), "Line 2, column weekdays: must name weekdays"),
        (("100100,2025-01-06,Mo",), "Line 2, column weekdays: must name weekdays"),
        (("100100,2025-01-06,Mon;Lunch",), "Line 2, column weekdays: must name weekdays"),
        (("100100,2025-01-06,Mon", "100100,2025-01-06,Tue"), "Line 3, column from_day: is the same as on an earlier"),
    ],
)
def test_patterns_that_cannot_be(office: Office, tmp_path: Path, lines: tuple[str, ...], expected: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        patterns(office, write(tmp_path, *lines, heading=PATTERNS))

    assert refused.value.faults[0].startswith(expected)

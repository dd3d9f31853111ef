"""The jobs of attendance, on records."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from tests.unit.records.fixtures import Office
from workers.attendance.importing import import_patterns
from workers.attendance.jobs import (
    change_absence,
    compare_absence_with_team,
    end_absence,
    file_sickness_record,
    find_absence,
    find_absence_triggers,
    note_absence_causes,
    note_reached_triggers,
    record_absence,
    record_certificate,
    summarise_absence,
)
from workers.cases.case_file import latest_statements
from workers.cases.jobs import open_case
from workers.records.models import Absence, AbsenceCertificate, AbsenceChange, AbsencePrompt, Person
from workers.runtime.contract import declaration_of
from workers.runtime.errors import BusinessOutcome, PersonMustAct

WHO = "100100"
FIRST = "ABS-2025-0001"
CERTIFICATE = "CRT-2025-0001"
AT = "2025-03-10T09:00:00Z[Europe/London]"
TWELVE_MONTHS = {"amount": 12, "unit": "calendar_months", "clear": False, "paragraph": "ATT-15a"}
TRIGGERS = [
    {"name": "investigation", "days": 8, "occasions": 2, "paragraph": "ATT-15a"},
    {"name": "early_notice", "days": 8, "occasions": 3},
]
SUMMARY: dict[str, Any] = {
    "staff_number": WHO,
    "on": "2025-03-31T23:30:00Z",  # 1 April in London
    "period": TWELVE_MONTHS,
    "triggers": TRIGGERS,
    "disregard": ["pregnancy"],
    "protected": ["disability", "injury_at_work", "assault_at_work"],
}


def count(office: Office, table: type[Any]) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def stored(office: Office, reference: str = FIRST) -> Absence:
    with office.database.reading() as session:
        return session.get_one(Absence, reference)


def absent(office: Office, first_day: str, last_day: str | None = None, *causes: str, who: str = WHO) -> str:
    given = office.run(record_absence, staff_number=who, first_day=first_day, last_day=last_day)
    reference: str = given["absence"]["reference"]
    if causes:
        office.run(note_absence_causes, absence_reference=reference, absence_causes=dict.fromkeys(causes, True))
    return reference


def summary(office: Office, **variables: Any) -> dict[str, Any]:
    given: dict[str, Any] = office.run(summarise_absence, **SUMMARY | variables)["absence_summary"]
    return given


# Recording


def test_record_absence(office: Office) -> None:
    office.run(
        open_case,
        policy="attendance",
        procedure="absence_notification",
        staff_number=WHO,
        opened_at=AT,
    )
    given = office.run(
        record_absence,
        staff_number=WHO,
        first_day="2025-03-03",
        case_reference="ATT-2025-0001",
        reported_at="2025-03-03T08:40:00Z[Europe/London]",
        reported_to="100011",
        normal_start="09:00",
    )

    assert given == {
        "absence": {
            "reference": FIRST,
            "staff_number": WHO,
            "first_day": "2025-03-03",
            "last_day": None,
            "reported": "before_normal_start",
            "withdrawn": False,
        }
    }
    absence = stored(office)
    assert (absence.case_reference, absence.reported_to) == ("ATT-2025-0001", "100011")
    assert absence.reported_at == datetime(2025, 3, 3, 8, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first_day", "reported_at", "normal_start", "reported"),
    [
        ("2025-03-03", "2025-03-03T08:59:59Z", "09:00", "before_normal_start"),
        ("2025-03-03", "2025-03-03T09:00:00Z", "09:00", "after_normal_start"),
        ("2025-03-03", "2025-03-03T09:20:00Z", "09:00", "after_normal_start"),
        ("2025-06-03", "2025-06-03T08:20:00Z", "09:00", "after_normal_start"),  # summer time
        ("2025-03-01", "2025-03-03T08:40:00Z", "09:00", "before_normal_start"),  # ill from Saturday on
        ("2025-03-03", None, "09:00", None),
        ("2025-03-03", "2025-03-03T09:20:00Z", None, None),
        ("2025-03-03", "", "", None),
    ],
)
def test_reported_before_or_after_the_normal_start(
    office: Office, first_day: str, reported_at: str | None, normal_start: str | None, reported: str | None
) -> None:
    given = office.run(
        record_absence, staff_number=WHO, first_day=first_day, reported_at=reported_at, normal_start=normal_start
    )

    assert given["absence"]["reported"] == reported


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"staff_number": "7"}, "variable staff_number of Task_Test names 7, but nobody"),
        ({"reported_to": "7"}, "variable reported_to of Task_Test names 7, but nobody"),
        ({"case_reference": "ATT-2025-0009"}, "variable case_reference of Task_Test is not the reference of a case"),
        ({"last_day": "2025-03-02"}, "variable last_day of Task_Test is before first_day"),
    ],
)
def test_an_absence_that_cannot_be(office: Office, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(PersonMustAct) as failure:
        office.run(record_absence, **{"staff_number": WHO, "first_day": "2025-03-03"} | wrong)

    assert message in failure.value.message
    assert count(office, Absence) == 0


@pytest.mark.parametrize("reason", ["reason", "absence_causes", "disability_related"])
def test_the_reason_is_no_input(office: Office, reason: str) -> None:
    with pytest.raises(ValidationError):
        office.run(record_absence, staff_number=WHO, first_day="2025-03-03", **dict[str, Any]({reason: "Migraine"}))


@pytest.mark.parametrize(
    ("first_day", "last_day", "overlaps"),
    [
        ("2025-03-07", "2025-03-07", True),
        ("2025-02-28", "2025-03-03", True),
        ("2025-02-28", None, True),
        ("2025-03-04", "2025-03-05", True),
        ("2025-02-03", "2025-04-30", True),
        ("2025-03-08", None, False),
        ("2025-02-28", "2025-03-02", False),
    ],
)
def test_absences_of_a_person_do_not_overlap(
    office: Office, first_day: str, last_day: str | None, overlaps: bool
) -> None:
    absent(office, "2025-03-03", "2025-03-07")
    absent(office, "2025-03-03", None, who="100101")
    if not overlaps:
        assert absent(office, first_day, last_day) == "ABS-2025-0003"
        return
    with pytest.raises(BusinessOutcome) as outcome:
        absent(office, first_day, last_day)

    assert (outcome.value.code, outcome.value.variables) == ("ABSENCE_OVERLAPS", {"overlapping_absence": FIRST})


def test_nothing_overlaps_an_absence_that_goes_on(office: Office) -> None:
    absent(office, "2025-03-03")
    with pytest.raises(BusinessOutcome, match="ABS-2025-0001"):
        absent(office, "2026-01-05")


def test_end_absence(office: Office) -> None:
    reference = absent(office, "2025-03-03")
    for _ in range(2):
        given = office.run(
            end_absence, reference="abs-2025-0001", last_day="2025-03-07", ended_by="100011", ended_at=AT
        )
        assert given["absence"]["last_day"] == "2025-03-07"

    with office.database.reading() as session:
        (change,) = session.scalars(select(AbsenceChange))
    assert (change.absence_reference, change.changed_by) == (reference, "100011")
    assert (change.old_values, change.new_values) == ({"last_day": None}, {"last_day": "2025-03-07"})
    assert change.changed_at == datetime(2025, 3, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"last_day": "2025-03-02"}, "variable last_day of Task_Test is before the first day"),
        ({"reference": "ABS-2025-0009"}, "variable reference of Task_Test is not the reference of an absence"),
        ({"ended_by": "7"}, "variable ended_by of Task_Test names 7, but nobody"),
    ],
)
def test_an_end_that_cannot_be(office: Office, variables: dict[str, Any], message: str) -> None:
    absent(office, "2025-03-03")
    with pytest.raises(PersonMustAct) as failure:
        office.run(end_absence, **{"reference": FIRST, "last_day": "2025-03-07", "ended_at": AT} | variables)

    assert message in failure.value.message
    assert stored(office).last_day is None


def test_two_who_disagree_about_the_end(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-07")
    with pytest.raises(PersonMustAct, match="has already ended, on another day"):
        office.run(end_absence, reference=FIRST, last_day="2025-03-06", ended_at=AT)


@pytest.mark.parametrize(
    ("variables", "days"),
    [
        ({"first_day": "2025-03-04"}, (date(2025, 3, 4), date(2025, 3, 7))),
        ({"last_day": "2025-03-09"}, (date(2025, 3, 3), date(2025, 3, 9))),
        ({"first_day": "2025-03-10", "last_day": "2025-03-11"}, (date(2025, 3, 10), date(2025, 3, 11))),
        ({"goes_on": True}, (date(2025, 3, 3), None)),
        ({"goes_on": True, "first_day": "2025-03-05"}, (date(2025, 3, 5), None)),
    ],
)
def test_change_absence(office: Office, variables: dict[str, Any], days: tuple[date, date | None]) -> None:
    absent(office, "2025-03-03", "2025-03-07")
    office.run(change_absence, reference=FIRST, changed_by="100000", changed_at=AT, **variables)

    assert (stored(office).first_day, stored(office).last_day) == days
    with office.database.reading() as session:
        (change,) = session.scalars(select(AbsenceChange))
    assert set(change.old_values) == set(change.new_values) <= {"first_day", "last_day"}


def test_a_withdrawn_absence_makes_room_and_counts_nowhere(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-14")
    given = office.run(change_absence, reference=FIRST, withdrawn=True, changed_at=AT)
    second = absent(office, "2025-03-04", "2025-03-04")

    assert given["absence"]["withdrawn"] is True
    assert summary(office)["absences"] == [second]
    for again in ({"withdrawn": True}, {"last_day": "2025-03-05"}):
        with pytest.raises(PersonMustAct, match="has been withdrawn"):
            office.run(change_absence, reference=FIRST, changed_at=AT, **again)
    with pytest.raises(PersonMustAct, match="has been withdrawn"):
        office.run(end_absence, reference=FIRST, last_day="2025-03-14", ended_at=AT)


def test_a_correction_may_not_overlap(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-07")
    absent(office, "2025-03-10", "2025-03-11")
    with pytest.raises(BusinessOutcome, match="ABS-2025-0002"):
        office.run(change_absence, reference=FIRST, last_day="2025-03-10", changed_at=AT)
    with pytest.raises(BusinessOutcome, match="ABS-2025-0002"):
        office.run(change_absence, reference=FIRST, goes_on=True, changed_at=AT)
    office.run(change_absence, reference=FIRST, last_day="2025-03-09", changed_at=AT)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"last_day": "2025-03-07", "goes_on": True},
        {"last_day": "2025-03-07", "withdrawn": True},
        {"first_day": " ", "last_day": None},
    ],
)
def test_a_correction_says_what_to_correct(office: Office, variables: dict[str, Any]) -> None:
    absent(office, "2025-03-03", "2025-03-07")
    with pytest.raises(ValidationError):
        office.run(change_absence, reference=FIRST, changed_at=AT, **variables)


def test_a_last_day_before_the_first(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-07")
    with pytest.raises(PersonMustAct, match="makes the last day earlier than the first"):
        office.run(change_absence, reference=FIRST, first_day="2025-03-08", changed_at=AT)


# Causes


def test_causes_leave_the_process(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-07")
    given = office.run(
        note_absence_causes,
        absence_reference=FIRST,
        absence_causes={"disability": "yes", "pregnancy": "no", "injury_at_work": None, "assault_at_work": ""},
        noted_by="100011",
    )

    assert given == {"absence_causes": None}
    absence = stored(office)
    assert (absence.disability_related, absence.pregnancy_related) == (True, False)
    with office.database.reading() as session:
        (change,) = session.scalars(select(AbsenceChange))
    assert (change.new_values, change.changed_by) == ({"disability_related": True}, "100011")

    office.run(note_absence_causes, absence_reference=FIRST, absence_causes={"disability": False})
    assert stored(office).disability_related is False
    assert count(office, AbsenceChange) == 2


def test_causes_of_several_absences(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-07")
    absent(office, "2025-03-10", "2025-03-10")
    causes = [{"reference": FIRST, "injury_at_work": True}, {"reference": "ABS-2025-0002", "assault_at_work": True}]
    office.run(note_absence_causes, absence_causes=causes)

    assert stored(office).injury_at_work
    assert stored(office, "ABS-2025-0002").assault_at_work


@pytest.mark.parametrize("variables", [{}, {"absence_causes": None}, {"absence_causes": []}])
def test_a_form_that_asks_of_no_causes(office: Office, variables: dict[str, Any]) -> None:
    assert office.run(note_absence_causes, **variables) == {"absence_causes": None}


def test_causes_of_no_absence(office: Office) -> None:
    with pytest.raises(PersonMustAct, match="absence_reference of Task_Test is empty"):
        office.run(note_absence_causes, absence_causes={"pregnancy": True})
    with pytest.raises(PersonMustAct, match="is not the reference of an absence"):
        office.run(note_absence_causes, absence_reference="ABS-2025-0009", absence_causes={"pregnancy": True})


def test_no_result_names_a_cause_or_reason() -> None:
    for job in (
        record_absence,
        end_absence,
        change_absence,
        find_absence,
        record_certificate,
        summarise_absence,
        compare_absence_with_team,
        note_reached_triggers,
        find_absence_triggers,
    ):
        declared = declaration_of(job)
        assert declared is not None
        properties = _properties(declared.output_model.model_json_schema())
        assert not properties & {"reason", "causes", "disability", "pregnancy", "injury_at_work", "assault_at_work"}
        assert "name" not in properties or declared.name == "summarise_absence"  # a trigger's


def _properties(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_properties, schema), set())
    if not isinstance(schema, dict):
        return set()
    named = schema.get("properties")
    return (set(named) if isinstance(named, dict) else set()) | set().union(*map(_properties, schema.values()), set())


# Certificates and length


def measure(office: Office, on: str, self_certified_days: int = 7) -> dict[str, Any]:
    given: dict[str, Any] = office.run(
        find_absence, reference=FIRST, staff_number=WHO, on=on, self_certified_days=self_certified_days
    )["absence_length"]
    return given


def certify(office: Office, kind: str = "doctors_statement", **variables: Any) -> str:
    given = office.run(
        record_certificate, absence_reference=FIRST, kind=kind, issued_on="2025-03-10", entered_by="100011", **variables
    )
    reference: str = given["certificate"]["reference"]
    return reference


@pytest.mark.parametrize(
    ("on", "calendar_days", "working_days", "needed_from"),
    [
        ("2025-03-02", 0, 0, None),
        ("2025-03-03", 1, 1, None),
        ("2025-03-09", 7, 5, None),  # seven calendar days are self-certified (ATT-4a)
        ("2025-03-10", 8, 6, "2025-03-10"),
        ("2025-03-23", 21, 15, "2025-03-10"),
        ("2025-03-24", 22, 16, "2025-03-10"),
        ("2025-04-25", 54, 38, "2025-03-10"),  # Easter lies between
    ],
)
def test_how_long_an_absence_is(
    office: Office, on: str, calendar_days: int, working_days: int, needed_from: str | None
) -> None:
    absent(office, "2025-03-03")
    found = measure(office, on)

    assert (found["calendar_days"], found["working_days"]) == (calendar_days, working_days)
    assert found["certificate_needed_from"] == needed_from


def test_an_absence_that_has_ended_grows_no_longer(office: Office) -> None:
    absent(office, "2025-03-07", "2025-03-10")

    assert (measure(office, "2025-12-31")["calendar_days"], measure(office, "2025-12-31")["working_days"]) == (4, 2)


def test_certificates(office: Office) -> None:
    absent(office, "2025-03-03")
    first = certify(office, covers_from="2025-03-10", covers_until="2025-03-24")

    assert (first, measure(office, "2025-03-24")["certificate_needed_from"]) == (CERTIFICATE, None)
    assert measure(office, "2025-03-25")["certificate_needed_from"] == "2025-03-25"  # a further one (ATT-5)
    assert measure(office, "2025-03-25", self_certified_days=0)["certificate_needed_from"] == "2025-03-03"

    certify(office, covers_from="2025-03-25", covers_until="2025-03-31")
    certify(office, "final_note")
    found = measure(office, "2025-03-31")
    assert (found["doctors_statements"], found["certified_until"], found["final_note"]) == (2, "2025-03-31", True)
    assert found["certificate_needed_from"] is None


def test_other_evidence_covers_days_and_is_no_statement(office: Office) -> None:
    """Sickness in annual leave (ATT-annual-leave-c)."""
    absent(office, "2025-09-04", "2025-09-08")
    certify(office, "other_evidence", covers_from="2025-09-04", covers_until="2025-09-06")
    found = measure(office, "2025-09-30", self_certified_days=0)

    assert (found["doctors_statements"], found["certificate_needed_from"]) == (0, "2025-09-07")


def test_a_certificate_entered_wrongly_is_replaced(office: Office) -> None:
    absent(office, "2025-03-03")
    wrong = certify(office, covers_from="2025-03-10", covers_until="2026-03-24")
    right = certify(office, covers_from="2025-03-10", covers_until="2025-03-24", replaces=wrong)
    found = measure(office, "2025-03-25")

    assert (found["doctors_statements"], found["certificate_needed_from"]) == (1, "2025-03-25")
    with office.database.reading() as session:
        assert session.get_one(AbsenceCertificate, wrong).replaced_by == right
    for again in (wrong, "CRT-2025-0009"):
        with pytest.raises(PersonMustAct, match="variable replaces of Task_Test"):
            certify(office, covers_from="2025-03-10", covers_until="2025-03-24", replaces=again)


@pytest.mark.parametrize(
    "variables",
    [
        {"kind": "doctors_statement"},
        {"kind": "doctors_statement", "covers_from": "2025-03-10"},
        {"kind": "doctors_statement", "covers_from": "2025-03-10", "covers_until": "2025-03-09"},
        {"kind": "final_note", "covers_until": "2025-03-09"},
        {"kind": "fit_note", "covers_from": "2025-03-10", "covers_until": "2025-03-24"},
    ],
)
def test_certificates_that_cannot_be(office: Office, variables: dict[str, Any]) -> None:
    absent(office, "2025-03-03")
    with pytest.raises(ValidationError):
        certify(office, **variables)


@pytest.mark.parametrize("variables", [{"reference": "ABS-2025-0009"}, {"reference": FIRST, "staff_number": "100101"}])
def test_an_absence_that_is_not_found(office: Office, variables: dict[str, Any]) -> None:
    absent(office, "2025-03-03")
    with pytest.raises(BusinessOutcome) as outcome:
        office.run(find_absence, on="2025-03-03", self_certified_days=7, **variables)

    assert outcome.value.code == "ABSENCE_NOT_FOUND"
    assert WHO not in outcome.value.message


# Summaries


def test_a_summary(office: Office) -> None:
    first = absent(office, "2024-03-29", "2024-04-03")  # Easter; two working days in the period
    second = absent(office, "2025-03-07", "2025-03-10")
    third = absent(office, "2025-03-31")
    found = summary(office, with_dates=True, with_pattern=True)

    assert found == {
        "from_day": "2024-04-02",
        "to_day": "2025-04-01",
        "counted": {"days": 6, "calendar_days": 8, "occasions": 3},
        "without_protected": {"days": 6, "calendar_days": 8, "occasions": 3},
        "triggers": [
            {"name": "investigation", "reached": True, "reached_without_protected": True},
            {"name": "early_notice", "reached": True, "reached_without_protected": True},
        ],
        "reached": ["investigation", "early_notice"],
        "absences": [first, second, third],
        "current": {"reference": third, "first_day": "2025-03-31", "calendar_days": 2},
        "dated": [
            {"first_day": "2024-04-02", "last_day": "2024-04-03", "days": 2},
            {"first_day": "2025-03-07", "last_day": "2025-03-10", "days": 2},
            {"first_day": "2025-03-31", "last_day": "2025-04-01", "days": 2},
        ],
        "beginnings": {
            "weekdays": {
                "monday": 1,
                "tuesday": 0,
                "wednesday": 0,
                "thursday": 0,
                "friday": 2,
                "saturday": 0,
                "sunday": 0,
            },
            "months": [0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        },
    }


def test_dates_and_pattern_only_where_asked_for(office: Office) -> None:
    absent(office, "2025-03-07", "2025-03-10")
    found = summary(office)

    assert (found["dated"], found["beginnings"], found["current"]) == (None, None, None)


@pytest.mark.parametrize(
    ("absences", "reached"),
    [
        ([("2025-03-03", "2025-03-12")], ["investigation", "early_notice"]),  # eight days in one spell
        ([("2025-03-03", "2025-03-11")], []),  # seven
        ([("2025-03-03", None), ("2025-02-03", "2025-02-03")], ["investigation", "early_notice"]),
        ([("2025-03-03", "2025-03-03"), ("2025-03-10", "2025-03-10")], ["investigation"]),
        ([("2024-04-01", "2024-04-01"), ("2025-03-10", "2025-03-10")], []),  # a year and a day ago
    ],
)
def test_triggers(office: Office, absences: list[tuple[str, str | None]], reached: list[str]) -> None:
    for first_day, last_day in sorted(absences):
        absent(office, first_day, last_day)

    assert summary(office)["reached"] == reached


def test_what_is_pregnancy_related_counts_nowhere(office: Office) -> None:
    """ATT-A05: ten days, all flagged, open nothing and show nothing."""
    absent(office, "2025-03-03", "2025-03-14", "pregnancy")
    found = summary(office)

    assert found["counted"] == {"days": 0, "calendar_days": 0, "occasions": 0}
    assert (found["reached"], found["absences"]) == ([], [])


def test_what_is_protected_is_given_without_too(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-14", "disability")
    absent(office, "2025-03-19", "2025-03-19")
    found = summary(office)

    assert (found["counted"]["days"], found["without_protected"]["days"]) == (11, 1)
    assert found["triggers"][0] == {"name": "investigation", "reached": True, "reached_without_protected": False}


def test_somebody_absent_now_is_so_whatever_the_cause(office: Office) -> None:
    reference = absent(office, "2025-03-31", None, "pregnancy")

    assert summary(office)["current"]["reference"] == reference


def test_a_monitoring_period(office: Office) -> None:
    absent(office, "2025-02-27", "2025-03-04")
    found = summary(office, period=None, since="2025-03-01")

    assert (found["from_day"], found["counted"]["days"]) == ("2025-03-01", 2)


def test_part_time(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "patterns.csv"
    path.write_text(f"staff_number,from_day,weekdays\n{WHO},2024-09-02,Mon;Tue;Wed\n", "utf-8")
    with office.database.session() as session:
        import_patterns(session, path)
    absent(office, "2025-03-03", "2025-03-21")

    assert summary(office)["counted"] == {"days": 9, "calendar_days": 19, "occasions": 1}
    assert measure(office, "2025-04-01")["working_days"] == 9


@pytest.mark.parametrize(
    "variables",
    [
        {"period": None},
        {"since": "2025-03-01"},
        {"period": None, "since": "2025-04-02"},
        {"triggers": [{"name": "nothing"}]},
        {"triggers": [{"name": "zero", "days": 0}]},
        {"triggers": [TRIGGERS[0], TRIGGERS[0]]},
        {"disregard": ["laziness"]},
        {"count_in": "hours"},
    ],
)
def test_rules_that_cannot_be(office: Office, variables: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        office.run(summarise_absence, **SUMMARY | variables)


def test_a_year_whose_bank_holidays_are_not_known(office: Office) -> None:
    absent(office, "2040-03-05", "2040-03-06")
    with pytest.raises(PersonMustAct, match="bank holidays of 2040 are not known"):
        summary(office, on="2040-03-31")
    with pytest.raises(PersonMustAct, match="bank holidays of 20"):
        office.run(find_absence_triggers, on="2040-03-31", period=TWELVE_MONTHS, triggers=TRIGGERS)
    assert summary(office, on="2040-03-31", count_in="calendar_days", join="never")["counted"]["days"] == 2


# The team


def test_a_team_too_small_to_hide_anybody(office: Office) -> None:
    found = office.run(
        compare_absence_with_team, staff_number=WHO, on="2025-04-01", period=TWELVE_MONTHS, smallest_team=50
    )["team_absence"]

    assert (found["shown"], found["average_days"], found["average_occasions"]) == (False, None, None)


def test_a_team(office: Office) -> None:
    with office.database.session() as session:
        manager = session.get_one(Person, WHO).line_manager
        for other in ("100101", "100102", "100103"):
            session.get_one(Person, other).line_manager = manager
        session.get_one(Person, "100102").left_on = date(2025, 3, 31)
    others = ["100101", "100103", "100104"]
    absent(office, "2025-03-03", "2025-03-14")  # the person's own do not count
    absent(office, "2025-03-10", "2025-03-12", who=others[0])
    absent(office, "2025-03-17", "2025-03-17", who=others[0])
    found = office.run(
        compare_absence_with_team, staff_number=WHO, on="2025-04-01", period=TWELVE_MONTHS, smallest_team=len(others)
    )["team_absence"]

    assert found == {
        "others": 3,
        "shown": True,
        "average_days": 1.3,
        "average_occasions": 0.7,
    }


# Being told of a trigger once


FIND: dict[str, Any] = {"period": TWELVE_MONTHS, "triggers": TRIGGERS, "disregard": ["pregnancy"]}


def find(office: Office, on: str, **variables: Any) -> list[str]:
    given: list[str] = office.run(find_absence_triggers, **FIND | {"on": on} | variables)["reached_triggers"][
        "staff_numbers"
    ]
    return given


def told(office: Office, on: str, who: str = WHO) -> list[str]:
    """What a trigger check does: summarise, then note."""
    found = office.run(summarise_absence, **FIND | {"on": on, "staff_number": who})["absence_summary"]
    newly: list[str] = office.run(note_reached_triggers, staff_number=who, on=on, triggers=found["triggers"])[
        "newly_reached"
    ]
    return newly


def test_told_once_each_time_a_trigger_is_reached(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-03")
    assert (find(office, "2025-03-03"), told(office, "2025-03-03")) == ([], [])

    absent(office, "2025-03-10", "2025-03-10")
    assert find(office, "2025-03-10") == [WHO]
    assert told(office, "2025-03-10") == ["investigation"]
    assert told(office, "2025-03-10") == []
    assert find(office, "2025-03-11") == []
    assert find(office, "2025-03-11", only_new=False) == [WHO]

    absent(office, "2025-03-17", "2025-03-17")
    assert find(office, "2025-03-17") == [WHO]
    assert told(office, "2025-03-17") == ["early_notice"]
    assert find(office, "2025-03-18") == []

    # A year later the first of them is out, and then the second.
    assert find(office, "2026-03-04") == []
    assert find(office, "2026-03-11") == []
    absent(office, "2026-03-12", "2026-03-12")
    assert find(office, "2026-03-12") == [WHO]
    assert told(office, "2026-03-12") == ["investigation"]
    assert count(office, AbsencePrompt) == 3


def test_the_check_of_one_person_sees_that_they_are_below(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-12")
    assert told(office, "2025-03-12") == ["investigation", "early_notice"]
    office.run(change_absence, reference=FIRST, last_day="2025-03-11", changed_at=AT)
    assert told(office, "2025-03-13") == []
    office.run(change_absence, reference=FIRST, last_day="2025-03-12", changed_at=AT)
    assert told(office, "2025-03-13") == ["investigation", "early_notice"]


def test_looking_back_ends_nothing(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-12")
    told(office, "2025-03-12")
    assert find(office, "2025-03-01") == []
    assert find(office, "2025-03-13") == []


def test_no_more_than_asked_for(office: Office) -> None:
    for who in (WHO, "100101", "100103"):
        absent(office, "2025-03-03", "2025-03-12", who=who)
    given = office.run(find_absence_triggers, **FIND | {"on": "2025-03-12", "at_most": 2})["reached_triggers"]

    assert given == {"staff_numbers": [WHO, "100101"], "left_out": 1}
    for who in given["staff_numbers"]:
        told(office, "2025-03-12", who)
    assert find(office, "2025-03-12", at_most=2) == ["100103"]


# At the same moment


def _together(office: Office, handler: Any, **variables: Any) -> list[Any]:
    """What four jobs at once give, or the code of the business outcome they end in."""
    ready = Barrier(4)

    def run() -> Any:
        ready.wait()
        try:
            return office.run(handler, **variables)
        except BusinessOutcome as outcome:
            return outcome.code

    with ThreadPoolExecutor(4) as pool:
        return [done.result() for done in [pool.submit(run) for _ in range(4)]]


def test_several_reports_of_one_absence_at_once_make_one(office: Office) -> None:
    outcomes = _together(office, record_absence, staff_number=WHO, first_day="2025-03-03")

    assert outcomes.count("ABSENCE_OVERLAPS") == 3
    assert count(office, Absence) == 1


def test_several_checks_at_once_tell_once(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-12")
    triggers = [{"name": "investigation", "reached": True, "reached_without_protected": True}]
    outcomes = _together(office, note_reached_triggers, staff_number=WHO, on="2025-03-12", triggers=triggers)

    assert sorted(len(given["newly_reached"]) for given in outcomes) == [0, 0, 0, 1]
    assert count(office, AbsencePrompt) == 1


def copied_record(office: Office, on: str) -> str:
    case = office.run(
        open_case, policy="attendance", procedure="some_procedure", staff_number=WHO, opened_at=AT, key=5000
    )
    reference = case["case"]["reference"]
    given = office.run(
        file_sickness_record, staff_number=WHO, case_reference=reference, name="medical_record", on=on, key=5001
    )
    assert given == {}
    with office.database.reading() as session:
        return latest_statements(session, reference)["medical_record"].text


def test_the_sickness_record_is_copied_to_the_case_file(office: Office) -> None:
    absent(office, "2025-01-06", "2025-01-06")
    office.run(note_absence_causes, absence_reference=FIRST, absence_causes={"disability": "yes", "pregnancy": "yes"})
    certify(office, "doctors_statement", covers_from="2025-01-06", covers_until="2025-01-10")
    certify(office, "final_note")
    absent(office, "2025-03-03", "2025-05-01")
    absent(office, "2025-06-02", "2025-06-03")
    with office.database.session() as session:
        session.get_one(Absence, "ABS-2025-0002").reason = "Migraine"

    assert copied_record(office, "2025-04-01T22:30:00Z").split("\n") == [
        "Sickness record as at Tuesday 1 April 2025",
        "",
        "Monday 6 January 2025 to Monday 6 January 2025: 1 calendar day (ABS-2025-0001)",
        "Related to a disability and pregnancy or maternity",
        "Certified by doctor's statement for Monday 6 January 2025 to Friday 10 January 2025, "
        "issued on Monday 10 March 2025",
        "Final note that the person is fit to return, issued on Monday 10 March 2025",
        "",
        "Monday 3 March 2025 and still absent: 30 calendar days (ABS-2025-0002)",
        "Reason: Migraine",
    ]


def test_a_sickness_record_of_a_day_before_the_absence_ended(office: Office) -> None:
    absent(office, "2025-03-03", "2025-03-14")
    assert "Monday 3 March 2025 and still absent: 3 calendar days" in copied_record(office, "2025-03-05")


def test_a_sickness_record_with_nothing_in_it_says_so(office: Office) -> None:
    assert copied_record(office, "2025-03-05") == (
        "Sickness record as at Wednesday 5 March 2025: no absence is recorded."
    )

"""Importing the people file: all of it or nothing, and every fault told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.unit.records.fixtures import SAMPLE_PEOPLE, Office
from workers.people.csv_file import ImportRefused
from workers.people.importing import ImportReport, KeptLastDay, import_people
from workers.people.jobs import end_employment, restore_employment
from workers.people.rows import COLUMNS
from workers.records.database import Database
from workers.records.models import Person

HEADING = ",".join(COLUMNS)
ANN = "1,ann,Ann One,ann@wm.example,1 Road | Town,Head,9,,employee,2020-01-01,,chief_executive"
BOB = "2,bob,Bob Two,bob@wm.example,2 Road,Officer,3,1,employee,2020-01-01,,"


def load(database: Database, path: Path, *follow_file: str) -> ImportReport:
    with database.session() as session:
        return import_people(session, path, follow_file=follow_file)


def write(folder: Path, *lines: str) -> Path:
    path = folder / "people.csv"
    path.write_text("\n".join([HEADING, *lines, ""]), encoding="utf-8")
    return path


def faults(database: Database, path: Path) -> list[str]:
    before = everyone(database)
    with pytest.raises(ImportRefused) as refused:
        load(database, path)
    assert everyone(database) == before
    return refused.value.faults


def everyone(database: Database) -> dict[str, tuple[object, ...]]:
    with database.reading() as session:
        return {
            person.staff_number: (
                *(getattr(person, column) for column in COLUMNS if column != "roles"),
                *(held.role for held in person.roles),
            )
            for person in session.scalars(select(Person))
        }


def test_the_sample_people(database: Database) -> None:
    report = load(database, SAMPLE_PEOPLE)

    assert report.added == [
        *("100000", "100001", "100002", "100003", "100010", "100011", "100020", "100021"),
        *("100022", "100030", "100100", "100101", "100102", "100103", "100104", "100040"),
    ]
    people = everyone(database)
    assert people["100000"][-2:] == ("hr", "line_managers")
    with database.reading() as session:
        davies, fox, reid = (session.get_one(Person, number) for number in ("100102", "100103", "100104"))
        marsh = session.get_one(Person, "100001")
    assert davies.email is None
    assert davies.postal_address.splitlines() == ["3 Hill Top", "Stourbridge", "DY8 1XX"]
    assert fox.employment == "agency_worker"
    assert reid.started_on == date(2025, 2, 17)
    assert marsh.line_manager is None
    emails = [row[3] for number, row in people.items() if number != "100102"]
    assert all(str(email).endswith("@wm.example") for email in emails)


def test_importing_again_changes_nothing(database: Database) -> None:
    first = load(database, SAMPLE_PEOPLE)
    before = everyone(database)
    second = load(database, SAMPLE_PEOPLE)

    assert everyone(database) == before
    assert second == ImportReport(unchanged=first.added)


def test_updates_and_leaves_those_missing(database: Database, tmp_path: Path) -> None:
    load(
        database, write(tmp_path, ANN, BOB, "3,cy,Cy Three,,3 Road,Officer,3,1,employee,2020-01-01,2024-01-31,finance")
    )
    changed = BOB.replace("Officer,3", "Manager,5").replace("2020-01-01,,", "2020-01-01,,hr;line_managers")
    report = load(database, write(tmp_path, changed, "4,di,Di Four,di@wm.example,,Officer,3,2,contractor,2025-01-01,,"))

    assert report == ImportReport(added=["4"], updated=["2"], missing=["1"])
    people = everyone(database)
    assert sorted(people) == ["1", "2", "3", "4"]
    assert people["2"][5:7] == ("Manager", 5)
    assert people["2"][-2:] == ("hr", "line_managers")


def test_roles_are_taken_away(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path, ANN))
    load(database, write(tmp_path, ANN.replace("chief_executive", "finance;hr;finance; ;")))

    assert everyone(database)["1"][-2:] == ("finance", "hr")


def test_two_people_may_swap_their_usernames(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path, ANN, BOB))
    report = load(database, write(tmp_path, ANN.replace(",ann,", ",bob,"), BOB.replace(",bob,", ",ann,")))

    assert report.updated == ["1", "2"]
    assert [row[1] for row in everyone(database).values()] == ["bob", "ann"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (ANN.replace("1,", "A1,", 1), "Line 2, column staff_number: must be a staff number: digits only"),
        (ANN.replace("1,", ",", 1), "Line 2, column staff_number: must be a staff number"),
        (ANN.replace(",ann,", ",ann one,"), "Line 2, column username: must be the name the person signs in with"),
        (ANN.replace("Ann One", " "), "Line 2, column name: is empty"),
        (ANN.replace("ann@wm.example", "ann"), "Line 2, column email: must be one email address"),
        (ANN.replace("ann@wm.example", "ann@wm"), "Line 2, column email: must be one email address"),
        (ANN.replace("ann@wm.example", "Ann <ann@wm.example>"), "Line 2, column email: must be one email address"),
        (ANN.replace("ann@wm.example", '"a@x.example,b@x.example"'), "Line 2, column email: must be one email address"),
        (ANN.replace("ann@wm.example", "ann..one@wm.example"), "Line 2, column email: must be one email address"),
        (
            ANN.replace("ann@wm.example", '"ann@wm.example\nBcc: spy@evil.example"'),
            "Line 2, column email: contains a line break",
        ),
        (ANN.replace("Ann One", '"Ann\r\nBcc: spy@evil.example"'), "Line 2, column name: contains a line break"),
        (ANN.replace("Ann One", "Ann\u2028One"), "Line 2, column name: contains a line break"),
        (ANN.replace("Head,9", "Head,10"), "Line 2, column seniority: must be a whole number from 1"),
        (ANN.replace("Head,9", "Head,0"), "Line 2, column seniority: must be a whole number from 1"),
        (ANN.replace("Head,9", "Head,high"), "Line 2, column seniority: must be a whole number from 1"),
        (ANN.replace("Head,9", "Head,²"), "Line 2, column seniority: must be a whole number from 1"),
        (ANN.replace("Head,9,", "Head,9,7"), "Line 2, column line_manager: nobody has the staff number 7"),
        (ANN.replace("Head,9,", "Head,9,boss"), "Line 2, column line_manager: must be a staff number"),
        (ANN.replace("Head,9,", "Head,9,1"), "Line 2, column line_manager: the managers go round in a circle (1 → 1)"),
        (ANN.replace("employee", "volunteer"), "Line 2, column employment: must be one of employee, agency_worker"),
        (ANN.replace("2020-01-01", "01/01/2020"), "Line 2, column started_on: must be a date written year-month-day"),
        (ANN.replace("2020-01-01", "2020-02-30"), "Line 2, column started_on: must be a date written year-month-day"),
        (ANN.replace("2020-01-01", "20200101"), "Line 2, column started_on: must be a date written year-month-day"),
        (ANN.replace("2020-01-01", ""), "Line 2, column started_on: must be a date written year-month-day"),
        (ANN.replace("2020-01-01,", "2020-01-01,2019-12-31"), "Line 2, column left_on: is before started_on"),
        (
            ANN.replace("chief_executive", "boss;hr"),
            "Line 2, column roles: names boss, which is no role; the roles are",
        ),
        (
            ANN.replace("ann@wm.example,1 Road | Town", ", | "),
            "Line 2, column postal_address: is empty and so is email",
        ),
        (ANN + ",more", "Line 2: has 13 cells where the heading has 12"),
        ("1,ann", "Line 2: has 2 cells where the heading has 12"),
        (ANN.replace("Ann One", '"Ann" One'), "Line 2: cannot be read as CSV"),
        (ANN.replace("Ann One", '"Ann One'), "Line 2: cannot be read as CSV"),
    ],
)
def test_one_fault(database: Database, tmp_path: Path, line: str, expected: str) -> None:
    (fault,) = faults(database, write(tmp_path, line))

    assert fault.startswith(expected)


def test_all_faults_are_told_at_once_and_nothing_is_imported(database: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        ANN.replace("Head,9", "Head,x").replace("ann@wm.example", "ann"),
        "",
        BOB,
        BOB.replace("2020-01-01", "yesterday"),
    )

    assert [fault.split(":")[0] for fault in faults(database, path)] == [
        "Line 2, column email",
        "Line 2, column seniority",
        "Line 5, column started_on",
    ]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (BOB.replace("2,", "1,", 1), "Line 3, column staff_number: is the same as on line 2"),
        (BOB.replace(",bob,", ",ANN,"), "Line 3, column username: is the same as on line 2"),
        (BOB.replace("bob@", "Ann@"), "Line 3, column email: is the same as on line 2"),
    ],
)
def test_what_two_people_may_not_share(database: Database, tmp_path: Path, second: str, expected: str) -> None:
    assert any(fault.startswith(expected) for fault in faults(database, write(tmp_path, ANN, second)))


def test_what_belongs_to_somebody_recorded(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path, ANN))
    fault_list = faults(database, write(tmp_path, BOB.replace(",bob,", ",ann,").replace("bob@", "ann@")))

    assert [fault.split(":")[0] for fault in fault_list] == ["Line 2, column username", "Line 2, column email"]
    assert "already belongs to the person with the staff number 1" in fault_list[0]


def test_a_manager_may_be_recorded_already(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path, ANN))

    assert load(database, write(tmp_path, BOB)).added == ["2"]


def test_a_manager_may_come_later_in_the_file(database: Database, tmp_path: Path) -> None:
    assert load(database, write(tmp_path, BOB, ANN)).added == ["2", "1"]


def test_managers_in_a_circle(database: Database, tmp_path: Path) -> None:
    (fault,) = faults(
        database,
        write(
            tmp_path,
            ANN,
            "2,b,B,b@wm.example,,Officer,3,4,employee,2020-01-01,,",
            "3,c,C,c@wm.example,,Officer,3,2,employee,2020-01-01,,",
            "4,d,D,d@wm.example,,Officer,3,3,employee,2020-01-01,,",
            "5,e,E,e@wm.example,,Officer,3,4,employee,2020-01-01,,",
        ),
    )

    assert fault == (
        "Line 3, column line_manager: the managers go round in a circle (2 → 4 → 3 → 2): correct one of them."
    )


def test_managers_in_a_circle_with_those_recorded(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path, ANN, BOB))
    (fault,) = faults(database, write(tmp_path, ANN.replace("Head,9,", "Head,9,2")))

    assert "(1 → 2 → 1)" in fault


def test_who_has_left_needs_no_address(database: Database, tmp_path: Path) -> None:
    line = "3,cy,Cy Three,,,Officer,3,,employee,2020-01-01,2024-01-31,"

    assert load(database, write(tmp_path, line)).added == ["3"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "Line 1: is empty; it must be the heading"),
        (HEADING.encode(), "people.csv has a heading but no people"),
        (HEADING.replace(",", ";").encode(), "Line 1: the columns are not separated by commas"),
        (HEADING.replace("email,", "").encode(), "Line 1: the column email is missing"),
        (HEADING.replace("email", "e-mail").encode(), "Line 1: the column email is missing"),
        (f"{HEADING},salary\n".encode(), "Line 1: the column salary is unknown"),
        (f"{HEADING},name\n".encode(), "Line 1: the column name appears twice"),
        (f"{HEADING}\n{ANN}\n{BOB}\n".replace("Bob", "Zoë").encode("cp1252"), "Line 3: people.csv is not UTF-8"),
        (f"{HEADING}\n".encode("utf-16"), "Line 1: people.csv is not UTF-8"),
    ],
)
def test_files_that_are_no_people_file(database: Database, tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)

    assert faults(database, path)[0].startswith(expected)


def test_a_file_that_is_not_there(database: Database, tmp_path: Path) -> None:
    (fault,) = faults(database, tmp_path / "nothing.csv")

    assert "cannot be read (No such file or directory)" in fault


def test_spreadsheets_write_a_byte_order_mark_and_their_own_line_ends(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(f"{HEADING}\r\n{ANN}\r\n\r\n,,,,,,,,,,,\r\n".replace("Ann", "Zoë").encode("utf-8-sig"))

    with pytest.raises(ImportRefused) as refused:
        load(database, path)
    assert refused.value.faults[0].startswith("Line 4, column staff_number")

    path.write_bytes(f"{HEADING}\r\n{ANN}\r\n\r\n".replace("Ann", "Zoë").encode("utf-8-sig"))
    assert load(database, path).added == ["1"]
    assert everyone(database)["1"][2] == "Zoë One"


def test_columns_may_stand_in_any_order(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    pairs = list(zip(COLUMNS, ANN.split(","), strict=True))[::-1]
    path.write_text("\n".join(",".join(part) for part in zip(*pairs, strict=True)), encoding="utf-8")

    assert load(database, path).added == ["1"]
    assert everyone(database)["1"][4] == "1 Road\nTown"


DISMISSED = date(2025, 3, 31)
STEPS = {
    "dismissed": lambda office: office.run(end_employment, staff_number="2", last_day="2025-03-31"),
    "reinstated": lambda office: office.run(restore_employment, staff_number="2", last_day="2025-03-31"),
}


def bob(left_on: str, *, started_on: str = "2020-01-01") -> str:
    return BOB.replace("2020-01-01,", f"{started_on},{left_on}")


def last_day_after(office: Office, folder: Path, steps: str) -> tuple[date | None, list[KeptLastDay]]:
    """Bob's last day after steps, and what the last import kept; a step of digits is an import with that last day."""
    load(office.database, write(folder, ANN, BOB))
    kept: list[KeptLastDay] = []
    for step in steps.split():
        if step in STEPS:
            STEPS[step](office)
        else:
            file = write(folder, ANN, bob("" if step == "none" else f"2025-{step}"))
            kept = load(office.database, file).kept
    with office.database.reading() as session:
        return session.get_one(Person, "2").left_on, kept


@pytest.mark.parametrize(
    ("steps", "last_day", "kept"),
    [
        # The file does not know of the dismissal.
        ("dismissed none", "03-31", True),
        ("dismissed none none", "03-31", True),
        ("dismissed 06-30", "03-31", True),
        ("06-30 dismissed 06-30", "03-31", True),
        ("03-14 dismissed none", "03-31", True),
        # It does.
        ("dismissed 03-31", "03-31", False),
        ("dismissed 03-14", "03-14", False),
        ("dismissed none 03-31", "03-31", False),
        ("dismissed 03-31 none", None, False),
        # The file does not know that it was taken back.
        ("dismissed reinstated 03-31", None, True),
        ("dismissed 03-31 reinstated 03-31", None, True),
        ("dismissed 03-31 reinstated 03-31 03-31", None, True),
        ("03-31 reinstated 03-31", None, True),
        # It does, or says something else.
        ("dismissed none reinstated none", None, False),
        ("dismissed 03-31 reinstated none", None, False),
        ("dismissed 03-31 reinstated none 03-31", "03-31", False),
        ("dismissed reinstated 06-30", "06-30", False),
        ("dismissed reinstated 03-31 06-30", "06-30", False),
        # Again.
        ("dismissed reinstated dismissed none", "03-31", True),
        ("dismissed none reinstated dismissed none reinstated none", None, False),
    ],
)
def test_the_last_day_of_a_procedure(
    office: Office, tmp_path: Path, steps: str, last_day: str | None, kept: bool
) -> None:
    expected = date.fromisoformat(f"2025-{last_day}") if last_day else None
    found, told = last_day_after(office, tmp_path, steps)

    assert found == expected
    assert bool(told) == kept


def test_all_else_is_imported_where_a_last_day_is_kept(office: Office, tmp_path: Path) -> None:
    load(office.database, write(tmp_path, ANN, BOB))
    STEPS["dismissed"](office)
    file = write(tmp_path, ANN.replace("Head", "Chief"), bob("2025-06-30").replace("Two", "Too"))
    report = load(office.database, file)

    assert report.updated == ["1", "2"]
    assert report.kept == [KeptLastDay("2", DISMISSED, taken_back=False, in_file=date(2025, 6, 30))]
    assert everyone(office.database)["2"][2] == "Bob Too"


def test_the_file_is_followed_where_somebody_says_so(office: Office, tmp_path: Path) -> None:
    assert last_day_after(office, tmp_path, "dismissed none")[0] == DISMISSED

    file = write(tmp_path, ANN, BOB)
    assert load(office.database, file, "2").updated == ["2"]
    assert load(office.database, file).unchanged == ["1", "2"]
    assert everyone(office.database)["2"][10] is None


def test_the_file_is_followed_in_ending_too(office: Office, tmp_path: Path) -> None:
    assert last_day_after(office, tmp_path, "dismissed reinstated 03-31")[0] is None

    assert load(office.database, write(tmp_path, ANN, bob("2025-03-31")), "2").kept == []
    assert everyone(office.database)["2"][10] == DISMISSED


def test_following_the_file_for_somebody_who_is_not_in_it(office: Office, tmp_path: Path) -> None:
    assert last_day_after(office, tmp_path, "dismissed")[0] == DISMISSED

    with pytest.raises(ImportRefused) as refused:
        load(office.database, write(tmp_path, ANN), "2", "7")
    assert refused.value.faults == [
        f"The file is to be followed for the staff number {number}, which is not in it: correct the number."
        for number in ("2", "7")
    ]
    assert everyone(office.database)["2"][10] == DISMISSED


def test_a_new_employment_after_a_dismissal(office: Office, tmp_path: Path) -> None:
    assert last_day_after(office, tmp_path, "dismissed none")[0] == DISMISSED

    assert load(office.database, write(tmp_path, ANN, bob("", started_on="2025-04-01"))).kept == []
    assert everyone(office.database)["2"][9:11] == (date(2025, 4, 1), None)

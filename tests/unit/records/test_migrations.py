"""The steps lead to the models' tables, back, and never over records of a newer version."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, select, text

from workers.records.database import Database, RecordsError
from workers.records.migrations import check_up_to_date, downgrade, upgrade
from workers.records.models import Person, Table


def test_steps_lead_to_the_models(empty_database: Database) -> None:
    upgrade(empty_database)

    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_checks_are_those_of_the_models(empty_database: Database) -> None:
    """Alembic does not compare them."""
    upgrade(empty_database)

    inspected = inspect(empty_database.engine)
    for table in Table.metadata.sorted_tables:
        named = {check["name"] for check in inspected.get_check_constraints(table.name)}
        declared = {check.name for check in table.constraints if isinstance(check, CheckConstraint)}
        assert named == declared, table.name


def test_all_the_way_back_and_again(empty_database: Database) -> None:
    upgrade(empty_database)
    downgrade(empty_database, "base")

    assert set(inspect(empty_database.engine).get_table_names()) <= {"alembic_version"}

    upgrade(empty_database)
    check_up_to_date(empty_database)


def test_upgrading_again_changes_nothing(database: Database) -> None:
    with database.session() as session:
        session.execute(text("INSERT INTO reference_counters (prefix, year, last_number) VALUES ('X', 2025, 7)"))
    upgrade(database)
    with database.reading() as session:
        assert session.scalar(text("SELECT last_number FROM reference_counters")) == 7


def test_standing_dismissals_are_protected_from_the_import(empty_database: Database) -> None:
    upgrade(empty_database)
    downgrade(empty_database, "0003")
    with empty_database.engine.begin() as connection:
        for number, left_on, status in (
            ("1", "2025-03-31", "active"),
            ("2", "2025-03-31", "revoked"),
            ("3", "2025-03-14", "active"),
            ("4", None, "active"),
        ):
            connection.execute(
                text(
                    "INSERT INTO people (staff_number, username, name, postal_address, job_title, seniority,"
                    " employment, started_on, left_on)"
                    " VALUES (:number, :number, '', '', '', 1, 'employee', '2020-01-01', :left_on)"
                ),
                {"number": number, "left_on": left_on},
            )
            connection.execute(
                text(
                    "INSERT INTO cases (reference, policy, procedure, staff_number, opened_at)"
                    " VALUES (:number, '', '', :number, '2025-03-03')"
                ),
                {"number": number},
            )
            connection.execute(
                text(
                    "INSERT INTO register_entries (reference, register, staff_number, case_reference, kind, status,"
                    " active_from, facts, added_at) VALUES (:number, 'capability_decisions', :number, :number,"
                    """ 'dismissal', :status, '2025-03-03', '{"effective_on": "2025-03-31"}', '2025-03-03')"""
                ),
                {"number": number, "status": status},
            )
    upgrade(empty_database)

    with empty_database.reading() as session:
        people = session.scalars(select(Person).order_by(Person.staff_number))
        assert [person.procedure_ended_on for person in people] == [date(2025, 3, 31), None, None, None]


def test_records_without_tables_are_not_up_to_date(empty_database: Database) -> None:
    with pytest.raises(RecordsError, match="run `dueprocess records upgrade`"):
        check_up_to_date(empty_database)


def test_records_of_a_newer_version_are_left_alone(empty_database: Database) -> None:
    upgrade(empty_database)
    with empty_database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for touch in (upgrade, check_up_to_date, lambda database: downgrade(database, "base")):
        with pytest.raises(RecordsError, match="'9999' by a newer version of Due Process"):
            touch(empty_database)
    assert inspect(empty_database.engine).has_table("people")


def test_two_workers_may_upgrade_at_once(empty_database: Database) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            upgrade(empty_database)
        except Exception as error:  # noqa: BLE001 - told by the assertion
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    check_up_to_date(empty_database)

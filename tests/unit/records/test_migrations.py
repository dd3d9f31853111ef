"""The steps lead to the models' tables, back, and never over records of a newer version."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from workers.records.database import Database, RecordsError
from workers.records.migrations import check_up_to_date, downgrade, upgrade
from workers.records.models import Table


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

"""Opening the records, transactions, and columns that give back what they were given."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from workers.records.database import Database, RecordsError, open_database, open_url
from workers.records.models import Case, JobResult, Person, PersonRole, ReferenceCounter
from workers.settings import Settings


def a_person(staff_number: str = "1", **values: Any) -> Person:
    defaults: dict[str, Any] = {
        "username": f"u{staff_number}",
        "name": "Test Person",
        "job_title": "Tester",
        "seniority": 1,
        "started_on": date(2020, 1, 1),
    }
    return Person(staff_number=staff_number, **defaults | values)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2025, 6, 3, 10, 0, 1, 123456, tzinfo=timezone(timedelta(hours=1))),
        datetime(2025, 3, 3, 10, tzinfo=UTC),
        datetime(2025, 10, 26, 0, 30, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_moments_come_back_as_the_same_moment_in_utc(database: Database, moment: datetime) -> None:
    with database.session() as session:
        session.add(a_person())
        session.flush()
        session.add(Case(reference="A", policy="p", procedure="q", staff_number="1", opened_at=moment))
    with database.reading() as session:
        back = session.get_one(Case, "A").opened_at
        found = session.scalar(select(Case.reference).where(Case.opened_at <= moment.astimezone(UTC)))

    assert back == moment
    assert back.utcoffset() == timedelta(0)
    assert found == "A"


def test_a_moment_without_offset_is_refused(database: Database) -> None:
    naive = datetime(2025, 3, 3, 10)  # noqa: DTZ001 - the point of the test
    with database.session() as session:
        session.add(a_person())
    with pytest.raises(StatementError, match="needs an offset"), database.session() as session:
        session.add(Case(reference="A", policy="p", procedure="q", staff_number="1", opened_at=naive))


def test_engine_keys_need_64_bits(database: Database) -> None:
    key = 2**63 - 1
    now = datetime(2025, 3, 3, tzinfo=UTC)
    with database.session() as session:
        session.add(
            JobResult(
                job_key=key,
                job_type="t",
                process_instance_key=key - 1,
                element_id="E",
                outcome={"variables": {"é": None}},
                done_at=now,
            )
        )
    with database.reading() as session:
        result = session.get_one(JobResult, key)

    assert result.process_instance_key == key - 1
    assert result.outcome == {"variables": {"é": None}}


def test_an_exception_rolls_back(database: Database) -> None:
    def fail_after_writing() -> None:
        with database.session() as session:
            session.add(a_person())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    with database.reading() as session:
        assert session.get(Person, "1") is None


def test_reading_cannot_write(database: Database) -> None:
    with database.reading() as session:
        session.add(a_person())
        with pytest.raises(DBAPIError, match=r"(?i)read.?only"):
            session.flush()
    with database.session() as session:
        session.add(a_person())


def test_foreign_keys_are_watched(database: Database) -> None:
    with pytest.raises(IntegrityError), database.session() as session:
        session.add(PersonRole(staff_number="nobody", role="hr"))


def test_a_manager_may_be_added_after_those_managed_but_must_come(database: Database) -> None:
    with database.session() as session:
        session.add(a_person("1", line_manager="2"))
        session.flush()
        session.add(a_person("2"))
    with pytest.raises(IntegrityError), database.session() as session:
        session.add(a_person("3", line_manager="4"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"seniority": 0},
        {"seniority": 10},
        {"employment": "volunteer"},
        {"left_on": date(2019, 12, 31)},
    ],
)
def test_the_database_itself_refuses_impossible_people(database: Database, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), database.session() as session:
        session.add(a_person(**wrong))


def test_errors_do_not_show_what_was_written(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught, database.session() as session:
        session.add(a_person("1", name="Secret Name", seniority=77))

    # The driver's own text of PostgreSQL quotes the failing row; what SQLAlchemy adds must not.
    assert "Secret Name" not in str(caught.value).replace(str(caught.value.orig), "")


def test_a_writer_waits_for_the_one_before_and_sees_what_it_wrote(database: Database) -> None:
    with database.session() as session:
        session.add(ReferenceCounter(prefix="X", year=2025, last_number=0))

    def add_one() -> None:
        with database.session() as session:
            counter = session.get_one(ReferenceCounter, ("X", 2025), with_for_update=True)
            counter.last_number += 1

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.get_one(ReferenceCounter, ("X", 2025)).last_number == 8


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.session() as writer:
        writer.add(a_person())
        writer.flush()
        with database.reading() as reader:
            assert reader.get(Person, "1") is None


def test_sqlite_survives_a_power_cut(tmp_path: Path) -> None:
    database = open_url(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 10_000
    database.close()


def test_the_settings_say_where_the_records_are(tmp_path: Path) -> None:
    database = open_database(Settings(data_dir=tmp_path / "new" / "folder", database_url=""))
    with database.engine.connect():
        pass
    database.close()

    assert (tmp_path / "new" / "folder" / "records.sqlite3").is_file()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("not a url", "is not a database URL"),
        ("mysql://localhost/records", "names the database 'mysql'"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:////dev/null/records.sqlite3", "cannot be made"),
    ],
)
def test_wrong_urls(url: str, message: str) -> None:
    with pytest.raises(RecordsError, match=message):
        open_url(url)


def test_a_wrong_url_keeps_its_password() -> None:
    with pytest.raises(RecordsError) as caught:
        open_url("mysql://user:secret@localhost/records")

    assert "secret" not in str(caught.value)

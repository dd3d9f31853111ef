"""Running numbers."""

from __future__ import annotations

import threading

import pytest

from workers.records.database import Database
from workers.records.references import next_reference


def test_numbers_run_by_prefix_and_year(database: Database) -> None:
    with database.session() as session:
        given = [
            next_reference(session, prefix, year)
            for prefix, year in [("CAP", 2025), ("CAP", 2025), ("ATT", 2025), ("CAP", 2026), ("CAP", 2025)]
        ]

    assert given == ["CAP-2025-0001", "CAP-2025-0002", "ATT-2025-0001", "CAP-2026-0001", "CAP-2025-0003"]


def test_a_number_goes_back_with_its_transaction(database: Database) -> None:
    def fail_after_taking() -> None:
        with database.session() as session:
            next_reference(session, "CAP", 2025)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_taking()
    with database.session() as session:
        assert next_reference(session, "CAP", 2025) == "CAP-2025-0001"


def test_nobody_gets_the_same_number(database: Database) -> None:
    given: list[str] = []

    def take() -> None:
        for _ in range(5):
            with database.session() as session:
                given.append(next_reference(session, "CAP", 2025))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(given) == [f"CAP-2025-{number:04}" for number in range(1, 31)]


def test_a_large_authority(database: Database) -> None:
    with database.session() as session:
        for _ in range(10_001):
            last = next_reference(session, "CAP", 2025)

    assert last == "CAP-2025-10001"

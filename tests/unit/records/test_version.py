"""The quick look at the records' version says what Alembic says."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import text

from workers.records.database import Database, RecordsError
from workers.records.migrations import _scripts, upgrade
from workers.records.version import make_sure_up_to_date, newest_step


def test_the_newest_step_is_alembics() -> None:
    assert newest_step() == _scripts().get_current_head()


def test_records_of_this_version_are_in_order(empty_database: Database) -> None:
    upgrade(empty_database)
    make_sure_up_to_date(empty_database)


def test_empty_records_are_refused(empty_database: Database) -> None:
    with pytest.raises(RecordsError, match="dueprocess records upgrade"):
        make_sure_up_to_date(empty_database)


def test_records_of_a_newer_version_are_refused(empty_database: Database) -> None:
    upgrade(empty_database)
    with empty_database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsError, match="by a newer version"):
        make_sure_up_to_date(empty_database)


def test_a_worker_loads_heavy_libraries_only_when_it_needs_them() -> None:
    program = (
        "import sys, workers.runtime.service, workers.runtime.catalogue as catalogue; catalogue.job_types(); "
        "print(sorted({'alembic', 'typst', 'holidays', 'mako'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

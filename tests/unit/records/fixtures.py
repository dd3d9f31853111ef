"""Records to test with: a SQLite file and, where DUEPROCESS_TEST_POSTGRESQL_URL is set, a PostgreSQL schema.

A folder's ``conftest.py`` imports the fixtures it wants.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from workers.people.importing import import_people
from workers.records.database import Database, open_url
from workers.records.migrations import upgrade
from workers.records.models import Table
from workers.runtime.contract import JobContext, JobOutput, declaration_of
from workers.runtime.errors import BusinessOutcome
from workers.settings import PROJECT, Settings

SAMPLE_PEOPLE = PROJECT / "samples" / "people.csv"
POSTGRESQL_URL = os.environ.get("DUEPROCESS_TEST_POSTGRESQL_URL", "")
BACKENDS = ["sqlite", *(["postgresql"] if POSTGRESQL_URL else [])]


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def migrated(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of records with tables and nothing in them, made once."""
    if backend == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('records') / 'migrated.sqlite3'}"
        _upgrade(url)
        yield url
    else:
        with postgresql_schema() as url:
            _upgrade(url)
            yield url


@pytest.fixture
def database(backend: str, migrated: str, tmp_path: Path) -> Iterator[Database]:
    """Records with tables and nothing in them."""
    url = migrated
    if backend == "sqlite":
        file = make_url(migrated).database
        assert file is not None
        url = f"sqlite:///{shutil.copy(file, tmp_path / 'records.sqlite3')}"
    opened = open_url(url)
    if backend == "postgresql":
        tables = ", ".join(table.name for table in Table.metadata.sorted_tables)
        with opened.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    yield opened
    opened.close()


@pytest.fixture
def empty_database(backend: str, tmp_path: Path) -> Iterator[Database]:
    """Records without tables."""
    if backend == "sqlite":
        opened = open_url(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
        yield opened
        opened.close()
    else:
        with postgresql_schema() as url:
            opened = open_url(url)
            yield opened
            opened.close()


class postgresql_schema:  # noqa: N801 - used as a function
    """A schema of its own, dropped in the end; gives its URL."""

    def __init__(self) -> None:
        self.name = f"test_{uuid.uuid4().hex}"
        self.admin = create_engine(make_url(POSTGRESQL_URL).set(drivername="postgresql+psycopg"))

    def __enter__(self) -> str:
        with self.admin.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {self.name}"))
        url = make_url(POSTGRESQL_URL).update_query_dict({"options": f"-csearch_path={self.name}"})
        return url.render_as_string(hide_password=False)

    def __exit__(self, *_: object) -> None:
        with self.admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {self.name} CASCADE"))
        self.admin.dispose()


def _upgrade(url: str) -> None:
    opened = open_url(url)
    upgrade(opened)
    opened.close()


class Office:
    """Records with the sample people, and a way to run jobs on them as the runtime does."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self._keys = itertools.count(2251799813685249)

    def run(
        self,
        handler: Callable[..., JobOutput],
        *,
        at: str = "2025-03-03T10:00:00+00:00",
        element: str = "Task_Test",
        key: int | None = None,
        **variables: Any,
    ) -> dict[str, Any]:
        """The variables the job gives back; what it wrote is committed, also before a business outcome."""
        declared = declaration_of(handler)
        assert declared is not None
        job = declared.input_model.model_validate_json(json.dumps(variables))
        outcome: BusinessOutcome | None = None
        with self.database.session() as session:
            context = JobContext(
                key=key if key is not None else next(self._keys),
                process_id="test",
                process_instance_key=2251799813685248,
                element_id=element,
                engine_time=datetime.fromisoformat(at),
                settings=self.settings,
                engine=_NO_ENGINE,
                open_records=session,
            )
            try:
                output = handler(job, context)
            except BusinessOutcome as error:
                outcome = error
        if outcome is not None:
            assert outcome.code in {known.code for known in declared.errors}
            raise outcome
        given: dict[str, Any] = json.loads(output.model_dump_json(include=set(output.model_fields_set)))
        return given


_NO_ENGINE: Any = None


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, case_file_url="http://case-file.example/")


@pytest.fixture
def office(database: Database, settings: Settings) -> Office:
    """Records with the sample people."""
    with database.session() as session:
        import_people(session, SAMPLE_PEOPLE)
    return Office(database, settings)

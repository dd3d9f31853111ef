"""The script of the service "backup": what it dumps comes back, and what is wrong is said."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.docker import DockerError, Stack, docker, wait_until
from tests.containers.stand_ins import Image

MANAGEMENT = """
import http.server, itertools, json, os
polls = itertools.count()
class Management(http.server.BaseHTTPRequestHandler):
    def answer(self):
        states = os.environ["STATES"].split()
        if self.command == "POST":
            body = {"backupId": 1772011199310, "message": "A backup with id 100 has been scheduled."}
            self.send(202, body)
        else:
            state = states[min(next(polls), len(states) - 1)]
            self.send(200, {"backupId": 1772011199310, "details": [{"partitionId": 1, "state": state}], "state": state})
    def send(self, status, body):
        print(self.command, self.path, flush=True)
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
    do_GET = do_POST = answer
http.server.HTTPServer(("", 9600), Management).serve_forever()
"""
"""Answers as "Zeebe backup management API" (8.9) says the engine does."""


@pytest.fixture
def management(stack: Stack, our_image: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A management API that takes backups; which states they go through is the test's to say."""
    states = getattr(request, "param", "IN_PROGRESS IN_PROGRESS COMPLETED")
    container = docker(
        *("run", "--detach", "--network", f"{stack.name}_engine", "--network-alias", "management"),
        *("--env", f"STATES={states}", "--entrypoint", "/opt/venv/bin/python", our_image, "-c", MANAGEMENT),
    )
    yield container
    docker("rm", "--force", container)


def backup(stack: Stack, *words: str, check: bool = True, **environment: str) -> str:
    """Run the script once, as the service would."""
    options = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
    return stack.run_once("backup", *words, options=tuple(options), check=check)


def backups(folder: Path) -> list[str]:
    return sorted(file.name for file in (folder / "backups/databases").iterdir())


def query(stack: Stack, folder: Path, sql: str, database: str = "dueprocess") -> str:
    user = {"dueprocess": "records", "camunda": "engine"}[database]
    password = (folder / f"secrets/{user}_database_password").read_text("utf-8")
    return stack.inside(
        *("postgres", "psql", "-v", "ON_ERROR_STOP=1", "-Atqc", sql),
        f"postgresql://{database}:{password}@127.0.0.1/{database}",
    )


def content(stack: Stack, folder: Path) -> dict[str, str]:
    """Every row of every table of the records."""
    tables = query(stack, folder, "select tablename from pg_tables where schemaname = 'public' order by 1").split()
    return {table: query(stack, folder, f'select t::text from "{table}" t order by 1') for table in tables}  # noqa: S608


@pytest.fixture
def quiet(stack: Stack, engine_image: Image) -> Iterator[None]:
    """Nobody uses the databases."""
    # The stand-in knows nothing of the database, and takes long to start.
    users = ["worker", "case-file", "backup", *([] if engine_image.stand_in else ["engine"])]
    stack.compose("stop", *users, timeout=180)
    yield
    stack.compose("start", *reversed(users), timeout=180)


@pytest.mark.usefixtures("management")
def test_what_is_dumped_destroyed_and_restored_is_as_it_was(stack: Stack, folder: Path, quiet: None) -> None:
    if not query(stack, folder, "select count(*) from people").strip("0"):
        stack.run_once(
            "worker",
            *("people", "import", "/people.csv"),
            options=("--volume", f"{Path.cwd() / 'samples/people.csv'}:/people.csv:ro"),
        )
    query(stack, folder, "create table if not exists exporter_position (at int)", "camunda")
    query(stack, folder, "insert into exporter_position values (42)", "camunda")
    before = content(stack, folder)
    assert before["people"]
    said = backup(stack, "once", ENGINE_MANAGEMENT="management:9600")
    name = re.findall(r"Backup (\S+) is done", said)[0]
    made = folder / "backups/databases" / name
    assert sorted(file.name for file in made.iterdir()) == ["SHA256SUMS", "camunda.dump", "dueprocess.dump", "engine"]
    assert re.fullmatch(r"backup 1772011199310\nrestore-to 20\d\d-\d\d-\d\dT[\d:]{8}Z\n", (made / "engine").read_text())
    # The engine must not know more than the records do.
    dumped = [(made / f"{part}").stat().st_mtime_ns for part in ("camunda.dump", "engine", "dueprocess.dump")]
    assert dumped == sorted(dumped)

    query(stack, folder, "drop table people cascade; delete from outbox; create table later (x int)")
    query(stack, folder, "update exporter_position set at = 43", "camunda")
    assert content(stack, folder) != before

    said = backup(stack, "restore", name)
    assert "The database dueprocess is as it was" in said
    assert "Now restore the engine with --to=20" in said
    assert content(stack, folder) == before
    assert query(stack, folder, "select at from exporter_position", "camunda").endswith("42")
    # Of use again, by their own owner and version.
    assert "up to date" in stack.run_once("records-upgrade", "records", "upgrade")
    # And dumped and restored again, since a restore may leave a database a little different.
    again = re.findall(r"Backup (\S+) is done", backup(stack, "once", ENGINE_MANAGEMENT="management:9600"))[0]
    backup(stack, "restore", again)
    assert content(stack, folder) == before


@pytest.mark.usefixtures("management")
def test_a_damaged_backup_is_not_restored(stack: Stack, folder: Path, quiet: None) -> None:
    name = re.findall(r"Backup (\S+) is done", backup(stack, "once", ENGINE_MANAGEMENT="management:9600"))[0]
    before = content(stack, folder)
    with (folder / "backups/databases" / name / "dueprocess.dump").open("r+b") as file:
        file.seek(-20, os.SEEK_END)
        file.write(b"damaged")
    said = backup(stack, "restore", name, check=False)
    assert "dueprocess.dump: FAILED" in said
    assert content(stack, folder) == before
    shutil.rmtree(folder / "backups/databases" / name)


def test_nothing_is_restored_under_a_running_worker(stack: Stack, folder: Path) -> None:
    wait_until(lambda: bool([name for name in backups(folder) if name.startswith("2")]), "there is a backup")
    wait_until(lambda: stack.health("worker") == "healthy", "the worker is healthy")
    before = content(stack, folder)
    with pytest.raises(DockerError, match=r"other connections use the database \w+: stop the worker"):
        backup(stack, "restore", next(name for name in backups(folder) if name.startswith("2")))
    assert content(stack, folder) == before


@pytest.mark.parametrize("management", ["IN_PROGRESS FAILED"], indirect=True)
@pytest.mark.usefixtures("management")
def test_an_engine_that_fails_to_back_itself_up_is_said(stack: Stack) -> None:
    said = backup(stack, "once", check=False, ENGINE_MANAGEMENT="management:9600")
    assert "The engine's backup 1772011199310 failed" in said
    assert "holds the databases, and no backup of the engine" in said


@pytest.mark.parametrize("management", ["IN_PROGRESS"], indirect=True)
@pytest.mark.usefixtures("management")
def test_an_engine_that_takes_for_ever_is_not_waited_for(stack: Stack) -> None:
    said = backup(stack, "once", check=False, ENGINE_MANAGEMENT="management:9600", ENGINE_BACKUP_SECONDS="3")
    assert "was not done within 3 seconds" in said


def test_an_absent_engine_is_said_and_the_databases_are_dumped_all_the_same(stack: Stack, folder: Path) -> None:
    before = set(backups(folder))
    said = backup(stack, "once", check=False, ENGINE_MANAGEMENT="postgres:9600")
    assert "The engine took no backup of itself" in said
    (made,) = set(backups(folder)) - before
    assert sorted(file.name for file in (folder / "backups/databases" / made).iterdir()) == [
        "SHA256SUMS",
        "camunda.dump",
        "dueprocess.dump",
    ]
    assert "holds no backup of the engine" in backup(stack, "check", check=False)


def test_a_database_that_is_away_leaves_nothing_that_looks_like_a_backup(stack: Stack, folder: Path) -> None:
    before = {name for name in backups(folder) if name.startswith("2")}
    backup(stack, "once", check=False, PGPORT="1")
    assert {name for name in backups(folder) if name.startswith("2")} == before


def test_old_ones_go_and_the_newest_stay(stack: Stack, folder: Path) -> None:
    place = folder / "backups/rotated"
    place.mkdir()
    shutil.chown(place, 1001, 1001)
    names = [f"2020-01-0{day}T00-00-00Z" for day in range(1, 7)]
    for name in names:
        (place / name).mkdir()
        shutil.chown(place / name, 1001, 1001)
    said = backup(stack, "rotate", BACKUP_FOLDER="/backups/rotated")
    assert sorted(file.name for file in place.iterdir()) == names[3:]
    assert said.count("is gone") == 3
    assert "There is no backup yet" in backup(stack, "check", check=False, BACKUP_FOLDER="/backups/nothing")
    assert "The newest backup is 2020-01-06" in backup(stack, "check", check=False, BACKUP_FOLDER="/backups/rotated")

"""Everything an office has running: engine, Tasklist, Operate, worker, outbox and mail server."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.scenarios.driver.letters import Letter
from tests.scenarios.driver.mail_server import MailServer
from tests.scenarios.driver.people import PEOPLE_CSV, Person
from tests.scenarios.driver.stage import WorkerThread
from workers.engine import deployment
from workers.engine.client import EngineClient
from workers.engine.platform import Platform, Shape, running_platform
from workers.people.importing import import_people
from workers.records import migrations
from workers.records.database import open_database
from workers.settings import Settings

LETTER_PATIENCE = 30.0


@dataclass(frozen=True)
class Office:
    """The running system, as the people of an office meet it."""

    platform: Platform
    mail_server: MailServer
    templates: Path
    """The letters' templates; a copy that a test may break and mend."""

    def letter(self, to: Person, about: str) -> Letter:
        """The letter to somebody that says this in its subject or text; waited for.

        :raises AssertionError: it does not come.
        """
        deadline = time.monotonic() + LETTER_PATIENCE
        while True:
            letters = [letter for letter in self.mail_server.letters() if letter.recipient == to.email]
            if found := [letter for letter in letters if letter.says(about)]:
                return found[-1]
            if (left := deadline - time.monotonic()) <= 0:
                subjects = ", ".join(letter.subject for letter in letters) or "none"
                raise AssertionError(f"No letter to {to} says {about!r}. There came: {subjects}.")
            self.mail_server.wait(left)


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Start everything, in a folder of its own, with every procedure deployed; stop it at the end."""
    templates = folder / "templates"
    shutil.copytree(Settings().templates_dir, templates)
    settings = Settings(data_dir=folder / "data", database_url="", templates_dir=templates)
    with ExitStack() as running:
        platform = running.enter_context(running_platform(settings, shape=Shape.FULL))
        settings = platform.settings(settings)
        asyncio.run(_deploy(settings, platform))
        database = open_database(settings)
        running.callback(database.close)
        migrations.upgrade(database)
        with database.session() as session:
            import_people(session, PEOPLE_CSV)
        mail_server = MailServer()
        running.enter_context(WorkerThread(settings, database, mail_server))
        yield Office(platform, mail_server, templates)


async def _deploy(settings: Settings, platform: Platform) -> None:
    async with EngineClient.for_settings(settings) as client:
        deployed = await deployment.deploy(client, settings.bpmn_dir)
        await deployment.wait_until_indexed(client, deployed, platform.opensearch)

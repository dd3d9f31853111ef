"""Options of the chaos test, and its figures at the end of the run."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from rich.console import Console

from tests.chaos.findings import Findings
from tests.unit.records.fixtures import POSTGRESQL_URL, postgresql_schema

FINDINGS = pytest.StashKey[Findings]()


@dataclass(frozen=True)
class Size:
    """How much chaos."""

    cases: int
    seconds: float
    """How long the cases are started for."""


SHORT = Size(cases=300, seconds=90)
LONG = Size(cases=2000, seconds=900)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    parser.addoption("--long", action="store_true", help="2,000 cases, about twenty minutes")
    parser.addoption("--seed", type=int, help="decides when what is killed; without it, any")


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> Size:
    """Short unless the long form is asked for."""
    return LONG if pytestconfig.getoption("--long") else SHORT


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed asked for, or any."""
    asked_for: int | None = pytestconfig.getoption("--seed")
    return random.SystemRandom().randrange(1_000_000) if asked_for is None else asked_for


@pytest.fixture
def database_url() -> Iterator[str]:
    """An empty PostgreSQL schema where there is a server to test with; else nothing, which means a SQLite file."""
    if not POSTGRESQL_URL:
        yield ""
        return
    with postgresql_schema() as url:
        yield url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the figures, whether all is well or not."""
    if (findings := config.stash.get(FINDINGS, None)) is not None:
        width = max(shutil.get_terminal_size((100, 24)).columns, 100)
        Console(file=terminalreporter._tw._file, width=width).print(*findings.tables())

"""The running system, a fresh story for each test, and what the stories covered."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.newest_engine.running import newest_engine
from tests.scenarios.attendance_cases import AttendanceCases
from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.capability_hearings import Hearings
from tests.scenarios.capability_performances import Performances
from tests.scenarios.capability_sickness_cases import SicknessCases
from tests.scenarios.driver.coverage import Coverage
from tests.scenarios.driver.stage import Stage, local_engine, open_stage
from tests.scenarios.driver.story import Story
from workers.settings import PROJECT, Settings

COVERAGE_FILE = PROJECT / "build" / "coverage" / "flows.json"
FULL_COVERAGE = "--require-full-coverage"
ENGINE = "--engine"
ENGINES = {"local": local_engine, "newest": newest_engine}

_COVERAGE = pytest.StashKey[Coverage]()
_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our option."""
    parser.addoption(
        FULL_COVERAGE,
        action="store_true",
        help="fail unless the stories take every sequence flow of the folders they are about",
    )
    parser.addoption(
        ENGINE,
        choices=sorted(ENGINES),
        default="local",
        help="the engine the stories are told on: that of the local platform, or the newest one published as a package",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing covered."""
    config.stash[_COVERAGE] = Coverage()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which stories failed, so that their end need not be well."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what was covered, and fail if it must be everything and is not."""
    coverage = session.config.stash[_COVERAGE]
    if coverage.processes and session.config.getoption(ENGINE) == "local":
        coverage.write(COVERAGE_FILE)
    if session.config.getoption(FULL_COVERAGE) and coverage.gaps and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what was covered."""
    coverage = config.stash[_COVERAGE]
    if coverage.processes:
        width = max(shutil.get_terminal_size((140, 24)).columns, 100)
        Console(file=terminalreporter._tw._file, width=width).print(coverage.table())
    if config.getoption(FULL_COVERAGE) and coverage.gaps:
        names = ", ".join(process.definition.process_id for process in coverage.gaps)
        terminalreporter.write_line(
            f"Every sequence flow must be taken by a story; some are not in: {names}.", red=True
        )


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Stage]:
    """Engine, records, worker, mail server: started once for all stories."""
    with open_stage(tmp_path_factory.mktemp("stage"), ENGINES[pytestconfig.getoption(ENGINE)]) as running:
        yield running


@pytest.fixture(scope="session")
def diagrams(stage: Stage) -> list[Path]:
    """The deployed folders: every policy's."""
    folders = sorted({file.parent for file in Settings().bpmn_dir.rglob("*.bpmn")})
    for folder in folders:
        stage.deploy(folder)
    return folders


@pytest.fixture
def story(stage: Stage, diagrams: list[Path], request: pytest.FixtureRequest) -> Iterator[Story]:
    """A story that begins on Monday 3 March 2025 at 09:00 unless it says otherwise."""
    told = stage.story(request.node.name)
    yield told
    coverage = request.config.stash[_COVERAGE]
    try:
        if not request.node.stash.get(_FAILED, False):
            told.comes_to_rest()
    finally:
        covered = {process: folder for process, folder in stage.deployed.items() if folder in diagrams}
        stage.records.read(lambda state: coverage.add(told.name, state, covered))
        told.is_over()


@pytest.fixture
def appeals(story: Story, stage: Stage) -> Appeals:
    """The appeals of the story."""
    return Appeals(story, stage.database)


@pytest.fixture
def cases(story: Story, stage: Stage) -> AttendanceCases:
    """The attendance cases of the story."""
    return AttendanceCases(story, stage.database)


@pytest.fixture
def hearings(story: Story, stage: Stage) -> Hearings:
    """The performance hearings of the story."""
    return Hearings(story, stage.database)


@pytest.fixture
def performances(story: Story, appeals: Appeals, hearings: Hearings) -> Performances:
    """The poor performance cases of the story."""
    return Performances(story, appeals, hearings)


@pytest.fixture
def sickness(story: Story, appeals: Appeals) -> SicknessCases:
    """The sickness absence cases of the story."""
    return SicknessCases(story, appeals)

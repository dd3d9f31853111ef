"""The office and a browser for the session; for each test a fresh visit, and a picture of what was seen if it fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from typing import Protocol

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, ViewportSize, expect, sync_playwright

from tests.browser.office import Office, open_office
from tests.browser.pages import PATIENCE, Operate, Tasklist
from workers.deadlines.moments import LONDON
from workers.settings import PROJECT

FAILURES = PROJECT / "build" / "browser"
PICTURES = PROJECT / "docs" / "pictures"
SCREENSHOTS = "--screenshots"
WINDOW = ViewportSize(width=1280, height=900)


class TakePicture(Protocol):
    """Takes a picture of one thing, or of the page down to a height."""

    def __call__(self, name: str, of: Locator | None = None, height: int = ...) -> None: ...


_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our option."""
    parser.addoption(SCREENSHOTS, action="store_true", help="write the pictures of the README to docs/pictures")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which tests failed."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program; continuous integration must have it."""
    program = shutil.which("chromium")
    if program is None:
        missing = "There is no Chromium: apt install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return program


@pytest.fixture(scope="session")
def office(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Engine, Tasklist, Operate, worker and mail server: started once for all tests."""
    with open_office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="session")
def browser(chromium: str, office: Office) -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in a browser that remembers nothing; what it shows is kept if the test fails."""
    context = browser.new_context(
        viewport=WINDOW,
        locale="en-GB",
        timezone_id=LONDON.key,
        # Else Tasklist asks for it, above every task.
        permissions=["notifications"],
    )
    context.set_default_timeout(PATIENCE * 1000)
    expect.set_options(timeout=PATIENCE * 1000)
    opened = context.new_page()
    try:
        yield opened
        if request.node.stash.get(_FAILED, False):
            FAILURES.mkdir(parents=True, exist_ok=True)
            opened.screenshot(path=FAILURES / f"{request.node.name}.png")
            (FAILURES / f"{request.node.name}.html").write_text(opened.content(), "utf-8")
    finally:
        context.close()


@pytest.fixture
def tasklist(page: Page, office: Office) -> Tasklist:
    """Tasklist, signed in to as the demo user, who sees every task."""
    opened = Tasklist(page, office.platform.tasklist_url)
    opened.sign_in("demo", "demo")
    return opened


@pytest.fixture
def operate(page: Page, office: Office) -> Operate:
    """Operate; who is signed in to Tasklist is signed in here too."""
    return Operate(page, office.platform.operate_url)


@pytest.fixture
def picture(page: Page, request: pytest.FixtureRequest) -> TakePicture:
    """Takes a picture for the README, if pictures are wanted: of one thing, or of the page down to a height."""

    def take(name: str, of: Locator | None = None, height: int = WINDOW["height"]) -> None:
        if not request.config.getoption(SCREENSHOTS):
            return
        path = PICTURES / f"{name}.png"
        if of is not None:
            of.screenshot(path=path, animations="disabled")
        else:
            clip = FloatRect(x=0, y=0, width=WINDOW["width"], height=height)
            page.screenshot(path=path, clip=clip, animations="disabled")

    return take

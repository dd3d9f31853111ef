"""Tasklist and Operate, as a person sees and uses them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

PATIENCE = 20.0
"""Seconds until a page shows what was asked of it."""
ARRIVAL = 60.0
"""Seconds until Tasklist and Operate show what the engine did."""
SETTLED = 5.0
"""Seconds after which a page that Operate does not renew is loaded anew."""
TAKEN = "rgb(15, 98, 254)"
"""The colour in which Operate draws the path that was taken."""


@dataclass(frozen=True)
class Form:
    """A form; its fields are known by their labels."""

    scope: Locator

    @property
    def text(self) -> str:
        """All it says."""
        return self.scope.inner_text()

    def box(self, label: str) -> Locator:
        """What one writes in, of a field."""
        return self.scope.get_by_role("textbox", name=label, exact=True)

    def write(self, label: str, text: str) -> None:
        """Fill a text field."""
        self.box(label).fill(text)

    def choose(self, question: str, answer: str) -> None:
        """Choose one of the answers offered."""
        # The radio button itself is drawn by its label.
        self.field(question).get_by_text(answer, exact=True).click()

    def tick(self, label: str) -> None:
        """Tick a box."""
        self.scope.locator(".fjs-form-field-checkbox").filter(has_text=label).locator("label").first.click()

    def pick_date(self, label: str, day: date) -> None:
        """Pick a day in the calendar of a field."""
        box = self.box(label)
        box.click()
        calendar = self.scope.locator(".flatpickr-calendar.open")
        year = calendar.get_by_label("Year")
        year.fill(str(day.year))
        year.press("Enter")
        calendar.get_by_label("Month").select_option(str(day.month - 1))
        calendar.get_by_label(f"{day:%B} {day.day}, {day.year}", exact=True).click()
        expect(box).to_have_value(f"{day:%d/%m/%Y}")

    def pick_time(self, label: str, clock: str) -> None:
        """Pick a time of day, ``HH:MM``, from the list of a field."""
        box = self.box(label)
        box.click()
        self.scope.locator(".fjs-dropdownlist").get_by_text(clock, exact=True).click()
        expect(box).to_have_value(clock)

    def field(self, label: str) -> Locator:
        """The field with a label, its description and its problem included."""
        labels = self.scope.page.locator("label").filter(has_text=re.compile(rf"^{re.escape(label)}\*?$"))
        return self.scope.locator(".fjs-form-field", has=labels)


class Tasklist:
    """Where tasks are done and procedures started."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def sign_in(self, username: str, password: str) -> None:
        """Sign in through the login page."""
        # What Tasklist explains to everybody once counts as read.
        self.page.add_init_script("localStorage.setItem('hasConsentedToStartProcess', 'true')")
        self.page.goto(self.url)
        self.page.get_by_role("textbox", name="Username").fill(username)
        self.page.get_by_role("textbox", name="Password").fill(password)
        self.page.get_by_role("button", name="Login").click()
        self.page.get_by_role("link", name="Processes").wait_for()

    def start(self, procedure: str) -> StartForm:
        """Open the start form of a procedure in the list of processes."""
        self.page.get_by_role("link", name="Processes").click()
        self.page.get_by_role("searchbox").fill(procedure)
        heading = self.page.get_by_role("heading", name=procedure, exact=True)
        tile = self.page.get_by_test_id("process-tile").filter(has=heading)
        dialog = self.page.get_by_role("dialog")

        def opens() -> bool:
            # Tasklist draws the list anew while it searches, and a press in that moment does nothing.
            with suppress(PlaywrightTimeout):
                if not dialog.is_visible():
                    tile.get_by_role("button", name="Start process").click(timeout=SETTLED * 1000)
                dialog.locator(".fjs-form").wait_for(timeout=SETTLED * 1000)
                return True
            return False

        wait_until(opens, self.page, f"Tasklist does not open the start form of {procedure!r}.")
        return StartForm(dialog)

    def task(self, name: str, says: str) -> Task:
        """Open the task of that name whose form says this, such as a staff number; waited for.

        :raises AssertionError: it does not come.
        """
        self.page.get_by_role("link", name="Tasks", exact=True).click()
        links = self.page.get_by_role("link", name=re.compile(rf"task: {re.escape(name)}$", re.IGNORECASE))
        task = Task(self.page)

        def look() -> bool:
            found = links.all()
            for link in found:
                link.click()
                expect(self.page.get_by_test_id("details-info")).to_contain_text(name)
                task.form.scope.wait_for()
                if says in task.form.text:
                    return True
            if found:
                # Opened before Tasklist had its variables, a task is shown without them until the page is loaded anew.
                self.page.reload()
            return False

        wait_until(look, self.page, f"Tasklist shows no task {name!r} whose form says {says!r}.")
        return task


@dataclass(frozen=True)
class StartForm:
    """The dialog that starts a procedure."""

    dialog: Locator

    @property
    def form(self) -> Form:
        """The form in it."""
        return Form(self.dialog.locator(".fjs-form"))

    def submit(self) -> None:
        """Press the button, whatever becomes of it."""
        self.dialog.get_by_role("button", name="Start process").click()

    def start(self) -> None:
        """Start the procedure."""
        self.submit()
        expect(self.dialog).to_be_hidden()


@dataclass(frozen=True)
class Task:
    """The open task."""

    page: Page

    @property
    def form(self) -> Form:
        """Its form."""
        return Form(self.page.locator(".fjs-form"))

    @property
    def candidates(self) -> Locator:
        """Who may take it."""
        details = self.page.get_by_role("complementary", name="Task details")
        return details.get_by_role("listitem").filter(has_text="Candidates").locator(".cds--tag")

    def claim(self) -> None:
        """Take it."""
        self.page.get_by_role("button", name="Assign to me").click()
        expect(self.page.get_by_role("button", name="Unassign")).to_be_visible()

    def complete(self) -> None:
        """Complete it."""
        self.page.get_by_role("button", name="Complete Task").click()
        expect(self.page.get_by_text("Task completed").first).to_be_visible()


class Operate:
    """Where the procedures are watched."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def incident(self, says: str) -> Instance:
        """Open, from the dashboard, the procedure with the incident that says this; waited for."""
        self.page.goto(self.url)
        incident = self.page.get_by_role("link").filter(has_text=says).first
        incident.click(timeout=ARRIVAL * 1000)
        self.page.get_by_role("link", name="View instance").click()
        expect(self.page.get_by_test_id("incidents-banner")).to_be_visible()
        return Instance(self.page)


@dataclass(frozen=True)
class Instance:
    """A procedure under way, or over."""

    page: Page

    def is_in_state(self, state: str) -> None:
        """Wait until it is ACTIVE, COMPLETED or has an INCIDENT."""
        icon = self.page.get_by_test_id("instance-header").get_by_test_id(f"{state}-icon")
        expect(icon).to_be_visible(timeout=ARRIVAL * 1000)

    def went_through(self, *steps: str) -> None:
        """Wait until its history is exactly these steps."""
        self._wait_for(lambda: self._steps.all_inner_texts() == [*steps], f"Operate does not show the steps {steps}.")

    def called_by(self, name: str) -> Instance:
        """Open the procedure that called it."""
        self.page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name=name, exact=True).click()
        expect(self.page.get_by_test_id("instance-header")).to_contain_text(name)
        return self

    def took(self, *flows: str) -> None:
        """Wait until the diagram shows exactly these sequence flows, by id, as taken."""
        self._wait_for(lambda: self._taken_flows() == {*flows}, f"Operate does not show the flows {flows} as taken.")

    def _taken_flows(self) -> set[str]:
        flows = self.page.get_by_test_id("diagram").locator(".djs-connection")
        return set(
            flows.evaluate_all(
                """(flows, taken) => flows
                    .filter(flow => getComputedStyle(flow.querySelector("path")).stroke === taken)
                    .map(flow => flow.dataset.elementId)""",
                TAKEN,
            )
        )

    def shows_nothing_of(self, words: str) -> None:
        """Make sure that its variables are shown, and do not hold these words."""
        variables = self.page.get_by_test_id("variables-list")
        expect(variables).to_contain_text("case_reference")
        expect(variables).not_to_contain_text(words)

    @property
    def incidents(self) -> Locator:
        """The rows of its incidents."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("button", name="Retry Incident"))

    def show_incidents(self) -> None:
        """Unfold the list of incidents."""
        self.page.get_by_test_id("incidents-banner").click()

    def retry(self) -> None:
        """Let the engine try the incident again."""
        self.page.get_by_role("button", name="Retry Incident").click()

    @property
    def _steps(self) -> Locator:
        return self.page.get_by_role("tree").get_by_role("group").get_by_role("treeitem")

    def _wait_for(self, shown: Callable[[], bool], complaint: str) -> None:
        """Wait, loading the page anew now and then: Operate asks no further once it has seen the procedure's end,
        though the last steps may reach it after that."""

        def look() -> bool:
            soon = time.monotonic() + SETTLED
            while not shown():
                if time.monotonic() > soon:
                    self.page.reload()
                    self.page.get_by_test_id("diagram").wait_for()
                    return False
                self.page.wait_for_timeout(250)
            return True

        wait_until(look, self.page, complaint)


def wait_until(look: Callable[[], bool], page: Page, complaint: str) -> None:
    """Look again until it is so.

    :raises AssertionError: it is not so in time.
    """
    deadline = time.monotonic() + ARRIVAL
    while not look():
        assert time.monotonic() < deadline, complaint
        page.wait_for_timeout(250)

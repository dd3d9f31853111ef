"""What people do with a capability appeal in Tasklist and Operate, in a real browser on everything real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TakePicture
from tests.browser.office import Office
from tests.browser.pages import Operate, Tasklist
from tests.scenarios.driver.people import ALEX, DANIEL, PETER, PRIYA, Person
from workers.deadlines.moments import LONDON

# The platform's start, and perhaps its first download, count towards the first test.
pytestmark = pytest.mark.timeout(900)

GROUNDS = "The targets were changed after the review period had begun."
PLACE = "Lloyd House, room 4"
SATURDAY = 5


def today() -> date:
    """The day it is in London, where engine and browser are too."""
    return datetime.now(LONDON).date()


def usual_hearing_day() -> date:
    """A weekday three to five days ahead, which is within the usual notice."""
    days = (today() + timedelta(days=ahead) for ahead in (3, 4, 5))
    return next(day for day in days if day.weekday() < SATURDAY)


def in_words(day: date) -> str:
    """As letters and forms print it."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def record_a_warning(tasklist: Tasklist, employee: Person) -> str:
    """Record a first written warning taken on paper, as HR does; gives its reference."""
    start = tasklist.start("Capability decision: record")
    start.form.write("Staff number of the employee", employee.staff_number)
    start.form.choose("What was decided?", "First written warning")
    start.form.pick_date("Day the employee was informed in writing", today())
    start.form.pick_date("Last day on which the warning is active", today() + timedelta(days=180))
    start.form.write("Staff number of whoever decided", DANIEL.staff_number)
    start.start()
    note = tasklist.task("Note the reference", says=employee.staff_number)
    reference = re.search(r"DEC-\d{4}-\d{4}", note.form.text)
    assert reference is not None
    note.claim()
    note.form.tick("The reference is on the letter")
    note.complete()
    return reference.group()


def appeal(tasklist: Tasklist, employee: Person, decision: str) -> None:
    """Appeal against a decision, as the employee does."""
    start = tasklist.start("Capability appeal")
    start.form.write("Your staff number", employee.staff_number)
    start.form.write("Reference of the decision", decision)
    start.form.write("Your full grounds of appeal", GROUNDS)
    start.form.choose("Do you raise anything that was not considered before?", "No")
    start.start()


@contextmanager
def asking_for_what_nobody_gives(template: Path) -> Iterator[None]:
    """Break a template: it asks for a fact that the diagram does not supply."""
    intact = template.read_text("utf-8")
    template.write_text(f"{intact}\n\n{{{{ number_of_the_room }}}}\n", "utf-8")
    try:
        yield
    finally:
        template.write_text(intact, "utf-8")


def test_an_appeal_is_made_and_its_hearing_called_in_tasklist(
    tasklist: Tasklist, office: Office, picture: TakePicture
) -> None:
    decision = record_a_warning(tasklist, ALEX)
    appeal(tasklist, ALEX, decision)

    appointing = tasklist.task("Appoint the manager", says=ALEX.staff_number)
    acknowledgement = office.letter(ALEX, about=f"Your appeal against {decision}")
    assert acknowledgement.pdf_text
    appointing.claim()
    appointing.form.write("Staff number of the appeal manager", PETER.staff_number)
    appointing.form.choose("The hearing will be", "A review of the fairness of the decision")
    appointing.form.write("Your reason for this kind of hearing", "The procedure is what the appeal is about.")
    appointing.complete()

    setting = tasklist.task("Set date, time and place", says=ALEX.staff_number)
    assert in_words(today() + timedelta(days=3)) in setting.form.text
    hearing_day = usual_hearing_day()
    setting.claim()
    setting.form.pick_date("Date", hearing_day)
    setting.form.pick_time("Time", "10:30")
    setting.form.write("Place", PLACE)
    picture("tasklist-task")
    setting.complete()

    notice = office.letter(ALEX, about=in_words(hearing_day))
    assert notice.event.start == datetime.combine(hearing_day, time(10, 30), LONDON)
    assert notice.event["LOCATION"] == PLACE
    tasklist.task("Name a companion, or none", says=in_words(hearing_day))


def test_an_incident_is_found_and_retried_in_operate(
    tasklist: Tasklist, operate: Operate, office: Office, picture: TakePicture
) -> None:
    decision = record_a_warning(tasklist, PRIYA)
    with asking_for_what_nobody_gives(office.templates / "capability" / "capability_appeal_acknowledgement.md"):
        appeal(tasklist, PRIYA, decision)
        letter = operate.incident(says="needs 'number_of_the_room', which was not supplied")
        letter.is_in_state("INCIDENT")
        letter.show_incidents()
        expect(letter.incidents).to_have_count(1)
        expect(letter.incidents).to_contain_text("Send the letter by email")
        expect(letter.incidents).to_contain_text("The template capability/capability_appeal_acknowledgement needs")
        assert not [sent for sent in office.mail_server.letters() if sent.recipient == PRIYA.email]

    letter.retry()
    letter.is_in_state("COMPLETED")
    letter.went_through("Letter to send", "Send the letter by email", "Letter emailed")
    office.letter(PRIYA, about=f"Your appeal against {decision}")

    whole = letter.called_by("Capability appeal")
    whole.is_in_state("ACTIVE")
    whole.went_through(
        "Appeal made in writing",
        "Receive the appeal",
        "Case opened?",
        "Admit the appeal",
        "Appeal admitted?",
        "Appoint the manager",
    )
    whole.took(
        "SequenceFlow_AppealMadeInWriting_ToReceiveTheAppeal",
        "SequenceFlow_ReceiveTheAppeal_ToCaseOpened",
        "SequenceFlow_CaseOpened_Yes",
        "SequenceFlow_AdmitTheAppeal_ToAppealAdmitted",
        "SequenceFlow_AppealAdmitted_Yes",
    )
    whole.shows_nothing_of(GROUNDS)
    picture("operate-instance", height=780)


def test_the_appeal_form_asks_for_what_is_needed(tasklist: Tasklist, picture: TakePicture) -> None:
    start = tasklist.start("Capability appeal")
    form = start.form
    question = "Do you raise anything that was not considered before?"
    expect(form.field("What is new?")).to_have_count(0)
    start.submit()
    for label in ("Your staff number", "Reference of the decision", "Your full grounds of appeal", question):
        expect(form.field(label)).to_contain_text("Field is required.")
    expect(start.dialog).to_be_visible()

    form.write("Your staff number", "10")
    expect(form.field("Your staff number")).to_contain_text("minimum length of 6")
    form.write("Your staff number", ALEX.staff_number)
    form.write("Reference of the decision", "DEC-2025-0001")
    form.write("Your full grounds of appeal", GROUNDS)
    form.choose(question, "Yes")
    expect(form.field("What is new?")).to_be_visible()
    start.submit()
    expect(form.field("What is new?")).to_contain_text("Field is required.")
    form.choose(question, "No")
    expect(form.field("What is new?")).to_have_count(0)
    form.choose(question, "Yes")
    form.write("What is new?", "A colleague saw the meeting.")
    form.scope.get_by_role("heading").scroll_into_view_if_needed()
    picture("tasklist-start-form", of=start.dialog)


def test_an_unknown_staff_number_goes_to_hr(tasklist: Tasklist) -> None:
    unknown = "999999"
    start = tasklist.start("Capability appeal")
    start.form.write("Your staff number", unknown)
    start.form.write("Reference of the decision", "DEC-2025-0001")
    start.form.write("Your full grounds of appeal", GROUNDS)
    start.form.choose("Do you raise anything that was not considered before?", "No")
    start.start()

    problem = tasklist.task("Resolve the problem", says=f"Nobody has the staff number {unknown}.")
    expect(problem.form.box("Staff number of the employee")).to_have_value(unknown)
    expect(problem.candidates).to_have_text("hr")
    what = "What shall happen?"
    expect(problem.form.field(what)).to_contain_text("I have corrected the numbers: check again")
    expect(problem.form.field(what)).not_to_contain_text("It cannot be taken as an appeal")

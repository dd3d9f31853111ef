"""Stories of what goes wrong outside the diagrams: nothing is lost, and a person is told what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.driver.people import ALEX, HELEN
from tests.scenarios.driver.stage import Stage
from tests.scenarios.driver.story import Story
from workers.records.models import OutboxMessage

ACKNOWLEDGEMENT = "capability/capability_appeal_acknowledgement.md"


@pytest.fixture(autouse=True)
def _begins(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")


@contextmanager
def broken(stage: Stage, template: str, ending: str) -> Iterator[None]:
    """A letter somebody is just editing, and has not got right yet."""
    file = stage.settings.templates_dir / template
    good = file.read_text("utf-8")
    file.write_text(good + ending, "utf-8")
    try:
        yield
    finally:
        file.write_text(good, "utf-8")


def test_letters_wait_for_the_mail_server_and_the_case_goes_on(story: Story, stage: Stage, appeals: Appeals) -> None:
    decision = appeals.decision("first_written_warning")
    with stage.mail_server.is_down():
        appeal = appeals.make(decision)
        appeal.task("Appoint the manager")
        with stage.database.reading() as records:
            waiting = records.scalars(select(OutboxMessage)).all()
        assert [(mail.status, mail.sent_at) for mail in waiting] == [("queued", None)] * 2
        assert not stage.mail_server.letters()
    story.letter(ALEX, about=decision)
    story.letter(HELEN, about=decision)
    story.no_unread_letter()


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("\n{{ applause }}\n", "applause"),
        ("\n{% if in_time %}\n", "line"),
        ("\n{{ received_on | in_wrods }}\n", "in_wrods"),
    ],
    ids=["a placeholder the diagram does not supply", "an if that is not closed", "a misspelt filter"],
)
def test_a_broken_letter_is_an_incident_until_it_is_mended(
    story: Story, stage: Stage, appeals: Appeals, ending: str, told: str
) -> None:
    decision = appeals.decision("first_written_warning")
    with broken(stage, ACKNOWLEDGEMENT, ending):
        appeal = appeals.make(decision)
        incident = appeal.incident("capability/capability_appeal_acknowledgement")
        assert told in incident.message
        assert ALEX.name not in incident.message
    incident.is_mended()
    story.letter(ALEX, about=decision)
    appeal.task("Appoint the manager")
    assert len(story.letters(ALEX)) == 1


def test_a_letter_that_does_not_exist_names_itself(story: Story, appeals: Appeals) -> None:
    appeals.decision("first_written_warning")
    letter = story.start_with(
        "letter_delivery",
        {
            "template": "capability/capability_apeal_decision",
            "case_reference": appeals.case("capability_decision_record").reference,
            "case_url": "",
            "recipient": ALEX.staff_number,
        },
    )
    assert "capability/capability_apeal_decision" in letter.incident().message


def test_an_unknown_case_is_named_with_its_element(story: Story, appeals: Appeals) -> None:
    appeals.decision("first_written_warning")
    letter = story.start_with(
        "letter_delivery",
        {
            "template": ACKNOWLEDGEMENT.removesuffix(".md"),
            "case_reference": "CAP-1999-0001",
            "case_url": "",
            "recipient": ALEX.staff_number,
        },
    )
    message = letter.incident().message
    assert "case_reference" in message
    assert "Task_SendTheLetterByEmail" in message


def test_a_message_about_a_case_that_does_not_exist_stays_with_an_operator(story: Story) -> None:
    told = story.start(
        "capability_cannot_attend",
        {"case_reference": "CAP-1999-0001", "who": "employee", "statement.cannot_attend_reasons": "Ill."},
    )
    message = told.incident("case_reference").message
    assert "Ill." not in message

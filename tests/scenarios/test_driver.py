"""The story driver itself, on diagrams of its own."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.scenarios.driver import FormRefused, Story, StoryFailed
from tests.scenarios.driver.people import ALEX, DANIEL
from tests.scenarios.driver.stage import Stage

TRIAL = Path(__file__).parent / "driver" / "trial"


@pytest.fixture(scope="session")
def diagrams(stage: Stage) -> list[Path]:
    """Only the trial diagrams, whose coverage is nobody's business."""
    stage.deploy(TRIAL)
    return []


def test_a_request_is_granted(story: Story) -> None:
    story.begins("Monday 3 March 2025 09:00")
    request = story.start("trial_request", form={"staff_number": ALEX.staff_number})

    decide = request.task("Decide on the request")
    assert decide.candidate_users == ["a.morgan"]
    assert decide.candidate_groups == ["hr"]
    assert decide.due == "Monday 10 March 2025 09:00"
    assert "Request of a.morgan" in decide.form.text

    story.moves_to("Wednesday 5 March 2025 10:00")
    decide.complete({"outcome": "granted"}, by=DANIEL)
    request.task("Look at the papers").complete()
    request.is_running()
    story.publishes("papers_arrived", ALEX.staff_number)
    request.ends_at("Granted")
    request.never_reached("Reminded")


def test_a_request_is_refused(story: Story) -> None:
    request = story.start("trial_request", form={"staff_number": ALEX.staff_number})
    decide = request.task("Decide on the request")
    with pytest.raises(FormRefused, match=r"Reason \(reason\): Field is required"):
        decide.complete({"outcome": "refused"})
    with pytest.raises(FormRefused, match="is hidden"):
        decide.complete({"outcome": "granted", "reason": "none"})
    decide.complete({"outcome": "refused", "reason": "too late"})
    request.ends_at("Refused")
    request.has_no_task("Decide on the request")
    assert request.variables["outcome"] == "refused"


def test_an_error_ends_it(story: Story) -> None:
    story.start("trial_request", form={"staff_number": "999999"}).ends_at("EndEvent_NobodyFound")


def test_every_timer_is_met_on_its_day(story: Story) -> None:
    request = story.start("trial_request", form={"staff_number": ALEX.staff_number})
    decide = request.task("Decide on the request")
    story.moves_to("Saturday 8 March 2025 08:59")
    request.never_reached("Reminded")
    story.moves_to("Saturday 8 March 2025 09:00")
    request.reaches("Reminded")
    story.moves_to("Monday 31 March 2025 09:00")
    decide.is_gone()
    request.ends_at("Not decided in time", "Reminded")
    days = story.records.read(lambda state: [step.timestamp for step in state.steps if step.what == "completed"])
    # An overdue timer makes the pinned clock tick by seconds.
    late = timedelta(milliseconds=days[-1] - days[0]) - timedelta(days=10)
    assert timedelta() <= late < timedelta(minutes=1), "it ends after ten days, not when the story looks again"


def test_a_message_starts_one(story: Story) -> None:
    story.publishes("trial_count_wanted", "", start="2025-03-03", amount=5)
    count = story.sees_start_of("trial_count")
    count.ends_at("Counted")
    assert count.variables["deadline"] == "Monday 10 March 2025"


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_message_of_one_story_is_not_for_the_next(story: Story, time: str) -> None:
    request = story.start("trial_request", form={"staff_number": ALEX.staff_number})
    request.task("Decide on the request").complete({"outcome": "granted"})
    request.task("Look at the papers").complete()
    request.is_running()
    request.cancel()
    story.publishes("papers_arrived", ALEX.staff_number)


def test_an_expected_incident_is_no_failure(story: Story) -> None:
    story.publishes("trial_count_wanted", "", start="some day", amount=5)
    count = story.sees_start_of("trial_count")
    assert "Compute the deadline" in count.incident("start").message or count.process_id
    count.has_no_task("Decide on the request")
    count.is_running()
    count.cancel()


def test_letters_are_read_once_and_unwanted_ones_are_seen(story: Story, stage: Stage) -> None:
    for subject in ("Your appeal", "Your appeal: hearing"):
        _send(stage, to="a.morgan@wm.example", subject=subject)
    assert story.letter(to=ALEX, subject="appeal").subject == "Your appeal"
    with pytest.raises(StoryFailed, match="a letter nobody expected"):
        story.no_unread_letter()
    assert "Wednesday 12 March 2025" in story.letter(to=ALEX, subject="appeal").text
    story.no_unread_letter()
    story.no_letter(to=DANIEL, about="hearing")
    with pytest.raises(StoryFailed, match="There must be no letter to Alex Morgan about 'hearing'"):
        story.no_letter(to=ALEX, about="hearing")


def _send(stage: Stage, *, to: str, subject: str) -> None:
    message = EmailMessage()
    message["To"], message["Subject"], message["From"] = to, subject, "hr@dueprocess.example"
    message.set_content("Your hearing is on\nWednesday 12 March 2025.\n")
    with smtplib.SMTP("127.0.0.1", stage.mail_server.port) as smtp:
        smtp.send_message(message)


def test_a_failure_tells_where_everything_is(story: Story) -> None:
    request = story.start("trial_request", form={"staff_number": ALEX.staff_number})
    with pytest.raises(StoryFailed) as failed:
        request.task("Look at the papers")
    told = str(failed.value)
    assert "Everything has come to rest without the task 'Look at the papers' in trial_request." in told
    assert "It is Monday 3 March 2025 09:00." in told
    assert "trial_request: 'Decide on the request' (user task, activated)" in told
    assert "'Decide on the request' for a.morgan, hr, due Monday 10 March 2025 09:00" in told
    assert "'Five days later' on Saturday 8 March 2025 09:00" in told
    assert "trial_request: 'Find the person' → 'Decide on the request'" in told


@pytest.mark.parametrize(
    ("amiss", "told"),
    [
        (lambda request: request.ends_at("Granted"), "Everything has come to rest without the end"),
        (lambda request: request.has_no_task("Decide on the request"), "There must be no task 'Decide on the request'"),
        (lambda request: request.never_reached("Find the person"), "must not reach 'Find the person'"),
        (lambda request: request.story.letter(to=ALEX), "without a letter to Alex Morgan"),
        (lambda request: request.incident(), "without an incident"),
    ],
)
def test_what_is_not_so_fails(story: Story, amiss: object, told: str) -> None:
    assert callable(amiss)
    request = story.start("trial_request", form={"staff_number": ALEX.staff_number})
    with pytest.raises(StoryFailed, match=told):
        amiss(request)


def test_the_wrong_end_fails(story: Story) -> None:
    request = story.start("trial_request", form={"staff_number": "999999"})
    with pytest.raises(StoryFailed, match="ended at 'Nobody found' instead of 'Granted'"):
        request.ends_at("Granted")


def test_an_unexpected_incident_fails_at_once(story: Story) -> None:
    story.publishes("trial_count_wanted", "", start="some day", amount=5)
    count = story.sees_start_of("trial_count")
    with pytest.raises(StoryFailed, match="there was an incident"):
        count.ends_at("Counted")
    with pytest.raises(StoryFailed, match="leaves an incident"):
        story.is_over()
    story.records.read(lambda state: state.forget_instances())


def test_a_misspelt_label_is_no_proof(story: Story) -> None:
    request = story.start("trial_request", form={"staff_number": ALEX.staff_number})
    with pytest.raises(ValueError, match="No deployed diagram has an element 'Remminded'"):
        request.never_reached("Remminded")

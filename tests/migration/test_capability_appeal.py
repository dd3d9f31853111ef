"""A real appeal goes on by changed diagrams, twice, and ends as it would have."""

from __future__ import annotations

import pytest

from tests.migration.conftest import Office
from tests.scenarios.capability_appeals import Appeals
from tests.scenarios.driver.stage import Stage
from tests.scenarios.driver.story import Story
from tests.unit.migration.drawing import element, flow, timer
from workers.engine.deployment import policy_folders, read_files
from workers.settings import Settings

APPOINTMENT, APPEAL = "capability_appeal_appointment.bpmn", "capability_appeal.bpmn"
REMINDER = (
    element(
        "boundaryEvent",
        "BoundaryEvent_NotAppointedYet",
        "Not appointed yet",
        f"<bpmn:outgoing>Flow_BoundaryEvent_NotAppointedYet_EndEvent_Reminded</bpmn:outgoing>{timer('P3D')}",
        attachedToRef="Task_AppointTheManager",
        cancelActivity="false",
    )
    + element("endEvent", "EndEvent_Reminded", "Reminded to appoint")
    + flow("BoundaryEvent_NotAppointedYet", "EndEvent_Reminded")
)


@pytest.fixture
def appeals(story: Story, stage: Stage) -> Appeals:
    """The appeals of the story."""
    return Appeals(story, stage.database)


def changed(files: dict[str, bytes], file: str, old: str, new: str) -> dict[str, bytes]:
    """The folder with one file edited in one place."""
    content = files[file].decode()
    assert content.count(old) == 1
    return files | {file: content.replace(old, new).encode()}


def test_an_appeal_under_way_gets_a_reminder_and_keeps_its_dates(
    story: Story, office: Office, appeals: Appeals
) -> None:
    shared, capability = (
        read_files(folder) for folder in policy_folders(Settings().bpmn_dir, ["shared", "capability"])
    )
    office.deploy(shared)
    office.deploy(capability)
    appeal = appeals.make(appeals.decision("first_written_warning"))
    appeal.task("Appoint the manager")
    story.moves_to("Tuesday 4 March 2025 09:00")

    reminding = changed(capability, APPOINTMENT, "</bpmn:process>", f"{REMINDER}</bpmn:process>")
    office.deploy(reminding)
    moved = office.moves(appeal)
    assert [member.instance.process_id for member in moved.moved] == [
        "capability_appeal",
        "capability_appeal_appointment",
    ]
    assert any("starts when the case is moved: P3D" in note for member in moved.moved for note in member.notes)
    story.moves_to("Friday 7 March 2025 09:00")
    appeal.reaches("Reminded to appoint")
    appeals.appoint(appeal)
    appeals.set_date(appeal, "2025-03-14T10:00")
    appeal.task("Name a companion, or none")
    story.comes_to_rest()

    # A month for the explanation instead of a week; nothing else.
    old = '=duration("P" + string(periods[name = "explain_in_person"][1].amount) + "D")'
    office.deploy(changed(reminding, APPEAL, old, "P1M"))
    waiting = office.moves(appeal)
    assert {member.instance.process_id for member in waiting.moved} == {
        "capability_appeal",
        "capability_appeal_hearing",
        "capability_companion",
    }
    story.moves_to("Friday 14 March 2025 10:00")
    appeals.hold(appeal)
    appeals.decide(appeal, "confirm")
    explaining = appeal.task("Explain it in person")
    story.comes_to_rest()

    # A day, when the month has begun: this case keeps the month.
    office.deploy(changed(reminding, APPEAL, old, "P1D"))
    kept = office.moves(appeal)
    assert any("keeps its date; P1D instead of P1M" in note for member in kept.moved for note in member.notes)
    story.moves_to("Sunday 13 April 2025 09:00")
    assert explaining.is_open
    story.moves_to("Monday 14 April 2025 10:00")
    appeal.ends_at("Appeal decided")
    explaining.is_gone()
    assert "No explanation in person was recorded in time" in appeals.events(appeals.case())

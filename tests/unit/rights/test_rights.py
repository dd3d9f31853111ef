"""Who may do what on the engine: complete, no more than needed, and as the diagrams say."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from workers.checks.project import Project, read_project
from workers.cli import app
from workers.people.roles import ROLES
from workers.rights.identity import (
    ADMIN,
    CONFIDENTIAL_FOLDERS,
    DEPLOYER,
    EVERYTHING,
    OPERATORS,
    STAFF,
    TASK_HOLDERS,
    UNDIVIDED,
    WORKER,
    RightsError,
    configuration,
    exposures,
    is_confidential,
    rights,
    seen_by,
)
from workers.rights.page import RIGHTS_FILE, is_current
from workers.settings import PROJECT

PERMISSIONS = {
    "BATCH": {"CREATE", "CREATE_BATCH_OPERATION_RESOLVE_INCIDENT", "READ", "UPDATE"},
    "COMPONENT": {"ACCESS"},
    "DECISION_DEFINITION": {
        "CREATE_DECISION_INSTANCE",
        "DELETE_DECISION_INSTANCE",
        "READ_DECISION_DEFINITION",
        "READ_DECISION_INSTANCE",
    },
    "MESSAGE": {"CREATE", "READ"},
    "PROCESS_DEFINITION": {
        "CANCEL_PROCESS_INSTANCE",
        "CLAIM_USER_TASK",
        "COMPLETE_USER_TASK",
        "CREATE_PROCESS_INSTANCE",
        "DELETE_PROCESS_INSTANCE",
        "MODIFY_PROCESS_INSTANCE",
        "READ_PROCESS_DEFINITION",
        "READ_PROCESS_INSTANCE",
        "READ_USER_TASK",
        "UPDATE_PROCESS_INSTANCE",
        "UPDATE_USER_TASK",
    },
    "RESOURCE": {
        "CREATE",
        "READ",
        "DELETE_DRD",
        "DELETE_FORM",
        "DELETE_PROCESS",
        "DELETE_RESOURCE",
    },
    "USER_TASK": {"READ", "UPDATE", "CLAIM", "COMPLETE"},
}
"""What the engine knows ("Orchestration Cluster authorization", 8.9), of the resource types used here."""

SEES = {"READ_PROCESS_INSTANCE", "READ_USER_TASK", "UPDATE_PROCESS_INSTANCE", "MODIFY_PROCESS_INSTANCE"}
"""Each of these shows the variables of a case."""


def diagram(process: str, *, started_by: str | None = None, form: bool = False, calls: str = "") -> str:
    """A diagram of a start event and, perhaps, a call activity."""
    properties = (
        f'<zeebe:properties><zeebe:property name="started_by" value="{started_by}"/></zeebe:properties>'
        if started_by is not None
        else ""
    )
    link = f'<zeebe:formDefinition formId="{process}_start"/>' if form else ""
    call = (
        f'<bpmn:callActivity id="Call_It"><bpmn:extensionElements><zeebe:calledElement processId="{calls}"/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
        if calls
        else ""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="{process}" name="A procedure" isExecutable="true">
    <bpmn:startEvent id="StartEvent_Begun" name="Begun">
      <bpmn:extensionElements>{properties}{link}</bpmn:extensionElements>
    </bpmn:startEvent>{call}
  </bpmn:process>
  <bpmn:message id="Message_1" name="{process}_heard"/>
</bpmn:definitions>
"""


@pytest.fixture
def ours() -> Project:
    return read_project(PROJECT / "bpmn", PROJECT / "templates")


@pytest.fixture
def small(tmp_path: Path) -> Project:
    """Two policies, one of them confidential, and what they share."""
    for folder, name, text in (
        ("shared", "letter_delivery", diagram("letter_delivery")),
        ("capability", "capability_appeal", diagram("capability_appeal", form=True, calls="letter_delivery")),
        (
            "confidential_reporting",
            "confidential_report",
            diagram("confidential_report", form=True, started_by="staff, internal_audit", calls="letter_delivery"),
        ),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{name}.bpmn").write_text(text, "utf-8")
    return read_project(tmp_path, PROJECT / "templates")


@pytest.fixture(params=["ours", "small"])
def project(request: pytest.FixtureRequest) -> Project:
    found: Project = request.getfixturevalue(request.param)
    assert not found.unreadable
    return found


def test_the_committed_file_is_current(ours: Project) -> None:
    assert is_current(ours), "run `dueprocess rights`"


def test_every_procedure_is_watched_by_somebody_and_no_confidential_one_by_operators(project: Project) -> None:
    granted = rights(project)
    for process, drawn in project.diagram_of.items():
        group = drawn.file.parent.name if is_confidential(drawn.file) else OPERATORS
        assert "UPDATE_PROCESS_INSTANCE" in seen_by(group, granted)[process]
    hidden = {process for process, drawn in project.diagram_of.items() if is_confidential(drawn.file)}
    hidden_decisions = {decision.id for decision in project.decisions if is_confidential(decision.file)}
    assert not hidden & seen_by(OPERATORS, granted).keys()
    assert not hidden_decisions & seen_by(OPERATORS, granted, "DECISION_DEFINITION").keys()


def test_a_confidential_procedure_is_seen_by_its_own_group_alone(small: Project) -> None:
    seeing = {
        right.owner
        for right in rights(small)
        if right.resource_type == "PROCESS_DEFINITION"
        and right.resource in ("confidential_report", EVERYTHING)
        and SEES & set(right.permissions)
    }
    assert seeing == {"confidential_reporting", WORKER}
    assert set(seen_by("confidential_reporting", rights(small))) == {"confidential_report"}


def test_everything_is_granted_to_nobody_but_the_worker_and_the_deployer(project: Project) -> None:
    everything = {
        (right.owner, right.resource_type, right.permissions)
        for right in rights(project)
        if right.resource == EVERYTHING and right.resource_type not in UNDIVIDED
    }
    assert everything == {(WORKER, "PROCESS_DEFINITION", ("UPDATE_PROCESS_INSTANCE",))}
    assert {right.owner for right in rights(project) if right.resource_type == "RESOURCE"} == {DEPLOYER}


def test_people_work_on_the_tasks_that_name_them_and_on_no_others(project: Project) -> None:
    tasks = {right.task_property: set(right.permissions) for right in rights(project) if right.task_property}
    assert tasks == {
        "assignee": {"READ", "UPDATE", "CLAIM", "COMPLETE"},
        "candidateUsers": {"READ", "CLAIM", "COMPLETE"},
        "candidateGroups": {"READ", "CLAIM", "COMPLETE"},
    }
    # A right on the procedure would show all of its tasks, whomever they name.
    assert not [right for right in rights(project) if any("USER_TASK" in one for one in right.permissions)]


def test_a_form_is_started_by_whom_the_diagram_says(small: Project) -> None:
    starting = {
        (right.owner, right.resource) for right in rights(small) if "CREATE_PROCESS_INSTANCE" in right.permissions
    }
    assert starting == {
        ("hr", "capability_appeal"),
        (STAFF, "confidential_report"),
        ("internal_audit", "confidential_report"),
    }


def test_a_starter_that_is_no_role_is_refused(tmp_path: Path) -> None:
    (tmp_path / "capability").mkdir()
    (tmp_path / "capability" / "capability_appeal.bpmn").write_text(
        diagram("capability_appeal", form=True, started_by="hr, bosses"), "utf-8"
    )
    with pytest.raises(RightsError, match="The start event of capability_appeal names bosses in its property"):
        rights(read_project(tmp_path, PROJECT / "templates"))


def test_messages_are_granted_as_a_whole_and_to_the_worker_alone(project: Project) -> None:
    # The engine refuses whoever holds them by name.
    granted = [right for right in rights(project) if right.resource_type == "MESSAGE"]
    assert [(right.owner, right.resource) for right in granted] == [(WORKER, EVERYTHING)]


def test_a_confidential_procedure_that_calls_what_operators_see_is_found(small: Project) -> None:
    [found] = exposures(small)
    assert (found.diagram.file.stem, found.element.id) == ("confidential_report", "Call_It")
    assert str(found) == (
        "confidential_report.bpmn: Call_It is confidential and calls letter_delivery, which every operator sees in "
        "Operate with the variables it is given. Draw what it needs in the folder confidential_reporting, under an id "
        "of its own, and use that instead."
    )


def test_our_confidential_procedures_show_operators_nothing(ours: Project) -> None:
    assert exposures(ours) == []


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        ("confidential_letter", []),
        ("letter_delivery", ["calls letter_delivery"]),
        ("=chosen", ["calls a procedure that is only known when it runs (=chosen)"]),
        # That there is no such procedure is another check's to say.
        ("nowhere", []),
    ],
)
def test_what_a_confidential_procedure_may_call(tmp_path: Path, calls: str, found: list[str]) -> None:
    for folder, name, text in (
        ("shared", "letter_delivery", diagram("letter_delivery")),
        ("confidential_reporting", "confidential_letter", diagram("confidential_letter")),
        ("confidential_reporting", "confidential_report", diagram("confidential_report", calls=calls)),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{name}.bpmn").write_text(text, "utf-8")
    project = read_project(tmp_path, PROJECT / "templates")
    assert [exposure.passes for exposure in exposures(project)] == found


def test_no_rights_are_written_that_would_show_what_is_confidential(small: Project, tmp_path: Path) -> None:
    file = tmp_path / "rights.yaml"
    refused = CliRunner().invoke(app, ["rights", "--file", str(file)], env={"DUEPROCESS_BPMN_DIR": str(small.bpmn_dir)})
    assert refused.exit_code == 1
    assert "Call_It is confidential and calls letter_delivery" in refused.output
    assert not file.exists()


def test_every_permission_is_one_the_engine_knows(project: Project) -> None:
    for right in rights(project):
        assert set(right.permissions) <= PERMISSIONS[right.resource_type], right
        assert bool(right.resource) != bool(right.task_property), right


def test_no_right_is_written_twice(project: Project) -> None:
    # The engine looks whether an owner has a right on a resource, not what it is: a second one would be left out.
    written = [(right.owner, right.resource_type, right.resource, right.task_property) for right in rights(project)]
    seen: set[tuple[str, str, str, str]] = set()
    twice = {one for one in written if one in seen or seen.add(one)}  # type: ignore[func-returns-value]
    assert not twice


def test_every_owner_is_configured_too(project: Project) -> None:
    content = configuration(project)
    owners = {
        "USER": {user["username"] for user in content["users"]},
        "GROUP": {group["groupId"] for group in content["groups"]},
        "ROLE": {role["roleId"] for role in content["roles"]},
    }
    for right in rights(project):
        assert right.owner in owners[right.owner_type]
    assert owners["GROUP"] == {*ROLES, STAFF, OPERATORS, *CONFIDENTIAL_FOLDERS}
    assert owners["ROLE"] == {TASK_HOLDERS}
    assert set(content["roles"][0]["groups"]) == {STAFF, *ROLES}
    assert content["defaultRoles"] == {"admin": {"users": [ADMIN]}}


def test_no_password_is_in_the_file() -> None:
    users = yaml.safe_load(RIGHTS_FILE.read_text("utf-8"))["camunda"]["security"]["initialization"]["users"]
    assert [user["password"] for user in users] == [
        "${engine_admin_password}",
        "${engine_worker_password}",
        "${engine_deployer_password}",
    ]


def test_the_command_writes_and_checks(tmp_path: Path) -> None:
    file = tmp_path / "rights.yaml"
    missing = CliRunner().invoke(app, ["rights", "--check", "--file", str(file)])
    assert missing.exit_code == 1
    assert "run `dueprocess rights`" in missing.output
    assert CliRunner().invoke(app, ["rights", "--file", str(file)]).exit_code == 0
    assert file.read_text("utf-8") == RIGHTS_FILE.read_text("utf-8")
    assert CliRunner().invoke(app, ["rights", "--check", "--file", str(file)]).exit_code == 0

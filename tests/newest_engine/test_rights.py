"""Who may do what, asked of an engine that has our rights and lets them count.

The engine here is one minor version older than that of production: it does not know rights on single tasks yet
(``USER_TASK``), so those are left out. What people may look at is decided beside the engine, where lists are read, and
cannot be asked of it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.newest_engine.packages import class_path
from tests.newest_engine.running import NewestEngineClient, newest_engine
from tests.scenarios.driver.engine_client import EngineRefused
from tests.scenarios.driver.record_stream import RecordStream
from tests.unit.migration.drawing import END, bpmn, element, extensions, path, service_task
from workers.checks.project import Project, read_project
from workers.engine.deployment import policy_folders
from workers.people.roles import ROLES
from workers.rights.identity import ADMIN, DEPLOYER, OPERATORS, STAFF, WORKER, configuration, rights, starters
from workers.settings import PROJECT, Settings

CONFIDENTIAL = "confidential_reporting"
CONCERN, LEAVE = "concern", "leave"
NEWER = frozenset({"USER_TASK"})
"""Resource types that this engine does not know yet."""
PEOPLE = {
    **{role: [role, STAFF] for role in ROLES},
    STAFF: [STAFF],
    OPERATORS: [OPERATORS],
    CONFIDENTIAL: [CONFIDENTIAL],
}
"""Somebody of each group, named after it, and the groups they belong to."""
NOBODY = "nobody"


@dataclass(frozen=True)
class Guarded:
    """The engine, its records, and what is deployed on it."""

    engine: NewestEngineClient
    records: RecordStream
    project: Project

    def refuses(self, username: str, value_type: str, intent: str, value: dict[str, Any], key: int = -1) -> bool:
        """Whether the engine refuses a command for want of a right; any other refusal is a mistake here."""
        try:
            self.engine.command(username, value_type, intent, value, key)
        except EngineRefused as refused:
            if "FORBIDDEN" not in str(refused):
                raise
            return True
        return False

    def started(self, process_id: str) -> int:
        """A new case."""
        answer = self.engine.command(ADMIN, "PROCESS_INSTANCE_CREATION", "CREATE", creation(process_id))
        return int(answer["value"]["processInstanceKey"])

    def job(self, case: int) -> int:
        """The job a case waits for."""
        found = self.records.wait_for(
            lambda state: next((job.key for job in state.jobs.values() if job.instance_key == case), None), 20
        )
        assert found
        return found

    def incident(self, case: int) -> int:
        """An incident of a case: the worker gives its job up."""
        failure = {"retries": 0, "errorMessage": "Somebody must look at it."}
        self.engine.command(WORKER, "JOB", "FAIL", failure, self.job(case))
        found = self.records.wait_for(
            lambda state: next((i.key for i in state.incidents.values() if i.instance_key == case), None), 20
        )
        assert found
        return found


def creation(process_id: str) -> dict[str, Any]:
    return {"bpmnProcessId": process_id, "version": -1}


def procedure(process_id: str, started_by: str) -> bytes:
    """One job to do, started by a form."""
    start = extensions(
        f'<zeebe:formDefinition formId="{process_id}_start" />'
        f'<zeebe:properties><zeebe:property name="started_by" value="{started_by}" /></zeebe:properties>'
    )
    return bpmn(
        element("startEvent", "StartEvent_Begun", "Begun", start),
        service_task("Task_Look", "Look"),
        END,
        path("StartEvent_Begun", "Task_Look", "EndEvent_Done"),
        process_id=process_id,
        outside=f'<bpmn:message id="Message_{process_id}" name="{process_id}_heard" />',
    )


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our procedures, and two small ones: of leave, and of a concern raised in confidence."""
    folder = tmp_path_factory.mktemp("drawn") / "bpmn"
    shutil.copytree(Settings().bpmn_dir, folder)
    for policy, process_id, started_by in (("leave", LEAVE, "line_managers"), (CONFIDENTIAL, CONCERN, "staff")):
        (folder / policy).mkdir()
        (folder / policy / f"{process_id}.bpmn").write_bytes(procedure(process_id, started_by))
    return folder


@pytest.fixture(scope="module")
def guarded(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The engine with the rights of all that is drawn, everything deployed by the deployer."""
    project = read_project(drawn, PROJECT / "templates")
    granted = configuration(project)
    granted["authorizations"] = [one for one in granted["authorizations"] if one["resourceType"] not in NEWER]
    for group in granted["groups"]:
        group["users"] = [person for person, groups in PEOPLE.items() if group["groupId"] in groups]
    for person in (*PEOPLE, NOBODY):
        granted["users"].append(
            {"username": person, "name": person, "email": f"{person}@example.org", "password": "not used here"}
        )
    settings = Settings(data_dir=tmp_path_factory.mktemp("guarded"))
    with RecordStream() as records, newest_engine(settings, records, granted) as (_, engine):
        for folder in policy_folders(drawn):
            engine.deploy_as(DEPLOYER, folder)
        yield Guarded(engine, records, project)


@pytest.mark.parametrize("username", [*PEOPLE, NOBODY, WORKER])
def test_nobody_deploys_but_the_deployer(guarded: Guarded, drawn: Path, username: str) -> None:
    with pytest.raises(EngineRefused, match="FORBIDDEN"):
        guarded.engine.deploy_as(username, drawn / "leave")


@pytest.mark.parametrize("username", [*PEOPLE, NOBODY, WORKER, DEPLOYER])
def test_a_procedure_is_started_by_those_it_is_for(guarded: Guarded, username: str) -> None:
    groups = set(PEOPLE.get(username, ()))
    allowed = {
        process.id
        for diagram in guarded.project.diagrams
        for process in diagram.processes
        if groups & set(starters(process))
    }
    started = {
        process_id
        for process_id in guarded.project.diagram_of
        if not guarded.refuses(username, "PROCESS_INSTANCE_CREATION", "CREATE", creation(process_id))
    }
    assert started == allowed


def test_who_starts_what_in_words(guarded: Guarded) -> None:
    def starts(username: str, process_id: str) -> bool:
        return not guarded.refuses(username, "PROCESS_INSTANCE_CREATION", "CREATE", creation(process_id))

    assert starts(STAFF, "capability_appeal"), "whoever a decision is about may appeal"
    assert starts("line_managers", "capability_performance")
    assert not starts(STAFF, "capability_performance")
    assert starts("hr", "capability_decision_record")
    assert not starts("line_managers", "capability_decision_record")
    assert not starts("hr", "letter_delivery"), "a part is started by no person"
    assert starts(STAFF, CONCERN)
    assert not starts(OPERATORS, CONCERN)
    assert not starts(CONFIDENTIAL, CONCERN), "its group looks after it"


@pytest.mark.parametrize(
    ("process_id", "username", "allowed"),
    [
        (LEAVE, OPERATORS, True),
        (CONCERN, OPERATORS, False),
        (CONCERN, CONFIDENTIAL, True),
        (LEAVE, CONFIDENTIAL, False),
        (LEAVE, "hr", False),
        (CONCERN, "hr", False),
        (CONCERN, STAFF, False),
        (LEAVE, DEPLOYER, False),
    ],
)
def test_a_case_is_mended_by_its_operators(guarded: Guarded, process_id: str, username: str, allowed: bool) -> None:
    case = guarded.started(process_id)
    incident = guarded.incident(case)
    job = guarded.job(case)
    assert guarded.refuses(username, "JOB", "UPDATE_RETRIES", {"retries": 1}, job) is not allowed
    if not allowed:
        guarded.engine.command(ADMIN, "JOB", "UPDATE_RETRIES", {"retries": 1}, job)
    assert guarded.refuses(username, "INCIDENT", "RESOLVE", {}, incident) is not allowed


@pytest.mark.parametrize("process_id", [LEAVE, CONCERN])
@pytest.mark.parametrize("username", [*PEOPLE, NOBODY, WORKER, DEPLOYER])
def test_no_case_is_cancelled_or_modified(guarded: Guarded, process_id: str, username: str) -> None:
    case = guarded.started(process_id)
    skip = {"processInstanceKey": case, "activateInstructions": [{"elementId": "EndEvent_Done"}]}
    assert guarded.refuses(username, "PROCESS_INSTANCE_MODIFICATION", "MODIFY", skip, case)
    assert guarded.refuses(username, "PROCESS_INSTANCE", "CANCEL", {}, case)


@pytest.mark.parametrize("process_id", [LEAVE, CONCERN])
def test_jobs_are_given_to_the_worker_alone(guarded: Guarded, process_id: str) -> None:
    case = guarded.started(process_id)
    job = guarded.job(case)

    def given(username: str) -> set[int]:
        asked = {"type": "nobodys_job", "worker": username, "timeout": 600_000, "maxJobsToActivate": 1000}
        answer = guarded.engine.command(username, "JOB_BATCH", "ACTIVATE", asked)
        return set(answer["value"]["jobKeys"])

    for username in (STAFF, "hr", NOBODY, DEPLOYER):
        assert not given(username)
        assert guarded.refuses(username, "JOB", "COMPLETE", {}, job)
    assert job in given(WORKER)
    assert not guarded.refuses(WORKER, "JOB", "COMPLETE", {}, job)


@pytest.mark.parametrize("name", [f"{LEAVE}_heard", f"{CONCERN}_heard", "reinstated"])
def test_messages_come_from_the_worker_alone(guarded: Guarded, name: str) -> None:
    message = {"name": name, "correlationKey": "one", "timeToLive": 0}
    assert not guarded.refuses(WORKER, "MESSAGE", "PUBLISH", message)
    for username in (*PEOPLE, NOBODY, DEPLOYER):
        assert guarded.refuses(username, "MESSAGE", "PUBLISH", message)


def test_the_engine_of_production_knows_every_name(guarded: Guarded) -> None:
    """Those of rights on single tasks among them, which the engine above does not know."""
    (jar,) = class_path(Settings().cache_dir, "client")
    printed = subprocess.run(
        (sys.executable, "-m", "tests.newest_engine.names", str(jar)), capture_output=True, check=True, cwd=PROJECT
    )
    known = {kind: set(names) for kind, names in json.loads(printed.stdout).items()}
    granted = rights(guarded.project)
    assert {right.owner_type for right in granted} <= known["OwnerType"]
    assert NEWER <= {right.resource_type for right in granted} <= known["ResourceType"]
    assert {permission for right in granted for permission in right.permissions} <= known["PermissionType"]

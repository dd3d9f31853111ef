"""Users, groups and rights of the engine (8.9, "identity as code"), worked out from the diagrams.

The engine grants and never denies, and knows no order: whoever is granted ``*`` sees everything. So nobody but the
administrator and the worker is: everybody else is granted the procedures by name, and a procedure that is added is
seen by nobody until its rights are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.checks.decisions import Decision
from workers.checks.project import Project
from workers.diagrams.model import Diagram, Element, Process
from workers.people.roles import ROLES

CONFIDENTIAL_FOLDERS = frozenset({"confidential_reporting"})
"""Policies whose procedures operators do not see; each has a group of its own name, which does."""

OPERATORS = "operators"
STAFF = "staff"
TASK_HOLDERS = "task_holders"

ADMIN = "dueprocess-admin"
WORKER = "dueprocess-worker"
DEPLOYER = "dueprocess-deployer"

STARTED_BY = "started_by"
"""Property of a start event: the roles, separated by commas, that may start the procedure by its form."""
USUAL_STARTER = "hr"

EVERYTHING = "*"
UNDIVIDED = frozenset({"BATCH", "MESSAGE", "RESOURCE"})
"""What is granted as a whole: the engine asks for no name of a batch, of a message or of a deployment."""

JsonObject = dict[str, Any]


class RightsError(Exception):
    """The rights cannot be worked out; the message says which diagram to change."""


@dataclass(frozen=True)
class Right:
    """One authorization: what an owner may do with one resource, or with the tasks that name them in a property."""

    owner_type: str
    owner: str
    resource_type: str
    permissions: tuple[str, ...]
    resource: str = ""
    task_property: str = ""

    def as_configured(self) -> JsonObject:
        """As the engine's configuration has it."""
        what = {"resourcePropertyName": self.task_property} if self.task_property else {"resourceId": self.resource}
        return {
            "ownerType": self.owner_type,
            "ownerId": self.owner,
            "resourceType": self.resource_type,
            **what,
            "permissions": list(self.permissions),
        }


@dataclass(frozen=True)
class Exposure:
    """An element of a confidential procedure that passes on variables to where operators see them."""

    diagram: Diagram
    element: Element
    passes: str
    """What it does: the end of a sentence that begins with the element, such as ``calls letter_delivery``."""
    folder: str
    """The confidential policy, whose operators alone may see it."""

    @property
    def problem(self) -> str:
        """What is wrong: the end of a sentence that begins with the element."""
        return f"is confidential and {self.passes}, which every operator sees in Operate with the variables it is given"

    @property
    def remedy(self) -> str:
        """What to do: a whole sentence."""
        return f"Draw what it needs in the folder {self.folder}, under an id of its own, and use that instead."

    def __str__(self) -> str:
        return f"{self.diagram.file.name}: {self.element.id} {self.problem}. {self.remedy}"


def is_confidential(file: Path) -> bool:
    """Whether what stands in this file is hidden from operators."""
    return file.parent.name in CONFIDENTIAL_FOLDERS


def configuration(project: Project) -> JsonObject:
    """All users, groups, roles and rights, as ``camunda.security.initialization`` has them.

    :raises RightsError: a diagram names a role there is not.
    """
    service = ((ADMIN, "Administrator"), (WORKER, "Worker"), (DEPLOYER, "Deployer"))
    groups = {
        **ROLES,
        STAFF: "Everybody who may sign in",
        OPERATORS: "Operators: incidents of every procedure that is not confidential",
        **{folder: f"Operators of {folder}" for folder in sorted(CONFIDENTIAL_FOLDERS)},
    }
    return {
        "users": [
            {
                "username": name,
                "name": words,
                "email": f"{name}@localhost",
                # The engine fills this in from the secret of that name.
                "password": f"${{engine_{name.partition('-')[2]}_password}}",
            }
            for name, words in service
        ],
        "groups": [{"groupId": group, "name": group, "description": words} for group, words in groups.items()],
        "roles": [
            {
                "roleId": TASK_HOLDERS,
                "name": TASK_HOLDERS,
                "description": "Signs in to Tasklist and works on the tasks that name them or their group",
                "groups": [STAFF, *ROLES],
            }
        ],
        "defaultRoles": {"admin": {"users": [ADMIN]}},
        "authorizations": [right.as_configured() for right in rights(project)],
    }


def rights(project: Project) -> list[Right]:
    """Who may do what, in a steady order.

    :raises RightsError: a diagram names a role there is not.
    """
    return [
        *_of_task_holders(),
        *_of_starters(project),
        *_of_operators(project.diagrams, project.decisions),
        *_of_the_worker(),
        *_of_the_deployer(project.diagrams),
    ]


def exposures(project: Project) -> list[Exposure]:
    """Where confidential procedures call, ask or tell what operators see, by diagram and line."""
    found: list[Exposure] = []
    heard_by = _heard_by(project)
    for diagram in project.diagrams:
        if not is_confidential(diagram.file):
            continue
        for element in sorted(diagram.elements.values(), key=lambda element: element.line):
            found.extend(
                Exposure(diagram, element, passes, diagram.file.parent.name)
                for passes in _passed_on(project, element, heard_by)
            )
    return found


def _passed_on(project: Project, element: Element, heard_by: Mapping[str, str]) -> Iterator[str]:
    zeebe = element.zeebe
    if zeebe.called_process is not None:
        called = zeebe.called_process.process_id
        if called.startswith("="):
            yield f"calls a procedure that is only known when it runs ({called})"
        elif called in project.diagram_of and not is_confidential(project.diagram_of[called].file):
            yield f"calls {called}"
    if zeebe.decision is not None:
        asked = zeebe.decision.decision_id
        if asked in project.decision_of and not is_confidential(project.decision_of[asked].file):
            yield f"asks the table {asked}"
    if zeebe.task is not None and zeebe.task.type == "publish_message":
        given = {mapping.target.split(".")[0]: mapping.source for mapping in zeebe.inputs}
        name = _text(given.get("message", ""))
        if "variables" in given and name in heard_by:
            yield f"publishes {name} with variables to {heard_by[name]}"


def _heard_by(project: Project) -> dict[str, str]:
    """The procedures that are not confidential, by the messages they wait for."""
    return {
        event.message.name: process.id
        for diagram, process in _processes(project.diagrams)
        if not is_confidential(diagram.file)
        for element in process.elements
        for event in element.events
        if event.message is not None and element.zeebe.task is None
    }


def _text(source: str) -> str:
    """A text as a mapping writes it, ``="words"``; anything else as it stands."""
    return source[2:-1] if source.startswith('="') and source.endswith('"') else source


def _of_task_holders() -> Iterator[Right]:
    yield Right("ROLE", TASK_HOLDERS, "COMPONENT", ("ACCESS",), "tasklist")
    # Giving a task back, or to somebody else, takes UPDATE; only whoever holds it may.
    yield Right("ROLE", TASK_HOLDERS, "USER_TASK", ("READ", "UPDATE", "CLAIM", "COMPLETE"), task_property="assignee")
    for named in ("candidateUsers", "candidateGroups"):
        yield Right("ROLE", TASK_HOLDERS, "USER_TASK", ("READ", "CLAIM", "COMPLETE"), task_property=named)


def _of_starters(project: Project) -> Iterator[Right]:
    for _, process in _processes(project.diagrams):
        for role in starters(process):
            yield Right(
                "GROUP",
                role,
                "PROCESS_DEFINITION",
                ("CREATE_PROCESS_INSTANCE", "READ_PROCESS_DEFINITION"),
                process.id,
            )


def starters(process: Process) -> list[str]:
    """The roles that may start it by its form; none where only another procedure starts it.

    :raises RightsError: it names a role there is not.
    """
    named: list[str] = []
    for element in process.elements:
        if element.type != "startEvent" or element.parent is not None or element.zeebe.form is None:
            continue
        said = dict(element.zeebe.properties).get(STARTED_BY, USUAL_STARTER)
        named += [role.strip() for role in said.split(",") if role.strip()]
    if unknown := sorted(set(named) - set(ROLES) - {STAFF}):
        raise RightsError(
            f"The start event of {process.id} names {', '.join(unknown)} in its property {STARTED_BY}. There are: "
            f"{', '.join([STAFF, *ROLES])}."
        )
    return sorted(set(named))


def _of_operators(diagrams: Sequence[Diagram], decisions: Sequence[Decision]) -> Iterator[Right]:
    watch = ("READ_PROCESS_DEFINITION", "READ_PROCESS_INSTANCE", "UPDATE_PROCESS_INSTANCE")
    for group in (OPERATORS, *sorted(CONFIDENTIAL_FOLDERS)):
        yield Right("GROUP", group, "COMPONENT", ("ACCESS",), "operate")
        yield Right("GROUP", group, "BATCH", ("CREATE_BATCH_OPERATION_RESOLVE_INCIDENT", "READ"), EVERYTHING)
    for diagram, process in _processes(diagrams):
        yield Right("GROUP", _operators_of(diagram.file), "PROCESS_DEFINITION", watch, process.id)
    for decision in sorted(decisions, key=lambda decision: decision.id):
        yield Right(
            "GROUP",
            _operators_of(decision.file),
            "DECISION_DEFINITION",
            ("READ_DECISION_DEFINITION", "READ_DECISION_INSTANCE"),
            decision.id,
        )


def _of_the_worker() -> Iterator[Right]:
    # One worker serves every procedure. A list would be the same set; a procedure missing from it would have jobs that
    # nobody is given and nobody misses.
    yield Right("USER", WORKER, "PROCESS_DEFINITION", ("UPDATE_PROCESS_INSTANCE",), EVERYTHING)
    yield Right("USER", WORKER, "MESSAGE", ("CREATE",), EVERYTHING)


def _of_the_deployer(diagrams: Sequence[Diagram]) -> Iterator[Right]:
    yield Right("USER", DEPLOYER, "RESOURCE", ("CREATE",), EVERYTHING)
    for _, process in _processes(diagrams):
        yield Right("USER", DEPLOYER, "PROCESS_DEFINITION", ("READ_PROCESS_DEFINITION",), process.id)


def _operators_of(file: Path) -> str:
    return file.parent.name if is_confidential(file) else OPERATORS


def _processes(diagrams: Sequence[Diagram]) -> list[tuple[Diagram, Process]]:
    found = [(diagram, process) for diagram in diagrams for process in diagram.processes if process.executable]
    return sorted(found, key=lambda pair: pair[1].id)


def seen_by(owner: str, all_rights: Sequence[Right], kind: str = "PROCESS_DEFINITION") -> Mapping[str, tuple[str, ...]]:
    """What ``owner`` is granted on each resource of a kind."""
    return {
        right.resource: right.permissions
        for right in all_rights
        if right.owner == owner and right.resource_type == kind
    }

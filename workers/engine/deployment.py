"""Deploy what lies under ``bpmn/``: each policy's folder is one deployment, found by looking, not by a list."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from workers.engine.errors import EngineError
from workers.engine.rejection import problems

if TYPE_CHECKING:
    from pyzeebe.proto import gateway_pb2

    from workers.engine.client import EngineClient

KINDS = (".bpmn", ".dmn", ".form")
FIRST = "shared"
"""What every policy calls is deployed before those who call it."""
INDEXING_PATIENCE = 90.0
POLL = 0.25


class DeploymentError(EngineError):
    """The engine refused a folder; each problem is a sentence."""

    def __init__(self, folder: str, found: Sequence[str]) -> None:
        self.folder = folder
        self.problems = list(found)
        super().__init__(
            "\n".join([f"The engine refused the folder {folder}; nothing of it was deployed.", *self.problems])
        )


@dataclass(frozen=True)
class Resource:
    """A procedure, decision or form that the engine has now."""

    kind: str
    """``process``, ``decision`` or ``form``."""
    id: str
    file: str
    version: int
    key: int
    new: bool
    """Whether this deployment made the version; else the engine had it, and kept it."""


@dataclass(frozen=True)
class Deployment:
    """What became of one folder."""

    folder: str
    key: int
    resources: tuple[Resource, ...]

    def of_kind(self, kind: str) -> list[Resource]:
        """The procedures, decisions or forms in it."""
        return [resource for resource in self.resources if resource.kind == kind]


def policy_folders(bpmn_dir: Path, only: Sequence[str] = ()) -> list[Path]:
    """The folders to deploy, in their order: what is shared first, then by the alphabet.

    :param only: the names of the folders wanted; none: all.
    :raises EngineError: there are none, or no folder of a wanted name.
    """
    if not bpmn_dir.is_dir():
        raise EngineError(f"There is no folder {bpmn_dir}. Name the folder of the diagrams in DUEPROCESS_BPMN_DIR.")
    folders = [
        folder
        for folder in sorted(bpmn_dir.iterdir(), key=lambda folder: (folder.name != FIRST, folder.name))
        if folder.is_dir() and not folder.name.startswith(".") and deployable_files(folder)
    ]
    names = [folder.name for folder in folders]
    if unknown := [name for name in only if name not in names]:
        raise EngineError(
            f"{bpmn_dir} has no folder {' and no folder '.join(unknown)} with diagrams; it has {', '.join(names)}."
        )
    if not folders:
        raise EngineError(f"{bpmn_dir} has no folder with diagrams, decisions or forms.")
    return [folder for folder in folders if not only or folder.name in only]


def deployable_files(folder: Path) -> list[Path]:
    """The diagrams, decisions and forms of a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix in KINDS)


def read_files(folder: Path) -> dict[str, bytes]:
    """What a folder deploys, by name.

    :raises DeploymentError: a form cannot be read; the engine would not say which.
    """
    files = {path.name: path.read_bytes() for path in deployable_files(folder)}
    if found := [problem for name, content in files.items() if (problem := _form_problem(name, content))]:
        raise DeploymentError(folder.name, found)
    return files


async def deploy(
    client: EngineClient,
    bpmn_dir: Path,
    only: Sequence[str] = (),
    on_deployed: Callable[[Deployment], None] = lambda _: None,
) -> list[Deployment]:
    """Deploy each policy's folder.

    A folder in which nothing changed keeps its versions; where one file changed, the engine gives all of its folder a
    new version, so that what belongs together stays together.

    :param only: the names of the folders wanted; none: all.
    :param on_deployed: told of each folder as it is done.
    :raises DeploymentError: the engine refused a folder; those before it stay deployed.
    :raises EngineError: there is nothing to deploy, or the engine does not answer.
    """
    deployments = []
    for folder in policy_folders(bpmn_dir, only):
        files = read_files(folder)
        try:
            answer = await client.deploy(files)
        except EngineError as error:
            if error.status == "INVALID_ARGUMENT":
                raise DeploymentError(folder.name, problems(error.message, files)) from error
            raise
        deployment = Deployment(folder.name, answer.key, tuple(_resources(answer, files)))
        on_deployed(deployment)
        deployments.append(deployment)
    return deployments


async def wait_until_indexed(
    client: EngineClient,
    deployments: Sequence[Deployment],
    opensearch: str | None = None,
    patience: float = INDEXING_PATIENCE,
) -> None:
    """Wait until Operate has the procedures of these deployments and Tasklist their forms.

    A task that Tasklist meets before its form is shown without the form for ever: start nothing before this is over.

    :param opensearch: the URL of Tasklist's OpenSearch. Tasklist itself answers for a form only when a task uses it, so
        without this only the procedures are waited for.
    :raises EngineError: they are not there in time.
    """
    of_kind = {
        kind: [resource for deployment in deployments for resource in deployment.of_kind(kind)]
        for kind in ("process", "form")
    }
    waits = [_wait_for_process(client, process, patience) for process in of_kind["process"]]
    if opensearch is not None:
        waits += [_wait_for_tasklist(opensearch, kind, of_kind[kind], patience) for kind in of_kind]
    await asyncio.gather(*waits)


async def _wait_for_tasklist(opensearch: str, kind: str, resources: Sequence[Resource], patience: float) -> None:
    deadline = time.monotonic() + patience
    wanted = {"query": {"ids": {"values": [str(resource.key) for resource in resources]}}}
    async with httpx.AsyncClient(base_url=opensearch, trust_env=False) as http:
        while True:
            try:
                answer = await http.post(f"/tasklist-{kind}-*/_count", json=wanted)
                found = int(answer.raise_for_status().json()["count"])
            except httpx.HTTPError:
                # A machine that has just started everything may keep it busy for a while.
                await _pause(deadline, f"Tasklist's OpenSearch does not answer at {opensearch}")
                continue
            if found == len(resources):
                return
            await _pause(deadline, f"Tasklist has only {found} of the {len(resources)} versions of kind {kind}")


async def _wait_for_process(client: EngineClient, process: Resource, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not await client.has_process_definition(process.key):
        await _pause(deadline, f"Operate has not got version {process.version} of {process.file} yet")


async def _pause(deadline: float, missing: str) -> None:
    if time.monotonic() >= deadline:
        raise EngineError(f"{missing}. Has OpenSearch stopped, or is the disk full? Look into its log.")
    await asyncio.sleep(POLL)


def _form_problem(name: str, content: bytes) -> str | None:
    if not name.endswith(".form"):
        return None
    try:
        form = json.loads(content)
    except ValueError as error:
        return f"{name}: it is not JSON ({error})."
    if not isinstance(form, dict) or not form.get("id"):
        return f"{name}: the form has no id; give it one in the Modeler."
    return None


def _resources(answer: gateway_pb2.DeployResourceResponse, files: Mapping[str, bytes]) -> list[Resource]:
    found = []
    for deployed in answer.deployments:
        kind = deployed.WhichOneof("Metadata")
        if kind == "process":
            process = deployed.process
            entry = (process.bpmnProcessId, process.resourceName, process.version, process.processDefinitionKey)
        elif kind == "decision":
            decision = deployed.decision
            file = _file_of_decisions(answer, decision.decisionRequirementsKey)
            entry = (decision.dmnDecisionId, file, decision.version, decision.decisionKey)
        elif kind == "form":
            form = deployed.form
            entry = (form.formId, form.resourceName, form.version, form.formKey)
        else:
            continue
        # The engine counts its keys upwards and numbers the deployment before what is new in it.
        found.append(Resource(kind, *entry, new=entry[-1] > answer.key))
    return sorted(found, key=lambda resource: list(files).index(resource.file))


def _file_of_decisions(answer: gateway_pb2.DeployResourceResponse, requirements_key: int) -> str:
    for deployed in answer.deployments:
        if deployed.WhichOneof("Metadata") == "decisionRequirements":
            requirements = deployed.decisionRequirements
            if requirements.decisionRequirementsKey == requirements_key:
                return str(requirements.resourceName)
    return ""

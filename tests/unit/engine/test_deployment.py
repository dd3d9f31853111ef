"""Deploying by folder, with an engine that only answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest
from pyzeebe.proto import gateway_pb2

from workers.engine.client import EngineClient
from workers.engine.deployment import Deployment, DeploymentError, deploy, policy_folders, read_files
from workers.engine.errors import EngineError
from workers.engine.rejection import problems

DIAGRAM = (
    b'<definitions><process id="p"><serviceTask id="Task_SendNotice" name="Send\nthe notice"/>'
    b'<task id="Task_Unnamed"/></process></definitions>'
)


class AnsweringEngine:
    """Remembers what was deployed and gives everything its next keys; what it had before keeps its own."""

    def __init__(self, refusal: EngineError | None = None) -> None:
        self.deployed: list[list[str]] = []
        self.refusal = refusal
        self.had: dict[bytes, tuple[int, int]] = {}
        self.key = 100

    async def deploy(self, resources: Mapping[str, bytes]) -> gateway_pb2.DeployResourceResponse:
        if self.refusal is not None:
            raise self.refusal
        self.deployed.append(list(resources))
        self.key += 1
        answer = gateway_pb2.DeployResourceResponse(key=self.key)
        for name, content in resources.items():
            if content not in self.had:
                self.key += 1
                self.had[content] = (self.key, 1 + len(self.had))
            key, version = self.had[content]
            stem, _, kind = name.rpartition(".")
            if kind == "bpmn":
                answer.deployments.add().process.CopyFrom(
                    gateway_pb2.ProcessMetadata(
                        bpmnProcessId=stem, version=version, processDefinitionKey=key, resourceName=name
                    )
                )
            elif kind == "form":
                answer.deployments.add().form.CopyFrom(
                    gateway_pb2.FormMetadata(formId=stem, version=version, formKey=key, resourceName=name)
                )
            else:
                answer.deployments.add().decision.CopyFrom(
                    gateway_pb2.DecisionMetadata(
                        dmnDecisionId=stem, version=version, decisionKey=key, decisionRequirementsKey=key
                    )
                )
                answer.deployments.add().decisionRequirements.CopyFrom(
                    gateway_pb2.DecisionRequirementsMetadata(decisionRequirementsKey=key, resourceName=name)
                )
        return answer


@pytest.fixture
def bpmn(tmp_path: Path) -> Path:
    for path, content in {
        "attendance/attendance.bpmn": "<a/>",
        "attendance/start.form": json.dumps({"id": "start"}),
        "attendance/README.md": "what a person reads",
        "attendance/.process-application": "",
        "capability/capability.bpmn": "<b/>",
        "capability/periods.dmn": "<c/>",
        "shared/letter.bpmn": "<d/>",
        ".camunda/element-templates/x.form": "{}",
        "empty/README.md": "",
        "alone.bpmn": "<e/>",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    return tmp_path


async def deployed(engine: AnsweringEngine, bpmn: Path, *only: str) -> list[Deployment]:
    return await deploy(cast("EngineClient", engine), bpmn, only)


def test_the_shared_folder_comes_first_and_hidden_ones_never(bpmn: Path) -> None:
    assert [folder.name for folder in policy_folders(bpmn)] == ["shared", "attendance", "capability"]
    assert [folder.name for folder in policy_folders(bpmn, ["capability", "attendance"])] == [
        "attendance",
        "capability",
    ]


def test_a_folder_that_is_not_there_is_said(bpmn: Path) -> None:
    with pytest.raises(EngineError, match="has no folder vetting with diagrams; it has shared, attendance, capability"):
        policy_folders(bpmn, ["vetting"])
    with pytest.raises(EngineError, match="There is no folder"):
        policy_folders(bpmn / "nowhere")
    with pytest.raises(EngineError, match="has no folder with diagrams"):
        policy_folders(bpmn / "empty")


async def test_each_folder_is_one_deployment_of_its_resources(bpmn: Path) -> None:
    engine = AnsweringEngine()

    found = await deployed(engine, bpmn)

    assert engine.deployed == [["letter.bpmn"], ["attendance.bpmn", "start.form"], ["capability.bpmn", "periods.dmn"]]
    assert [(one.kind, one.id, one.file) for one in found[2].resources] == [
        ("process", "capability", "capability.bpmn"),
        ("decision", "periods", "periods.dmn"),
    ]


async def test_what_did_not_change_is_not_new(bpmn: Path) -> None:
    engine = AnsweringEngine()
    first = await deployed(engine, bpmn, "attendance")
    (bpmn / "attendance" / "start.form").write_text(json.dumps({"id": "start", "components": []}))
    second = await deployed(engine, bpmn, "attendance")

    assert [one.new for one in first[0].resources] == [True, True]
    assert {one.file: one.new for one in second[0].resources} == {"attendance.bpmn": False, "start.form": True}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "start.form: it is not JSON"),
        ("[]", "start.form: the form has no id"),
        ("{}", "start.form: the form has no id"),
    ],
)
def test_a_form_that_cannot_be_read_is_named(bpmn: Path, content: str, problem: str) -> None:
    (bpmn / "attendance" / "start.form").write_text(content)

    with pytest.raises(DeploymentError, match=problem):
        read_files(bpmn / "attendance")


HEAD = (
    "DeployResource was refused: Command 'CREATE' rejected with code 'INVALID_ARGUMENT': "
    "Expected to deploy new resources, but encountered the following errors:\n"
)

# What follows HEAD was answered by Camunda 8.6.0.
REJECTIONS = {
    "an element": (
        "'a.bpmn': - Element: Task_SendNotice\n    - ERROR: Must have exactly one 'zeebe:taskDefinition' element\n",
        ["a.bpmn, “Send the notice” (Task_SendNotice): Must have exactly one 'zeebe:taskDefinition' element."],
    ),
    "several problems of two elements": (
        "'a.bpmn': - Element: Task_SendNotice > extensionElements > ioMapping > input\n"
        "    - ERROR: failed to parse 'a +'\n"
        "    - ERROR: Expected path expression '1c'.\n- Element: Task_Unnamed\n    - ERROR: Must have a name\n",
        [
            "a.bpmn, “Send the notice” (Task_SendNotice), in its ioMapping input: failed to parse 'a +'.",
            "a.bpmn, “Send the notice” (Task_SendNotice), in its ioMapping input: Expected path expression '1c'.",
            "a.bpmn, Task_Unnamed: Must have a name.",
        ],
    ),
    "two files": (
        "'a.bpmn': - Element: Task_Unnamed\n    - ERROR: Must have a name\n\n"
        "Duplicated process id in resources 'good.bpmn' and 'dup.bpmn'",
        ["a.bpmn, Task_Unnamed: Must have a name.", "Duplicated process id in resources 'good.bpmn' and 'dup.bpmn'."],
    ),
    "not XML": (
        "'b.bpmn': Fatal Error: URI=null Line=1: Content is not allowed in prolog.",
        ["b.bpmn, line 1: Content is not allowed in prolog."],
    ),
    "not BPMN": (
        "'a.bpmn': Error: URI=null Line=3: cvc-complex-type.2.4.a: Invalid content was found starting with element "
        "'{\"http://www.omg.org/spec/BPMN/20100524/MODEL\":processs}'.",
        ["a.bpmn, line 3: Invalid content was found starting with element 'processs'."],
    ),
    "a decision": (
        "'a.dmn': FEEL expression: failed to parse expression '1 +': Expected (end-of-input):1:3, found \"+\"",
        ["a.dmn: FEEL expression: failed to parse expression '1 +': Expected (end-of-input):1:3, found \"+\"."],
    ),
}


@pytest.mark.parametrize(("answer", "sentences"), REJECTIONS.values(), ids=REJECTIONS)
def test_a_refusal_names_file_and_element(answer: str, sentences: list[str]) -> None:
    assert problems(HEAD + answer, {"a.bpmn": DIAGRAM, "b.bpmn": b"hello"}) == sentences


async def test_a_refused_folder_says_what_is_wrong(bpmn: Path) -> None:
    refusal = EngineError(HEAD + REJECTIONS["not XML"][0], status="INVALID_ARGUMENT")

    with pytest.raises(DeploymentError) as caught:
        await deployed(AnsweringEngine(refusal), bpmn)

    assert caught.value.message.splitlines() == [
        "The engine refused the folder shared; nothing of it was deployed.",
        "b.bpmn, line 1: Content is not allowed in prolog.",
    ]


async def test_an_engine_that_does_not_answer_is_not_a_refusal(bpmn: Path) -> None:
    refusal = EngineError("The engine does not answer at localhost:26500.", status="UNAVAILABLE")

    with pytest.raises(EngineError, match="does not answer") as caught:
        await deployed(AnsweringEngine(refusal), bpmn)

    assert not isinstance(caught.value, DeploymentError)

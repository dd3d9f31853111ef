"""The Modeler's own code on our element templates: it takes them, and choosing one does what we say it does."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.forms.node import run_node_script
from workers.checks.element_template_check import check_element_templates
from workers.checks.element_template_files import FOLDER, read_files, write_templates
from workers.checks.element_template_marks import marks, shown_inputs
from workers.checks.element_templates import element_templates
from workers.checks.project import Project, read_project
from workers.diagrams.model import Diagram, VariableMapping, ZeebeFacts
from workers.diagrams.reading import diagrams_in, read_diagram, read_diagram_bytes
from workers.settings import PROJECT, Settings

SETTINGS = Settings()
TEMPLATES = SETTINGS.bpmn_dir / FOLDER
MODELER = PROJECT / "tools" / "element_templates"
MARKS = re.compile(rb' zeebe:modelerTemplate\w*="[^"]*"')


def modeler(*arguments: object) -> str:
    return run_node_script("modeler.mjs", *map(str, arguments), tools=MODELER)


def chosen(diagram: Path, templates: Path, **choices: str) -> Diagram:
    """The diagram after each element was given a template in the Modeler."""
    written = modeler("choose", diagram, templates, *(f"{element}={name}" for element, name in choices.items()))
    return read_diagram_bytes(written.encode(), diagram)


def said(of: Diagram | ZeebeFacts) -> Any:
    """Everything a diagram or an element says, without where in the file it says it, and inputs in one order.

    The Modeler orders inputs as the template does, and says no to a yes-or-no question that was left open.
    """
    open_questions = {
        (file.id, variable)
        for file in read_files(SETTINGS.bpmn_dir).values()
        for variable, shown in shown_inputs(file.current).items()
        if shown["type"] == "Boolean" and "value" not in shown
    }

    def plain(value: Any) -> Any:
        if isinstance(value, ZeebeFacts):
            left_open = {
                VariableMapping("=false", name) for template, name in open_questions if template == value.template
            }
            inputs = sorted(set(value.inputs) - left_open, key=lambda mapping: mapping.target)
            value = dataclasses.replace(value, inputs=tuple(inputs))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "line"}
        if isinstance(value, tuple):
            return [plain(part) for part in value]
        return {key: plain(part) for key, part in value.items()} if isinstance(value, dict) else value

    return plain(of)


def test_the_modeler_takes_every_template() -> None:
    files = sorted(TEMPLATES.glob("*.json"))
    assert files
    assert json.loads(modeler("validate", *files)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("properties", 0, "binding", "property"), "kind"),
        (("properties", 2, "feel"), "sometimes"),
        (("version",), "1"),
    ],
)
def test_the_modeler_refuses_what_is_wrong(path: tuple[str | int, ...], value: Any, tmp_path: Path) -> None:
    content = json.loads((TEMPLATES / "find_person.json").read_text(encoding="utf-8"))
    place = content[0]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    (tmp_path / "wrong.json").write_text(json.dumps(content), encoding="utf-8")
    assert json.loads(modeler("validate", tmp_path / "wrong.json"))


@pytest.mark.parametrize("file", diagrams_in(SETTINGS.bpmn_dir), ids=lambda file: file.stem)
def test_choosing_again_loses_nothing_and_marks_as_we_do(file: Path, tmp_path: Path) -> None:
    """A process owner who chooses each element's template, as if none were there, gets the diagram we have."""
    diagram = read_diagram(file)
    wanted = {element.id: mark.template for element, mark in marks(diagram, read_files(SETTINGS.bpmn_dir)) if mark}
    bare = tmp_path / file.name
    bare.write_bytes(MARKS.sub(b"", file.read_bytes()))
    assert not any(element.zeebe.template for element in read_diagram(bare).elements.values())
    after = chosen(bare, TEMPLATES, **wanted)
    assert said(dataclasses.replace(after, file=file)) == said(diagram)


@pytest.mark.parametrize("file", diagrams_in(SETTINGS.bpmn_dir), ids=lambda file: file.stem)
def test_the_modeler_knows_every_version(file: Path) -> None:
    found = json.loads(modeler("known", file, TEMPLATES))
    carried = {e.id: e.zeebe.template_version for e in read_diagram(file).elements.values() if e.zeebe.template}
    assert {element: str(of["version"]) for element, of in found.items()} == carried


# A new diagram, and a version later.

NEW = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_trial" targetNamespace="t" modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.6.0">
  <bpmn:process id="trial" name="Trial" isExecutable="true">
    <bpmn:task id="Task_Plain" name="Do something" />
    <bpmn:task id="Task_Letter" name="Tell them" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="BPMNDiagram_trial">
    <bpmndi:BPMNPlane id="BPMNPlane_trial" bpmnElement="trial">
      <bpmndi:BPMNShape id="Task_Plain_di" bpmnElement="Task_Plain"><dc:Bounds x="100" y="100" width="100" height="80" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="Task_Letter_di" bpmnElement="Task_Letter"><dc:Bounds x="300" y="100" width="100" height="80" /></bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""  # noqa: E501 - as the Modeler writes it


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    file = tmp_path / "bpmn" / "trial" / "trial.bpmn"
    file.parent.mkdir(parents=True)
    file.write_text(NEW, encoding="utf-8")
    shutil.copytree(TEMPLATES, tmp_path / "bpmn" / FOLDER)
    return file


def project_of(trial: Path) -> Project:
    return read_project(trial.parent.parent, SETTINGS.templates_dir)


@pytest.mark.parametrize("name", sorted(file.stem for file in TEMPLATES.glob("*.json")))
def test_a_new_task_is_what_its_template_says(name: str, trial: Path) -> None:
    template = f"uk.dueprocess.{name}"
    is_letter = name.startswith("letter_delivery")
    element = "Task_Letter" if is_letter else "Task_Plain"
    written = modeler("choose", trial, TEMPLATES, f"{element}={template}")
    trial.write_text(written, encoding="utf-8")
    made = next(e for e in read_diagram(trial).elements.values() if e.zeebe.template == template)
    assert made.type == ("callActivity" if is_letter else "serviceTask")
    needed = {
        variable: f"={shown.get('value', False)}".lower() if shown["type"] == "Boolean" else shown.get("value", "")
        for variable, shown in shown_inputs(read_files(SETTINGS.bpmn_dir)[template].current).items()
        if not shown.get("optional") or shown["type"] == "Boolean"
    }
    assert {mapping.target: mapping.source for mapping in made.zeebe.inputs} == needed
    found = [finding for finding in check_element_templates(project_of(trial)) if finding.element_id == made.id]
    # Nothing is chosen from the menus yet.
    assert {finding.rule for finding in found} <= {"not-on-the-menu"}, "\n".join(map(str, found))


def test_the_modeler_offers_the_update_of_a_kept_version_and_it_loses_nothing(trial: Path) -> None:
    shutil.copy(SETTINGS.bpmn_dir / "shared" / "letter_delivery.bpmn", trial)
    templates = trial.parent.parent / FOLDER
    project = project_of(trial)
    jobs = project.job_types
    changed = dataclasses.replace(
        project, job_types={**jobs, "send_notice": dataclasses.replace(jobs["send_notice"], title="Send it")}
    )
    write_templates(element_templates(changed), changed.diagrams, trial.parent.parent)
    found = json.loads(modeler("known", trial, templates))
    assert found["Task_SendTheLetterByEmail"] == {"version": 1, "newest": 2}
    after = chosen(trial, templates, Task_SendTheLetterByEmail="uk.dueprocess.send_notice")
    before = read_diagram(trial)
    element = after.elements["Task_SendTheLetterByEmail"]
    assert element.zeebe.template_version == "2"
    same = dataclasses.replace(element.zeebe, template_version="1")
    assert said(same) == said(before.elements["Task_SendTheLetterByEmail"].zeebe)


def test_the_modeler_does_not_know_a_forgotten_version(trial: Path) -> None:
    shutil.copy(SETTINGS.bpmn_dir / "shared" / "letter_delivery.bpmn", trial)
    text = trial.read_text(encoding="utf-8")
    forgotten = 'uk.dueprocess.send_notice" zeebe:modelerTemplateVersion="0"'
    trial.write_text(
        re.sub(r'uk.dueprocess.send_notice" zeebe:modelerTemplateVersion="\d+"', forgotten, text), encoding="utf-8"
    )
    assert json.loads(modeler("known", trial, TEMPLATES))["Task_SendTheLetterByEmail"]["version"] is None
    assert "forgotten-element-template" in {finding.rule for finding in check_element_templates(project_of(trial))}


def test_the_modeler_empties_a_menu_that_does_not_list_the_value(trial: Path) -> None:
    """Why the check refuses it."""
    shutil.copy(SETTINGS.bpmn_dir / "capability" / "capability_appeal_receipt.bpmn", trial)
    text = trial.read_text(encoding="utf-8")
    worked_out = '<zeebe:input source="=if late then a else b" target="template" />'
    trial.write_text(re.sub(r"<zeebe:input source=\S+ target=.template. />", worked_out, text), encoding="utf-8")
    element = "CallActivity_SayWhyItIsNotTaken"
    assert [f.rule for f in check_element_templates(project_of(trial)) if f.element_id == element] == [
        "not-on-the-menu"
    ]
    after = chosen(trial, TEMPLATES, **{element: "uk.dueprocess.letter_delivery"})
    assert [m.source for m in after.elements[element].zeebe.inputs if m.target == "template"] == [""]
    after = chosen(trial, TEMPLATES, **{element: "uk.dueprocess.letter_delivery_by_expression"})
    assert [m.source for m in after.elements[element].zeebe.inputs if m.target == "template"] == [
        "=if late then a else b"
    ]


def test_a_template_of_a_user_task_would_delete_its_inputs(trial: Path, tmp_path: Path) -> None:
    """Why there is none."""
    shutil.copy(SETTINGS.bpmn_dir / "shared" / "letter_delivery.bpmn", trial)
    template = {
        "name": "Ask somebody, and file what they type",
        "id": "ask",
        "version": 1,
        "appliesTo": ["bpmn:Task"],
        "elementType": {"value": "bpmn:UserTask"},
        "entriesVisible": {"outputs": True, "executionListeners": False},
        "properties": [
            {"type": "Hidden", "binding": {"type": "zeebe:userTask"}},
            {
                "type": "Hidden",
                "value": "file_statement",
                "binding": {"type": "zeebe:executionListener", "eventType": "end", "retries": "8"},
            },
        ],
    }
    folder = tmp_path / "user_tasks"
    folder.mkdir()
    (folder / "ask.json").write_text(json.dumps([template]), encoding="utf-8")
    assert json.loads(modeler("validate", folder / "ask.json")) == []
    after = chosen(trial, folder, Task_PrintAndPostTheLetter="ask").elements["Task_PrintAndPostTheLetter"].zeebe
    assert [listener.type for listener in after.listeners] == ["file_statement"]
    assert read_diagram(trial).elements["Task_PrintAndPostTheLetter"].zeebe.inputs
    assert after.inputs == ()

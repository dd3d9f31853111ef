"""The Modeler's menu follows the workers, and diagrams fit what they were made with."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field
from typer.testing import CliRunner

from workers.checks.element_template_check import check_element_templates, what_changed
from workers.checks.element_template_files import (
    FOLDER,
    TemplateFileError,
    read_file,
    read_files,
    write_templates,
)
from workers.checks.element_template_marks import marked, marks, shown_inputs
from workers.checks.element_templates import Json, element_templates
from workers.checks.finding import Finding, Severity
from workers.checks.project import Project, read_project
from workers.cli import app
from workers.diagrams.model import DiagramError
from workers.diagrams.reading import read_diagram, read_diagram_bytes
from workers.runtime.contract import BpmnError, JobInput, JobOutput, JobType, declaration_of, job_type
from workers.settings import Settings

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <!-- <bpmn:serviceTask id="Task_Find" /> -->
  <bpmn:process id="trial" isExecutable="true">
    <bpmn:serviceTask id="Task_Find" name="Find
the person">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="find_person" retries="8" />
        <zeebe:ioMapping>
          <zeebe:input source="=staff_number" target="staff_number" />
          <zeebe:output source="=person.username" target="username" />
        </zeebe:ioMapping>
        <zeebe:properties>
          <zeebe:property name="policy" value="CAP-1" />
        </zeebe:properties>
      </bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:serviceTask name='Count "a > b" days' id='Task_Count' >
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="compute_deadline" retries="8" />
        <zeebe:ioMapping>
          <zeebe:input source="=received_on" target="start" />
          <zeebe:input source='="before"' target="direction" />
        </zeebe:ioMapping>
      </bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:callActivity id="CallActivity_Tell" name="Tell them">
      <bpmn:extensionElements>
        <zeebe:calledElement processId="letter_delivery" propagateAllChildVariables="false" propagateAllParentVariables="false" bindingType="latest" />
        <zeebe:ioMapping>
          <zeebe:input source='="trial/trial_letter"' target="template" />
        </zeebe:ioMapping>
      </bpmn:extensionElements>
    </bpmn:callActivity>
    <bpmn:userTask id="Task_Ask" name="Ask them" />
    <bpmn:callActivity id="CallActivity_Other" name="Another process">
      <bpmn:extensionElements>
        <zeebe:calledElement processId="another" />
      </bpmn:extensionElements>
    </bpmn:callActivity>
  </bpmn:process>
</bpmn:definitions>
"""  # noqa: E501 - as the Modeler writes it
FILE = Path("trial") / "trial.bpmn"


class Office:
    """A small project on disk: one diagram, one letter, the real job types."""

    def __init__(self, folder: Path) -> None:
        self.bpmn = folder / "bpmn"
        self.letters = folder / "templates"
        self.diagram = self.bpmn / FILE
        self.diagram.parent.mkdir(parents=True)
        self.diagram.write_text(DIAGRAM, encoding="utf-8")
        self.write_letter("trial_letter")
        self.jobs: dict[str, JobType] | None = None

    @property
    def project(self) -> Project:
        project = read_project(self.bpmn, self.letters)
        return project if self.jobs is None else replace(project, job_types=self.jobs)

    def write_letter(self, name: str) -> None:
        file = self.letters / "trial" / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("---\nsubject: A letter\nkind: letter\n---\nDear reader\n", encoding="utf-8")

    def write(self) -> dict[str, int]:
        written, _ = write_templates(element_templates(self.project), self.project.diagrams, self.bpmn)
        return {file.file.stem: file.version for file in written}

    def apply(self) -> None:
        diagram = read_diagram(self.diagram)
        wanted = {element.id: mark for element, mark in marks(diagram, read_files(self.bpmn)) if mark}
        self.diagram.write_bytes(marked(self.diagram.read_bytes(), diagram, wanted))

    def template(self, name: str) -> Path:
        return self.bpmn / FOLDER / f"{name}.json"

    def edit(self, name: str, change: Callable[[list[Json]], None]) -> None:
        content = json.loads(self.template(name).read_text(encoding="utf-8"))
        change(content)
        self.template(name).write_text(json.dumps(content), encoding="utf-8")

    def redraw(self, old: str, new: str) -> None:
        text = self.diagram.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in the diagram"
        self.diagram.write_text(text.replace(old, new), encoding="utf-8")

    def findings(self) -> list[Finding]:
        return list(check_element_templates(self.project))

    def only_finding(self) -> Finding:
        (finding,) = self.findings()
        return finding


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    office.write()
    office.apply()
    return office


def shown(template: Json, variable: str) -> Json:
    return shown_inputs(template)[variable]


# What a template says.


class Pick(JobInput):
    """What to pick."""

    kind: Literal["ripe", "green"] = Field(description="Which ones.")
    basket: dict[str, Any] = Field(default_factory=dict, description="Where they go.")
    soon: bool = Field(False, description="Before the others.")
    rounding: Literal["none", "up_to_ten"] = Field("none", description="How they are counted.")


class Picked(JobOutput):
    """What was picked."""

    apples: int = Field(description="How many.")


@job_type("pick_apples", title="Pick apples", errors=[BpmnError("NO_APPLES", "None are left.")])
def pick_apples(job: Pick) -> Picked:
    """Pick apples from
    the tree. A second sentence says more.
    """
    raise NotImplementedError(job)


def declared(handler: Callable[..., Any]) -> JobType:
    found = declaration_of(handler)
    assert found is not None
    return found


def test_a_template_says_what_the_declaration_says(office: Office) -> None:
    office.jobs = {"pick_apples": declared(pick_apples)}
    template = next(t for t in element_templates(office.project) if t.name == "pick_apples")
    content = template.content
    assert template.id == content["id"] == "uk.dueprocess.pick_apples"
    assert content["name"] == "Pick apples"
    assert content["description"] == (
        "Pick apples from the tree. Gives: apples. Catch the error NO_APPLES: None are left."
    )
    assert content["elementType"] == {"value": "bpmn:ServiceTask"}
    hidden = {p["binding"]["property"]: p["value"] for p in content["properties"] if p["type"] == "Hidden"}
    assert hidden == {"type": "pick_apples", "retries": "8"}
    assert list(shown_inputs(content)) == ["kind", "basket", "soon", "rounding"]


def test_an_input_is_shown_as_its_type_needs(office: Office) -> None:
    office.jobs = {"pick_apples": declared(pick_apples)}
    content = next(t for t in element_templates(office.project) if t.name == "pick_apples").content
    assert shown(content, "kind") | {"binding": 0} == {
        "label": "Kind",
        "description": "Which ones. One of: ripe, green.",
        "type": "String",
        "feel": "optional",
        "group": "needed",
        "constraints": {"notEmpty": True},
        "binding": 0,
    }
    assert shown(content, "basket")["type"] == "Text"
    assert shown(content, "basket")["feel"] == "required"
    assert shown(content, "soon")["type"] == "Boolean"
    assert shown(content, "soon")["description"] == "Before the others. Left empty: no."
    assert shown(content, "rounding")["choices"] == [
        {"name": "None", "value": '="none"'},
        {"name": "Up to ten", "value": '="up_to_ten"'},
    ]
    assert all(shown(content, name)["optional"] for name in ("basket", "soon", "rounding"))
    assert "value" not in shown(content, "rounding"), "a default would be written into diagrams that leave it out"


def test_every_job_type_but_listeners_has_one_and_letters_two(office: Office) -> None:
    names = {template.name for template in element_templates(office.project)}
    jobs = office.project.job_types
    assert names == {name for name, job in jobs.items() if not job.listener} | {
        "letter_delivery",
        "letter_delivery_by_expression",
    }
    assert any(job.listener for job in jobs.values())


def test_letters_and_registers_are_chosen_from_a_menu(office: Office) -> None:
    office.write_letter("another_letter")
    by_name = {template.name: template.content for template in element_templates(office.project)}
    letters = [choice["value"] for choice in shown(by_name["letter_delivery"], "template")["choices"]]
    assert letters == ['="trial/another_letter"', '="trial/trial_letter"']
    registers = [choice["value"] for choice in shown(by_name["add_register_entry"], "register")["choices"]]
    assert '="capability_decisions"' in registers
    assert "first_written_warning" in shown(by_name["add_register_entry"], "kind")["description"]
    assert "revoked" in shown(by_name["change_register_entry"], "status")["description"]
    assert "occupational_health" in shown(by_name["find_people"], "roles")["description"]
    assert shown(by_name["close_case"], "closed_at")["value"] == "=now()"


# Versions.


def test_templates_begin_with_version_one_and_are_written_once(office: Office) -> None:
    assert {file.version for file in read_files(office.bpmn).values()} == {1}
    assert office.write() == {}


@pytest.mark.parametrize("name", ["find_person", "close_case"], ids=["carried by a diagram", "carried by none"])
def test_the_version_rises_when_the_content_changes(office: Office, name: str) -> None:
    jobs = office.project.job_types
    office.jobs = {**jobs, name: replace(jobs[name], title="Something else")}
    assert office.write() == {name: 2}
    assert office.write() == {}


def test_a_longer_menu_is_no_new_version(office: Office) -> None:
    office.write_letter("another_letter")
    assert office.only_finding().rule == "element-template-stale"
    assert office.write() == {"letter_delivery": 1}
    assert office.findings() == []


def test_an_older_version_stays_while_a_diagram_carries_it(office: Office) -> None:
    rename(office, "Look somebody up")
    assert [version["version"] for version in read_file(office.template("find_person")).versions] == [2, 1]
    rename(office, "Look a person up")
    assert [version["version"] for version in read_file(office.template("find_person")).versions] == [3, 1]
    office.apply()
    rename(office, "Find somebody")
    assert [version["version"] for version in read_file(office.template("find_person")).versions] == [4, 3]


def test_a_lost_file_comes_back_above_what_diagrams_carry(office: Office) -> None:
    office.redraw('find_person" zeebe:modelerTemplateVersion="1"', 'find_person" zeebe:modelerTemplateVersion="7"')
    office.template("find_person").unlink()
    assert office.write() == {"find_person": 8}


def test_a_template_of_nothing_is_removed(office: Office) -> None:
    orphan = office.template("sing_a_song")
    shutil.copy(office.template("find_person"), orphan)
    _, removed = write_templates(element_templates(office.project), office.project.diagrams, office.bpmn)
    assert removed == [orphan]
    assert not orphan.exists()


def rename(office: Office, title: str) -> None:
    jobs = office.project.job_types
    office.jobs = {**jobs, "find_person": replace(jobs["find_person"], title=title)}
    office.write()


def ask_more(office: Office) -> None:
    """A next version of find_person, which asks something else."""

    class FindDifferently(JobInput):
        """Whom to find."""

        username: str = Field(description="The name the person signs in with.")

    jobs = office.project.job_types
    office.jobs = {**jobs, "find_person": replace(jobs["find_person"], input_model=FindDifferently)}


# Marks in diagrams.


def test_marking_changes_two_attributes_and_nothing_else(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.diagram.write_bytes(DIAGRAM.replace("\n", "\r\n").encode())
    before = office.diagram.read_bytes()
    office.write()
    office.apply()
    after = office.diagram.read_bytes()
    assert re.sub(rb' zeebe:modelerTemplate(Version)?="[^"]*"', b"", after) == before
    elements = read_diagram(office.diagram).elements
    assert {i: (e.zeebe.template, e.zeebe.template_version) for i, e in elements.items() if e.zeebe.template} == {
        "Task_Find": ("uk.dueprocess.find_person", "1"),
        "Task_Count": ("uk.dueprocess.compute_deadline", "1"),
        "CallActivity_Tell": ("uk.dueprocess.letter_delivery", "1"),
    }
    assert b'<!-- <bpmn:serviceTask id="Task_Find" /> -->' in after


def test_marking_twice_is_marking_once(office: Office) -> None:
    before = office.diagram.read_bytes()
    office.apply()
    assert office.diagram.read_bytes() == before


def test_marking_brings_an_older_version_up_to_date(office: Office) -> None:
    rename(office, "Look somebody up")
    before = office.diagram.read_text(encoding="utf-8")
    office.apply()
    assert office.diagram.read_text(encoding="utf-8") == before.replace(
        'uk.dueprocess.find_person" zeebe:modelerTemplateVersion="1"',
        'uk.dueprocess.find_person" zeebe:modelerTemplateVersion="2"',
    )


def test_a_letter_by_expression_has_its_own_template(office: Office) -> None:
    office.redraw("""source='="trial/trial_letter"'""", 'source="=if upheld then a else b"')
    assert office.only_finding().rule == "not-on-the-menu"
    office.apply()
    assert read_diagram(office.diagram).elements["CallActivity_Tell"].zeebe.template == (
        "uk.dueprocess.letter_delivery_by_expression"
    )
    assert office.findings() == []


def test_a_diagram_that_does_not_know_zeebe_is_refused(office: Office) -> None:
    content = DIAGRAM.replace(' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"', "", 1)
    content = re.sub(r"<zeebe:([\w]+)", r'<zeebe:\1 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"', content)
    diagram = read_diagram_bytes(content.encode(), FILE)
    wanted = {element.id: mark for element, mark in marks(diagram, read_files(office.bpmn)) if mark}
    with pytest.raises(DiagramError, match="Zeebe namespace"):
        marked(content.encode(), diagram, wanted)


# Findings about the files.


def test_all_is_well(office: Office) -> None:
    assert office.findings() == []


def test_the_committed_templates_and_diagrams_are_well() -> None:
    settings = Settings()
    findings = list(check_element_templates(read_project(settings.bpmn_dir, settings.templates_dir)))
    assert not findings, "\n".join(map(str, findings))


def test_a_changed_declaration_makes_a_template_stale(office: Office) -> None:
    ask_more(office)
    finding = office.only_finding()
    assert (finding.rule, finding.file) == ("element-template-stale", office.template("find_person"))
    assert "dueprocess templates write" in finding.remedy


def test_a_hand_edited_template_is_stale(office: Office) -> None:
    def edit(versions: list[Json]) -> None:
        versions[0]["properties"][1]["value"] = "3"

    office.edit("find_person", edit)
    assert {finding.rule for finding in office.findings()} == {
        "element-template-stale",
        "differs-from-element-template",
    }


def test_a_missing_template(office: Office) -> None:
    office.template("find_person").unlink()
    assert [finding.rule for finding in office.findings()] == ["element-template-missing", "unknown-element-template"]


def test_an_orphaned_template(office: Office) -> None:
    shutil.copy(office.template("record_event"), office.template("sing_a_song"))
    finding = office.only_finding()
    assert (finding.rule, finding.file.stem) == ("element-template-orphaned", "sing_a_song")


INVALID: dict[str, tuple[str, str]] = {
    "no JSON": ("[", "is no JSON that can be read"),
    "one template": ("{}", "is no list"),
    "none": ("[]", "is no list"),
    "a number": ("[1]", "something that is no element template"),
    "no id": ('[{"name": "n"}]', "without a correct 'id'"),
    "version is a truth": (
        '[{"id": "a", "name": "n", "version": true, "properties": [], "appliesTo": []}]',
        "without a correct 'version'",
    ),
    "no binding": (
        '[{"id": "a", "name": "n", "version": 1, "properties": [{"type": "String"}], "appliesTo": []}]',
        "without a correct 'binding'",
    ),
    "no type": (
        '[{"id": "a", "name": "n", "version": 1, "properties": [{}], "appliesTo": []}]',
        "without a correct 'type'",
    ),
    "no value": (
        '[{"id": "a", "name": "n", "version": 1, "appliesTo": [],'
        ' "properties": [{"type": "Hidden", "binding": {"type": "property"}}]}]',
        "hidden property without a 'value'",
    ),
    "no choices": (
        '[{"id": "a", "name": "n", "version": 1, "appliesTo": [],'
        ' "properties": [{"type": "Dropdown", "binding": {"type": "property"}, "choices": [1]}]}]',
        "without correct 'choices'",
    ),
    "the id of another": (
        '[{"id": "uk.dueprocess.record_event", "name": "n", "version": 2, "properties": [], "appliesTo": []},'
        ' {"id": "uk.dueprocess.find_person", "name": "n", "version": 1, "properties": [], "appliesTo": []}]',
        "holds the template uk.dueprocess.find_person",
    ),
    "a version twice": (
        '[{"id": "uk.dueprocess.record_event", "name": "n", "version": 1, "properties": [], "appliesTo": []},'
        ' {"id": "uk.dueprocess.record_event", "name": "n", "version": 1, "properties": [], "appliesTo": []}]',
        "lists the versions 1, 1",
    ),
}


@pytest.mark.parametrize(("content", "problem"), INVALID.values(), ids=INVALID)
def test_an_invalid_template(office: Office, content: str, problem: str) -> None:
    file = office.template("record_event")
    file.write_text(content, encoding="utf-8")
    with pytest.raises(TemplateFileError, match=re.escape(problem)):
        read_file(file)
    finding = office.only_finding()
    assert (finding.rule, finding.file) == ("element-template-invalid", file)
    assert problem in finding.problem
    office.template("find_person").unlink()
    with pytest.raises(TemplateFileError, match=r"record_event\.json .* Restore the file"):
        office.write()
    assert not office.template("find_person").exists(), "nothing is written while a version is unknown"


# Findings about elements.

FOUND = ' zeebe:modelerTemplate="uk.dueprocess.find_person" zeebe:modelerTemplateVersion="1"'

Mutation = tuple[str, str, str, Severity, str]
"""What is replaced by what in the diagram; the finding's rule, severity and some of its words."""

MUTATIONS: dict[str, Mutation] = {
    "no template": (FOUND, "", "no-element-template", Severity.ERROR, "'Find a person'"),
    "no version": (
        FOUND,
        ' zeebe:modelerTemplate="uk.dueprocess.find_person"',
        "no-element-template-version",
        Severity.ERROR,
        "templates apply",
    ),
    "a version that is no number": (
        FOUND,
        ' zeebe:modelerTemplate="uk.dueprocess.find_person" zeebe:modelerTemplateVersion="new"',
        "no-element-template-version",
        Severity.ERROR,
        "templates apply",
    ),
    "an unknown template": (
        "uk.dueprocess.find_person",
        "uk.dueprocess.find_persons",
        "unknown-element-template",
        Severity.ERROR,
        "'uk.dueprocess.find_persons'",
    ),
    "a newer version": (
        FOUND,
        FOUND.replace('"1"', '"2"'),
        "newer-element-template",
        Severity.ERROR,
        "find_person.json",
    ),
    "an older version nobody kept": (
        FOUND,
        FOUND.replace('"1"', '"0"'),
        "forgotten-element-template",
        Severity.ERROR,
        "does not know any more",
    ),
    "another job type": (
        '<zeebe:taskDefinition type="find_person"',
        '<zeebe:taskDefinition type="find_people"',
        "differs-from-element-template",
        Severity.ERROR,
        "has the job type find_people, but its element template 'Find a person' has find_person",
    ),
    "other retries": (
        'type="find_person" retries="8"',
        'type="find_person" retries="3"',
        "differs-from-element-template",
        Severity.WARNING,
        "has the retries 3",
    ),
    "a called process bound otherwise": (
        'bindingType="latest"',
        'bindingType="deployment"',
        "differs-from-element-template",
        Severity.ERROR,
        "has the binding deployment",
    ),
    "a called process that sees everything": (
        ' propagateAllParentVariables="false"',
        "",
        "differs-from-element-template",
        Severity.ERROR,
        "has the setting for all variables in on, but its element template 'Deliver a letter' has off",
    ),
    "the template of another kind of element": (
        FOUND,
        FOUND.replace("find_person", "letter_delivery"),
        "differs-from-element-template",
        Severity.ERROR,
        "is a serviceTask",
    ),
    "a letter there is not": (
        "trial/trial_letter",
        "trial/lost_letter",
        "not-on-the-menu",
        Severity.ERROR,
        'Choose one of ="trial/trial_letter"',
    ),
    "an expression in a drop-down": (
        """source='="before"'""",
        'source="=direction"',
        "not-on-the-menu",
        Severity.ERROR,
        "works direction out by an expression",
    ),
    "a property the Modeler would remove": (
        'name="policy"',
        'name="policies"',
        "lost-on-update",
        Severity.WARNING,
        "has policies",
    ),
    "an input the Modeler would remove": (
        'target="template" />',
        'target="template" /><zeebe:input source="=1" target="colour" />',
        "lost-on-update",
        Severity.WARNING,
        "has colour",
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_a_mutation_is_found(office: Office, mutation: Mutation) -> None:
    old, new, rule, severity, says = mutation
    office.redraw(old, new)
    finding = office.only_finding()
    assert (finding.rule, finding.severity, finding.file) == (rule, severity, office.diagram)
    assert finding.line is not None
    assert says in str(finding)


def test_a_template_on_an_element_that_needs_none(office: Office) -> None:
    office.redraw('<bpmn:userTask id="Task_Ask"', '<bpmn:userTask zeebe:modelerTemplate="ask" id="Task_Ask"')
    finding = office.only_finding()
    assert (finding.rule, finding.remedy) == ("unknown-element-template", "Unlink it in the Modeler.")


def test_a_job_there_is_no_template_for(office: Office) -> None:
    office.redraw(FOUND, "")
    office.redraw('type="find_person"', 'type="find_a_parson"')
    finding = office.only_finding()
    assert finding.rule == "no-element-template"
    assert "there is none for what it does" in finding.problem


def test_an_older_version_is_a_warning_that_says_what_changed(office: Office) -> None:
    ask_more(office)
    assert office.write() == {"find_person": 2}
    finding = office.only_finding()
    assert (finding.rule, finding.severity) == ("outdated-element-template", Severity.WARNING)
    assert str(finding) == (
        f"{office.diagram}:{finding.line}: 'Find the person' (Task_Find) was made with version 1 of 'Find a person'; "
        "the newest is 2. It asks for username now. It does not ask for staff_number any more. Choose 'Update' in the "
        "Modeler, or run 'dueprocess templates apply' on the diagram; then fill in what it asks."
    )
    office.apply()
    assert office.findings() == []


def test_what_changed_says_what_is_asked_differently(office: Office) -> None:
    older = read_file(office.template("close_case")).current
    newer = json.loads(json.dumps(older))
    assert what_changed(older, newer) == "What it asks is the same."
    shown(newer, "outcome")["feel"] = "required"
    shown(newer, "closed_at")["value"] = "=today()"
    assert what_changed(older, newer) == "It asks differently for outcome and closed_at."


# The commands.


@pytest.fixture
def as_settings(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("DUEPROCESS_BPMN_DIR", str(office.bpmn))
    monkeypatch.setenv("DUEPROCESS_TEMPLATES_DIR", str(office.letters))
    return office


def test_write_says_what_it_wrote(as_settings: Office) -> None:
    as_settings.template("find_person").unlink()
    done = CliRunner().invoke(app, ["templates", "write"])
    assert (done.exit_code, done.stdout) == (0, f"{as_settings.template('find_person')}: version 2\n")
    assert CliRunner().invoke(app, ["templates", "write"]).stdout == "All element templates are up to date.\n"


def test_write_says_which_file_cannot_be_read(as_settings: Office) -> None:
    as_settings.template("find_person").write_text("<<<<<<< ours", encoding="utf-8")
    done = CliRunner().invoke(app, ["templates", "write"])
    assert done.exit_code == 1
    assert "find_person.json is no JSON" in " ".join(done.output.split())


def test_apply_says_what_it_marked(as_settings: Office) -> None:
    as_settings.diagram.write_text(DIAGRAM, encoding="utf-8")
    done = CliRunner().invoke(app, ["templates", "apply", str(as_settings.bpmn)])
    assert (done.exit_code, done.stdout) == (0, f"{as_settings.diagram}: 3 marked\n")
    done = CliRunner().invoke(app, ["templates", "apply", str(as_settings.diagram)])
    assert done.stdout == f"{as_settings.diagram}: 3 marked already\n"
    assert as_settings.findings() == []


def test_apply_says_which_job_has_no_template(as_settings: Office) -> None:
    as_settings.redraw('type="find_person"', 'type="find_a_parson"')
    done = CliRunner().invoke(app, ["templates", "apply", str(as_settings.diagram)])
    assert done.exit_code == 1
    assert "'Find the person' (Task_Find) does a job there is no element template for" in done.stderr


def test_apply_says_which_file_is_no_diagram(as_settings: Office) -> None:
    as_settings.diagram.write_text("<html/>", encoding="utf-8")
    done = CliRunner().invoke(app, ["templates", "apply", str(as_settings.diagram)])
    assert done.exit_code == 1
    assert "no BPMN" in done.stderr

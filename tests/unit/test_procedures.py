"""The procedures themselves: what diagrams, forms, tables, letters and workers must agree on."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from workers.diagrams.geometry import drawing_findings
from workers.diagrams.model import Diagram, Element
from workers.diagrams.picture import draw
from workers.diagrams.reading import diagrams_in, read_diagram
from workers.notices.placeholders import placeholders
from workers.notices.templates import TemplateFolder
from workers.runtime.catalogue import job_types
from workers.settings import PROJECT

BPMN = PROJECT / "bpmn"
DIAGRAMS = {file.stem: read_diagram(file) for file in diagrams_in(BPMN)}
FORMS = {file.stem: json.loads(file.read_text("utf-8")) for file in BPMN.rglob("*.form")}
TABLES = sorted(BPMN.rglob("*.dmn"))
LETTERS = TemplateFolder(PROJECT / "templates")
ELEMENTS = [
    pytest.param(diagram, element, id=f"{stem}: {element.name or element.id}")
    for stem, diagram in DIAGRAMS.items()
    for element in diagram.elements.values()
]
DOES_SOMETHING = ("userTask", "serviceTask", "businessRuleTask", "callActivity", "sendTask")


def decision_ids() -> set[str]:
    found = (etree.parse(table).getroot().iter("{*}decision") for table in TABLES)
    return {str(decision.get("id")) for decisions in found for decision in decisions}


@pytest.mark.parametrize("stem", DIAGRAMS)
def test_a_diagram_is_well_drawn_and_named_like_its_file(stem: str) -> None:
    diagram = DIAGRAMS[stem]
    assert [process.id for process in diagram.processes] == [stem]
    assert [str(finding) for finding in drawing_findings(diagram)] == []


@pytest.mark.parametrize("stem", DIAGRAMS)
def test_the_picture_in_the_docs_is_of_this_diagram(stem: str) -> None:
    picture = PROJECT / "docs" / "pictures" / f"{stem}.svg"
    assert picture.read_text("utf-8") == draw(DIAGRAMS[stem]), (
        "Draw it again: dueprocess picture bpmn/capability bpmn/shared --out docs/pictures"
    )


def test_file_names_are_unique_and_forms_and_tables_carry_theirs() -> None:
    files = [file.name for file in BPMN.rglob("*.*") if file.suffix in {".bpmn", ".form", ".dmn"}]
    assert [name for name, times in Counter(files).items() if times > 1] == []
    assert {stem: form["id"] for stem, form in FORMS.items()} == {stem: stem for stem in FORMS}
    assert decision_ids() == {table.stem for table in TABLES}


@pytest.mark.parametrize(("diagram", "element"), ELEMENTS)
def test_what_an_element_refers_to_exists(diagram: Diagram, element: Element) -> None:
    zeebe = element.zeebe
    if zeebe.task:
        assert zeebe.task.type in job_types()
    for listener in zeebe.listeners:
        assert job_types()[listener.type].listener
    if zeebe.form:
        assert zeebe.form.form_id in FORMS
        assert zeebe.form.binding == "deployment"
    if zeebe.decision:
        assert zeebe.decision.decision_id in decision_ids()
    if zeebe.called_process:
        called = DIAGRAMS[zeebe.called_process.process_id]
        same_folder = Path(called.file).parent == Path(diagram.file).parent
        assert zeebe.called_process.binding == ("deployment" if same_folder else "latest")
        assert not zeebe.called_process.propagate_all_child_variables


@pytest.mark.parametrize(("diagram", "element"), ELEMENTS)
def test_whoever_does_something_is_named_with_the_paragraph(diagram: Diagram, element: Element) -> None:
    if element.type.removeprefix("bpmn:") in DOES_SOMETHING:
        assert element.documentation, "Say in the documentation who does it."
        assert element.policy, "Name the paragraphs in a property 'policy'."
    for paragraph in element.policy:
        assert re.fullmatch(r"CAP-(A?\d+[a-z]?|equality)", paragraph)


@pytest.mark.parametrize(("diagram", "element"), ELEMENTS)
def test_a_service_task_supplies_its_job_and_catches_its_errors(diagram: Diagram, element: Element) -> None:
    if not element.zeebe.task:
        return
    declared = job_types()[element.zeebe.task.type]
    supplied = {mapping.target for mapping in element.zeebe.inputs}
    fields = {info.alias or name: info for name, info in declared.input_model.model_fields.items()}
    assert supplied <= set(fields)
    assert {name for name, info in fields.items() if info.is_required()} <= supplied
    caught = {
        event.error.code
        for boundary in diagram.boundary_events(element.id)
        for event in boundary.events
        if event.error is not None
    }
    expected = {error.code for error in declared.errors}
    if "only_one" in supplied and "=false" in {m.source for m in element.zeebe.inputs if m.target == "only_one"}:
        expected.discard("CASE_ALREADY_EXISTS")
    assert caught == expected


def letters() -> list[object]:
    return [
        pytest.param(element, id=f"{diagram.file.stem}: {element.name}")
        for diagram in DIAGRAMS.values()
        for element in diagram.elements.values()
        if element.zeebe.called_process and element.zeebe.called_process.process_id == "letter_delivery"
    ]


@pytest.mark.parametrize("element", letters())
def test_a_letter_gets_what_it_prints(element: Element) -> None:
    given = {mapping.target: mapping.source.removeprefix("=") for mapping in element.zeebe.inputs}
    needed = placeholders(LETTERS, LETTERS.load(given["template"].strip('"')))
    supplied = set(re.findall(r'[{,]\s*"?(\w+)"?\s*:', given["facts"]))
    assert needed.facts <= supplied
    assert supplied <= needed.facts | needed.optional_facts
    named = set(re.findall(r'"(\w+)"', given["statements"].split(" then ")[-1]))
    assert needed.statements <= named
    assert not needed.needs_hearing or given["hearing"] != "null"


def test_every_letter_is_sent_by_some_diagram() -> None:
    sent = {
        mapping.source.removeprefix("=").strip('"')
        for diagram in DIAGRAMS.values()
        for element in diagram.elements.values()
        for mapping in element.zeebe.inputs
        if mapping.target == "template"
    }
    assert set(LETTERS.names()) - sent == set()


@pytest.mark.parametrize("stem", FORMS)
def test_a_form_asks_for_free_text_only_as_statements(stem: str) -> None:
    texts = [field["key"] for field in FORMS[stem]["components"] if field["type"] == "textarea"]
    assert [key for key in texts if not key.startswith(("statement.", "refusal."))] == []

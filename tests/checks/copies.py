"""A copy of the project in memory, to be changed as a process owner would change it and then checked."""

from __future__ import annotations

import copy
import dataclasses
import json
import shutil
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from workers.checks.all import Check, checked
from workers.checks.decisions import DecisionError, read_decisions_bytes
from workers.checks.finding import Finding
from workers.checks.forms import FormError, read_form_bytes
from workers.checks.project import Project, unreadable_file
from workers.diagrams.model import DiagramError
from workers.diagrams.reading import BPMN, BPMNDI, DC, ZEEBE, read_diagram_bytes
from workers.notices.templates import TemplateFolder

Node = etree._Element


class Copy:
    """The project with some of its files changed; the others are not read again."""

    def __init__(self, project: Project, folder: Path) -> None:
        self._project = project
        self._folder = folder
        self._xml: dict[Path, Node] = {}
        self._forms: dict[Path, Any] = {}
        self._raw: dict[Path, bytes] = {}
        self._letters = False

    def diagram(self, stem: str) -> Drawn:
        """A diagram, to be changed."""
        return Drawn(self._root(self.file(f"{stem}.bpmn")))

    def table(self, stem: str) -> Table:
        """A decision table, to be changed."""
        return Table(self._root(self.file(f"{stem}.dmn")))

    def form(self, stem: str) -> Asked:
        """A form, to be changed."""
        file = self.file(f"{stem}.form")
        if file not in self._forms:
            self._forms[file] = json.loads(file.read_bytes())
        return Asked(self._forms[file])

    def letter(self, name: str) -> Path:
        """A letter on disk, to be changed there."""
        if not self._letters:
            shutil.copytree(self._project.templates_dir, self._folder / "templates")
            self._letters = True
            self._leave_out_letters_of_others()
        return self._folder / "templates" / f"{name}.md"

    def _leave_out_letters_of_others(self) -> None:
        """Those that only procedures send that are not copied."""
        drawn = "".join(diagram.file.read_text("utf-8") for diagram in self._project.diagrams)
        for name in TemplateFolder(self._folder / "templates").names():
            if name not in drawn:
                (self._folder / "templates" / f"{name}.md").unlink()

    def write(self, name: str, content: bytes) -> None:
        """Put something else in the place of a file."""
        self._raw[self.file(name)] = content

    def add(self, name: str, content: bytes, *, beside: str) -> None:
        """A new file in the folder of another."""
        self._raw[self.file(beside).parent / name] = content

    def rename(self, name: str, other: str) -> None:
        """Give a file another name."""
        file = self.file(name)
        self._raw[file.with_name(other)] = file.read_bytes()
        self._raw[file] = b""

    def move(self, name: str, folder: str) -> None:
        """Put a file into the folder of another policy."""
        file = self.file(name)
        self._raw[file.parent.parent / folder / name] = file.read_bytes()
        self._raw[file] = b""

    def file(self, name: str) -> Path:
        """Where a file of the project is."""
        found = [file for file in self._project.files if file.name == name]
        assert found, f"The project has no {name} any more: change what is to be done to it."
        return found[0]

    def findings(self, checks: Iterable[Check]) -> list[Finding]:
        """What the checks find in the changed project."""
        return checked(self.project, checks)

    @cached_property
    def project(self) -> Project:
        """The changed project."""
        changed = dict(self._raw)
        changed.update(
            {file: etree.tostring(root, encoding="UTF-8", xml_declaration=True) for file, root in self._xml.items()}
        )
        changed.update({file: json.dumps(form).encode() for file, form in self._forms.items()})
        kept = self._project
        diagrams = [diagram for diagram in kept.diagrams if diagram.file not in changed]
        forms = [form for form in kept.forms if form.file not in changed]
        decisions = [decision for decision in kept.decisions if decision.file not in changed]
        unreadable = list(kept.unreadable)
        for file, content in changed.items():
            if not content:
                continue
            try:
                match file.suffix:
                    case ".bpmn":
                        diagrams.append(read_diagram_bytes(content, file))
                    case ".form":
                        forms.append(read_form_bytes(content, file))
                    case _:
                        decisions.extend(read_decisions_bytes(content, file))
            except (DiagramError, FormError, DecisionError) as error:
                unreadable.append(unreadable_file(error, file))
        letters = TemplateFolder(self._folder / "templates") if self._letters else kept.letters
        return dataclasses.replace(
            kept,
            letters=letters,
            diagrams=tuple(sorted(diagrams, key=lambda diagram: diagram.file)),
            forms=tuple(forms),
            decisions=tuple(decisions),
            unreadable=tuple(unreadable),
        )

    def _root(self, file: Path) -> Node:
        if file not in self._xml:
            self._xml[file] = etree.fromstring(file.read_bytes())
        return self._xml[file]


class Drawn:
    """A diagram, changed element by element."""

    def __init__(self, root: Node) -> None:
        self.root = root

    def __getitem__(self, any_id: str) -> ElementOf:
        found = [node for node in self.root.iter(f"{BPMN}*") if node.get("id") == any_id]
        assert found, f"The diagram has no {any_id} any more: change what is to be done to it."
        return ElementOf(self, found[0])

    def shape(self, any_id: str) -> Node:
        """The shape of an element, or the line of a flow."""
        return next(node for node in self.root.iter(f"{BPMNDI}*") if node.get("bpmnElement") == any_id)

    def call_process(self, before: str, after: str) -> None:
        """Give the process another id."""
        self[before].set("id", after)
        next(self.root.iter(f"{BPMNDI}BPMNPlane")).set("bpmnElement", after)

    def move(self, any_id: str, by_x: float, by_y: float) -> None:
        """Move a shape and its label, and nothing else."""
        for bounds in self.shape(any_id).iter(f"{DC}Bounds"):
            bounds.set("x", str(float(bounds.get("x", "0")) + by_x))
            bounds.set("y", str(float(bounds.get("y", "0")) + by_y))

    def shift(self, by_x: float, by_y: float) -> None:
        """Move the whole drawing."""
        for node in self.root.iter():
            if isinstance(node.tag, str) and node.tag.startswith("{http://www.omg.org/spec/DD/"):
                for name, by in (("x", by_x), ("y", by_y)):
                    if node.get(name) is not None:
                        node.set(name, str(float(node.get(name, "0")) + by))

    def remove(self, any_id: str) -> None:
        """Take an element or flow out, with its drawing and what points to it."""
        _take_out(self[any_id].node)
        _take_out(self.shape(any_id))
        for node in list(self.root.iter(f"{BPMN}incoming", f"{BPMN}outgoing")):
            if node.text == any_id:
                _take_out(node)


class ElementOf:
    """One element or flow of a diagram."""

    def __init__(self, diagram: Drawn, node: Node) -> None:
        self.diagram = diagram
        self.node = node

    def set(self, name: str, value: str | None) -> ElementOf:
        """Give an attribute another value, or take it away."""
        if value is None:
            del self.node.attrib[name]
        else:
            self.node.set(name, value)
        return self

    def extension(self, name: str) -> Node:
        """An extension of the engine, such as ``calledElement``."""
        found = next(self.node.iter(f"{ZEEBE}{name}"), None)
        assert found is not None, f"{self.node.get('id')} has no {name} any more."
        return found

    def extend(self, name: str, **values: str) -> ElementOf:
        """Change an extension."""
        node = self.extension(name)
        for key, value in values.items():
            node.set(key, value)
        return self

    def without(self, name: str) -> ElementOf:
        """Take an extension out."""
        node = self.extension(name)
        _take_out(node)
        return self

    def input(self, target: str, source: str | None) -> ElementOf:
        """Set an input mapping, or take it out."""
        return self._map("input", target, source)

    def output(self, target: str, source: str | None) -> ElementOf:
        """Set an output mapping, or take it out."""
        return self._map("output", target, source)

    def repeat(self, collection: str, element: str) -> ElementOf:
        """Repeat a task for each of a collection, one after another."""
        loop = etree.SubElement(self.node, f"{BPMN}multiInstanceLoopCharacteristics", isSequential="true")
        extensions = etree.SubElement(loop, f"{BPMN}extensionElements")
        etree.SubElement(extensions, f"{ZEEBE}loopCharacteristics", inputCollection=collection, inputElement=element)
        return self

    def within(self, tag: str, name: str, value: str | None) -> ElementOf:
        """Change an attribute of a BPMN element inside."""
        node = self.node.find(f".//{BPMN}{tag}")
        assert node is not None, f"{self.node.get('id')} has no {tag} any more."
        return ElementOf(self.diagram, node).set(name, value) and self

    def text(self, tag: str, words: str) -> ElementOf:
        """Change the text of a BPMN element inside."""
        node = self.node.find(f".//{BPMN}{tag}")
        if node is None:
            node = etree.SubElement(self.node, f"{BPMN}{tag}")
        node.text = words
        return self

    def without_part(self, tag: str) -> ElementOf:
        """Take a BPMN element inside out."""
        node = self.node.find(f"{BPMN}{tag}")
        assert node is not None, f"{self.node.get('id')} has no {tag} any more."
        self.node.remove(node)
        return self

    def rename_input(self, before: str, after: str) -> ElementOf:
        """Give an input another name."""
        for node in self.node.iter(f"{ZEEBE}input"):
            if node.get("target") == before:
                node.set("target", after)
                return self
        raise AssertionError(f"{self.node.get('id')} has no input {before} any more.")

    def replace(self, mapping: str, before: str, after: str) -> ElementOf:
        """Change a part of a mapping's expression."""
        for node in self.node.iter(f"{ZEEBE}input", f"{ZEEBE}output"):
            if node.get("target") == mapping and before in node.get("source", ""):
                node.set("source", node.get("source", "").replace(before, after))
                return self
        raise AssertionError(f"{self.node.get('id')} has no {before!r} in {mapping} any more.")

    def become(self, tag: str) -> ElementOf:
        """Turn it into another kind of element."""
        self.node.tag = f"{BPMN}{tag}"
        return self

    def _map(self, kind: str, target: str, source: str | None) -> ElementOf:
        for node in self.node.iter(f"{ZEEBE}{kind}"):
            if node.get("target") == target:
                if source is None:
                    _take_out(node)
                else:
                    node.set("source", source)
                return self
        assert source is not None, f"{self.node.get('id')} has no {kind} {target} any more."
        extensions = self.node.find(f"{BPMN}extensionElements")
        assert extensions is not None, f"{self.node.get('id')} has no extensions any more."
        mappings = extensions.find(f"{ZEEBE}ioMapping")
        if mappings is None:
            mappings = etree.SubElement(extensions, f"{ZEEBE}ioMapping")
        etree.SubElement(mappings, f"{ZEEBE}{kind}", source=source, target=target)
        return self


class Asked:
    """A form, changed field by field."""

    def __init__(self, form: Any) -> None:
        self.form = form

    def __getitem__(self, key: str) -> Any:
        """The field with a key, or the text that contains a word."""
        for field in self.form["components"]:
            if field.get("key") == key or (not field.get("key") and key in str(field.get("text", ""))):
                return field
        raise AssertionError(f"The form has no {key} any more: change what is to be done to it.")

    def remove(self, key: str) -> None:
        """Take a field out."""
        self.form["components"].remove(self[key])

    def add(self, like: str, **changes: Any) -> None:
        """Another field like one there is."""
        self.form["components"].append({**copy.deepcopy(self[like]), **changes})


class Table:
    """A decision table, changed cell by cell; rows and columns count from 1."""

    def __init__(self, root: Node) -> None:
        self.root = root

    def rule(self, row: int) -> Node:
        """A rule."""
        return list(self.root.iter("{*}rule"))[row - 1]

    def test(self, row: int, column: int, text: str) -> None:
        """Change a test."""
        self._text(list(self.rule(row).iter("{*}inputEntry"))[column - 1], text)

    def answer(self, row: int, column: int, text: str) -> None:
        """Change an answer."""
        self._text(list(self.rule(row).iter("{*}outputEntry"))[column - 1], text)

    def remove(self, row: int) -> None:
        """Take a rule out."""
        rule = self.rule(row)
        _take_out(rule)

    def policy(self, policy: str) -> None:
        """Change the hit policy."""
        next(self.root.iter("{*}decisionTable")).set("hitPolicy", policy)

    def asks(self, column: int, expression: str) -> None:
        """Change what a column asks about."""
        self._text(list(self.root.iter("{*}inputExpression"))[column - 1], expression)

    def names(self, column: int, name: str) -> None:
        """Change the name of an answer."""
        list(self.root.iter("{*}output"))[column - 1].set("name", name)

    def copy_rule(self, row: int) -> None:
        """The same rule a second time."""
        rule = self.rule(row)
        again = copy.deepcopy(rule)
        for node in again.iter():
            if node.get("id"):
                node.set("id", f"{node.get('id')}_again")
        rule.addnext(again)

    def _text(self, entry: Node, text: str) -> None:
        node = entry.find("{*}text")
        assert node is not None
        node.text = text


def _take_out(node: Node) -> None:
    parent = node.getparent()
    assert parent is not None
    parent.remove(node)


Change = Callable[[Copy], object]

"""What the pages are written from, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workers.checks.project import Project, read_project
from workers.checks.register import Place, Registers, read_registers
from workers.checks.stories import Shown, shown_by_stories
from workers.checks.tracing import PERIODS, Carrier, Period, Tracing
from workers.diagrams.model import Diagram, Process, one_line
from workers.docs.markdown import BREAK, anchor, cell, link
from workers.settings import PROJECT


@dataclass(frozen=True)
class Folders:
    """Where things stand."""

    bpmn: Path = PROJECT / "bpmn"
    templates: Path = PROJECT / "templates"
    policies: Path = PROJECT / "policies"
    tests: Path = PROJECT / "tests"
    docs: Path = PROJECT / "docs"


@dataclass(frozen=True)
class Sources:
    """The project, its registers and its stories, and how the pages refer to them."""

    folders: Folders
    project: Project
    registers: Registers

    @cached_property
    def tracing(self) -> Tracing:
        """What names which paragraph."""
        return Tracing(self.project)

    @cached_property
    def stories_of(self) -> Mapping[str, tuple[Shown, ...]]:
        """The stories by the paragraphs they show."""
        found: dict[str, list[Shown]] = {}
        for shown in shown_by_stories(self.folders.tests):
            found.setdefault(shown.paragraph, []).append(shown)
        return {paragraph: tuple(stories) for paragraph, stories in found.items()}

    @cached_property
    def processes(self) -> tuple[tuple[Diagram, Process], ...]:
        """Every procedure with its diagram, by policy folder and file."""
        return tuple((diagram, process) for diagram in self.project.diagrams for process in diagram.processes)

    @cached_property
    def callers_of(self) -> Mapping[str, tuple[str, ...]]:
        """By procedure, those that call it."""
        found: dict[str, dict[str, None]] = {}
        for _, process in self.processes:
            for element in process.elements:
                if element.zeebe.called_process:
                    found.setdefault(element.zeebe.called_process.process_id, {})[process.id] = None
        return {called: tuple(callers) for called, callers in found.items()}

    def procedure_page(self, process: str) -> Path:
        """The page of a procedure."""
        return self.folders.docs / "procedures" / f"{process}.md"

    def policy_page(self, folder: str) -> Path:
        """The page of a policy's requirements."""
        return self.folders.docs / "requirements" / f"{folder}.md"

    def picture(self, diagram: Diagram) -> Path:
        """The drawing of a diagram."""
        return self.folders.docs / "pictures" / f"{diagram.file.stem}.svg"

    def periods_of(self, folder: str) -> tuple[Period, ...]:
        """The rows of a policy's table of periods."""
        return tuple(period for period in self.tracing.periods if period.decision.id == f"{folder}{PERIODS}")

    def to_procedure(self, process: str, page: Path) -> str:
        """A link to a procedure's page, in the procedure's words; its id where it is not drawn."""
        diagram = self.project.diagram_of.get(process)
        if diagram is None:
            return f"`{process}`"
        name = next(one.name for one in diagram.processes if one.id == process)
        return link(cell(one_line(name) or process), self.procedure_page(process), page)

    def to_paragraph(self, paragraph: str, page: Path) -> str:
        """A link to a requirement's row."""
        register = self.registers.policy_of.get(paragraph)
        if register is None:
            return paragraph
        return link(paragraph, self.policy_page(register.folder), page, anchor(paragraph))

    def to_paragraphs(self, paragraphs: tuple[str, ...], page: Path) -> str:
        """Links to several."""
        return ", ".join(self.to_paragraph(paragraph, page) for paragraph in paragraphs)

    def to_letter(self, letter: str, page: Path) -> str:
        """A link to a letter's template."""
        return link(letter.rpartition("/")[2].replace("_", " "), self.folders.templates / f"{letter}.md", page)

    def to_stories(self, paragraph: str, page: Path) -> str:
        """The stories that show a paragraph."""
        return BREAK.join(link(cell(one.title), one.file, page) for one in self.stories_of.get(paragraph, ()))

    def to_carrier(self, one: Carrier, page: Path) -> str:
        """An element as its procedure's page knows it; a table's row by its file."""
        name = cell(one.name or one.id)
        if one.kind == "rule":
            return link(name, one.file, page)
        return link(name, self.procedure_page(next(iter(one.processes))), page)

    def to_place(self, place: Place, page: Path) -> str:
        """A place named in the register."""
        match place.kind:
            case "letter":
                return f"letter {self.to_letter(place.name, page)}"
            case "form":
                form = self.project.form_of.get(place.main)
                field = form.field(place.part) if form is not None and place.part else None
                words = cell(field.label) if field is not None and field.label else place.name
                return f"form {link(words, form.file, page)}" if form is not None else f"form {place.name}"
            case "decision":
                decision = self.project.decision_of.get(place.main)
                return f"decision {link(cell(decision.name), decision.file, page)}" if decision else str(place)
            case "process":
                return f"procedure {self.to_procedure(place.name, page)}"
            case "test":
                path, _, name = place.name.partition("::")
                words = name.removeprefix("test_").replace("_", " ")
                return f"test {link(words, self.folders.tests.parent / path, page)}"
            case "access_rule" | "job_type":
                return f"{place.kind.replace('_', ' ')} `{place.name}`"


def read_sources(folders: Folders) -> Sources:
    """Read everything the pages are written from."""
    return Sources(folders, read_project(folders.bpmn, folders.templates), read_registers(folders.policies))

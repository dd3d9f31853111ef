"""Which sequence flows and elements of the diagrams the stories took: a page with coloured pictures, and a table.

The stories record what they took in a JSON file::

    {"capability_appeal": {"flows": {"SequenceFlow_Yes": ["an appeal is upheld"]}, "elements": {"Task_…": […]}}}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from workers.diagrams.model import Diagram, Element, SequenceFlow, one_line
from workers.diagrams.picture import NOT_TAKEN, TAKEN, Style, draw, hover_text, title_of
from workers.diagrams.reading import diagrams_in, read_diagram

if TYPE_CHECKING:
    from rich.table import Table

_GOOD, _FAIR = 100, 80


class CoverageError(Exception):
    """The record of what the stories took cannot be read; the message says what to do."""


class _Taken(BaseModel):
    """What the stories took of one process: the stories' names by flow and element id."""

    model_config = ConfigDict(extra="forbid")

    flows: dict[str, list[str]] = {}
    elements: dict[str, list[str]] = {}


@dataclass(frozen=True)
class Ratio:
    """So many of so many."""

    taken: int
    total: int

    @property
    def percent(self) -> float:
        """From 0 to 100; nothing to take counts as all taken."""
        return 100 * self.taken / self.total if self.total else 100.0

    @property
    def whole_percent(self) -> int:
        """Rounded down, so that only what is complete shows 100."""
        return int(self.percent)

    @property
    def level(self) -> str:
        """``all``, ``most`` or ``some``."""
        return "all" if self.percent >= _GOOD else "most" if self.percent >= _FAIR else "some"


@dataclass(frozen=True)
class DiagramCoverage:
    """What was taken of the executable processes of one diagram, by the stories that took it."""

    diagram: Diagram
    folder: str
    """The policy folder, as a path below the diagrams' folder."""
    stories_by_id: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]
    """Ids the stories took that the diagram does not have: the record is older than the diagram."""

    @cached_property
    def title(self) -> str:
        """What the diagram is called."""
        return title_of(self.diagram)

    @cached_property
    def flows_to_take(self) -> tuple[SequenceFlow, ...]:
        """The sequence flows of the executable processes."""
        return tuple(flow for process in self.diagram.processes if process.executable for flow in process.flows)

    @cached_property
    def elements_to_take(self) -> tuple[Element, ...]:
        """The tasks, events, gateways and subprocesses of the executable processes."""
        executable = (process for process in self.diagram.processes if process.executable)
        return tuple(element for process in executable for element in process.elements if element.is_flow_node)

    @property
    def flows(self) -> Ratio:
        """How many sequence flows were taken."""
        return Ratio(len(self.flows_to_take) - len(self.flows_not_taken), len(self.flows_to_take))

    @property
    def elements(self) -> Ratio:
        """How many elements were reached."""
        return Ratio(len(self.elements_to_take) - len(self.elements_not_taken), len(self.elements_to_take))

    @cached_property
    def flows_not_taken(self) -> tuple[SequenceFlow, ...]:
        """The sequence flows no story took."""
        return tuple(flow for flow in self.flows_to_take if not self.stories_by_id.get(flow.id))

    @cached_property
    def elements_not_taken(self) -> tuple[Element, ...]:
        """The elements no story reached."""
        return tuple(element for element in self.elements_to_take if not self.stories_by_id.get(element.id))

    @cached_property
    def stories(self) -> tuple[str, ...]:
        """The stories that played in this diagram, in the order of their names."""
        return tuple(sorted({story for stories in self.stories_by_id.values() for story in stories}))

    def described(self, flow: SequenceFlow) -> str:
        """A flow in words: its name and what it connects."""
        ends = (one_line(self.diagram.name_of(end)) or end for end in (flow.source, flow.target))
        way = " → ".join(ends)
        return f"{one_line(flow.name)}: {way}" if flow.name else way

    def picture(self) -> str:
        """The diagram, taken green and not taken red, naming the stories under the pointer."""
        ids = [*(flow.id for flow in self.flows_to_take), *(element.id for element in self.elements_to_take)]
        return draw(
            self.diagram,
            Style(
                colours={one: TAKEN if self.stories_by_id.get(one) else NOT_TAKEN for one in ids},
                hover={one: self._hover(one) for one in ids},
            ),
        )

    def _hover(self, any_id: str) -> str:
        stories = self.stories_by_id.get(any_id, ())
        told = "\n".join(("Taken by:", *(f"• {story}" for story in stories))) if stories else "Not taken."
        return "\n".join(part for part in (hover_text(self.diagram, any_id), told) if part)


@dataclass(frozen=True)
class Coverage:
    """What the stories took of all diagrams."""

    diagrams: tuple[DiagramCoverage, ...]
    unknown_processes: tuple[str, ...]
    """Processes the stories played that no diagram holds."""

    @property
    def flows(self) -> Ratio:
        """How many sequence flows were taken, over all diagrams."""
        return _sum(diagram.flows for diagram in self.diagrams)

    @property
    def elements(self) -> Ratio:
        """How many elements were reached, over all diagrams."""
        return _sum(diagram.elements for diagram in self.diagrams)

    @cached_property
    def stories(self) -> tuple[str, ...]:
        """Every story, in the order of their names."""
        return tuple(sorted({story for diagram in self.diagrams for story in diagram.stories}))


def read_coverage(flows_json: Path, bpmn_dir: Path) -> Coverage:
    """Put the stories' record beside the diagrams of a folder.

    :raises CoverageError: the record is missing or has another shape.
    :raises DiagramError: a diagram cannot be read.
    """
    recorded = _recorded(flows_json)
    found: list[DiagramCoverage] = []
    known: set[str] = set()
    for file in diagrams_in(bpmn_dir):
        diagram = read_diagram(file)
        known.update(process.id for process in diagram.processes)
        if any(process.executable for process in diagram.processes):
            found.append(_of_diagram(diagram, file.parent.relative_to(bpmn_dir).as_posix(), recorded))
    return Coverage(tuple(found), tuple(sorted(set(recorded) - known)))


def write_coverage_report(flows_json: Path, bpmn_dir: Path, out_dir: Path) -> Coverage:
    """Write ``index.html`` and a coloured picture of each diagram into ``out_dir``; give back what was taken.

    :raises CoverageError: the record is missing or has another shape.
    :raises DiagramError: a diagram cannot be read.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  (only for the page)

    coverage = read_coverage(flows_json, bpmn_dir)
    pictures = [diagram.picture() for diagram in coverage.diagrams]
    out_dir.mkdir(parents=True, exist_ok=True)
    for diagram, picture in zip(coverage.diagrams, pictures, strict=True):
        (out_dir / f"{diagram.diagram.file.stem}.svg").write_text(picture, encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("coverage.html").render(
        coverage=coverage,
        sections=list(zip(coverage.diagrams, pictures, strict=True)),
        taken_by_story=_taken_by_story(coverage),
        taken=TAKEN,
        not_taken=NOT_TAKEN,
    )
    (out_dir / "index.html").write_text(page, encoding="utf-8")
    return coverage


def coverage_table(coverage: Coverage) -> Table:
    """The figures for the terminal, one line a diagram, and what was not taken."""
    from rich import box  # noqa: PLC0415  (only for the terminal)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title="Sequence flows taken by the stories", box=box.SIMPLE_HEAD, show_footer=True)
    table.add_column("Policy", footer="all")
    table.add_column("Diagram")
    table.add_column("Flows", justify="right", footer=f"{coverage.flows.taken}/{coverage.flows.total}")
    table.add_column("", justify="right", footer=f"{coverage.flows.whole_percent}%")
    table.add_column("Elements", justify="right", footer=f"{coverage.elements.taken}/{coverage.elements.total}")
    table.add_column("Not taken", overflow="fold")
    for diagram in coverage.diagrams:
        table.add_row(
            Text(diagram.folder),
            Text(diagram.diagram.file.stem),
            f"{diagram.flows.taken}/{diagram.flows.total}",
            Text(f"{diagram.flows.whole_percent}%", style=_COLOURS[diagram.flows.level]),
            f"{diagram.elements.taken}/{diagram.elements.total}",
            Text("\n".join(diagram.described(flow) for flow in diagram.flows_not_taken), style="dim"),
        )
    return table


_COLOURS = {"all": "green", "most": "yellow", "some": "red"}


def _recorded(flows_json: Path) -> dict[str, _Taken]:
    try:
        content = json.loads(flows_json.read_text(encoding="utf-8"))
    except OSError as error:
        raise CoverageError(
            f"{flows_json} cannot be read ({error.strerror}). Run the stories first: they record what they take there."
        ) from error
    except ValueError as error:
        raise CoverageError(f"{flows_json} holds no JSON ({error}). Delete it and run the stories again.") from error
    try:
        return {process: _Taken.model_validate(taken) for process, taken in content.items()}
    except (AttributeError, ValidationError) as error:
        raise CoverageError(
            f"{flows_json} is no record of flows and elements by process. Delete it and run the stories again."
        ) from error


def _of_diagram(diagram: Diagram, folder: str, recorded: Mapping[str, _Taken]) -> DiagramCoverage:
    stories: dict[str, set[str]] = {}
    for process in diagram.processes:
        taken = recorded.get(process.id, _Taken())
        for one, names in (*taken.flows.items(), *taken.elements.items()):
            stories.setdefault(one, set()).update(names)
    here = {*diagram.flows, *diagram.elements, *(process.id for process in diagram.processes)}
    return DiagramCoverage(
        diagram,
        folder,
        {one: tuple(sorted(names)) for one, names in stories.items() if one in here},
        tuple(sorted(set(stories) - here)),
    )


def _taken_by_story(coverage: Coverage) -> dict[str, dict[str, list[str]]]:
    """By story and by the number of the diagram's section, the ids the story took."""
    by_story: dict[str, dict[str, list[str]]] = {story: {} for story in coverage.stories}
    for number, diagram in enumerate(coverage.diagrams):
        for one, stories in diagram.stories_by_id.items():
            for story in stories:
                by_story[story].setdefault(str(number), []).append(one)
    return by_story


def _sum(ratios: Iterable[Ratio]) -> Ratio:
    counted = list(ratios)
    return Ratio(sum(ratio.taken for ratio in counted), sum(ratio.total for ratio in counted))

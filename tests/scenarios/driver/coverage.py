"""Which sequence flows of which diagrams the stories took."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table

from tests.scenarios.driver.definitions import Definition
from tests.scenarios.driver.engine_state import EngineState

Takers = dict[str, set[str]]
"""The names of the stories that took a flow or entered an element, by its id."""


@dataclass
class ProcessCoverage:
    """What was taken of one process."""

    definition: Definition
    folder: str
    flows: Takers = field(default_factory=lambda: defaultdict(set))
    elements: Takers = field(default_factory=lambda: defaultdict(set))

    @property
    def untaken(self) -> list[str]:
        """The flows no story took, in words."""
        return [self._in_words(flow) for flow in self.definition.flows if flow not in self.flows]

    @property
    def taken(self) -> int:
        """How many flows some story took."""
        return sum(flow in self.flows for flow in self.definition.flows)

    def _in_words(self, flow_id: str) -> str:
        flow = self.definition.flows[flow_id]
        name = f" [{flow.name}]" if flow.name else ""
        return f"{self.definition.label(flow.source)} →{name} {self.definition.label(flow.target)}"


class Coverage:
    """What the stories of a session took, of the processes deployed from the product's own folders."""

    def __init__(self) -> None:
        self.processes: dict[str, ProcessCoverage] = {}

    def add(self, story: str, state: EngineState, deployed: Mapping[str, Path]) -> None:
        """Add what happened in one story."""
        for definition in state.definitions.values():
            if definition.process_id in deployed:
                self.processes.setdefault(
                    definition.process_id, ProcessCoverage(definition, deployed[definition.process_id].name)
                )
        for step in state.steps:
            definition = state.definitions[step.definition_key]
            if covered := self.processes.get(definition.process_id):
                takers = covered.flows if step.element_id in definition.flows else covered.elements
                takers[step.element_id].add(story)
                if step.element_id in definition.unrecorded:
                    covered.flows[definition.unrecorded[step.element_id]].add(story)

    @property
    def gaps(self) -> list[ProcessCoverage]:
        """The processes with untaken flows, of the folders that have stories."""
        told = {process.folder for process in self.processes.values() if process.taken}
        return [process for process in self._sorted() if process.folder in told and process.untaken]

    def write(self, file: Path) -> None:
        """Write it as JSON: ``{process id: {version, folder, flows: {flow id: [stories]}, elements: {…}}}``.

        Every flow and element of the diagram is listed, the untaken ones with no story.
        """
        told = {
            process.definition.process_id: {
                "version": process.definition.version,
                "folder": process.folder,
                "flows": {flow: sorted(process.flows.get(flow, ())) for flow in process.definition.flows},
                "elements": {
                    element: sorted(process.elements.get(element, ())) for element in process.definition.elements
                },
            }
            for process in self._sorted()
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def table(self) -> Table:
        """A line for each process: how many of its flows were taken, and which were not."""
        table = Table(title="Sequence flows taken by the stories")
        table.add_column("diagram", no_wrap=True)
        table.add_column("taken", no_wrap=True)
        table.add_column("not taken")
        for process in self._sorted():
            share = f"{process.taken}/{len(process.definition.flows)}"
            missing = "\n".join(process.untaken) if process.taken else "none was taken"
            table.add_row(f"{process.folder}/{process.definition.process_id}", share, missing)
        return table

    def _sorted(self) -> list[ProcessCoverage]:
        return sorted(self.processes.values(), key=lambda process: (process.folder, process.definition.process_id))

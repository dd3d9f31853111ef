"""A version of a procedure: its diagram, and what the engine calls it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from workers.diagrams.model import Diagram, Element, Process, one_line
from workers.diagrams.reading import read_diagram_bytes
from workers.engine.errors import EngineError

CATCH_EVENTS = frozenset({"boundaryEvent", "startEvent", "intermediateCatchEvent"})


@dataclass(frozen=True)
class Version:
    """A version of a procedure."""

    process_id: str
    diagram: Diagram
    number: int | None = None
    """Counted by the engine; none for a file that is not deployed."""
    key: int | None = None
    """The engine's key of it; none for a file that is not deployed."""
    words: str = "the new file"
    """What it is called in messages."""

    @classmethod
    def read(cls, process_id: str, xml: bytes, words: str = "the new file") -> Version:
        """Read a version from its diagram.

        :param words: what it is called in messages.

        :raises DiagramError: it cannot be read.
        :raises EngineError: it has no such procedure.
        """
        diagram = read_diagram_bytes(xml, Path(f"{process_id}.bpmn"))
        if process_id not in {process.id for process in diagram.processes}:
            raise EngineError(f"The diagram has no process {process_id!r}; its file name and process id must agree.")
        return cls(process_id, diagram, words=words)

    @classmethod
    def deployed(cls, process_id: str, xml: bytes, number: int, key: int) -> Version:
        """Read a version that the engine has; errors as :meth:`read`."""
        return replace(cls.read(process_id, xml, f"version {number}"), number=number, key=key)

    @cached_property
    def process(self) -> Process:
        """The procedure itself."""
        return next(process for process in self.diagram.processes if process.id == self.process_id)

    @cached_property
    def elements(self) -> dict[str, Element]:
        """Its flow nodes by id."""
        return {element.id: element for element in self.process.elements if element.is_flow_node}

    def name(self, element_id: str) -> str:
        """The element's label and id: ``“Decide” (Task_Decide)``."""
        found = self.elements.get(element_id)
        label = one_line(found.name) if found else ""
        return f"“{label}” ({element_id})" if label else element_id

    def catch_events(self, host: str | None) -> list[Element]:
        """What interrupts or accompanies an element while a case stands there.

        Its boundary events, what starts the event subprocesses in it, what an event-based gateway waits for.

        :param host: an element; None for the procedure as a whole.
        """
        found = [
            start
            for inner in self.elements.values()
            if inner.triggered_by_event and inner.parent == host
            for start in self.elements.values()
            if start.parent == inner.id and start.type == "startEvent"
        ]
        if host is not None:
            found += self.diagram.boundary_events(host)
            if self.elements[host].type == "eventBasedGateway":
                found += [self.elements[flow.target] for flow in self.diagram.outgoing(host)]
        return found

    def before(self, element_id: str) -> set[str]:
        """The elements a case passes, or may pass, before it comes to an element."""
        return self._reachable(element_id, backwards=True)

    def after(self, element_id: str) -> set[str]:
        """The elements a case may come to from an element."""
        return self._reachable(element_id, backwards=False)

    def _reachable(self, element_id: str, *, backwards: bool) -> set[str]:
        found: set[str] = set()
        edge = [element_id]
        while edge:
            at = edge.pop()
            if backwards:
                steps = [flow.source for flow in self.diagram.incoming(at)]
                attached = self.elements[at].attached_to if at in self.elements else None
                steps += [attached] if attached else []
            else:
                steps = [flow.target for flow in self.diagram.outgoing(at)]
                steps += [event.id for event in self.diagram.boundary_events(at)]
            edge += [step for step in steps if step not in found]
            found.update(steps)
        return found - {element_id}

"""What a ``.bpmn`` file says, as frozen values: processes, elements, flows, Zeebe extensions and the drawing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

Value = TypeVar("Value")


class DiagramError(Exception):
    """A file that cannot be read as BPMN; the message names the file, the line and what is wrong."""

    def __init__(self, file: Path, line: int | None, problem: str) -> None:
        super().__init__(f"{file}{f':{line}' if line else ''}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem


@dataclass(frozen=True)
class Point:
    """A place on the drawing, in pixels, y growing downwards."""

    x: float
    y: float


@dataclass(frozen=True)
class Bounds:
    """A rectangle on the drawing, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def inset(self, by: float) -> Bounds:
        """The rectangle smaller by ``by`` on each side (larger when negative)."""
        return Bounds(self.x + by, self.y + by, max(self.width - 2 * by, 0), max(self.height - 2 * by, 0))

    def overlaps(self, other: Bounds) -> bool:
        """Whether both share more than a border."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def contains(self, other: Bounds) -> bool:
        """Whether ``other`` lies wholly inside, borders included."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


@dataclass(frozen=True)
class Shape:
    """Where an element is drawn."""

    element_id: str
    bounds: Bounds
    label: Bounds | None = None
    """Where the name is written, for elements whose name stands outside; None: the drawing leaves it open."""
    expanded: bool = False
    """True for a subprocess drawn open."""
    horizontal: bool = True
    marker_visible: bool = False
    """True for an exclusive gateway drawn with its X."""


@dataclass(frozen=True)
class Edge:
    """How a flow or association is drawn."""

    element_id: str
    waypoints: tuple[Point, ...]
    label: Bounds | None = None


@dataclass(frozen=True)
class Plane:
    """One drawing: the file's main one, or the inside of a closed subprocess."""

    element_id: str
    shapes: Mapping[str, Shape]
    edges: Mapping[str, Edge]


@dataclass(frozen=True)
class Timer:
    """When a timer fires: ``kind`` is ``date``, ``duration`` or ``cycle``."""

    kind: str
    expression: str


@dataclass(frozen=True)
class Message:
    """A message as declared in the file; without a correlation key only start events can wait for it."""

    id: str
    name: str
    correlation_key: str | None
    line: int


@dataclass(frozen=True)
class Error:
    """A BPMN error as declared in the file; a blank code catches every error."""

    id: str
    name: str
    code: str
    line: int


@dataclass(frozen=True)
class Escalation:
    """An escalation as declared in the file."""

    id: str
    name: str
    code: str
    line: int


@dataclass(frozen=True)
class Signal:
    """A signal as declared in the file."""

    id: str
    name: str
    line: int


@dataclass(frozen=True)
class EventDefinition:
    """What makes an event an event: ``kind`` is ``timer``, ``message``, ``error``, ``terminate``, …"""

    kind: str
    timer: Timer | None = None
    message: Message | None = None
    error: Error | None = None
    escalation: Escalation | None = None
    signal: Signal | None = None
    condition: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class TaskDefinition:
    """The job type a worker serves, and the retries the engine grants."""

    type: str
    retries: str


@dataclass(frozen=True)
class VariableMapping:
    """An input or output mapping: ``source`` is a FEEL expression (``=…``) or a literal text."""

    source: str
    target: str


@dataclass(frozen=True)
class FormLink:
    """The form of a user task or start event. ``binding`` is ``latest``, ``deployment`` or ``versionTag``."""

    form_id: str | None
    binding: str
    version_tag: str | None = None
    form_key: str | None = None
    external_reference: str | None = None


@dataclass(frozen=True)
class CalledDecision:
    """The decision a business rule task asks."""

    decision_id: str
    result_variable: str
    binding: str
    version_tag: str | None = None


@dataclass(frozen=True)
class CalledProcess:
    """The process a call activity starts."""

    process_id: str
    binding: str
    version_tag: str | None = None
    propagate_all_child_variables: bool = True
    propagate_all_parent_variables: bool = True


@dataclass(frozen=True)
class Assignment:
    """Who may do a user task, as written: a FEEL expression (``=…``) or names separated by commas."""

    assignee: str | None = None
    candidate_users: str | None = None
    candidate_groups: str | None = None

    @property
    def named_groups(self) -> tuple[str, ...]:
        """The candidate groups where the diagram names them outright; empty for an expression."""
        return _names(self.candidate_groups)

    @property
    def named_users(self) -> tuple[str, ...]:
        """The candidate users where the diagram names them outright; empty for an expression."""
        return _names(self.candidate_users)


@dataclass(frozen=True)
class Listener:
    """An execution or task listener: a job at the ``event`` (``start``, ``end``, ``completing``, …) of an element."""

    event: str
    type: str
    retries: str


@dataclass(frozen=True)
class Repetition:
    """A multi-instance activity: once for each of a collection."""

    sequential: bool
    input_collection: str | None = None
    input_element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    completion_condition: str | None = None


@dataclass(frozen=True)
class Script:
    """A FEEL script and the variable its result goes to."""

    expression: str
    result_variable: str


@dataclass(frozen=True)
class ZeebeFacts:
    """What the Zeebe extensions of an element say; everything is absent on an element without them."""

    task: TaskDefinition | None = None
    headers: tuple[tuple[str, str], ...] = ()
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    user_task: bool = False
    form: FormLink | None = None
    assignment: Assignment | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None
    decision: CalledDecision | None = None
    called_process: CalledProcess | None = None
    script: Script | None = None
    listeners: tuple[Listener, ...] = ()
    task_listeners: tuple[Listener, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    template: str | None = None
    template_version: str | None = None


POLICY = "policy"
"""The name of the ``zeebe:property`` that lists the policy paragraphs an element carries out."""


def policy_references(properties: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The paragraphs named in the ``policy`` properties, in order: ``ATT-15a, ATT-15b`` gives two."""
    listed = (value for name, value in properties if name == POLICY)
    return tuple(part for value in listed for part in re.split(r"[\s,;]+", value) if part)


@dataclass(frozen=True)
class Element:
    """A task, event, gateway, subprocess, data object or annotation.

    ``type`` is the BPMN name of the XML element: ``userTask``, ``startEvent``, ``exclusiveGateway``, …
    """

    id: str
    type: str
    name: str
    line: int
    process_id: str
    parent: str | None = None
    """The subprocess it lies in; None at the top of its process."""
    documentation: str = ""
    events: tuple[EventDefinition, ...] = ()
    attached_to: str | None = None
    """The activity a boundary event sits on."""
    interrupting: bool = True
    default_flow: str | None = None
    triggered_by_event: bool = False
    """True for an event subprocess."""
    instantiate: bool = False
    for_compensation: bool = False
    loops: bool = False
    repetition: Repetition | None = None
    text: str = ""
    """The words of a text annotation."""
    is_collection: bool = False
    zeebe: ZeebeFacts = field(default_factory=ZeebeFacts)

    @property
    def policy(self) -> tuple[str, ...]:
        """The policy paragraphs the element carries out."""
        return policy_references(self.zeebe.properties)

    @property
    def event(self) -> EventDefinition | None:
        """What the event waits for or does; None for a blank event and for anything that is no event."""
        return self.events[0] if self.events else None

    @property
    def is_event(self) -> bool:
        """Whether it is drawn as a circle."""
        return self.type.endswith("Event")

    @property
    def is_gateway(self) -> bool:
        """Whether it is drawn as a diamond."""
        return self.type.endswith("Gateway")

    @property
    def is_subprocess(self) -> bool:
        """Whether it holds elements of its own."""
        return self.type in SUBPROCESSES

    @property
    def is_activity(self) -> bool:
        """Whether it is drawn as a rounded box: a task, call activity or subprocess."""
        return self.type in ACTIVITIES

    @property
    def is_flow_node(self) -> bool:
        """Whether sequence flows can lead to it or from it."""
        return self.is_event or self.is_gateway or self.is_activity


TASKS = frozenset(
    {"task", "userTask", "serviceTask", "businessRuleTask", "scriptTask", "sendTask", "receiveTask", "manualTask"}
)
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
ARTIFACTS = frozenset({"textAnnotation", "group", "dataObjectReference", "dataStoreReference"})
ELEMENTS = ACTIVITIES | EVENTS | GATEWAYS | ARTIFACTS


@dataclass(frozen=True)
class SequenceFlow:
    """An arrow from one flow node to the next."""

    id: str
    name: str
    source: str
    target: str
    line: int
    process_id: str
    parent: str | None = None
    condition: str | None = None
    is_default: bool = False
    documentation: str = ""
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def policy(self) -> tuple[str, ...]:
        """The policy paragraphs the flow carries out."""
        return policy_references(self.properties)


@dataclass(frozen=True)
class Connection:
    """Any other line: ``type`` is ``association``, ``messageFlow``, ``dataInputAssociation`` or ``…Output…``."""

    id: str
    type: str
    name: str
    source: str
    target: str
    line: int
    direction: str = "None"


@dataclass(frozen=True)
class Lane:
    """A lane and the flow nodes in it."""

    id: str
    name: str
    line: int
    process_id: str
    flow_nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Participant:
    """A pool; without a process it is a black box."""

    id: str
    name: str
    line: int
    process_id: str | None = None


@dataclass(frozen=True)
class Process:
    """A process and everything in it, that of its subprocesses included."""

    id: str
    name: str
    executable: bool
    line: int
    documentation: str = ""
    version_tag: str | None = None
    properties: tuple[tuple[str, str], ...] = ()
    listeners: tuple[Listener, ...] = ()
    elements: tuple[Element, ...] = ()
    flows: tuple[SequenceFlow, ...] = ()
    lanes: tuple[Lane, ...] = ()

    @property
    def policy(self) -> tuple[str, ...]:
        """The policy paragraphs the process as a whole carries out."""
        return policy_references(self.properties)


@dataclass(frozen=True)
class Diagram:
    """A ``.bpmn`` file."""

    file: Path
    processes: tuple[Process, ...]
    participants: tuple[Participant, ...] = ()
    connections: tuple[Connection, ...] = ()
    artifacts: tuple[Element, ...] = ()
    """Annotations and groups of the collaboration, outside every process."""
    messages: tuple[Message, ...] = ()
    errors: tuple[Error, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    signals: tuple[Signal, ...] = ()
    planes: tuple[Plane, ...] = ()
    execution_platform: str | None = None
    execution_platform_version: str | None = None

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """Every element of the file by id."""
        own = (element for process in self.processes for element in process.elements)
        return {element.id: element for element in (*own, *self.artifacts)}

    @cached_property
    def flows(self) -> Mapping[str, SequenceFlow]:
        """Every sequence flow of the file by id."""
        return {flow.id: flow for process in self.processes for flow in process.flows}

    @cached_property
    def lanes(self) -> Mapping[str, Lane]:
        """Every lane of the file by id."""
        return {lane.id: lane for process in self.processes for lane in process.lanes}

    @cached_property
    def _outgoing(self) -> Mapping[str, tuple[SequenceFlow, ...]]:
        return _grouped((flow.source, flow) for flow in self.flows.values())

    @cached_property
    def _incoming(self) -> Mapping[str, tuple[SequenceFlow, ...]]:
        return _grouped((flow.target, flow) for flow in self.flows.values())

    @cached_property
    def _boundary(self) -> Mapping[str, tuple[Element, ...]]:
        return _grouped((e.attached_to, e) for e in self.elements.values() if e.attached_to)

    def outgoing(self, element_id: str) -> tuple[SequenceFlow, ...]:
        """The sequence flows leaving an element."""
        return self._outgoing.get(element_id, ())

    def incoming(self, element_id: str) -> tuple[SequenceFlow, ...]:
        """The sequence flows reaching an element."""
        return self._incoming.get(element_id, ())

    def boundary_events(self, element_id: str) -> tuple[Element, ...]:
        """The boundary events on an activity."""
        return self._boundary.get(element_id, ())

    def children(self, subprocess_id: str) -> tuple[Element, ...]:
        """The elements directly inside a subprocess."""
        return tuple(element for element in self.elements.values() if element.parent == subprocess_id)

    def ancestors(self, element_id: str) -> Iterator[str]:
        """The subprocesses around an element or flow, innermost first."""
        found = self.elements.get(element_id) or self.flows.get(element_id)
        while found is not None and found.parent is not None:
            yield found.parent
            found = self.elements.get(found.parent)

    def name_of(self, any_id: str) -> str:
        """The name an id has on the drawing; a line without one is called by its ends; empty when there is none."""
        element = self.elements.get(any_id)
        if element is not None:
            return element.name or element.text
        flow = self.flows.get(any_id)
        if flow is not None:
            return flow.name or self._between(flow)
        found = next((other for other in self._others() if other.id == any_id), None)
        if isinstance(found, Connection):
            return found.name or self._between(found)
        return found.name if found is not None else ""

    def line_of(self, any_id: str) -> int | None:
        """The line of the file an id is declared in."""
        found = self.elements.get(any_id) or self.flows.get(any_id)
        if found is not None:
            return found.line
        return next((other.line for other in self._others() if other.id == any_id), None)

    def _others(self) -> Iterator[Lane | Participant | Connection | Process]:
        yield from self.lanes.values()
        yield from self.participants
        yield from self.connections
        yield from self.processes

    def _between(self, line: SequenceFlow | Connection) -> str:
        return f"from {self._plain(line.source)} to {self._plain(line.target)}"

    def _plain(self, any_id: str) -> str:
        if any_id in self.flows or any_id not in self.elements:
            return any_id
        words = one_line(self.name_of(any_id))
        return f"'{words}'" if words else any_id


def one_line(text: str) -> str:
    """The text with its line breaks made spaces."""
    return " ".join(text.split())


def _names(written: str | None) -> tuple[str, ...]:
    if not written or written.startswith("="):
        return ()
    return tuple(name.strip() for name in written.split(",") if name.strip())


def _grouped(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, tuple[Value, ...]]:
    groups: dict[str, list[Value]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}

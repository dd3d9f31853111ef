"""Read ``.bpmn`` files into the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from lxml import etree

from workers.diagrams.model import (
    ELEMENTS,
    SUBPROCESSES,
    Assignment,
    Bounds,
    CalledDecision,
    CalledProcess,
    Connection,
    Diagram,
    DiagramError,
    Edge,
    Element,
    Error,
    Escalation,
    EventDefinition,
    FormLink,
    Lane,
    Listener,
    Message,
    Participant,
    Plane,
    Point,
    Process,
    Repetition,
    Script,
    SequenceFlow,
    Shape,
    Signal,
    TaskDefinition,
    Timer,
    VariableMapping,
    ZeebeFacts,
)

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
MODELER = "{http://camunda.org/schema/modeler/1.0}"

Node = etree._Element
Declared = TypeVar("Declared", Message, Error, Escalation, Signal)


def read_diagram(file: Path) -> Diagram:
    """Read one file.

    :raises DiagramError: the file is missing, no well-formed XML or no BPMN, or refers to ids it does not have.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DiagramError(file, None, f"the file cannot be read: {error.strerror or error}.") from error
    return read_diagram_bytes(content, file)


def read_diagram_bytes(content: bytes, file: Path) -> Diagram:
    """Read a diagram from its bytes; ``file`` is its name in messages.

    :raises DiagramError: as :func:`read_diagram`.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DiagramError(file, error.lineno or None, f"no well-formed XML: {error.msg}.") from error
    if b"<!DOCTYPE" in content:
        raise DiagramError(file, 1, "the file declares a document type; a diagram has none. Remove the DOCTYPE.")
    if root.tag != f"{BPMN}definitions":
        raise DiagramError(
            file, _line(root), f"no BPMN: the file begins with <{_local(root)}> instead of <bpmn:definitions>."
        )
    return _Reader(root, file).diagram()


def diagrams_in(folder: Path) -> list[Path]:
    """The diagrams below a folder, in the order of their names."""
    return sorted(folder.rglob("*.bpmn"))


class _Reader:
    def __init__(self, root: Node, file: Path) -> None:
        self.root = root
        self.file = file
        self.lines: dict[str, int] = {}
        for node in root.iter(f"{BPMN}*"):
            self._remember(node)
        self.messages = self._declared("message", self._message)
        self.errors = self._declared("error", self._error)
        self.escalations = self._declared("escalation", self._escalation)
        self.signals = self._declared("signal", self._signal)
        self.connections: list[Connection] = []

    def diagram(self) -> Diagram:
        processes = tuple(self._process(node) for node in self.root.iterfind(f"{BPMN}process"))
        participants: list[Participant] = []
        artifacts: list[Element] = []
        for collaboration in self.root.iterfind(f"{BPMN}collaboration"):
            participants.extend(
                Participant(self._id(node), node.get("name", ""), _line(node), node.get("processRef"))
                for node in collaboration.iterfind(f"{BPMN}participant")
            )
            artifacts.extend(
                self._element(node, "", None) for node in _children(collaboration) if _local(node) in ELEMENTS
            )
            self._connect(collaboration)
        return Diagram(
            file=self.file,
            processes=processes,
            participants=tuple(participants),
            connections=tuple(self.connections),
            artifacts=tuple(artifacts),
            messages=tuple(self.messages.values()),
            errors=tuple(self.errors.values()),
            escalations=tuple(self.escalations.values()),
            signals=tuple(self.signals.values()),
            planes=tuple(self._plane(node) for node in self.root.iter(f"{BPMNDI}BPMNPlane")),
            execution_platform=self.root.get(f"{MODELER}executionPlatform"),
            execution_platform_version=self.root.get(f"{MODELER}executionPlatformVersion"),
        )

    def _remember(self, node: Node) -> None:
        identifier = node.get("id")
        if identifier is None:
            return
        if identifier in self.lines:
            raise self._problem(node, f"the id {identifier!r} is already used in line {self.lines[identifier]}.")
        self.lines[identifier] = _line(node)

    def _problem(self, node: Node, problem: str) -> DiagramError:
        return DiagramError(self.file, _line(node), problem)

    def _id(self, node: Node) -> str:
        identifier = node.get("id")
        if not identifier:
            raise self._problem(node, f"this <{_local(node)}> has no id.")
        return identifier

    def _reference(self, node: Node, attribute: str) -> str:
        """The id an attribute refers to, known to be declared in the file."""
        return self._known(node, attribute, node.get(attribute))

    def _known(self, node: Node, what: str, identifier: str | None) -> str:
        if not identifier:
            raise self._problem(node, f"{_described(node)} has no {what}.")
        if identifier not in self.lines:
            raise self._problem(
                node, f"{_described(node)} names {identifier!r} as its {what}; the file has no such id."
            )
        return identifier

    def _declared(self, tag: str, read: Callable[[Node], Declared]) -> dict[str, Declared]:
        return {self._id(node): read(node) for node in self.root.iterfind(f"{BPMN}{tag}")}

    def _message(self, node: Node) -> Message:
        subscription = node.find(f"{BPMN}extensionElements/{ZEEBE}subscription")
        key = subscription.get("correlationKey") if subscription is not None else None
        return Message(self._id(node), node.get("name", ""), key, _line(node))

    def _error(self, node: Node) -> Error:
        return Error(self._id(node), node.get("name", ""), node.get("errorCode", ""), _line(node))

    def _escalation(self, node: Node) -> Escalation:
        return Escalation(self._id(node), node.get("name", ""), node.get("escalationCode", ""), _line(node))

    def _signal(self, node: Node) -> Signal:
        return Signal(self._id(node), node.get("name", ""), _line(node))

    def _process(self, node: Node) -> Process:
        process_id = self._id(node)
        elements: list[Element] = []
        flows: list[SequenceFlow] = []
        self._fill(node, process_id, None, elements, flows)
        tag = _extension(node, "versionTag")
        return Process(
            id=process_id,
            name=node.get("name", ""),
            executable=node.get("isExecutable", "false") == "true",
            line=_line(node),
            documentation=_documentation(node),
            version_tag=tag.get("value") if tag is not None else None,
            properties=_properties(node),
            listeners=_listeners(node, "executionListeners", "executionListener"),
            elements=tuple(elements),
            flows=tuple(flows),
            lanes=tuple(
                Lane(
                    self._id(lane),
                    lane.get("name", ""),
                    _line(lane),
                    process_id,
                    tuple(_text(reference) for reference in lane.iterfind(f"{BPMN}flowNodeRef")),
                )
                for lane in node.iter(f"{BPMN}lane")
            ),
        )

    def _fill(
        self, node: Node, process_id: str, parent: str | None, elements: list[Element], flows: list[SequenceFlow]
    ) -> None:
        defaults = {child.get("default") for child in _children(node)}
        for child in _children(node):
            kind = _local(child)
            if kind == "sequenceFlow":
                flows.append(self._flow(child, process_id, parent, child.get("id") in defaults))
            elif kind in ELEMENTS:
                element = self._element(child, process_id, parent)
                elements.append(element)
                if kind in SUBPROCESSES:
                    self._fill(child, process_id, element.id, elements, flows)
        self._connect(node)

    def _connect(self, node: Node) -> None:
        for child in _children(node):
            kind = _local(child)
            if kind in {"association", "messageFlow"}:
                self.connections.append(
                    Connection(
                        self._id(child),
                        kind,
                        child.get("name", ""),
                        self._reference(child, "sourceRef"),
                        self._reference(child, "targetRef"),
                        _line(child),
                        child.get("associationDirection", "None"),
                    )
                )
            else:
                self._connect_data(child)

    def _connect_data(self, activity: Node) -> None:
        for kind, end in (("dataInputAssociation", "sourceRef"), ("dataOutputAssociation", "targetRef")):
            for node in activity.iterfind(f"{BPMN}{kind}"):
                far = node.find(f"{BPMN}{end}")
                other = self._known(node, end, _text(far) if far is not None else None)
                near = self._id(activity)
                source, target = (other, near) if kind == "dataInputAssociation" else (near, other)
                self.connections.append(Connection(self._id(node), kind, "", source, target, _line(node), "One"))

    def _flow(self, node: Node, process_id: str, parent: str | None, is_default: bool) -> SequenceFlow:
        condition = node.find(f"{BPMN}conditionExpression")
        return SequenceFlow(
            id=self._id(node),
            name=node.get("name", ""),
            source=self._reference(node, "sourceRef"),
            target=self._reference(node, "targetRef"),
            line=_line(node),
            process_id=process_id,
            parent=parent,
            condition=_text(condition) if condition is not None else None,
            is_default=is_default,
            documentation=_documentation(node),
            properties=_properties(node),
        )

    def _element(self, node: Node, process_id: str, parent: str | None) -> Element:
        kind = _local(node)
        standard_loop = node.find(f"{BPMN}standardLoopCharacteristics") is not None
        words = node.find(f"{BPMN}text")
        interrupting = node.get("cancelActivity" if kind == "boundaryEvent" else "isInterrupting", "true")
        default = node.get("default")
        return Element(
            id=self._id(node),
            type=kind,
            name=self._group_name(node) if kind == "group" else node.get("name", ""),
            line=_line(node),
            process_id=process_id,
            parent=parent,
            documentation=_documentation(node),
            events=tuple(self._events(node)),
            attached_to=self._reference(node, "attachedToRef") if kind == "boundaryEvent" else None,
            interrupting=interrupting == "true",
            default_flow=self._reference(node, "default") if default else None,
            triggered_by_event=node.get("triggeredByEvent") == "true",
            instantiate=node.get("instantiate") == "true",
            for_compensation=node.get("isForCompensation") == "true",
            loops=standard_loop,
            repetition=_repetition(node),
            text=_text(words) if words is not None else "",
            is_collection=self._is_collection(node),
            zeebe=self._zeebe(node),
        )

    def _group_name(self, node: Node) -> str:
        category = node.get("categoryValueRef")
        values = self.root.iter(f"{BPMN}categoryValue")
        return next((value.get("value", "") for value in values if value.get("id") == category), "")

    def _is_collection(self, node: Node) -> bool:
        data = node.get("dataObjectRef")
        if data is None:
            return False
        declared = self.root.iterfind(f".//{BPMN}dataObject")
        return any(found.get("id") == data and found.get("isCollection") == "true" for found in declared)

    def _events(self, node: Node) -> Iterator[EventDefinition]:
        message = self._referred(node, "messageRef", self.messages)
        if message is not None and not _local(node).endswith("Event"):
            yield EventDefinition("message", message=message)
        for child in _children(node):
            kind = _local(child)
            if not kind.endswith("EventDefinition"):
                continue
            condition, link = child.find(f"{BPMN}condition"), child.get("name")
            yield EventDefinition(
                kind=kind.removesuffix("EventDefinition"),
                timer=_timer(child),
                message=self._referred(child, "messageRef", self.messages),
                error=self._referred(child, "errorRef", self.errors),
                escalation=self._referred(child, "escalationRef", self.escalations),
                signal=self._referred(child, "signalRef", self.signals),
                condition=_text(condition) if condition is not None else None,
                link=link if kind == "linkEventDefinition" else None,
            )

    def _referred(self, node: Node, attribute: str, declared: dict[str, Declared]) -> Declared | None:
        identifier = node.get(attribute)
        if identifier is None:
            return None
        if identifier not in declared:
            raise self._problem(
                node, f"{_described(node)} names {identifier!r} as its {attribute}; the file declares no such one."
            )
        return declared[identifier]

    def _zeebe(self, node: Node) -> ZeebeFacts:
        task, schedule, priority = (
            _extension(node, name) for name in ("taskDefinition", "taskSchedule", "priorityDefinition")
        )
        script, decision, called = (_extension(node, name) for name in ("script", "calledDecision", "calledElement"))
        form, assignment = _extension(node, "formDefinition"), _extension(node, "assignmentDefinition")
        return ZeebeFacts(
            task=TaskDefinition(task.get("type", ""), task.get("retries", "3")) if task is not None else None,
            headers=tuple(
                (header.get("key", ""), header.get("value", ""))
                for header in _extensions(node, "taskHeaders", "header")
            ),
            inputs=_mappings(node, "input"),
            outputs=_mappings(node, "output"),
            user_task=_extension(node, "userTask") is not None,
            form=_form(form) if form is not None else None,
            assignment=Assignment(
                assignment.get("assignee"), assignment.get("candidateUsers"), assignment.get("candidateGroups")
            )
            if assignment is not None
            else None,
            due_date=schedule.get("dueDate") if schedule is not None else None,
            follow_up_date=schedule.get("followUpDate") if schedule is not None else None,
            priority=priority.get("priority") if priority is not None else None,
            decision=CalledDecision(
                decision.get("decisionId", ""),
                decision.get("resultVariable", ""),
                decision.get("bindingType", "latest"),
                decision.get("versionTag"),
            )
            if decision is not None
            else None,
            called_process=CalledProcess(
                called.get("processId", ""),
                called.get("bindingType", "latest"),
                called.get("versionTag"),
                called.get("propagateAllChildVariables", "true") == "true",
                called.get("propagateAllParentVariables", "true") == "true",
            )
            if called is not None
            else None,
            script=Script(script.get("expression", ""), script.get("resultVariable", ""))
            if script is not None
            else None,
            listeners=_listeners(node, "executionListeners", "executionListener"),
            task_listeners=_listeners(node, "taskListeners", "taskListener"),
            properties=_properties(node),
            template=node.get(f"{ZEEBE}modelerTemplate"),
            template_version=node.get(f"{ZEEBE}modelerTemplateVersion"),
        )

    def _plane(self, node: Node) -> Plane:
        shapes: dict[str, Shape] = {}
        edges: dict[str, Edge] = {}
        for child in _children(node):
            drawn = self._reference(child, "bpmnElement")
            label = child.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
            label_bounds = self._bounds(label) if label is not None else None
            if _local(child) == "BPMNShape":
                bounds = child.find(f"{DC}Bounds")
                if bounds is None:
                    raise self._problem(child, f"the shape of {drawn!r} has no bounds.")
                shapes[drawn] = Shape(
                    element_id=drawn,
                    bounds=self._bounds(bounds),
                    label=label_bounds,
                    expanded=child.get("isExpanded") == "true",
                    horizontal=child.get("isHorizontal", "true") == "true",
                    marker_visible=child.get("isMarkerVisible") == "true",
                )
            elif _local(child) == "BPMNEdge":
                waypoints = tuple(
                    Point(self._number(point, "x"), self._number(point, "y"))
                    for point in child.iterfind(f"{DI}waypoint")
                )
                if len(waypoints) < 2:  # noqa: PLR2004 - a line has two ends
                    raise self._problem(child, f"the edge of {drawn!r} has fewer than two waypoints.")
                edges[drawn] = Edge(drawn, waypoints, label_bounds)
        return Plane(self._reference(node, "bpmnElement"), shapes, edges)

    def _bounds(self, node: Node) -> Bounds:
        return Bounds(*(self._number(node, name) for name in ("x", "y", "width", "height")))

    def _number(self, node: Node, attribute: str) -> float:
        written = node.get(attribute, "")
        try:
            return float(written)
        except ValueError as error:
            raise self._problem(node, f"{attribute}={written!r} in the drawing is no number.") from error


def _local(node: Node) -> str:
    return etree.QName(node).localname


def _line(node: Node) -> int:
    line: object = node.sourceline
    return line if isinstance(line, int) else 0


def _children(node: Node) -> Iterable[Node]:
    return node.iterchildren(tag=etree.Element)


def _text(node: Node) -> str:
    return (node.text or "").strip()


def _described(node: Node) -> str:
    name = " ".join(node.get("name", "").split())
    return f"the {_local(node)} {name!r}" if name else f"the {_local(node)} {node.get('id', 'without an id')!r}"


def _documentation(node: Node) -> str:
    return "\n".join(_text(found) for found in node.iterfind(f"{BPMN}documentation"))


def _extension(node: Node, name: str) -> Node | None:
    return node.find(f"{BPMN}extensionElements/{ZEEBE}{name}")


def _extensions(node: Node, group: str, name: str) -> Iterable[Node]:
    return node.iterfind(f"{BPMN}extensionElements/{ZEEBE}{group}/{ZEEBE}{name}")


def _properties(node: Node) -> tuple[tuple[str, str], ...]:
    found = _extensions(node, "properties", "property")
    return tuple((prop.get("name", ""), prop.get("value", "")) for prop in found)


def _mappings(node: Node, name: str) -> tuple[VariableMapping, ...]:
    found = _extensions(node, "ioMapping", name)
    return tuple(VariableMapping(mapping.get("source", ""), mapping.get("target", "")) for mapping in found)


def _listeners(node: Node, group: str, name: str) -> tuple[Listener, ...]:
    found = _extensions(node, group, name)
    return tuple(Listener(one.get("eventType", ""), one.get("type", ""), one.get("retries", "3")) for one in found)


def _form(node: Node) -> FormLink:
    return FormLink(
        node.get("formId"),
        node.get("bindingType", "latest"),
        node.get("versionTag"),
        node.get("formKey"),
        node.get("externalReference"),
    )


def _timer(node: Node) -> Timer | None:
    for kind in ("date", "duration", "cycle"):
        found = node.find(f"{BPMN}time{kind.capitalize()}")
        if found is not None:
            return Timer(kind, _text(found))
    return None


def _repetition(node: Node) -> Repetition | None:
    loop = node.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if loop is None:
        return None
    zeebe = _extension(loop, "loopCharacteristics")
    condition = loop.find(f"{BPMN}completionCondition")
    names = ("inputCollection", "inputElement", "outputCollection", "outputElement")
    collection, element, results, result = (zeebe.get(name) if zeebe is not None else None for name in names)
    return Repetition(
        loop.get("isSequential") == "true",
        collection,
        element,
        results,
        result,
        _text(condition) if condition is not None else None,
    )

"""Which variables there can be at each element of each procedure, and what is known of them.

Follows the engine's rules: input mappings are the element's own; what a job, form or decision gives goes to the process
unless output mappings say what goes; a called process gets what its caller maps. Where paths meet, a variable may be
what it is on any of them. Nothing that can happen is left out, so what is found wrong with the result is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from workers.checks import feel
from workers.checks.evaluation import Evaluation, Variables, narrowed
from workers.checks.forms import Form, FormField
from workers.checks.kinds import (
    ANYTHING,
    BOOLEAN,
    NULL,
    NUMBER,
    TEXT,
    Kind,
    constant,
    context,
    item_of,
    join,
    join_all,
    kind_of_model,
    list_of,
    of_type,
    optional,
    shallow,
)
from workers.diagrams.model import Diagram, Element, Process, SequenceFlow, VariableMapping

if TYPE_CHECKING:
    from workers.checks.decisions import Decision
    from workers.checks.project import Project

Place = tuple[Path, str]
"""An element: its file and its id."""

NO_VARIABLES = Variables({})
ROW_OF_TABLE = frozenset({"row of a decision table"})
"""The origin of what stands beside other answers in a table: not every value comes with every other."""
UNKNOWN_VARIABLES = Variables({}, open=True)
NOTHING_STARTS_IT = "nothing"
_PASSES = 60


@dataclass(frozen=True)
class Publisher:
    """An element that publishes a message."""

    diagram: Diagram
    element: Element
    names: frozenset[str] | None
    """The names it can have; None: not known."""
    correlation: Kind
    payload: Kind


@dataclass
class _State:
    """What is known so far of one process."""

    entry: dict[object, Variables] = field(default_factory=dict)
    """The variables it starts with, by what starts it: its form or its callers."""
    told: dict[str, Variables] = field(default_factory=dict)
    """The variables it starts with where an event starts it, by start event."""
    at: dict[str, Variables] = field(default_factory=dict)
    inside: dict[str, Variables] = field(default_factory=dict)
    filled: dict[str, Variables] = field(default_factory=dict)
    after: dict[str, Variables] = field(default_factory=dict)
    given: dict[str, Variables] = field(default_factory=dict)
    """What an element gives to the process."""


class Flow:
    """The variables at every element of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._states: dict[str, _State] = {}
        self._graphs: dict[str, _Graph] = {}
        self._exits: dict[str, Variables] = {}
        self._published: dict[Place, Publisher] = {}
        self._kinds: dict[object, Kind] = {}
        self._run()

    def at(self, diagram: Diagram, element: Element) -> Variables | None:
        """What input mappings see; None for an element nothing leads to."""
        return self._state(element).at.get(element.id)

    def inside(self, diagram: Diagram, element: Element) -> Variables | None:
        """What the element's form, job or decision sees."""
        return self._state(element).inside.get(element.id)

    def filled(self, diagram: Diagram, element: Element) -> Variables | None:
        """What output mappings see."""
        return self._state(element).filled.get(element.id)

    def after(self, diagram: Diagram, element: Element) -> Variables | None:
        """What the conditions of the flows that leave the element see."""
        return self._state(element).after.get(element.id)

    def at_end_of(self, process_id: str) -> Variables | None:
        """What a process ends with; None where it is not known or never ends."""
        return self._exits.get(process_id)

    def is_unset_at_first(self, element: Element, name: str) -> bool:
        """Whether a variable can only be set after the element was reached once: then it is null the first time."""
        state, graph = self._states.get(element.process_id), self._graphs.get(element.process_id)
        if state is None or graph is None or element.id not in state.at or state.at[element.id].open:
            return False
        if any(name in one.known or one.open for one in (*state.entry.values(), *state.told.values())):
            return False
        starts = [one.id for one in graph.within(None) if one.type == "startEvent" or one.triggered_by_event]
        before = graph.reached_without(starts, element.id)
        return not any(name in state.given.get(one, NO_VARIABLES).known for one in before)

    def setters(self, element: Element, name: str) -> Iterator[Element]:
        """The elements of its process that set a variable."""
        state, graph = self._states[element.process_id], self._graphs[element.process_id]
        for one in graph.nodes.values():
            if name in state.given.get(one.id, NO_VARIABLES).known:
                yield one

    def sets(self, element: Element) -> Mapping[str, Kind]:
        """What an element gives to its process."""
        return self._state(element).given.get(element.id, NO_VARIABLES).known

    def kept_back(self, element: Element, name: str) -> Element | None:
        """The element before it that has a variable and keeps it, because its output mappings leave it out."""
        state, graph = self._states.get(element.process_id), self._graphs.get(element.process_id)
        if state is None or graph is None:
            return None
        for other in graph.nodes.values():
            if other.zeebe.outputs and other.id in state.filled and graph.leads(other.id, element.id):
                new = name in state.filled[other.id].known and name not in state.inside[other.id].known
                if new and name not in state.given.get(other.id, NO_VARIABLES).known:
                    return other
        return None

    def beside(self, element: Element) -> Iterator[Element]:
        """The elements that may run while this one runs."""
        graph = self._graphs[element.process_id]
        for one in graph.beside(element.id):
            if not (graph.interrupts(one, element.id) or graph.interrupts(element.id, one)):
                yield graph.nodes[one]

    def ends_its_scope(self, element: Element) -> bool:
        """Whether the subprocess it lies in ends as soon as it is left: nothing waits after it, and nothing beside."""
        graph = self._graphs[element.process_id]
        around = set(graph.inside(element.parent or ""))
        waits = [
            one
            for one in (graph.reached_without(graph.targets(element.id), "") | set(graph.beside(element.id))) & around
            if not graph.nodes[one].is_gateway
            and (graph.nodes[one].type != "endEvent" or graph.nodes[one].zeebe.task is not None)
        ]
        return not waits

    def is_started(self, process_id: str) -> bool:
        """Whether anything starts a process: a caller, a message, its start form or a timer."""
        return NOTHING_STARTS_IT not in self._states[process_id].entry

    def starts_by_itself(self, process_id: str) -> bool:
        """Whether a process can run without another waiting for it."""
        state = self._states[process_id]
        return bool(state.told) or not self._called_by.get(process_id) or "form" in state.entry

    def handed_in(self, element: Element, variables: Variables) -> frozenset[str]:
        """The variables that are still what callers and messages gave."""
        state = self._states.get(element.process_id)
        if state is None:
            return frozenset()
        given = [one for one in state.entry.values() if one.known]
        given += [Variables(self._payload(name)) for name in self._told_by(element.process_id)]
        entering = _joined(given).known if given else {}
        return frozenset(
            name
            for name, kind in variables.known.items()
            if name in entering and (entering[name].constants or frozenset()) >= (kind.constants or frozenset())
        )

    def _told_by(self, process_id: str) -> Iterator[str]:
        for element in self._graphs[process_id].nodes.values():
            for event in element.events:
                if event.kind == "message" and event.message is not None and _catches(element):
                    yield event.message.name

    @cached_property
    def publishers(self) -> tuple[Publisher, ...]:
        """Every element that publishes a message."""
        return tuple(self._published.values())

    def kind(self, source: str, variables: Variables) -> Kind:
        """What a mapping's source gives: a FEEL expression after ``=``, else a text."""
        if not source.startswith("="):
            return constant(source) if source and not source[0].isdigit() else ANYTHING
        return self._evaluated(source[1:], variables)

    def _state(self, element: Element) -> _State:
        return self._states.get(element.process_id) or _State()

    def _evaluated(self, text: str, variables: Variables) -> Kind:
        parsed = self.project.feel.expression(text)
        if parsed.problem is not None:
            return ANYTHING
        names = self._names_in(text)
        key = (text, tuple(variables.known.get(name) for name in names), variables.open)
        if key not in self._kinds:
            self._kinds[key] = shallow(Evaluation(variables, self.project.feel.builtins, settled=False).of(parsed.root))
        return self._kinds[key]

    def _names_in(self, text: str) -> tuple[str, ...]:
        if text not in self._free:
            root = self.project.feel.expression(text).root
            self._free[text] = tuple(
                dict.fromkeys(part.name for part in feel.everything_in(root) if isinstance(part, feel.Name))
            )
        return self._free[text]

    @cached_property
    def _free(self) -> dict[str, tuple[str, ...]]:
        return {}

    # -- the fixed point ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        processes = {
            process.id: (diagram, process) for diagram in self.project.diagrams for process in diagram.processes
        }
        for process_id, (diagram, process) in processes.items():
            self._states[process_id] = _State()
            self._graphs[process_id] = _Graph(diagram, process)
        self._called_by = _called_by(processes.values())
        self._catching = _catching(processes.values())
        self._heard_of = self._static_publishers(processes.values())
        for process_id, (_, process) in processes.items():
            self._start(process_id, process)
        self._dirty = dict.fromkeys(processes)
        for _ in range(_PASSES * max(len(processes), 1)):
            if not self._dirty:
                break
            process_id = next(iter(self._dirty))
            del self._dirty[process_id]
            diagram, process = processes[process_id]
            self._settle(diagram, process)

    def _static_publishers(self, processes: Iterable[tuple[Diagram, Process]]) -> set[str | None]:
        """The names of the messages somebody publishes; None among them where a name is only known later."""
        names: set[str | None] = set()
        for _, process in processes:
            for element in process.elements:
                if self._publishes(element):
                    named = [one.source for one in element.zeebe.inputs if one.target == "message"]
                    kind = self.kind(named[0], NO_VARIABLES) if named else ANYTHING
                    names.update({str(one.value) for one in kind.constants} if kind.constants is not None else {None})
        return names

    def _start(self, process_id: str, process: Process) -> None:
        state, startable = self._states[process_id], False
        for element in process.elements:
            if element.type != "startEvent" or element.parent is not None:
                continue
            if element.event is None and element.zeebe.form is not None:
                state.entry["form"] = NO_VARIABLES
                startable = True
            elif element.event is not None:
                startable = True
                message = element.event.message
                if message is None:
                    state.told[element.id] = NO_VARIABLES
                elif not self._is_heard_of(message.name):
                    state.told[element.id] = UNKNOWN_VARIABLES
        if not self._called_by.get(process_id) and "form" not in state.entry:
            # Of a start that nothing uses nothing is said but that nothing uses it.
            state.entry[NOTHING_STARTS_IT if not startable else ""] = UNKNOWN_VARIABLES

    def _settle(self, diagram: Diagram, process: Process) -> None:
        state, graph = self._states[process.id], self._graphs[process.id]
        waiting = dict.fromkeys(graph.order)
        for _ in range(_PASSES * max(len(graph.order), 1)):
            if not waiting:
                break
            element_id = next(iter(waiting))
            del waiting[element_id]
            element = diagram.elements[element_id]
            before = state.after.get(element_id), state.given.get(element_id), state.inside.get(element_id)
            self._step(diagram, process, element)
            if (state.after.get(element_id), state.given.get(element_id), state.inside.get(element_id)) != before:
                waiting.update(dict.fromkeys(graph.depending(element_id)))
        self._leave(diagram, process)

    def _leave(self, diagram: Diagram, process: Process) -> None:
        state, graph = self._states[process.id], self._graphs[process.id]
        ends = [state.after[end] for end in graph.ends(None) if end in state.after]
        if not ends:
            return
        ending = _joined(ends)
        if self._exits.get(process.id) != ending:
            self._exits[process.id] = ending
            self._dirty.update(dict.fromkeys(self._called_by.get(process.id, ())))

    def _step(self, diagram: Diagram, process: Process, element: Element) -> None:
        state = self._states[process.id]
        at = self._arriving(diagram, process, element)
        if at is None:
            return
        state.at[element.id] = at
        inside = self._own(at, element)
        state.inside[element.id] = inside
        given = self._given(diagram, element, inside)
        filled = inside.with_more(given)
        if self._gives_unknown(element):
            filled = Variables(filled.known, open=True)
        state.filled[element.id] = filled
        self._tell(diagram, element, inside)
        sets = self._passed_on(process, element, inside, given=given, filled=filled)
        state.given[element.id] = Variables(sets)
        leaving = at.with_more(sets)
        called = element.zeebe.called_process
        if called is not None and called.process_id in self._states and called.process_id not in self._exits:
            # It is not known yet, or never will be, that it comes back.
            return
        passes_all = not element.zeebe.outputs if called is None else called.propagate_all_child_variables
        if self._gives_unknown(element) and passes_all:
            leaving = Variables(leaving.known, open=True)
        state.after[element.id] = leaving

    def _gives_unknown(self, element: Element) -> bool:
        """Whether what does its work is not there, so that nobody can say what it gives."""
        zeebe = element.zeebe
        return (
            (zeebe.task is not None and zeebe.task.type not in self.project.job_types)
            or (zeebe.called_process is not None and self._ends_with_unknown(zeebe.called_process.process_id))
            or (zeebe.form is not None and zeebe.form.form_id not in self.project.form_of)
            or (element.type == "userTask" and zeebe.form is None)
            or any(self._hears_of_unknown(element))
        )

    def _ends_with_unknown(self, process_id: str) -> bool:
        return process_id not in self._states or self._exits.get(process_id, NO_VARIABLES).open

    def _hears_of_unknown(self, element: Element) -> Iterator[bool]:
        for event in element.events:
            if event.kind == "message" and event.message is not None and _catches(element):
                yield not self._is_heard_of(event.message.name)

    def _is_heard_of(self, message: str) -> bool:
        return not message.startswith("=") and (message in self._heard_of or None in self._heard_of)

    def _arriving(self, diagram: Diagram, process: Process, element: Element) -> Variables | None:
        state, graph = self._states[process.id], self._graphs[process.id]
        if element.type == "boundaryEvent" and element.attached_to:
            found = self._at_boundary(diagram, process, element)
        elif element.type == "startEvent":
            found = self._at_start(diagram, process, element)
        else:
            found = list(self._by_flows(diagram, state, graph, element))
        if not found:
            return None
        arriving = _joined(found)
        beside = [state.given[other] for other in graph.beside(element.id) if other in state.given]
        if beside:
            more: dict[str, Kind] = {}
            for one in beside:
                for name, kind in one.known.items():
                    more[name] = join(more.get(name, arriving.known.get(name, NULL)), kind)
            arriving = arriving.with_more(more)
        return arriving

    def _by_flows(self, diagram: Diagram, state: _State, graph: _Graph, element: Element) -> Iterator[Variables]:
        flows = {flow.source: flow for flow in diagram.incoming(element.id)}
        for source in graph.sources(element.id):
            if source not in state.after:
                continue
            if source not in flows or diagram.elements[source].type != "exclusiveGateway":
                yield state.after[source]
                continue
            for flow in diagram.incoming(element.id):
                if flow.source == source:
                    yield self._through(diagram, flow, state.after[source])

    def _through(self, diagram: Diagram, flow: SequenceFlow, variables: Variables) -> Variables:
        """What is known of the cases that take a flow."""
        if flow.condition is not None and not flow.is_default:
            return self._narrowed(variables, flow.condition, holds=True)
        if flow.is_default:
            for other in diagram.outgoing(flow.source):
                if other.id != flow.id and other.condition is not None:
                    variables = self._narrowed(variables, other.condition, holds=False)
        return variables

    def _narrowed(self, variables: Variables, condition: str, *, holds: bool) -> Variables:
        parsed = self.project.feel.expression(condition.removeprefix("="))
        return variables if parsed.problem is not None else narrowed(variables, parsed.root, holds=holds)

    def _at_start(self, diagram: Diagram, process: Process, element: Element) -> list[Variables]:
        state, graph = self._states[process.id], self._graphs[process.id]
        parent = diagram.elements.get(element.parent or "")
        if parent is None:
            if element.event is None:
                return list(state.entry.values())
            return [state.told[element.id]] if element.id in state.told else []
        if not parent.triggered_by_event:
            return [state.inside[parent.id]] if parent.id in state.inside else []
        around = [state.after[one.id] for one in graph.within(parent.parent) if one.id in state.after]
        outer = diagram.elements.get(parent.parent or "")
        if outer is None:
            return [*state.entry.values(), *state.told.values(), *around]
        return [*([state.inside[outer.id]] if outer.id in state.inside else []), *around]

    def _at_boundary(self, diagram: Diagram, process: Process, element: Element) -> list[Variables]:
        state, graph = self._states[process.id], self._graphs[process.id]
        host = diagram.elements.get(element.attached_to or "")
        if host is None or host.id not in state.at:
            return []
        found = [state.at[host.id]]
        own = self._own_names(host)
        for inner in graph.inside(host.id):
            if inner in state.after:
                known = {name: kind for name, kind in state.after[inner].known.items() if name not in own}
                found.append(Variables({**state.at[host.id].known, **known}, state.after[inner].open))
        return found

    def _own_names(self, element: Element) -> set[str]:
        own = {mapping.target.split(".")[0] for mapping in element.zeebe.inputs}
        if element.repetition is not None:
            own |= {element.repetition.input_element or "", "loopCounter"}
        return own

    def _own(self, at: Variables, element: Element) -> Variables:
        more: dict[str, Kind] = {}
        repetition = element.repetition
        if repetition is not None:
            more["loopCounter"] = NUMBER
            if repetition.input_element:
                more[repetition.input_element] = item_of(self.kind(repetition.input_collection or "=null", at))
        for mapping in element.zeebe.inputs:
            _put(more, mapping.target, self.kind(mapping.source, at.with_more(more)))
        for listener in element.zeebe.listeners:
            if listener.event == "start":
                more.update(self._output_of(listener.type))
        return at.with_more(more)

    def _given(self, diagram: Diagram, element: Element, inside: Variables) -> dict[str, Kind]:
        """What the work of the element gives, before output mappings."""
        zeebe = element.zeebe
        given: dict[str, Kind] = {}
        if zeebe.task is not None:
            given.update(self._output_of(zeebe.task.type))
        if zeebe.form is not None:
            form = self.project.form_of.get(zeebe.form.form_id or "")
            if form is not None:
                given.update(self.answers(form, inside))
        if zeebe.decision is not None and zeebe.decision.result_variable:
            decision = self.project.decision_of.get(zeebe.decision.decision_id)
            given[zeebe.decision.result_variable] = ANYTHING if decision is None else self.result(decision, inside)
        if zeebe.script is not None and zeebe.script.result_variable:
            given[zeebe.script.result_variable] = self.kind(zeebe.script.expression, inside)
        if zeebe.called_process is not None:
            given.update(self._exits.get(zeebe.called_process.process_id, NO_VARIABLES).known)
        for event in element.events:
            if event.kind == "message" and event.message is not None and _catches(element):
                given.update(self._payload(event.message.name))
            elif event.kind == "error" and element.attached_to:
                given.update(dict.fromkeys(self._error_variables(diagram, element), ANYTHING))
        return given

    def _passed_on(
        self, process: Process, element: Element, inside: Variables, *, given: Mapping[str, Kind], filled: Variables
    ) -> dict[str, Kind]:
        """What goes on to the process."""
        state, graph, zeebe = self._states[process.id], self._graphs[process.id], element.zeebe
        own = self._own_names(element)
        sets: dict[str, Kind] = {}
        called = zeebe.called_process
        if element.is_subprocess:
            ends = [state.after[end] for end in graph.ends(element.id) if end in state.after]
            ended = _joined(ends) if ends else inside
            filled = ended
            state.filled[element.id] = ended
            changed = {
                name for inner in graph.inside(element.id) for name in state.given.get(inner, NO_VARIABLES).known
            }
            sets.update({name: kind for name, kind in ended.known.items() if name in changed and name not in own})
        elif called is not None:
            if called.propagate_all_child_variables:
                sets.update({name: kind for name, kind in given.items() if name not in own})
        elif not zeebe.outputs or element.type == "startEvent":
            sets.update({name: kind for name, kind in given.items() if name not in own})
        for mapping in zeebe.outputs:
            _put(sets, mapping.target, self.kind(mapping.source, filled.with_more(sets)))
        repetition = element.repetition
        if repetition is not None:
            sets = {name: optional(kind) for name, kind in sets.items()}
            if repetition.output_collection:
                one = self.kind(repetition.output_element or "=null", filled)
                sets[repetition.output_collection] = list_of(one)
        for listener in zeebe.listeners:
            if listener.event == "end":
                sets.update(self._output_of(listener.type))
        return {name: shallow(kind) for name, kind in sets.items()}

    def _tell(self, diagram: Diagram, element: Element, inside: Variables) -> None:
        """Tell called processes and receivers of messages what they get."""
        called = element.zeebe.called_process
        if called is not None and called.process_id in self._states:
            if called.propagate_all_parent_variables:
                passed = inside
            else:
                own = self._own_names(element)
                passed = Variables({name: kind for name, kind in inside.known.items() if name in own})
            self._enter(called.process_id, (diagram.file, element.id), passed)
        if self._publishes(element):
            publisher = self._publisher(diagram, element, inside)
            place = (diagram.file, element.id)
            if self._published.get(place) != publisher:
                self._published[place] = publisher
                names = self._catching if publisher.names is None else publisher.names
                for name in names:
                    self._dirty.update(dict.fromkeys(self._catching.get(name, ())))
                    for process_id in self._catching.get(name, ()):
                        for start in self._starts_by(process_id, name):
                            self._states[process_id].told[start] = NO_VARIABLES

    def _enter(self, process_id: str, starter: object, variables: Variables) -> None:
        entry = self._states[process_id].entry
        if entry.get(starter) != variables:
            entry[starter] = variables
            self._dirty[process_id] = None

    def _starts_by(self, process_id: str, message: str) -> Iterator[str]:
        """The start events of a process that wait for a message; what it carries comes with :meth:`_given`."""
        for element in self._graphs[process_id].within(None):
            if element.type == "startEvent" and any(
                event.message is not None and event.message.name == message for event in element.events
            ):
                yield element.id

    def _publishes(self, element: Element) -> bool:
        task = element.zeebe.task
        return task is not None and task.type == "publish_message"

    def _publisher(self, diagram: Diagram, element: Element, inside: Variables) -> Publisher:
        names = inside.known.get("message", ANYTHING)
        given = {mapping.target for mapping in element.zeebe.inputs}
        payload = inside.known["variables"] if "variables" in given and "variables" in inside.known else context({})
        known = frozenset(str(scalar.value) for scalar in names.constants) if names.constants is not None else None
        return Publisher(diagram, element, known, inside.known.get("correlation_key", ANYTHING), payload)

    def _payload(self, message: str) -> dict[str, Kind]:
        payload: Kind | None = None
        for publisher in self._published.values():
            if publisher.names is None or message in publisher.names:
                payload = publisher.payload if payload is None else join(payload, publisher.payload)
        return dict(payload.by_name) if payload is not None else {}

    def knows_payload(self, message: str) -> bool:
        """Whether all that a message can carry is known; not of one that comes from outside."""
        publishers = [one for one in self._published.values() if one.names is None or message in one.names]
        return bool(publishers) and all(one.payload.fields is not None for one in publishers)

    def _output_of(self, job_type: str) -> dict[str, Kind]:
        declared = self.project.job_types.get(job_type)
        return dict(kind_of_model(declared.output_model).by_name) if declared is not None else {}

    def _error_variables(self, diagram: Diagram, boundary: Element) -> Iterator[str]:
        codes = {event.error.code for event in boundary.events if event.error is not None}
        host = diagram.elements[boundary.attached_to or ""]
        graph = self._graphs[boundary.process_id]
        for inner in (host.id, *graph.inside(host.id)):
            task = diagram.elements[inner].zeebe.task
            declared = self.project.job_types.get(task.type) if task is not None else None
            for error in declared.errors if declared is not None else ():
                if not codes or error.code in codes:
                    yield from error.variables

    # -- forms and decisions ----------------------------------------------------------------------------------------

    def answers(self, form: Form, variables: Variables) -> dict[str, Kind]:
        """What a form gives when it is submitted, by variable."""
        given: dict[str, Kind] = {}
        for one in form.fields:
            if one.key and not one.path and one.type in _ANSWERS:
                kind = self.answer(one, variables)
                _put(given, one.key, optional(kind) if _is_sometimes_asked(one) else kind)
            elif one.path:
                _put(given, one.variable, ANYTHING)
        return given

    def answer(self, asked: FormField, variables: Variables) -> Kind:  # noqa: PLR0911 - one for each type of field
        """What one field gives when it is filled in."""
        match asked.type:
            case "checkbox":
                return BOOLEAN
            case "number":
                return NUMBER
            case "datetime":
                return of_type(_MOMENTS.get(str(asked.properties.get("subtype", "date")), "text"))
            case "radio" | "select":
                return self._offered(asked, variables)
            case "checklist" | "taglist":
                return list_of(self._offered(asked, variables))
            case "expression":
                source = str(asked.properties.get("expression", ""))
                return self._evaluated(source[1:], variables) if source.startswith("=") else ANYTHING
            case "textfield" | "textarea":
                return TEXT
            case _:
                return ANYTHING

    def _offered(self, asked: FormField, variables: Variables) -> Kind:
        if asked.values is not None:
            return join_all(constant(value) for value in asked.values)
        source = str(asked.properties.get("valuesExpression", ""))
        if not source.startswith("="):
            return ANYTHING
        item = item_of(self._evaluated(source[1:], variables))
        return item.by_name.get("value", ANYTHING) if item.fields is not None else item

    def result(self, decision: Decision, variables: Variables) -> Kind:
        """What a decision gives."""
        seen = variables
        for required in decision.requires:
            other = self.project.decision_of.get(required)
            if other is not None and other.id != decision.id:
                seen = seen.with_more({other.id: self.result(other, variables)})
        if decision.literal is not None:
            return self._evaluated(decision.literal, seen)
        columns = {
            column.name: join_all(
                self._evaluated(rule.outputs[place], seen) if rule.outputs[place] else NULL
                for rule in decision.rules
                if place < len(rule.outputs)
            )
            for place, column in enumerate(decision.outputs)
        }
        if len(columns) > 1:
            columns = {name: replace(kind, origins=ROW_OF_TABLE) for name, kind in columns.items()}
        one = next(iter(columns.values())) if len(columns) == 1 else context(columns)
        if decision.aggregation:
            return NUMBER
        return list_of(one) if decision.hit_policy in {"COLLECT", "RULE ORDER", "OUTPUT ORDER"} else one


_ANSWERS = frozenset(
    {"textfield", "textarea", "number", "checkbox", "radio", "select", "checklist", "taglist", "datetime", "expression"}
)
_MOMENTS = {"date": "date text", "time": "text", "datetime": "local moment text"}


def _is_sometimes_asked(asked: FormField) -> bool:
    return bool((asked.properties.get("conditional") or {}).get("hide")) or (
        not asked.required and asked.type not in {"checkbox", "expression"}
    )


def _catches(element: Element) -> bool:
    return element.type in {"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"}


def _put(into: dict[str, Kind], target: str, kind: Kind) -> None:
    """Set a variable; ``a.b`` sets an entry of a group."""
    name, *inner = target.split(".")
    if not inner:
        into[name] = kind
        return
    for one in reversed(inner[1:]):
        kind = context({one: kind})
    known = into.get(name)
    entries = dict(known.by_name) if known is not None and known.fields is not None else {}
    if inner[0] in entries and entries[inner[0]].fields is not None and kind.fields is not None:
        kind = context({**entries[inner[0]].by_name, **kind.by_name})
    entries[inner[0]] = kind
    into[name] = context(entries)


def _joined(several: Iterable[Variables]) -> Variables:
    """What there may be where paths meet: a variable missing on one of them may be null."""
    joined: Variables | None = None
    for one in several:
        if joined is None or joined is one:
            joined = one
            continue
        known: dict[str, Kind] = {}
        for name in (*joined.known, *(name for name in one.known if name not in joined.known)):
            a = joined.known.get(name, ANYTHING if joined.open else NULL)
            b = one.known.get(name, ANYTHING if one.open else NULL)
            known[name] = a if a is b else join(a, b)
        joined = Variables(known, joined.open or one.open)
    return joined or NO_VARIABLES


def _called_by(processes: Iterable[tuple[Diagram, Process]]) -> dict[str, list[str]]:
    callers: dict[str, list[str]] = defaultdict(list)
    for _, process in processes:
        for element in process.elements:
            if element.zeebe.called_process is not None:
                callers[element.zeebe.called_process.process_id].append(process.id)
    return callers


def _catching(processes: Iterable[tuple[Diagram, Process]]) -> dict[str, list[str]]:
    catching: dict[str, list[str]] = defaultdict(list)
    for _, process in processes:
        for element in process.elements:
            for event in element.events:
                if event.kind == "message" and event.message is not None and _catches(element):
                    catching[event.message.name].append(process.id)
    return catching


class _Graph:
    """How the elements of a process follow one another."""

    def __init__(self, diagram: Diagram, process: Process) -> None:
        self.diagram = diagram
        self.process = process
        self.nodes = {element.id: element for element in process.elements if element.is_flow_node}
        self._links: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
        self._inside: dict[str, list[str]] = defaultdict(list)
        for element in self.nodes.values():
            if element.type == "intermediateThrowEvent" and element.event is not None and element.event.kind == "link":
                self._links[element.parent, element.event.link].append(element.id)
            for ancestor in diagram.ancestors(element.id):
                self._inside[ancestor].append(element.id)

    def within(self, parent: str | None) -> list[Element]:
        """The elements directly in a subprocess, or at the top."""
        return [element for element in self.nodes.values() if element.parent == parent]

    def inside(self, subprocess: str) -> list[str]:
        """Everything in a subprocess, however deep."""
        return self._inside.get(subprocess, [])

    def sources(self, element_id: str) -> list[str]:
        """The elements whose flows lead here."""
        element = self.nodes[element_id]
        if element.type == "intermediateCatchEvent" and element.event is not None and element.event.kind == "link":
            return self._links.get((element.parent, element.event.link), [])
        return [flow.source for flow in self.diagram.incoming(element_id) if flow.source in self.nodes]

    def targets(self, element_id: str) -> list[str]:
        """The elements its flows lead to, and the events on it."""
        element = self.nodes[element_id]
        found = [flow.target for flow in self.diagram.outgoing(element_id) if flow.target in self.nodes]
        if element.type == "intermediateThrowEvent" and element.event is not None and element.event.kind == "link":
            found += [
                other.id
                for other in self.within(element.parent)
                if other.type == "intermediateCatchEvent"
                and other.event is not None
                and other.event.link == element.event.link
            ]
        return found

    def ends(self, parent: str | None) -> list[str]:
        """Where a subprocess, or the process, ends; event subprocesses in it included."""
        found = []
        for element in self.within(parent):
            if element.is_subprocess and element.triggered_by_event:
                found.extend(self.ends(element.id))
            elif not self.targets(element.id) and not (
                element.event is not None and element.event.kind in {"error", "link"}
            ):
                found.append(element.id)
        return found

    @cached_property
    def order(self) -> list[str]:
        """The elements, about in the order they are reached."""
        found: dict[str, None] = {}
        waiting = [
            element.id for element in self.nodes.values() if element.type == "startEvent" and element.parent is None
        ]
        while waiting:
            current = waiting.pop(0)
            if current in found:
                continue
            found[current] = None
            inner = [one.id for one in self.within(current) if one.type == "startEvent" or one.triggered_by_event]
            events = [event.id for event in self.diagram.boundary_events(current)]
            waiting = [*inner, *waiting, *events, *self.targets(current)]
        return [*found, *(element_id for element_id in self.nodes if element_id not in found)]

    def depending(self, element_id: str) -> Iterator[str]:
        """What has to be worked out again when what an element gives has changed."""
        yield from self.targets(element_id)
        yield from (event.id for event in self.diagram.boundary_events(element_id))
        yield from (inner.id for inner in self.within(element_id) if inner.type == "startEvent")
        for ancestor in self.diagram.ancestors(element_id):
            yield ancestor
            yield from (event.id for event in self.diagram.boundary_events(ancestor))
        yield from self._started_by.get(self.nodes[element_id].parent, ())
        yield from self._beside_of.get(element_id, ())

    @cached_property
    def _started_by(self) -> dict[str | None, list[str]]:
        """The starts of event subprocesses, by the scope whose variables they see."""
        found: dict[str | None, list[str]] = defaultdict(list)
        for element in self.nodes.values():
            if element.is_subprocess and element.triggered_by_event:
                found[element.parent].extend(one.id for one in self.within(element.id) if one.type == "startEvent")
        return found

    def beside(self, element_id: str) -> Iterable[str]:
        """The elements that may run while this one runs, or before it on a path of their own."""
        return self._beside.get(element_id, ())

    @cached_property
    def _beside(self) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for one, other in self._parallel():
            for element_id in one - other:
                found[element_id].update(dict.fromkeys(sorted(other - one)))
            for element_id in other - one:
                found[element_id].update(dict.fromkeys(sorted(one - other)))
        return found

    @cached_property
    def _beside_of(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for element_id, others in self._beside.items():
            for other in others:
                found[other].append(element_id)
        return found

    def _parallel(self) -> Iterator[tuple[set[str], set[str]]]:
        for element in self.nodes.values():
            if element.type == "boundaryEvent" and not element.interrupting and element.attached_to in self.nodes:
                host = element.attached_to
                yield self._reached([element.id]), self._reached([host], without=element.id)
            elif element.is_subprocess and element.triggered_by_event:
                around = {one.id for one in self.within(element.parent)} - {element.id}
                deep = {inner for one in around for inner in self.inside(one)}
                yield set(self.inside(element.id)), around | deep
            elif element.type not in {"exclusiveGateway", "eventBasedGateway"}:
                branches = [self._reached([target]) for target in self.targets(element.id)]
                for place, one in enumerate(branches):
                    for other in branches[place + 1 :]:
                        yield one, other

    def interrupts(self, one: str, other: str) -> bool:
        """Whether an element lies in an event subprocess that begins by ending what goes on around it, the other."""
        for ancestor in self.diagram.ancestors(one):
            event_subprocess = self.nodes[ancestor]
            if event_subprocess.triggered_by_event and ancestor not in self.diagram.ancestors(other):
                return any(start.type == "startEvent" and start.interrupting for start in self.within(ancestor))
        return False

    def reached_without(self, starts: list[str], without: str) -> set[str]:
        """What is reached by paths that do not pass an element; not what it holds, nor the events on it."""
        return self._reached(starts, without=without) - {without, *self.inside(without)}

    def leads(self, one: str, other: str) -> bool:
        """Whether a path leads from one element to another."""
        return other in self._reached(self.targets(one))

    def _reached(self, starts: list[str], *, without: str = "") -> set[str]:
        found: set[str] = set()
        waiting = list(starts)
        while waiting:
            current = waiting.pop()
            if current in found or current == without:
                continue
            found.add(current)
            found.update(self.inside(current))
            waiting.extend(self.targets(current))
            waiting.extend(event.id for event in self.diagram.boundary_events(current))
            for inner in self.inside(current):
                waiting.extend(event.id for event in self.diagram.boundary_events(inner))
        return found


def mappings_of(element: Element) -> Iterator[tuple[str, VariableMapping]]:
    """Input and output mappings, each with its kind."""
    for mapping in element.zeebe.inputs:
        yield "input", mapping
    for mapping in element.zeebe.outputs:
        yield "output", mapping

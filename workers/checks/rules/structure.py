"""The shape of a procedure: what is reached, what ends, what gateways decide, and who does what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from workers.checks import feel
from workers.checks.evaluation import Variables
from workers.checks.feel import Expression
from workers.checks.finding import Finding, Severity, about, did_you_mean
from workers.checks.kinds import Kind
from workers.checks.project import Project
from workers.diagrams.model import Diagram, Element, SequenceFlow
from workers.people.roles import ROLES

_DECIDING = frozenset({"exclusiveGateway", "inclusiveGateway"})
_DOES_SOMETHING = frozenset({"userTask", "serviceTask", "businessRuleTask", "callActivity", "sendTask"})
_MOST_COMBINATIONS = 2000


def everything_is_reached(project: Project) -> Iterator[Finding]:
    """A path leads to every element, and every path ends in an end event."""
    for diagram, element in project.elements():
        if not element.is_flow_node or element.for_compensation:
            continue
        if project.flow.at(diagram, element) is None and not _waits_for_unreached(project, diagram, element):
            yield about(
                diagram,
                element.id,
                "unreachable",
                "is never reached: no flow leads to it",
                "Connect it, or take it out.",
            )
        if element.is_subprocess and element.triggered_by_event:
            continue
        ends = element.type == "endEvent" or _is_link(element)
        if not ends and not diagram.outgoing(element.id):
            yield about(
                diagram,
                element.id,
                "dead-end",
                "leads nowhere: the path stops without an end event",
                "Connect it with the next element or an end event.",
            )


def _is_link(element: Element) -> bool:
    return element.type == "intermediateThrowEvent" and element.event is not None and element.event.kind == "link"


def _waits_for_unreached(project: Project, diagram: Diagram, element: Element) -> bool:
    """Whether what leads to it is there but never reached itself: the first is enough to say."""
    if element.attached_to:
        return True
    if element.is_subprocess and element.triggered_by_event:
        return True
    if element.parent is not None and element.type == "startEvent":
        return True
    return any(flow.source in diagram.elements for flow in diagram.incoming(element.id)) and _has_way_in(
        diagram, element
    )


def _has_way_in(diagram: Diagram, element: Element) -> bool:
    seen: set[str] = set()
    waiting = [element.id]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        before = diagram.elements.get(current)
        if before is None:
            continue
        if before.type in {"startEvent", "boundaryEvent"} or (before.event is not None and before.event.kind == "link"):
            return True
        if before.id != element.id and not diagram.incoming(before.id):
            # That one is reported itself.
            return True
        waiting.extend(flow.source for flow in diagram.incoming(current))
    return False


def gateways_decide(project: Project) -> Iterator[Finding]:
    """Every case finds a way out of a gateway, and no condition stands where the engine ignores it."""
    for diagram, element in project.elements():
        flows = diagram.outgoing(element.id)
        for flow in flows:
            if flow.is_default and flow.condition is not None:
                yield about(
                    diagram,
                    flow.id,
                    "condition-on-default",
                    f"is the default answer of '{_name(element)}' and has a condition, which the engine ignores",
                    "Take the condition out, or make another flow the default.",
                )
        if (element.type in _DECIDING and len(flows) > 1) or (
            element.type == "exclusiveGateway" and len(flows) == 1 and flows[0].condition is not None
        ):
            yield from _answers(project, diagram, element, flows)
        elif element.type not in _DECIDING:
            for flow in flows:
                if flow.condition is not None and element.is_gateway:
                    yield about(
                        diagram,
                        flow.id,
                        "condition-ignored",
                        f"has a condition, but leaves {element.type} '{_name(element)}', which asks none",
                        "Take the condition out, or use an exclusive gateway.",
                    )


def _name(element: Element) -> str:
    return " ".join(element.name.split()) or element.id


def _answers(
    project: Project, diagram: Diagram, gateway: Element, flows: tuple[SequenceFlow, ...]
) -> Iterator[Finding]:
    for flow in flows:
        if flow.condition is None and not flow.is_default:
            yield about(
                diagram,
                flow.id,
                "no-condition",
                f"leaves '{_name(gateway)}' without a condition",
                "Give it a condition, or make it the default flow.",
            )
            return
    if any(flow.is_default for flow in flows):
        return
    variables = project.flow.after(diagram, gateway)
    if variables is None:
        return
    conditions = [project.feel.expression(flow.condition[1:]).root for flow in flows if flow.condition is not None]
    missing = _uncovered(conditions, variables)
    if missing is None:
        return
    yield about(
        diagram,
        gateway.id,
        "no-default",
        f"has no way out {missing}" if missing else "has no default flow, so a case may find no way out",
        "Make one of its flows the default flow.",
    )


def _uncovered(conditions: list[Expression], variables: Variables) -> str | None:
    """The values for which no condition holds; blank where that cannot be known, None where there are none."""
    domains: dict[str, list[str | float | bool]] = {}
    for condition in conditions:
        for path in _paths(condition):
            values = _values(_kind_of(path, variables))
            if values is None:
                return ""
            domains[_dotted(path)] = values
    size = 1
    for values in domains.values():
        size *= max(len(values), 1)
    if size > _MOST_COMBINATIONS:
        return ""
    for combination in product(*domains.values()):
        known = dict(zip(domains, combination, strict=True))
        answers = [_decided(condition, known) for condition in conditions]
        if None in answers:
            return ""
        if True not in answers:
            said = ", ".join(f"{name} is {_quoted(value)}" for name, value in known.items())
            return f"when {said}"
    return None


def _quoted(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _paths(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, feel.Name) or (isinstance(expression, feel.Attribute) and _dotted(expression)):
        yield expression
        return
    for part in feel.parts_of(expression):
        yield from _paths(part)


def _dotted(expression: Expression) -> str:
    match expression:
        case feel.Name(name=name):
            return name
        case feel.Attribute(of=of, name=name):
            before = _dotted(of)
            return f"{before}.{name}" if before else ""
        case _:
            return ""


def _kind_of(path: Expression, variables: Variables) -> Kind | None:
    match path:
        case feel.Name(name=name):
            return variables.known.get(name)
        case feel.Attribute(of=of, name=name):
            group = _kind_of(of, variables)
            return group.by_name.get(name) if group is not None else None
        case _:
            return None


def _values(kind: Kind | None) -> list[str | float | bool] | None:
    if kind is None or kind.is_anything:
        return None
    if kind.constants is not None:
        return sorted((scalar.value for scalar in kind.constants), key=str)
    return [True, False] if kind.present == {"boolean"} else None


def _decided(expression: Expression, known: dict[str, str | float | bool]) -> bool | None:  # noqa: PLR0911
    match expression:
        case feel.Operation(operator="and" | "or" as both, left=left, right=right):
            one, other = _decided(left, known), _decided(right, known)
            if one is None or other is None:
                return None
            return (one and other) if both == "and" else (one or other)
        case feel.Operation(operator="=" | "!=" as operator, left=left, right=right):
            a, b = _value(left, known), _value(right, known)
            if a is _UNKNOWN or b is _UNKNOWN:
                return None
            return (a == b) == (operator == "=")
        case feel.Among(value=value, tests=tests) if all(isinstance(test, feel.Constant) for test in tests):
            a = _value(value, known)
            return None if a is _UNKNOWN else a in [_value(test, known) for test in tests]
        case feel.Call(function="not", arguments=(argument,)):
            inner = _decided(argument, known)
            return None if inner is None else not inner
        case feel.Constant(value=bool() as flag):
            return flag
        case feel.Name() | feel.Attribute():
            held = _value(expression, known)
            return held if isinstance(held, bool) else None
        case _:
            return None


_UNKNOWN = object()


def _value(expression: Expression, known: dict[str, str | float | bool]) -> object:
    if isinstance(expression, feel.Constant) and expression.type != "temporal":
        return expression.value
    return known.get(_dotted(expression), _UNKNOWN)


def tasks_do_something(project: Project) -> Iterator[Finding]:
    """No task is only drawn, and everybody who has to do one can see it."""
    for diagram, element in project.elements():
        zeebe = element.zeebe
        match element.type:
            case "task":
                yield about(
                    diagram,
                    element.id,
                    "plain-task",
                    "is a plain task, which the engine passes without doing anything",
                    "Make it a service task, a user task or what it is meant to be.",
                )
            case "serviceTask" | "sendTask" if zeebe.task is None or not zeebe.task.type:
                yield about(
                    diagram,
                    element.id,
                    "no-job-type",
                    "does not say which job it is",
                    "Choose a template for it in the Modeler, or fill in its job type.",
                )
            case "businessRuleTask" if zeebe.task is None and zeebe.decision is None:
                yield about(
                    diagram, element.id, "no-decision", "asks no decision", "Choose the decision table it asks."
                )
            case "callActivity" if zeebe.called_process is None:
                yield about(
                    diagram, element.id, "no-called-process", "calls no process", "Choose the process it calls."
                )
            case "scriptTask" if zeebe.script is None and zeebe.task is None:
                yield about(diagram, element.id, "no-script", "has no script", "Write its FEEL expression.")
            case "userTask":
                yield from _user_task(diagram, element)
        throws = element.type in {"intermediateThrowEvent", "endEvent"} and element.event is not None
        if throws and element.event is not None and element.event.kind == "message" and zeebe.task is None:
            yield about(
                diagram,
                element.id,
                "no-job-type",
                "does not say which job sends its message",
                "Give it the job type publish_message with the inputs message, correlation_key and variables.",
            )


def _user_task(diagram: Diagram, element: Element) -> Iterator[Finding]:
    zeebe = element.zeebe
    if not zeebe.user_task:
        yield about(
            diagram,
            element.id,
            "job-worker-user-task",
            "is a user task of the old kind, which waits for a worker",
            "Set its implementation to 'Camunda user task'.",
        )
    if zeebe.form is None or not zeebe.form.form_id:
        yield about(
            diagram, element.id, "no-form", "shows no form", "Link a form, so that the person knows what to do."
        )
    assigned = zeebe.assignment
    if assigned is None or not (assigned.assignee or assigned.candidate_users or assigned.candidate_groups):
        yield about(
            diagram,
            element.id,
            "nobody-assigned",
            "is for nobody: it names no assignee, candidate users or candidate groups",
            "Say in its assignment who does it.",
        )
        return
    for group in assigned.named_groups:
        if group not in ROLES:
            yield about(
                diagram,
                element.id,
                "unknown-role",
                f"is for the group {group!r}, which nobody belongs to",
                did_you_mean(group, ROLES, f"The roles are {', '.join(ROLES)}."),
            )


def responsibility_is_named(project: Project) -> Iterator[Finding]:
    """Whatever does something says who does it and which paragraph asks it."""
    for diagram, element in project.elements():
        if element.type not in _DOES_SOMETHING:
            continue
        if not element.documentation:
            yield about(
                diagram,
                element.id,
                "no-documentation",
                "does not say who does it",
                "Say it in its documentation.",
                severity=Severity.WARNING,
            )
        if not element.policy:
            yield about(
                diagram,
                element.id,
                "no-paragraph",
                "names no paragraph of the policy",
                "List the paragraphs in an extension property 'policy'.",
                severity=Severity.WARNING,
            )

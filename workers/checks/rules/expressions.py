"""The FEEL of diagrams: it can be read, reads what there is, and gives what its place needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from workers.checks.evaluation import Evaluation, Variables
from workers.checks.finding import Finding, about
from workers.checks.kinds import TEXTS, Kind
from workers.checks.project import Project
from workers.diagrams.model import Diagram, Element, Timer
from workers.people.roles import ROLES

Make = Callable[[str, str, str], Finding]
"""Makes a finding of a rule, a problem and a remedy."""

_DURATION = re.compile(r"P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
_CYCLE = re.compile(r"R\d*/(?P<duration>P.+)")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})(\[.+\])?")


def looked_at(
    project: Project,
    source: str,
    variables: Variables,
    where: str,
    make: Make,
    *,
    asks: bool = False,
    element: Element | None = None,
) -> Iterator[Finding]:
    """What is wrong with the FEEL expression ``source``, which begins with ``=``.

    :param where: the place as a phrase, such as ``in its input 'facts'``.
    :param asks: it decides something, so it must give yes or no.
    :param element: whose expression it is; it tells what was handed in from outside the process.
    """
    text = source[1:] if source.startswith("=") else source
    parsed = project.feel.expression(text)
    if not text.strip():
        yield make("empty-expression", f"{where} has an empty expression", "Write one, or take the entry out.")
        return
    if parsed.problem is not None:
        yield make(
            "broken-expression",
            f"{where} has an expression that {parsed.problem.problem}: {shown(text, parsed.problem.span[0])}",
            "Correct it; the Modeler shows where.",
        )
        return
    evaluation = Evaluation(variables, project.feel.builtins)
    if asks:
        evaluation.condition(parsed.root)
    else:
        evaluation.of(parsed.root)
    handed_in = project.flow.handed_in(element, variables) if element is not None and evaluation.notes else frozenset()
    for note in dict.fromkeys(evaluation.notes):
        if note.rule == "never-equal" and note.subject in handed_in and note.value in project.values:
            # Another caller may give it: that value is known elsewhere.
            continue
        keeper = project.flow.kept_back(element, note.subject) if element is not None and note.subject else None
        if note.rule == "unknown-variable" and keeper is not None:
            name = " ".join(keeper.name.split()) or keeper.id
            remedy = f"'{name}' has it, but does not pass it on: add '{note.subject}' to its output mappings."
            yield make(note.rule, f"{where} {note.problem}", remedy)
            continue
        yield make(note.rule, f"{where} {note.problem}", note.remedy)


def shown(text: str, at: int) -> str:
    """The expression around a place, short enough to read."""
    before, after = 25, 25
    start, end = max(at - before, 0), at + after
    words = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{words}{'…' if end < len(text) else ''}"


def expressions_work(project: Project) -> Iterator[Finding]:
    """Every expression of every diagram."""
    for diagram in project.diagrams:
        for flow in diagram.flows.values():
            source = diagram.elements.get(flow.source)
            variables = project.flow.after(diagram, source) if source is not None else None
            if flow.condition is None or variables is None:
                continue
            make = _maker(diagram, flow.id)
            if not flow.condition.startswith("="):
                yield make(
                    "not-an-expression",
                    f"has the condition {flow.condition!r}, which is a plain text",
                    "Begin it with an equals sign.",
                )
                continue
            yield from looked_at(
                project, flow.condition, variables, "in its condition", make, asks=True, element=source
            )
    for diagram, element in project.elements():
        if project.flow.at(diagram, element) is not None:
            yield from _element(project, diagram, element)


def _maker(diagram: Diagram, any_id: str) -> Make:
    return lambda rule, problem, remedy: about(diagram, any_id, rule, problem, remedy)


def _element(project: Project, diagram: Diagram, element: Element) -> Iterator[Finding]:
    flow, zeebe, make = project.flow, element.zeebe, _maker(diagram, element.id)
    at, inside, filled = (
        step(diagram, element) or Variables({}, open=True) for step in (flow.at, flow.inside, flow.filled)
    )
    yield from _mappings(project, diagram, element, (at, inside, filled), make)
    if zeebe.script is not None:
        yield from looked_at(project, zeebe.script.expression, inside, "in its script", make, element=element)
    yield from _repetition(project, element, at, filled, make)
    yield from _assignment(project, element, inside, make)
    for source, where in ((zeebe.due_date, "due date"), (zeebe.follow_up_date, "follow-up date")):
        if source:
            yield from _moment(project, element, source, inside, where=where, make=make)
    retries = [zeebe.task.retries] if zeebe.task is not None else []
    for written in (*retries, *(listener.retries for listener in (*zeebe.listeners, *zeebe.task_listeners))):
        yield from _retries(written, make)
    for event in element.events:
        if event.timer is not None:
            yield from _timer(project, element, event.timer, at, make)
        key = event.message.correlation_key if event.message is not None else None
        if key and element.type != "startEvent":
            yield from looked_at(project, key, at, "in the correlation key of its message", make, element=element)


def _mappings(
    project: Project,
    diagram: Diagram,
    element: Element,
    variables: tuple[Variables, Variables, Variables],
    make: Make,
) -> Iterator[Finding]:
    """Each mapping sees what those before it set, and each time of a repeated element which one it is."""
    known, inside, filled = variables
    if element.repetition is not None:
        repeated = inside.known.keys() & {element.repetition.input_element, "loopCounter"}
        known = known.with_more({name: inside.known[name] for name in repeated})
    for mapping in element.zeebe.inputs:
        if mapping.source.startswith("="):
            yield from looked_at(
                project, mapping.source, known, f"in its input '{mapping.target}'", make, element=element
            )
        if mapping.target in inside.known:
            known = known.with_more({mapping.target: inside.known[mapping.target]})
    known = filled
    sets = project.flow.after(diagram, element)
    for mapping in element.zeebe.outputs:
        if mapping.source.startswith("="):
            yield from looked_at(
                project, mapping.source, known, f"in its output '{mapping.target}'", make, element=element
            )
        if sets is not None and mapping.target in sets.known:
            known = known.with_more({mapping.target: sets.known[mapping.target]})


def _repetition(project: Project, element: Element, at: Variables, filled: Variables, make: Make) -> Iterator[Finding]:
    repetition = element.repetition
    if repetition is None:
        return
    for source, where, variables in (
        (repetition.input_collection, "in its input collection", at),
        (repetition.output_element, "in its output element", filled),
        (repetition.completion_condition, "in its completion condition", filled),
    ):
        if source:
            yield from looked_at(project, source, variables, where, make, element=element)
    if repetition.input_collection:
        kind = project.flow.kind(repetition.input_collection, at)
        if not kind.is_anything and kind.present and "list" not in kind.types:
            yield make(
                "not-a-list",
                f"repeats for each of {repetition.input_collection.removeprefix('=')}, which is {kind}, not a list",
                "Give it a list.",
            )


def _retries(written: str, make: Make) -> Iterator[Finding]:
    if written.startswith("="):
        return
    if not written.isdigit() or int(written) < 1:
        yield make("retries", f"has {written!r} as its number of retries", "Write a whole number, such as 8.")


def _assignment(project: Project, element: Element, variables: Variables, make: Make) -> Iterator[Finding]:
    assigned = element.zeebe.assignment
    if assigned is None:
        return
    for source, where, types in (
        (assigned.assignee, "assignee", {"text"}),
        (assigned.candidate_users, "candidate users", {"list", "text"}),
        (assigned.candidate_groups, "candidate groups", {"list", "text"}),
    ):
        if not source or not source.startswith("="):
            continue
        yield from looked_at(project, source, variables, f"in its {where}", make, element=element)
        kind = project.flow.kind(source, variables)
        if kind.is_anything or not kind.types:
            continue
        if not kind.present or not {"text" if one in TEXTS else one for one in kind.present} & types:
            wanted = "one person" if types == {"text"} else "a list of names"
            yield make("wrong-assignment", f"has {kind} as its {where}, where {wanted} is wanted", "Correct it.")
        groups = kind.item if "list" in kind.types else kind
        if where == "candidate groups" and groups is not None and groups.constants is not None:
            for group in sorted(str(scalar.value) for scalar in groups.constants):
                if group not in ROLES:
                    yield make(
                        "unknown-role",
                        f"is for the group {group!r}, which nobody belongs to",
                        f"The roles are {', '.join(ROLES)}.",
                    )


def _moment(
    project: Project, element: Element, source: str, variables: Variables, *, where: str, make: Make
) -> Iterator[Finding]:
    if not source.startswith("="):
        if not _MOMENT.fullmatch(source):
            yield make(
                "not-a-moment",
                f"has {source!r} as its {where}, which is no date with time and offset",
                "Write it as 2025-03-10T17:00:00+00:00, or as an expression.",
            )
        return
    yield from looked_at(project, source, variables, f"in its {where}", make, element=element)
    kind = project.flow.kind(source, variables)
    if problem := _not_a_moment(kind):
        yield make(
            "not-a-moment",
            f"has {source.removeprefix('=')} as its {where}, {problem}",
            "Give a date and time with its offset, such as the 'moment' of a deadline.",
        )


def _not_a_moment(kind: Kind) -> str | None:
    if kind.is_anything or not kind.present:
        return None
    wrong = {
        "date",
        "date text",
        "local moment text",
        "duration text",
        "duration",
        "number",
        "boolean",
        "time",
        "list",
        "context",
    }
    if not kind.present <= wrong:
        return None
    if kind.present <= {"date", "date text"}:
        return "which is a date without a time: the engine would stop with an incident"
    return f"which is {kind}: the engine would stop with an incident"


def _timer(project: Project, element: Element, timer: Timer, variables: Variables, make: Make) -> Iterator[Finding]:
    kind, source = timer.kind, timer.expression
    if kind == "date":
        yield from _moment(project, element, source, variables, where="timer", make=make)
        return
    if kind == "cycle" and (element.type == "intermediateCatchEvent" or (element.attached_to and element.interrupting)):
        yield make(
            "timer",
            "repeats its timer, but goes off only once",
            "Give it a duration, or make the boundary event non-interrupting.",
        )
    if not source.startswith("="):
        cycle = _CYCLE.fullmatch(source)
        duration = source if kind == "duration" else cycle["duration"] if cycle else ""
        # A cycle may also be written as a cron expression.
        if not _DURATION.fullmatch(duration) and not (kind == "cycle" and len(source.split()) == 6):  # noqa: PLR2004
            example = "P7D" if kind == "duration" else "R3/P1D"
            yield make("timer", f"has {source!r} as its timer, which is no {kind}", f"Write it like {example}.")
        return
    yield from looked_at(project, source, variables, "in its timer", make, element=element)
    given = project.flow.kind(source, variables)
    right = {"duration", "duration text", "text"} if kind == "duration" else {"text"}
    if given.constants is not None and given.present == {"text"} and kind == "duration":
        wrong = [str(one.value) for one in given.constants if not _DURATION.fullmatch(str(one.value))]
        if wrong:
            yield make("timer", f"has {wrong[0]!r} as its timer, which is no duration", "Write it like P7D.")
    elif not given.is_anything and given.present and not given.present & right:
        yield make(
            "timer",
            f"waits for {source.removeprefix('=')}, which is {given}, where a {kind} is wanted",
            "Give a duration, or change the kind of timer.",
        )

"""Decision tables: they can be read, get what they ask about, and answer every case once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, product
from math import prod

from workers.checks import feel
from workers.checks.decisions import Decision, InputColumn, Rule
from workers.checks.evaluation import Evaluation, Variables
from workers.checks.feel import Expression
from workers.checks.finding import Finding, Severity, about, about_decision
from workers.checks.kinds import ANYTHING, TEXTS, Kind
from workers.checks.project import Project
from workers.checks.rules.expressions import Make, looked_at

Sample = str | float | bool
_MOST_SAMPLES = 5_000
_SEVERITY = {"rule-never-met": Severity.WARNING}
"""A rule for what never comes does no harm; it may be a slip of the pen."""
_TYPES = {
    "string": "text",
    "boolean": "boolean",
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
}
_ONE_ANSWER = frozenset({"UNIQUE", "FIRST", "ANY", "PRIORITY"})
_SOMETHING_ELSE = "\x00something else"
"""A text no rule names."""
_ANYTHING = "\x00anything"
"""The value of a column no rule looks at."""


def decisions_get_what_they_ask(project: Project) -> Iterator[Finding]:
    """Every task that asks a decision supplies what the decision asks about."""
    for diagram, element in project.elements():
        asked = element.zeebe.decision
        decision = project.decision_of.get(asked.decision_id) if asked is not None else None
        inside = project.flow.inside(diagram, element)
        if decision is None or inside is None:
            continue
        for column in decision.inputs:

            def make(rule: str, problem: str, remedy: str) -> Finding:
                return about(diagram, element.id, rule, problem, remedy, severity=_SEVERITY.get(rule, Severity.ERROR))  # noqa: B023

            parsed = project.feel.expression(column.expression)
            if parsed.problem is not None or not _is_asked(project, decision, column):
                continue
            where = f"asks the decision {decision.id}, which in its column '{column.label}'"
            yield from looked_at(project, f"={column.expression}", inside, where, make)
            kind = Evaluation(inside, project.feel.builtins).of(parsed.root)
            yield from _right_type(column, kind, decision, make)
            for rule in decision.rules:
                yield from _never_met(project, decision, rule, column, kind=kind, make=make)


def _is_asked(project: Project, decision: Decision, column: InputColumn) -> bool:
    """Whether any rule looks at the column."""
    place = decision.inputs.index(column)
    return any(project.feel.unary(rule.inputs[place]).tests for rule in decision.rules if place < len(rule.inputs))


def _right_type(column: InputColumn, kind: Kind, decision: Decision, make: Make) -> Iterator[Finding]:
    wanted = _TYPES.get(column.type)
    if wanted is None or kind.is_anything or not kind.present:
        return
    shapes = {"text" if one in TEXTS else one for one in kind.present}
    if wanted not in shapes:
        yield make(
            "wrong-decision-input",
            f"gives the decision {decision.id} {kind} for its column '{column.label}', which wants a {column.type}",
            "Correct the input mapping, or the column's type.",
        )


def _never_met(
    project: Project, decision: Decision, rule: Rule, column: InputColumn, *, kind: Kind, make: Make
) -> Iterator[Finding]:
    """A rule for a value the variable never has is a spelling mistake in one or the other."""
    place = decision.inputs.index(column)
    if kind.constants is None or not kind.present <= TEXTS or place >= len(rule.inputs):
        return
    there = {scalar.value for scalar in kind.constants}
    for test in project.feel.unary(rule.inputs[place]).tests:
        if not isinstance(test, feel.Constant) or test.type != "string":
            continue
        if test.value not in there and test.value not in project.values:
            yield make(
                "rule-never-met",
                f'asks the decision {decision.id}, which has a rule for "{test.value}" in its column '
                f"'{column.label}' (row {decision.rules.index(rule) + 1}), which never comes",
                f"It can be {', '.join(sorted(map(str, there)))}.",
            )


def tables_are_sound(project: Project) -> Iterator[Finding]:
    """Each decision by itself: its FEEL can be read, its cells fit their columns, every case finds one rule."""
    for decision in project.decisions:
        if decision.literal is None and not decision.outputs:
            yield about_decision(decision, "empty-decision", "decides nothing", "Give it a table or an expression.")
            continue
        broken = list(_cells(project, decision))
        yield from broken
        if not broken:
            yield from _complete(project, decision)


def _cells(project: Project, decision: Decision) -> Iterator[Finding]:
    open_variables = Variables({}, open=True)

    def make(rule: str, problem: str, remedy: str) -> Finding:
        return about_decision(decision, rule, problem, remedy)

    if decision.literal is not None:
        yield from looked_at(project, f"={decision.literal}", open_variables, "in its expression", make)
    for column in decision.inputs:
        yield from looked_at(project, f"={column.expression}", open_variables, f"in its column '{column.label}'", make)
    names = [column.name for column in decision.outputs]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield make("output-used-twice", f"has two columns with the name '{name}'", "Give each column its own name.")
    for row, rule in enumerate(decision.rules, 1):

        def make_row(kind: str, problem: str, remedy: str, rule: Rule = rule) -> Finding:
            return about_decision(decision, kind, problem, remedy, element_id=rule.id, line=rule.line)

        for column, cell in zip(decision.inputs, rule.inputs, strict=False):
            yield from _input_cell(project, column, cell, f"in row {row}, column '{column.label}',", make_row)
        for output, cell in zip(decision.outputs, rule.outputs, strict=False):
            where = f"in row {row}, column '{output.label or output.name}',"
            if not cell:
                continue
            yield from looked_at(project, f"={cell}", open_variables, where, make_row)
            parsed = project.feel.expression(cell)
            kind = Evaluation(open_variables, project.feel.builtins).of(parsed.root)
            wanted = _TYPES.get(output.type)
            shapes = {"text" if one in TEXTS else one for one in kind.present}
            if isinstance(parsed.root, feel.Name):
                yield make_row(
                    "unquoted-text",
                    f"{where} has {cell}, which is read as a variable",
                    f'Put it in quotation marks: "{cell}".',
                )
            elif wanted is not None and not kind.is_anything and shapes and wanted not in shapes:
                yield make_row(
                    "wrong-output", f"{where} has {cell}, where a {output.type} is wanted", "Correct the cell."
                )


def _input_cell(project: Project, column: InputColumn, cell: str, where: str, make: Make) -> Iterator[Finding]:
    parsed = project.feel.unary(cell)
    if parsed.problem is not None:
        yield make(
            "broken-expression",
            f"{where} has a test that {parsed.problem.problem}: {cell}",
            "Correct it; the Modeler shows where.",
        )
        return
    wanted = _TYPES.get(column.type)
    evaluation = Evaluation(Variables({"?": ANYTHING}, open=True), project.feel.builtins)
    tests = [
        argument
        for test in parsed.tests
        for argument in (test.arguments if isinstance(test, feel.Call) and test.function == "not" else (test,))
    ]
    for test in tests:
        kind = evaluation.of(test.value if isinstance(test, feel.Test) else test)
        if isinstance(test, feel.Name):
            yield make(
                "unquoted-text",
                f"{where} has {cell}, which is read as a variable",
                f'Put it in quotation marks: "{cell}".',
            )
        elif isinstance(test, feel.Constant | feel.Test) and wanted is not None:
            shapes = {"text" if one in TEXTS else one for one in kind.present}
            if not kind.is_anything and shapes and wanted not in shapes:
                yield make("wrong-test", f"{where} tests for {kind}, where a {column.type} comes", "Correct the cell.")
    for note in dict.fromkeys(evaluation.notes):
        yield make(note.rule, f"{where} {note.problem}", note.remedy)


def _complete(project: Project, decision: Decision) -> Iterator[Finding]:
    """Try every combination that makes a difference."""
    tried = _tried(project, decision)
    if tried is None:
        return
    for one, other in sorted(tried.overlapping):
        yield about_decision(
            decision,
            "rules-overlap",
            f"has two rules for the same case, rows {one + 1} and {other + 1}: the engine would stop with an incident",
            "Narrow one of them, or set the hit policy to First.",
            element_id=decision.rules[other].id,
            line=decision.rules[other].line,
        )
    if tried.gap is not None and decision.hit_policy in _ONE_ANSWER:
        said = ", ".join(
            f"{column.label or column.expression} = {_written(value)}"
            for column, value in zip(decision.inputs, tried.gap, strict=True)
            if value != _ANYTHING
        )
        yield about_decision(
            decision, "gap", f"has no rule for {said}", "Add a rule for it, or one that catches all the rest."
        )
    for row, rule in enumerate(decision.rules):
        if row not in tried.used and decision.hit_policy in {"FIRST", "UNIQUE"}:
            yield about_decision(
                decision,
                "rule-never-used",
                f"has a rule in row {row + 1} that is never used: rows before it meet all its cases",
                "Move it up, or take it out.",
                element_id=rule.id,
                line=rule.line,
            )


@dataclass
class _Tried:
    """What came of trying the combinations of a table."""

    used: set[int] = field(default_factory=set)
    overlapping: set[tuple[int, int]] = field(default_factory=set)
    gap: tuple[Sample, ...] | None = None


def _tried(project: Project, decision: Decision) -> _Tried | None:
    """None where not every test can be tried, or there are too many combinations."""
    if not decision.inputs or not decision.rules:
        return None
    tests = [[project.feel.unary(cell).tests for cell in rule.inputs] for rule in decision.rules]
    domains: list[list[Sample]] = []
    coming: list[set[Sample]] = []
    for place in range(len(decision.inputs)):
        given = _given(project, decision, place)
        samples = _samples([test for row in tests for test in row[place]], given)
        if samples is None:
            return None
        domains.append(samples)
        if given is not None and given.constants:
            coming.append({scalar.value for scalar in given.constants} | {_ANYTHING})
        else:
            beyond = {samples[-1], samples[-2]} if isinstance(samples[-1], float) else {_SOMETHING_ELSE}
            coming.append(set(samples) - beyond)
    if prod(map(len, domains)) > _MOST_SAMPLES:
        return None
    tried = _Tried()
    for combination in product(*domains):
        met = [row for row, cells in enumerate(tests) if all(map(_meets, cells, combination))]
        tried.used.update(met[:1] if decision.hit_policy == "FIRST" else met)
        comes = all(value in only for value, only in zip(combination, coming, strict=True))
        if not met and tried.gap is None and comes:
            tried.gap = combination
        tried.overlapping.update(_overlap(decision, met))
    return tried


def _overlap(decision: Decision, met: list[int]) -> Iterator[tuple[int, int]]:
    for other in met[1:]:
        same = decision.rules[other].outputs == decision.rules[met[0]].outputs
        if decision.hit_policy == "UNIQUE" or (decision.hit_policy == "ANY" and not same):
            yield met[0], other


def _written(value: Sample) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _given(project: Project, decision: Decision, place: int) -> Kind | None:
    """The only values that come, where every task that asks says so."""
    found: Kind | None = None
    parsed = project.feel.expression(decision.inputs[place].expression)
    for diagram, element in project.elements():
        if element.zeebe.decision is None or element.zeebe.decision.decision_id != decision.id:
            continue
        inside = project.flow.inside(diagram, element)
        if inside is None:
            return None
        kind = Evaluation(inside, project.feel.builtins).of(parsed.root)
        if kind.constants is None or found is not None:
            return None
        found = kind
    return found


def _samples(tests: list[Expression], given: Kind | None) -> list[Sample] | None:  # noqa: PLR0911
    """A value for every difference the tests make; None where that cannot be told."""
    literals: list[Sample] = []
    for test in tests:
        found = _literals(test)
        if found is None:
            return None
        literals.extend(found)
    if not literals:
        return (
            ["\x00anything"]
            if given is None
            else [scalar.value for scalar in given.constants or ()] or ["\x00anything"]
        )
    if all(isinstance(value, bool) for value in literals):
        return [True, False]
    if all(isinstance(value, str) for value in literals):
        known = list(dict.fromkeys(literals))
        if given is not None and given.constants is not None:
            return list(dict.fromkeys([*(scalar.value for scalar in sorted(given.constants, key=str)), *known]))
        return [*known, _SOMETHING_ELSE]
    numbers = sorted({float(value) for value in literals if not isinstance(value, str | bool)})
    if len(numbers) != len({*literals}):
        return None
    between = [
        (low + high) / 2
        for low, high in pairwise(numbers)
        # Whole numbers next to each other have nothing between them that would come.
        if not (low.is_integer() and high.is_integer() and high - low == 1)
    ]
    # What lies beyond the outermost rules may never come, but a rule may be for it.
    return [*numbers, *between, numbers[0] - 1, numbers[-1] + 1]


def _literals(test: Expression) -> list[Sample] | None:
    match test:
        case feel.Constant(type="string" | "number" | "boolean", value=str() | float() | bool() as value):
            return [value]
        case feel.Test(value=inner) | feel.Operation(left=feel.Asked(), right=inner):
            return _literals(inner)
        case feel.Range(low=low, high=high):
            one, other = _literals(low), _literals(high)
            return None if one is None or other is None else [*one, *other]
        case feel.Call(function="not", arguments=arguments):
            inner_literals: list[Sample] = []
            for argument in arguments:
                found = _literals(argument)
                if found is None:
                    return None
                inner_literals.extend(found)
            return inner_literals
        case _:
            return None


def _meets(tests: tuple[Expression, ...], value: Sample) -> bool:
    return not tests or any(_meets_one(test, value) for test in tests)


def _meets_one(test: Expression, value: Sample) -> bool:  # noqa: PLR0911 - one for each kind of test
    match test:
        case feel.Constant(value=wanted):
            return type(wanted) is type(value) and wanted == value
        case feel.Test(operator=operator, value=feel.Constant(value=wanted)):
            return _holds(operator, value, wanted)
        case feel.Operation(operator=operator, left=feel.Asked(), right=feel.Constant(value=wanted)):
            return _holds(operator, value, wanted)
        case feel.Range(low=feel.Constant(value=float() as low), high=feel.Constant(value=float() as high)):
            if isinstance(value, str | bool):
                return False
            above = low <= value if test.with_low else low < value
            return above and (value <= high if test.with_high else value < high)
        case feel.Call(arguments=arguments):
            return not any(_meets_one(argument, value) for argument in arguments)
        case _:
            return False


def _holds(operator: str, value: Sample, wanted: object) -> bool:
    if type(wanted) is not type(value):
        return operator == "!="
    if operator in ("=", "!="):
        return (value == wanted) == (operator == "=")
    assert isinstance(wanted, str | float)  # noqa: S101
    a, b = (value, wanted) if isinstance(value, float) else (str(value), str(wanted))
    return bool({"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[operator])  # type: ignore[operator]

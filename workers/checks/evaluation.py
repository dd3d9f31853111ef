"""FEEL worked out with what is known of the variables, noting what cannot be right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from workers.checks import feel
from workers.checks.feel import Builtin, Expression, Span
from workers.checks.finding import did_you_mean
from workers.checks.kinds import (
    ANYTHING,
    BOOLEAN,
    NOTHING,
    NULL,
    NUMBER,
    SCALARS,
    TEXT,
    TEXTS,
    Kind,
    Scalar,
    constant,
    context,
    item_of,
    join,
    join_all,
    list_of,
    of_type,
    optional,
)


@dataclass(frozen=True)
class Variables:
    """What is known where an expression is worked out."""

    known: Mapping[str, Kind]
    open: bool = False
    """Whether there may be others, of which nothing is known."""

    def with_more(self, more: Mapping[str, Kind]) -> Variables:
        """The same, with others in the place of those of the same name."""
        return Variables({**self.known, **more}, self.open)


@dataclass(frozen=True)
class Note:
    """Something in an expression that cannot be right."""

    rule: str
    problem: str
    """The end of a sentence that begins with what the expression is, such as ``reads 'x', which …``."""
    remedy: str
    span: Span
    subject: str = ""
    """The variable it is about."""
    value: str = ""
    """The text that variable never is."""


@dataclass
class Evaluation:
    """Works out expressions over one set of variables; ``notes`` gathers what is wrong with them."""

    variables: Variables
    builtins: Mapping[str, Builtin]
    notes: list[Note] = field(default_factory=list)
    settled: bool = True
    """Whether all that can be known is known: then a variable that is not is an error, else it may come to be known."""
    engine: tuple[int, int] = (8, 6)
    """The engine's version, for functions that came later."""
    _scopes: list[tuple[Mapping[str, Kind], bool]] = field(default_factory=list)

    def of(self, expression: Expression) -> Kind:  # noqa: PLR0911, PLR0912 - one for each kind of expression
        """What the expression gives."""
        match expression:
            case feel.Constant(type="temporal"):
                return of_type("date", "time", "date and time", "duration")
            case feel.Constant(value=value):
                return constant(value)
            case feel.Name():
                return self._name(expression)
            case feel.Attribute():
                return self._attribute(self.of(expression.of), expression)
            case feel.Filter():
                return self._filter(expression)
            case feel.Call():
                return self._call(expression)
            case feel.Entries():
                return self._entries(expression)
            case feel.Items(items=items):
                return list_of(join_all(self.of(item) for item in items))
            case feel.If():
                return self._if(expression)
            case feel.Operation():
                return self._operation(expression)
            case feel.Among():
                return self._among(expression)
            case feel.Loop():
                return self._loop(expression)
            case feel.Function():
                self._within(dict.fromkeys(expression.names, ANYTHING), expression.body)
                return of_type("function")
            case feel.InstanceOf():
                self.of(expression.value)
                return BOOLEAN
            case feel.Asked():
                return self._lookup("?") or ANYTHING
            case _:
                for part in feel.parts_of(expression):
                    self.of(part)
                return ANYTHING

    def _if(self, expression: feel.If) -> Kind:
        self._condition(expression.condition)
        before = self.variables
        hidden = {name for scope, _ in self._scopes for name in scope}
        kinds = []
        for branch, holds in ((expression.one, True), (expression.other, False)):
            self.variables = narrowed(before, expression.condition, holds=holds, hidden=hidden)
            kinds.append(self.of(branch))
            self.variables = before
        return join_all(kinds)

    def condition(self, expression: Expression) -> None:
        """Look at what decides something: it must be a yes or no."""
        self._condition(expression)

    def _condition(self, expression: Expression) -> None:
        kind = self.of(expression)
        if not kind.is_anything and kind.present and not kind.present & {"boolean"}:
            self._note(
                "condition-not-boolean",
                f"asks '{_words(expression)}', which is {kind}, not yes or no",
                "Compare it with a value, such as = true.",
                expression,
            )

    def _note(
        self, rule: str, problem: str, remedy: str, expression: Expression, *, subject: str = "", value: str = ""
    ) -> None:
        self.notes.append(Note(rule, problem, remedy, expression.span, subject, value))

    def _lookup(self, name: str) -> Kind | None:
        for scope, is_open in reversed(self._scopes):
            if name in scope:
                return scope[name]
            if is_open:
                return self.variables.known.get(name, ANYTHING)
        if name in self.variables.known:
            return self.variables.known[name]
        return ANYTHING if self.variables.open else None

    def _name(self, expression: feel.Name) -> Kind:
        found = self._lookup(expression.name)
        if not self.settled:
            return NOTHING if found is None else found
        if found is None:
            self._note(
                "unknown-variable",
                f"reads '{expression.name}', which nothing before it sets",
                did_you_mean(expression.name, self.variables.known, "Set it before, or correct the name."),
                expression,
                subject=expression.name,
            )
            return ANYTHING
        return found if found.types else ANYTHING

    def _attribute(self, of: Kind, expression: feel.Attribute) -> Kind:
        if of.is_anything or not of.present:
            return of
        found: list[Kind] = []
        if "null" in of.types:
            found.append(NULL)
        if "context" in of.types:
            if of.fields is None:
                return ANYTHING
            if expression.name not in of.by_name:
                self._unknown_field(of.by_name, expression)
                return ANYTHING
            found.append(of.by_name[expression.name])
        if "list" in of.types:
            if of.item is None:
                return ANYTHING
            found.append(list_of(self._attribute(of.item, expression)))
        if of.present & _TEMPORAL:
            found.append(ANYTHING)
        if not found or (of.present <= SCALARS and expression.name):
            self._note(
                "not-a-group",
                f"reads '{_words(expression)}', but '{_words(expression.of)}' is {of} and has no entries",
                "Leave out the part after the dot, or read another variable.",
                expression,
            )
            return ANYTHING
        return join_all(found)

    def _unknown_field(self, fields: Iterable[str], expression: feel.Attribute) -> None:
        names = sorted(fields)
        self._note(
            "unknown-field",
            f"reads '{_words(expression)}', but '{_words(expression.of)}' has no '{expression.name}'",
            did_you_mean(expression.name, names, f"It has {', '.join(names)}." if names else "It is empty."),
            expression,
        )

    def _filter(self, expression: feel.Filter) -> Kind:
        of = self.of(expression.of)
        item = (of.item if "list" in of.types else of) if not of.is_anything else None
        if isinstance(expression.by, feel.Constant) and expression.by.type == "number":
            return ANYTHING if item is None else item
        scope: dict[str, Kind] = {"item": item if item is not None else ANYTHING}
        known = item is not None and not item.is_anything and (item.fields is not None or not item.types & {"context"})
        if item is not None and item.fields is not None:
            scope.update(item.by_name)
        self._scopes.append((scope, not known))
        by = self.of(expression.by)
        self._scopes.pop()
        if by.present == {"number"}:
            return ANYTHING if item is None else item
        return list_of(item)

    def _within(self, names: Mapping[str, Kind], body: Expression) -> Kind:
        self._scopes.append((names, False))
        found = self.of(body)
        self._scopes.pop()
        return found

    def _entries(self, expression: feel.Entries) -> Kind:
        entries: dict[str, Kind] = {}
        sources: dict[str, Expression] = {}
        for name, value in expression.entries:
            shadowing = set(self._look_for_shadows(name, value, sources))
            seen = {earlier: kind for earlier, kind in entries.items() if earlier not in shadowing}
            entries[name] = self._within(seen, value)
            sources[name] = value
        return context(entries)

    def _look_for_shadows(self, name: str, value: Expression, before: Mapping[str, Expression]) -> Iterator[str]:
        """An entry sees the entries before it, which is rarely meant where a variable has the same name."""
        for part in feel.everything_in(value):
            if not isinstance(part, feel.Name) or part.name not in before:
                continue
            earlier = before[part.name]
            if isinstance(earlier, feel.Name) and earlier.name == part.name:
                continue
            makes_itself = any(
                isinstance(one, feel.Name) and one.name == part.name for one in feel.everything_in(earlier)
            )
            if makes_itself or part.name in self.variables.known:
                self._note(
                    "entry-shadows-variable",
                    f"reads '{part.name}' in its entry '{name}', which is the entry '{part.name}' before it "
                    f"({_words(earlier)}), not the variable",
                    f"Put the entry '{name}' before the entry '{part.name}'.",
                    part,
                )
                yield part.name

    def _loop(self, expression: feel.Loop) -> Kind:
        names: dict[str, Kind] = {}
        for name, of in zip(expression.names, expression.lists, strict=False):
            listed = self._within(names, of)
            names[name] = NUMBER if isinstance(of, feel.Range) else item_of(listed)
        if expression.kind == "for":
            return list_of(self._within({**names, "partial": ANYTHING}, expression.body))
        self._within(names, expression.body)
        return BOOLEAN

    def _among(self, expression: feel.Among) -> Kind:
        value = self.of(expression.value)
        self._scopes.append(({"?": value}, False))
        for test in expression.tests:
            kind = self.of(test)
            if isinstance(test, feel.Constant):
                self._compare("=", expression.value, value, test, kind)
            elif isinstance(test, feel.Items):
                for item in test.items:
                    self._compare("=", expression.value, value, item, self.of(item))
        self._scopes.pop()
        return BOOLEAN

    def _operation(self, expression: feel.Operation) -> Kind:
        left, right = self.of(expression.left), self.of(expression.right)
        match expression.operator:
            case "and" | "or":
                return BOOLEAN
            case "=" | "!=" | "<" | ">" | "<=" | ">=":
                self._compare(expression.operator, expression.left, left, expression.right, right)
                return BOOLEAN
            case "+":
                return self._sum(expression, left, right)
            case "-":
                if left.present & {"date", "date and time"} and right.present & {"date", "date and time"}:
                    return of_type("duration")
                return _like(left) if left.present & _TEMPORAL else NUMBER
            case _:
                return of_type("duration") if "duration" in left.types | right.types else NUMBER

    def _sum(self, expression: feel.Operation, left: Kind, right: Kind) -> Kind:
        if left.is_anything or right.is_anything:
            # Only a text can be put before or after a text.
            return (
                TEXT
                if (left.present and left.present <= TEXTS) or (right.present and right.present <= TEXTS)
                else ANYTHING
            )
        for one, other, side in ((left, right, expression.right), (right, left, expression.left)):
            if one.present and one.present <= TEXTS and other.present and not other.present & TEXTS:
                self._note(
                    "text-and-other",
                    f"puts '{_words(side)}', which is {other}, to a text; the result is empty",
                    f"Write string({_words(side)}).",
                    side,
                )
                return TEXT
        if left.present <= TEXTS and right.present <= TEXTS:
            return _glued(left, right)
        if left.present & _TEMPORAL or right.present & _TEMPORAL:
            return _like(left if left.present & {"date", "date and time", "time"} else right)
        return NUMBER

    def _compare(self, operator: str, left: Expression, a: Kind, right: Expression, b: Kind) -> None:
        if a.is_anything or b.is_anything or not a.present or not b.present:
            return
        if not _comparable(a, b):
            self._note(
                "cannot-be-compared",
                f"compares '{_words(left)}', which is {a}, with '{_words(right)}', which is {b}",
                "Compare it with a value of its own kind.",
                left,
            )
            return
        if operator not in ("=", "!=") or a.constants is None or b.constants is None:
            return
        if not a.present <= SCALARS or not b.present <= SCALARS or a.constants & b.constants:
            return
        odd, even, values = (right, left, a) if len(b.constants) == 1 else (left, right, b)
        wrong = next(iter(b.constants if odd is right else a.constants))
        offered = sorted(str(scalar) for scalar in values.constants or ())
        near = difflib.get_close_matches(str(wrong), offered, 1)
        self._note(
            "never-equal",
            f"compares '{_words(even)}' with {_words(odd)}, which it never is",
            f"Did you mean {near[0]}?" if near else f"It can be {', '.join(offered)}.",
            odd,
            subject=(_path(even) or [""])[0],
            value=str(wrong.value),
        )

    def _call(self, expression: feel.Call) -> Kind:
        function, arguments = expression.function, expression.arguments
        builtin = self.builtins.get(function)
        if builtin is None:
            self._unknown_function(expression)
        elif not self._is_known(builtin):
            self._note(
                "function-too-new",
                f"calls {function}(), which only Camunda {builtin.engines} has",
                "Write it with older functions.",
                expression,
            )
        elif problem := _call_problem(builtin, expression):
            self._note("wrong-arguments", problem, f"It is called as {_forms(builtin)}.", expression)
        elif unreadable := _unreadable(expression):
            self._note("not-readable", f"reads {unreadable}, which is no {function}", _LIKE[function], expression)
        if function in ("is defined", "get or else"):
            # Asking whether something is there is what one does with what may not be.
            self._scopes.append(({}, True))
            first = self.of(arguments[0]) if arguments else ANYTHING
            self._scopes.pop()
            kinds = [first, *(self.of(argument) for argument in arguments[1:])]
        else:
            kinds = [self.of(argument) for argument in arguments]
        return _result(function, kinds)

    def _unknown_function(self, expression: feel.Call) -> None:
        if self._lookup(expression.function) is not None and not self.variables.open:
            return
        near = difflib.get_close_matches(expression.function, self.builtins, 1)
        self._note(
            "unknown-function",
            f"calls {expression.function}(), which FEEL has not",
            f"Did you mean {near[0]}()?" if near else "Use a function of FEEL.",
            expression,
        )

    def _is_known(self, builtin: Builtin) -> bool:
        if not builtin.engines:
            return True
        first = builtin.engines.lstrip(">=^ ").split(".")
        return (int(first[0]), int(first[1]) if len(first) > 1 else 0) <= self.engine


def narrowed(  # noqa: PLR0911 - one for each kind of condition
    variables: Variables, condition: Expression, *, holds: bool, hidden: Iterable[str] = ()
) -> Variables:
    """What is known once a condition is known to hold, or not to.

    :param hidden: names that mean something else in the condition.
    """
    match condition:
        case feel.Operation(operator="and" | "or" as operator, left=left, right=right):
            if (operator == "and") == holds:
                once = narrowed(variables, left, holds=holds, hidden=hidden)
                return narrowed(once, right, holds=holds, hidden=hidden)
            one = narrowed(variables, left, holds=holds, hidden=hidden)
            other = narrowed(variables, right, holds=holds, hidden=hidden)
            return _either(variables, one, other)
        case feel.Call(function="not", arguments=(argument,)):
            return narrowed(variables, argument, holds=not holds, hidden=hidden)
        case feel.Call(function="list contains", arguments=(feel.Items() as offered, value)):
            return narrowed(variables, feel.Among(value, (offered,)), holds=holds, hidden=hidden)
        case feel.Operation(operator="=" | "!=" as operator, left=left, right=right):
            if isinstance(left, feel.Constant):
                left, right = right, left
            if isinstance(right, feel.Constant) and right.type != "temporal":
                return _restricted(variables, left, [right.value], same=(operator == "=") == holds, hidden=hidden)
        case feel.Among(value=value, tests=tests):
            listed = [inner for test in tests for inner in (test.items if isinstance(test, feel.Items) else (test,))]
            values = [one.value for one in listed if isinstance(one, feel.Constant) and one.type != "temporal"]
            if len(values) == len(listed):
                return _restricted(variables, value, values, same=holds, hidden=hidden)
        case feel.Name():
            return _restricted(variables, condition, [True], same=holds, hidden=hidden)
    return variables


def _either(variables: Variables, one: Variables, other: Variables) -> Variables:
    changed = {
        name: join(one.known[name], other.known[name])
        for name, kind in variables.known.items()
        if one.known[name] is not kind or other.known[name] is not kind
    }
    return variables.with_more(changed) if changed else variables


def _restricted(
    variables: Variables,
    path: Expression,
    values: list[str | float | bool | None],
    *,
    same: bool,
    hidden: Iterable[str],
) -> Variables:
    names = _path(path)
    if not names or names[0] in hidden or names[0] not in variables.known:
        return variables
    kind = _restricted_kind(variables.known[names[0]], names[1:], values, same=same)
    return variables.with_more({names[0]: kind})


def _path(expression: Expression) -> list[str]:
    match expression:
        case feel.Name(name=name):
            return [name]
        case feel.Attribute(of=of, name=name):
            before = _path(of)
            return [*before, name] if before else []
        case _:
            return []


def _restricted_kind(kind: Kind, path: list[str], values: list[str | float | bool | None], *, same: bool) -> Kind:
    if kind.is_anything or not kind.types:
        return kind
    if path:
        if kind.fields is None or path[0] not in kind.by_name:
            return kind
        inner = _restricted_kind(kind.by_name[path[0]], path[1:], values, same=same)
        fields = tuple((name, inner if name == path[0] else field) for name, field in kind.fields)
        return Kind(kind.types, kind.constants, fields, kind.item, kind.origins)
    only = join_all(constant(value) for value in values)
    if same:
        types = only.types & kind.types
        scalars = only.constants
        if kind.constants is not None and scalars is not None:
            scalars &= kind.constants
        if scalars is None or not types & SCALARS:
            return Kind(kind.types & only.types) if types <= {"null"} else kind
        types = frozenset(scalar.type for scalar in scalars) | (types & {"null"})
        return Kind(types, scalars, origins=kind.origins) if scalars else Kind(types)
    types = kind.types - ({"null"} & only.types)
    constants = kind.constants
    if constants is None and kind.present == {"boolean"} and only.constants is not None:
        constants = frozenset({Scalar("boolean", True), Scalar("boolean", False)})
    if constants is not None and only.constants is not None:
        constants -= only.constants
        if not constants:
            types -= SCALARS
    return Kind(types, constants if types & SCALARS else None, kind.fields, kind.item, kind.origins)


_TEMPORAL = frozenset({"date", "time", "date and time", "duration"})


def text_of(expression: Expression, source: str) -> str:
    """The words of an expression in its text."""
    return source[expression.span[0] : expression.span[1]]


def _words(expression: Expression) -> str:  # noqa: PLR0911
    match expression:
        case feel.Name(name=name):
            return name
        case feel.Attribute(of=of, name=name):
            return f"{_words(of)}.{name}"
        case feel.Constant(value=str() as value, type="string"):
            return f'"{value}"'
        case feel.Constant(value=bool() as flag):
            return str(flag).lower()
        case feel.Constant(value=float() as number):
            return f"{number:g}"
        case feel.Constant(value=None):
            return "null"
        case feel.Call(function=function, arguments=arguments):
            return f"{function}({', '.join(_words(argument) for argument in arguments)})"
        case feel.Filter(of=of, by=by):
            return f"{_words(of)}[{_words(by)}]"
        case feel.Operation(operator=operator, left=left, right=right):
            return f"{_words(left)} {operator} {_words(right)}"
        case _:
            return "…"


def _comparable(a: Kind, b: Kind) -> bool:
    shapes_a, shapes_b = ({"text" if one in TEXTS else one for one in kind.present} for kind in (a, b))
    return bool(shapes_a & shapes_b)


def _like(kind: Kind) -> Kind:
    return of_type(*(kind.present & _TEMPORAL)) if kind.present & _TEMPORAL else NUMBER


def _glued(left: Kind, right: Kind) -> Kind:
    most = 40
    if left.constants and right.constants and len(left.constants) * len(right.constants) <= most:
        texts = {f"{a.value}{b.value}" for a in left.constants for b in right.constants}
        return Kind(frozenset({"text"}), frozenset(Scalar("text", text) for text in texts))
    return TEXT


_DAY, _TIME = r"\d{4}-\d{2}-\d{2}", r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_ZONE = r"(Z|[+-]\d{2}:\d{2}|@[A-Za-z_]+(/[A-Za-z_]+)*)?"
_READABLE = {
    "date": re.compile(rf"{_DAY}(T.*)?"),
    "time": re.compile(rf"{_TIME}{_ZONE}"),
    "date and time": re.compile(rf"{_DAY}(T{_TIME}{_ZONE})?"),
    "duration": re.compile(r"-?P(?!$)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"),
}
_LIKE = {
    "date": 'Write it like date("2025-03-10").',
    "time": 'Write it like time("17:00:00").',
    "date and time": 'Write it like date and time("2025-03-10T17:00:00@Europe/London").',
    "duration": 'Write it like duration("P7D") or duration("PT2H").',
}


def _unreadable(call: feel.Call) -> str | None:
    """A text that is no date or duration although it is read as one."""
    match call:
        case feel.Call(function=function, arguments=(feel.Constant(type="string", value=str() as text),)):
            readable = _READABLE.get(function)
            return f'"{text}"' if readable is not None and not readable.fullmatch(text) else None
    return None


_VARIADIC = frozenset({"lists", "items", "contexts", "list", "cases"})


def _call_problem(builtin: Builtin, call: feel.Call) -> str | None:
    if call.names:
        if not any(set(call.names) <= set(form) for form in builtin.forms):
            return f"calls {builtin.name}() with arguments it has not: {', '.join(call.names)}"
        return None
    if any(form and (form[-1] in _VARIADIC) for form in builtin.forms):
        return None
    if len(call.arguments) in {len(form) for form in builtin.forms}:
        return None
    return f"calls {builtin.name}() with {_counted(len(call.arguments))}"


def _counted(number: int) -> str:
    return "no arguments" if number == 0 else "one argument" if number == 1 else f"{number} arguments"


def _forms(builtin: Builtin) -> str:
    return " or ".join(dict.fromkeys(f"{builtin.name}({', '.join(form)})" for form in builtin.forms))


_RESULTS: Mapping[str, Kind] = {
    **dict.fromkeys(
        ("string join", "replace", "substring", "substring before", "substring after", "upper case", "lower case",
         "day of week", "month of year", "trim", "uuid", "to base64"),
        TEXT,
    ),
    **dict.fromkeys(
        ("count", "string length", "sum", "floor", "ceiling", "decimal", "modulo", "sqrt", "number", "day of year",
         "week of year", "round up", "round down", "round half up", "round half down", "mean", "median", "product"),
        NUMBER,
    ),
    **dict.fromkeys(
        ("not", "list contains", "contains", "starts with", "ends with", "matches", "is defined", "all", "any", "odd",
         "even", "before", "after", "is empty", "includes", "during", "overlaps", "coincides", "meets", "starts",
         "finishes"),
        BOOLEAN,
    ),
    "today": of_type("date"),
    "date": of_type("date"),
    "last day of month": of_type("date"),
    "now": of_type("date and time"),
    "date and time": of_type("date and time"),
    "time": of_type("time"),
    "duration": of_type("duration"),
    "years and months duration": of_type("duration"),
    "split": list_of(TEXT),
    "get entries": list_of(None),
    "index of": list_of(NUMBER),
}  # fmt: skip


def _result(function: str, kinds: list[Kind]) -> Kind:  # noqa: PLR0911 - one for each kind of function
    first = kinds[0] if kinds else ANYTHING
    match function:
        case "string":
            return _as_text(first)
        case "concatenate" | "union":
            return list_of(_items(kinds))
        case "append":
            return list_of(join_all([_items(kinds[:1]) or ANYTHING, *kinds[1:]]))
        case "distinct values" | "reverse" | "sublist" | "remove" | "sort":
            return list_of(first.item if first.types else NOTHING)
        case "get or else":
            return join_all([_without_null(first), *kinds[1:]])
        case "min" | "max":
            return join_all(first.item or ANYTHING if "list" in kind.types else kind for kind in kinds)
        case _:
            return _RESULTS.get(function, ANYTHING)


def _items(kinds: list[Kind]) -> Kind | None:
    items = [NOTHING if kind == list_of(NOTHING) else kind.item for kind in kinds if kind.present]
    if any(item is None for item in items) or any(kind.is_anything for kind in kinds):
        return None
    return join_all(item for item in items if item is not None)


def _without_null(kind: Kind) -> Kind:
    return Kind(kind.present, kind.constants, kind.fields, kind.item, kind.origins) if kind.present else NOTHING


def _as_text(kind: Kind) -> Kind:
    if kind.present == {"date"}:
        return of_type("date text")
    if kind.present == {"date and time"}:
        return of_type("moment text")
    if kind.present and kind.present <= TEXTS:
        return kind
    if kind.present == {"number"} and kind.constants:
        texts = frozenset(Scalar("text", f"{scalar.value:g}") for scalar in kind.constants)
        return Kind(frozenset({"text"}), texts)
    return optional(TEXT) if "null" in kind.types else TEXT

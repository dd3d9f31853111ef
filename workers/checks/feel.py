"""FEEL expressions as trees, read by the parser of the engine's makers and kept in a cache by their text."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from workers.checks.node import SOURCE, NodeProblem, check_packages, node_program

Mode = Literal["expression", "unary"]
Span = tuple[int, int]


@dataclass(frozen=True)
class Expression:
    """A piece of FEEL; ``span`` is where it stands in its text."""

    span: Span = field(default=(0, 0), compare=False, kw_only=True)


@dataclass(frozen=True)
class Constant(Expression):
    """A literal: ``type`` is ``string``, ``number``, ``boolean``, ``null`` or ``temporal``."""

    type: str
    value: str | float | bool | None


@dataclass(frozen=True)
class Name(Expression):
    """A variable."""

    name: str


@dataclass(frozen=True)
class Attribute(Expression):
    """``of.name``."""

    of: Expression
    name: str


@dataclass(frozen=True)
class Filter(Expression):
    """``of[by]``: an entry of a list by number, or those that meet a condition."""

    of: Expression
    by: Expression


@dataclass(frozen=True)
class Call(Expression):
    """A function called with positional or named arguments."""

    function: str
    arguments: tuple[Expression, ...]
    names: tuple[str, ...] = ()
    """The names of the arguments; empty when they go by place."""


@dataclass(frozen=True)
class Entries(Expression):
    """A context ``{key: value}``."""

    entries: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True)
class Items(Expression):
    """A list ``[a, b]``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class If(Expression):
    """``if condition then one else other``."""

    condition: Expression
    one: Expression
    other: Expression


@dataclass(frozen=True)
class Operation(Expression):
    """``left operator right``: arithmetic, ``and``, ``or``; a comparison with ``=``, ``!=``, ``<`` …"""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Among(Expression):
    """``value in tests``."""

    value: Expression
    tests: tuple[Expression, ...]


@dataclass(frozen=True)
class Test(Expression):
    """A test of the value in question: ``> 5``; operator ``=`` stands for a plain value."""

    operator: str
    value: Expression


@dataclass(frozen=True)
class Range(Expression):
    """``[low..high]``; a round bracket leaves its end out."""

    low: Expression
    high: Expression
    with_low: bool
    with_high: bool


@dataclass(frozen=True)
class Loop(Expression):
    """``for``, ``some`` or ``every``: names bound to lists, and what is asked of each."""

    kind: str
    names: tuple[str, ...]
    lists: tuple[Expression, ...]
    body: Expression


@dataclass(frozen=True)
class Function(Expression):
    """``function(a) body``."""

    names: tuple[str, ...]
    body: Expression


@dataclass(frozen=True)
class InstanceOf(Expression):
    """``value instance of type``."""

    value: Expression


@dataclass(frozen=True)
class Asked(Expression):
    """``?``: the value in question in a unary test."""


@dataclass(frozen=True)
class Other(Expression):
    """Anything else; ``parts`` are still looked at."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class SyntaxProblem:
    """Where an expression cannot be read, and why."""

    problem: str
    span: Span


@dataclass(frozen=True)
class Parsed:
    """A text read as FEEL."""

    text: str
    root: Expression
    problem: SyntaxProblem | None = None
    tests: tuple[Expression, ...] = ()
    """The alternatives of a unary test; empty where anything will do."""


@dataclass(frozen=True)
class Builtin:
    """A function of the engine, in each of the forms it can be called in."""

    name: str
    forms: tuple[tuple[str, ...], ...]
    engines: str | None = None
    """The Camunda versions that have it; None: all."""


_ENGINES_OWN = {"cycle": Builtin("cycle", (("interval",), ("repetitions", "interval")))}
"""What the engine adds to FEEL for itself."""


class Feel:
    """The parser: one Node process for all expressions, started when there is one the cache does not have.

    :raises NodeProblem: from every method, when Node.js cannot be used.
    """

    def __init__(self, cache_dir: Path, say: Callable[[str], None] = lambda text: None) -> None:
        self._cache_dir = cache_dir
        self._say = say
        self._process: subprocess.Popen[str] | None = None
        self._parsed: dict[tuple[Mode, str], Parsed] = {}

    def learn(self, texts: Iterable[tuple[Mode, str]]) -> None:
        """Read many expressions at once; afterwards :meth:`expression` and :meth:`unary` answer at once."""
        wanted = [text for text in dict.fromkeys(texts) if text not in self._parsed]
        unknown = [text for text in wanted if _key(text) not in self._trees]
        if unknown:
            answered = self._ask({"expressions": unknown})
            self._trees.update({_key(text): tree for text, tree in zip(unknown, answered, strict=True)})
            self._save()
        for text in wanted:
            self._parsed[text] = _parsed(text[0], text[1], self._trees[_key(text)])

    def expression(self, text: str) -> Parsed:
        """An expression, without the ``=`` it begins with in a diagram."""
        return self._one("expression", text)

    def unary(self, text: str) -> Parsed:
        """The tests in an input cell of a decision table."""
        return self._one("unary", text)

    @cached_property
    def builtins(self) -> Mapping[str, Builtin]:
        """The engine's functions by name."""
        found = self._trees.get("builtins")
        if found is None:
            found = self._trees["builtins"] = self._ask({"builtins": True})
            self._save()
        functions: dict[str, Builtin] = {**_ENGINES_OWN}
        for one in found:
            known = functions.get(one["name"])
            forms = (*(known.forms if known else ()), tuple(one["params"]))
            # A function of which one form is old is not new.
            engines = one["engines"] if known is None or known.engines else None
            functions[one["name"]] = Builtin(one["name"], forms, engines)
        return functions

    def close(self) -> None:
        """End the Node process, if one was started."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _one(self, mode: Mode, text: str) -> Parsed:
        if (mode, text) not in self._parsed:
            self.learn([(mode, text)])
        return self._parsed[mode, text]

    def _ask(self, request: dict[str, Any]) -> list[Any]:
        process = self._running()
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(f"{json.dumps(request)}\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline() or "null")
        except OSError:
            answer = None
        if not isinstance(answer, list):
            self._process = None
            process.kill()
            raise NodeProblem(
                f"The FEEL parser stopped. Try again; if it stays so, delete {self._cache_dir / 'check'}."
            )
        return answer

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            folder = check_packages(self._cache_dir, self._say)
            self._process = subprocess.Popen(  # noqa: S603
                [node_program(), folder / "feel.mjs"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        return self._process

    @cached_property
    def _cache(self) -> Path:
        version = hashlib.sha256((SOURCE / "package-lock.json").read_bytes() + (SOURCE / "feel.mjs").read_bytes())
        return self._cache_dir / "check" / f"feel-{version.hexdigest()[:16]}.json"

    @cached_property
    def _trees(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            kept = json.loads(self._cache.read_text("utf-8"))
            if isinstance(kept, dict):
                return kept
        return {}

    def _save(self) -> None:
        """Keep what was read; a cache that cannot be written only costs time."""
        with contextlib.suppress(OSError):
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            descriptor, written = tempfile.mkstemp(dir=self._cache.parent, suffix=".tmp")
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(self._trees, file, ensure_ascii=False, separators=(",", ":"))
            Path(written).replace(self._cache)


def parts_of(expression: Expression) -> Iterator[Expression]:
    """The expressions directly inside one."""
    for spec in fields(expression):
        if spec.name != "span":
            yield from _expressions(getattr(expression, spec.name))


def everything_in(expression: Expression) -> Iterator[Expression]:
    """The expression and all in it, outermost first."""
    yield expression
    for part in parts_of(expression):
        yield from everything_in(part)


def _expressions(value: Any) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _expressions(one)


def _key(text: tuple[Mode, str]) -> str:
    return f"{text[0][0]}:{text[1]}"


def _parsed(mode: Mode, text: str, tree: Any) -> Parsed:
    if not text.strip():
        return Parsed(text, Constant("null", None))
    builder = _Builder(text)
    root = builder.build(tree)
    problem = builder.problem or _stray(tree, text)
    tests: tuple[Expression, ...] = ()
    if mode == "unary" and isinstance(root, Other):
        tests = root.parts
    return Parsed(text, root, problem, tests)


_BINARY = frozenset({"ArithmeticExpression", "Comparison", "Conjunction", "Disjunction"})
_SKIPPED = frozenset({"LineComment", "BlockComment"})
_OPERATORS = frozenset({"ArithOp", "CompareOp", "and", "or"})
_TWO = 2

Tree = list[Any]


def _stray(tree: Tree, text: str) -> SyntaxProblem | None:
    kind, begin, end, children = tree
    if kind == "⚠":
        return SyntaxProblem(_said(text, begin, end), (begin, end))
    return next((found for child in children if (found := _stray(child, text))), None)


def _said(text: str, begin: int, end: int) -> str:
    if begin >= len(text.rstrip()):
        return "ends too soon"
    stray = text[begin:end].strip()
    return f"cannot be read from '{_short(text[begin:])}' on" if not stray else f"has a stray '{_short(stray)}'"


def _short(text: str) -> str:
    limit = 30
    words = " ".join(text.split())
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


@cache
def _method_name(kind: str) -> str:
    """``ForExpression`` is built by ``_for_expression``."""
    return "_" + re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problem: SyntaxProblem | None = None

    def build(self, tree: Tree) -> Expression:
        kind, begin, end, children = tree
        span = (begin, end)
        parts = [child for child in children if child[0] not in _SKIPPED]
        method = getattr(self, _method_name(kind), None) if kind.isidentifier() else None
        if kind in _BINARY:
            return self._binary(parts, span)
        if method is not None:
            built = method(parts, span)
            assert isinstance(built, Expression)  # noqa: S101
            return built
        if kind == "?":
            return Asked(span=span)
        return Other(tuple(self._inner(parts)), span=span)

    def _inner(self, trees: list[Tree]) -> Iterator[Expression]:
        for tree in trees:
            if (tree[0][:1].isupper() and tree[0] not in _OPERATORS) or tree[0] in {"null", "?"}:
                yield self.build(tree)

    def _source(self, tree: Tree) -> str:
        return self.text[tree[1] : tree[2]]

    def _fault(self, problem: str, span: Span) -> None:
        if self.problem is None:
            self.problem = SyntaxProblem(problem, span)

    def _only(self, trees: list[Tree], span: Span) -> Expression:
        found = list(self._inner(trees))
        return found[0] if len(found) == 1 else Other(tuple(found), span=span)

    def _words(self, tree: Tree, *, many: bool = False) -> str:
        """A name; the engine knows names of several words only for its functions, or in backticks."""
        source = " ".join(self._source(tree).split())
        if source.startswith("`"):
            return source.strip("`")
        if " " in source and not many and not any(child[0] == "⚠" for child in tree[3]):
            self._fault(f"has '{_short(source)}' where one name is expected", (tree[1], tree[2]))
        return source

    def _expression(self, parts: list[Tree], span: Span) -> Expression:
        return self._only(parts, span)

    _parenthesized_expression = _function_body = _positive_unary_test = _iteration_context_entry = _expression

    def _unary_tests(self, parts: list[Tree], span: Span) -> Expression:
        if any(part[0] == "Wildcard" for part in parts):
            return Other((), span=span)
        listed = [part for part in parts if part[0] == "PositiveUnaryTests"]
        tests = [self._test(test) for group in listed for test in group[3] if test[0] == "PositiveUnaryTest"]
        if any(part[0] == "not" for part in parts):
            return Other((Call("not", tuple(tests), span=span),), span=span)
        return Other(tuple(tests), span=span)

    def _test(self, tree: Tree) -> Expression:
        return self.build(tree)

    def _positive_unary_tests(self, parts: list[Tree], span: Span) -> Expression:
        return Other(tuple(self._inner(parts)), span=span)

    def _simple_positive_unary_test(self, parts: list[Tree], span: Span) -> Expression:
        operator = next((self._source(part) for part in parts if part[0] == "CompareOp"), None)
        value = self._only(parts, span)
        return value if operator is None else Test(operator, value, span=span)

    def _interval(self, parts: list[Tree], span: Span) -> Expression:
        ends = list(self._inner(parts))
        if len(ends) != _TWO:
            return Other(tuple(ends), span=span)
        source = self.text[span[0] : span[1]]
        return Range(ends[0], ends[1], source.startswith("["), source.endswith("]"), span=span)

    def _binary(self, parts: list[Tree], span: Span) -> Expression:
        words = [part[0] for part in parts]
        if "in" in words:
            place = words.index("in")
            tests = list(self._inner(parts[place + 1 :]))
            flat = tuple(
                inner for test in tests for inner in (test.parts if isinstance(test, Other) and test.parts else (test,))
            )
            return Among(self._only(parts[:place], span), flat, span=span)
        operands = list(self._inner(parts))
        if "between" in words and len(operands) == 3:  # noqa: PLR2004
            return Among(operands[0], (Range(operands[1], operands[2], True, True, span=span),), span=span)
        operator = next((self._source(part) for part in parts if part[0] in _OPERATORS), "")
        if len(operands) == 1 and operator == "-":
            return Operation("-", Constant("number", 0.0, span=span), operands[0], span=span)
        if len(operands) != _TWO:
            return Other(tuple(operands), span=span)
        if isinstance(operands[1], Test):
            self._fault(f"compares twice: '{operator}{operands[1].operator}' is no comparison in FEEL, '=' is", span)
        return Operation(operator, operands[0], operands[1], span=span)

    def _string_literal(self, parts: list[Tree], span: Span) -> Expression:
        source = self.text[span[0] : span[1]]
        try:
            value = json.loads(source, strict=False)
        except ValueError:
            value = source[1:-1]
        return Constant("string", value, span=span)

    def _numeric_literal(self, parts: list[Tree], span: Span) -> Expression:
        try:
            return Constant("number", float(self.text[span[0] : span[1]].replace(" ", "")), span=span)
        except ValueError:
            return Other((), span=span)

    def _boolean_literal(self, parts: list[Tree], span: Span) -> Expression:
        return Constant("boolean", self.text[span[0] : span[1]] == "true", span=span)

    def _null(self, parts: list[Tree], span: Span) -> Expression:
        return Constant("null", None, span=span)

    def _at_literal(self, parts: list[Tree], span: Span) -> Expression:
        return Constant("temporal", self.text[span[0] : span[1]], span=span)

    def _date_time_literal(self, parts: list[Tree], span: Span) -> Expression:
        constructor = next((part for part in parts if part[0] == "DateTimeConstructor"), None)
        if constructor is None:
            return self._only(parts, span)
        return self._call(" ".join(self._source(constructor).split()), parts, span)

    def _variable_name(self, parts: list[Tree], span: Span) -> Expression:
        return Name(self._words(["VariableName", *span, parts]), span=span)

    def _path_expression(self, parts: list[Tree], span: Span) -> Expression:
        name = next((part for part in parts if part[0] == "PathName"), None)
        of = next(self._inner([part for part in parts if part is not name]), None)
        if of is None or name is None:
            return Other(tuple(self._inner([part for part in parts if part is not name])), span=span)
        return Attribute(of, self._words(name), span=span)

    def _filter_expression(self, parts: list[Tree], span: Span) -> Expression:
        operands = list(self._inner(parts))
        return Filter(operands[0], operands[1], span=span) if len(operands) == _TWO else Other(tuple(operands))

    def _function_invocation(self, parts: list[Tree], span: Span) -> Expression:
        called = parts[0] if parts else None
        if called is not None and called[0] == "VariableName":
            return self._call(self._words(called, many=True), parts[1:], span)
        return Other(tuple(self._inner(parts)), span=span)

    def _call(self, function: str, parts: list[Tree], span: Span) -> Expression:
        arguments: list[Expression] = []
        names: list[str] = []
        for part in parts:
            if part[0] == "PositionalParameters":
                arguments.extend(self._inner(part[3]))
            elif part[0] == "NamedParameters":
                for named in part[3]:
                    if named[0] == "NamedParameter" and named[3]:
                        names.append(self._words(named[3][0], many=True))
                        arguments.append(self._only(named[3][1:], span))
        return Call(function, tuple(arguments), tuple(names), span=span)

    def _context(self, parts: list[Tree], span: Span) -> Expression:
        entries = []
        for entry in parts:
            if entry[0] == "ContextEntry" and entry[3] and entry[3][0][0] == "Key":
                key = self._source(entry[3][0]).strip()
                entries.append((key.strip('"'), self._only(entry[3][1:], (entry[1], entry[2]))))
        return Entries(tuple(entries), span=span)

    def _list(self, parts: list[Tree], span: Span) -> Expression:
        return Items(tuple(self._inner(parts)), span=span)

    def _if_expression(self, parts: list[Tree], span: Span) -> Expression:
        branches = list(self._inner(parts))
        if len(branches) != 3:  # noqa: PLR2004
            return Other(tuple(branches), span=span)
        return If(branches[0], branches[1], branches[2], span=span)

    def _loop(self, parts: list[Tree], span: Span) -> Expression:
        names: list[str] = []
        lists: list[Expression] = []
        for bound in next((part[3] for part in parts if part[0] == "InExpressions"), []):
            if bound[0] == "InExpression" and bound[3]:
                names.append(self._words(bound[3][0]))
                lists.append(self._only(bound[3][1:], span))
        body = self._only([part for part in parts if part[0] != "InExpressions"], span)
        return Loop(parts[0][0], tuple(names), tuple(lists), body, span=span)

    _quantified_expression = _for_expression = _loop

    def _iteration_context(self, parts: list[Tree], span: Span) -> Expression:
        ends = list(self._inner(parts))
        return Range(ends[0], ends[1], True, True, span=span) if len(ends) == _TWO else self._only(parts, span)

    def _function_definition(self, parts: list[Tree], span: Span) -> Expression:
        names: list[str] = []
        for group in parts:
            if group[0] == "FormalParameters":
                names.extend(
                    self._words(parameter[3][0]) for parameter in group[3] if parameter[0] == "FormalParameter"
                )
        body = self._only([part for part in parts if part[0] != "FormalParameters"], span)
        return Function(tuple(names), body, span=span)

    def _instance_of_expression(self, parts: list[Tree], span: Span) -> Expression:
        return InstanceOf(self._only([part for part in parts if part[0] != "Type"], span), span=span)

    def _type(self, parts: list[Tree], span: Span) -> Expression:
        return Other((), span=span)

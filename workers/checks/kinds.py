"""What is known of a value before any process runs: its types, and which values it can have at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from pydantic import BaseModel

ANYTHING_TYPE = "anything"
MOST_CONSTANTS = 60
DEEPEST = 7

TEXTS = frozenset({"text", "date text", "moment text", "local moment text", "duration text"})
"""Texts; all but the first are known to be written like what they are called."""
SCALARS = TEXTS | {"number", "boolean"}


class Scalar(NamedTuple):
    """A text, number or yes/no; its type stands beside it because Python takes 1 for True."""

    type: str
    value: str | float | bool

    def __str__(self) -> str:
        if isinstance(self.value, bool):
            return str(self.value).lower()
        return f'"{self.value}"' if isinstance(self.value, str) else f"{self.value:g}"


@dataclass(frozen=True)
class Kind:
    """What a value may be."""

    types: frozenset[str]
    """``anything``, ``null``, a text, ``number``, ``boolean``, ``date``, ``time``, ``date and time``, ``duration``,
    ``context``, ``list``, ``function``."""
    constants: frozenset[Scalar] | None = None
    """The only scalars it can be; None: any of its types."""
    fields: tuple[tuple[str, Kind], ...] | None = None
    """The entries of a context, in alphabetical order; None: not known."""
    item: Kind | None = None
    """What a list holds; None: not known."""
    origins: frozenset[str] | None = None
    """Which outputs of which job types it comes from, unchanged; None: not known."""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.types, self.constants, self.fields, self.item, self.origins))

    @property
    def is_anything(self) -> bool:
        """Whether nothing is known."""
        return ANYTHING_TYPE in self.types

    @cached_property
    def by_name(self) -> Mapping[str, Kind]:
        """The entries of a context by name."""
        return dict(self.fields or ())

    @property
    def present(self) -> frozenset[str]:
        """The types without null."""
        return self.types - {"null"}

    def __str__(self) -> str:
        if self.is_anything:
            return "anything"
        if self.constants is not None and self.present <= SCALARS and 0 < len(self.constants) <= 6:  # noqa: PLR2004
            return " or ".join(str(constant) for constant in sorted(self.constants, key=str))
        return " or ".join(_WORDS.get(one, f"a {one}") for one in sorted(self.present)) or "empty"


_WORDS = {
    "text": "a text",
    "date text": "a date",
    "moment text": "a moment",
    "local moment text": "a date and time without its offset",
    "duration text": "a duration",
    "boolean": "yes or no",
    "context": "a group of values",
}

ANYTHING = Kind(frozenset({ANYTHING_TYPE}))
NULL = Kind(frozenset({"null"}))
NOTHING = Kind(frozenset())
"""What no value is; joined with anything it gives that."""
BOOLEAN = Kind(frozenset({"boolean"}))
NUMBER = Kind(frozenset({"number"}))
TEXT = Kind(frozenset({"text"}))


def of_type(*types: str) -> Kind:
    """Any value of these types."""
    return Kind(frozenset(types))


def constant(value: str | float | bool | None) -> Kind:
    """Exactly this value."""
    match value:
        case None:
            return NULL
        case bool():
            scalar = Scalar("boolean", value)
        case str():
            scalar = Scalar("text", value)
        case _:
            scalar = Scalar("number", float(value))
    return Kind(frozenset({scalar.type}), frozenset({scalar}))


def context(entries: Mapping[str, Kind]) -> Kind:
    """A group with exactly these entries."""
    return Kind(frozenset({"context"}), fields=tuple(sorted(entries.items())))


def list_of(item: Kind | None) -> Kind:
    """A list."""
    return Kind(frozenset({"list"}), item=item)


@cache
def join(one: Kind, other: Kind) -> Kind:
    """What is either of both."""
    if one == other or other is NOTHING or not other.types:
        return one
    if not one.types:
        return other
    if one.is_anything or other.is_anything:
        return ANYTHING
    return Kind(
        one.types | other.types,
        _joined_constants(one, other),
        _joined_fields(one, other),
        _joined_items(one, other),
        _joined_origins(one, other),
    )


def item_of(kind: Kind) -> Kind:
    """What a list holds, as far as it is known."""
    if not kind.types:
        return NOTHING
    return ANYTHING if kind.item is None or kind.is_anything else kind.item


def join_all(kinds: Iterable[Kind]) -> Kind:
    """What is any of them."""
    joined = NOTHING
    for kind in kinds:
        joined = join(joined, kind)
    return joined


def optional(kind: Kind) -> Kind:
    """The same, or null."""
    return join(kind, NULL)


def shallow(kind: Kind, depth: int = DEEPEST) -> Kind:
    """The same, with nothing known below a depth: what a loop nests into itself has to end somewhere."""
    if kind.fields is None and kind.item is None:
        return kind
    if depth == 0:
        return ANYTHING
    return Kind(
        kind.types,
        kind.constants,
        None if kind.fields is None else tuple((name, shallow(field, depth - 1)) for name, field in kind.fields),
        None if kind.item is None else shallow(kind.item, depth - 1),
        kind.origins,
    )


def _joined_constants(one: Kind, other: Kind) -> frozenset[Scalar] | None:
    if not one.types & SCALARS:
        return other.constants
    if not other.types & SCALARS:
        return one.constants
    if one.constants is None or other.constants is None:
        return None
    together = one.constants | other.constants
    return together if len(together) <= MOST_CONSTANTS else None


def _joined_fields(one: Kind, other: Kind) -> tuple[tuple[str, Kind], ...] | None:
    if "context" not in one.types:
        return other.fields
    if "context" not in other.types:
        return one.fields
    if one.fields is None or other.fields is None:
        return None
    names = sorted(one.by_name.keys() | other.by_name.keys())
    return tuple((name, join(one.by_name.get(name, NULL), other.by_name.get(name, NULL))) for name in names)


def _joined_items(one: Kind, other: Kind) -> Kind | None:
    if "list" not in one.types:
        return other.item
    if "list" not in other.types:
        return one.item
    if one.item is None or other.item is None:
        return None
    return join(one.item, other.item)


def _joined_origins(one: Kind, other: Kind) -> frozenset[str] | None:
    if one == NULL:
        return other.origins
    if other == NULL:
        return one.origins
    if one.origins is None or other.origins is None:
        return None
    return one.origins | other.origins


_FORMATS = {"date": "date text", "date-time": "moment text", "duration": "duration text"}
_SIMPLE = {"string": "text", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


@cache
def kind_of_model(model: type[BaseModel]) -> Kind:
    """The variables a model is written as; its texts know which model and field they come from."""
    schema = model.model_json_schema(mode="serialization")
    return _of_schema(schema, schema.get("$defs", {}), model.__name__, 0)


def kind_of_field(model: type[BaseModel], name: str) -> Kind:
    """What a field takes, named as in its JSON."""
    schema = _input_schema(model)
    return _of_schema(schema["properties"][name], schema.get("$defs", {}), None, 0)


@cache
def _input_schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(mode="validation")


def _of_schema(schema: dict[str, Any], definitions: Mapping[str, Any], origin: str | None, depth: int) -> Kind:  # noqa: PLR0911
    if depth > DEEPEST:
        return ANYTHING
    if "$ref" in schema:
        model = schema["$ref"].rsplit("/", 1)[-1]
        return _of_schema(definitions[model], definitions, model if origin else None, depth + 1)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return join_all(_of_schema(one, definitions, origin, depth) for one in schema[several])
    if "const" in schema:
        return constant(schema["const"])
    if "enum" in schema:
        return join_all(constant(value) for value in schema["enum"])
    match schema.get("type"):
        case "object":
            if "properties" not in schema:
                return of_type("context")
            return context(
                {
                    name: _of_schema(
                        field, definitions, f"{origin.split('.')[0]}.{name}" if origin else None, depth + 1
                    )
                    for name, field in schema["properties"].items()
                }
            )
        case "array":
            return list_of(_of_schema(schema.get("items", {}), definitions, None, depth + 1))
        case "string":
            known = _FORMATS.get(schema.get("format", ""), "text")
            return Kind(frozenset({known}), origins=frozenset({origin}) if origin else None)
        case str(simple) if simple in _SIMPLE:
            return of_type(_SIMPLE[simple])
    return ANYTHING


def unfit(given: Kind, wanted: Kind) -> str | None:
    """Why no value of one kind can be the other: the end of a sentence; None where it may well fit."""
    if given.is_anything or wanted.is_anything or not given.types:
        return None
    if given == NULL:
        return None if "null" in wanted.types else "is always empty"
    shapes = {_shape(one) for one in given.present}
    accepted = {_shape(one) for one in wanted.present}
    if "text" in shapes:
        # A text may be read as a number or a yes/no; of a constant the model itself knows.
        accepted |= {"text"} if accepted & {"number", "boolean"} else set()
    if not shapes & accepted:
        return f"is {given}, where {wanted} is wanted"
    if given.present == {"context"} and given.fields is not None and wanted.fields is not None:
        for name, field in given.fields:
            if name in wanted.by_name and (inner := unfit(field, wanted.by_name[name])):
                return f"has an entry '{name}' that {inner}"
    if given.present != {"list"} or given.item is None or wanted.item is None or given.item == NULL:
        return None
    inner = unfit(given.item, wanted.item)
    return f"is a list of which an entry {inner}" if inner else None


def _shape(one: str) -> str:
    if one in TEXTS or one in {"date", "time", "date and time", "duration"}:
        return "text"
    return one


def samples(kind: Kind, most: int = 200) -> list[Any] | None:
    """Every value it can have, as JSON; None where not all are known or there are too many."""
    if kind.is_anything or kind.present - SCALARS - {"context", "list"}:
        return None
    found: list[Any] = [None] if "null" in kind.types else []
    if kind.present & SCALARS:
        if kind.constants is None:
            return None
        found.extend(scalar.value for scalar in kind.constants)
    if "list" in kind.types:
        if kind.item is not None and kind.item.types:
            return None
        found.append([])
    if "context" in kind.types:
        if kind.fields is None:
            return None
        groups: list[dict[str, Any]] = [{}]
        for name, field in kind.fields:
            values = samples(field, most)
            if values is None or len(groups) * len(values) > most:
                return None
            groups = [{**group, name: value} for group in groups for value in values]
        found.extend(groups)
    return found if len(found) <= most else None

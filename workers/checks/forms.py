"""What a form says: its fields, what may be answered, and which answers decide whether another field is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTAINERS = frozenset({"group", "dynamiclist", "columns"})

_TEXTS = ("text", "label", "description", "content", "alt", "dateLabel", "timeLabel")
_VALIDATIONS = ("min", "max", "minLength", "maxLength")


class FormError(Exception):
    """A file that cannot be read as a form; the message says what is wrong."""


@dataclass(frozen=True)
class FormField:
    """One component of a form."""

    id: str
    type: str
    """As form-js calls it: ``textfield``, ``radio``, ``text``, …"""
    key: str
    """The variable it reads and writes, dots and all; empty for a component that holds no value."""
    label: str
    properties: dict[str, Any]
    """The component as it stands in the file."""
    path: tuple[str, ...] = ()
    """The paths of the groups and lists around it."""

    @property
    def variable(self) -> str:
        """The variable its answer goes into: the first part of its key, or of the path of what is around it."""
        return (self.path[0] if self.path else self.key).split(".")[0]

    @property
    def required(self) -> bool:
        """Whether it must be answered; an expression counts as sometimes."""
        return (self.properties.get("validate") or {}).get("required") is True

    @property
    def values(self) -> tuple[Any, ...] | None:
        """The answers offered; None where any may be given, or where an expression offers them."""
        if self.type == "checkbox":
            return (True, False)
        offered = self.properties.get("values")
        return tuple(option.get("value") for option in offered) if offered else None

    @property
    def expressions(self) -> tuple[tuple[str, str], ...]:
        """The FEEL in its properties, each with what the Modeler calls it; without the ``=``."""
        return tuple((called, text[1:]) for called, text in self._written() if text.startswith("="))

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The words it shows that may hold placeholders, each with the name of the property."""
        return tuple((called, text) for called, text in self._written() if "{{" in text and not text.startswith("="))

    def _written(self) -> Iterator[tuple[str, str]]:
        properties = self.properties
        named: list[tuple[str, Any]] = [(name, properties.get(name)) for name in _TEXTS]
        named.append(("condition for hiding it", (properties.get("conditional") or {}).get("hide")))
        named.extend((called, properties.get(name)) for name, called in _EXPRESSIONS.items())
        named.extend((name, (properties.get("validate") or {}).get(name)) for name in _VALIDATIONS)
        named.extend(
            (name, (properties.get("appearance") or {}).get(name)) for name in ("prefixAdorner", "suffixAdorner")
        )
        if properties.get("valuesKey"):
            named.append(("options", f"={properties['valuesKey']}"))
        named.extend(("label of an option", option.get("label")) for option in properties.get("values") or ())
        for name, value in named:
            if isinstance(value, str) and value:
                yield name, value


_EXPRESSIONS = {
    "valuesExpression": "options",
    "readonly": "read-only condition",
    "expression": "expression",
    "defaultValue": "default value",
    "source": "source",
    "url": "address",
    "dataSource": "table's source",
    "columnsExpression": "table's columns",
}


@dataclass(frozen=True)
class Placeholder:
    """A ``{{ … }}`` in a text."""

    source: str
    """What stands between the braces."""
    expression: str
    """The FEEL in it; empty for the end of a block."""
    block: str = ""
    """``if`` or ``loop`` where it opens one."""


_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def placeholders_in(text: str) -> tuple[Placeholder, ...]:
    """The placeholders of a text template, in order."""
    found = []
    for match in _PLACEHOLDER.finditer(text):
        source = match[1].strip()
        if source.startswith("/"):
            continue
        block = next((name for name in ("if", "loop") if source.startswith(f"#{name} ")), "")
        found.append(Placeholder(source, source.removeprefix(f"#{block} ") if block else source, block))
    return tuple(found)


@dataclass(frozen=True)
class Form:
    """A ``.form`` file."""

    file: Path
    id: str
    fields: tuple[FormField, ...]
    properties: dict[str, Any]

    def field(self, key: str) -> FormField | None:
        """The field that writes this variable."""
        return next((field for field in self.fields if field.key == key), None)


def read_form(file: Path) -> Form:
    """Read a form.

    :raises FormError: it is not JSON, or not a form.
    """
    return read_form_bytes(file.read_bytes(), file)


def read_form_bytes(content: bytes, file: Path) -> Form:
    """The same, of content that stands, or would stand, in ``file``."""
    try:
        properties = json.loads(content)
    except ValueError as error:
        raise FormError(f"is not JSON: {error}") from error
    if not isinstance(properties, dict) or not isinstance(properties.get("components"), list):
        raise FormError("is no form: it has no list of components")
    fields = tuple(_fields(properties["components"], ()))
    return Form(file, str(properties.get("id", "")), fields, properties)


def _fields(components: list[Any], path: tuple[str, ...]) -> Iterator[FormField]:
    for component in components:
        yield FormField(
            id=str(component.get("id", "")),
            type=str(component.get("type", "")),
            key=str(component.get("key", "")),
            label=str(component.get("label", "")),
            properties=component,
            path=path,
        )
        if component.get("type") in CONTAINERS:
            inner = (*path, component["path"]) if component.get("path") else path
            yield from _fields(component.get("components", []), inner)

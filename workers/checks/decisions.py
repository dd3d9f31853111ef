"""What a decision table says: its inputs, its outputs and its rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

Node = etree._Element


class DecisionError(Exception):
    """A file that cannot be read as decisions; the message says what is wrong."""


@dataclass(frozen=True)
class InputColumn:
    """What a table asks about."""

    id: str
    label: str
    expression: str
    type: str


@dataclass(frozen=True)
class OutputColumn:
    """What a table answers."""

    id: str
    label: str
    name: str
    type: str


@dataclass(frozen=True)
class Rule:
    """One row of a table: FEEL unary tests, and FEEL expressions."""

    id: str
    line: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    description: str


@dataclass(frozen=True)
class Decision:
    """One decision of a ``.dmn`` file; either a table or a literal expression."""

    file: Path
    id: str
    name: str
    line: int
    hit_policy: str
    inputs: tuple[InputColumn, ...] = ()
    outputs: tuple[OutputColumn, ...] = ()
    rules: tuple[Rule, ...] = ()
    literal: str | None = None
    aggregation: str = ""
    """How a table that collects makes one number of its results; empty: it gives them all."""
    requires: tuple[str, ...] = ()
    """The decisions whose results it reads."""


def read_decisions(file: Path) -> tuple[Decision, ...]:
    """Read the decisions of a ``.dmn`` file.

    :raises DecisionError: it is not XML.
    """
    return read_decisions_bytes(file.read_bytes(), file)


def read_decisions_bytes(content: bytes, file: Path) -> tuple[Decision, ...]:
    """The same, of content that stands, or would stand, in ``file``."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DecisionError(f"is not XML: {error}") from error
    return tuple(_decision(node, file) for node in root.iter("{*}decision"))


def _decision(node: Node, file: Path) -> Decision:
    table = node.find("{*}decisionTable")
    literal = node.find("{*}literalExpression")
    return Decision(
        file=file,
        id=node.get("id", ""),
        name=node.get("name", ""),
        line=_line(node),
        hit_policy=table.get("hitPolicy", "UNIQUE") if table is not None else "",
        inputs=tuple(_inputs(table)) if table is not None else (),
        outputs=tuple(_outputs(table)) if table is not None else (),
        rules=tuple(_rules(table)) if table is not None else (),
        literal=_text(literal) if literal is not None else None,
        aggregation=table.get("aggregation", "") if table is not None else "",
        requires=tuple(
            required.get("href", "").removeprefix("#") for required in node.iterfind("{*}informationRequirement/*")
        ),
    )


def _inputs(table: Node) -> Iterator[InputColumn]:
    for column in table.iterfind("{*}input"):
        asked = column.find("{*}inputExpression")
        if asked is not None:
            yield InputColumn(column.get("id", ""), column.get("label", ""), _text(asked), asked.get("typeRef", ""))


def _outputs(table: Node) -> Iterator[OutputColumn]:
    for column in table.iterfind("{*}output"):
        yield OutputColumn(
            column.get("id", ""), column.get("label", ""), column.get("name", ""), column.get("typeRef", "")
        )


def _rules(table: Node) -> Iterator[Rule]:
    for rule in table.iterfind("{*}rule"):
        described = rule.find("{*}description")
        yield Rule(
            id=rule.get("id", ""),
            line=_line(rule),
            inputs=tuple(_text(entry) for entry in rule.iterfind("{*}inputEntry")),
            outputs=tuple(_text(entry) for entry in rule.iterfind("{*}outputEntry")),
            description=(described.text or "").strip() if described is not None else "",
        )


def _text(node: Node) -> str:
    text = node.find("{*}text")
    return (text.text or "").strip() if text is not None else ""


def _line(node: Node) -> int:
    line: object = node.sourceline
    return line if isinstance(line, int) else 0

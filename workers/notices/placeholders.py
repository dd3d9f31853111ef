"""What a template needs, read from its syntax tree: what the wiring check compares with what a diagram supplies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import meta, nodes

from workers.notices.templates import GIVEN, Template, TemplateFolder


@dataclass(frozen=True)
class Placeholders:
    """The names a template uses that somebody must supply."""

    facts: frozenset[str]
    """Needed in the input ``facts``; the value may be null where the template asks about it with ``if``."""
    optional_facts: frozenset[str]
    """Used only where the template asks first whether they are defined."""
    statements: frozenset[str]
    """Needed in the input ``statements``."""
    optional_statements: frozenset[str]
    needs_hearing: bool
    may_use_hearing: bool


def placeholders(folder: TemplateFolder, template: Template) -> Placeholders:
    """What ``template`` needs, partials and front matter included.

    :raises LetterProblem: the template or a partial has broken syntax or is missing.
    """
    trees = list(folder.parse(template))
    names = set().union(*(meta.find_undeclared_variables(tree) for tree in trees))
    statements = {name for tree in trees for name in _attributes_of(tree, "statement")}
    asked = {name for tree in trees for name in _asked_whether_defined(tree)}
    facts = names - GIVEN
    hearing = "hearing" in names or bool(template.front.calendar)
    return Placeholders(
        facts=frozenset(facts - asked),
        optional_facts=frozenset(facts & asked),
        statements=frozenset(name for name in statements if f"statement.{name}" not in asked),
        optional_statements=frozenset(name for name in statements if f"statement.{name}" in asked),
        needs_hearing=hearing and "hearing" not in asked,
        may_use_hearing=hearing,
    )


def _asked_whether_defined(tree: nodes.Template) -> Iterable[str]:
    for test in tree.find_all(nodes.Test):
        if test.name in ("defined", "undefined"):
            match test.node:
                case nodes.Name(name=name):
                    yield name
                case nodes.Getattr(node=nodes.Name(name=group), attr=name):
                    yield f"{group}.{name}"


def _attributes_of(tree: nodes.Template, group: str) -> Iterable[str]:
    for attribute in tree.find_all(nodes.Getattr):
        if isinstance(attribute.node, nodes.Name) and attribute.node.name == group:
            yield attribute.attr
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.node, nodes.Name) and item.node.name == group and isinstance(item.arg, nodes.Const):
            yield str(item.arg.value)

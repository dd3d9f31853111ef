"""Letters: the template is there, and the diagram supplies what it prints."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from jinja2 import nodes

from workers.checks.finding import Finding, Severity, about
from workers.checks.flow import ROW_OF_TABLE
from workers.checks.kinds import SCALARS, Kind, kind_of_model, unfit
from workers.checks.project import Project
from workers.diagrams.model import Diagram, Element
from workers.notices.failures import LetterProblem
from workers.notices.models import Hearing
from workers.notices.placeholders import Placeholders, placeholders
from workers.notices.templates import Template, TemplateFolder

SENDER = "send_notice"
"""The job type that writes letters."""


def letters_get_what_they_print(project: Project) -> Iterator[Finding]:
    """Every letter a diagram sends is there and gets its facts, statements and hearing."""
    sent: set[str] = set()
    broken: set[str] = set()
    unknown = False
    for diagram, element in _senders(project):
        inside = project.flow.inside(diagram, element)
        if inside is None or "template" not in inside.known:
            continue
        named = inside.known["template"].constants
        if named is None:
            unknown = True
            yield about(
                diagram,
                element.id,
                "template-not-known",
                "works the name of its letter out, so nobody can say before which letter it is",
                "Name the letter outright, or choose between names with if … then … else.",
                Severity.WARNING,
            )
            continue
        given = inside.known
        letters: dict[str, Placeholders] = {}
        for name in sorted(str(scalar.value) for scalar in named):
            template = _template(project, name)
            if template is None:
                near = difflib.get_close_matches(name, project.letters.names(), 1)
                yield about(
                    diagram,
                    element.id,
                    "unknown-letter",
                    f"sends the letter {name!r}, which there is not",
                    f"Did you mean {near[0]!r}?" if near else f"Write it in {project.templates_dir.name}/{name}.md.",
                )
                continue
            sent.add(name)
            try:
                letters[name] = _needed(project.letters, name)
            except LetterProblem:
                broken.add(name)
                continue
            yield from _letter(project, diagram, element, name, template, letters[name], given)
        yield from _surplus(diagram, element, letters, given.get("facts"))
    for name in project.letters.names():
        template = _template(project, name)
        yield from _sound(project, name, template)
        if name not in sent and not unknown:
            yield Finding(
                _file(project, name),
                "unused",
                "is a letter that no diagram sends",
                "Send it, or delete it.",
                severity=Severity.WARNING,
            )


def _senders(project: Project) -> Iterator[tuple[Diagram, Element]]:
    """Tasks that send a letter they name, and calls of the process that sends the letter it is given."""
    passing = {
        diagram.file.stem
        for diagram, element in project.elements()
        if element.zeebe.task is not None
        and element.zeebe.task.type == SENDER
        and any(mapping.target == "template" and mapping.source == "=template" for mapping in element.zeebe.inputs)
    }
    for diagram, element in project.elements():
        task, called = element.zeebe.task, element.zeebe.called_process
        sends = task is not None and task.type == SENDER and diagram.file.stem not in passing
        if sends or (called is not None and called.process_id in passing):
            yield diagram, element


def _file(project: Project, name: str) -> Path:
    return project.templates_dir / f"{name}.md"


@lru_cache(maxsize=1024)
def _load(folder: TemplateFolder, name: str) -> Template:
    return folder.load(name)


@lru_cache(maxsize=1024)
def _needed(folder: TemplateFolder, name: str) -> Placeholders:
    return placeholders(folder, _load(folder, name))


@lru_cache(maxsize=1024)
def _trees(folder: TemplateFolder, name: str) -> tuple[nodes.Template, ...]:
    return tuple(folder.parse(_load(folder, name)))


def _template(project: Project, name: str) -> Template | None:
    try:
        return _load(project.letters, name)
    except LetterProblem:
        return None


def _sound(project: Project, name: str, template: Template | None) -> Iterator[Finding]:
    try:
        _needed(project.letters, name)
    except LetterProblem as problem:
        yield Finding(
            _file(project, name),
            "broken-letter",
            f"cannot be read: {str(problem).rstrip('.')}",
            f"Mend it; 'dueprocess notices preview {name}' shows it.",
        )


def _letter(
    project: Project,
    diagram: Diagram,
    element: Element,
    name: str,
    template: Template,
    needed: Placeholders,
    given: dict[str, Kind] | object,
) -> Iterator[Finding]:
    assert isinstance(given, dict)  # noqa: S101
    facts = given.get("facts")
    entries = facts.by_name if facts is not None and facts.fields is not None else None
    if entries is not None or facts is None or not facts.present:
        for missing in sorted(needed.facts - set(entries or {})):
            near = difflib.get_close_matches(missing, entries or {}, 1)
            yield about(
                diagram,
                element.id,
                "missing-fact",
                f"sends the letter {name}, which prints '{missing}', but does not give it in its input 'facts'",
                f"Is it '{near[0]}'?" if near else f"Add \"{missing}\": … to the input 'facts'.",
            )
        yield from _values(project, diagram, element, name, template, entries or {})
    yield from _statements(project, diagram, element, name, needed, given.get("statements"))
    yield from _hearing(diagram, element, name, needed, given.get("hearing"))


def _values(
    project: Project,
    diagram: Diagram,
    element: Element,
    name: str,
    template: Template,
    entries: dict[str, Kind] | object,
) -> Iterator[Finding]:
    """A letter that chooses words by a value has words for each value there can be."""
    assert isinstance(entries, dict) or hasattr(entries, "get")  # noqa: S101
    for tree in _trees(project.letters, name):
        for choice in tree.find_all(nodes.Filter):
            if choice.name != "choose" or not isinstance(choice.node, nodes.Name):
                continue
            kind = entries.get(choice.node.name)
            if kind is None or kind.constants is None or not kind.present <= SCALARS:
                continue
            if kind.origins == ROW_OF_TABLE:
                # Which values come with the others of its row is more than can be known.
                continue
            worded = {keyword.key for keyword in choice.kwargs}
            for value in sorted(str(scalar.value) for scalar in kind.constants if scalar.value not in worded):
                if _is_guarded(tree, choice, choice.node.name, value):
                    continue
                yield about(
                    diagram,
                    element.id,
                    "no-words-for-value",
                    f"sends the letter {name}, which has no words for {choice.node.name} {value!r}",
                    f"Add {value}=\"…\" to the 'choose' in templates/{name}.md; it has {', '.join(sorted(worded))}.",
                    Severity.WARNING,
                )


def _is_guarded(tree: nodes.Template, choice: nodes.Filter, name: str, value: str) -> bool:
    """Whether the words stand in an if: then the value may never get there."""
    for question in tree.find_all(nodes.If):
        inner = [*question.body, *question.else_, *question.elif_]
        if any(choice is found for node in inner for found in node.find_all(nodes.Filter)):
            return True
    return False


def _statements(
    project: Project, diagram: Diagram, element: Element, name: str, needed: Placeholders, given: Kind | None
) -> Iterator[Finding]:
    if given is None or given.is_anything:
        return
    item = given.item
    listed = (
        {str(scalar.value) for scalar in item.constants} if item is not None and item.constants is not None else set()
    )
    if item is not None and item.types and item.constants is None:
        return
    for missing in sorted(needed.statements - listed):
        yield about(
            diagram,
            element.id,
            "missing-statement",
            f"sends the letter {name}, which quotes the statement '{missing}', but does not name it in its input "
            "'statements'",
            f"Add \"{missing}\" to the input 'statements'.",
        )
    for extra in sorted(listed - needed.statements - needed.optional_statements):
        yield about(
            diagram,
            element.id,
            "surplus-statement",
            f"gives the letter {name} the statement '{extra}', which it does not quote",
            "Quote it in the letter, or leave it out.",
        )
    filed = _filed(project)
    for quoted in sorted(listed & (needed.statements | needed.optional_statements)):
        if quoted not in filed:
            near = difflib.get_close_matches(quoted, filed, 1)
            yield about(
                diagram,
                element.id,
                "statement-never-filed",
                f"has the letter {name} quote the statement '{quoted}', which no form asks for",
                f"Did you mean '{near[0]}'?" if near else f"Ask for it in a form, with the key 'statement.{quoted}'.",
            )


def _filed(project: Project) -> set[str]:
    names = {field.key.split(".", 1)[1] for form in project.forms for field in form.fields if "." in field.key}
    for diagram, element in project.elements():
        inside = project.flow.inside(diagram, element)
        kind = inside.known.get("statement") if inside is not None else None
        names |= set(kind.by_name) if kind is not None else set()
    return names


def _hearing(
    diagram: Diagram, element: Element, name: str, needed: Placeholders, given: Kind | None
) -> Iterator[Finding]:
    absent = given is None or not given.present
    if needed.needs_hearing and absent:
        yield about(
            diagram,
            element.id,
            "missing-hearing",
            f"sends the letter {name}, which tells of a hearing, but gives none in its input 'hearing'",
            "Fill it in: reference, starts_at, minutes, place and change.",
        )
    if given is None or absent or given.is_anything or given.fields is None:
        return
    wanted = kind_of_model(Hearing).by_name
    required = {field for field, info in Hearing.model_fields.items() if info.is_required()}
    for entry in sorted(given.by_name.keys() - wanted.keys()):
        yield about(
            diagram,
            element.id,
            "wrong-hearing",
            f"has an entry '{entry}' in its input 'hearing', which a hearing has not",
            f"It has {', '.join(wanted)}.",
        )
    for entry in sorted(required - given.by_name.keys()):
        yield about(
            diagram,
            element.id,
            "wrong-hearing",
            f"has no entry '{entry}' in its input 'hearing'",
            f"Add it. {Hearing.model_fields[entry].description}",
        )
    for entry, kind in given.by_name.items():
        if entry in wanted and (problem := unfit(kind, wanted[entry])):
            yield about(
                diagram,
                element.id,
                "wrong-hearing",
                f"has an entry '{entry}' in its input 'hearing' that {problem}",
                f"Correct it. {Hearing.model_fields[entry].description}",
            )


def _surplus(
    diagram: Diagram, element: Element, letters: dict[str, Placeholders], facts: Kind | None
) -> Iterator[Finding]:
    if facts is None or facts.fields is None or not letters:
        return
    used = {name for needed in letters.values() for name in needed.facts | needed.optional_facts}
    for name in sorted(facts.by_name.keys() - used):
        near = difflib.get_close_matches(name, used - facts.by_name.keys(), 1)
        yield about(
            diagram,
            element.id,
            "surplus-fact",
            f"gives the letter {' or '.join(letters)} the fact '{name}', which it does not print",
            f"Is it '{near[0]}'?" if near else "Leave it out, or print it.",
        )

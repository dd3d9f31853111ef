"""Letters: the template is there, and the diagram supplies what it prints."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import nodes

from workers.checks.finding import Finding, Severity, about, did_you_mean
from workers.checks.flow import ROW_OF_TABLE
from workers.checks.kinds import SCALARS, Kind, item_of, kind_of_model, unfit
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
    all_named = True
    filed = _filed(project)
    for diagram, element in _senders(project):
        inside = project.flow.inside(diagram, element)
        if inside is None or "template" not in inside.known:
            continue
        named = inside.known["template"].constants
        if named is None:
            all_named = False
            yield about(
                diagram,
                element.id,
                "template-not-known",
                "works the name of its letter out, so nobody can say before which letter it is",
                "Name the letter outright, or choose between names with if … then … else.",
                severity=Severity.WARNING,
            )
            continue
        names = sorted(str(scalar.value) for scalar in named)
        sent.update(names)
        yield from _Sending(project, diagram, element, inside.known, filed).findings(names)
    for name in project.letters.names():
        yield from _sound(project, name)
        if name not in sent and all_named:
            yield Finding(
                project.templates_dir / f"{name}.md",
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


@lru_cache(maxsize=1024)
def _load(folder: TemplateFolder, name: str) -> Template:
    return folder.load(name)


@lru_cache(maxsize=1024)
def _needed(folder: TemplateFolder, name: str) -> Placeholders:
    return placeholders(folder, _load(folder, name))


@lru_cache(maxsize=1024)
def _choices(folder: TemplateFolder, name: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The values a letter chooses words by, each with those it has words for; not where an if asks about it first."""
    found: list[tuple[str, frozenset[str]]] = []
    for tree in folder.parse(_load(folder, name)):
        guarded = {
            (id(choice), name.name)
            for question in tree.find_all(nodes.If)
            for name in question.find_all(nodes.Name)
            for node in (*question.body, *question.elif_, *question.else_)
            for choice in node.find_all(nodes.Filter)
            if any(name is asked for one in (question, *question.elif_) for asked in _names_asked(one))
        }
        found.extend(
            (choice.node.name, frozenset(str(keyword.key) for keyword in choice.kwargs))
            for choice in tree.find_all(nodes.Filter)
            if choice.name == "choose"
            and isinstance(choice.node, nodes.Name)
            and (id(choice), choice.node.name) not in guarded
        )
    return tuple(found)


def _names_asked(question: nodes.If) -> tuple[nodes.Name, ...]:
    own = (question.test,) if isinstance(question.test, nodes.Name) else ()
    return (*own, *question.test.find_all(nodes.Name))


def _sound(project: Project, name: str) -> Iterator[Finding]:
    try:
        _needed(project.letters, name)
    except LetterProblem as problem:
        yield Finding(
            project.templates_dir / f"{name}.md",
            "broken-letter",
            f"cannot be read: {str(problem).rstrip('.')}",
            f"Mend it; 'dueprocess notices preview {name}' shows it.",
        )


def _filed(project: Project) -> frozenset[str]:
    """The statements that forms ask for and diagrams hand on."""
    names = {field.key.split(".", 1)[1] for form in project.forms for field in form.fields if "." in field.key}
    for diagram, element in project.elements():
        inside = project.flow.inside(diagram, element)
        kind = inside.known.get("statement") if inside is not None else None
        names |= set(kind.by_name) if kind is not None else set()
    return frozenset(names)


@dataclass(frozen=True)
class _Sending:
    """An element that sends one of a few letters, with what it gives them."""

    project: Project
    diagram: Diagram
    element: Element
    given: Mapping[str, Kind]
    filed: frozenset[str]

    def findings(self, names: list[str]) -> Iterator[Finding]:
        letters: dict[str, Placeholders] = {}
        for name in names:
            try:
                letters[name] = _needed(self.project.letters, name)
            except LetterProblem:
                if name in self.project.letters.names():
                    # What is wrong with the letter is said of the letter.
                    continue
                yield self._about(
                    "unknown-letter",
                    f"sends the letter {name!r}, which there is not",
                    did_you_mean(name, self.project.letters.names(), f"Write it in templates/{name}.md."),
                )
        for name, needed in letters.items():
            yield from self._facts(name, needed)
            yield from self._statements(name, needed)
            if needed.needs_hearing and not self.given.get("hearing", _EMPTY).present:
                yield self._about(
                    "missing-hearing",
                    f"sends the letter {name}, which tells of a hearing, but gives none in its input 'hearing'",
                    "Fill it in: reference, starts_at, minutes, place and change.",
                )
        yield from self._hearing()
        if letters:
            yield from self._surplus(letters)

    def _about(self, rule: str, problem: str, remedy: str, severity: Severity = Severity.ERROR) -> Finding:
        return about(self.diagram, self.element.id, rule, problem, remedy, severity=severity)

    def _facts(self, name: str, needed: Placeholders) -> Iterator[Finding]:
        facts = self.given.get("facts", _EMPTY)
        if facts.is_anything or (facts.present and facts.fields is None):
            return
        entries = facts.by_name
        for missing in sorted(needed.facts - entries.keys()):
            near = difflib.get_close_matches(missing, entries, 1)
            yield self._about(
                "missing-fact",
                f"sends the letter {name}, which prints '{missing}', but does not give it in its input 'facts'",
                f"Is it '{near[0]}'?" if near else f"Add \"{missing}\": … to the input 'facts'.",
            )
        for asked, worded in _choices(self.project.letters, name):
            kind = entries.get(asked, _EMPTY)
            if kind.constants is None or not kind.present <= SCALARS or kind.origins == ROW_OF_TABLE:
                # Of a row of a table: which values come with the others is more than can be known.
                continue
            for value in sorted(str(scalar.value) for scalar in kind.constants if scalar.value not in worded):
                yield self._about(
                    "no-words-for-value",
                    f"sends the letter {name}, which has no words for {asked} {value!r}",
                    f"Add {value}=\"…\" to the 'choose' in templates/{name}.md; it has {', '.join(sorted(worded))}.",
                    Severity.WARNING,
                )

    def _listed(self) -> set[str] | None:
        """The statements named; None where they are not known."""
        given = self.given.get("statements", _EMPTY)
        item = item_of(given)
        if given.is_anything or item.is_anything or (item.present and item.constants is None):
            return None
        return {str(scalar.value) for scalar in item.constants or ()}

    def _statements(self, name: str, needed: Placeholders) -> Iterator[Finding]:
        listed = self._listed()
        if listed is None:
            return
        for missing in sorted(needed.statements - listed):
            yield self._about(
                "missing-statement",
                f"sends the letter {name}, which quotes the statement '{missing}', but does not name it in its input "
                "'statements'",
                f"Add \"{missing}\" to the input 'statements'.",
            )
        for quoted in sorted(listed & (needed.statements | needed.optional_statements) - self.filed):
            yield self._about(
                "statement-never-filed",
                f"has the letter {name} quote the statement '{quoted}', which no form asks for",
                did_you_mean(quoted, self.filed, f"Ask for it in a form, with the key 'statement.{quoted}'."),
            )

    def _surplus(self, letters: Mapping[str, Placeholders]) -> Iterator[Finding]:
        """What is given to none of the letters that may be sent: a slip of the pen, or work for nothing."""
        called = " or ".join(letters)
        used = {name for needed in letters.values() for name in needed.facts | needed.optional_facts}
        given = self.given.get("facts", _EMPTY).by_name
        for name in sorted(given.keys() - used):
            near = difflib.get_close_matches(name, used - given.keys(), 1)
            yield self._about(
                "surplus-fact",
                f"gives the letter {called} the fact '{name}', which it does not print",
                f"Is it '{near[0]}'?" if near else "Leave it out, or print it.",
                Severity.WARNING,
            )
        quoted = {name for needed in letters.values() for name in needed.statements | needed.optional_statements}
        for name in sorted((self._listed() or set()) - quoted):
            yield self._about(
                "surplus-statement",
                f"gives the letter {called} the statement '{name}', which it does not quote",
                "Quote it in the letter, or leave it out.",
                Severity.WARNING,
            )

    def _hearing(self) -> Iterator[Finding]:
        given = self.given.get("hearing", _EMPTY)
        if not given.present or given.is_anything or given.fields is None:
            return
        wanted, fields = kind_of_model(Hearing).by_name, Hearing.model_fields
        for entry in sorted(given.by_name.keys() - wanted.keys()):
            yield self._about(
                "wrong-hearing",
                f"has an entry '{entry}' in its input 'hearing', which a hearing has not",
                f"It has {', '.join(wanted)}.",
            )
        for entry in sorted({name for name, info in fields.items() if info.is_required()} - given.by_name.keys()):
            yield self._about(
                "wrong-hearing",
                f"has no entry '{entry}' in its input 'hearing'",
                f"Add it. {fields[entry].description}",
            )
        for entry, kind in given.by_name.items():
            if entry in wanted and (problem := unfit(kind, wanted[entry])):
                yield self._about(
                    "wrong-hearing",
                    f"has an entry '{entry}' in its input 'hearing' that {problem}",
                    f"Correct it. {fields[entry].description}",
                )


_EMPTY = Kind(frozenset())

"""Where a paragraph is met: the elements and table rows that name it, and what uses a letter, form or decision."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workers.checks.decisions import Decision, Rule
from workers.checks.project import Project
from workers.checks.register import PARAGRAPH, Place
from workers.diagrams.model import Diagram, Element, Process, SequenceFlow, one_line

PERIODS = "_periods"
"""How the decision ends that holds a policy's periods."""
PARAGRAPH_COLUMN = "paragraph"
LETTER_INPUT = "template"

_TEXT = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Carrier:
    """An element, flow, process or table row that names a paragraph."""

    file: Path
    id: str
    name: str
    line: int
    paragraph: str
    processes: frozenset[str]
    """The procedures it works in: its own, or those that ask the decision."""
    kind: str
    """``element``, ``flow``, ``process`` or ``rule``."""


@dataclass(frozen=True)
class Period:
    """A row of a table of periods."""

    decision: Decision
    rule: Rule
    name: str
    amount: int | None
    """None where the row computes it."""
    unit: str
    source: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Tracing:
    """What of a project names a paragraph, and which procedure uses what."""

    project: Project

    @cached_property
    def carriers(self) -> Mapping[str, tuple[Carrier, ...]]:
        """By paragraph, whatever names it, in the order of the files."""
        found: dict[str, list[Carrier]] = {}
        for diagram in self.project.diagrams:
            for process in diagram.processes:
                for one in _of_process(diagram, process):
                    found.setdefault(one.paragraph, []).append(one)
        for decision in self.project.decisions:
            for one in self._of_decision(decision):
                found.setdefault(one.paragraph, []).append(one)
        return {paragraph: tuple(carriers) for paragraph, carriers in found.items()}

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The rows of every table of periods."""
        tables = (decision for decision in self.project.decisions if decision.id.endswith(PERIODS))
        return tuple(period for table in tables for period in _periods(table))

    @cached_property
    def family_of(self) -> Mapping[str, frozenset[str]]:
        """By procedure, itself and every procedure it calls, directly or through others."""
        calls = {
            process.id: {e.zeebe.called_process.process_id for e in process.elements if e.zeebe.called_process}
            for diagram in self.project.diagrams
            for process in diagram.processes
        }
        return {process: frozenset(_reached(process, calls)) for process in calls}

    @cached_property
    def _users(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Which processes use what: by kind of place and name."""
        found: dict[tuple[str, str], set[str]] = {}
        for diagram in self.project.diagrams:
            for process in diagram.processes:
                found.setdefault(("process", process.id), set()).add(process.id)
                for element in process.elements:
                    for used in _used_by(element):
                        found.setdefault(used, set()).add(process.id)
                for listener in process.listeners:
                    found.setdefault(("job_type", listener.type), set()).add(process.id)
        return {used: frozenset(processes) for used, processes in found.items()}

    def works_in(self, place: Place) -> frozenset[str] | None:
        """The procedures a place works in; None where it works in all, as an access rule does."""
        if place.kind in {"access_rule", "test"}:
            return None
        return self.processes_using(place.kind, place.main)

    def processes_using(self, kind: str, name: str) -> frozenset[str]:
        """The procedures that use a letter, form, decision, job type or process."""
        return self._users.get((kind, name), frozenset())

    def _of_decision(self, decision: Decision) -> Iterator[Carrier]:
        column = next((i for i, output in enumerate(decision.outputs) if output.name == PARAGRAPH_COLUMN), None)
        users = self.processes_using("decision", decision.id)
        for number, rule in enumerate(decision.rules, start=1):
            named = PARAGRAPH.findall(rule.description)
            if column is not None:
                named += [part for part in re.split(r"[\s,;]+", _literal(rule.outputs[column])) if part]
            label = _literal(rule.outputs[0]) if decision.id.endswith(PERIODS) else f"row {number}"
            for paragraph in dict.fromkeys(named):
                yield Carrier(decision.file, rule.id, f"{decision.name}: {label}", rule.line, paragraph, users, "rule")


def letters_of(element: Element) -> tuple[str, ...]:
    """The templates an element sends, as its input ``template`` names them; several where an expression chooses."""
    sources = (mapping.source for mapping in element.zeebe.inputs if mapping.target == LETTER_INPUT)
    return tuple(
        letter
        for source in sources
        for letter in (_TEXT.findall(source) if source.startswith("=") else [source])
        if "/" in letter
    )


def _used_by(element: Element) -> Iterator[tuple[str, str]]:
    zeebe = element.zeebe
    if zeebe.form and zeebe.form.form_id:
        yield "form", zeebe.form.form_id
    if zeebe.decision:
        yield "decision", zeebe.decision.decision_id
    if zeebe.task:
        yield "job_type", zeebe.task.type
    for listener in (*zeebe.listeners, *zeebe.task_listeners):
        yield "job_type", listener.type
    for letter in letters_of(element):
        yield "letter", letter


def _of_process(diagram: Diagram, process: Process) -> Iterator[Carrier]:
    here = frozenset({process.id})

    def carriers(one: Process | Element | SequenceFlow, kind: str) -> Iterable[Carrier]:
        name = one_line(one.name or diagram.name_of(one.id))
        return (
            Carrier(diagram.file, one.id, name, one.line, paragraph, here, kind)
            for paragraph in dict.fromkeys(one.policy)
        )

    yield from carriers(process, "process")
    for element in process.elements:
        yield from carriers(element, "element")
    for flow in process.flows:
        yield from carriers(flow, "flow")


def _periods(table: Decision) -> Iterator[Period]:
    columns = {output.name: number for number, output in enumerate(table.outputs)}
    if not {"name", "amount", "unit"} <= set(columns):
        return
    for rule in table.rules:

        def said(column: str, rule: Rule = rule) -> str:
            return _literal(rule.outputs[columns[column]]) if column in columns else ""

        amount = said("amount")
        yield Period(
            table,
            rule,
            said("name"),
            int(amount) if amount.isdecimal() else None,
            said("unit"),
            said("source"),
            tuple(part for part in re.split(r"[\s,;]+", said("paragraph")) if part),
        )


def _literal(expression: str) -> str:
    text = _TEXT.fullmatch(expression.strip())
    return text[1] if text else expression.strip()


def _reached(start: str, calls: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        one = ahead.pop()
        if one not in reached:
            reached.add(one)
            ahead.extend(calls.get(one, ()))
    return reached

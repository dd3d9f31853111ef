"""The page of one procedure: what it is for, who does what, what is written to whom, and what it carries out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workers.checks.decisions import Decision
from workers.checks.forms import Form
from workers.checks.tracing import PERIODS, Period, letters_of
from workers.diagrams.model import Diagram, Element, Process, one_line
from workers.docs.markdown import BREAK, cell, code, link, page, section, table
from workers.docs.sources import Sources

_TEXT = re.compile(r'"([^"]*)"')


def procedure_page(sources: Sources, diagram: Diagram, process: Process) -> str:
    """Write it."""
    return page(_Procedure(sources, diagram, process).lines())


class _Procedure:
    def __init__(self, sources: Sources, diagram: Diagram, process: Process) -> None:
        self._sources = sources
        self._diagram = diagram
        self._process = process
        self._page = sources.procedure_page(process.id)
        self._folder = diagram.file.parent.name
        self._tasks = [element for element in process.elements if element.zeebe.user_task]
        self._letters = [element for element in process.elements if letters_of(element)]

    def lines(self) -> Iterator[str]:
        sources, name = self._sources, one_line(self._process.name) or self._process.id
        yield from (f"# {name}", "", cell(self._process.documentation), "")
        yield f"![{name}]({link('', sources.picture(self._diagram), self._page)[3:-1]})"
        yield ""
        yield from self._about()
        yield from section("Who does what", self._who_does_what())
        yield from section("What the system does", self._what_the_system_does())
        yield from section("Letters", self._letters_sent())
        yield from section("Periods", self._periods())
        yield from section("Decisions", list(self._decisions()))
        yield from section("Messages", self._messages())
        yield from section("What it carries out", self._carried_out(assumptions=False))
        yield from section("Our assumptions", self._carried_out(assumptions=True))

    def _about(self) -> Iterator[str]:
        sources, process = self._sources, self._process
        yield f"- Process `{process.id}`, drawn in {link(self._diagram.file.name, self._diagram.file, self._page)}"
        if callers := sources.callers_of.get(process.id):
            yield f"- Part of {', '.join(sources.to_procedure(caller, self._page) for caller in callers)}"
        for element in process.elements:
            if element.type == "startEvent" and element.parent is None and element.zeebe.form:
                form = self._form(element)
                with_form = f", with the form {link(form.id, form.file, self._page)}" if form else ""
                yield f"- Started in Tasklist{with_form}"
        called = dict.fromkeys(e.zeebe.called_process.process_id for e in process.elements if e.zeebe.called_process)
        if called:
            yield f"- Calls {', '.join(sources.to_procedure(one, self._page) for one in called)}"
        if process.policy:
            yield f"- Carries out {sources.to_paragraphs(process.policy, self._page)}"
        yield ""

    def _who_does_what(self) -> list[str]:
        return table(
            ("Task", "Who", "Asked", "Due", "Paragraphs"),
            (
                (
                    f"**{cell(one_line(task.name))}**",
                    BREAK.join(part for part in (cell(task.documentation), _offered_to(task)) if part),
                    self._asked(task),
                    code(_feel(task.zeebe.due_date or "")),
                    self._sources.to_paragraphs(task.policy, self._page),
                )
                for task in self._tasks
            ),
        )

    def _form(self, element: Element) -> Form | None:
        return self._sources.project.form_of.get(element.zeebe.form.form_id or "") if element.zeebe.form else None

    def _asked(self, task: Element) -> str:
        form = self._form(task)
        if form is None:
            return ""
        labels = [cell(field.label) for field in form.fields if field.key and field.label]
        return BREAK.join((link(form.id, form.file, self._page), *labels))

    def _what_the_system_does(self) -> list[str]:
        rows = []
        for element in self._process.elements:
            if element in self._tasks or element in self._letters or not _does_something(element):
                continue
            name = cell(one_line(element.name or element.id))
            how = self._how(element)
            rows.append((f"**{name}**", BREAK.join(part for part in (cell(element.documentation), how) if part)))
        return table(("Step", "What happens"), rows)

    def _how(self, element: Element) -> str:
        zeebe = element.zeebe
        if zeebe.task:
            declared = self._sources.project.job_types.get(zeebe.task.type)
            return f"{cell(declared.title)} (`{zeebe.task.type}`)" if declared else f"`{zeebe.task.type}`"
        if zeebe.decision:
            decision = self._sources.project.decision_of.get(zeebe.decision.decision_id)
            return f"decision {link(cell(decision.name), decision.file, self._page)}" if decision else ""
        if zeebe.called_process:
            return self._sources.to_procedure(zeebe.called_process.process_id, self._page)
        event = element.event
        if event is not None and event.timer:
            return f"{event.timer.kind} {code(_feel(event.timer.expression))}"
        return ""

    def _letters_sent(self) -> list[str]:
        return table(
            ("When", "Letter", "To", "Copies"),
            (
                (
                    f"**{cell(one_line(element.name))}**{BREAK}{cell(element.documentation)}",
                    BREAK.join(self._sources.to_letter(letter, self._page) for letter in letters_of(element)),
                    code(_input(element, "recipient")),
                    code(_input(element, "copies")).replace("`[]`", ""),
                )
                for element in self._letters
            ),
        )

    def _periods(self) -> list[str]:
        written = "\n".join(_expressions(self._process))
        named = set(_TEXT.findall(written))
        used = [period for period in self._sources.tracing.periods if period.name in named]
        return table(
            ("Period", "Length", "Source", "Paragraphs"),
            (
                (
                    link(period.name, period.decision.file, self._page),
                    _length(period),
                    "policy" if period.source == "policy" else f"**{cell(period.source)}**",
                    self._sources.to_paragraphs(period.paragraphs, self._page),
                )
                for period in used
            ),
        )

    def _decisions(self) -> Iterator[str]:
        asked = dict.fromkeys(e.zeebe.decision.decision_id for e in self._process.elements if e.zeebe.decision)
        for decision_id in asked:
            decision = self._sources.project.decision_of.get(decision_id)
            if decision is None or decision.id.endswith(PERIODS):
                continue
            yield f"**{link(cell(decision.name), decision.file, self._page)}** (`{decision.id}`)"
            yield ""
            yield from _rows(decision)

    def _messages(self) -> list[str]:
        rows = []
        for element in self._process.elements:
            event = element.event
            name = cell(one_line(element.name or element.id))
            sent = _input(element, "message") if element.zeebe.task else ""
            if sent:
                rows.append((name, "tells", code(sent.strip('"')), code(_input(element, "correlation_key"))))
            elif event is not None and event.message is not None:
                key = _feel(event.message.correlation_key or "")
                rows.append((name, "waits for", code(event.message.name), code(key)))
        return table(("Event", "", "Message", "Found by"), rows)

    def _carried_out(self, *, assumptions: bool) -> list[str]:
        sources, rows = self._sources, []
        for register in sources.registers.policies:
            for entry in register.requirements:
                carriers = [
                    one
                    for one in sources.tracing.carriers.get(entry.id, ())
                    if self._process.id in one.processes and one.kind != "rule"
                ]
                if not carriers or entry.is_assumption != assumptions:
                    continue
                by = BREAK.join(dict.fromkeys(cell(one.name or one.id) for one in carriers))
                row = (sources.to_paragraph(entry.id, self._page), cell(entry.text), by)
                rows.append(
                    (row[0], cell(entry.leaves_open), *row[1:]) if assumptions else (*row[:1], entry.strength, *row[1:])
                )
        heads = ("", "The policy leaves open", "We assume", "Where") if assumptions else ("", "", "Asked", "Where")
        return table(heads, rows)


def _does_something(element: Element) -> bool:
    zeebe = element.zeebe
    waits = element.event is not None and element.event.timer is not None
    return bool(zeebe.task or zeebe.decision or zeebe.called_process or zeebe.script or waits)


def _offered_to(task: Element) -> str:
    assignment = task.zeebe.assignment
    if assignment is None:
        return ""
    offered = [
        f"{kind} {code(_feel(written))}"
        for kind, written in (
            ("assignee", assignment.assignee),
            ("users", assignment.candidate_users),
            ("group", assignment.candidate_groups),
        )
        if written
    ]
    return ", ".join(offered)


def _feel(expression: str) -> str:
    return one_line(expression).removeprefix("=").strip()


def _input(element: Element, target: str) -> str:
    return next((_feel(mapping.source) for mapping in element.zeebe.inputs if mapping.target == target), "")


def _expressions(process: Process) -> Iterator[str]:
    for element in process.elements:
        for mapping in (*element.zeebe.inputs, *element.zeebe.outputs):
            yield mapping.source
        for event in element.events:
            if event.timer:
                yield event.timer.expression
        if element.zeebe.script:
            yield element.zeebe.script.expression
        yield from (written for written in (element.zeebe.due_date, element.zeebe.follow_up_date) if written)
    for flow in process.flows:
        yield flow.condition or ""


def _length(period: Period) -> str:
    amount = str(period.amount) if period.amount is not None else "computed"
    return f"{amount} {period.unit.replace('_', ' ')}"


def _rows(decision: Decision) -> list[str]:
    if decision.literal is not None:
        return [code(decision.literal), ""]
    heads = [cell(column.label or column.expression) for column in decision.inputs]
    heads += [f"→ {cell(column.label or column.name)}" for column in decision.outputs]
    return table(
        heads,
        ([code(test) for test in rule.inputs] + [cell(result) for result in rule.outputs] for rule in decision.rules),
    )

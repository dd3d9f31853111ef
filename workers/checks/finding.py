"""What a check found: where, what is wrong, and what to do about it, in plain words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workers.checks.decisions import Decision
    from workers.checks.forms import Form, FormField
    from workers.diagrams.model import Diagram


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """It will not work, or not as the policy wants: nothing is deployed."""
    WARNING = "warning"
    """It works, but somebody should look at it."""


@dataclass(frozen=True)
class Finding:
    """One thing wrong in one place."""

    file: Path
    rule: str
    """The rule's short name, ``kebab-case``, such as ``unknown-job-type``; for counting, for tests and for readers."""
    problem: str
    """What is wrong: the end of a sentence that begins with the element, such as ``has no worker``."""
    remedy: str
    """What to do: a whole sentence."""
    element_id: str = ""
    """The element, form field, rule of a table or placeholder; empty where the whole file is meant."""
    element_name: str = ""
    line: int | None = None
    severity: Severity = Severity.ERROR

    @property
    def element(self) -> str:
        """The element as people know it, with its id."""
        if self.element_name and self.element_id:
            return f"'{self.element_name}' ({self.element_id})"
        return self.element_name or self.element_id or self.file.name

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{where}: {self.element} {self.problem}. {self.remedy}"


def about(
    diagram: Diagram, any_id: str, rule: str, problem: str, remedy: str, *, severity: Severity = Severity.ERROR
) -> Finding:
    """A finding about an element, flow or process of a diagram."""
    name = " ".join(diagram.name_of(any_id).split())
    return Finding(diagram.file, rule, problem, remedy, any_id, name, diagram.line_of(any_id), severity)


def about_field(
    form: Form, field: FormField, rule: str, problem: str, remedy: str, *, severity: Severity = Severity.ERROR
) -> Finding:
    """A finding about a field of a form."""
    limit = 60
    name = field.label or field.key or " ".join(str(field.properties.get("text", "")).split())
    name = name if len(name) <= limit else f"{name[: limit - 1]}…"
    return Finding(form.file, rule, problem, remedy, field.id, name, None, severity)


def about_decision(
    decision: Decision,
    rule: str,
    problem: str,
    remedy: str,
    *,
    element_id: str = "",
    line: int | None = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """A finding about a decision, or about a rule or column of its table."""
    return Finding(
        decision.file, rule, problem, remedy, element_id or decision.id, decision.name, line or decision.line, severity
    )


def did_you_mean(wrong: str, known: Iterable[str], otherwise: str) -> str:
    """The remedy for a name there is not: the one most like it, or what to do where none is like it."""
    near = difflib.get_close_matches(wrong, list(known), 1)
    return f"Did you mean '{near[0]}'?" if near else otherwise

"""All checks, in the order of their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from workers.checks.element_template_check import check_element_templates
from workers.checks.finding import Finding, Severity
from workers.checks.project import Project
from workers.checks.rules.calls import callers_give_what_is_needed, variables_are_set_in_time
from workers.checks.rules.confidential import operators_see_nothing_confidential
from workers.checks.rules.drawing import diagrams_are_well_drawn
from workers.checks.rules.errors import errors_are_caught
from workers.checks.rules.expressions import expressions_work
from workers.checks.rules.forms import answers_arrive, forms_are_sound, forms_show_what_there_is
from workers.checks.rules.jobs import jobs_get_what_they_need
from workers.checks.rules.letters import letters_get_what_they_print
from workers.checks.rules.messages import messages_arrive
from workers.checks.rules.names import everything_is_used, names_agree, references_exist, unreadable_files
from workers.checks.rules.statements import what_is_typed_is_not_copied, what_is_typed_leaves_the_engine
from workers.checks.rules.structure import (
    everything_is_reached,
    gateways_decide,
    responsibility_is_named,
    tasks_do_something,
)
from workers.checks.rules.tables import decisions_get_what_they_ask, tables_are_sound
from workers.checks.traceability import traceability

Check = Callable[[Project], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    unreadable_files,
    names_agree,
    references_exist,
    everything_is_used,
    everything_is_reached,
    gateways_decide,
    tasks_do_something,
    responsibility_is_named,
    jobs_get_what_they_need,
    callers_give_what_is_needed,
    variables_are_set_in_time,
    errors_are_caught,
    messages_arrive,
    expressions_work,
    forms_are_sound,
    forms_show_what_there_is,
    answers_arrive,
    what_is_typed_leaves_the_engine,
    what_is_typed_is_not_copied,
    operators_see_nothing_confidential,
    tables_are_sound,
    decisions_get_what_they_ask,
    letters_get_what_they_print,
    diagrams_are_well_drawn,
    traceability,
    check_element_templates,
)
"""A check is a function from the project to its findings; a new one is added here."""


def checked(project: Project, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """What the checks find, each thing once, by file, errors first.

    :raises NodeProblem: an expression cannot be read because Node.js cannot be used.
    """
    found = list(dict.fromkeys(finding for check in checks for finding in check(project)))
    return in_order(found)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By file, errors before warnings, then by line."""
    return sorted(findings, key=lambda one: (str(one.file), one.severity is Severity.WARNING, one.line or 0))


def of_files(findings: Iterable[Finding], files: Iterable[Path]) -> list[Finding]:
    """Only those in these files, or in files of these folders."""
    wanted = [file.resolve() for file in files]
    return [one for one in findings if any(_is_in(one.file.resolve(), file) for file in wanted)]


def _is_in(file: Path, wanted: Path) -> bool:
    return file == wanted or wanted in file.parents

"""Whether every requirement of the policies is met somewhere, and every paragraph named is one of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from workers.checks.finding import Finding
from workers.checks.project import Project
from workers.checks.register import (
    EVERY_PROCEDURE,
    Parameter,
    Place,
    PolicyRegister,
    Registers,
    Requirement,
    read_registers,
)
from workers.checks.stories import shown_by_stories
from workers.checks.tracing import PERIODS, Period, Tracing
from workers.settings import PROJECT

OUR_VARIATION = "our variation"
"""What the column ``source`` of a period says that differs from the policy on purpose (CAP-6b, ITC-general-1b)."""
_HOW = "policies/README.md says how."
_A_WEEK = 7


def traceability(
    project: Project, *, policies_dir: Path = PROJECT / "policies", tests_dir: Path = PROJECT / "tests"
) -> Iterator[Finding]:
    """What is amiss between the registers of requirements and the project that meets them.

    :param policies_dir: the registers, ``<folder>.yaml``.
    :param tests_dir: where the stories are that name the paragraphs they show.
    """
    registers = read_registers(policies_dir)
    tracing = Tracing(project)
    yield from registers.unreadable
    yield from _unknown_paragraphs(registers, tracing, tests_dir)
    for register in registers.policies:
        yield from _planned(register, project)
        for entry in register.requirements:
            yield from _places(register, entry, project, tests_dir)
            yield from _met(register, entry, tracing)
        yield from _parameters(register, registers, tracing)


def _unknown_paragraphs(registers: Registers, tracing: Tracing, tests_dir: Path) -> Iterator[Finding]:
    if registers.unreadable:  # what it defines would all be called unknown
        return
    for paragraph, carriers in tracing.carriers.items():
        if paragraph not in registers.policy_of:
            for one in carriers:
                yield Finding(
                    one.file,
                    "unknown-paragraph",
                    f"names {paragraph}, which is in no register of requirements",
                    _remedy_for_unknown(paragraph, registers),
                    element_id=one.id,
                    element_name=one.name,
                    line=one.line,
                )
    for shown in shown_by_stories(tests_dir):
        if shown.paragraph not in registers.policy_of:
            yield Finding(
                shown.file,
                "unknown-paragraph",
                f"says it shows {shown.paragraph}, which is in no register of requirements",
                _remedy_for_unknown(shown.paragraph, registers),
                element_id=shown.story,
                line=shown.line,
            )


def _remedy_for_unknown(paragraph: str, registers: Registers) -> str:
    begun = paragraph.rstrip("abcdefghijklmnopqrstuvwxyz")
    near = [known for known in registers.policy_of if known.rstrip("abcdefghijklmnopqrstuvwxyz") == begun]
    if near:
        return f"Name one that exists, such as {', '.join(near[:6])}, or correct the register."
    prefixes = ", ".join(sorted(registers.prefixes))
    return f"Name a paragraph of a register; their ids begin with one of {prefixes}. {_HOW}"


def _planned(register: PolicyRegister, project: Project) -> Iterator[Finding]:
    for procedure in register.planned:
        if procedure in project.diagram_of:
            yield _finding(
                register,
                procedure,
                "stale-planned",
                "is called planned, but it is drawn",
                "Take it off the list 'planned' and fill in 'met_by' where no element names the paragraph.",
            )


def _met(register: PolicyRegister, entry: Requirement, tracing: Tracing) -> Iterator[Finding]:
    carriers = tracing.carriers.get(entry.id, ())
    if entry.not_met:
        for one in carriers[:1]:
            yield _finding(
                register,
                entry.id,
                "stale-not-met",
                f"is said not to be met, but '{one.name}' ({one.id}) in {one.file.name} names it",
                "Take away 'not_met', or the paragraph from the element.",
            )
        return
    places: list[frozenset[str] | None] = [one.processes for one in carriers]
    places += [tracing.works_in(place) for place in entry.met_by]
    for procedure in entry.procedures:
        if procedure == EVERY_PROCEDURE:
            if entry.is_binding and not places and not register.planned:
                yield _gap(register, entry, "no element, letter, form or rule")
        elif procedure in register.planned:
            continue
        elif (family := tracing.family_of.get(procedure)) is None:
            yield _finding(
                register,
                entry.id,
                "unknown-procedure",
                f"belongs to the procedure {procedure!r}, which is neither drawn nor planned",
                "Name the process id of a diagram, or put it on the list 'planned'.",
            )
        elif entry.is_binding and not any(works_in is None or works_in & family for works_in in places):
            yield _gap(register, entry, f"nothing in the procedure {procedure}")


def _gap(register: PolicyRegister, entry: Requirement, nothing: str) -> Finding:
    asked = "our own assumption" if entry.is_assumption else f"a '{entry.strength}' of the policy"
    return _finding(
        register,
        entry.id,
        "requirement-not-met",
        f"is {asked}, and {nothing} carries it out: {entry.text.rstrip('.')}",
        "Name it in the 'policy' property of the element that does, or give 'met_by' or 'not_met' in the register.",
    )


def _places(register: PolicyRegister, entry: Requirement, project: Project, tests_dir: Path) -> Iterator[Finding]:
    for place in entry.met_by:
        problem = _missing(place, project, tests_dir)
        if problem:
            yield _finding(
                register,
                entry.id,
                "unknown-place",
                f"is said to be met by the {place}, but {problem}",
                "Correct the name in 'met_by', or say where it is met now.",
            )


def _missing(place: Place, project: Project, tests_dir: Path) -> str:
    match place.kind:
        case "letter":
            known = (project.templates_dir / f"{place.name}.md").is_file()
        case "form":
            form = project.form_of.get(place.main)
            if form is not None and place.part and form.field(place.part) is None:
                return f"that form has no field with the key {place.part!r}"
            known = form is not None
        case "decision":
            decision = project.decision_of.get(place.main)
            if decision is not None and place.part and place.part not in {rule.id for rule in decision.rules}:
                return f"that decision has no row with the id {place.part!r}"
            known = decision is not None
        case "job_type":
            known = place.name in project.job_types
        case "process":
            known = place.name in project.diagram_of
        case "access_rule":
            known = _defined_in_workers(place.name)
        case "test":
            known = _test_exists(tests_dir.parent, place.name)
    return "" if known else "there is none of that name"


@cache
def _defined_in_workers(dotted: str) -> bool:
    module, _, name = dotted.rpartition(".")
    file = PROJECT / f"{module.replace('.', '/')}.py"
    return module.startswith("workers.") and file.is_file() and _defines(file, name)


def _test_exists(root: Path, written: str) -> bool:
    path, _, name = written.partition("::")
    file = root / path
    return file.is_file() and bool(name) and _defines(file, name)


def _defines(file: Path, name: str) -> bool:
    defined = rf"^(?:(?:async )?def|class) {re.escape(name)}\b|^{re.escape(name)}\b\s*[:=]"
    return re.search(defined, file.read_text(encoding="utf-8"), re.MULTILINE) is not None


def _parameters(register: PolicyRegister, registers: Registers, tracing: Tracing) -> Iterator[Finding]:
    named = {parameter.name: parameter for parameter in register.parameters}
    for parameter in register.parameters:
        unknown = [paragraph for paragraph in parameter.paragraphs if paragraph not in registers.policy_of]
        if unknown and not registers.unreadable:
            yield _finding(
                register,
                parameter.name,
                "unknown-paragraph",
                f"names {', '.join(unknown)}, which is in no register of requirements",
                "Correct 'paragraphs'.",
            )
    for period in tracing.periods:
        if period.decision.id == f"{register.folder}{PERIODS}":
            yield from _period(period, named.get(period.name), register)


def _period(period: Period, parameter: Parameter | None, register: PolicyRegister) -> Iterator[Finding]:
    if period.source == OUR_VARIATION:
        return
    if parameter is None or not parameter.is_period:
        if period.source == "policy":
            yield _in_table(
                period,
                "unknown-period",
                f"is said to come from the policy, but {register.file.name} has no such period",
                "Add it to 'parameters' of the register, or say 'our assumption' in the column source.",
            )
        return
    if period.amount is not None and _length(period.amount, period.unit) != _length(parameter.value, parameter.unit):
        yield _in_table(
            period,
            "wrong-period",
            f"is {period.amount} {period.unit}, but {register.file.name} says {parameter.value} {parameter.unit} "
            f"({parameter.source}, {', '.join(parameter.paragraphs)})",
            f"Correct the one that is wrong, or say '{OUR_VARIATION}' in the column source if it differs on purpose.",
        )
    elif period.source != parameter.source:
        yield _in_table(
            period,
            "wrong-period",
            f"gives {period.source!r} as its source, but {register.file.name} says {parameter.source!r}",
            "A reader must be able to tell the policy from our assumption: correct the one that is wrong.",
        )


def _length(amount: int | str, unit: str) -> tuple[int | str, str]:
    return (amount * _A_WEEK, "calendar_days") if unit == "weeks" and isinstance(amount, int) else (amount, unit)


def _in_table(period: Period, rule: str, problem: str, remedy: str) -> Finding:
    return Finding(
        period.decision.file,
        rule,
        problem,
        remedy,
        element_id=period.rule.id,
        element_name=f"the period {period.name}",
        line=period.rule.line,
    )


def _finding(register: PolicyRegister, entry: str, rule: str, problem: str, remedy: str) -> Finding:
    return Finding(register.file, rule, problem, remedy, element_id=entry, line=register.line_of(entry))

"""The register of requirements: what each paragraph of a policy asks, what we assumed, and where it is met.

One file per policy, ``policies/<folder>.yaml``; ``policies/README.md`` says how to read and change it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from workers.checks.finding import Finding

EVERY_PROCEDURE = "all"
"""Stands in ``procedures`` for what every procedure of the policy must observe."""
OUR_ASSUMPTION = "our assumption"
PERIOD_UNITS = ("calendar_days", "working_days", "weeks", "calendar_months")

PARAGRAPH = re.compile(r"\b[A-Z]{2,4}-[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\b")
"""The id of a requirement, as elements and texts name it."""

Source = Literal["policy", "our assumption"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(_Entry):
    """Where a requirement is met beside the diagrams' ``policy`` properties; written ``- letter: capability/…``."""

    kind: Literal["letter", "form", "decision", "job_type", "process", "access_rule", "test"] = Field(
        description="letter: a template. form: a form, or form.key of a field. decision: a decision, or decision.rule. "
        "job_type: what a worker does. process: a whole procedure. access_rule: a dotted name in workers. "
        "test: path::function."
    )
    name: Words

    @model_validator(mode="before")
    @classmethod
    def _one_pair(cls, written: Any) -> Any:
        if isinstance(written, dict) and len(written) == 1 and not {"kind", "name"} & set(written):
            (kind, name) = next(iter(written.items()))
            return {"kind": kind, "name": name}
        return written

    @property
    def main(self) -> str:
        """The form of a field, the decision of a rule; otherwise the name."""
        return self.name.partition(".")[0] if self.kind in {"form", "decision"} else self.name

    @property
    def part(self) -> str:
        """The field's key, or the rule's id; empty where the whole is meant."""
        return self.name.partition(".")[2] if self.kind in {"form", "decision"} else ""

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.name}"


class Requirement(_Entry):
    """One thing a paragraph asks, or one thing it leaves open and we decided."""

    id: Annotated[str, Field(pattern=rf"^{PARAGRAPH.pattern}$")] = Field(
        description="Prefix of the policy, printed paragraph and a letter: what 'policy' properties name."
    )
    paragraph: Words = Field(description="The paragraph as printed, or several.")
    procedures: tuple[Name, ...] = Field(min_length=1, description="The procedures that carry it out; or [all].")
    strength: Literal["must", "should", "may", "information"] = Field(
        description="must blocks; should (normally, usually) warns and asks for a reason; may leaves it to a "
        "person; information asks for nothing. An assumption binds us as should does."
    )
    who: Words = Field(description="The role the paragraph names.")
    leaves_open: str = Field("", description="Of an assumption: what the policy does not say, or says in two ways.")
    text: Words = Field(description="What is asked, or what we assumed, in our own words.")
    source: Source
    met_by: tuple[Place, ...] = Field((), description="Places beside the elements that name the paragraph.")
    not_met: str = Field("", description="Why nothing carries it out.")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if (self.source == OUR_ASSUMPTION) != bool(self.leaves_open):
            raise ValueError(
                "'leaves_open' is for assumptions, and each of them needs it: say what the policy leaves open"
            )
        if self.met_by and self.not_met:
            raise ValueError("'met_by' and 'not_met' contradict each other: keep one")
        return self

    @property
    def is_binding(self) -> bool:
        """Whether it has to be met somewhere, or to say why not."""
        return self.strength in {"must", "should"}

    @property
    def is_assumption(self) -> bool:
        """Whether it is ours and not the policy's."""
        return self.source == OUR_ASSUMPTION


class Parameter(_Entry):
    """A number or another value of a policy. A period has the name of its row in the table ``<folder>_periods``."""

    name: Name
    value: int | str
    unit: Words = Field(description=f"Of a period one of {', '.join(PERIOD_UNITS)}; otherwise words.")
    source: Source
    paragraphs: tuple[Annotated[str, Field(pattern=rf"^{PARAGRAPH.pattern}$")], ...] = Field(min_length=1)
    note: str = ""

    @model_validator(mode="after")
    def _period_is_a_number(self) -> Self:
        if self.is_period and not isinstance(self.value, int):
            raise ValueError("the value of a period is a whole number")
        return self

    @property
    def is_period(self) -> bool:
        """Whether it is a length of time that ``compute_deadline`` understands."""
        return self.unit in PERIOD_UNITS


class PolicyHead(_Entry):
    """Which policy the file is about."""

    title: Words
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]


class _Content(_Entry):
    policy: PolicyHead
    planned: tuple[Name, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    requirements: tuple[Requirement, ...]

    @model_validator(mode="after")
    def _ids_are_its_own(self) -> Self:
        for what, ids in (
            ("requirement", [entry.id for entry in self.requirements]),
            ("parameter", [entry.name for entry in self.parameters]),
            ("planned procedure", list(self.planned)),
        ):
            twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
            if twice:
                raise ValueError(f"the {what} {', '.join(twice)} stands here twice")
        foreign = [entry.id for entry in self.requirements if not entry.id.startswith(f"{self.policy.prefix}-")]
        if foreign:
            raise ValueError(f"{', '.join(foreign)} does not begin with this policy's prefix {self.policy.prefix}-")
        return self


@dataclass(frozen=True)
class PolicyRegister:
    """One policy's requirements and parameters, as its file says."""

    file: Path
    policy: PolicyHead
    planned: tuple[str, ...]
    """Procedures that are not drawn yet; nothing is missed of them."""
    parameters: tuple[Parameter, ...]
    requirements: tuple[Requirement, ...]

    @property
    def folder(self) -> str:
        """The policy's folder in ``bpmn/`` and ``templates/``."""
        return self.file.stem

    @cached_property
    def requirement_of(self) -> Mapping[str, Requirement]:
        """The requirements by id."""
        return {entry.id: entry for entry in self.requirements}

    def line_of(self, entry: str) -> int | None:
        """The line an entry begins in: a requirement's id, a parameter's name, or a planned procedure."""
        return _line_of(self.file, entry)


@dataclass(frozen=True)
class Registers:
    """All policies' registers. Files that cannot be read are left out; ``unreadable`` says why."""

    policies: tuple[PolicyRegister, ...]
    unreadable: tuple[Finding, ...] = ()

    @cached_property
    def policy_of(self) -> Mapping[str, PolicyRegister]:
        """The registers by the ids of their requirements."""
        return {entry.id: register for register in self.policies for entry in register.requirements}

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """What the ids of the policies begin with."""
        return frozenset(register.policy.prefix for register in self.policies)

    def requirement(self, paragraph: str) -> Requirement | None:
        """The requirement with this id."""
        register = self.policy_of.get(paragraph)
        return register.requirement_of[paragraph] if register else None


def read_registers(folder: Path) -> Registers:
    """Read every policy's register."""
    policies: list[PolicyRegister] = []
    unreadable: list[Finding] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            # The C loader: nearly a thousand entries are read at each check.
            written = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
            content = _Content.model_validate(written)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            unreadable.append(_no_yaml(file, error))
        except ValidationError as error:
            unreadable.extend(_wrong(file, fault, written) for fault in error.errors())
        else:
            policies.append(
                PolicyRegister(file, content.policy, content.planned, content.parameters, content.requirements)
            )
    return Registers(tuple(policies), tuple(unreadable))


def _no_yaml(file: Path, error: Exception) -> Finding:
    mark = getattr(error, "problem_mark", None)
    return Finding(
        file,
        "unreadable-register",
        f"is not YAML: {getattr(error, 'problem', None) or error}",
        "Correct it at that line; words with a colon or a hash need quotation marks.",
        line=mark.line + 1 if mark is not None else None,
    )


def _wrong(file: Path, fault: ErrorDetails, written: Any) -> Finding:
    place = list(fault["loc"])
    entry = _entry_at(written, place)
    field = ".".join(str(part) for part in (place[2:] if entry else place))
    message = fault["msg"].removeprefix("Value error, ")
    return Finding(
        file,
        "unreadable-register",
        f"has a wrong {field!r}: {message}" if field else f"is wrong: {message}",
        "policies/README.md says what an entry may hold.",
        element_id=entry,
        line=_line_of(file, entry) if entry else None,
    )


def _entry_at(written: Any, place: list[str | int]) -> str:
    match place:
        case [("requirements" | "parameters") as group, int() as number, *_]:
            found = written[group][number]
            name = (found.get("id") or found.get("name")) if isinstance(found, dict) else None
            return str(name or f"{group} {number + 1}")
    return ""


def _line_of(file: Path, entry: str) -> int | None:
    begins = re.compile(rf"\s*- (?:id: |name: )?[\"']?{re.escape(entry)}[\"']?\s*$")
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if begins.match(line)), None)

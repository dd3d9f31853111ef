"""The head of a template: what a letter is called and how it travels."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workers.notices.failures import LetterProblem


class Marking(StrEnum):
    """Protective markings, the least protected first; Appendix A of the IT policy and its paragraph on email."""

    OFFICIAL = "OFFICIAL"
    OFFICIAL_SENSITIVE = "OFFICIAL - SENSITIVE"
    RESTRICTED = "RESTRICTED"
    CONFIDENTIAL = "CONFIDENTIAL"
    SECRET = "SECRET"  # noqa: S105 - a marking, not a password
    TOP_SECRET = "TOP SECRET"  # noqa: S105 - a marking, not a password

    @property
    def forbids_email(self) -> bool:
        """Documents graded RESTRICTED and above are not sent by email."""
        return self not in (Marking.OFFICIAL, Marking.OFFICIAL_SENSITIVE)


class FrontMatter(BaseModel):
    """The lines between the two ``---`` at the top of a template."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str = Field(min_length=1, description="Subject of the email and heading of the letter; Jinja.")
    kind: Literal["letter", "email"] = Field(description="A letter is also rendered on headed paper (PDF).")
    marking: Marking = Field(Marking.OFFICIAL_SENSITIVE, description="Protective marking.")
    calendar: str = Field("", description="Title of the calendar entry; without it no invitation is sent.")
    shows_case: bool = Field(True, description="false: the case's reference, which tells its policy, is left out.")
    copies_say: str = Field("", description="Sentence for whoever gets a copy, saying why; Jinja.")
    enclosures: tuple[str, ...] = Field((), description="What is enclosed, listed at the end; Jinja.")


_FENCE = re.compile(r"\A---[ \t]*\n(?P<head>.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)


def split(name: str, source: str) -> tuple[FrontMatter, str]:
    """The front matter and the body; the body keeps the line numbers of the file.

    :raises LetterProblem: the front matter is missing, is no YAML or has a wrong or unknown field.
    """
    found = _FENCE.match(source)
    if found is None:
        raise LetterProblem(
            f"The template {name} has no front matter: begin it with a line ---, then subject and kind, then ---."
        )
    try:
        fields = yaml.safe_load(found["head"])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise LetterProblem(f"The front matter of the template {name} is no valid YAML near line {line}.") from None
    if not isinstance(fields, dict):
        raise LetterProblem(f"The front matter of the template {name} must be lines of the form 'field: value'.")
    try:
        front = FrontMatter.model_validate(fields)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in error.errors()
        )
        raise LetterProblem(f"The front matter of the template {name} is wrong: {problems}.") from None
    return front, "\n" * source.count("\n", 0, found.end()) + source[found.end() :]

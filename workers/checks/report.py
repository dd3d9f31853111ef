"""Findings for people, for other programs, and for the margin of a pull request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path

from workers.checks.finding import Finding, Severity


def as_text(findings: Sequence[Finding], files: int, seconds: float) -> str:
    """What is wrong, file by file, each with what to do."""
    lines: list[str] = []
    for file, group in groupby(findings, key=lambda one: one.file):
        lines.append(f"{_near(file)}")
        for one in group:
            place = f"line {one.line}, " if one.line else ""
            sign = "✗" if one.severity is Severity.ERROR else "!"
            lines.append(f"  {sign} {one.element} {one.problem}.")
            lines.append(f"    {one.remedy}  ({place}{one.rule})")
        lines.append("")
    return "\n".join([*lines, summary(findings, files, seconds)])


def summary(findings: Iterable[Finding], files: int, seconds: float) -> str:
    """How much was read, and how much of it is wrong."""
    found = list(findings)
    errors = sum(one.severity is Severity.ERROR for one in found)
    warnings = len(found) - errors
    told = [
        *([_counted(errors, "error")] if errors else []),
        *([_counted(warnings, "warning")] if warnings else []),
    ]
    return f"{_counted(files, 'file')} checked in {seconds:.1f} s: {' and '.join(told) or 'all is well'}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def as_json(findings: Sequence[Finding], files: int, seconds: float) -> str:
    """A list of objects with the fields of a finding."""
    return json.dumps(
        [
            {
                "file": str(_near(one.file)),
                "line": one.line,
                "severity": one.severity,
                "rule": one.rule,
                "element_id": one.element_id,
                "element_name": one.element_name,
                "problem": one.problem,
                "remedy": one.remedy,
            }
            for one in findings
        ],
        indent=2,
        ensure_ascii=False,
    )


def as_annotations(findings: Sequence[Finding], files: int, seconds: float) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request."""
    lines = [
        f"::{one.severity} file={_escaped(str(_near(one.file)), ':,')}"
        + (f",line={one.line}" if one.line else "")
        + f",title={_escaped(one.rule, ':,')}::{_escaped(f'{one.element} {one.problem}. {one.remedy}')}"
        for one in findings
    ]
    return "\n".join([*lines, summary(findings, files, seconds)])


def _escaped(text: str, more: str = "") -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _near(file: Path) -> Path:
    """The file as it is called from here."""
    try:
        return file.resolve().relative_to(Path.cwd())
    except ValueError:
        return file


FORMATS: dict[str, Callable[[Sequence[Finding], int, float], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_annotations,
}

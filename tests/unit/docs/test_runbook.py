"""The runbook has a row for each message an incident may show, and none for others."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from workers.settings import PROJECT

RAISED = frozenset({"PersonMustAct", "TryAgain", "LetterProblem", "UnknownHolidays", "DateOutOfRange"})
"""What becomes an incident, and what becomes the message of one."""
WORDING = PROJECT / "workers" / "runtime" / "wording.py"
PARTS = frozenset({"with_element", "shortened", "faults"})
"""Functions there that work on a message instead of giving one."""
RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text("utf-8")


def skeleton(node: ast.expr) -> str | None:
    """The fixed words of a message, with … for the rest; None for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.BinOp):
        return (skeleton(node.left) or "…") + (skeleton(node.right) or "…")
    return None


def messages() -> Iterator[str]:
    """The messages in the code."""
    for file in sorted((PROJECT / "workers").rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and name_of(node.func) in RAISED:
                found = skeleton(node.args[0])
                if found is not None:
                    yield found
                elif not is_passed_on(node.args[0]):
                    raise AssertionError(f"{file}:{node.lineno}: a message that this test cannot read")
    for function in ast.parse(WORDING.read_text("utf-8")).body:
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_") and function.name not in PARTS:
            (answer,) = (node for node in ast.walk(function) if isinstance(node, ast.Return))
            assert answer.value is not None
            found = skeleton(answer.value)
            assert found is not None, function.name
            yield found


def name_of(function: ast.expr) -> str:
    """The last part of what is called."""
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def is_passed_on(node: ast.expr) -> bool:
    """Whether the message is that of another error, or of a function of the wording, which are listed themselves."""
    return isinstance(node, ast.Call) and (
        (isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "wording")
        or ast.unparse(node.func) == "str"
    )


def rows() -> list[str]:
    """The messages in the tables of the runbook."""
    incidents = RUNBOOK.partition("## Incidents")[2].partition("### The engine's own")[0]
    cells = [line.split("|")[1].strip() for line in incidents.splitlines() if line.startswith("|")]
    return [cell for cell in cells if cell != "The message" and set(cell) != {"-"}]


@pytest.mark.parametrize("message", sorted(set(messages())))
def test_every_message_has_its_row(message: str) -> None:
    assert message.strip() in rows(), f"add to docs/runbook.md what to do about: {message}"


def test_no_row_is_about_a_message_there_is_not() -> None:
    known = {message.strip() for message in messages()}
    assert [row for row in rows() if row not in known] == []


def test_every_row_says_what_to_do() -> None:
    for line in RUNBOOK.splitlines():
        if line.startswith("|"):
            assert all(cell.strip() for cell in line.strip("|").split("|")), line

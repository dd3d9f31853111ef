"""Which story shows which paragraph: the marks on the tests, read without running or importing them.

A story names the paragraphs it shows, itself or with its whole module::

    pytestmark = pytest.mark.policy("CAP-64a")

    @pytest.mark.policy("CAP-64b", "CAP-A05")
    def test_a_late_appeal_is_admitted(...) -> None: ...
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARK = "policy"


@dataclass(frozen=True)
class Shown:
    """One paragraph shown by one story."""

    file: Path
    line: int
    story: str
    """The function's name."""
    paragraph: str

    @property
    def title(self) -> str:
        """The story in words."""
        return self.story.removeprefix("test_").replace("_", " ")


def shown_by_stories(tests_dir: Path) -> Iterator[Shown]:
    """What the stories below a folder say they show, in order. A file that is not Python is left to the other tools."""
    for file in sorted(tests_dir.rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if f"mark.{MARK}(" not in text:
            continue
        try:
            tree = ast.parse(text, str(file))
        except SyntaxError:
            continue
        stories = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        stories = [node for node in stories if node.name.startswith("test_")]
        for whole in _of_module(tree):
            yield from (Shown(file, story.lineno, story.name, whole) for story in stories)
        for story in stories:
            for mark in story.decorator_list:
                yield from (Shown(file, mark.lineno, story.name, paragraph) for paragraph in _named(mark))


def _of_module(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets):
            marks = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
            for mark in marks:
                yield from _named(mark)


def _named(mark: ast.expr) -> Iterator[str]:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith(f"mark.{MARK}"):
        for argument in mark.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value

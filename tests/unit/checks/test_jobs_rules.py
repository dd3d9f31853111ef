"""What a worker declares is what it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import workers
from workers.runtime.catalogue import job_types


def raised() -> Iterator[tuple[str, set[str]]]:
    """The codes and variables of every business outcome in the code."""
    for file in Path(workers.__path__[0]).rglob("jobs.py"):
        tree = ast.parse(file.read_text("utf-8"))
        named = {
            node.targets[0].id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BusinessOutcome"
            ):
                continue
            code = node.args[0]
            name = code.value if isinstance(code, ast.Constant) else named[ast.unparse(code)]
            given = node.args[2] if len(node.args) > 2 else None
            keys = given.keys if isinstance(given, ast.Dict) else []
            yield str(name), {str(key.value) for key in keys if isinstance(key, ast.Constant)}


def test_the_variables_that_come_with_an_error_are_declared() -> None:
    declared = {error.code: set(error.variables) for one in job_types().values() for error in one.errors}
    found = list(raised())
    assert found
    assert [(code, variables) for code, variables in found if variables != declared[code]] == []


def test_an_error_that_needs_an_input_names_one_there_is() -> None:
    for one in job_types().values():
        for error in one.errors:
            assert not error.only_with or error.only_with in one.fetched_variables

"""Forms filled as Tasklist fills them, by form-js itself in a Node process that stays up."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

from tests.forms.node import NODE, install_node_tools


@dataclass(frozen=True)
class FormField:
    """A field as a person sees it: nothing hidden is among them."""

    key: str
    """Its path in what is submitted, such as ``statement.reason`` or ``colleagues.0.name``."""
    type: str
    label: str
    value: Any
    readonly: bool
    required: bool
    options: tuple[Any, ...] = ()
    """The values offered, for fields to choose from."""


@dataclass(frozen=True)
class ShownForm:
    """A form on the screen."""

    fields: tuple[FormField, ...]
    text: str
    """Every word on it, a line for each block."""

    def field(self, key: str) -> FormField:
        """The visible field with this key.

        :raises AssertionError: there is none; the message lists those there are.
        """
        for field in self.fields:
            if field.key == key:
                return field
        raise AssertionError(f"The form shows no field {key!r}; it shows {', '.join(f.key for f in self.fields)}.")


@dataclass(frozen=True)
class FormProblem:
    """Why the form could not be submitted as asked, in form-js's words where they are form-js's."""

    field: str
    label: str
    problem: str

    def __str__(self) -> str:
        return f"{self.label} ({self.field}): {self.problem}"


class FormRefused(AssertionError):
    """The form would not let a person submit these answers."""

    def __init__(self, form_id: str, problems: Sequence[FormProblem]) -> None:
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"The form {form_id} cannot be submitted like this:\n{listed}")
        self.problems = tuple(problems)


class FormFiller:
    """Shows and fills forms; a context manager, because a Node process stands behind it."""

    def __init__(self) -> None:
        script = install_node_tools() / "form_filler.mjs"
        self._complaints = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._node = subprocess.Popen(
            [NODE, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            encoding="utf-8",
            env={**os.environ, "TZ": "Europe/London", "LC_ALL": "en_GB.UTF-8"},
        )

    def __enter__(self) -> FormFiller:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the Node process."""
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.close()
        self._node.wait(timeout=10)
        self._node.stdout.close()
        self._complaints.close()

    def show(self, schema: Mapping[str, Any], variables: Mapping[str, Any], *, now: datetime) -> ShownForm:
        """The form before anything is filled in; ``now`` is what its expressions take for the present."""
        return _shown(self._ask(schema, variables, None, now))

    def fill(
        self,
        schema: Mapping[str, Any],
        variables: Mapping[str, Any],
        answers: Mapping[str, Any],
        *,
        now: datetime,
    ) -> dict[str, Any]:
        """What Tasklist would submit once a person has given these answers.

        :param answers: value by key; dotted keys and nested mappings mean the same, a list fills a dynamic list.
        :raises FormRefused: a field is unknown, hidden or read-only, an option not offered, or form-js objects.
        """
        answer = self._ask(schema, variables, answers, now)
        if answer["problems"]:
            problems = [FormProblem(**problem) for problem in answer["problems"]]
            raise FormRefused(str(schema.get("id", "without an id")), problems)
        submitted: dict[str, Any] = answer["submitted"]
        return submitted

    def _ask(
        self,
        schema: Mapping[str, Any],
        variables: Mapping[str, Any],
        answers: Mapping[str, Any] | None,
        now: datetime,
    ) -> dict[str, Any]:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        request = {"schema": schema, "variables": variables, "answers": answers, "now": now.timestamp() * 1000}
        self._node.stdin.write(json.dumps(request) + "\n")
        self._node.stdin.flush()
        line = self._node.stdout.readline()
        if not line:
            self._complaints.seek(0)
            raise RuntimeError(f"The form filler has died.\n{self._complaints.read()}")
        answer: dict[str, Any] = json.loads(line)
        if "failure" in answer:
            raise RuntimeError(f"form-js could not show the form {schema.get('id')}.\n{answer['failure']}")
        return answer


def _shown(answer: Mapping[str, Any]) -> ShownForm:
    fields = tuple(
        FormField(
            **{**field, "options": tuple(option["value"] for option in field.get("options") or ())},
        )
        for field in answer["fields"]
    )
    return ShownForm(fields, answer["text"])

"""Example values for a template, so that a process owner sees a letter while changing its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from jinja2 import nodes

from workers.deadlines.moments import LONDON
from workers.notices.addressees import Addressee
from workers.notices.letters import Assignment, Employee, WrittenLetter, write
from workers.notices.models import Hearing
from workers.notices.placeholders import placeholders
from workers.notices.templates import Template, TemplateFolder
from workers.settings import Settings

WRITTEN_AT = datetime(2025, 3, 10, 9, 30, tzinfo=LONDON)
_MANAGER = Addressee("100022", "Peter Lindqvist", "Casework manager", "p.lindqvist@wm.example")
_EMPLOYEE = Addressee(
    "100100",
    "Alex Morgan",
    "Policy officer",
    "a.morgan@wm.example",
    ("14 Orchard Road", "Moseley", "Birmingham", "B13 9EX"),
)
_STATEMENT = (
    "This is where the words stand that somebody typed in a form. They may be long, and then they run over several "
    "lines.\n\nThey may have several paragraphs."
)


class ExamplePeople:
    """Everybody is the example manager."""

    def name_of(self, reference: str) -> str:
        """The example manager's name."""
        return _MANAGER.name

    def job_title_of(self, reference: str) -> str:
        """The example manager's job title."""
        return _MANAGER.job_title


def example_letter(folder: TemplateFolder, template: Template, settings: Settings) -> WrittenLetter:
    """The letter with example values.

    :raises LetterProblem: the template is wrong.
    """
    needed = placeholders(folder, template)
    trees = list(folder.parse(template))
    assignment = Assignment(
        reference="LTR-2025-0001",
        case_reference="CAP-2025-0001",
        written_at=WRITTEN_AT,
        recipient=_EMPLOYEE,
        employee=Employee(_EMPLOYEE.reference, _EMPLOYEE.name, _EMPLOYEE.job_title),
        by_email=True,
        copies=[_MANAGER],
        facts={name: _list_or_example(name, trees) for name in sorted(needed.facts)},
        statements=dict.fromkeys(sorted(needed.statements | needed.optional_statements), _STATEMENT),
        hearing=Hearing(
            reference="CAP-2025-0001-hearing",
            starts_at=datetime(2025, 3, 17, 10, 30, tzinfo=LONDON),
            place="Room 3, Lloyd House",
        )
        if needed.may_use_hearing
        else None,
    )
    return write(folder, template, assignment, ExamplePeople(), settings)


def _list_or_example(name: str, trees: Sequence[nodes.Template]) -> Any:
    loops = (loop for tree in trees for loop in tree.find_all(nodes.For))
    for loop in loops:
        if isinstance(loop.iter, nodes.Name) and loop.iter.name == name and isinstance(loop.target, nodes.Name):
            filtered = _of_its_filter(loop.target.name, trees)
            return [filtered] if filtered is not None else [f"first of the {name}", f"second of the {name}"]
    return _example(name, trees)


def _example(name: str, trees: Sequence[nodes.Template]) -> Any:
    if (filtered := _of_its_filter(name, trees)) is not None:
        return filtered
    if name.endswith("_reference"):
        return "DEC-2025-0001"
    return True if any(_is_question(name, tree) for tree in trees) else name.replace("_", " ")


def _of_its_filter(name: str, trees: Iterable[nodes.Template]) -> Any:
    for tree in trees:
        for used in tree.find_all(nodes.Filter):
            if isinstance(used.node, nodes.Name) and used.node.name == name:
                match used.name:
                    case "in_words":
                        return "2025-03-14"
                    case "at_time":
                        return "2025-03-14T14:00:00+00:00"
                    case "person" | "job_title":
                        return _MANAGER.reference
                    case "choose" if used.kwargs:
                        return used.kwargs[0].key
    return None


def _is_question(name: str, tree: nodes.Template) -> bool:
    """The template asks whether it is so, and never prints it."""
    printed = any(
        isinstance(node, nodes.Name) and node.name == name
        for output in tree.find_all(nodes.Output)
        for node in output.nodes
    )
    return not printed and any(
        isinstance(asked.test, nodes.Name) and asked.test.name == name for asked in tree.find_all(nodes.If)
    )

"""Forms: what they show is there, what they ask arrives, and free text does not stay in the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pydantic import ValidationError

from workers.cases.models import FileStatement
from workers.checks.evaluation import Variables
from workers.checks.finding import Finding, about, about_field
from workers.checks.forms import Form, FormField, placeholders_in
from workers.checks.kinds import ANYTHING
from workers.checks.project import Project
from workers.checks.rules.expressions import looked_at
from workers.checks.rules.statements import TYPED, moved_at_the_end, names_in
from workers.diagrams.model import Diagram, Element


def forms_are_sound(project: Project) -> Iterator[Finding]:
    """Each form by itself: every field has a key of its own, and something to choose from."""
    for form in project.forms:
        keys = Counter((field.key, field.path) for field in form.fields if field.key)
        for field in form.fields:
            if field.key and keys[field.key, field.path] > 1 and not _hides(field):
                yield about_field(
                    form,
                    field,
                    "key-used-twice",
                    f"has the key {field.key!r}, and so has another field",
                    "Give each field a key of its own.",
                )
            if field.type in {"radio", "select", "checklist", "taglist"}:
                yield from _options(form, field)
            if field.key and field.variable in TYPED and not _can_be_filed(field):
                yield about_field(
                    form,
                    field,
                    "cannot-be-filed",
                    f"is a {field.type} with the key {field.key!r}, which file_statement and open_case refuse, so what "
                    "people write stays in the engine",
                    "Make it a text with a key such as 'statement.reasons'."
                    if field.variable == "statement"
                    else "Make it a text with the key 'contact.name', 'contact.email' or 'contact.kind'.",
                )
            elif field.type == "textarea" and "." not in field.key and field.variable not in TYPED:
                yield about_field(
                    form,
                    field,
                    "free-text",
                    f"asks for free text with the key {field.key!r}, so what people write stays in the engine",
                    f"Give it the key 'statement.{field.key or 'reasons'}', which goes to the case file.",
                )


def _can_be_filed(field: FormField) -> bool:
    """Whether the job that files what is typed takes such an answer under such a key."""
    answer: object = _ANSWERS.get(field.type, "words")
    _, *names = ".".join((*field.path, field.key)).split(".")
    for name in reversed(names):
        answer = {name: answer}
    try:
        FileStatement.model_validate({"case_reference": "CAP-2025-0001", field.variable: answer})
    except ValidationError:
        return False
    return True


_ANSWERS = {"number": 1, "checkbox": True, "checklist": ["words"], "taglist": ["words"]}


def _hides(field: FormField) -> bool:
    return bool((field.properties.get("conditional") or {}).get("hide"))


def _options(form: Form, field: FormField) -> Iterator[Finding]:
    offered = field.values
    if offered is None and not field.properties.get("valuesExpression") and not field.properties.get("valuesKey"):
        yield about_field(form, field, "no-options", "offers nothing to choose from", "Add its options.")
        return
    for value, times in Counter(str(value) for value in offered or ()).items():
        if times > 1:
            yield about_field(
                form,
                field,
                "option-used-twice",
                f"offers the value {value!r} twice",
                "Give each option a value of its own.",
            )
    default = field.properties.get("defaultValue")
    if offered and isinstance(default, str) and not default.startswith("=") and default not in offered:
        yield about_field(
            form,
            field,
            "default-not-offered",
            f"has the default value {default!r}, which it does not offer",
            f"It offers {', '.join(repr(value) for value in offered)}.",
        )


def forms_show_what_there_is(project: Project) -> Iterator[Finding]:
    """Every placeholder and expression of a form reads what the task gives it; said once, for the first task."""
    said: set[tuple[object, ...]] = set()
    for diagram, element, form in _shown(project):
        inside = project.flow.inside(diagram, element)
        if inside is None:
            continue
        # Tasklist keeps what is typed under the field's key, whatever was there before.
        seen = inside.with_more(project.flow.answers(form, inside))
        for field in form.fields:
            for found in _field(project, diagram, element, form, field=field, variables=seen):
                key = (found.file, found.element_id, found.rule, found.problem.split(" (")[0])
                if key not in said:
                    said.add(key)
                    yield found


def _shown(project: Project) -> Iterator[tuple[Diagram, Element, Form]]:
    for diagram, element in project.elements():
        link = element.zeebe.form
        form = project.form_of.get(link.form_id or "") if link is not None else None
        if form is not None:
            yield diagram, element, form


def _field(
    project: Project,
    diagram: Diagram,
    element: Element,
    form: Form,
    *,
    field: FormField,
    variables: Variables,
) -> Iterator[Finding]:
    where = f"as '{' '.join(element.name.split()) or element.id}' in {diagram.file.name} shows it"
    if field.path:
        variables = Variables(variables.known, open=True)

    def make(rule: str, problem: str, remedy: str) -> Finding:
        return about_field(form, field, rule, f"{problem} ({where})", remedy)

    for called, text in field.expressions:
        asks = called in {"condition for hiding it", "read-only condition"}
        yield from looked_at(project, f"={text}", variables, f"in its {called}", make, asks=asks, element=element)
    for called, words in field.texts:
        found = placeholders_in(words)
        loops = any(one.block == "loop" for one in found)
        for one in found:
            seen = Variables({**variables.known, "this": ANYTHING, "parent": ANYTHING}, open=loops or variables.open)
            asks, source = one.block == "if", f"={one.expression}"
            yield from looked_at(project, source, seen, f"in its {called}", make, asks=asks, element=element)


def answers_arrive(project: Project) -> Iterator[Finding]:
    """What somebody answers is not lost in the task."""
    for diagram, element, form in _shown(project):
        if element.type != "userTask":
            continue
        own = {mapping.target.split(".")[0] for mapping in element.zeebe.inputs}
        if element.repetition is not None:
            own |= {element.repetition.input_element or "", "loopCounter"}
        brought_out = _brought_out(project, element)
        said: set[str] = set()
        for field in form.fields:
            name = field.variable
            if not _is_answered(field) or name not in own - brought_out - set(TYPED) - said:
                continue
            said.add(name)
            yield about(
                diagram,
                element.id,
                "answer-lost",
                f"asks '{field.label or field.key}' in its form, but has an input '{name}' of that name, so the answer "
                f"never leaves the task, and everything after it goes by what '{name}' was before",
                f"Give '{name}' its value before the task, not from an input of the task"
                + (f", or add an output mapping '{name}'." if not moved_at_the_end(project, element) else "."),
            )


def _is_answered(field: FormField) -> bool:
    """Whether somebody can change what is in the field; an expression counts as sometimes."""
    return bool(field.key) and field.properties.get("readonly") is not True and not field.properties.get("disabled")


def _brought_out(project: Project, element: Element) -> set[str]:
    """The variables that output mappings read, and what gathers the answers of a repeated task."""
    sources = [mapping.source for mapping in element.zeebe.outputs]
    if element.repetition is not None:
        sources.append(element.repetition.output_element or "")
    return {name for source in sources for name in names_in(project, source)}

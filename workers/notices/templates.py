"""Templates: found by name, filled with values in a sandbox, strict about every name they use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Protocol

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    nodes,
    pass_context,
)
from jinja2 import Template as JinjaTemplate
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workers.notices import frontmatter
from workers.notices.escaping import Formatted, as_quotation, escape, one_line
from workers.notices.failures import LetterProblem
from workers.notices.frontmatter import FrontMatter
from workers.notices.words import at_time, in_words

GIVEN = frozenset({"recipient", "employee", "case", "letter", "organisation", "hearing", "statement"})
"""Names every template may use beside the facts its diagram supplies."""

_NAME = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
_PEOPLE = "_people"


class UnknownReference(Exception):
    """Nobody in the records has this staff number or contact reference."""


class People(Protocol):
    """Who is meant by a staff number or ``contact:<reference>``."""

    def name_of(self, reference: str) -> str:
        """The name.

        :raises UnknownReference: nobody has that reference.
        """
        ...

    def job_title_of(self, reference: str) -> str:
        """The job title; of a contact, what they are to the case.

        :raises UnknownReference: nobody has that reference.
        """
        ...


class Values:
    """A group of values a template reads as ``label.name``; a name that is not there is an error that says so."""

    def __init__(self, label: str, values: Mapping[str, Any]) -> None:
        self._label = label
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __str__(self) -> str:
        raise _Unprintable("is a group of values; name one of them after a dot")


@dataclass(frozen=True)
class Template:
    """A template as it is on disk: its front matter and its body, which is Markdown with placeholders."""

    name: str
    front: FrontMatter
    body: str

    @property
    def lines(self) -> tuple[str, ...]:
        """What is filled besides the body, each as one line."""
        return (self.front.subject, self.front.calendar, self.front.copies_say, *self.front.enclosures)


class TemplateFolder:
    """The templates below a folder: ``<policy>/<name>.md``, and partials included from ``_layout/``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bodies = _environment(folder, finalize=_in_markdown)
        self._bodies.filters["as_quotation"] = _filter(lambda value: as_quotation(_text(value)))
        self._lines = _environment(folder, finalize=_in_line)

    def names(self) -> list[str]:
        """Every template there is, partials left out."""
        return sorted(
            path.relative_to(self.folder).with_suffix("").as_posix()
            for path in self.folder.glob("*/*.md")
            if not path.parent.name.startswith("_")
        )

    def load(self, name: str) -> Template:
        """The template ``name``, such as ``capability/capability_appeal_decision``.

        :raises LetterProblem: there is none, or its front matter is wrong.
        """
        path = self.folder / f"{name}.md"
        if not _NAME.fullmatch(name) or not path.is_file():
            raise LetterProblem(
                f"There is no template {name!r}: the input 'template' names a file below templates/, "
                "as policy/name without .md. Correct the name in the diagram or add the file."
            )
        front, body = frontmatter.split(name, path.read_text(encoding="utf-8"))
        return Template(name, front, body)

    def parse(self, template: Template) -> Iterator[nodes.Template]:
        """The syntax trees of the body, of every partial it includes, and of the lines of the front matter.

        :raises LetterProblem: one of them has broken syntax, or a partial is missing.
        """
        yield from self._parse_body(template.name, f"{template.name}.md", template.body, set())
        for line in template.lines:
            with _explaining(template.name, self.folder, line, head=True):
                yield self._lines.parse(line)

    def _parse_body(self, name: str, file: str, source: str, seen: set[str]) -> Iterator[nodes.Template]:
        with _explaining(name, self.folder, source):
            tree = self._bodies.parse(_with_paragraphs(source), file)
        yield tree
        for include in tree.find_all(nodes.Include):
            if not isinstance(include.template, nodes.Const) or not isinstance(include.template.value, str):
                raise LetterProblem(f"Line {include.lineno} of the template {name} must include a file by its name.")
            partial = include.template.value
            if partial in seen:
                continue
            seen.add(partial)
            with _explaining(name, self.folder, source):
                assert self._bodies.loader is not None  # noqa: S101 - set where the environment is made
                included, _, _ = self._bodies.loader.get_source(self._bodies, partial)
            yield from self._parse_body(partial, partial, included, seen)

    def fill_body(self, template: Template, values: Mapping[str, Any], people: People) -> str:
        """The body as Markdown, every value in it escaped.

        :raises LetterProblem: a placeholder has no value or one that cannot be printed, or the letter is empty.
        """
        markdown = self._fill(self._bodies, template.name, template.body, values, people)
        if not markdown.strip():
            raise LetterProblem(
                f"The template {template.name} gives an empty letter with these facts. "
                "Check its conditions against the inputs 'facts' and 'statements'."
            )
        return markdown

    def fill_line(self, template: Template, line: str, values: Mapping[str, Any], people: People) -> str:
        """A line of the front matter as plain text.

        :raises LetterProblem: a placeholder has no value, or one that does not belong in one line.
        """
        return one_line(self._fill(self._lines, template.name, line, values, people))

    def _fill(
        self,
        environment: ImmutableSandboxedEnvironment,
        name: str,
        source: str,
        values: Mapping[str, Any],
        people: People,
    ) -> str:
        with _explaining(name, self.folder, source, head=environment is self._lines):
            compiled = _compiled(environment, source, str(self.folder / f"{name}.md"))
            return compiled.render({**values, _PEOPLE: people})


class _Loader(FileSystemLoader):
    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, file, is_current = super().get_source(environment, template)
        return _with_paragraphs(source), file, is_current


_INCLUDE = re.compile(r"(\{%[-+]?\s*include\s[^%]*?)\s*(?<![-+])%\}")


def _with_paragraphs(source: str) -> str:
    """The line end after an include is kept, unlike that after other tags, so that what follows is a new paragraph."""
    return _INCLUDE.sub(r"\1 +%}", source)


@lru_cache(maxsize=512)
def _compiled(environment: ImmutableSandboxedEnvironment, source: str, file: str) -> JinjaTemplate:
    code = environment.compile(_with_paragraphs(source), name=file, filename=file)
    return environment.template_class.from_code(environment, code, environment.make_globals(None), None)


def _environment(folder: Path, finalize: Callable[[Any], str]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=_Loader(folder),
        undefined=_Missing,
        finalize=finalize,
        # Every value is escaped for Markdown instead, by finalize.
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    environment.filters["in_words"] = _filter(lambda value: _date(in_words, value, "a date"))
    environment.filters["at_time"] = _filter(lambda value: _date(at_time, value, "a date and time"))
    environment.filters["choose"] = _choose
    environment.filters["person"] = _of_person(lambda people, reference: people.name_of(reference))
    environment.filters["job_title"] = _of_person(lambda people, reference: people.job_title_of(reference))
    return environment


class _Chosen(str):
    """A text the template itself holds; unlike a value it may be empty."""

    __slots__ = ()


class _Unprintable(Exception):
    """A value was given but a letter cannot show it."""


class _Missing(StrictUndefined):
    """A placeholder without a value: whoever uses it gets an error whose message is the placeholder's name."""

    @property
    def _undefined_message(self) -> str:
        label = getattr(self._undefined_obj, "_label", None)
        return f"{label}.{self._undefined_name}" if label else str(self._undefined_name)


def _in_markdown(value: Any) -> str:
    return value if isinstance(value, Formatted) else escape(_text(value))


def _in_line(value: Any) -> str:
    text = _text(value)
    if any(character in text for character in "\r\n"):
        raise _Unprintable("has more than one line, which a subject or a line of the front matter cannot hold")
    return text


def _text(value: Any) -> str:
    if isinstance(value, Undefined):
        return str(value)
    if value is None or (value == "" and not isinstance(value, _Chosen)):
        raise _Unprintable("is empty")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _Unprintable("is not a text or a number; ask about it with {% if %} or use a filter")
    return str(value)


def _date(print_date: Callable[[Any], str], value: Any, wanted: str) -> str:
    if value is None or value == "":
        raise _Unprintable("is empty")
    try:
        return print_date(value)
    except (ValueError, TypeError):
        raise _Unprintable(f"is not {wanted} in ISO 8601") from None


def _choose(value: Any, **texts: str) -> str:
    """The text for a value that is one of a few words."""
    chosen = texts.get(value) if isinstance(_defined(value), str) else None
    if chosen is None:
        raise _Unprintable(f"is none of {', '.join(texts)}")
    return _Chosen(chosen)


def _filter(work: Callable[[Any], str]) -> Callable[[Any], str]:
    def apply(value: Any) -> str:
        return work(_defined(value))

    return apply


def _of_person(ask: Callable[[People, str], str]) -> Callable[[Context, Any], str]:
    @pass_context
    def apply(context: Context, value: Any) -> str:
        reference = _text(_defined(value))
        try:
            return ask(context[_PEOPLE], reference)
        except UnknownReference:
            raise _Unprintable("is not a staff number or contact reference in the records") from None

    return apply


def _defined(value: Any) -> Any:
    if isinstance(value, Undefined):
        str(value)
    return value


class _explaining:  # noqa: N801 - reads as a statement: with _explaining(...)
    """Turns what Jinja raises into a sentence that names template, line and placeholder, and no value."""

    def __init__(self, name: str, folder: Path, source: str, *, head: bool = False) -> None:
        self._name = name
        self._folder = folder
        self._source = source
        self._head = head

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        match error:
            case UndefinedError():
                self._missing(str(error.message))
            case _Unprintable():
                file, line = self._where(traceback)
                raise LetterProblem(
                    f"{self._placeholder(file, line)} in {self._place(file, line)} {error}. "
                    "Correct what the diagram supplies, or the template."
                ) from None
            case TemplateSyntaxError():
                file = self._file(error.filename or error.name)
                raise LetterProblem(
                    f"There is broken syntax in {self._place(file, error.lineno)}: {error.message}"
                ) from None
            case TemplateNotFound():
                raise LetterProblem(
                    f"The template {self._name} includes {error.name!r}, which is not below templates/."
                ) from None
            case SecurityError():
                raise LetterProblem(f"The template {self._name} uses something the sandbox forbids.") from None
            case TemplateError() | TypeError() | ValueError() | ArithmeticError() | LookupError():
                file, line = self._where(traceback)
                raise LetterProblem(
                    f"What is in {self._place(file, line)} cannot work with the values given. "
                    "Compare its placeholders with what the diagram supplies."
                ) from None

    def _missing(self, placeholder: str) -> NoReturn:
        group, _, rest = placeholder.partition(".")
        if group == "statement" and rest:
            remedy = f"File the statement {rest!r} on the case and name it in the input 'statements'."
        elif group == "hearing":
            remedy = "Give the input 'hearing'."
        elif rest:
            remedy = f"A template cannot ask this of {group!r}: correct the template."
        else:
            remedy = f"Give it in the input 'facts' as {placeholder!r}."
        raise LetterProblem(
            f"The template {self._name} needs {placeholder!r}, which was not supplied. {remedy}"
        ) from None

    def _where(self, traceback: TracebackType | None) -> tuple[str, int]:
        found = (self._name, 0)
        while traceback is not None:
            file = Path(traceback.tb_frame.f_code.co_filename)
            if file.suffix == ".md" and self._folder in file.parents:
                found = (self._file(str(file)), traceback.tb_lineno)
            traceback = traceback.tb_next
        return found

    def _place(self, file: str, line: int) -> str:
        if self._head and file == self._name:
            return f"the front matter of the template {file}"
        return f"line {line} of the template {file}"

    def _file(self, file: str | None) -> str:
        if file is None:
            return self._name
        path = Path(file)
        return (path.relative_to(self._folder) if self._folder in path.parents else path).with_suffix("").as_posix()

    def _placeholder(self, file: str, line: int) -> str:
        source = self._source
        if file != self._name:
            source = (self._folder / f"{file}.md").read_text(encoding="utf-8")
        lines = source.splitlines()
        found = re.findall(r"\{\{-?\s*([A-Za-z_][\w.]*)", lines[line - 1] if 0 < line <= len(lines) else "")
        return "The value of " + (" or ".join(repr(name) for name in dict.fromkeys(found)) or "a placeholder")

"""Write into a diagram which element template, in which version, each element was made with.

Only the attributes ``zeebe:modelerTemplate`` and ``zeebe:modelerTemplateVersion`` change; the rest of the file stays
as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workers.checks.element_template_files import TemplateFile
from workers.checks.element_templates import CHOSEN_LETTER, ID_PREFIX, LETTER_PROCESS, WORKED_OUT_LETTER, Json
from workers.diagrams.model import Diagram, DiagramError, Element
from workers.diagrams.reading import ZEEBE, read_diagram_bytes

TEMPLATE = "modelerTemplate"
VERSION = "modelerTemplateVersion"

_COMMENT = r"<!--.*?-->|<!\[CDATA\[.*?\]\]>"
_ATTRIBUTE = r"""\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*')"""
_TAG = re.compile(rf"{_COMMENT}|<(?P<name>[\w:.-]+)(?P<attributes>(?:{_ATTRIBUTE})*)(?P<end>\s*/?>)", re.DOTALL)
_ID = re.compile(r"""\sid\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(frozen=True)
class Mark:
    """The template an element was made with."""

    template: str
    version: int


def fitting_template(element: Element) -> str | None:
    """The id of the template an element is made with; None where no template is for it."""
    zeebe = element.zeebe
    if element.type == "serviceTask" and zeebe.task is not None and zeebe.task.type:
        return f"{ID_PREFIX}{zeebe.task.type}"
    if element.type == "callActivity" and zeebe.called_process and zeebe.called_process.process_id == LETTER_PROCESS:
        letter = next((mapping.source for mapping in zeebe.inputs if mapping.target == "template"), "")
        return CHOSEN_LETTER if is_stated(letter) else WORKED_OUT_LETTER
    return None


def is_stated(source: str) -> bool:
    """Whether an input's source is a plain text rather than something worked out."""
    return not source.startswith("=") or re.fullmatch(r'=\s*"[^"]*"\s*', source) is not None


def marks(diagram: Diagram, files: Mapping[str, TemplateFile]) -> Iterator[tuple[Element, Mark | None]]:
    """Each element that should have a template with the current version of it; with None where there is no file."""
    for element in diagram.elements.values():
        wanted = fitting_template(element)
        if wanted is not None:
            found = files.get(wanted)
            yield element, Mark(wanted, found.version) if found else None


def marked(content: bytes, diagram: Diagram, wanted: Mapping[str, Mark]) -> bytes:
    """The file's content with each element of ``wanted``, by id, marked.

    :raises DiagramError: it is not in UTF-8, does not declare the Zeebe namespace at its top, or an element is not
        found as it is read.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DiagramError(diagram.file, None, "the file is not in UTF-8. Save it with the Modeler.") from error
    prefix = _prefix(text, diagram)
    placed: set[str] = set()

    def mark(tag: re.Match[str]) -> str:
        if tag["name"] is None or (found := _ID.search(tag["attributes"])) is None:
            return tag[0]
        element_id = found[1] or found[2]
        if element_id not in wanted or _local(tag["name"]) != diagram.elements[element_id].type:
            return tag[0]
        placed.add(element_id)
        attributes = _set(tag["attributes"], f"{prefix}:{TEMPLATE}", wanted[element_id].template)
        attributes = _set(attributes, f"{prefix}:{VERSION}", str(wanted[element_id].version))
        return f"<{tag['name']}{attributes}{tag['end']}"

    changed = _TAG.sub(mark, text).encode("utf-8")
    after = read_diagram_bytes(changed, diagram.file).elements
    for element_id, mark_wanted in wanted.items():
        zeebe = after[element_id].zeebe
        if element_id not in placed or (zeebe.template, zeebe.template_version) != (
            mark_wanted.template,
            str(mark_wanted.version),
        ):
            raise DiagramError(
                diagram.file, diagram.line_of(element_id), f"{element_id} cannot be marked. Save it with the Modeler."
            )
    return changed


def _prefix(text: str, diagram: Diagram) -> str:
    head = re.search(r"<[\w.-]*:?definitions\b[^>]*>", text)
    declared = re.search(rf"""xmlns:([\w.-]+)\s*=\s*["']{re.escape(ZEEBE.strip("{}"))}["']""", head[0] if head else "")
    if declared is None:
        raise DiagramError(
            diagram.file, 1, "the file does not declare the Zeebe namespace at its top. Save it with the Modeler."
        )
    return declared[1]


def _set(attributes: str, name: str, value: str) -> str:
    pattern = re.compile(rf"""(\s{re.escape(name)}\s*=\s*)(?:"[^"]*"|'[^']*')""")
    if pattern.search(attributes):
        return pattern.sub(rf'\g<1>"{value}"', attributes)
    return f'{attributes} {name}="{value}"'


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def shown_inputs(template: Json) -> dict[str, Json]:
    """The inputs a template asks, by variable."""
    return {
        shown["binding"]["name"]: shown
        for shown in template["properties"]
        if shown["binding"]["type"] == "zeebe:input" and "name" in shown["binding"]
    }

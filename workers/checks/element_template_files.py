"""The element templates on disk: one file per template, its current version first.

A file keeps an older version as long as a diagram carries it: the Modeler offers an update only from a version it
knows. A version rises whenever the content changes, except where only what its drop-downs list has: a new letter is a
longer menu, and diagrams need no update for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from workers.checks.element_templates import ID_PREFIX, ElementTemplate, Json
from workers.diagrams.model import Diagram

FOLDER = Path(".camunda") / "element-templates"

RESTORE = "Restore the file as it was committed, then run 'dueprocess templates write'."
"""What to do with a file that cannot be read."""


class TemplateFileError(Exception):
    """A file holds no element templates; the message is the end of a sentence that begins with the file."""


@dataclass(frozen=True)
class TemplateFile:
    """The versions of one template, the current one first."""

    file: Path
    versions: tuple[Json, ...]

    @property
    def id(self) -> str:
        """What diagrams carry."""
        return str(self.versions[0]["id"])

    @property
    def current(self) -> Json:
        """The version the Modeler offers."""
        return self.versions[0]

    @property
    def version(self) -> int:
        """The number of the current version."""
        return int(self.versions[0]["version"])

    def of_version(self, version: int) -> Json | None:
        """The template as it was in that version, if the file still has it."""
        return next((kept for kept in self.versions if kept["version"] == version), None)


def file_of(template: ElementTemplate, bpmn_dir: Path) -> Path:
    """Where a template stands."""
    return bpmn_dir / FOLDER / f"{template.name}.json"


def files_in(bpmn_dir: Path) -> list[Path]:
    """The files of the templates there are, by name."""
    return sorted((bpmn_dir / FOLDER).glob("*.json"))


def read_file(file: Path) -> TemplateFile:
    """Read a file.

    :raises TemplateFileError: it is not a list of versions of the template of its name, newest first.
    """
    try:
        content = json.loads(file.read_bytes())
    except (ValueError, OSError) as error:
        raise TemplateFileError(f"is no JSON that can be read: {error}") from error
    if not isinstance(content, list) or not content:
        raise TemplateFileError("is no list of element templates")
    for version in content:
        _require_template(version)
    if others := {version["id"] for version in content} - {f"{ID_PREFIX}{file.stem}"}:
        raise TemplateFileError(f"holds the template {', '.join(sorted(others))}, which its name does not say")
    numbers = [version["version"] for version in content]
    if any(newer <= older for newer, older in pairwise(numbers)):
        raise TemplateFileError(
            f"lists the versions {', '.join(map(str, numbers))}, not each once with the newest first"
        )
    return TemplateFile(file, tuple(content))


def read_files(bpmn_dir: Path) -> dict[str, TemplateFile]:
    """The files that can be read, by the id of their template."""
    found = {}
    for file in files_in(bpmn_dir):
        try:
            read = read_file(file)
        except TemplateFileError:
            continue
        found[read.id] = read
    return found


def _require_template(version: Any) -> None:
    if not isinstance(version, dict):
        raise TemplateFileError("lists something that is no element template")
    for key, wanted in (("id", str), ("name", str), ("version", int), ("properties", list), ("appliesTo", list)):
        if not isinstance(version.get(key), wanted) or isinstance(version.get(key), bool):
            raise TemplateFileError(f"holds a template without a correct '{key}'")
    for shown in version["properties"]:
        if not isinstance(shown, dict) or not isinstance(shown.get("type"), str):
            raise TemplateFileError("holds a property without a correct 'type'")
        if not isinstance(shown.get("binding"), dict) or not isinstance(shown["binding"].get("type"), str):
            raise TemplateFileError("holds a property without a correct 'binding'")
        if shown["type"] == "Hidden" and "value" not in shown:
            raise TemplateFileError("holds a hidden property without a 'value'")
        if shown["type"] == "Dropdown" and not _are_choices(shown.get("choices")):
            raise TemplateFileError("holds a drop-down without correct 'choices'")


def _are_choices(choices: Any) -> bool:
    return isinstance(choices, list) and all(isinstance(choice, dict) and "value" in choice for choice in choices)


def with_version(template: ElementTemplate, version: int) -> Json:
    """The template as it stands in a file."""
    ordered: Json = {}
    for key, value in template.content.items():
        ordered[key] = value
        if key == "id":
            ordered["version"] = version
    return ordered


def versions_carried(diagrams: Iterable[Diagram]) -> Mapping[str, frozenset[int]]:
    """The versions of each template that elements carry."""
    carried: dict[str, set[int]] = {}
    for diagram in diagrams:
        for element in diagram.elements.values():
            version = element.zeebe.template_version or ""
            if element.zeebe.template and version.isdecimal():
                carried.setdefault(element.zeebe.template, set()).add(int(version))
    return {template: frozenset(versions) for template, versions in carried.items()}


def updated(template: ElementTemplate, present: TemplateFile | None, carried: frozenset[int]) -> list[Json]:
    """What the template's file should hold.

    :param present: what it holds; None where there is none.
    :param carried: the versions diagrams carry. A file that was lost begins above them.
    """
    if present is None:
        return [with_version(template, 1 + max(carried, default=0))]
    same = _without_choices(present.current) == _without_choices(with_version(template, present.version))
    version = present.version if same else 1 + max({present.version, *carried})
    older = [kept for kept in present.versions if kept["version"] < version and kept["version"] in carried]
    return [with_version(template, version), *older]


def text_of(versions: Sequence[Json]) -> str:
    """A file's text."""
    return json.dumps(list(versions), indent=2, ensure_ascii=False) + "\n"


def _without_choices(template: Json) -> Json:
    properties = [{key: value for key, value in shown.items() if key != "choices"} for shown in template["properties"]]
    return template | {"properties": properties}


def write_templates(
    templates: Iterable[ElementTemplate], diagrams: Iterable[Diagram], bpmn_dir: Path
) -> tuple[list[TemplateFile], list[Path]]:
    """Bring the files up to date.

    :returns: the files written, and those removed because nothing they describe is there any more.
    :raises TemplateFileError: a file cannot be read, so nobody knows which version comes next. Nothing was written.
    """
    carried = versions_carried(diagrams)
    wanted = {file_of(template, bpmn_dir): template for template in templates}
    written: list[TemplateFile] = []
    for file, template in wanted.items():
        try:
            present = read_file(file) if file.exists() else None
        except TemplateFileError as error:
            raise TemplateFileError(f"{file} {error}. {RESTORE}") from error
        versions = updated(template, present, carried.get(template.id, frozenset()))
        if present is None or list(present.versions) != versions:
            written.append(TemplateFile(file, tuple(versions)))
    removed = [file for file in files_in(bpmn_dir) if file not in wanted]
    for update in written:
        update.file.parent.mkdir(parents=True, exist_ok=True)
        update.file.write_text(text_of(update.versions), encoding="utf-8", newline="\n")
    for file in removed:
        file.unlink()
    return written, removed

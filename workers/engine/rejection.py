"""The engine's reasons for refusing a deployment, as sentences that name the file and the element."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

OF_FILE = re.compile(r"^'(?P<file>[^']+)': ?(?P<rest>.*)$")
ELEMENT = re.compile(r"^- Element: (?P<path>.+)$")
PROBLEM = re.compile(r"^\s*- (?:ERROR|WARNING): (?P<text>.+)$")
AT_LINE = re.compile(r"^(?:Fatal )?Error: URI=\S+ Line=(?P<line>\d+): (?:cvc-[\w.-]+: )?(?P<text>.+)$")
PREAMBLE = re.compile(r"^(?:.*rejected with code|Command ').*encountered the following errors:\s*", re.DOTALL)


def problems(message: str, files: Mapping[str, bytes]) -> list[str]:
    """What is wrong, a sentence each.

    :param message: what the engine answered.
    :param files: what was deployed, by name; the elements' labels are looked up in it.
    """
    found: list[str] = []
    file, path = "", ""
    for line in PREAMBLE.sub("", message).splitlines():
        rest = line
        if named := OF_FILE.match(line):
            file, path, rest = named["file"], "", named["rest"]
        if element := ELEMENT.match(rest):
            path = element["path"]
        elif problem := PROBLEM.match(rest):
            found.append(f"{_place(file, path, files)}: {_sentence(problem['text'])}")
        elif at := AT_LINE.match(rest):
            found.append(f"{file}, line {at['line']}: {_sentence(_without_namespaces(at['text']))}")
        elif rest.strip():
            found.append(f"{file}: {_sentence(rest)}" if file and named else _sentence(rest))
    return found or [_sentence(message)]


def _place(file: str, path: str, files: Mapping[str, bytes]) -> str:
    element, _, below = path.partition(" > ")
    label = _label(files.get(file, b""), element)
    place = f"{file}, {label} ({element})" if label else f"{file}, {element}"
    details = [part for part in below.split(" > ") if part and part != "extensionElements"]
    return f"{place}, in its {' '.join(details)}" if details else place


def _label(content: bytes, element: str) -> str:
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return ""
    labels = [str(found.get("name") or "") for found in root.iter() if found.get("id") == element]
    return f"“{' '.join(labels[0].split())}”" if labels and labels[0] else ""


def _without_namespaces(text: str) -> str:
    return re.sub(r'\{?"http[^"]+":(\w+)\}?', r"\1", text)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."

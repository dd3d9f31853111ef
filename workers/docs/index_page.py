"""The first page of ``docs/``: what there is to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from workers.diagrams.model import one_line
from workers.docs.markdown import cell, link, page, section, table
from workers.docs.policy_page import state_of
from workers.docs.sources import Sources

INDEX = "README.md"


def index_page(sources: Sources) -> str:
    """Write it."""
    return page(_lines(sources))


def _lines(sources: Sources) -> Iterator[str]:
    here = sources.folders.docs / INDEX
    yield from ("# Documentation", "")
    for file in sorted(sources.folders.docs.glob("*.md")):
        if file.name != INDEX:
            yield f"- {link(_title(file), file, here)}"
    decisions = sources.folders.docs / "decisions"
    if decisions.is_dir():
        yield f"- {link('Decisions', decisions / INDEX, here)}: why things are as they are"
    yield ""
    yield from section("Procedures", list(_procedures(sources, here)))
    yield from section("What the policies ask, and where it is met", _policies(sources, here))


def _procedures(sources: Sources, here: Path) -> Iterator[str]:
    folders: dict[str, list[tuple[str, str]]] = {}
    for diagram, process in sources.processes:
        row = (sources.to_procedure(process.id, here), cell(process.documentation))
        folders.setdefault(diagram.file.parent.name, []).append(row)
    titles = {register.folder: register.policy.title for register in sources.registers.policies}
    for folder, rows in folders.items():
        yield from (f"### {titles.get(folder, folder.replace('_', ' ').capitalize())}", "")
        yield from table(("Procedure", "What it does"), rows)


def _policies(sources: Sources, here: Path) -> list[str]:
    rows = []
    for register in sources.registers.policies:
        counted = Counter(state_of(sources, register, entry) for entry in register.requirements)
        shown = sum(1 for entry in register.requirements if sources.stories_of.get(entry.id))
        rows.append(
            (
                link(register.policy.title, sources.policy_page(register.folder), here),
                str(len(register.requirements)),
                *(str(counted[state]) for state in ("met", "planned", "not met", "nothing to do")),
                str(shown),
            )
        )
    heads = ("Policy", "Entries", "Met", "Planned", "Not met, with a reason", "Nothing to do", "Shown by a story")
    return table(heads, rows)


def _title(file: Path) -> str:
    lines = (one_line(line) for line in file.read_text(encoding="utf-8").splitlines())
    return next((line.removeprefix("# ") for line in lines if line.startswith("# ")), file.stem)

"""All pages and pictures that are written, and which of those on disk are not as they would be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from workers.checks.finding import Finding, Severity
from workers.checks.project import Project
from workers.checks.register import read_registers
from workers.diagrams.picture import draw
from workers.docs.index_page import INDEX, index_page
from workers.docs.markdown import GENERATED
from workers.docs.policy_page import policy_page
from workers.docs.procedure_page import procedure_page
from workers.docs.sources import Folders, Sources


def all_pages(sources: Sources) -> Mapping[Path, str]:
    """Everything that is written, by file."""
    written: dict[Path, str] = {sources.folders.docs / INDEX: index_page(sources)}
    for diagram in sources.project.diagrams:
        written[sources.picture(diagram)] = draw(diagram)
    for diagram, process in sources.processes:
        written[sources.procedure_page(process.id)] = procedure_page(sources, diagram, process)
    for register in sources.registers.policies:
        written[sources.policy_page(register.folder)] = policy_page(sources, register)
    return written


def leftovers(docs: Path, pages: Mapping[Path, str]) -> list[Path]:
    """Pages written once that nothing would write now, and pictures of no diagram."""
    found = [*docs.glob("procedures/*.md"), *docs.glob("requirements/*.md")]
    ours = [file for file in found if file.read_text(encoding="utf-8").startswith(GENERATED)]
    return sorted(file for file in (*ours, *docs.glob("pictures/*.svg")) if file not in pages)


def write_pages(sources: Sources) -> list[Path]:
    """Write what is missing or stale and remove what is left over; the files touched, in order.

    :raises OSError: a file cannot be written.
    """
    pages = all_pages(sources)
    changed = [file for file, text in pages.items() if _on_disk(file) != text]
    for file in changed:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(pages[file], encoding="utf-8")
    gone = leftovers(sources.folders.docs, pages)
    for file in gone:
        file.unlink()
    return sorted((*changed, *gone))


def stale_pages(sources: Sources) -> Iterator[Finding]:
    """The pages that are not as they would be written now."""
    pages = all_pages(sources)
    for file, text in pages.items():
        there = _on_disk(file)
        if there != text:
            yield _stale(file, "is out of date" if there is not None else "is missing")
    for file in leftovers(sources.folders.docs, pages):
        yield _stale(file, "is about something that is no more")


def pages_up_to_date(project: Project, *, folders: Folders | None = None) -> Iterator[Finding]:
    """The same as a check over a project that is read already."""
    where = folders or Folders(project.bpmn_dir, project.templates_dir)
    return stale_pages(Sources(where, project, read_registers(where.policies)))


def _stale(file: Path, problem: str) -> Finding:
    remedy = "Run 'dueprocess docs' and commit what it writes."
    return Finding(file, "stale-page", problem, remedy, severity=Severity.WARNING)


def _on_disk(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None

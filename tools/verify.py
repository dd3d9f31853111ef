"""Check everything that a change must not break, quickest first, and end with a table of what was found.

``python tools/verify.py [STEP ...]`` runs the named steps; without names, those that need no browser and little time.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable


@dataclass(frozen=True)
class Step:
    """One command, and whether it runs when nothing is named."""

    name: str
    shows: str
    commands: tuple[tuple[str, ...], ...]
    by_default: bool = True


def pytest(*paths: str) -> tuple[str, ...]:
    return (PYTHON, "-m", "pytest", "-q", *paths)


STEPS = (
    Step(
        "style",
        "ruff: style and common mistakes",
        (
            (PYTHON, "-m", "ruff", "check", "--quiet", "."),
            (PYTHON, "-m", "ruff", "format", "--quiet", "--check", "."),
        ),
    ),
    Step("types", "mypy: types, strictly", ((PYTHON, "-m", "mypy"),)),
    Step("unit", "pure Python, no engine", (pytest("tests/unit"),)),
    Step(
        "check",
        "the procedures: will they work? And does the check see when they do not?",
        ((PYTHON, "-m", "workers.cli", "check"), pytest("tests/checks")),
    ),
    Step(
        "diagrams",
        "diagrams, forms and element templates, by the Modeler's and Tasklist's own code",
        (pytest("tests/forms"),),
    ),
    Step("runtime", "the job loop against a gateway", (pytest("tests/runtime"),)),
    Step("scenarios", "stories on the real engine", (pytest("tests/scenarios", "--require-full-coverage"),)),
    Step("platform", "the whole platform: start, stop, start again", (pytest("tests/platform"),), by_default=False),
    Step("migration", "running cases go on by a changed diagram", (pytest("tests/migration"),), by_default=False),
    Step(
        "newest",
        "the diagrams on the newest engine: all deployed, the appeal's stories told",
        (
            pytest("tests/newest_engine"),
            pytest("tests/scenarios/test_capability_appeal.py", "--engine", "newest"),
        ),
        by_default=False,
    ),
    Step("browser", "Tasklist and Operate in a browser", (pytest("tests/browser"),), by_default=False),
    Step(
        "containers", "image, Compose file and backups in containers", (pytest("tests/containers"),), by_default=False
    ),
    Step("chaos", "kill -9 under load: no letter lost or doubled", (pytest("tests/chaos", "-s"),), by_default=False),
)


def main(names: list[str]) -> int:
    """Run the steps; the exit code is 0 when all of them passed."""
    unknown = set(names) - {step.name for step in STEPS} - {"all"}
    if unknown:
        print(f"No such step: {', '.join(sorted(unknown))}. There are: {', '.join(step.name for step in STEPS)}.")
        return 2
    chosen = [step for step in STEPS if "all" in names or (step.name in names if names else step.by_default)]
    console = Console()
    table = Table("step", "what it checks", "result", "seconds", title="Due Process: what was checked")
    failed = 0
    for step in chosen:
        console.rule(f"[bold]{step.name}[/]: {step.shows}")
        began = time.monotonic()
        passed = all(subprocess.run(command, cwd=PROJECT, check=False).returncode == 0 for command in step.commands)  # noqa: S603
        failed += not passed
        result = "[green]passed[/]" if passed else "[red]FAILED[/]"
        table.add_row(step.name, step.shows, result, f"{time.monotonic() - began:.1f}")
    console.print(table)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

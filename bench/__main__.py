"""``python -m bench``: measure, print a table, and write ``build/bench/results.json``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform as machine
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from bench import growth, idling, jobs, letters, triggers
from bench.child import PROJECT
from bench.figures import Figure, Report
from bench.load import Load, open_load
from bench.size import QUICK, Size
from workers.engine.platform import Shape, running_platform
from workers.settings import Settings

RESULTS = PROJECT / "build" / "bench" / "results.json"

PARTS = {
    "backlog": jobs.backlog,
    "live": jobs.live,
    "latency": jobs.latency,
    "idle": idling.idling,
    "letters": letters.sending,
    "paper": letters.printing,
    "growth": growth.growing,
    "triggers": triggers.reaching,
}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmarks of the worker.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything works")
    parser.add_argument("--rounds", type=int, help="how often each is measured")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    size = QUICK if chosen.quick else Size()
    if chosen.rounds:
        size = replace(size, rounds=chosen.rounds)
    console = Console(highlight=False)
    # Wide enough for the table even where nobody looks.
    if not console.is_terminal:
        console.width = 140
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        report = asyncio.run(measure(chosen.parts or list(PARTS), size, Path(folder), console))
    console.print(report.table())
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(report.as_data(), indent=1) + "\n", "utf-8")
    console.print(f"The figures, round by round: {RESULTS.relative_to(PROJECT)}")


async def measure(parts: list[str], size: Size, folder: Path, console: Console) -> Report:
    """Measure these parts, on one engine."""
    report = Report({"began": _moment(), "load": {}, **_machine(), "size": asdict(size)})
    settings = Settings(data_dir=folder / "platform")
    # In a thread, because it waits for the engine without the event loop.
    platform = running_platform(settings, shape=Shape.BROKER, say=console.print)
    running = await asyncio.to_thread(platform.__enter__)
    try:
        async with open_load(running.grpc, running.pids["Camunda"]) as load:
            for part in parts:
                console.rule(part)
                before = os.getloadavg()[0]
                report.figures += await _measured(part, load, size, folder)
                # Ours is in it: two busy processors are 2.
                report.circumstances["load"][part] = [before, os.getloadavg()[0]]
    finally:
        await asyncio.to_thread(platform.__exit__, None, None, None)
    report.circumstances["ended"] = _moment()
    return report


async def _measured(part: str, load: Load, size: Size, folder: Path) -> list[Figure]:
    logs = folder / part
    logs.mkdir()
    return await PARTS[part](load, size, logs)


def _machine() -> dict[str, object]:
    return {
        "processors": os.cpu_count(),
        "system": machine.platform(),
        "python": machine.python_version(),
        "versions": {name: version(name) for name in ("grpcio", "uvloop", "pyzeebe", "aiosmtplib", "typst")},
    }


def _moment() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    main()

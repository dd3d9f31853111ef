"""Letters: how many a second go out, and how long one takes to write."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from statistics import median

from bench.child import child
from bench.figures import OURS, Aim, Figure
from bench.load import Load
from bench.size import Size

BARE = "bare aiosmtplib"


async def sending(load: Load, size: Size, logs: Path) -> list[Figure]:
    """The same messages to the same mail server: from the outbox, and in a loop that keeps no account."""
    del load
    speed: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    average = 0.0
    async with child("mail_server", logs=logs) as server:
        port = (await server.ask())["port"]
        async with child("letters", port, size.letters, logs / "records", logs=logs) as sender:
            for turn in range(size.rounds + 1):
                for name, word in ((OURS, "ours"), (BARE, "bare")):
                    await server.ask(str(size.letters))
                    began = (await sender.ask(word))["began"]
                    ended = (await server.answer())["ended"]
                    answer = await sender.ask("done")
                    average = answer["bytes"]
                    if turn:  # the first warms up
                        speed[name].append(size.letters / (ended - began))
                        cpu[name].append(1000 * answer["cpu"] / size.letters)
    what = f"{size.letters} letters by email"
    note = f"{average / 1000:.0f} kB each, with the PDF"
    return [
        Figure(what, "letters/s", speed, BARE, Aim(0.5, at_least=True), note),
        Figure(f"{what}: sender", "CPU s / 1,000 letters", cpu, BARE),
    ]


async def printing(load: Load, size: Size, logs: Path) -> list[Figure]:
    """One letter after another from template to PDF, no two the same."""
    del load
    took: list[float] = []
    first: list[float] = []
    for _ in range(size.rounds):
        async with child("paper", size.papers, logs=logs) as printer:
            answer = await printer.ask()
        first.append(1000 * answer["took"][0])
        took.append(1000 * median(answer["took"][1:]))
        pages = answer["bytes"]
    return [
        Figure("a letter, from template to PDF", "ms", {OURS: took}, note=f"{pages / 1000:.0f} kB"),
        Figure("a worker's first letter, fonts and templates read", "ms", {OURS: first}),
    ]

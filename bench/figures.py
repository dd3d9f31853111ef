"""What was measured: figures by client and round, what they are compared with, and what they should be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from rich.table import Table

OURS = "ours"


@dataclass(frozen=True)
class Aim:
    """What a figure should be."""

    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Whether it is."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {number(self.limit)}"


@dataclass(frozen=True)
class Figure:
    """One thing measured, for one or several clients, once a round."""

    what: str
    unit: str
    values: Mapping[str, Sequence[float]]
    """By client, round after round."""
    against: str | None = None
    """The client ours is compared with: by ratio, round by round, for they were measured one after the other."""
    aim: Aim | None = None
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        """Ours divided by the other's, round by round; empty where nothing is compared."""
        if self.against is None:
            return []
        return [
            ours / other if other else float("inf")
            for ours, other in zip(self.values[OURS], self.values[self.against], strict=True)
        ]

    def as_data(self) -> dict[str, Any]:
        """For the JSON file."""
        data: dict[str, Any] = {
            "what": self.what,
            "unit": self.unit,
            "clients": {client: _summary(values) for client, values in self.values.items()},
        }
        if self.against is not None:
            data["ratio"] = {"against": self.against} | _summary(self.ratios)
        if self.aim is not None:
            data["aim"] = {"limit": self.aim.limit, "at_least": self.aim.at_least, "met": self.met}
        if self.note:
            data["note"] = self.note
        return data

    @property
    def met(self) -> bool | None:
        """Whether the median ratio is as aimed; nothing where there is no aim."""
        return None if self.aim is None else self.aim.met(median(self.ratios))


@dataclass
class Report:
    """All figures of a run."""

    circumstances: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """For the JSON file."""
        return {"circumstances": self.circumstances, "figures": [figure.as_data() for figure in self.figures]}

    def table(self) -> Table:
        """For people: medians, with the range in brackets."""
        table = Table("what", "client", "median (range)", "ours / theirs", "aim", title="Benchmarks")
        for figure in self.figures:
            for index, (client, values) in enumerate(figure.values.items()):
                compared = client == figure.against
                table.add_row(
                    f"{figure.what}, {figure.unit}" if index == 0 else "",
                    client,
                    spread(values),
                    spread(figure.ratios) if compared else "",
                    f"{figure.aim} {'met' if figure.met else '[red]MISSED[/]'}" if compared and figure.aim else "",
                    end_section=index == len(figure.values) - 1,
                )
        return table


def spread(values: Sequence[float]) -> str:
    """The median, and the range if there is one."""
    if len(values) == 1:
        return number(values[0])
    return f"{number(median(values))} ({number(min(values))}–{number(max(values))})"


def number(value: float) -> str:
    """Three significant digits, and no decimals from a hundred on."""
    if abs(value) >= 100:  # noqa: PLR2004
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed."""
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]


def _summary(values: Sequence[float]) -> dict[str, Any]:
    return {"median": median(values), "lowest": min(values), "highest": max(values), "rounds": list(values)}

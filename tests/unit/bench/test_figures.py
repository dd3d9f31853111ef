"""The arithmetic of the benchmarks."""

from __future__ import annotations

import pytest

from bench.figures import Aim, Figure, percentile, spread


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        (range(1, 301), 0.5, 150),
        (range(1, 301), 0.99, 297),
        (range(1, 101), 0.99, 99),
        ([3, 1, 2], 0.5, 2),
        ([7], 0.99, 7),
        ([5, 4], 1.0, 5),
    ],
)
def test_percentile(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


def test_ratios_are_taken_round_by_round_and_their_median_is_judged() -> None:
    values = {"ours": [10.0, 40.0, 90.0], "theirs": [10.0, 20.0, 100.0]}
    figure = Figure("jobs", "jobs/s", values, "theirs", Aim(0.95, at_least=True))
    assert figure.ratios == [1.0, 2.0, 0.9]
    assert figure.met
    assert figure.as_data()["ratio"]["median"] == 1.0


@pytest.mark.parametrize(
    ("aim", "value", "met"),
    [
        (Aim(1.25), 1.25, True),
        (Aim(1.25), 1.26, False),
        (Aim(0.95, at_least=True), 0.95, True),
        (Aim(0.95, at_least=True), 0.94, False),
    ],
)
def test_aim(aim: Aim, value: float, met: bool) -> None:
    assert aim.met(value) is met


@pytest.mark.parametrize(
    ("values", "words"), [([5.0], "5"), ([3.0, 1.0, 2.0], "2 (1–3)"), ([1234.5, 0.1234], "617 (0.123–1,234)")]
)
def test_spread(values: list[float], words: str) -> None:
    assert spread(values) == words

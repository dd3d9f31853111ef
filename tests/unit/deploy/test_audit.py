"""An audit that asked nobody is not one that found nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tools import audit

FINE: dict[str, Any] = {"name": "typer", "version": "0.29.2", "vulns": []}
FLAWED: dict[str, Any] = {
    "name": "jinja2",
    "version": "3.1.0",
    "vulns": [{"id": "PYSEC-2025-1", "fix_versions": ["3.1.6"], "aliases": [], "description": ""}],
}
SKIPPED: dict[str, Any] = {"name": "typst", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([FINE], 0, "1 packages, none known to be vulnerable"),
        ([FINE, FLAWED], 1, "jinja2 3.1.0: PYSEC-2025-1, mended in 3.1.6"),
        ([SKIPPED, FLAWED], 1, "1 known vulnerabilities"),
        ([SKIPPED, SKIPPED], 3, "NOT AUDITED: the service knows none"),
        ([FINE, SKIPPED], 3, "NOT AUDITED: typst"),
    ],
)
def test_what_a_report_means(packages: list[dict[str, Any]], code: int, said: str) -> None:
    found, sentences = audit.verdict({"dependencies": packages})
    assert found == code
    assert said in " ".join(sentences)


def test_no_report_is_no_good_news() -> None:
    found, sentences = audit.verdict(None)
    assert found == 3
    assert "NOT AUDITED" in sentences[0]


@pytest.mark.parametrize(
    ("report", "code", "said"),
    [
        ({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 120}}}, 0, "120 packages, none known"),
        ({"vulnerabilities": {"min-dash": {"range": "<4.1.0", "severity": "high"}}}, 1, "min-dash <4.1.0: high"),
        ({"statusCode": 405, "message": "405 Method Not Allowed"}, 3, "NOT AUDITED"),
        (None, 3, "NOT AUDITED"),
    ],
)
def test_what_a_report_of_npm_means(report: dict[str, Any] | None, code: int, said: str) -> None:
    found, sentences = audit.verdict_of_npm(report)
    assert found == code
    assert said in " ".join(sentences)

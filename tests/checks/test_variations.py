"""The check says nothing of what is right: of changes a process owner may make, and of the project itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.conftest import HERE
from tests.checks.copies import Copy
from tests.checks.variations import VARIATIONS, Variation
from workers.checks.finding import Finding
from workers.checks.project import Project


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation.done)
def test_nothing_is_said(variation: Variation, good: Project, before: frozenset[Finding], tmp_path: Path) -> None:
    copy = Copy(good, tmp_path)
    variation.change(copy)
    assert [str(finding) for finding in copy.findings(HERE) if finding not in before] == []

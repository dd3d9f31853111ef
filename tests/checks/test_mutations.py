"""The check finds what is wrong: procedures in order are broken, each in one way, and each time it must say so."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.checks.conftest import HERE, SCORE
from tests.checks.copies import Copy
from tests.checks.mutations import MUTATIONS, Mutation
from workers.checks.all import checked
from workers.checks.finding import Finding
from workers.checks.project import Project


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.done)
def test_it_is_caught(
    mutation: Mutation,
    good: Project,
    before: frozenset[Finding],
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    copy = Copy(good, tmp_path)
    mutation.change(copy)
    known = before | set(checked(good, mutation.checks))
    found = [finding for finding in copy.findings((*HERE, *mutation.checks)) if finding not in known]
    caught = any(
        finding.rule == mutation.rule
        and finding.file.name == mutation.file
        and finding.element_id.startswith(mutation.element)
        for finding in found
    )
    pytestconfig.stash[SCORE][mutation.category, caught] += 1
    assert caught, "It says: " + ("\n".join(f"[{one.rule}] {one}" for one in found) or "nothing.")


def test_every_way_is_another() -> None:
    assert [done for done, times in Counter(one.done for one in MUTATIONS).items() if times > 1] == []

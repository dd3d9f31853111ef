"""One FEEL parser for all tests of the check."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workers.checks.feel import Feel
from workers.settings import Settings


@pytest.fixture(scope="session")
def feel() -> Iterator[Feel]:
    reader = Feel(Settings().cache_dir)
    yield reader
    reader.close()

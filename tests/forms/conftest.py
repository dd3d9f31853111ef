"""The form filler, started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forms.form_filler import FormFiller


@pytest.fixture(scope="session")
def form_filler() -> Iterator[FormFiller]:
    with FormFiller() as filler:
        yield filler

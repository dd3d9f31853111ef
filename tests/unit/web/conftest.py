from __future__ import annotations

from tests.unit.records.fixtures import backend, database, empty_database, migrated, office, settings
from tests.unit.web.case_file import case_file

__all__ = ["backend", "case_file", "database", "empty_database", "migrated", "office", "settings"]

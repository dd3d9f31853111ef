from __future__ import annotations

from tests.unit.records.fixtures import backend, database, empty_database, migrated, office, settings

__all__ = ["backend", "database", "empty_database", "migrated", "office", "settings"]

"""Records to test with; generated examples may take their time, for a busy machine is no failure."""

from __future__ import annotations

from hypothesis import settings as hypothesis_settings

from tests.unit.records.fixtures import backend, database, empty_database, migrated, office, settings

__all__ = ["backend", "database", "empty_database", "migrated", "office", "settings"]

hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")

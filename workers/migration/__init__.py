"""Bringing running cases to the new version of their diagram; see :mod:`workers.migration.commands`."""

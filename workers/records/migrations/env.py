"""Run by Alembic, on the connection that :mod:`workers.records.migrations` gives it."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from workers.records.columns import UtcMoment
from workers.records.models import Table


def _render(kind: str, item: Any, _autogenerate: object) -> str | Literal[False]:
    """Steps name the database's own types: what they did must not change with the models."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcMoment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    compare_type=True,
    render_item=_render,
    # SQLite alters a column only by copying its table.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

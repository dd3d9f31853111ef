"""Last days that a procedure set or took back, which an import of the people file must not undo."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PEOPLE = sa.table(
    "people",
    sa.column("staff_number", sa.String()),
    sa.column("left_on", sa.Date()),
    sa.column("procedure_ended_on", sa.Date()),
)
ENTRIES = sa.table(
    "register_entries",
    sa.column("staff_number", sa.String()),
    sa.column("register", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("status", sa.String()),
    sa.column("facts", sa.JSON()),
)


def upgrade() -> None:
    op.add_column("people", sa.Column("procedure_ended_on", sa.Date(), nullable=True))
    op.add_column("people", sa.Column("procedure_restored_from", sa.Date(), nullable=True))
    _protect_dismissals()


def downgrade() -> None:
    op.drop_column("people", "procedure_restored_from")
    op.drop_column("people", "procedure_ended_on")


def _protect_dismissals() -> None:
    """A last day that is that of a standing dismissal came from it, unless the people file has said it too."""
    connection = op.get_bind()
    dismissals = sa.select(ENTRIES.c.staff_number, ENTRIES.c.facts).where(
        ENTRIES.c.register == "capability_decisions", ENTRIES.c.kind == "dismissal", ENTRIES.c.status == "active"
    )
    for staff_number, facts in connection.execute(dismissals).all():
        if effective_on := facts.get("effective_on"):
            last_day = date.fromisoformat(effective_on)
            connection.execute(
                sa.update(PEOPLE)
                .where(PEOPLE.c.staff_number == staff_number, PEOPLE.c.left_on == last_day)
                .values(procedure_ended_on=last_day)
            )

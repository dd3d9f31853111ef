"""Absences, their certificates, working patterns, and who was told of a trigger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence_prompts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("staff_number", sa.String(length=20), nullable=False),
        sa.Column("trigger_name", sa.String(length=80), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("open_slot", sa.String(length=120), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_number"], ["people.staff_number"], name=op.f("fk_absence_prompts_staff_number_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_prompts")),
        sa.UniqueConstraint("open_slot", name=op.f("uq_absence_prompts_open_slot")),
    )
    op.create_index(op.f("ix_absence_prompts_job_key"), "absence_prompts", ["job_key"], unique=False)
    op.create_index(op.f("ix_absence_prompts_staff_number"), "absence_prompts", ["staff_number"], unique=False)

    op.create_table(
        "working_patterns",
        sa.Column("staff_number", sa.String(length=20), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_working_patterns_last_after_first")),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name=op.f("ck_working_patterns_weekdays")),
        sa.ForeignKeyConstraint(
            ["staff_number"], ["people.staff_number"], name=op.f("fk_working_patterns_staff_number_people")
        ),
        sa.PrimaryKeyConstraint("staff_number", "first_day", name=op.f("pk_working_patterns")),
    )
    op.create_table(
        "absences",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("staff_number", sa.String(length=20), nullable=False),
        sa.Column("case_reference", sa.String(length=40), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("disability_related", sa.Boolean(), nullable=False),
        sa.Column("pregnancy_related", sa.Boolean(), nullable=False),
        sa.Column("assault_at_work", sa.Boolean(), nullable=False),
        sa.Column("injury_at_work", sa.Boolean(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_to", sa.String(length=20), nullable=True),
        sa.Column("normal_start", sa.String(length=5), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("last_day IS NULL OR last_day >= first_day", name=op.f("ck_absences_last_after_first")),
        sa.ForeignKeyConstraint(["case_reference"], ["cases.reference"], name=op.f("fk_absences_case_reference_cases")),
        sa.ForeignKeyConstraint(["reported_to"], ["people.staff_number"], name=op.f("fk_absences_reported_to_people")),
        sa.ForeignKeyConstraint(
            ["staff_number"], ["people.staff_number"], name=op.f("fk_absences_staff_number_people")
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_absences")),
        sa.UniqueConstraint("job_key", name=op.f("uq_absences_job_key")),
    )
    op.create_index(op.f("ix_absences_case_reference"), "absences", ["case_reference"], unique=False)
    op.create_index(op.f("ix_absences_last_day"), "absences", ["last_day"], unique=False)
    op.create_index("ix_absences_staff_number_first_day", "absences", ["staff_number", "first_day"], unique=False)

    op.create_table(
        "absence_certificates",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("absence_reference", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("covers_from", sa.Date(), nullable=True),
        sa.Column("covers_until", sa.Date(), nullable=True),
        sa.Column("replaced_by", sa.String(length=40), nullable=True),
        sa.Column("entered_by", sa.String(length=20), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('doctors_statement', 'other_evidence', 'final_note')", name=op.f("ck_absence_certificates_kind")
        ),
        sa.CheckConstraint("covers_until >= covers_from", name=op.f("ck_absence_certificates_covered_days")),
        sa.ForeignKeyConstraint(
            ["absence_reference"],
            ["absences.reference"],
            name=op.f("fk_absence_certificates_absence_reference_absences"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["people.staff_number"], name=op.f("fk_absence_certificates_entered_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"],
            ["absence_certificates.reference"],
            name=op.f("fk_absence_certificates_replaced_by_absence_certificates"),
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_absence_certificates")),
        sa.UniqueConstraint("job_key", name=op.f("uq_absence_certificates_job_key")),
    )
    op.create_index(
        op.f("ix_absence_certificates_absence_reference"), "absence_certificates", ["absence_reference"], unique=False
    )

    op.create_table(
        "absence_changes",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("absence_reference", sa.String(length=40), nullable=False),
        sa.Column("old_values", sa.JSON(), nullable=False),
        sa.Column("new_values", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.String(length=20), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["absence_reference"], ["absences.reference"], name=op.f("fk_absence_changes_absence_reference_absences")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["people.staff_number"], name=op.f("fk_absence_changes_changed_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_changes")),
    )
    op.create_index(
        op.f("ix_absence_changes_absence_reference"), "absence_changes", ["absence_reference"], unique=False
    )
    op.create_index(op.f("ix_absence_changes_job_key"), "absence_changes", ["job_key"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_absence_changes_job_key"), table_name="absence_changes")
    op.drop_index(op.f("ix_absence_changes_absence_reference"), table_name="absence_changes")
    op.drop_table("absence_changes")
    op.drop_index(op.f("ix_absence_certificates_absence_reference"), table_name="absence_certificates")
    op.drop_table("absence_certificates")
    op.drop_index("ix_absences_staff_number_first_day", table_name="absences")
    op.drop_index(op.f("ix_absences_last_day"), table_name="absences")
    op.drop_index(op.f("ix_absences_case_reference"), table_name="absences")
    op.drop_table("absences")
    op.drop_table("working_patterns")
    op.drop_index(op.f("ix_absence_prompts_staff_number"), table_name="absence_prompts")
    op.drop_index(op.f("ix_absence_prompts_job_key"), table_name="absence_prompts")
    op.drop_table("absence_prompts")

"""The first tables: people, cases, registers, the personal file, the outbox and job results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_results",
        sa.Column("job_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("job_type", sa.String(length=80), nullable=False),
        sa.Column("process_instance_key", sa.BigInteger(), nullable=False),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_key", name=op.f("pk_job_results")),
    )
    op.create_index(op.f("ix_job_results_process_instance_key"), "job_results", ["process_instance_key"], unique=False)
    op.create_table(
        "people",
        sa.Column("staff_number", sa.String(length=20), nullable=False),
        sa.Column("username", sa.String(length=120), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=False),
        sa.Column("seniority", sa.Integer(), nullable=False),
        sa.Column("line_manager", sa.String(length=20), nullable=True),
        sa.Column("employment", sa.String(length=80), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "employment IN ('employee', 'agency_worker', 'contractor')", name=op.f("ck_people_employment")
        ),
        sa.CheckConstraint("left_on IS NULL OR left_on >= started_on", name=op.f("ck_people_left_after_start")),
        sa.CheckConstraint("seniority BETWEEN 1 AND 9", name=op.f("ck_people_seniority")),
        sa.ForeignKeyConstraint(
            ["line_manager"],
            ["people.staff_number"],
            name=op.f("fk_people_line_manager_people"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("staff_number", name=op.f("pk_people")),
        sa.UniqueConstraint("username", name=op.f("uq_people_username")),
    )
    op.create_index(op.f("ix_people_line_manager"), "people", ["line_manager"], unique=False)
    op.create_table(
        "reference_counters",
        sa.Column("prefix", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_reference_counters")),
    )
    op.create_table(
        "cases",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("policy", sa.String(length=80), nullable=False),
        sa.Column("procedure", sa.String(length=80), nullable=False),
        sa.Column("staff_number", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=True),
        sa.Column("only_one_slot", sa.String(length=240), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("process_instance_key", sa.BigInteger(), nullable=True),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_cases_closed_with_outcome")),
        sa.ForeignKeyConstraint(["staff_number"], ["people.staff_number"], name=op.f("fk_cases_staff_number_people")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_cases")),
        sa.UniqueConstraint("job_key", name=op.f("uq_cases_job_key")),
        sa.UniqueConstraint("only_one_slot", name=op.f("uq_cases_only_one_slot")),
    )
    op.create_index(op.f("ix_cases_opened_at"), "cases", ["opened_at"], unique=False)
    op.create_index("ix_cases_procedure_about", "cases", ["procedure", "about"], unique=False)
    op.create_index(op.f("ix_cases_process_instance_key"), "cases", ["process_instance_key"], unique=False)
    op.create_index(op.f("ix_cases_staff_number"), "cases", ["staff_number"], unique=False)
    op.create_table(
        "person_roles",
        sa.Column("staff_number", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_number"],
            ["people.staff_number"],
            name=op.f("fk_person_roles_staff_number_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("staff_number", "role", name=op.f("pk_person_roles")),
    )
    op.create_index(op.f("ix_person_roles_role"), "person_roles", ["role"], unique=False)
    op.create_table(
        "case_access",
        sa.Column("case_reference", sa.String(length=40), nullable=False),
        sa.Column("staff_number", sa.String(length=20), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_reference"], ["cases.reference"], name=op.f("fk_case_access_case_reference_cases")
        ),
        sa.ForeignKeyConstraint(
            ["staff_number"], ["people.staff_number"], name=op.f("fk_case_access_staff_number_people")
        ),
        sa.PrimaryKeyConstraint("case_reference", "staff_number", name=op.f("pk_case_access")),
    )
    op.create_index(op.f("ix_case_access_staff_number"), "case_access", ["staff_number"], unique=False)
    op.create_table(
        "case_events",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_reference", sa.String(length=40), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_reference"], ["cases.reference"], name=op.f("fk_case_events_case_reference_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    op.create_index(
        "ix_case_events_case_reference_happened_at", "case_events", ["case_reference", "happened_at"], unique=False
    )
    op.create_index(op.f("ix_case_events_job_key"), "case_events", ["job_key"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("case_reference", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_reference"], ["cases.reference"], name=op.f("fk_contacts_case_reference_cases")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_contacts")),
        sa.UniqueConstraint("job_key", name=op.f("uq_contacts_job_key")),
    )
    op.create_index(op.f("ix_contacts_case_reference"), "contacts", ["case_reference"], unique=False)
    op.create_table(
        "letters",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("case_reference", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("marking", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("recipient_kind", sa.String(length=80), nullable=False),
        sa.Column("copies", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=80), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "recipient_kind IN ('person', 'contact', 'address')", name=op.f("ck_letters_recipient_kind")
        ),
        sa.CheckConstraint("sent_by IS NULL OR sent_by IN ('email', 'post')", name=op.f("ck_letters_sent_by")),
        sa.ForeignKeyConstraint(["case_reference"], ["cases.reference"], name=op.f("fk_letters_case_reference_cases")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_letters")),
    )
    op.create_index("ix_letters_case_reference_written_at", "letters", ["case_reference", "written_at"], unique=False)
    op.create_index(op.f("ix_letters_job_key"), "letters", ["job_key"], unique=False)
    op.create_index("ix_letters_recipient_kind_recipient", "letters", ["recipient_kind", "recipient"], unique=False)
    op.create_table(
        "register_entries",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("register", sa.String(length=80), nullable=False),
        sa.Column("staff_number", sa.String(length=20), nullable=False),
        sa.Column("case_reference", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("active_from", sa.Date(), nullable=False),
        sa.Column("active_until", sa.Date(), nullable=True),
        sa.Column("replaced_by", sa.String(length=40), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "active_until IS NULL OR active_until >= active_from", name=op.f("ck_register_entries_active_days")
        ),
        sa.ForeignKeyConstraint(
            ["case_reference"], ["cases.reference"], name=op.f("fk_register_entries_case_reference_cases")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"],
            ["register_entries.reference"],
            name=op.f("fk_register_entries_replaced_by_register_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_number"], ["people.staff_number"], name=op.f("fk_register_entries_staff_number_people")
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_register_entries")),
        sa.UniqueConstraint("job_key", name=op.f("uq_register_entries_job_key")),
    )
    op.create_index(op.f("ix_register_entries_case_reference"), "register_entries", ["case_reference"], unique=False)
    op.create_index(
        "ix_register_entries_register_staff_number", "register_entries", ["register", "staff_number"], unique=False
    )
    op.create_index(op.f("ix_register_entries_staff_number"), "register_entries", ["staff_number"], unique=False)
    op.create_table(
        "statements",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_reference", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_reference"], ["cases.reference"], name=op.f("fk_statements_case_reference_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("job_key", "name", name=op.f("uq_statements_job_key_name")),
    )
    op.create_index("ix_statements_case_reference_name", "statements", ["case_reference", "name"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("letter_reference", sa.String(length=40), nullable=True),
        sa.Column("recipient_address", sa.String(length=254), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('queued', 'sent', 'refused')", name=op.f("ck_outbox_status")),
        sa.ForeignKeyConstraint(
            ["letter_reference"], ["letters.reference"], name=op.f("fk_outbox_letter_reference_letters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
    )
    op.create_index(op.f("ix_outbox_letter_reference"), "outbox", ["letter_reference"], unique=False)
    op.create_index("ix_outbox_status_next_attempt_at", "outbox", ["status", "next_attempt_at"], unique=False)
    op.create_table(
        "register_changes",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("entry_reference", sa.String(length=40), nullable=False),
        sa.Column("case_reference", sa.String(length=40), nullable=False),
        sa.Column("status_before", sa.String(length=80), nullable=True),
        sa.Column("status_after", sa.String(length=80), nullable=False),
        sa.Column("replaced_by", sa.String(length=40), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("element_id", sa.String(length=255), nullable=False),
        sa.Column("job_key", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_reference"], ["cases.reference"], name=op.f("fk_register_changes_case_reference_cases")
        ),
        sa.ForeignKeyConstraint(
            ["entry_reference"],
            ["register_entries.reference"],
            name=op.f("fk_register_changes_entry_reference_register_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"],
            ["register_entries.reference"],
            name=op.f("fk_register_changes_replaced_by_register_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_changes")),
        sa.UniqueConstraint("job_key", name=op.f("uq_register_changes_job_key")),
    )
    op.create_index(op.f("ix_register_changes_case_reference"), "register_changes", ["case_reference"], unique=False)
    op.create_index(op.f("ix_register_changes_entry_reference"), "register_changes", ["entry_reference"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_register_changes_entry_reference"), table_name="register_changes")
    op.drop_index(op.f("ix_register_changes_case_reference"), table_name="register_changes")
    op.drop_table("register_changes")
    op.drop_index("ix_outbox_status_next_attempt_at", table_name="outbox")
    op.drop_index(op.f("ix_outbox_letter_reference"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("ix_statements_case_reference_name", table_name="statements")
    op.drop_table("statements")
    op.drop_index(op.f("ix_register_entries_staff_number"), table_name="register_entries")
    op.drop_index("ix_register_entries_register_staff_number", table_name="register_entries")
    op.drop_index(op.f("ix_register_entries_case_reference"), table_name="register_entries")
    op.drop_table("register_entries")
    op.drop_index("ix_letters_recipient_kind_recipient", table_name="letters")
    op.drop_index(op.f("ix_letters_job_key"), table_name="letters")
    op.drop_index("ix_letters_case_reference_written_at", table_name="letters")
    op.drop_table("letters")
    op.drop_index(op.f("ix_contacts_case_reference"), table_name="contacts")
    op.drop_table("contacts")
    op.drop_index(op.f("ix_case_events_job_key"), table_name="case_events")
    op.drop_index("ix_case_events_case_reference_happened_at", table_name="case_events")
    op.drop_table("case_events")
    op.drop_index(op.f("ix_case_access_staff_number"), table_name="case_access")
    op.drop_table("case_access")
    op.drop_index(op.f("ix_person_roles_role"), table_name="person_roles")
    op.drop_table("person_roles")
    op.drop_index(op.f("ix_cases_staff_number"), table_name="cases")
    op.drop_index(op.f("ix_cases_process_instance_key"), table_name="cases")
    op.drop_index("ix_cases_procedure_about", table_name="cases")
    op.drop_index(op.f("ix_cases_opened_at"), table_name="cases")
    op.drop_table("cases")
    op.drop_table("reference_counters")
    op.drop_index(op.f("ix_people_line_manager"), table_name="people")
    op.drop_table("people")
    op.drop_index(op.f("ix_job_results_process_instance_key"), table_name="job_results")
    op.drop_table("job_results")

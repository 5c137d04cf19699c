"""Messages, consent, do-not-contact and the gate's decisions

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIST = sa.JSON().with_variant(JSONB(), "postgresql")

# Held by the database itself: a decision that was made, and a buyer's no, are never taken away.
TRIGGERS = {"contact_decision": ("update", "delete"), "do_not_contact": ("delete",)}
SQLITE_TRIGGER = """
create trigger {table}_refuses_{verb} before {verb} on {table}
begin select raise(abort, 'these rows are only added'); end
"""
POSTGRESQL_FUNCTION = """
create function refuse_contact_change() returns trigger language plpgsql as $$
begin raise exception 'these rows are only added'; end $$
"""
POSTGRESQL_TRIGGER = """
create trigger {table}_refuses_{verb} before {verb} on {table}
for each row execute function refuse_contact_change()
"""
# What the role that serves may do where it owns nothing, if less than everything.
GRANTS = {
    "consent": "select, insert, update",
    "contact_decision": "select, insert",
    "do_not_contact": "select, insert, update",
}


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.LargeBinary(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("purpose in ('marketing', 'invitation')", name=op.f("ck_consent_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        "uq_consent_in_force",
        "consent",
        ["person", "purpose"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at is null"),
        postgresql_where=sa.text("withdrawn_at is null"),
    )

    op.create_table(
        "contact_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moment", sa.String(length=8), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("reasons", LIST, nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("moment in ('asked', 'sending')", name=op.f("ck_contact_decision_moment")),
        sa.CheckConstraint("verdict in ('allow', 'hold', 'deny')", name=op.f("ck_contact_decision_verdict")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_decision")),
    )
    op.create_index("ix_contact_decision_message", "contact_decision", ["message_id", "id"], unique=False)

    op.create_table(
        "do_not_contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("hint", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lift_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("kind in ('phone', 'email', 'nick')", name=op.f("ck_do_not_contact_kind")),
        sa.CheckConstraint("why in ('refused', 'stop', 'wrong_person', 'other')", name=op.f("ck_do_not_contact_why")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_do_not_contact")),
    )
    op.create_index(
        "uq_do_not_contact_in_force",
        "do_not_contact",
        ["kind", "value_hash"],
        unique=True,
        sqlite_where=sa.text("lifted_at is null"),
        postgresql_where=sa.text("lifted_at is null"),
    )

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("medium", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("blocks", LIST, nullable=False),
        sa.Column("case_ref", sa.String(length=120), nullable=False),
        sa.Column("review_ref", sa.String(length=120), nullable=False),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.LargeBinary(length=16), nullable=False),
        sa.Column("destination_hash", sa.LargeBinary(length=16), nullable=True),
        sa.Column("content_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("reasons", LIST, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_connected", sa.Boolean(), nullable=False),
        sa.Column("lease_owner", sa.String(length=60), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("medium in ('email', 'text', 'chat', 'call')", name=op.f("ck_outbox_message_medium")),
        sa.CheckConstraint("purpose in ('service', 'marketing')", name=op.f("ck_outbox_message_purpose")),
        sa.CheckConstraint(
            "state in ('queued', 'sending', 'sent', 'delivered', 'failed', 'bad_number', 'duplicate', 'blocked', "
            "'suppressed', 'unknown')",
            name=op.f("ck_outbox_message_state"),
        ),
        sa.CheckConstraint("verdict in ('allow', 'hold', 'deny')", name=op.f("ck_outbox_message_verdict")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_message_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
    )
    op.create_index("ix_outbox_message_buyer", "outbox_message", ["buyer_id", "id"], unique=False)
    op.create_index("ix_outbox_message_destination", "outbox_message", ["destination_hash", "contact_at"], unique=False)
    op.create_index("ix_outbox_message_due", "outbox_message", ["state", "next_attempt_at", "id"], unique=False)
    op.create_index("ix_outbox_message_state", "outbox_message", ["state", "id"], unique=False)
    op.create_index("ix_outbox_message_person", "outbox_message", ["person", "contact_at"], unique=False)

    _guard()


def _guard() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(POSTGRESQL_FUNCTION)
    trigger = SQLITE_TRIGGER if is_sqlite else POSTGRESQL_TRIGGER
    for table, verbs in TRIGGERS.items():
        for verb in verbs:
            op.execute(trigger.format(table=table, verb=verb))


def downgrade() -> None:
    op.drop_index("ix_outbox_message_state", table_name="outbox_message")
    op.drop_index("ix_outbox_message_person", table_name="outbox_message")
    op.drop_index("ix_outbox_message_due", table_name="outbox_message")
    op.drop_index("ix_outbox_message_destination", table_name="outbox_message")
    op.drop_index("ix_outbox_message_buyer", table_name="outbox_message")

    op.drop_table("outbox_message")
    op.drop_index(
        "uq_do_not_contact_in_force",
        table_name="do_not_contact",
        sqlite_where=sa.text("lifted_at is null"),
        postgresql_where=sa.text("lifted_at is null"),
    )

    op.drop_table("do_not_contact")
    op.drop_index("ix_contact_decision_message", table_name="contact_decision")

    op.drop_table("contact_decision")
    op.drop_index(
        "uq_consent_in_force",
        table_name="consent",
        sqlite_where=sa.text("withdrawn_at is null"),
        postgresql_where=sa.text("withdrawn_at is null"),
    )

    op.drop_table("consent")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function refuse_contact_change()")

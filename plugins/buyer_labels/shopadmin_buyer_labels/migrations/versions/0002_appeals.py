"""Appeals with their rebuttals, and what platforms decided

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PREFIX = "plugin_buyer_labels_"
LABEL, APPEAL, REBUTTAL, OUTCOME = (f"{PREFIX}{noun}" for noun in ("label", "appeal", "rebuttal", "outcome"))
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
# What was objected and decided stays; words of a person who is to be forgotten are emptied.
GRANTS = {
    "appeal": "select, insert, update", "rebuttal": "select, insert, update", "outcome": "select, insert",
}  # fmt: skip
CHECKS = {
    "channel": "channel in ('page', 'phone', 'chat', 'email', 'letter', 'person', 'other')",
    "outcome": "outcome in ('', 'upheld', 'rejected')",
    "remedy": "remedy in ('', 'corrected', 'revoked')",
    "decided": "(decided_at is null) = (outcome = '')",
    "decider": "(decided_by is null) = (decided_at is null)",
    "remedied": "(outcome = 'upheld') = (remedy <> '')",
    "apart": "decided_by is null or decided_at >= alone_from"
    " or (decided_by <> coalesce(author, 0) and decided_by <> coalesce(editor, 0)"
    " and decided_by <> coalesce(submitter, 0) and decided_by <> coalesce(reviewer, 0))",
}


def upgrade() -> None:
    _make_appeals()
    _make_rebuttals()
    _make_outcomes()


def _make_appeals() -> None:
    op.create_table(
        APPEAL,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("label_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("alone_from", TIME, nullable=False),
        sa.Column("overdue_at", TIME, nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("remedy", sa.String(10), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=True),
        sa.Column("editor", sa.BigInteger(), nullable=True),
        sa.Column("submitter", sa.BigInteger(), nullable=True),
        sa.Column("reviewer", sa.BigInteger(), nullable=True),
        sa.Column("reason_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{APPEAL}")),
        _of_label(APPEAL),
        *(sa.CheckConstraint(text, name=op.f(f"ck_{APPEAL}_{name}")) for name, text in CHECKS.items()),
    )
    is_open = sa.text("decided_at is null")
    op.create_index(
        f"uq_{APPEAL}_open", APPEAL, ["label_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index(f"ix_{APPEAL}_due", APPEAL, ["due_at", "id"])
    op.create_index(f"ix_{APPEAL}_buyer", APPEAL, ["buyer_id", "id"])
    op.create_index(f"ix_{APPEAL}_label", APPEAL, ["label_id", "id"])


def _make_rebuttals() -> None:
    op.create_table(
        REBUTTAL,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("label_id", sa.BigInteger(), nullable=False),
        sa.Column("appeal_id", sa.BigInteger(), nullable=True),
        sa.Column("said_at", TIME, nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=True),
        sa.Column("text_encrypted", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{REBUTTAL}")),
        _of_label(REBUTTAL),
        sa.ForeignKeyConstraint(["appeal_id"], [f"{APPEAL}.id"], name=op.f(f"fk_{REBUTTAL}_appeal_id")),
    )
    op.create_index(f"ix_{REBUTTAL}_label", REBUTTAL, ["label_id", "id"])


def _make_outcomes() -> None:
    op.create_table(
        OUTCOME,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("label_id", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("heard_at", TIME, nullable=False),
        sa.Column("tier_before", sa.SmallInteger(), nullable=False),
        sa.Column("tier_after", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{OUTCOME}")),
        _of_label(OUTCOME),
        sa.UniqueConstraint(
            "complaint_id", "label_id", "decided_at", name=op.f(f"uq_{OUTCOME}_complaint_id_label_id_decided_at")
        ),
        sa.CheckConstraint(
            "outcome in ('upheld', 'partly', 'rejected', 'settled', 'withdrawn')", name=op.f(f"ck_{OUTCOME}_outcome")
        ),
    )
    op.create_index(f"ix_{OUTCOME}_label", OUTCOME, ["label_id", "id"])


def downgrade() -> None:
    for table in (OUTCOME, REBUTTAL, APPEAL):
        op.drop_table(table)


def _of_label(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["label_id"], [f"{LABEL}.id"], name=op.f(f"fk_{table}_label_id"))

"""Labels "suspected" of cases, with what they rest on and how they ended

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = "plugin_review_recovery_suspicion"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GRANTS = {"suspicion": "select, insert, update"}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("evidence_count", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_why", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        _check("kind in ('malicious', 'professional')", "kind"),
        _check("ended_why in ('', 'lifted', 'expired', 'rejected')", "why"),
        _check("(ended_at is null) = (ended_why = '')", "ended"),
        _check("evidence_count >= 2", "evidence"),
    )
    stands = sa.text("ended_at is null")
    op.create_index(f"uq_{TABLE}_stands", TABLE, ["case_id"], unique=True, sqlite_where=stands, postgresql_where=stands)


def downgrade() -> None:
    op.drop_table(TABLE)


def _check(text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{TABLE}_{name}"))

"""Quick replies, and the answers that went out with them

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PREFIX = "plugin_review_recovery_"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# What was answered is added and never changed.
GRANTS = {"answer": "select, insert"}


def upgrade() -> None:
    op.create_table(
        f"{PREFIX}quick_reply",
        _id(), _text("code", 40), _text("language", 2), _text("cause", 30), _text("product_ref"), _text("stage", 20),
        _text("title", 80), _text("keywords", 300), _text("body"), _text("note", 500), _big("uses"),
        _instant("changed_at"), _big("changed_by", nullable=True), _big("version"),
        _key("quick_reply"),
        _unique("quick_reply", "code", "language"),
        _check("quick_reply", "language in ('en', 'zh')", "language"),
        _check("quick_reply", "stage in ('first', 'explain', 'remedy', 'follow_up', 'closing')", "stage"),
        _check("quick_reply", "uses >= 0", "uses"),
        _check("quick_reply", "code <> '' and title <> '' and body <> ''", "filled"),
    )  # fmt: skip
    op.create_table(
        f"{PREFIX}answer",
        _id(), _big("case_id"), _big("message_id"), _text("message_key", 120), _text("language", 2),
        _text("cause", 30), _text("product_ref"), sa.Column("reply_ids", sa.JSON(), nullable=False), _instant("at"),
        _big("by", nullable=True),
        _key("answer"),
        _unique("answer", "message_key"),
    )  # fmt: skip
    op.create_index(f"ix_{PREFIX}answer_case", f"{PREFIX}answer", ["case_id", "id"])
    op.create_index(f"ix_{PREFIX}answer_at", f"{PREFIX}answer", ["at"])


def downgrade() -> None:
    op.drop_table(f"{PREFIX}answer")
    op.drop_table(f"{PREFIX}quick_reply")


def _check(table: str, text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{PREFIX}{table}_{name}"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PREFIX}{table}"))


def _unique(table: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name=op.f(f"uq_{PREFIX}{table}_{'_'.join(names)}"))


def _id() -> sa.Column[int]:
    return sa.Column("id", BIG_ID, nullable=False)


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)

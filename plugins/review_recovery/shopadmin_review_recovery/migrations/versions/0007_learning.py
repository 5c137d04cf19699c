"""What is learnt from cases: how long the first answer took, and tasks that keep a cause from coming again

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PREFIX = "plugin_review_recovery_"
CASE, EVENT, TASK, TICK = (f"{PREFIX}{name}" for name in ("case", "case_event", "prevention", "prevention_tick"))
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CAUSES = (
    "logistics", "packaging", "wrong_missing", "out_of_stock", "not_as_described", "quality", "after_sales",
    "staff_service", "malicious", "professional",
)  # fmt: skip


def upgrade() -> None:
    op.add_column(CASE, sa.Column("first_used_seconds", sa.BigInteger(), nullable=True))
    op.create_index(f"ix_{CASE}_reviewed", CASE, ["reviewed_at", "id"])
    op.create_index(f"ix_{CASE}_product", CASE, ["product_ref", "reviewed_at"])
    op.create_index(f"ix_{EVENT}_code", EVENT, ["code", "case_id"])
    op.create_table(
        TASK,
        sa.Column("id", BIG_ID, nullable=False),
        _text("platform", 40), _text("product_ref"), _text("cause", 30), _big("cases"), _instant("opened_at"),
        _instant("due_at"), _big("assigned_to", nullable=True), _instant("closed_at", nullable=True),
        _big("closed_by", nullable=True), _text("result", 10), _text("reason", 500),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TASK}")),
        _check(f"cause in ({', '.join(map(repr, CAUSES))})", "cause"),
        _check(
            "(closed_at is null and result = '') or (closed_at is not null and result in ('done', 'dropped'))",
            "closed",
        ),
        _check("result <> 'dropped' or reason <> ''", "dropped"),
    )  # fmt: skip
    still_open = sa.text("closed_at is null")
    op.create_index(
        f"uq_{TASK}_open", TASK, ["platform", "product_ref", "cause"],
        unique=True, sqlite_where=still_open, postgresql_where=still_open,
    )  # fmt: skip
    op.create_index(f"ix_{TASK}_due", TASK, ["due_at", "id"])
    op.create_index(f"ix_{TASK}_product", TASK, ["platform", "product_ref", "cause", "closed_at"])
    op.create_table(
        TICK,
        _big("task_id"), _text("item", 40), _instant("at"), _big("by"),
        sa.PrimaryKeyConstraint("task_id", "item", name=op.f(f"pk_{TICK}")),
        sa.ForeignKeyConstraint(["task_id"], [f"{TASK}.id"], name=op.f(f"fk_{TICK}_task_id")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table(TICK)
    op.drop_table(TASK)
    op.drop_index(f"ix_{EVENT}_code", EVENT)
    op.drop_index(f"ix_{CASE}_product", CASE)
    op.drop_index(f"ix_{CASE}_reviewed", CASE)
    op.drop_column(CASE, "first_used_seconds")


def _check(text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{TASK}_{name}"))


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _instant(name: str, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)

"""Rules for orders of labelled buyers, what they led to, holds, and whom somebody allowed

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PREFIX = "plugin_buyer_labels_"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GRANTS = {
    "rule": "select, insert, update",
    "decision": "select, insert, update",
    "hold": "select, insert, update",
    "allowance": "select, insert, update",
    "mark": "select, insert, update",
}
WHYS = (
    "'', 'auto_released', 'by_hand', 'disputed', 'suspended', 'revoked', 'corrected', 'expired', 'tombstoned',"
    " 'cleared', 'changed', 'rule', 'allowed', 'person', 'order'"
)
SLA = {
    "postgresql": "release_at <= held_at + interval '24 hours'",
    "sqlite": "julianday(release_at) - julianday(held_at) <= 1.00001",
}


def upgrade() -> None:
    _create_rule()
    _create_decision()
    _create_hold()
    _create_allowance()
    op.create_table(
        f"{PREFIX}mark",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f(f"pk_{PREFIX}mark")),
    )


def downgrade() -> None:
    for name in ("mark", "allowance", "hold", "decision", "rule"):
        op.drop_table(f"{PREFIX}{name}")


def _create_rule() -> None:
    table = f"{PREFIX}rule"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        _big("family"), _small("version"), _text("name", 80),
        _json("codes"), _small("min_tier"), _small("min_severity"), _json("statuses"),
        _small("level"), _json("requires"), sa.Column("campaigns", sa.Boolean(), nullable=False), _small("hold_hours"),
        _instant("created_at"), _big("created_by", True), _instant("shadow_until"),
        _instant("live_since", True), _big("live_by", True), _instant("approved_at", True), _big("approved_by", True),
        _instant("ended_at", True), _big("ended_by", True), _text("ended_why", 10),
        _key("rule"),
        sa.UniqueConstraint("family", "version", name=op.f(f"uq_{table}_family_version")),
        _check("rule", "level", "level between 0 and 3"),
        _check("rule", "least", "min_tier between 0 and 4 and min_severity between 1 and 4"),
        _check("rule", "hold_hours", "hold_hours between 0 and 24 and (level = 3) = (hold_hours > 0)"),
        _check("rule", "approved", "(approved_at is null) = (approved_by is null)"),
        _check("rule", "ended", "(ended_at is null) = (ended_why = '')"),
        _check("rule", "ended_why", "ended_why in ('', 'replaced', 'off')"),
    )  # fmt: skip
    for name, condition in (
        ("live", "ended_at is null and live_since is not null"),
        ("shadow", "ended_at is null and live_since is null"),
    ):
        where = sa.text(condition)
        op.create_index(
            f"uq_{table}_{name}", table, ["family"], unique=True, sqlite_where=where, postgresql_where=where
        )


def _create_decision() -> None:
    table = f"{PREFIX}decision"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        _big("order_id"), _instant("ordered_at"), _big("buyer_id"), _big("label_id"),
        _big("rule_id"), _small("version"), _text("via", 20),
        _small("level"), _text("requires", 60), sa.Column("campaigns", sa.Boolean(), nullable=False),
        _small("hold_hours"), _text("mode", 10), _instant("decided_at"), _instant("ended_at", True),
        _text("ended_why", 20),
        _key("decision"),
        sa.ForeignKeyConstraint(["rule_id"], [f"{PREFIX}rule.id"], name=op.f(f"fk_{table}_rule_id")),
        sa.UniqueConstraint(
            "order_id", "ordered_at", "label_id", "rule_id",
            name=op.f(f"uq_{table}_order_id_ordered_at_label_id_rule_id"),
        ),
        _check("decision", "level", "level between 0 and 3"),
        _check("decision", "mode", "mode in ('shadow', 'live')"),
        _check("decision", "ended_why", f"ended_why in ({WHYS})"),
        _check("decision", "ended", "(ended_at is null) = (ended_why = '')"),
    )  # fmt: skip
    op.create_index(f"ix_{table}_label", table, ["label_id"])
    op.create_index(f"ix_{table}_rule", table, ["rule_id", "id"])


def _create_hold() -> None:
    table = f"{PREFIX}hold"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        _big("order_id"), _instant("ordered_at"), _big("buyer_id"), _instant("held_at"), _instant("release_at"),
        _instant("confirmed_at", True), _big("confirmed_by", True),
        _instant("released_at", True), _text("released_why", 20), _big("released_by", True),
        sa.Column("note_encrypted", sa.LargeBinary(), nullable=True),
        _key("hold"),
        sa.UniqueConstraint("order_id", "ordered_at", name=op.f(f"uq_{table}_order_id_ordered_at")),
        # Nothing holds an order for longer than a day; SQLite reckons in days, which are not exact.
        _check("hold", "sla", SLA[op.get_bind().dialect.name]),
        _check("hold", "lasts", "release_at > held_at"),
        _check("hold", "released_why", f"released_why in ({WHYS})"),
        _check("hold", "released", "(released_at is null) = (released_why = '')"),
        _check("hold", "confirmed", "(confirmed_at is null) = (confirmed_by is null)"),
    )  # fmt: skip
    where = sa.text("released_at is null")
    op.create_index(f"ix_{table}_stands", table, ["release_at", "id"], sqlite_where=where, postgresql_where=where)
    op.create_index(f"ix_{table}_buyer", table, ["buyer_id"])


def _create_allowance() -> None:
    table = f"{PREFIX}allowance"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        _big("buyer_id"), _instant("created_at"), _big("created_by"), _instant("until"),
        sa.Column("why_encrypted", sa.LargeBinary(), nullable=True),
        _key("allowance"),
        _check("allowance", "until", "until > created_at"),
    )  # fmt: skip
    op.create_index(f"ix_{table}_buyer", table, ["buyer_id", "until"])


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PREFIX}{table}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{PREFIX}{table}_{name}"))


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _json(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.JSON(), nullable=False)


def _instant(name: str, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)

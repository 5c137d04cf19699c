"""Activities, denominations, campaigns, seals, the guard of the clock, and the triggers that lock them

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from shopadmin_red_envelope import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PREFIX = "plugin_red_envelope_"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Women's clothing, in fen.
SEED = [{"category": "womens_clothing", "version": 1, "amount": yuan * 100, "currency": "CNY"}
        for yuan in (5, 10, 20, 50, 100, 200, 500)]  # fmt: skip
# What the role that serves may do where it owns nothing, if less than everything. Seals stay; the guard is never
# added to or deleted.
GRANTS = {"seal": "select, insert", "guard": "select, update"}


def upgrade() -> None:
    _create_tables()
    guard = sa.table(f"{PREFIX}guard", sa.column("id"), sa.column("latest"), sa.column("late_changes"))
    op.bulk_insert(guard, [{"id": 1, "latest": 0, "late_changes": 0}])
    denomination = sa.table(f"{PREFIX}denomination", *map(sa.column, SEED[0]))
    op.bulk_insert(denomination, SEED)
    triggers.install(op.get_bind())


def downgrade() -> None:
    triggers.remove(op.get_bind())
    for name in ("seal", "campaign", "activity", "denomination", "guard"):
        op.drop_table(f"{PREFIX}{name}")


def _integers(table: str, *names: str) -> list[sa.CheckConstraint]:
    if op.get_bind().dialect.name != "sqlite":
        return []
    text = " and ".join(f"typeof({name}) in ('integer', 'null')" for name in names)
    return [_check(table, text, "integers")]


def _check(table: str, text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{PREFIX}{table}_{name}"))


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{PREFIX}{table}"))


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _create_tables() -> None:
    op.create_table(
        f"{PREFIX}activity",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("supports_store_envelopes", sa.Boolean(), nullable=False),
        _big("starts_at"), _big("ends_at"), _big("version"),
        _key("activity", "id"),
        _check("activity", "kind in ('platform', 'store')", "kind"),
        _check("activity", "starts_at < ends_at", "window"),
        *_integers("activity", "starts_at", "ends_at", "version"),
    )  # fmt: skip
    unique = "denomination_category_version_amount"
    op.create_table(
        f"{PREFIX}denomination",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("category", sa.String(80), nullable=False),
        _big("version"), _big("amount"),
        sa.Column("currency", sa.String(3), nullable=False),
        _key("denomination", "id"),
        sa.UniqueConstraint("category", "version", "amount", name=op.f(f"uq_{PREFIX}{unique}")),
        _check("denomination", "amount > 0", "amount"),
        *_integers("denomination", "version", "amount"),
    )  # fmt: skip
    _create_campaign()
    op.create_table(
        f"{PREFIX}seal",
        _big("campaign_id"),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        _big("sealed_at"),
        _key("seal", "campaign_id"),
        sa.ForeignKeyConstraint(["campaign_id"], [f"{PREFIX}campaign.id"], name=op.f(f"fk_{PREFIX}seal_campaign_id")),
        *_integers("seal", "sealed_at"),
    )
    op.create_table(
        f"{PREFIX}guard",
        sa.Column("id", BIG_ID, nullable=False, autoincrement=False),
        _big("lock_at", nullable=True), _big("latest"), _big("late_changes"),
        _key("guard", "id"),
        _check("guard", "id = 1", "single"),
        *_integers("guard", "lock_at", "latest", "late_changes"),
    )  # fmt: skip


def _create_campaign() -> None:
    instants = [_big(name, nullable=True) for name in ("lock_at", "claim_from", "claim_to", "use_from", "use_to")]
    complete = " and ".join(
        f"{name} is not null"
        for name in ("activity_id", "amount", "lock_at", "claim_from", "claim_to", "use_from", "use_to")
    )
    op.create_table(
        f"{PREFIX}campaign",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        _big("activity_id", nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("category", sa.String(80), nullable=False),
        _big("denomination_version"), _big("amount", nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        _big("quantity", nullable=True), _big("threshold", nullable=True),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("after_order_discounts", sa.Boolean(), nullable=False),
        *instants,
        sa.Column("rule_version", sa.String(10), nullable=False),
        _big("version"),
        _key("campaign", "id"),
        sa.ForeignKeyConstraint(
            ["activity_id"], [f"{PREFIX}activity.id"], name=op.f(f"fk_{PREFIX}campaign_activity_id")
        ),
        _check("campaign", "state in ('draft', 'scheduled', 'withdrawn')", "state"),
        _check("campaign", "mode in ('page', 'push')", "mode"),
        _check("campaign", "amount > 0", "amount"),
        _check("campaign", "quantity > 0", "quantity"),
        _check("campaign", "threshold > amount", "threshold"),
        _check("campaign", "claim_from < claim_to", "claim_window"),
        _check("campaign", "use_from < use_to", "use_window"),
        _check("campaign", "claim_to <= use_to", "claimed_before_use_ends"),
        _check("campaign", f"state = 'draft' or ({complete})", "complete"),
        *_integers("campaign", "amount", "quantity", "threshold", "lock_at", "claim_from", "claim_to", "use_from",
                   "use_to", "version"),
    )  # fmt: skip
    op.create_index(f"ix_{PREFIX}campaign_state", f"{PREFIX}campaign", ["state", "lock_at"])
    op.create_index(f"ix_{PREFIX}campaign_activity", f"{PREFIX}campaign", ["activity_id"])

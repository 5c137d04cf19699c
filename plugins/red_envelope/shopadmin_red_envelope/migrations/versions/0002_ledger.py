"""Stock, envelopes, holds, shares, refunds and the ledger, with the triggers that keep them

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from shopadmin_red_envelope import triggers

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PREFIX = "plugin_red_envelope_"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
POSTINGS = (
    "envelope:issue:unissued>outstanding", "envelope:reserve:outstanding>held", "envelope:release:held>outstanding",
    "envelope:redeem:held>redeemed", "envelope:refund:redeemed>forfeited", "envelope:give_back:redeemed>outstanding",
    "envelope:expiry:outstanding>expired", "money:redeem:sales>cash", "money:redeem:sales>subsidy",
    "money:refund:cash>sales", "money:refund:subsidy>sales",
)  # fmt: skip
TABLES = ("ledger", "refund_line", "refund", "allocation", "hold", "envelope", "stock")
# What the role that serves may do where it owns nothing, if less than everything: it writes facts, and the triggers
# what follows from them. To update stock or an envelope is what it takes to lock their rows.
GRANTS = {
    "stock": "select, insert, update",
    "envelope": "select, insert, update",
    "hold": "select, insert, update",
    "allocation": "select, insert",
    "refund": "select, insert, update",
    "refund_line": "select, insert",
    "ledger": "select",
}


def upgrade() -> None:
    _create_stock()
    _create_envelope()
    _create_hold()
    _create_allocation()
    _create_refund()
    _create_ledger()
    op.execute(
        f"insert into {PREFIX}stock (campaign_id, total, claimed) select c.id, c.quantity, 0 "  # noqa: S608 - our own
        f"from {PREFIX}campaign c "
        f"join {PREFIX}seal s on s.campaign_id = c.id where c.quantity is not null"
    )
    triggers.install_ledger(op.get_bind())


def downgrade() -> None:
    triggers.remove_ledger(op.get_bind())
    for name in TABLES:
        op.drop_table(f"{PREFIX}{name}")


def _check(table: str, text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{PREFIX}{table}_{name}"))


def _integers(table: str, *names: str) -> list[sa.CheckConstraint]:
    if op.get_bind().dialect.name != "sqlite":
        return []
    return [_check(table, " and ".join(f"typeof({name}) in ('integer', 'null')" for name in names), "integers")]


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{PREFIX}{table}"))


def _refers(table: str, column: str, target: str, deferred: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{PREFIX}{target}"], name=op.f(f"fk_{PREFIX}{table}_{column}"),
        deferrable=deferred or None, initially="DEFERRED" if deferred else None,
    )  # fmt: skip


def _big(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _text(name: str, length: int, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _index(name: str, table: str, columns: list[str], where: str | None = None, unique: bool = False) -> None:
    condition = sa.text(where) if where else None
    op.create_index(
        f"{name.partition('_')[0]}_{PREFIX}{name.partition('_')[2]}", f"{PREFIX}{table}", columns, unique=unique,
        postgresql_where=condition, sqlite_where=condition,
    )  # fmt: skip


def _create_stock() -> None:
    op.create_table(
        f"{PREFIX}stock",
        *_big("campaign_id", "total", "claimed"),
        _key("stock", "campaign_id"),
        _refers("stock", "campaign_id", "seal.campaign_id"),
        _check("stock", "claimed >= 0 and claimed <= total", "bounds"),
        *_integers("stock", "total", "claimed"),
    )


def _create_envelope() -> None:
    op.create_table(
        f"{PREFIX}envelope",
        sa.Column("id", BIG_ID, nullable=False),
        *_big("campaign_id"), _text("buyer", 200), *_big("amount"), _text("currency", 3),
        *_big("use_from", "use_to", "claimed_at"), _text("state", 10), _text("hold_id", 32, nullable=True),
        *_big("moves"),
        _key("envelope", "id"),
        sa.UniqueConstraint("campaign_id", "buyer", name=op.f(f"uq_{PREFIX}envelope_campaign_id_buyer")),
        _refers("envelope", "campaign_id", "seal.campaign_id"),
        _check("envelope", "state in ('available', 'held', 'redeemed', 'forfeited', 'expired')", "state"),
        _check("envelope", "(state in ('available', 'expired')) = (hold_id is null)", "hold"),
        _check("envelope", "amount > 0", "amount"),
        _check("envelope", "length(buyer) between 3 and 200", "buyer"),
        *_integers("envelope", "amount", "use_from", "use_to", "claimed_at", "moves"),
    )  # fmt: skip
    _index("ix_envelope_buyer", "envelope", ["buyer", "id"])
    _index("ix_envelope_due", "envelope", ["use_to"], "state = 'available'")


def _create_hold() -> None:
    op.create_table(
        f"{PREFIX}hold",
        _text("id", 32), *_big("envelope_id"), _text("order_no", 64), *_big("amount"), _text("currency", 3),
        *_big("goods", "discounts", "basis", "lines"), _text("state", 10),
        *_big("held_at", "expires_at"), *_big("ended_at", "received_at", nullable=True),
        _key("hold", "id"),
        _refers("hold", "envelope_id", "envelope.id"),
        _check("hold", "state in ('live', 'redeemed', 'released')", "state"),
        _check("hold", "(state = 'live') = (ended_at is null)", "end"),
        _check("hold", "received_at is null or state = 'redeemed'", "receipt"),
        _check("hold", "expires_at - held_at between 60000 and 86400000", "length"),
        _check("hold", "amount > 0 and discounts >= 0 and goods - discounts > amount", "remainder"),
        _check("hold", "basis = goods or basis = goods - discounts", "basis"),
        _check("hold", "lines > 0", "lines"),
        *_integers("hold", "amount", "goods", "discounts", "basis", "lines", "held_at", "expires_at", "ended_at",
                   "received_at"),
    )  # fmt: skip
    _index("uq_hold_envelope", "hold", ["envelope_id"], "state = 'live'", unique=True)
    _index("uq_hold_order", "hold", ["order_no"], "state <> 'released'", unique=True)
    _index("ix_hold_due", "hold", ["expires_at"], "state = 'live'")
    _index("ix_hold_of", "hold", ["envelope_id", "held_at"])


def _create_allocation() -> None:
    op.create_table(
        f"{PREFIX}allocation",
        _text("hold_id", 32), _text("line_key", 64), sa.Column("is_goods", sa.Boolean(), nullable=False),
        *_big("quantity", "before", "share", "paid", "refunded_units", "refunded_cash", "refunded_share"),
        _key("allocation", "hold_id", "line_key"),
        _refers("allocation", "hold_id", "hold.id", deferred=True),
        _check("allocation", "is_goods or before = 0", "goods"),
        _check("allocation", "share >= 0 and share <= before and paid = before - share", "share"),
        _check("allocation", "quantity > 0 and before <= 9000000000000000000 / quantity", "quantity"),
        _check("allocation", "refunded_units >= 0 and refunded_units <= quantity", "refunded"),
        _check("allocation", "refunded_cash = paid * refunded_units / quantity "
                             "and refunded_share = share * refunded_units / quantity", "refund"),
        _check("allocation", "length(line_key) > 0", "line_key"),
        *_integers("allocation", "quantity", "before", "share", "paid", "refunded_units", "refunded_cash",
                   "refunded_share"),
    )  # fmt: skip


def _create_refund() -> None:
    op.create_table(
        f"{PREFIX}refund",
        _text("id", 32), _text("hold_id", 32), *_big("lines", "cash", "share", "started_at"),
        *_big("completed_at", nullable=True), sa.Column("is_full", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Boolean()) for name in ("is_before_receipt", "is_valid", "gives_back")),
        _key("refund", "id"),
        _refers("refund", "hold_id", "hold.id"),
        _check("refund", "cash >= 0 and share >= 0 and lines > 0", "amounts"),
        _check("refund", "completed_at is null or completed_at >= started_at", "order"),
        _check("refund", "(completed_at is null) = (is_before_receipt is null) and (completed_at is null) = "
                         "(is_valid is null) and (completed_at is null) = (gives_back is null)", "facts"),
        _check("refund", "gives_back = (is_full and is_before_receipt and is_valid)", "gives_back"),
        *_integers("refund", "cash", "share", "lines", "started_at", "completed_at"),
    )  # fmt: skip
    _index("ix_refund_hold", "refund", ["hold_id", "started_at"])
    op.create_table(
        f"{PREFIX}refund_line",
        _text("refund_id", 32), _text("line_key", 64), *_big("units", "cash", "share"),
        _key("refund_line", "refund_id", "line_key"),
        _refers("refund_line", "refund_id", "refund.id", deferred=True),
        _check("refund_line", "units > 0 and cash >= 0 and share >= 0", "amounts"),
        *_integers("refund_line", "units", "cash", "share"),
    )  # fmt: skip


def _create_ledger() -> None:
    known = ", ".join(f"'{posting}'" for posting in POSTINGS)
    op.create_table(
        f"{PREFIX}ledger",
        *_big("envelope_id", "move"), _text("book", 10), _text("line_key", 64), _text("from_account", 12),
        _text("to_account", 12), *_big("amount"), _text("currency", 3), _text("event", 10), _text("source", 32),
        *_big("at"),
        _key("ledger", "envelope_id", "move", "book", "line_key", "from_account", "to_account"),
        _refers("ledger", "envelope_id", "envelope.id"),
        _check("ledger", "amount > 0", "amount"),
        _check("ledger", f"book || ':' || event || ':' || from_account || '>' || to_account in ({known})", "posting"),
        _check("ledger", "(book = 'money') = (length(line_key) > 0)", "line"),
        *_integers("ledger", "move", "amount", "at"),
    )  # fmt: skip
    _index("uq_ledger_source", "ledger", ["source", "event", "book", "line_key", "from_account", "to_account"],
           "source <> ''", unique=True)  # fmt: skip

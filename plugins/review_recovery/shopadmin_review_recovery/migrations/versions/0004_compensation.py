"""Compensation: what was asked for, decided once, and handed over

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PREFIX = "plugin_review_recovery_"
TABLE = f"{PREFIX}compensation"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GRANTS = {"compensation": "select, insert, update"}
KEPT = "review_recovery:compensation: what was asked for and decided never changes"
ASKED = (
    "id", "case_id", "order_id", "buyer_id", "kind", "amount", "currency", "reason", "alone_up_to", "requested_at",
    "requested_by",
)  # fmt: skip
DECIDED = ("decided_at", "decided_by", "decision_note")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", BIG_ID, nullable=False),
        _big("case_id"), _big("order_id", True), _big("buyer_id", True),
        _text("kind", 20), _big("amount"), _text("currency", 3), _text("reason", 500), _big("alone_up_to"),
        _text("state", 20), _instant("requested_at"), _big("requested_by"),
        _instant("decided_at", True), _big("decided_by", True), _text("decision_note", 500),
        _instant("settled_at", True), _big("settled_by", True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        _check("kind in ('refund', 'return_freight', 'replacement', 'coupon', 'gift')", "kind"),
        _check("state in ('requested', 'approved', 'declined', 'withdrawn', 'settled')", "state"),
        _check("amount > 0 and alone_up_to >= 0", "amount"),
        _check("length(currency) = 3", "currency"),
        _check("(state = 'requested') = (decided_at is null)", "decided"),
        _check("(state = 'settled') = (settled_at is not null)", "settled"),
        _check("decided_by is null or decided_by <> requested_by or state = 'withdrawn'", "not_requester"),
        _check(
            "state not in ('approved', 'declined', 'settled') or decided_by is not null"
            " or (state <> 'declined' and amount <= alone_up_to and kind not in ('coupon', 'gift'))",
            "alone",
        ),
    )  # fmt: skip
    op.create_index(f"ix_{TABLE}_case", TABLE, ["case_id"])
    op.create_index(f"ix_{TABLE}_order", TABLE, ["order_id"])
    op.create_index(f"ix_{TABLE}_state", TABLE, ["state", "id"])
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"drop function {TABLE}_next()")
        op.execute(f"drop function {TABLE}_kept()")


def _allowed(same: str) -> str:
    """Which change of a row may be: a decision about what was asked for, or handing over what was approved."""
    asked = " and ".join(f"new.{name} {same} old.{name}" for name in ASKED)
    decided = " and ".join(f"new.{name} {same} old.{name}" for name in DECIDED)
    return (
        f"{asked} and ((old.state = 'requested' and new.state in ('approved', 'declined', 'withdrawn'))"
        f" or (old.state = 'approved' and new.state = 'settled' and {decided}))"
    )


def _sqlite() -> list[str]:
    return [
        # INSERT OR REPLACE fires no DELETE trigger.
        _refusing("insert", "insert", f"exists (select 1 from {TABLE} x where x.id = new.id)"),  # noqa: S608 - our own name
        _refusing("next", "update", f"not ({_allowed('is')})"),
        _refusing("delete", "delete", "1"),
    ]


def _refusing(name: str, moment: str, condition: str) -> str:
    return (
        f"create trigger {TABLE}_{name} before {moment} on {TABLE} for each row "
        f"begin select raise(abort, '{KEPT}') where {condition}; end"
    )


def _postgresql() -> list[str]:
    refuse = f"raise exception '{KEPT}' using errcode = 'check_violation';"
    return [
        _function("next", f"if not ({_allowed('is not distinct from')}) then {refuse} end if; return new;"),
        _function("kept", refuse),
        *_trigger("next", "before update", "row", "next"),
        *_trigger("delete", "before delete", "row", "kept"),
        *_trigger("truncate", "before truncate", "statement", "kept"),
    ]


def _function(name: str, body: str) -> str:
    return (
        f"create function {TABLE}_{name}() returns trigger language plpgsql "
        f"set search_path = pg_catalog, pg_temp as $body$ begin {body} end $body$"
    )


def _trigger(name: str, moment: str, each: str, function: str) -> list[str]:
    return [
        f"create trigger {TABLE}_{name} {moment} on {TABLE} for each {each} execute function {TABLE}_{function}()",
        f"alter table {TABLE} enable always trigger {TABLE}_{name}",
    ]


def _check(text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{TABLE}_{name}"))


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _instant(name: str, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)

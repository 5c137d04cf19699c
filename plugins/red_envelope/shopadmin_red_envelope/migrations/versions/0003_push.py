"""The push of a campaign and its audience

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PREFIX = "plugin_red_envelope_"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = ("past_buyers", "no_consent", "do_not_contact", "excluded", "no_address")
# A push is never taken away: what was sent, and to whom it was not, is what the report goes by.
GRANTS = {"push": "select, insert, update"}


def upgrade() -> None:
    _create_push()
    _create_push_buyer()


def downgrade() -> None:
    op.drop_table(f"{PREFIX}push_buyer")
    op.drop_table(f"{PREFIX}push")


def _check(table: str, text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{PREFIX}{table}_{name}"))


def _integers(table: str, *names: str) -> list[sa.CheckConstraint]:
    if op.get_bind().dialect.name != "sqlite":
        return []
    return [_check(table, " and ".join(f"typeof({name}) in ('integer', 'null')" for name in names), "integers")]


def _big(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _create_push() -> None:
    op.create_table(
        f"{PREFIX}push",
        sa.Column("id", BIG_ID, nullable=False),
        *_big("campaign_id"), _text("state", 10), _text("channel", 40), _text("subject", 200),
        sa.Column("text", sa.Text(), nullable=False), *_big("holdout_percent"), _text("seed", 32), *_big("cursor"),
        *_big(*COUNTS), *_big("forecast_rate"),
        *_big("forecast", "drawn_at", "started_at", "finished_at", nullable=True), _text("ended_by", 30),
        *_big("version"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PREFIX}push")),
        sa.UniqueConstraint("campaign_id", name=op.f(f"uq_{PREFIX}push_campaign_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], [f"{PREFIX}campaign.id"], name=op.f(f"fk_{PREFIX}push_campaign_id")
        ),
        _check("push", "state in ('draft', 'drawing', 'drawn', 'sending', 'sent', 'stopped')", "state"),
        _check("push", "holdout_percent between 1 and 50", "holdout"),
        _check("push", "forecast_rate between 1 and 100 and forecast >= 0", "forecast"),
        _check("push", "state in ('draft', 'drawing') or (length(seed) > 0 and drawn_at is not null)", "drawn"),
        _check("push", "(state in ('sending', 'sent', 'stopped')) = (started_at is not null)", "started"),
        _check("push", "(state in ('sent', 'stopped')) = (finished_at is not null)", "finished"),
        _check("push", "started_at >= drawn_at and finished_at >= started_at", "order"),
        _check("push", "past_buyers >= 0 and no_consent >= 0 and do_not_contact >= 0 and excluded >= 0 "
                       "and no_address >= 0", "counts"),
        *_integers("push", "holdout_percent", "cursor", *COUNTS, "forecast_rate", "forecast", "drawn_at",
                   "started_at", "finished_at", "version"),
    )  # fmt: skip
    op.create_index(f"ix_{PREFIX}push_state", f"{PREFIX}push", ["state"])


def _create_push_buyer() -> None:
    waiting = sa.text("state = 'waiting'")
    op.create_table(
        f"{PREFIX}push_buyer",
        *_big("push_id", "buyer_id"), sa.Column("ref", sa.Text(), nullable=False), _text("state", 8),
        _text("reason", 80), *_big("asked_at", nullable=True),
        sa.PrimaryKeyConstraint("push_id", "buyer_id", name=op.f(f"pk_{PREFIX}push_buyer")),
        sa.ForeignKeyConstraint(["push_id"], [f"{PREFIX}push.id"], name=op.f(f"fk_{PREFIX}push_buyer_push_id")),
        _check("push_buyer", "state in ('waiting', 'holdout', 'asked', 'denied', 'failed')", "state"),
        _check("push_buyer", "(state in ('waiting', 'holdout')) = (asked_at is null)", "asked"),
        *_integers("push_buyer", "buyer_id", "asked_at"),
    )  # fmt: skip
    op.create_index(
        f"ix_{PREFIX}push_buyer_due", f"{PREFIX}push_buyer", ["push_id", "buyer_id"],
        postgresql_where=waiting, sqlite_where=waiting,
    )  # fmt: skip

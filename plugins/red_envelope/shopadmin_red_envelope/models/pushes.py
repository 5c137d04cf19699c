"""The push of a campaign, and each buyer of its audience with the group that was drawn."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId
from shopadmin_red_envelope.models.campaigns import integer_check

_WAITING = text("state = 'waiting'")
COUNTS = ("past_buyers", "no_consent", "do_not_contact", "excluded", "no_address")


class RedEnvelopePush(Base):
    """One push a campaign: its text, how its groups were drawn, and how far it is.

    ``cursor``: the last buyer's id that the draw has looked at. The counts say who was looked at and why somebody was
    left out. ``forecast``: what the campaign was to cost when the push began, minor units, at a claim rate of
    ``forecast_rate`` percent; None in a shop without history. ``ended_by``: why it was stopped, empty if it was not.
    """

    __tablename__ = "plugin_red_envelope_push"
    __table_args__ = (
        UniqueConstraint("campaign_id"),
        CheckConstraint("state in ('draft', 'drawing', 'drawn', 'sending', 'sent', 'stopped')", name="state"),
        CheckConstraint("holdout_percent between 1 and 50", name="holdout"),
        CheckConstraint("forecast_rate between 1 and 100 and forecast >= 0", name="forecast"),
        CheckConstraint("state in ('draft', 'drawing') or (length(seed) > 0 and drawn_at is not null)", name="drawn"),
        CheckConstraint("(state in ('sending', 'sent', 'stopped')) = (started_at is not null)", name="started"),
        CheckConstraint("(state in ('sent', 'stopped')) = (finished_at is not null)", name="finished"),
        CheckConstraint("started_at >= drawn_at and finished_at >= started_at", name="order"),
        CheckConstraint("past_buyers >= 0 and no_consent >= 0 and do_not_contact >= 0 and excluded >= 0 "
                        "and no_address >= 0", name="counts"),
        integer_check("holdout_percent", "cursor", *COUNTS, "forecast_rate", "forecast", "drawn_at", "started_at",
                      "finished_at", "version"),
        Index("ix_plugin_red_envelope_push_state", "state"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plugin_red_envelope_campaign.id"))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    channel: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    holdout_percent: Mapped[int] = mapped_column(BigInteger)
    seed: Mapped[str] = mapped_column(String(32), default="")
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    past_buyers: Mapped[int] = mapped_column(BigInteger, default=0)
    no_consent: Mapped[int] = mapped_column(BigInteger, default=0)
    do_not_contact: Mapped[int] = mapped_column(BigInteger, default=0)
    excluded: Mapped[int] = mapped_column(BigInteger, default=0)
    no_address: Mapped[int] = mapped_column(BigInteger, default=0)
    forecast_rate: Mapped[int] = mapped_column(BigInteger)
    forecast: Mapped[int | None] = mapped_column(BigInteger)
    drawn_at: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_by: Mapped[str] = mapped_column(String(30), default="")
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class RedEnvelopePushBuyer(Base):
    """A buyer of a push: kept back for comparison, waiting for the message, or what the outbox said to it.

    ``buyer_id``: the core's row, without a foreign key; ``ref``: whose it was when the groups were drawn, as row ids
    are used again after an import is undone. ``reason``: why the gate said no.
    """

    __tablename__ = "plugin_red_envelope_push_buyer"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'holdout', 'asked', 'denied', 'failed')", name="state"),
        CheckConstraint("(state in ('waiting', 'holdout')) = (asked_at is null)", name="asked"),
        integer_check("buyer_id", "asked_at"),
        Index("ix_plugin_red_envelope_push_buyer_due", "push_id", "buyer_id", postgresql_where=_WAITING,
              sqlite_where=_WAITING),
    )  # fmt: skip

    push_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("plugin_red_envelope_push.id"), primary_key=True, autoincrement=False
    )
    buyer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ref: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    reason: Mapped[str] = mapped_column(String(80), default="")
    asked_at: Mapped[int | None] = mapped_column(BigInteger)

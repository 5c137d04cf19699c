"""Activities, denominations, campaigns, seals, and the guard of the clock."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId

INTEGERS = ("amount", "quantity", "threshold", "lock_at", "claim_from", "claim_to", "use_from", "use_to", "version")


def integer_check(*names: str) -> CheckConstraint:
    """SQLite alone: nothing but integers stands in these columns, or nothing at all."""
    text = " and ".join(f"typeof({name}) in ('integer', 'null')" for name in names)
    return CheckConstraint(text, name="integers").ddl_if(dialect="sqlite")


class RedEnvelopeActivity(Base):
    """An activity of the platform or the store, under which campaigns run: ``[starts_at, ends_at)``."""

    __tablename__ = "plugin_red_envelope_activity"
    __table_args__ = (
        CheckConstraint("kind in ('platform', 'store')", name="kind"),
        CheckConstraint("starts_at < ends_at", name="window"),
        integer_check("starts_at", "ends_at", "version"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    supports_store_envelopes: Mapped[bool] = mapped_column(Boolean)
    starts_at: Mapped[int] = mapped_column(BigInteger)
    ends_at: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class RedEnvelopeDenomination(Base):
    """One amount that a category allows. Editing a category's table writes all its rows anew, one version up."""

    __tablename__ = "plugin_red_envelope_denomination"
    __table_args__ = (
        UniqueConstraint("category", "version", "amount"),
        CheckConstraint("amount > 0", name="amount"),
        integer_check("version", "amount"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    category: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


class RedEnvelopeCampaign(Base):
    """A campaign as set up. ``running`` and ``ended`` are never stored: they follow from the clock."""

    __tablename__ = "plugin_red_envelope_campaign"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'scheduled', 'withdrawn')", name="state"),
        CheckConstraint("mode in ('page', 'push')", name="mode"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("threshold > amount", name="threshold"),
        CheckConstraint("claim_from < claim_to", name="claim_window"),
        CheckConstraint("use_from < use_to", name="use_window"),
        CheckConstraint("claim_to <= use_to", name="claimed_before_use_ends"),
        CheckConstraint(
            "state = 'draft' or (activity_id is not null and amount is not null and lock_at is not null and "
            "claim_from is not null and claim_to is not null and use_from is not null and use_to is not null)",
            name="complete",
        ),
        integer_check(*INTEGERS),
        Index("ix_plugin_red_envelope_campaign_state", "state", "lock_at"),
        Index("ix_plugin_red_envelope_campaign_activity", "activity_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    activity_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("plugin_red_envelope_activity.id"))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    category: Mapped[str] = mapped_column(String(80))
    denomination_version: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    quantity: Mapped[int | None] = mapped_column(BigInteger)
    threshold: Mapped[int | None] = mapped_column(BigInteger)
    mode: Mapped[str] = mapped_column(String(10), default="page")
    after_order_discounts: Mapped[bool] = mapped_column(Boolean, default=False)
    lock_at: Mapped[int | None] = mapped_column(BigInteger)
    claim_from: Mapped[int | None] = mapped_column(BigInteger)
    claim_to: Mapped[int | None] = mapped_column(BigInteger)
    use_from: Mapped[int | None] = mapped_column(BigInteger)
    use_to: Mapped[int | None] = mapped_column(BigInteger)
    rule_version: Mapped[str] = mapped_column(String(10), default="2016-08-23")
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class RedEnvelopeSeal(Base):
    """A campaign's terms as they stood at its start: canonical JSON and its SHA-256. Written once, never changed."""

    __tablename__ = "plugin_red_envelope_seal"
    __table_args__ = (integer_check("sealed_at"),)

    campaign_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("plugin_red_envelope_campaign.id"), primary_key=True, autoincrement=False
    )
    terms: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[int] = mapped_column(BigInteger)


class RedEnvelopeGuard(Base):
    """One row that watches the clock.

    ``lock_at``: what the last statement before a commit writes on SQLite, so that a trigger reads the clock once
    more. ``latest``: the latest instant the database has seen. ``late_changes``: changes of campaigns whose start had
    been seen already, that is, with the clock set back.
    """

    __tablename__ = "plugin_red_envelope_guard"
    __table_args__ = (CheckConstraint("id = 1", name="single"), integer_check("lock_at", "latest", "late_changes"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    lock_at: Mapped[int | None] = mapped_column(BigInteger)
    latest: Mapped[int] = mapped_column(BigInteger, default=0)
    late_changes: Mapped[int] = mapped_column(BigInteger, default=0)

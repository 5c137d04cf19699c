"""Envelopes, what they are held for, what comes back, and the ledger of all that.

A hold, a refund and a claim are facts that services write; states, counters and postings follow from them by the
database's own triggers, and by nothing else.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId
from shopadmin_red_envelope.models.campaigns import integer_check

# The journals of section 3: which event moves what from where to where.
POSTINGS = (
    "envelope:issue:unissued>outstanding",
    "envelope:reserve:outstanding>held",
    "envelope:release:held>outstanding",
    "envelope:redeem:held>redeemed",
    "envelope:refund:redeemed>forfeited",
    "envelope:give_back:redeemed>outstanding",
    "envelope:expiry:outstanding>expired",
    "money:redeem:sales>cash",
    "money:redeem:sales>subsidy",
    "money:refund:cash>sales",
    "money:refund:subsidy>sales",
)
# Of the largest signed 64-bit number, so that amount * units stays exact on both engines.
LARGEST_PRODUCT = 9_000_000_000_000_000_000


class RedEnvelopeStock(Base):
    """How many envelopes of a capped campaign there are, and how many are claimed. Uncapped campaigns have no row."""

    __tablename__ = "plugin_red_envelope_stock"
    __table_args__ = (
        CheckConstraint("claimed >= 0 and claimed <= total", name="bounds"),
        integer_check("total", "claimed"),
    )

    campaign_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("plugin_red_envelope_seal.campaign_id"), primary_key=True, autoincrement=False
    )
    total: Mapped[int] = mapped_column(BigInteger)
    claimed: Mapped[int] = mapped_column(BigInteger, default=0)


class RedEnvelope(Base):
    """A buyer's envelope: ``buyer`` is ``<platform>:<ref>`` as the token says. Only state, hold and moves change.

    ``hold_id``: what it is held or was redeemed by. ``moves``: how many journals the ledger has of it.
    """

    __tablename__ = "plugin_red_envelope_envelope"
    __table_args__ = (
        UniqueConstraint("campaign_id", "buyer"),
        CheckConstraint("state in ('available', 'held', 'redeemed', 'forfeited', 'expired')", name="state"),
        CheckConstraint("(state in ('available', 'expired')) = (hold_id is null)", name="hold"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("length(buyer) between 3 and 200", name="buyer"),
        integer_check("amount", "use_from", "use_to", "claimed_at", "moves"),
        Index("ix_plugin_red_envelope_envelope_buyer", "buyer", "id"),
        Index("ix_plugin_red_envelope_envelope_due", "use_to", postgresql_where=text("state = 'available'"),
              sqlite_where=text("state = 'available'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plugin_red_envelope_seal.campaign_id"))
    buyer: Mapped[str] = mapped_column(String(200))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    use_from: Mapped[int] = mapped_column(BigInteger)
    use_to: Mapped[int] = mapped_column(BigInteger)
    claimed_at: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default="available")
    hold_id: Mapped[str | None] = mapped_column(String(32))
    moves: Mapped[int] = mapped_column(BigInteger, default=1)


class RedEnvelopeHold(Base):
    """One envelope on one order, with the amounts it was judged by. What is redeemed stays: refunds refer to it.

    An order is known by ``platform``, which is that of the envelope's buyer, and ``order_no``. ``goods``: of the
    lines, after item-level price. ``discounts``: of the order, without the envelope. ``basis``: the one of the two sums
    that the campaign's condition was held against (D2). ``received_at``: the confirmed receipt.
    """

    __tablename__ = "plugin_red_envelope_hold"
    __table_args__ = (
        CheckConstraint("state in ('live', 'redeemed', 'released')", name="state"),
        CheckConstraint("(state = 'live') = (ended_at is null)", name="end"),
        CheckConstraint("received_at is null or state = 'redeemed'", name="receipt"),
        CheckConstraint("expires_at - held_at between 60000 and 86400000", name="length"),
        CheckConstraint("amount > 0 and discounts >= 0 and goods - discounts > amount", name="remainder"),
        CheckConstraint("basis = goods or basis = goods - discounts", name="basis"),
        CheckConstraint("lines > 0", name="lines"),
        integer_check(
            "amount", "goods", "discounts", "basis", "lines", "held_at", "expires_at", "ended_at", "received_at"
        ),
        Index("uq_plugin_red_envelope_hold_envelope", "envelope_id", unique=True,
              postgresql_where=text("state = 'live'"), sqlite_where=text("state = 'live'")),
        Index("uq_plugin_red_envelope_hold_order", "platform", "order_no", unique=True,
              postgresql_where=text("state <> 'released'"), sqlite_where=text("state <> 'released'")),
        Index("ix_plugin_red_envelope_hold_due", "expires_at", postgresql_where=text("state = 'live'"),
              sqlite_where=text("state = 'live'")),
        Index("ix_plugin_red_envelope_hold_of", "envelope_id", "held_at"),
        Index("ix_plugin_red_envelope_hold_number", "order_no"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    envelope_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plugin_red_envelope_envelope.id"))
    platform: Mapped[str] = mapped_column(String(40), server_default="")
    order_no: Mapped[str] = mapped_column(String(64))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    goods: Mapped[int] = mapped_column(BigInteger)
    discounts: Mapped[int] = mapped_column(BigInteger)
    basis: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default="live")
    held_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    received_at: Mapped[int | None] = mapped_column(BigInteger)


class RedEnvelopeAllocation(Base):
    """A line's share, frozen when the order is placed, and what refunds have taken of the line since.

    ``before``: what was left of the goods before the envelope, 0 for a line that is no goods. The key to the hold is
    checked at the commit: the shares come first, and the hold is refused unless they sum to its amount.
    """

    __tablename__ = "plugin_red_envelope_allocation"
    __table_args__ = (
        CheckConstraint("is_goods or before = 0", name="goods"),
        CheckConstraint("share >= 0 and share <= before and paid = before - share", name="share"),
        CheckConstraint(f"quantity > 0 and before <= {LARGEST_PRODUCT} / quantity", name="quantity"),
        CheckConstraint("refunded_units >= 0 and refunded_units <= quantity", name="refunded"),
        # Cumulative floors (section 3): however the units are batched, no refund of the line exceeds what was paid.
        CheckConstraint(
            "refunded_cash = paid * refunded_units / quantity and refunded_share = share * refunded_units / quantity",
            name="refund",
        ),
        CheckConstraint("length(line_key) > 0", name="line_key"),
        integer_check("quantity", "before", "share", "paid", "refunded_units", "refunded_cash", "refunded_share"),
    )

    hold_id: Mapped[str] = mapped_column(
        String(32),
        ForeignKey("plugin_red_envelope_hold.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    )
    line_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    is_goods: Mapped[bool] = mapped_column(Boolean)
    quantity: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int] = mapped_column(BigInteger)
    refunded_units: Mapped[int] = mapped_column(BigInteger, default=0)
    refunded_cash: Mapped[int] = mapped_column(BigInteger, default=0)
    refunded_share: Mapped[int] = mapped_column(BigInteger, default=0)


class RedEnvelopeRefund(Base):
    """One refund act. Its units are taken when it starts; the three facts of R18 stand there once it completes.

    Until then it may be cancelled: it gives its units back, and is no act any more.

    ``cash``, ``share``: of its units, minor units.
    """

    __tablename__ = "plugin_red_envelope_refund"
    __table_args__ = (
        CheckConstraint("cash >= 0 and share >= 0 and lines > 0", name="amounts"),
        CheckConstraint("completed_at is null or completed_at >= started_at", name="order"),
        CheckConstraint("cancelled_at is null or (completed_at is null and cancelled_at >= started_at)",
                        name="cancelled"),
        CheckConstraint(
            "(completed_at is null) = (is_before_receipt is null) and (completed_at is null) = (is_valid is null) "
            "and (completed_at is null) = (gives_back is null)",
            name="facts",
        ),
        CheckConstraint("gives_back = (is_full and is_before_receipt and is_valid)", name="gives_back"),
        integer_check("cash", "share", "lines", "started_at", "completed_at"),
        Index("ix_plugin_red_envelope_refund_hold", "hold_id", "started_at"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hold_id: Mapped[str] = mapped_column(String(32), ForeignKey("plugin_red_envelope_hold.id"))
    lines: Mapped[int] = mapped_column(BigInteger)
    cash: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[int] = mapped_column(BigInteger)
    completed_at: Mapped[int | None] = mapped_column(BigInteger)
    cancelled_at: Mapped[int | None] = mapped_column(BigInteger)
    is_full: Mapped[bool] = mapped_column(Boolean)
    is_before_receipt: Mapped[bool | None] = mapped_column(Boolean)
    is_valid: Mapped[bool | None] = mapped_column(Boolean)
    gives_back: Mapped[bool | None] = mapped_column(Boolean)


class RedEnvelopeRefundLine(Base):
    """What a refund takes of one line; written before its refund, and never changed."""

    __tablename__ = "plugin_red_envelope_refund_line"
    __table_args__ = (
        CheckConstraint("units > 0 and cash >= 0 and share >= 0", name="amounts"),
        integer_check("units", "cash", "share"),
    )

    refund_id: Mapped[str] = mapped_column(
        String(32),
        ForeignKey("plugin_red_envelope_refund.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    )
    line_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    units: Mapped[int] = mapped_column(BigInteger)
    cash: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[int] = mapped_column(BigInteger)


class RedEnvelopeTransfer(Base):
    """One line of the ledger: an amount that leaves one account for another, so that no journal can be unbalanced.

    A journal is all transfers of one move of one envelope. ``source``: the hold or refund it follows from, else empty;
    ``line_key``: of the money book, else empty. Balances are sums of these. Added by triggers alone, never changed.
    """

    __tablename__ = "plugin_red_envelope_ledger"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint(
            "book || ':' || event || ':' || from_account || '>' || to_account in ("
            + ", ".join(f"'{posting}'" for posting in POSTINGS)
            + ")",
            name="posting",
        ),
        CheckConstraint("(book = 'money') = (length(line_key) > 0)", name="line"),
        integer_check("move", "amount", "at"),
        Index(
            "uq_plugin_red_envelope_ledger_source", "source", "event", "book", "line_key", "from_account", "to_account",
            unique=True, postgresql_where=text("source <> ''"), sqlite_where=text("source <> ''"),
        ),
    )  # fmt: skip

    envelope_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("plugin_red_envelope_envelope.id"), primary_key=True, autoincrement=False
    )
    move: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    book: Mapped[str] = mapped_column(String(10), primary_key=True)
    line_key: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    from_account: Mapped[str] = mapped_column(String(12), primary_key=True)
    to_account: Mapped[str] = mapped_column(String(12), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    event: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(32), default="")
    at: Mapped[int] = mapped_column(BigInteger)

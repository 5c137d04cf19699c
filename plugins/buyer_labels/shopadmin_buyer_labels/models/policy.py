"""What the shop does about orders of labelled buyers: its rules, what they led to, holds, and whom somebody allowed."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, SealedText, UtcDateTime

PREFIX = "plugin_buyer_labels_"
RULE, DECISION, HOLD, ALLOWANCE = f"{PREFIX}rule", f"{PREFIX}decision", f"{PREFIX}hold", f"{PREFIX}allowance"
# Why it is over: time, a person, what became of the label, the rule, the buyer or the order.
WHYS = (
    "auto_released", "by_hand", "disputed", "suspended", "revoked", "corrected", "expired", "tombstoned", "cleared",
    "changed", "rule", "allowed", "person", "order",
)  # fmt: skip
_LIVE = sql("ended_at is null and live_since is not null")
_SHADOW = sql("ended_at is null and live_since is null")
_STANDS = sql("released_at is null")
_WHYS = ", ".join(map(repr, ("", *WHYS)))


class PolicyRule(Base):
    """One version of a rule; an edit makes another one. ``family``: the rule that the versions are of.

    ``name``: what the shop calls it, or the code of a shipped one. ``codes``, ``statuses``, ``requires``: lists;
    ``codes``: empty for every code. ``level``: 0 to 3. ``shadow_until``: the rule watches until then at least;
    ``live_since``: it acts from then on; ``approved_by``: who approved that it asks for something by itself.
    Of a family one version is live, and one beside it may watch, which may have its name; no other rule's may.
    """

    __tablename__ = RULE
    __table_args__ = (
        CheckConstraint("level between 0 and 3", name="level"),
        CheckConstraint("min_tier between 0 and 4 and min_severity between 1 and 4", name="least"),
        # G5: nothing holds an order for longer than a day.
        CheckConstraint(
            "hold_hours between 0 and 24 and (level = 3) = (hold_hours > 0)", name="hold_hours"
        ),
        CheckConstraint("(approved_at is null) = (approved_by is null)", name="approved"),
        CheckConstraint("(ended_at is null) = (ended_why = '')", name="ended"),
        CheckConstraint("ended_why in ('', 'replaced', 'off')", name="ended_why"),
        UniqueConstraint("family", "version"),
        Index(f"uq_{RULE}_live", "family", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index(f"uq_{RULE}_shadow", "family", unique=True, sqlite_where=_SHADOW, postgresql_where=_SHADOW),
        Index(f"uq_{RULE}_live_name", "name", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index(f"uq_{RULE}_shadow_name", "name", unique=True, sqlite_where=_SHADOW, postgresql_where=_SHADOW),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    family: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(String(80))
    codes: Mapped[list[str]] = mapped_column(JSON)
    min_tier: Mapped[int] = mapped_column(SmallInteger)
    min_severity: Mapped[int] = mapped_column(SmallInteger)
    statuses: Mapped[list[str]] = mapped_column(JSON)
    level: Mapped[int] = mapped_column(SmallInteger)
    requires: Mapped[list[str]] = mapped_column(JSON)
    campaigns: Mapped[bool]
    hold_hours: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    shadow_until: Mapped[datetime] = mapped_column(UtcDateTime)
    live_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    live_by: Mapped[int | None] = mapped_column(BigInteger)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_why: Mapped[str] = mapped_column(String(10), default="")


class OrderDecision(Base):
    """What one version of a rule made of one label for one order; once for each three of them.

    ``ordered_at``: when the order was made, as ids of orders are used again after an import is undone. ``via``: how
    the order's buyer is known to be the labelled one: the same row of the shop's ``buyer``s, the kind of identifier in
    common, ``merge`` or ``chain`` (``services/people.py``). ``mode``: ``shadow`` did nothing. ``requires``: codes with
    commas between.
    """

    __tablename__ = DECISION
    __table_args__ = (
        UniqueConstraint("order_id", "ordered_at", "label_id", "rule_id"),
        CheckConstraint("level between 0 and 3", name="level"),
        CheckConstraint("mode in ('shadow', 'live')", name="mode"),
        CheckConstraint(f"ended_why in ({_WHYS})", name="ended_why"),
        CheckConstraint("(ended_at is null) = (ended_why = '')", name="ended"),
        Index(f"ix_{DECISION}_label", "label_id"),
        Index(f"ix_{DECISION}_rule", "rule_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(BigInteger)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    label_id: Mapped[int] = mapped_column(BigInteger)
    rule_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{RULE}.id"))
    version: Mapped[int] = mapped_column(SmallInteger)
    via: Mapped[str] = mapped_column(String(20))
    level: Mapped[int] = mapped_column(SmallInteger)
    requires: Mapped[str] = mapped_column(String(60))
    campaigns: Mapped[bool]
    hold_hours: Mapped[int] = mapped_column(SmallInteger)
    mode: Mapped[str] = mapped_column(String(10))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str] = mapped_column(String(20), default="")


class OrderHold(Base):
    """The one hold of an order: it is never held twice, so that it never waits for longer than a day (G5).

    ``confirmed_at``: a person decided that it stays until somebody releases it or cancels the order by hand; only then
    does it outlast ``release_at``. ``note``: why, of whoever confirmed or released it.
    """

    __tablename__ = HOLD
    __table_args__ = (
        UniqueConstraint("order_id", "ordered_at"),
        CheckConstraint("release_at <= held_at + interval '24 hours'", name="sla").ddl_if(dialect="postgresql"),
        # A fraction of a second more: SQLite reckons in days.
        CheckConstraint("julianday(release_at) - julianday(held_at) <= 1.00001", name="sla").ddl_if(dialect="sqlite"),
        CheckConstraint("release_at > held_at", name="lasts"),
        CheckConstraint(f"released_why in ({_WHYS})", name="released_why"),
        CheckConstraint("(released_at is null) = (released_why = '')", name="released"),
        CheckConstraint("(confirmed_at is null) = (confirmed_by is null)", name="confirmed"),
        Index(f"ix_{HOLD}_stands", "release_at", "id", sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index(f"ix_{HOLD}_buyer", "buyer_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(BigInteger)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    release_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(BigInteger)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_why: Mapped[str] = mapped_column(String(20), default="")
    released_by: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column("note_encrypted", SealedText(HOLD, "note"), default="", nullable=True)


class BuyerAllowance(Base):
    """Somebody lets a buyer's orders pass until then, whatever labels say. ``why``: in words, sealed."""

    __tablename__ = ALLOWANCE
    __table_args__ = (
        CheckConstraint("until > created_at", name="until"),
        Index(f"ix_{ALLOWANCE}_buyer", "buyer_id", "until"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column("why_encrypted", SealedText(ALLOWANCE, "why"), default="", nullable=True)


class PolicyMark(Base):
    """How far the program has got. ``orders``: the last one decided; ``anew``: whether all are to be looked at."""

    __tablename__ = f"{PREFIX}mark"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)

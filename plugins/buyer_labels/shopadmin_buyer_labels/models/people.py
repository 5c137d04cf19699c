"""Who is who: keyed hashes of what buyers are known by, and what people decided about it. No plain text of a person."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, SealedText, UtcDateTime
from shopadmin_buyer_labels.domain.never_match import CAUSES

_STANDS = text("ended_at is null")
_UNSEEN = text("looked_at is null")
HASH_BYTES = 16


class BuyerKey(Base):
    """An identifier of a buyer as a keyed hash of its canonical form and kind.

    ``strength``: a strong one decides by itself who somebody is, a weak one never.
    """

    __tablename__ = "plugin_buyer_labels_buyer_key"
    __table_args__ = (
        UniqueConstraint("buyer_id", "hash"),
        Index("ix_plugin_buyer_labels_buyer_key_hash", "hash", "buyer_id"),
        CheckConstraint(
            "(strength = 'strong' and kind in ('phone', 'email', 'platform_uid'))"
            " or (strength = 'weak' and kind in ('fixed', 'address', 'tail', 'nick'))",
            name="strength",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    strength: Mapped[str] = mapped_column(String(6))
    hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES))


class BuyerBlock(Base):
    """A blocking key of a buyer as a keyed hash: only who shares one is compared by name and address."""

    __tablename__ = "plugin_buyer_labels_buyer_block"
    __table_args__ = (
        UniqueConstraint("buyer_id", "hash"),
        Index("ix_plugin_buyer_labels_buyer_block_hash", "hash", "buyer_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES))


class BuyerIndexed(Base):
    """That a buyer's keys and blocks are those of this ``mark`` (a hash of the core's): else they are made anew.

    ``looked_at``: when it was last looked whom the buyer is like; a row that is made anew has not been.
    """

    __tablename__ = "plugin_buyer_labels_buyer_indexed"
    __table_args__ = (
        Index(
            "ix_plugin_buyer_labels_buyer_indexed_unseen", "buyer_id",
            sqlite_where=_UNSEEN, postgresql_where=_UNSEEN,
        ),
    )  # fmt: skip

    buyer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES))
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BuyerMerge(Base):
    """A person said that two buyers are one. Nothing is moved: once it is ended both are what they were."""

    __tablename__ = "plugin_buyer_labels_buyer_merge"
    __table_args__ = (
        CheckConstraint("buyer_id <> into_id", name="two"),
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended"),
        Index(
            "uq_plugin_buyer_labels_buyer_merge_stands", "buyer_id",
            unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS,
        ),
        Index("ix_plugin_buyer_labels_buyer_merge_into", "into_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    into_id: Mapped[int] = mapped_column(BigInteger)
    why: Mapped[str] = mapped_column(
        "why_encrypted", SealedText("plugin_buyer_labels_buyer_merge", "why"), default="", nullable=True
    )
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)


class BuyerSplit(Base):
    """A person said that a buyer is somebody else than those with the same identifiers: they do not join it."""

    __tablename__ = "plugin_buyer_labels_buyer_split"
    __table_args__ = (
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended"),
        Index(
            "uq_plugin_buyer_labels_buyer_split_stands", "buyer_id",
            unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    why: Mapped[str] = mapped_column(
        "why_encrypted", SealedText("plugin_buyer_labels_buyer_split", "why"), default="", nullable=True
    )
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)


class NeverMatch(Base):
    """An identifier that many people use, so that nobody is known by it. ``hash``: as in ``BuyerKey``.

    ``hint``: as little of it as tells two entries apart. ``cause``: ``own`` ones are kept by the program.
    """

    __tablename__ = "plugin_buyer_labels_never_match"
    __table_args__ = (
        CheckConstraint(f"cause in ({', '.join(map(repr, CAUSES))})", name="cause"),
        CheckConstraint("kind in ('phone', 'email', 'fixed', 'address')", name="kind"),
        Index(
            "uq_plugin_buyer_labels_never_match_stands", "hash",
            unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES))
    hint: Mapped[str] = mapped_column(String(60))
    cause: Mapped[str] = mapped_column(String(12))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)


class MatchSuggestion(Base):
    """Two buyers who may be one person, for somebody to look at. ``buyer_id`` is the lower of the two.

    ``score``: thousandths; ``reasons``: codes. ``decision``: empty until somebody merged them or said they are two.
    """

    __tablename__ = "plugin_buyer_labels_match_suggestion"
    __table_args__ = (
        UniqueConstraint("buyer_id", "other_id"),
        CheckConstraint("buyer_id < other_id", name="two"),
        CheckConstraint("score between 0 and 1000", name="score"),
        CheckConstraint("decision in ('', 'merged', 'other')", name="decision"),
        CheckConstraint("(decided_at is null) = (decision = '')", name="decided"),
        Index("ix_plugin_buyer_labels_match_suggestion_open", "decision", "score", "id"),
        Index("ix_plugin_buyer_labels_match_suggestion_other", "other_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    other_id: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[str] = mapped_column(String(6), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)

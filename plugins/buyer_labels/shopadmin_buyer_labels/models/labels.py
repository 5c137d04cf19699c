"""Labels, what proves them, and what happened to them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, SealedText, UtcDateTime
from shopadmin_buyer_labels.domain.taxonomy import CODES, VERSION

TABLE = "plugin_buyer_labels_label"
ORIGINS = ("", "incident", "import", "list")
SUSPENDED = ("", "by_hand", "rejected", "overdue")
REVOKED = ("", "by_hand", "withdrawn", "overturned")
_ONCE = text("origin = 'incident'")


def _words(values: Iterable[str]) -> str:
    return ", ".join(map(repr, values))


def _codes(tier: int) -> str:
    return _words(rule.code for rule in CODES.values() if rule.min_tier == tier)


class Label(Base):
    """One event that a buyer is labelled with. There is no status: it follows from the times (``domain.status``).

    ``tier``: what it is said to rest on; ``evidence_tier``: of the best piece that is attached; ``min_tier``: what its
    code needs to leave the draft (G2). ``created_by``, ``edited_by`` (who changed last what it says) and
    ``submitted_by`` are its authors, None for the program. ``own_fault``: the check before review (S10), None until it
    was made; ``contacted_on``: when the buyer was talked to first (S11). ``cooling_until``: for a shop that one person
    runs, instead of a second one. ``noticed_at``: approved, and the notice text made; ``notice_sent_at`` or
    ``notice_impossible_at`` make it active. ``latest_at``: ``expires_at`` is never later (G4). ``disputed_at``: an
    objection is open. ``origin``, ``origin_id``: what it was made from. ``renewed_from``: the label that it goes on.
    """

    __tablename__ = TABLE
    __table_args__ = (
        CheckConstraint(f"code in ({_words(CODES)})", name="code"),
        CheckConstraint("tier between 0 and 4 and evidence_tier between 0 and tier", name="tier"),
        CheckConstraint(
            f"min_tier = case when code in ({_codes(2)}) then 2 when code in ({_codes(1)}) then 1 else 0 end",
            name="min_tier",
        ),
        CheckConstraint("severity >= 1 and severity <= case when tier < 3 then tier + 1 else 4 end", name="severity"),
        CheckConstraint("expires_at > created_at and expires_at <= latest_at", name="expires"),
        # G2: what its code needs, and what it says of itself, is attached.
        CheckConstraint(
            "submitted_at is null or (evidence_tier >= min_tier and evidence_tier = tier)", name="founded"
        ),
        # S10: somebody has looked whether it was the shop's own fault.
        CheckConstraint(
            "submitted_at is null or (own_fault is not null and"
            " not (own_fault and (substr(code, 1, 6) = 'claim.' or substr(code, 1, 7) = 'review.')))",
            name="own_fault",
        ),
        # G3: nobody reviews what is his own, unless one person runs the shop and the pause is over.
        CheckConstraint(
            "reviewed_by is null or (cooling_until is not null and reviewed_at >= cooling_until)"
            " or (reviewed_by <> coalesce(created_by, 0)"
            " and reviewed_by <> coalesce(edited_by, 0) and reviewed_by <> coalesce(submitted_by, 0))",
            name="reviewer",
        ),
        CheckConstraint("(reviewed_at is null) = (reviewed_by is null)", name="reviewed"),
        CheckConstraint("noticed_at is null or (submitted_at is not null and reviewed_at is not null)", name="noticed"),
        CheckConstraint(
            "(notice_sent_at is null and notice_impossible_at is null) or noticed_at is not null", name="told"
        ),
        CheckConstraint(
            f"suspended_why in ({_words(SUSPENDED)}) and (suspended_at is null) = (suspended_why = '')",
            name="suspended",
        ),
        CheckConstraint(
            f"revoked_why in ({_words(REVOKED)}) and (revoked_at is null) = (revoked_why = '')", name="revoked"
        ),
        CheckConstraint(f"origin in ({_words(ORIGINS)})", name="origin"),
        Index(f"ix_{TABLE}_buyer", "buyer_id", "id"),
        Index(f"ix_{TABLE}_expires", "expires_at", "id"),
        Index(f"ix_{TABLE}_created", "created_at", "id"),
        Index(f"uq_{TABLE}_origin", "origin_id", unique=True, sqlite_where=_ONCE, postgresql_where=_ONCE),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(String(40))
    taxonomy: Mapped[int] = mapped_column(SmallInteger, default=VERSION)
    tier: Mapped[int] = mapped_column(SmallInteger)
    evidence_tier: Mapped[int] = mapped_column(SmallInteger, default=0)
    min_tier: Mapped[int] = mapped_column(SmallInteger)
    severity: Mapped[int] = mapped_column(SmallInteger)
    happened_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column("note_encrypted", SealedText(TABLE, "note"), default="", nullable=True)
    origin: Mapped[str] = mapped_column(String(10), default="")
    origin_id: Mapped[str] = mapped_column(String(100), default="")
    renewed_from: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(f"{TABLE}.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    edited_by: Mapped[int | None] = mapped_column(BigInteger)
    own_fault: Mapped[bool | None]
    own_fault_note: Mapped[str] = mapped_column(
        "own_fault_note_encrypted", SealedText(TABLE, "own_fault_note"), default="", nullable=True
    )
    contacted_on: Mapped[date | None] = mapped_column(Date)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by: Mapped[int | None] = mapped_column(BigInteger)
    cooling_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[int | None] = mapped_column(BigInteger)
    review_note: Mapped[str] = mapped_column(
        "review_note_encrypted", SealedText(TABLE, "review_note"), default="", nullable=True
    )
    noticed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notice_text: Mapped[str] = mapped_column(
        "notice_text_encrypted", SealedText(TABLE, "notice_text"), default="", nullable=True
    )
    notice_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notice_impossible_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notice_impossible: Mapped[str] = mapped_column(
        "notice_impossible_encrypted", SealedText(TABLE, "notice_impossible"), default="", nullable=True
    )
    latest_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspended_why: Mapped[str] = mapped_column(String(10), default="")
    disputed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    corrected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_why: Mapped[str] = mapped_column(String(10), default="")
    tombstoned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(BigInteger, default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class LabelEvidence(Base):
    """One piece of the core's evidence that a label rests on.

    ``tier`` as the evidence has it; ``sha256``: of its bytes, by which what is new is told from what was there.
    """

    __tablename__ = "plugin_buyer_labels_evidence"
    __table_args__ = (UniqueConstraint("label_id", "uuid"), CheckConstraint("tier between 0 and 4", name="tier"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    label_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{TABLE}.id"))
    uuid: Mapped[str] = mapped_column(String(36))
    tier: Mapped[int] = mapped_column(SmallInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    attached_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attached_by: Mapped[int | None] = mapped_column(BigInteger)


class LabelEvent(Base):
    """One line of a label's timeline, with what a person wrote beside it. ``by``: the account, None for the program."""

    __tablename__ = "plugin_buyer_labels_event"
    __table_args__ = (Index("ix_plugin_buyer_labels_event_label", "label_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    label_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{TABLE}.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    text: Mapped[str] = mapped_column(
        "text_encrypted", SealedText("plugin_buyer_labels_event", "text"), default="", nullable=True
    )

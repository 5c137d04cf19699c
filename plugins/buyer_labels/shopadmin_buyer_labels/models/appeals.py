"""Objections of buyers, what they say, and what platforms decided about complaints that labels led to."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, SealedText, UtcDateTime
from shopadmin_buyer_labels.domain.appeals import CHANNELS, OUTCOMES, REMEDIES, WITHDRAWN
from shopadmin_buyer_labels.models.labels import TABLE as LABEL

APPEAL = "plugin_buyer_labels_appeal"
REBUTTAL = "plugin_buyer_labels_rebuttal"
DECIDED = ("upheld", "partly", "rejected", "settled", "withdrawn")
_OPEN = text("decided_at is null")


def _words(values: tuple[str, ...]) -> str:
    return ", ".join(map(repr, values))


class Appeal(Base):
    """One objection to a label; of a label one is open at a time. ``order_id``: from whose page it was raised.

    ``due_at``: 14 days after; ``overdue_at``: when the label was suspended because nobody had decided. ``alone_from``:
    from when on whoever wrote or reviewed the label may decide, where the shop has nobody else (G10). ``author``,
    ``editor``, ``submitter``, ``reviewer``: of the label, as they were at the decision; ``remedy``: what an upheld one
    did to the label. ``outcome`` withdrawn: whoever raised it with one click took it back; never what a buyer said.
    """

    __tablename__ = APPEAL
    __table_args__ = (
        CheckConstraint(f"channel in ({_words(CHANNELS)})", name="channel"),
        CheckConstraint(f"outcome in ('', {_words((*OUTCOMES, WITHDRAWN))})", name="outcome"),
        CheckConstraint(f"remedy in ('', {_words(REMEDIES)})", name="remedy"),
        CheckConstraint("(decided_at is null) = (outcome = '')", name="decided"),
        CheckConstraint("(decided_by is null) = (decided_at is null)", name="decider"),
        CheckConstraint("(outcome = 'upheld') = (remedy <> '')", name="remedied"),
        # Taken back: by whoever raised it on a page.
        CheckConstraint(
            "outcome <> 'withdrawn' or (channel = 'page' and decided_by = coalesce(opened_by, 0))", name="withdrawn"
        ),
        # G10: somebody else, or the pause is over.
        CheckConstraint(
            "decided_by is null or outcome = 'withdrawn' or decided_at >= alone_from"
            " or (decided_by <> coalesce(author, 0) and decided_by <> coalesce(editor, 0)"
            " and decided_by <> coalesce(submitter, 0) and decided_by <> coalesce(reviewer, 0))",
            name="apart",
        ),
        Index(f"uq_{APPEAL}_open", "label_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(f"ix_{APPEAL}_due", "due_at", "id"),
        Index(f"ix_{APPEAL}_buyer", "buyer_id", "id"),
        Index(f"ix_{APPEAL}_label", "label_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    label_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{LABEL}.id"))
    buyer_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[int | None] = mapped_column(BigInteger)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    alone_from: Mapped[datetime] = mapped_column(UtcDateTime)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(10), default="")
    remedy: Mapped[str] = mapped_column(String(10), default="")
    author: Mapped[int | None] = mapped_column(BigInteger)
    editor: Mapped[int | None] = mapped_column(BigInteger)
    submitter: Mapped[int | None] = mapped_column(BigInteger)
    reviewer: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column("reason_encrypted", SealedText(APPEAL, "reason"), default="", nullable=True)
    revision: Mapped[int] = mapped_column(BigInteger, default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Rebuttal(Base):
    """What the buyer says of the label: kept with it and shown wherever it is. ``written_by``: who took it down."""

    __tablename__ = REBUTTAL
    __table_args__ = (Index(f"ix_{REBUTTAL}_label", "label_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    label_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{LABEL}.id"))
    appeal_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(f"{APPEAL}.id"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column("text_encrypted", SealedText(REBUTTAL, "text"), default="", nullable=True)


class Outcome(Base):
    """A platform's decision as it reached a label, once each: an appeal to the platform brings another one.

    ``tier_before``, ``tier_after``: of the label.
    """

    __tablename__ = "plugin_buyer_labels_outcome"
    __table_args__ = (
        UniqueConstraint("complaint_id", "label_id", "decided_at"),
        CheckConstraint(f"outcome in ({_words(DECIDED)})", name="outcome"),
        Index("ix_plugin_buyer_labels_outcome_label", "label_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    complaint_id: Mapped[int] = mapped_column(BigInteger)
    label_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{LABEL}.id"))
    ground: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(12))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    heard_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tier_before: Mapped[int] = mapped_column(SmallInteger)
    tier_after: Mapped[int] = mapped_column(SmallInteger)

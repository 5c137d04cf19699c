"""What buyers get for what went wrong. No column here knows a review (G5)."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, SealedText, UtcDateTime
from shopadmin_review_recovery.domain.compensation import KINDS, STATES

TABLE = "plugin_review_recovery_compensation"


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(map(repr, values))})"


class ReviewCompensation(Base):
    """One compensation, in minor units of ``currency``. What was asked for never changes; it is decided once.

    ``reason``, ``decision_note``: people's words, emptied when their time is over.

    ``alone_up_to``: what nobody had to decide about when it was asked for. ``decided_by``: None where that was enough,
    and while nothing is decided; never who asked. ``settled_at``: when it was paid out or sent.
    """

    __tablename__ = TABLE
    __table_args__ = (
        CheckConstraint(_one_of("kind", KINDS), name="kind"),
        CheckConstraint(_one_of("state", STATES), name="state"),
        CheckConstraint("amount > 0 and alone_up_to >= 0", name="amount"),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("(state = 'requested') = (decided_at is null)", name="decided"),
        CheckConstraint("(state = 'settled') = (settled_at is not null)", name="settled"),
        CheckConstraint(
            "decided_by is null or decided_by <> requested_by or state = 'withdrawn'", name="not_requester"
        ),
        CheckConstraint(
            "state not in ('approved', 'declined', 'settled') or decided_by is not null"
            " or (state <> 'declined' and amount <= alone_up_to and kind not in ('coupon', 'gift'))",
            name="alone",
        ),
        Index("ix_plugin_review_recovery_compensation_case", "case_id"),
        Index("ix_plugin_review_recovery_compensation_order", "order_id"),
        Index("ix_plugin_review_recovery_compensation_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    buyer_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column("reason_encrypted", SealedText(TABLE, "reason"), default="", nullable=True)
    alone_up_to: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by: Mapped[int] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decision_note: Mapped[str] = mapped_column(
        "decision_note_encrypted", SealedText(TABLE, "decision_note"), default="", nullable=True
    )
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[int | None] = mapped_column(BigInteger)

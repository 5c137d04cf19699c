"""Tasks that keep a cause from coming again, and what is ticked off in them."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, UtcDateTime
from shopadmin_review_recovery.domain.causes import CODES

_OPEN = text("closed_at is null")


class ReviewPrevention(Base):
    """One task for a cause on a product; there is one open at most. What it asks for is the cause's (section 3).

    ``cases``: how many there were in 30 days when it opened; ``result``: empty while it is open.
    """

    __tablename__ = "plugin_review_recovery_prevention"
    __table_args__ = (
        CheckConstraint(f"cause in ({', '.join(map(repr, CODES))})", name="cause"),
        CheckConstraint(
            "(closed_at is null and result = '') or (closed_at is not null and result in ('done', 'dropped'))",
            name="closed",
        ),
        CheckConstraint("result <> 'dropped' or reason <> ''", name="dropped"),
        Index(
            "uq_plugin_review_recovery_prevention_open", "platform", "product_ref", "cause",
            unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        Index("ix_plugin_review_recovery_prevention_due", "due_at", "id"),
        Index("ix_plugin_review_recovery_prevention_product", "platform", "product_ref", "cause", "closed_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    product_ref: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(String(30))
    cases: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    assigned_to: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")


class ReviewPreventionTick(Base):
    """Something of a task that is done. ``item``: its code."""

    __tablename__ = "plugin_review_recovery_prevention_tick"

    task_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("plugin_review_recovery_prevention.id"), primary_key=True, autoincrement=False
    )
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int] = mapped_column(BigInteger)

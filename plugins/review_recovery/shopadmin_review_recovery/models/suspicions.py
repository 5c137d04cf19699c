"""Labels "suspected" of cases (G10)."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, UtcDateTime
from shopadmin_review_recovery.domain.suspicion import KINDS, WHYS

_STANDS = text("ended_at is null")


class ReviewSuspicion(Base):
    """The owner suspects a review. ``evidence``: uuids, two at least; of a case one label stands at a time.

    Why the owner suspects it is a line of the case's timeline. ``ended_at``: None until somebody, the platform or time
    ended it; ``ended_by``: None for the program.
    """

    __tablename__ = "plugin_review_recovery_suspicion"
    __table_args__ = (
        CheckConstraint(f"kind in ({', '.join(map(repr, KINDS))})", name="kind"),
        CheckConstraint(f"ended_why in ('', {', '.join(map(repr, WHYS))})", name="why"),
        CheckConstraint("(ended_at is null) = (ended_why = '')", name="ended"),
        CheckConstraint("evidence_count >= 2", name="evidence"),
        Index(
            "uq_plugin_review_recovery_suspicion_stands", "case_id",
            unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    evidence: Mapped[list[str]] = mapped_column(JSON)
    evidence_count: Mapped[int] = mapped_column(BigInteger)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_why: Mapped[str] = mapped_column(String(12), default="")

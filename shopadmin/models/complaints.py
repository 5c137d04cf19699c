"""What the shop put to a platform or a bank, and what came of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.domain.complaints import OUTCOMES, State
from shopadmin.models.base import Base, BigId, Code
from shopadmin.models.messages import LIST


class Complaint(Base):
    """One complaint. ``state``: see domain/complaints.py; ``outcome``: the last that was heard, empty before.

    ``checked``: items of the checklist that somebody ticked; others are proved by evidence. ``origin``, ``origin_id``:
    what a plugin opened it for (``review_recovery.case`` 12). ``deadline_at``: of the next step, as the shop set it.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("complaint_no"),
        CheckConstraint(f"state in ({', '.join(repr(state.value) for state in State)})", name="state"),
        CheckConstraint(f"outcome in ('', {', '.join(map(repr, OUTCOMES))})", name="outcome"),
        Index("ix_complaint_due", "deadline_at", "id"),
        Index("ix_complaint_origin", "origin", "origin_id"),
        Index("ix_complaint_state", "state", "deadline_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    complaint_no: Mapped[str] = mapped_column(Code)
    platform: Mapped[str] = mapped_column(String(40))
    ground: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20), default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey("shop_order.id"), index=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"), index=True)
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("buyer.id"), index=True)
    origin: Mapped[str] = mapped_column(String(60), default="")
    origin_id: Mapped[int | None] = mapped_column(BigId)
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(12), default=State.COLLECTING.value)
    outcome: Mapped[str] = mapped_column(String(12), default="")
    checked: Mapped[list[str]] = mapped_column(LIST, default=list)
    deadline_at: Mapped[datetime]
    reference: Mapped[str] = mapped_column(String(120), default="")
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class ComplaintEvent(Base):
    """What happened to a complaint: notes, calls with their ticket number (``reference``), each change of state."""

    __tablename__ = "complaint_event"
    __table_args__ = (Index("ix_complaint_event_complaint", "complaint_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    code: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(default="")
    reference: Mapped[str] = mapped_column(String(120), default="")


class ComplaintEvidence(Base):
    """A piece of evidence that goes with a complaint. ``item``: what of the checklist it proves, empty for nothing."""

    __tablename__ = "complaint_evidence"
    __table_args__ = (UniqueConstraint("complaint_id", "evidence_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), index=True)
    item: Mapped[str] = mapped_column(String(40), default="")

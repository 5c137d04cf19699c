"""What the shop itself writes down: incidents and notes."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId, Code
from shopadmin.models.messages import LIST


class Incident(Base):
    """Something that went wrong with an order or a buyer, and what it cost (minor units).

    ``kind``: one of the shop's own, or a code with a dot (``review.extortion_demand``) of a plugin or an import; then
    ``tier`` (E0 to E4), ``outcome`` and ``evidence`` (uuids) say how well it is founded. ``buyer_id``: where it was
    recorded of a buyer; else the order's buyer counts.
    """

    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("incident_no"), Index("ix_incident_buyer", "buyer_id", "kind"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_no: Mapped[str] = mapped_column(Code)
    kind: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("shop_order.id"), index=True)
    order_no: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    cost: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="")
    occurred_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    buyer_id: Mapped[int | None] = mapped_column(BigId)
    tier: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(String(40))
    evidence: Mapped[list[str] | None] = mapped_column(LIST)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Note(Base):
    """An internal note on an order, a review or a buyer; it never reaches a document for the buyer."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_subject", "subject", "subject_id", "written_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigId)
    text: Mapped[str]
    written_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]

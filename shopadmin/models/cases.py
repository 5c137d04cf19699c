"""What the shop itself writes down: incidents, notes, attachments."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId, Code


class Incident(Base):
    """Something that went wrong with an order, and what it cost (minor units)."""

    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("incident_no"),)

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


class Attachment(Base):
    """An uploaded picture: a re-encoded copy to show, and the original bytes encrypted as evidence.

    ``sha256``: of the original bytes; ``shown_sha256``: of the copy that pages show.
    """

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_subject", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigId)
    file_name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    shown_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    uploaded_at: Mapped[datetime]

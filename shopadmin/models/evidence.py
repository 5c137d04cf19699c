"""What proves something: pictures and texts, each with where it is from and how much it weighs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId


class Evidence(Base):
    """One piece: the original bytes encrypted, and a copy to show. The files lie beside the database, by ``uuid``.

    ``subject``: order, review, complaint, or a plugin's own word (``review_recovery.case``). ``sha256``: of the
    original bytes; ``shown_sha256``: of the copy that pages show. ``tier``: 0 assertion, 1 the shop's record, 2 a
    platform's or courier's, 3 a platform's decision, 4 an authority. ``uploaded_by``: NULL for what the program
    captured.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("kind in ('picture', 'chat', 'review', 'call', 'order', 'logistics', 'decision')", name="kind"),
        CheckConstraint("tier between 0 and 4", name="tier"),
        Index("ix_evidence_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    subject: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(12))
    file_name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    shown_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    captured_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(200), default="")
    tier: Mapped[int]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    uploaded_at: Mapped[datetime]

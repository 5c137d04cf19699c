"""The activity log: rows commit with the change they describe, seals chain them afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId


class AuditEntry(Base):
    """Who did what to which object, before and after. Append-only: triggers refuse changes."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at", "id"),
        Index("ix_audit_entry_object", "object_type", "object_id", "id"),
        Index("ix_audit_entry_code", "code", "at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(BigId)
    code: Mapped[str] = mapped_column(String(80))
    object_type: Mapped[str] = mapped_column(String(40), default="")
    object_id: Mapped[str] = mapped_column(String(80), default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(500), default="")
    ip: Mapped[str] = mapped_column(String(45), default="")
    request_id: Mapped[str] = mapped_column(String(36), default="")


class AuditSeal(Base):
    """The chain: ``hash = SHA-256(previous hash + canonical JSON of the entry)`` in the order of ``position``.

    Ids commit out of order on PostgreSQL, positions are given by one sealer after the commit.
    """

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), unique=True)
    hash: Mapped[str] = mapped_column(String(64))

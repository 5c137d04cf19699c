"""Background work. The row is the truth; the queue only says when to look at it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId

# Imports have their own rule: a job of each kind for every run. What a plugin begins is one of its kind at a time.
_ALONE = text("state in ('queued', 'running') and kind not in ('import.check', 'import.run', 'import.undo')")


class Job(Base):
    """One piece of background work: its state, progress, lease and result.

    ``lease_until``: while in the future, exactly one worker holds the job; a job whose lease ran out is taken again.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        Index("ix_job_state", "state", "id"),
        Index("uq_job_alone", "kind", unique=True, sqlite_where=_ALONE, postgresql_where=_ALONE),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(12), default="queued")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    phase: Mapped[str] = mapped_column(String(40), default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(String(500), default="")
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_owner: Mapped[str] = mapped_column(String(60), default="")
    lease_until: Mapped[datetime | None]

"""What the core remembers of each plugin."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId


class PluginState(Base):
    """Whether a plugin is on, off, paused after errors, when that was decided, and what its settings form holds."""

    __tablename__ = "plugin_state"
    __table_args__ = (CheckConstraint("state in ('on', 'off', 'paused')", name="state"),)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    changed_at: Mapped[datetime]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class PluginFailure(Base):
    """A call of a plugin that raised, was slow, or never came back."""

    __tablename__ = "plugin_failure"
    __table_args__ = (
        CheckConstraint("kind in ('error', 'slow', 'stuck')", name="kind"),
        Index("ix_plugin_failure_plugin_at", "plugin", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40))
    hook: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    error: Mapped[str] = mapped_column(String(500))
    reference: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]

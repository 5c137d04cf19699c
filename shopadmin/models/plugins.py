"""What the core remembers of each plugin."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base


class PluginState(Base):
    """Whether a plugin is on, off, paused after errors, and when that was decided."""

    __tablename__ = "plugin_state"
    __table_args__ = (CheckConstraint("state in ('on', 'off', 'paused')", name="state"),)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    changed_at: Mapped[datetime]

"""The shop's settings, one row a key."""

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base


class Setting(Base):
    """One setting; the known keys and their defaults are in ``services/settings.py``."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)

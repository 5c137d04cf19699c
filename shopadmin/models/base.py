"""The declarative base, column types shared by all tables, and the names of constraints.

Every constraint has a name from the first revision: an unnamed one cannot be dropped later.
"""

from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Engine, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC on both sides, a naive value is refused. SQLite keeps it as sortable text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a value is: cursors of lists ask."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC. Raises ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored instant back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only in a column of type INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")

# Text that is searched by prefix or paged by: byte order on both engines, so that a range finds a prefix.
Code = String().with_variant(String(collation="C"), "postgresql")


class Base(DeclarativeBase):
    """Base of the core's tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: dict[Any, Any] = {datetime: UtcDateTime}  # noqa: RUF012  SQLAlchemy reads it as it stands


class ShopSession(Session):
    """A session on the shop's engine, or on the one that it was lent: see services/database_roles.py, ``as_owner``."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Where the session's statements go."""
        return self.info.get("engine") or super().get_bind(*args, **kwargs)


# Engine and session alone: tables derive from Base, which a type checker understands.
db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": ShopSession})

"""The storefront API's tokens, and the answers that a repeated request gets again."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId


class ApiToken(Base):
    """A storefront's key. Only its hash is kept; never deleted, as buyers' tokens and answers name it."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    # Space-separated codes.
    scopes: Mapped[str]
    # None: made in the server's shell.
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiIdempotency(Base):
    """What was answered under an idempotency key, written in the transaction of the effect."""

    __tablename__ = "api_idempotency"

    # SHA-256 of caller, route and key: one look-up by primary key.
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # SHA-256 of method, path and canonical body.
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    location: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(index=True)

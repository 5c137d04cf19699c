"""Accounts, what was granted to them, how they come in, and the sessions they hold."""

from datetime import datetime
from typing import Any, ClassVar

from flask_security.core import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId


class Account(UserMixin, Base):
    """A person who signs in: exactly one owner, any number of sub-accounts. Never deleted: the log points here."""

    __tablename__ = "account"
    __table_args__ = (
        # One owner at the most is a matter of the database; at least one is a matter of the services.
        Index(
            "uq_account_owner",
            "is_owner",
            unique=True,
            sqlite_where=text("is_owner"),
            postgresql_where=text("is_owner"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    is_owner: Mapped[bool] = mapped_column(default=False)
    # Flask-Security signs it into the cookie; a new one ends everything signed before.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(8), default="")
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]

    # Flask-Security asks for roles; rights are grants here, so there are none.
    roles: ClassVar[list[Any]] = []  # type: ignore[misc]


class Grant(Base):
    """One permission held by one account, by whom and until when."""

    __tablename__ = "account_grant"
    __table_args__ = (UniqueConstraint("account_id", "permission"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    permission: Mapped[str] = mapped_column(String(120))
    granted_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")


class AccessLink(Base):
    """A single-use link: set-up, invitation, or sign-in from the server's shell. Only its hash is kept."""

    __tablename__ = "access_link"
    __table_args__ = (CheckConstraint("purpose in ('setup', 'invite', 'sign_in')", name="purpose"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(80), default="")
    # Space-separated permission codes, given to the account when the invitation is accepted.
    permissions: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginSession(Base):
    """One signed-in browser. The cookie carries a random token, the row its hash."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str] = mapped_column(String(45), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")


class LoginFailure(Base):
    """Failed log-ins counted per e-mail and address, so that all processes and restarts share one count."""

    __tablename__ = "login_failure"
    __table_args__ = (UniqueConstraint("scope_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    scope_hash: Mapped[str] = mapped_column(String(64))
    failures: Mapped[int]
    first_at: Mapped[datetime]

"""Tries to sign in are counted in the database, per e-mail and address: all processes share one count."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shopadmin.domain.accounts import normalise_email
from shopadmin.models.accounts import LoginFailure
from shopadmin.services.transactions import writing

WINDOW = timedelta(minutes=15)
PER_EMAIL_AND_IP = 5
PER_IP = 30


def _scopes(email: str, ip: str) -> list[tuple[str, int]]:
    """Hashes of what is counted, with their limits. Hashed: a password typed as a name must not be kept."""
    pair = hashlib.sha256(f"{normalise_email(email)}\n{ip}".encode()).hexdigest()
    return [(pair, PER_EMAIL_AND_IP), (hashlib.sha256(ip.encode()).hexdigest(), PER_IP)]


def take(email: str, ip: str) -> int:
    """Take one try before the password is looked at; 0 when there was one left, else how many seconds to wait.

    Taken first and given back by ``forget``: tries that run side by side cannot all see the count from before.
    """
    now = datetime.now(UTC)
    with writing() as session:
        _drop_old(session, now)
        for scope, limit in _scopes(email, ip):
            failures, first_at = _count(session, scope, now)
            if failures > limit:
                return int((first_at + WINDOW - now).total_seconds()) + 1
    return 0


def _count(session: Session, scope: str, now: datetime) -> tuple[int, datetime]:
    """Add one to the scope's count, which starts anew after the window; returns it with its beginning."""
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    is_over = LoginFailure.first_at <= now - WINDOW
    counted = (
        insert(LoginFailure)
        .values(scope_hash=scope, failures=1, first_at=now)
        .on_conflict_do_update(
            index_elements=["scope_hash"],
            set_={
                "failures": case((is_over, 1), else_=LoginFailure.failures + 1),
                "first_at": case((is_over, now), else_=LoginFailure.first_at),
            },
        )
        .returning(LoginFailure.failures, LoginFailure.first_at)
    )
    failures, first_at = session.execute(counted).one()
    return failures, first_at


def _drop_old(session: Session, now: datetime) -> None:
    old = select(LoginFailure.id).where(LoginFailure.first_at <= now - WINDOW).with_for_update(skip_locked=True)
    session.execute(delete(LoginFailure).where(LoginFailure.id.in_(old)))


def forget(email: str, ip: str) -> None:
    """A right password clears the count of that e-mail and address, and gives the address its try back."""
    (pair, _), (address, _) = _scopes(email, ip)
    with writing() as session:
        session.execute(delete(LoginFailure).where(LoginFailure.scope_hash == pair))
        session.execute(
            update(LoginFailure).where(LoginFailure.scope_hash == address).values(failures=LoginFailure.failures - 1)
        )

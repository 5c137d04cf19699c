"""Failed log-ins are counted in the database, per e-mail and address: all processes share one count."""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from shopadmin.models import db
from shopadmin.models.accounts import LoginFailure
from shopadmin.services.transactions import writing

WINDOW = timedelta(minutes=15)
PER_EMAIL_AND_IP = 5
PER_IP = 30


def _scopes(email: str, ip: str) -> list[tuple[str, int]]:
    """Hashes of what is counted, with their limits. Hashed: a password typed as a name must not be kept."""
    pair = hashlib.sha256(f"{email.strip().lower()}\n{ip}".encode()).hexdigest()
    return [(pair, PER_EMAIL_AND_IP), (hashlib.sha256(ip.encode()).hexdigest(), PER_IP)]


def seconds_to_wait(email: str, ip: str) -> int:
    """0 when a try is allowed, else how long to wait."""
    now = datetime.now(UTC)
    limits = dict(_scopes(email, ip))
    found = db.session().scalars(select(LoginFailure).where(LoginFailure.scope_hash.in_(limits))).all()
    waits = [
        (row.first_at + WINDOW - now).total_seconds()
        for row in found
        if row.failures >= limits[row.scope_hash] and row.first_at + WINDOW > now
    ]
    return max(0, *map(int, waits)) + 1 if waits else 0


def note_failure(email: str, ip: str) -> None:
    """Count a wrong password."""
    now = datetime.now(UTC)
    with writing() as session:
        session.execute(delete(LoginFailure).where(LoginFailure.first_at <= now - WINDOW))
        for scope, _ in _scopes(email, ip):
            row = session.scalar(select(LoginFailure).where(LoginFailure.scope_hash == scope).with_for_update())
            if row is None:
                session.add(LoginFailure(scope_hash=scope, failures=1, first_at=now))
            else:
                row.failures += 1


def forget(email: str, ip: str) -> None:
    """A right password clears the count of that e-mail and address."""
    with writing() as session:
        pair = _scopes(email, ip)[0][0]
        session.execute(delete(LoginFailure).where(LoginFailure.scope_hash == pair))

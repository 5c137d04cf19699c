"""Sessions on the server: a cookie is only as good as the row behind it."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.accounts import Account, LoginSession
from shopadmin.services import audit
from shopadmin.services.transactions import writing

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
# How old "last seen" may be before it is written again: not every click is a write.
SEEN_EVERY = timedelta(minutes=5)


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(account_id: int, ip: str, browser: str) -> str:
    """Open a session and return its token, which only the cookie keeps."""
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    with writing() as session:
        session.add(
            LoginSession(
                token_hash=token_hash(token),
                account_id=account_id,
                created_at=now,
                seen_at=now,
                ip=ip,
                browser=browser[:200],
            )
        )
        session.execute(update(Account).where(Account.id == account_id).values(last_seen_at=now))
        audit.record(None, "core.session.began", "account", account_id)
    return token


def is_alive(token: str, account_id: int) -> bool:
    """Whether the session still counts, for this account; notes that it was seen."""
    found = (
        db.session()
        .execute(
            select(LoginSession.id, LoginSession.created_at, LoginSession.seen_at).where(
                LoginSession.token_hash == token_hash(token),
                LoginSession.account_id == account_id,
                LoginSession.ended_at.is_(None),
            )
        )
        .one_or_none()
    )
    now = datetime.now(UTC)
    if found is None or now - found.seen_at > IDLE or now - found.created_at > ABSOLUTE:
        return False
    if now - found.seen_at > SEEN_EVERY:
        with writing() as session:
            session.execute(update(LoginSession).where(LoginSession.id == found.id).values(seen_at=now))
            session.execute(update(Account).where(Account.id == account_id).values(last_seen_at=now))
    return True


def end(token: str) -> None:
    """End one session by its token: the copied cookie is worthless from here on."""
    with writing() as session:
        session.execute(
            update(LoginSession)
            .where(LoginSession.token_hash == token_hash(token), LoginSession.ended_at.is_(None))
            .values(ended_at=datetime.now(UTC))
        )


def end_all(account_id: int, except_token: str = "") -> int:
    """End every session of the account but one; returns how many. Joins the transaction around, if there is one."""
    with writing() as session:
        ended = session.scalars(
            update(LoginSession)
            .where(
                LoginSession.account_id == account_id,
                LoginSession.ended_at.is_(None),
                LoginSession.token_hash != token_hash(except_token),
            )
            .values(ended_at=datetime.now(UTC))
            .returning(LoginSession.id)
        )
        return len(ended.all())


def end_by_id(actor: Actor, session_id: int) -> bool:
    """End one of the actor's own sessions; False for another's or an unknown one."""
    with writing() as session:
        ended = session.scalar(
            update(LoginSession)
            .where(LoginSession.id == session_id, LoginSession.account_id == actor.account_id)
            .where(LoginSession.ended_at.is_(None))
            .values(ended_at=datetime.now(UTC))
            .returning(LoginSession.id)
        )
        if ended:
            audit.record(actor, "core.session.ended", "login_session", session_id)
    return ended is not None


def open_sessions(account_id: int) -> list[LoginSession]:
    """The account's open sessions, the newest first."""
    query = (
        select(LoginSession)
        .where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
        .order_by(LoginSession.seen_at.desc())
    )
    return list(db.session().scalars(query))

"""Sessions on the server: a cookie is only as good as the row behind it."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.accounts import Account, LoginSession
from shopadmin.services import access, audit
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
        audit.record(access.load_actor(account_id), "core.session.began", "account", account_id)
    return token


def account_of(token: str) -> int | None:
    """The active account whose open session this is, None for a token that no longer counts; notes that it was seen."""
    now = datetime.now(UTC)
    found = (
        db.session()
        .execute(
            select(LoginSession.id, LoginSession.account_id, LoginSession.seen_at)
            .join(Account, Account.id == LoginSession.account_id)
            .where(LoginSession.token_hash == token_hash(token), Account.active, _is_open(now))
        )
        .one_or_none()
    )
    if found is None:
        return None
    if now - found.seen_at > SEEN_EVERY:
        with writing() as session:
            session.execute(update(LoginSession).where(LoginSession.id == found.id).values(seen_at=now))
            session.execute(update(Account).where(Account.id == found.account_id).values(last_seen_at=now))
    return int(found.account_id)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(
        LoginSession.ended_at.is_(None),
        LoginSession.seen_at >= now - IDLE,
        LoginSession.created_at >= now - ABSOLUTE,
    )


def end(token: str) -> None:
    """End one session by its token: the copied cookie is worthless from here on."""
    with writing() as session:
        ended = session.execute(
            update(LoginSession)
            .where(LoginSession.token_hash == token_hash(token), LoginSession.ended_at.is_(None))
            .values(ended_at=datetime.now(UTC))
            .returning(LoginSession.id, LoginSession.account_id)
        ).one_or_none()
        if ended:
            audit.record(access.load_actor(ended.account_id), "core.session.ended", "login_session", ended.id)


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


def end_others(actor: Actor, kept_token: str) -> int:
    """End the actor's own sessions but the one with this token; returns how many."""
    with writing():
        ended = end_all(actor.account_id, except_token=kept_token)
        audit.record(actor, "core.session.others_ended", "account", actor.account_id, after={"sessions_ended": ended})
        return ended


def open_sessions(account_id: int) -> list[LoginSession]:
    """The account's open sessions, the newest first."""
    query = (
        select(LoginSession)
        .where(LoginSession.account_id == account_id, _is_open(datetime.now(UTC)))
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    )
    return list(db.session().scalars(query))

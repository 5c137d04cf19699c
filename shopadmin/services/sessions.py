"""Sessions on the server: a cookie is only as good as the row behind it."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, bindparam, select, update

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


def actor_of(token: str) -> Actor | None:
    """Who is signed in with the token, with what they may do; notes that they were seen. One query.

    None for a session that has ended or run out, and for an account that is gone or deactivated.
    """
    now = datetime.now(UTC)
    rows = db.session().execute(_SIGNED_IN, {"token_hash": token_hash(token), "now": now, **_since(now)}).all()
    if rows and now - rows[0].seen_at > SEEN_EVERY:
        with writing() as session:
            session.execute(update(LoginSession).where(LoginSession.id == rows[0].session_id).values(seen_at=now))
            session.execute(update(Account).where(Account.id == rows[0].id).values(last_seen_at=now))
    return access.actor_from(rows)


def _since(now: datetime) -> dict[str, datetime]:
    """How long ago a session may have been seen, and may have begun, to be open at ``now``."""
    return {"seen_since": now - IDLE, "begun_since": now - ABSOLUTE}


_IS_OPEN = and_(
    LoginSession.ended_at.is_(None),
    LoginSession.seen_at >= bindparam("seen_since"),
    LoginSession.created_at >= bindparam("begun_since"),
)
# Every page asks this first: put together once.
_SIGNED_IN = (
    access.ACTORS.add_columns(LoginSession.id.label("session_id"), LoginSession.seen_at)
    .join(LoginSession, LoginSession.account_id == Account.id)
    .where(LoginSession.token_hash == bindparam("token_hash"), _IS_OPEN)
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


def renew(token: str) -> str:
    """Another token for the session, for the cookie; copies of the old one are worthless from here on.

    Joins the transaction around, if there is one.
    """
    new = secrets.token_urlsafe(32)
    with writing() as session:
        is_it = (LoginSession.token_hash == token_hash(token), LoginSession.ended_at.is_(None))
        session.execute(update(LoginSession).where(*is_it).values(token_hash=token_hash(new)))
    return new


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
        .where(LoginSession.account_id == account_id, _IS_OPEN)
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    )
    return list(db.session().scalars(query, _since(datetime.now(UTC))))

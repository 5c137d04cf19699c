"""The sending of a push, by the worker, through the core's outbox: piece by piece, each buyer once.

A piece is one transaction: the messages that it asks for, and who was asked. A worker that dies leaves either both or
neither, and goes on with whoever still waits; the outbox knows each message by push and buyer as well.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    BuyerId,
    MessageRequest,
    MessageSnapshot,
    MissingError,
    Problem,
    RefusedError,
    buyer_refs,
    db,
    record_audit,
    send_message,
    writing,
)
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.models import RedEnvelopePush, RedEnvelopePushBuyer
from shopadmin_red_envelope.services import pushes
from shopadmin_red_envelope.services.changing import now
from shopadmin_red_envelope.services.push_drawing import SECONDS, in_state

log = logging.getLogger(__name__)

# Whoever collects an envelope waits for one piece on SQLite.
CHUNK = 20
_KEY = "red_envelope.push."


def key(push_id: int, buyer_id: int) -> str:
    """The message's name at the outbox."""
    return f"{_KEY}{push_id}.{buyer_id}"


def send_due(seconds: float = SECONDS) -> None:
    """Go on with every push that was started. Safe to repeat, and cheap when there is none."""
    until = time.monotonic() + seconds
    for push_id in in_state("sending"):
        while step(push_id) and time.monotonic() < until:
            pass


def step(push_id: int) -> bool:
    """Ask for the next messages; whether there may be more.

    Where one of them cannot be asked for at all, each of its piece is tried alone, and it is written down as failed.
    """
    try:
        return _ask(push_id, CHUNK)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("a piece of push %s failed, each of it is tried alone", push_id)
    return all(_ask_one(push_id) for _ in range(CHUNK))


def objections(message: MessageSnapshot) -> list[Problem]:
    """What is to be said against a message of ours before it goes out: its push or its campaign is over."""
    if not message.key.startswith(_KEY):
        return []
    push = db.session().get(RedEnvelopePush, int(message.key.split(".")[2]), populate_existing=True)
    if push is None or push.state not in ("sending", "sent"):
        return [messages.problem("push_by_hand")]
    session = db.session()
    found = pushes.refusal(session, push.campaign_id, now(session))
    return [] if found is None else [messages.problem(found)]


def _ask_one(push_id: int) -> bool:
    try:
        return _ask(push_id, 1)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("a message of push %s cannot be asked for", push_id)
    with writing() as session:
        push = _locked(session, push_id)
        for row in _waiting(session, push, 1) if push else ():
            _note(session, row, "failed", "error", now(session))
    return push is not None


def _ask(push_id: int, size: int) -> bool:
    """One piece in one transaction: by ascending id, as the outbox wants it."""
    with writing() as session:
        push = _locked(session, push_id)
        if push is None:
            return False
        at = now(session)
        if found := pushes.refusal(session, push.campaign_id, at):
            _end(push, "stopped", "red_envelope.push.stopped", at, found)
            return False
        rows = _waiting(session, push, size)
        refs = buyer_refs(row.buyer_id for row in rows)
        for row in rows:
            _note(session, row, *_sent(push, row, refs.get(row.buyer_id)), at)
        if not rows:
            _end(push, "sent", "red_envelope.push.sent", at)
        return bool(rows)


def _sent(push: RedEnvelopePush, row: Any, ref: str | None) -> tuple[str, str]:
    """Ask the outbox; what came of it, and why."""
    if ref != row.ref:
        return "failed", "gone"
    wanted = MessageRequest(
        key=key(push.id, row.buyer_id),
        buyer_id=BuyerId(row.buyer_id),
        channel=push.channel,
        subject=push.subject,
        text=push.text,
        purpose="marketing",
        basis="consent",
        blocks=("offer",),
        case=f"{_KEY}{push.id}",
    )
    try:
        result = send_message(None, wanted)
    except (RefusedError, MissingError):
        return "failed", "no_address"
    return ("denied", (result.reasons or ("denied",))[0][:80]) if result.state == "blocked" else ("asked", "")


def _locked(session: Session, push_id: int) -> RedEnvelopePush | None:
    """The push, held until the commit; None once it is not sending any more."""
    query = select(RedEnvelopePush).where(RedEnvelopePush.id == push_id, RedEnvelopePush.state == "sending")
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _waiting(session: Session, push: RedEnvelopePush, size: int) -> Sequence[Any]:
    buyer = RedEnvelopePushBuyer
    query = select(buyer.push_id, buyer.buyer_id, buyer.ref).where(buyer.push_id == push.id, buyer.state == "waiting")
    return session.execute(query.order_by(buyer.buyer_id).limit(size)).all()


def _note(session: Session, row: Any, state: str, reason: str, at: int) -> None:
    buyer = RedEnvelopePushBuyer
    one = (buyer.push_id == row.push_id, buyer.buyer_id == row.buyer_id, buyer.state == "waiting")
    session.connection().execute(update(buyer).where(*one).values(state=state, reason=reason, asked_at=at))


def _end(push: RedEnvelopePush, state: str, code: str, at: int, why: str = "") -> None:
    push.state, push.finished_at, push.ended_by = state, at, why
    push.version += 1
    record_audit(None, code, "red_envelope.campaign", push.campaign_id, after={"why": why} if why else None)

"""A message to whoever sets up a way to buyers, to try it: through the outbox and its gate like any other.

It goes to the person's own address alone. An account has no phone, so its person types one; a buyer's is refused.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopadmin.contract import Actor, BuyerId, MessageChannel, MessageRequest, Problem
from shopadmin.domain.identifiers import phone_tail
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.messages import OutboxMessage
from shopadmin.services import audit, buyers, jobs, settings
from shopadmin.services.conflicts import ObjectionsError, RefusedError
from shopadmin.services.messages import channels, delivering, people, sending
from shopadmin.services.messages.labels import OBSTACLES, reason_label
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import writing

POINT = "core.settings:update"
# So many of one account, each of which may cost money, in this time.
MOST, WINDOW = 3, timedelta(minutes=10)
_KEY = "core.try."


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of it: a message's state, what the other side or the gate said; ``send_at``: of one that the gate
    holds back, until when (aware UTC).
    """

    message_id: int
    state: str
    note: str
    send_at: datetime | None


def send_to_oneself(actor: Actor, name: str, number: str = "", now: datetime | None = None) -> Trial:
    """Send one message by the channel ``name`` at once, where the gate allows it now; else it waits as all do.

    ``number``: for a channel to phones, the actor's own. Raises ForbiddenError; RefusedError for a channel that is not
    set up, a number that is none or a buyer's; ObjectionsError for too many. ``now``: aware UTC.
    """
    now = now or datetime.now(UTC)
    if not actor.can(POINT):
        raise ForbiddenError(POINT)
    channel = channels.automatic().get(name)
    if channel is None:
        raise RefusedError(Problem("channel", _("There is no such way to send a message."), "channel"))
    with writing() as session:
        address = _own_address(session, actor, channel, number, now)
        people.lock_person(session, people.colleague(address))
        _refuse_many(session, actor, now)
        message_id = sending.ask_for_staff(actor, channel, _request(channel, address), now).message_id
        audit.record(actor, "core.message.tried", "message", message_id, after={"channel": name})
    with jobs.holder() as owner:
        delivering.deliver(message_id, {name: channel}, owner, now)
    return _outcome(message_id)


def own_email(actor: Actor) -> str:
    """The address that the actor signs in with: where a test by e-mail goes."""
    return db.session().get_one(Account, actor.account_id).email


def _own_address(session: Session, actor: Actor, channel: MessageChannel, number: str, now: datetime) -> str:
    if channel.address != "phone":
        return own_email(actor)
    number = number.strip()
    own = people.colleague(number)
    if hindered := people.obstacle(own, "phone", number, channel.medium, now):
        raise RefusedError(Problem("number", OBSTACLES[hindered], "number"))
    ids = session.scalars(buyers.with_tail(phone_tail(number))).all()
    if any(person.known & own.known for person in people.find_all(ids).values()):
        raise RefusedError(
            Problem("buyer", _("This is the number of a buyer. A test goes to your own phone alone."), "number")
        )
    return number


def _refuse_many(session: Session, actor: Actor, now: datetime) -> None:
    query = select(func.count()).where(
        OutboxMessage.created_by == actor.account_id,
        OutboxMessage.key.startswith(_KEY, autoescape=True),
        OutboxMessage.created_at > now - WINDOW,
    )
    if session.scalars(query).one() >= MOST:
        raise ObjectionsError(Problem("many", _("Three tests in ten minutes are the most. Wait a little.")))


def _request(channel: MessageChannel, address: str) -> MessageRequest:
    shop = settings.load().name
    text = gettext("This is a test from %(shop)s. Messages to buyers go out by this way.", shop=shop)
    subject = gettext("Test from %(shop)s", shop=shop)[: sending.LONGEST_SUBJECT]
    key = f"{_KEY}{uuid.uuid4().hex}"
    return MessageRequest(
        key, BuyerId(people.NOBODY), channel.name, text, subject=subject, basis="staff", destination=address
    )


def _outcome(message_id: int) -> Trial:
    db.session.rollback()
    row: Any = db.session().get_one(OutboxMessage, message_id)
    is_held = row.state == "queued" and not row.attempts
    note = row.result or " ".join(str(reason_label(reason)) for reason in row.reasons)
    return Trial(row.id, row.state, note, row.next_attempt_at if is_held else None)

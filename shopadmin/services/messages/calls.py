"""Calls that people make: allowed by the gate as any message is, noted the moment they begin (rules G1 and G3)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from shopadmin.contract import Actor, MessageRequest, Problem, SendResult
from shopadmin.domain import contact
from shopadmin.domain.contact import Contact, Decision, Facts
from shopadmin.models import db
from shopadmin.models.messages import OutboxMessage
from shopadmin.services import settings
from shopadmin.services.conflicts import MissingError, RefusedError
from shopadmin.services.messages import channels, delivering, gate, marking, people, sending
from shopadmin.services.transactions import writing


def begin(actor: Actor, request: MessageRequest, now: datetime | None = None) -> SendResult:
    """Ask to ring a buyer now; joins the transaction around. With ``allow`` the attempt counts from this moment on.

    What is held is not kept for later, as nobody may be there then: ask again. Raises RefusedError for a channel that
    is no call, and as ``sending.send`` does. ``now``: aware UTC.
    """
    now = now or datetime.now(UTC)
    channel = channels.known().get(request.channel)
    if channel is None or channel.medium != "call":
        raise RefusedError(Problem("channel", _("There is no such way to send a message."), "channel"))
    with writing():
        result = sending.send(actor, request, now)
        if result.is_repeat or result.state != "queued":
            return result
        if result.verdict == "allow":
            marking.mark_sent(actor, result.message_id, now=now)
        else:
            marking.cancel(actor, result.message_id)
    return result


def answered(key: str) -> None:
    """Somebody answered the call; joins the transaction around. Raises MissingError for a call that was not made."""
    with writing() as session:
        row = _made(key)
        session.connection().execute(update(OutboxMessage).where(OutboxMessage.id == row.id).values(is_connected=True))


def invite(key: str, now: datetime | None = None) -> Decision:
    """Ask whether the call that is being made may hold the one invitation, and count it there if it may.

    Joins the transaction around. Quiet hours are no answer: nobody is rung for it. Raises MissingError as ``answered``.
    """
    now = now or datetime.now(UTC)
    with writing() as session:
        row = _made(key)
        person = delivering.person_of(row)
        if person is None:
            raise MissingError(row.id)
        people.lock_person(session, person)
        blocks: Any = [*row.blocks, "invitation"]
        wanted = replace(delivering.as_contact(row, now), blocks=tuple(blocks))
        decision = gate.ask(person, wanted, now, but=row.id)
        gate.note(session, row.id, "sending", decision, (), now)
        if decision.verdict != "deny":
            session.connection().execute(update(OutboxMessage).where(OutboxMessage.id == row.id).values(blocks=blocks))
    return decision


def clocks_of(buyer_id: int) -> tuple[ZoneInfo, ...]:
    """Every clock that may be the buyer's, the shop's own first where it is one of them. Raises MissingError."""
    person = people.find(buyer_id)
    if person is None:
        raise MissingError(buyer_id)
    own = settings.load().zone
    return tuple(sorted(person.zones, key=lambda zone: (zone.key != own.key, zone.key)))


def next_hour(clocks: tuple[ZoneInfo, ...], at: datetime) -> datetime | None:
    """The first moment from ``at`` on, aware UTC, that is in quiet hours on none of the clocks (G2); None for none."""
    return contact.next_open(Contact(at, "call"), Facts(clocks), at)


def _made(key: str) -> Any:
    made = (OutboxMessage.key == key, OutboxMessage.medium == "call", OutboxMessage.state == "sent")
    row = db.session().execute(select(OutboxMessage.__table__).where(*made)).one_or_none()
    if row is None:
        raise MissingError(key)
    return row

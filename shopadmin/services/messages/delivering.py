"""Handing messages over: each is marked durably first, so that a crash leaves it ``unknown`` and never sends it twice.

A worker claims a message by a conditional update and holds it by a lease. What it was doing when it died is settled by
whoever looks next: the other side may have it, so a person looks, and no machine sends it again.
"""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopadmin.contract import Delivery, MessageChannel, MessageSnapshot, OutgoingMessage, Problem
from shopadmin.domain.contact import Contact, Decision, next_open
from shopadmin.domain.reaching import Obstacle
from shopadmin.models import db
from shopadmin.models.messages import OutboxMessage
from shopadmin.services import failpoints, jobs
from shopadmin.services.imports import control
from shopadmin.services.messages import channels, contents, gate, opting_out, people
from shopadmin.services.transactions import writing

log = logging.getLogger(__name__)

BATCH = 50
# Longer than the slowest channel may take.
LEASE = timedelta(minutes=3)
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
# When a plugin could not say whether it objects.
ASK_AGAIN = timedelta(minutes=5)


def deliver_due(owner: str, now: datetime | None = None) -> int:
    """Send what is due, oldest first; returns how many were handed over. ``owner``: of ``jobs.holder``."""
    settle_lost(now)
    ways = channels.automatic()
    due = select(OutboxMessage.id).where(
        OutboxMessage.state == "queued",
        OutboxMessage.next_attempt_at <= (now or datetime.now(UTC)),
        OutboxMessage.channel.in_(ways),
    )
    ids = db.session().scalars(due.order_by(OutboxMessage.next_attempt_at, OutboxMessage.id).limit(BATCH)).all()
    db.session.rollback()
    sent = 0
    for message_id in ids:
        if control.stop_requested():
            break
        sent += deliver(message_id, ways, owner, now)
    return sent


def settle_lost(now: datetime | None = None) -> int:
    """Messages that were being handed over when their worker died, or took too long, become ``unknown``."""
    now = now or datetime.now(UTC)
    held = select(OutboxMessage.id, OutboxMessage.lease_owner, OutboxMessage.lease_until).where(
        OutboxMessage.state == "sending"
    )
    lost = [
        row.id
        for row in db.session().execute(held).all()
        if row.lease_until is None or row.lease_until <= now or jobs.is_dead(row.lease_owner)
    ]
    db.session.rollback()
    for message_id in lost:
        _record(message_id, None, Delivery("unknown", "the program ended while it was being sent"), now)
    return len(lost)


def deliver(message_id: int, ways: dict[str, MessageChannel], owner: str, now: datetime | None = None) -> bool:
    """Hand one message over if it is still due and the gate still lets it through; whether it was handed over."""
    claimed = _claim(message_id, owner, now or datetime.now(UTC))
    if claimed is None:
        return False
    failpoints.reach("message.claimed")
    name, outgoing = claimed
    hand_over = ways[name].deliver
    assert hand_over is not None  # noqa: S101 - these are the automatic ones
    try:
        delivery = hand_over(outgoing)
    except Exception as error:  # how far it came nobody knows
        log.exception("channel %s failed", name)
        delivery = Delivery("unknown", f"the channel failed: {type(error).__name__}")
    failpoints.reach("message.handed")
    _record(message_id, owner, delivery, now or datetime.now(UTC))
    return True


def _claim(message_id: int, owner: str, now: datetime) -> tuple[str, OutgoingMessage] | None:
    """Mark the message as on its way, or put it back, or stop it: in one transaction with the gate's answer."""
    with writing() as session:
        row = session.execute(select(OutboxMessage.__table__).where(OutboxMessage.id == message_id)).one_or_none()
        person = person_of(row) if row else None
        if row is None or person is None:
            _change(session, message_id, now, {"result": "the buyer is gone", **stopped(row, now)})
            return None
        people.lock_person(session, person)
        if hindered := obstacle(row, person, now):
            _change(session, message_id, now, {"result": f"the number is {hindered}", **stopped(row, now)})
            return None
        decision, objections, must_wait = ask_again(row, person, now)
        values = _answer(row, decision, objections, must_wait, owner, now)
        # Whether it still waits is asked by the change itself: another worker may have been faster.
        if not _change(session, message_id, now, values):
            return None
        gate.note(session, message_id, "sending", decision, objections, now)
        if values.get("state") != "sending":
            return None
        content = contents.unseal(row.content_encrypted)
        return row.channel, OutgoingMessage(
            row.key, content.destination, content.subject, content.text, row.purpose, contents.reference(row.key).hex(),
            opting_out.address(person) if row.purpose == "marketing" else "",
        )  # fmt: skip


def _change(session: Session, message_id: int, now: datetime, values: dict[str, Any]) -> int:
    is_due = (OutboxMessage.id == message_id, OutboxMessage.state == "queued", OutboxMessage.next_attempt_at <= now)
    return int(session.connection().execute(update(OutboxMessage).where(*is_due).values(**values)).rowcount)


def _answer(
    row: Any, decision: Decision, objections: list[Problem], must_wait: bool, owner: str, now: datetime
) -> dict[str, Any]:
    """What the gate's answer makes of the message."""
    verdict = gate.verdict(decision, objections)
    values: dict[str, Any] = {"verdict": verdict, "reasons": gate.reasons(decision, objections)}
    if verdict == "deny":
        return values | stopped(row, now)
    if verdict == "hold" or must_wait:
        until = decision.hold_until or now + ASK_AGAIN
        return values | {"next_attempt_at": until, "contact_at": until}
    held = {"state": "sending", "lease_owner": owner, "lease_until": now + LEASE, "contact_at": now}
    # Under this name receipts find it from now on: one may be here before the answer is written down.
    return values | held | {"attempts": OutboxMessage.attempts + 1, "reference": contents.reference(row.key)}


def ask_again(row: Any, person: people.Person, now: datetime) -> tuple[Decision, list[Problem], bool]:
    """What the rule, the wording check and the plugins say now.

    The last: whether to ask again later, as a plugin could not answer.
    """
    content = contents.unseal(row.content_encrypted)
    decision = gate.ask(person, as_contact(row, now), now, but=row.id)
    if decision.verdict != "allow":
        return decision, [], False
    snapshot = MessageSnapshot(
        key=row.key, buyer_id=row.buyer_id, channel=row.channel, medium=row.medium, purpose=row.purpose,
        basis=row.basis, blocks=tuple(row.blocks), case=row.case_ref, review=row.review_ref,
        subject=content.subject, text=content.text,
    )  # fmt: skip
    try:
        return decision, gate.objections(snapshot), False
    except Exception:  # noted by the hook's guard; the message waits
        return decision, [], True


def as_contact(row: Any, at: datetime) -> Contact:
    """A message as the rule sees it."""
    return Contact(at, row.medium, row.purpose, row.basis, tuple(row.blocks), row.case_ref, row.review_ref)


def person_of(row: Any) -> people.Person | None:
    """Whom a message is for, known by where it goes as well; None when the buyer is gone."""
    if row.basis == "staff":
        return people.colleague(contents.unseal(row.content_encrypted).destination)
    found = people.find(row.buyer_id)
    if found is None or row.destination_hash is None:
        return found
    kind: Literal["phone", "email"] = "email" if row.medium == "email" else "phone"
    return people.reached_at(found, kind, contents.unseal(row.content_encrypted).destination)


def obstacle(row: Any, person: people.Person, now: datetime) -> Obstacle | None:
    """Why nothing arrives there any more: a number that a platform lent is taken back while a message waits."""
    if row.destination_hash is None or row.medium == "email":
        return None
    return people.obstacle(person, "phone", contents.unseal(row.content_encrypted).destination, row.medium, now)


def stopped(row: Any, now: datetime) -> dict[str, Any]:
    """Of a message that will not be handed over (again). One that may be out already is ``unknown``, and counts."""
    if row is not None and row.may_be_out_at is not None:
        return {"state": "unknown", "next_attempt_at": None, "contact_at": row.may_be_out_at, "finished_at": now}
    return {"state": "suppressed", **ended(now)}


def ended(now: datetime) -> dict[str, Any]:
    """Of a message that reached nobody: it counts against no cap."""
    return {"next_attempt_at": None, "contact_at": None, "finished_at": now}


def _record(message_id: int, owner: str | None, delivery: Delivery, now: datetime) -> None:
    """Write down what became of it. ``owner`` is None for a message whose worker is gone."""
    with writing() as session:
        mine = [OutboxMessage.id == message_id, OutboxMessage.state == "sending"]
        if owner is not None:
            mine.append(OutboxMessage.lease_owner == owner)
        row = session.execute(select(OutboxMessage.__table__).where(*mine)).one_or_none()
        if row is None:
            return
        values = _values(row, delivery, now) | {"lease_owner": "", "lease_until": None, "result": delivery.note[:500]}
        values["remote_ref"] = delivery.reference[:120] or row.remote_ref
        session.connection().execute(update(OutboxMessage).where(*mine).values(**values))


def _values(row: Any, delivery: Delivery, now: datetime) -> dict[str, Any]:
    if delivery.state == "duplicate" and row.attempts > 1:
        delivery = replace(delivery, state="sent")  # what it has already is an earlier attempt of this message
    may_be_out_at = row.may_be_out_at or (now if delivery.may_be_out else None)
    again = _next_attempt(row, now) if delivery.state == "retry" else None
    if again is not None:
        return {"state": "queued", "next_attempt_at": again, "contact_at": again, "may_be_out_at": may_be_out_at}
    if delivery.state in ("retry", "failed", "bad_number", "duplicate"):
        if may_be_out_at is not None:  # whatever is said of a later attempt
            return {"state": "unknown", "next_attempt_at": None, "contact_at": may_be_out_at, "finished_at": now}
        return {"state": "failed" if delivery.state == "retry" else delivery.state, **ended(now)}
    # An unknown one counts: the buyer may have it.
    return {"state": delivery.state, "next_attempt_at": None, "contact_at": row.contact_at or now, "finished_at": now}


def _next_attempt(row: Any, now: datetime) -> datetime | None:
    """After 1, 5 and 30 minutes, not into quiet hours; None when it was tried often enough."""
    if row.attempts > len(RETRIES):
        return None
    person, earliest = person_of(row), now + RETRIES[row.attempts - 1]
    if person is None:
        return earliest
    wanted = as_contact(row, earliest)
    return next_open(wanted, gate.facts(person, wanted, earliest, but=row.id), earliest)

"""What people do with messages: say that one went out by hand, take one back, settle one of which nobody knows."""

from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopadmin.contract import Actor, Problem
from shopadmin.domain.contact import Decision
from shopadmin.models.messages import OutboxMessage
from shopadmin.services import audit
from shopadmin.services.conflicts import MissingError, ObjectionsError
from shopadmin.services.messages import channels, delivering, gate, people
from shopadmin.services.messages.labels import OBSTACLES, reason_label
from shopadmin.services.transactions import writing


def is_manual(row: Any, automatic: Any) -> bool:
    """Whether a person has to send it: it waits, and its channel does not deliver by itself."""
    return row.state == "queued" and row.channel not in automatic


def decision_now(row: Any, now: datetime | None = None) -> Decision:
    """What the gate says at this moment of a message that waits for a person; nothing is written down."""
    now = now or datetime.now(UTC)
    person = delivering.person_of(row)
    if person is None:
        return Decision("deny", ("do_not_contact",))
    return gate.ask(person, delivering.as_contact(row, now), now, but=row.id)


def mark_sent(actor: Actor, message_id: int, is_connected: bool = False, now: datetime | None = None) -> None:
    """The actor sent it by hand, or rang. The gate is asked as for any other message, and what it denies is stopped.

    ``is_connected``: of a call, whether somebody answered. Raises MissingError; ObjectionsError when it does not wait
    for anybody, or must not go out now.
    """
    now = now or datetime.now(UTC)
    with writing() as session:
        row = _waiting(session, message_id)
        person = delivering.person_of(row)
        if person is None:
            raise MissingError(message_id)
        people.lock_person(session, person)
        if hindered := delivering.obstacle(row, person, now):
            values: dict[str, Any] = {"result": f"the number is {hindered}", **delivering.stopped(row, now)}
            problems = [Problem("destination", OBSTACLES[hindered])]
        else:
            values, problems = _asked(session, row, person, now)
        is_sent = not problems
        if is_sent:
            values |= {
                "state": "sent", "attempts": row.attempts + 1, "next_attempt_at": None, "contact_at": now,
                "finished_at": now, "finished_by": actor.account_id, "is_connected": is_connected,
            }  # fmt: skip
        _change(session, message_id, "queued", values)
        if is_sent:
            audit.record(actor, "core.message.sent", "message", message_id, after={"channel": row.channel})
    if not is_sent:
        # After the commit: the answer and the stop are kept, whatever the person is told.
        raise ObjectionsError(*problems)


def _asked(session: Session, row: Any, person: people.Person, now: datetime) -> tuple[dict[str, Any], list[Problem]]:
    """What the gate's answer makes of the message, and why it must not go out now; none when it may."""
    decision, objections, must_wait = delivering.ask_again(row, person, now)
    gate.note(session, row.id, "sending", decision, objections, now)
    verdict = gate.verdict(decision, objections)
    values: dict[str, Any] = {"verdict": verdict, "reasons": gate.reasons(decision, objections)}
    if verdict == "deny":
        values |= delivering.stopped(row, now)
    return values, [] if verdict == "allow" and not must_wait else _problems(decision, objections)


def cancel(actor: Actor, message_id: int) -> None:
    """Take a message back that has not gone out. Raises MissingError, ObjectionsError."""
    with writing() as session:
        row = _waiting(session, message_id, of_a_person=False)
        values = delivering.stopped(row, datetime.now(UTC)) | {"finished_by": actor.account_id}
        _change(session, message_id, "queued", values)
        audit.record(actor, "core.message.cancelled", "message", message_id)


def settle(actor: Actor, message_id: int, was_sent: bool) -> None:
    """Say of an ``unknown`` message whether it went out. Raises MissingError, ObjectionsError for any other."""
    with writing() as session:
        row = _row(session, message_id)
        if row.state != "unknown":
            raise ObjectionsError(Problem("state", _("What became of this message is known.")))
        now = datetime.now(UTC)
        values: dict[str, Any] = {"state": "sent"} if was_sent else {"state": "failed", "contact_at": None}
        _change(session, message_id, "unknown", values | {"finished_at": now, "finished_by": actor.account_id})
        after = {"state": values["state"]}
        audit.record(actor, "core.message.settled", "message", message_id, before={"state": "unknown"}, after=after)


def _row(session: Session, message_id: int) -> Any:
    row = session.execute(select(OutboxMessage.__table__).where(OutboxMessage.id == message_id)).one_or_none()
    if row is None:
        raise MissingError(message_id)
    return row


def _waiting(session: Session, message_id: int, of_a_person: bool = True) -> Any:
    row = _row(session, message_id)
    if row.state != "queued" or (of_a_person and row.channel in channels.automatic()):
        raise ObjectionsError(Problem("state", _("This message does not wait any more.")))
    return row


def _change(session: Session, message_id: int, state: str, values: dict[str, Any]) -> None:
    """Change a message that is still in this state: of two people who press at once, one is told."""
    change = update(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.state == state)
    if not session.connection().execute(change.values(**values)).rowcount:
        raise ObjectionsError(Problem("state", _("This message does not wait any more.")))


def _problems(decision: Decision, objections: list[Problem]) -> list[Problem]:
    said = [Problem(reason, reason_label(reason)) for reason in decision.reasons] + objections
    return said or [Problem("check", _("A plugin could not say whether it objects; try again in a few minutes."))]

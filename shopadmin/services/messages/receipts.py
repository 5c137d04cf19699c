"""Receipts of the gateway: what became of messages that it took. The same receipt again changes nothing."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from shopadmin.domain.sms.answers import Receipt, may_follow
from shopadmin.models.messages import OutboxMessage
from shopadmin.services.messages import delivering, sms
from shopadmin.services.transactions import writing


def take(receipts: Sequence[Receipt], now: datetime | None = None) -> int:
    """Write down what they say; returns how many were of messages of this shop."""
    now = now or datetime.now(UTC)
    with writing() as session:
        return sum(_take(session, receipt, now) for receipt in receipts)


def _take(session: Session, receipt: Receipt, now: datetime) -> int:
    table = OutboxMessage.__table__
    # Of a message that was handed over once at least: nothing else can have a receipt.
    theirs = (table.c.channel == sms.NAME, table.c.attempts > 0, _is_named(receipt.reference))
    newest = select(table).where(*theirs).order_by(table.c.id.desc()).limit(1)  # a gateway may use its names again
    row = session.execute(newest.with_for_update()).one_or_none()
    if row is None:
        return 0
    if may_follow(row.state, receipt.state):
        change = update(OutboxMessage).where(OutboxMessage.id == row.id)
        session.connection().execute(change.values(**_values(row, receipt, now)))
    return 1


def _is_named(reference: str) -> Any:
    table = OutboxMessage.__table__.c
    named = [table.remote_ref == reference]
    with suppress(ValueError):  # else it is the gateway's own name
        named.append(table.reference == bytes.fromhex(reference))
    return or_(*named)


def _values(row: Any, receipt: Receipt, now: datetime) -> dict[str, Any]:
    # What the gateway had already is an earlier attempt of this message, as when its answer says so.
    is_confirmed = receipt.state == "duplicate" and row.attempts > 1
    values: dict[str, Any] = {
        "state": "sent" if is_confirmed else receipt.state, "result": f"receipt: {receipt.state}",
        "lease_owner": "", "lease_until": None, **delivering.ended(now),
    }  # fmt: skip
    if is_confirmed or receipt.state == "delivered":
        # It counts from when it went out, not from when it would have been tried again.
        values["contact_at"] = min(row.contact_at or now, now)
    return values

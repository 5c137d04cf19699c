"""Holds of orders: each ends by itself after a day at the most, unless a person decides."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from shopadmin.plugin_api import audit_entry, db, record_audits, writing
from shopadmin_buyer_labels.models import OrderHold
from shopadmin_buyer_labels.services import marks

ORDER = "order"


def release(hold: OrderHold, why: str, now: datetime) -> None:
    """End a hold, in the transaction around."""
    hold.released_at, hold.released_why = now, why


def released_entry(hold: OrderHold) -> dict[str, Any]:
    """The line of the activity log for a hold that the program ended."""
    after = {"why": hold.released_why, "held_at": hold.held_at.isoformat()}
    return audit_entry(None, "buyer_labels.hold.released", ORDER, hold.order_id, after=after)


def release_due(now: datetime | None = None) -> int:
    """Let go of the holds whose time is over and that nobody decided about; returns how many."""
    now = now or datetime.now(UTC)
    query = select(OrderHold).where(
        OrderHold.released_at.is_(None), OrderHold.confirmed_at.is_(None), OrderHold.release_at <= now
    )
    if db.session().scalar(query.with_only_columns(OrderHold.id).limit(1)) is None:
        return 0
    with writing() as session:
        marks.lock(session)
        found = session.scalars(query).all()
        for hold in found:
            release(hold, "auto_released", now)
        record_audits([released_entry(hold) for hold in found])
    return len(found)

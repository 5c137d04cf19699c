"""Holds of orders: each ends by itself after a day at the most, unless a person decides."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from shopadmin.plugin_api import audit_entry, db, record_audits, writing
from shopadmin_buyer_labels.models import OrderHold
from shopadmin_buyer_labels.services import marks

ORDER = "order"


def release(hold: OrderHold, why: str, now: datetime) -> None:
    """End a hold, in the transaction around."""
    hold.released_at, hold.released_why = now, why


def released_entry(order_id: int, why: str, held_at: datetime) -> dict[str, Any]:
    """The line of the activity log for a hold that the program ended."""
    after = {"why": why, "held_at": held_at.isoformat()}
    return audit_entry(None, "buyer_labels.hold.released", ORDER, order_id, after=after)


def release_due(now: datetime | None = None) -> int:
    """Let go of the holds whose time is over and that nobody decided about; returns how many."""
    now = now or datetime.now(UTC)
    is_due = (OrderHold.released_at.is_(None), OrderHold.confirmed_at.is_(None), OrderHold.release_at <= now)
    if db.session().scalar(select(OrderHold.id).where(*is_due).limit(1)) is None:
        return 0
    with writing() as session:
        marks.lock(session)
        over = session.execute(
            update(OrderHold)
            .where(*is_due)
            .values(released_at=now, released_why="auto_released")
            .returning(OrderHold.order_id, OrderHold.held_at)
            .execution_options(synchronize_session="fetch")
        ).all()
        record_audits([released_entry(row.order_id, "auto_released", row.held_at) for row in over])
    return len(over)

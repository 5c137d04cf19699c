"""Cash on delivery that a buyer refused three times or more, noticed when an import brings the next refusal.

What a platform closed as not accepted counts like what the shop wrote down itself. From the third on each order is an
incident of its buyer, by the shop's own record (E1), once whoever finds it; those of an import go when it is undone.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, union

from shopadmin import hook_calls
from shopadmin.contract import IncidentRecorded
from shopadmin.models import db
from shopadmin.models.cases import Incident
from shopadmin.models.orders import Order
from shopadmin.services import audit, incident_reports
from shopadmin.services.imports.control import Control
from shopadmin.services.imports.targets import INCIDENTS, ORDERS
from shopadmin.services.transactions import writing

BATCH = 500


def note(run_id: int, done: int, control: Control) -> None:
    """Write the incidents of the run's buyers, a batch a transaction, and tell of them. Safe to begin again.

    Raises what ``Control.step`` raises.
    """
    buyers = _buyers(run_id)
    for start in range(0, len(buyers), BATCH):
        with writing() as session:
            control.step(done, "linking")
            events = _write(session.connection(), run_id, buyers[start : start + BATCH])
        for event in events:
            hook_calls.incident_recorded(event)


def _buyers(run_id: int) -> Sequence[int]:
    """Whose refusals the run's files name: found by what is staged, so that the shop's other orders cost nothing."""
    orders, incidents = ORDERS.stage, INCIDENTS.stage
    closed = (
        select(Order.buyer_id)
        .join(orders, and_(orders.c.platform == Order.platform, orders.c.order_no == Order.order_no))
        .where(orders.c.run_id == run_id, incident_reports.closed_as_refused(orders.c.close_reason))
    )
    written = (
        select(Order.buyer_id)
        .join(Incident, Incident.order_id == Order.id)
        .join(incidents, incidents.c.incident_no == Incident.incident_no)
        .where(incidents.c.run_id == run_id, incidents.c.kind.in_(incident_reports.NOT_ACCEPTED))
    )
    is_known = Order.buyer_id.is_not(None)
    cash = incident_reports.is_cash()
    found = db.session().connection().scalars(union(closed.where(is_known, cash), written.where(is_known, cash))).all()
    db.session.rollback()
    return sorted(filter(None, found))


def _write(connection: Connection, run_id: int, buyers: Sequence[int]) -> list[IncidentRecorded]:
    again = [row for row in _refused(connection, buyers) if row.times >= incident_reports.REFUSALS]
    keys = {incident_reports.refusal_key(row.id): row for row in again}
    known = set(connection.scalars(select(Incident.incident_no).where(Incident.incident_no.in_(keys))))
    new = [
        {
            "incident_no": key, "kind": incident_reports.REFUSED_AGAIN, "order_id": row.id, "order_no": row.order_no,
            "occurred_at": row.shipped_at or row.created_at, "buyer_id": row.buyer_id, "tier": 1,
            "outcome": f"{row.times}x", "evidence": [], "import_run_id": run_id,
        }
        for key, row in keys.items()
        if key not in known
    ]  # fmt: skip
    if not new:
        return []
    connection.execute(insert(Incident), new)
    kept = db.session().scalars(select(Incident).where(Incident.incident_no.in_([row["incident_no"] for row in new])))
    events = [incident_reports.event_of(row, row.buyer_id) for row in kept.all()]
    audit.record_all([_entry(event) for event in events])
    return events


def _refused(connection: Connection, buyers: Sequence[int]) -> Sequence[Any]:
    """Refused orders of these buyers, each with how many there were up to it."""
    times = func.row_number().over(partition_by=Order.buyer_id, order_by=(Order.created_at, Order.id)).label("times")
    return connection.execute(
        select(Order.id, Order.order_no, Order.buyer_id, Order.created_at, Order.shipped_at, times).where(
            Order.buyer_id.in_(buyers), incident_reports.is_cash(), incident_reports.is_refused()
        )
    ).all()


def _entry(event: IncidentRecorded) -> dict[str, Any]:
    after = {"kind": event.kind, "tier": event.tier, "outcome": event.outcome}
    return audit.entry(None, "core.incident.recorded", "incident", event.incident_id, after=after)

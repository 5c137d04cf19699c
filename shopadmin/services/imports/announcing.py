"""Tell the plugins what a chunk changed, once it is committed.

A kill between the commit and the call loses the call: plugins are told what happened, they do not keep the books.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, select

from shopadmin import hook_calls
from shopadmin.contract import AccountId, BuyerId, IncidentRecorded, OrderChanged, OrderId, ReviewChanged, ReviewId
from shopadmin.models import db
from shopadmin.models.imports import ImportChange
from shopadmin.models.orders import Order
from shopadmin.services.imports.classifying import NEW, UPDATED, within
from shopadmin.services.imports.targets import INCIDENTS, ORDERS, REVIEWS, TEXTS, Target

_CHANGE = ImportChange.__table__


def announce(target: Target, run_id: int, low: int, high: int, actor: AccountId | None) -> None:
    """Orders whose status changed, reviews that are new or changed, new incidents."""
    chunk = {"run": run_id, "low": low, "high": high}
    now = datetime.now(UTC)
    if target is ORDERS:
        for order in list(_changed_orders(chunk, now, actor)):
            hook_calls.order_changed(order)
    elif target is REVIEWS:
        for review in list(_changed_reviews(chunk, now)):
            hook_calls.review_changed(review)
    elif target is INCIDENTS:
        for incident in list(_new_incidents(chunk, now)):
            hook_calls.incident_recorded(incident)


def _rows(query: Any, chunk: dict[str, int]) -> Any:
    rows = db.session().connection().execute(query, chunk).all()
    db.session.rollback()
    return rows


def _updated(target: Target, *columns: Any) -> Any:
    """The chunk's updated rows as they are, and ``before``: as they were before the run."""
    stage, table = target.stage, target.table
    return (
        select(table.c.id, *columns, _CHANGE.c.before)
        .select_from(stage)
        .join(table, table.c.id == stage.c.target_id)
        .join(
            _CHANGE,
            and_(
                _CHANGE.c.run_id == stage.c.run_id,
                _CHANGE.c.table_name == table.name,
                _CHANGE.c.row_id == table.c.id,
            ),
        )
        .where(*within(stage), stage.c.action == UPDATED)
    )


def _new(target: Target, *columns: Any) -> Any:
    stage, table = target.stage, target.table
    same = and_(*(table.c[name] == stage.c[name] for name in target.natural))
    return (
        select(table.c.id, *columns).select_from(stage).join(table, same).where(*within(stage), stage.c.action == NEW)
    )


def _changed_orders(chunk: dict[str, int], now: datetime, actor: AccountId | None) -> Iterator[OrderChanged]:
    for row in _rows(_updated(ORDERS, ORDERS.table.c.status), chunk):
        if row.before["status"] != row.status:
            yield OrderChanged(OrderId(row.id), row.before["status"], row.status, now, actor)


def _changed_reviews(chunk: dict[str, int], now: datetime) -> Iterator[ReviewChanged]:
    for row in _rows(_new(REVIEWS), chunk):
        yield ReviewChanged(ReviewId(row.id), "new", now)
    table = REVIEWS.table
    for row in _rows(_updated(REVIEWS, table.c.answer, *(table.c[name] for name in TEXTS)), chunk):
        if any(row.before[name] != row._mapping[name] for name in TEXTS):
            yield ReviewChanged(ReviewId(row.id), "edited", now)
        if row.answer == "confirmed" != row.before["answer"]:
            yield ReviewChanged(ReviewId(row.id), "confirmed", now)


def _new_incidents(chunk: dict[str, int], now: datetime) -> Iterator[IncidentRecorded]:
    table = INCIDENTS.table
    rows = _rows(_new(INCIDENTS, table.c.kind, table.c.order_id), chunk)
    orders = {row.order_id for row in rows if row.order_id is not None}
    found = db.session().execute(select(Order.id, Order.buyer_id).where(Order.id.in_(orders)))
    buyers = {order.id: order.buyer_id for order in found}
    db.session.rollback()
    for row in rows:
        order_id = OrderId(row.order_id) if row.order_id else None
        buyer_id = buyers.get(row.order_id)
        yield IncidentRecorded(row.id, order_id, BuyerId(buyer_id) if buyer_id else None, row.kind, now)

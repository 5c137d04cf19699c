"""Tell the plugins what a chunk changed, once it is committed.

A kill between the commit and the call loses the call: plugins are told what happened, they do not keep the books.
Reviews and buyers are told of by the hundred: a call for each would cost an import more than the rows themselves.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import and_, select

from shopadmin import hook_calls
from shopadmin.contract import (
    AccountId,
    BuyerId,
    BuyersChanged,
    IncidentRecorded,
    OrderChanged,
    OrderId,
    ReviewChanged,
    ReviewId,
    ReviewsChanged,
)
from shopadmin.models import db
from shopadmin.models.imports import ImportChange
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Review
from shopadmin.services.imports.classifying import LINKED, NEW, UPDATED, within
from shopadmin.services.imports.targets import (
    BUYERS,
    IDENTIFIERS,
    INCIDENTS,
    ORDERS,
    REVIEWS,
    TEXTS,
    Target,
)

_CHANGE = ImportChange.__table__
# Reviews or buyers a call.
BATCH = 200
_ANY = (NEW, UPDATED, LINKED)


def announce(target: Target, run_id: int, low: int, high: int, actor: AccountId | None) -> None:
    """What the chunk changed: buyers who came or are known by something else, and those whose orders came or changed;
    orders whose status changed; reviews that are new or changed or whose order changed; new incidents.
    """
    chunk = {"run": run_id, "low": low, "high": high}
    now = datetime.now(UTC)
    if target is ORDERS:
        for order in list(_changed_orders(chunk, now, actor)):
            hook_calls.order_changed(order)
        reviews(_reviews_of_changed_orders(chunk), "order")
        buyers(_written(chunk, ORDERS, ORDERS.table.c.buyer_id), "orders")
    elif target is BUYERS:
        buyers(_written(chunk, BUYERS, BUYERS.table.c.id), "known")
    elif target is IDENTIFIERS:
        buyers(_identified(chunk), "known")
    elif target is REVIEWS:
        reviews([row.id for row in _rows(_new(REVIEWS), chunk)], "new")
        changed = _rows(_updated(REVIEWS, REVIEWS.table.c.answer, *(REVIEWS.table.c[name] for name in TEXTS)), chunk)
        reviews([row.id for row in changed if _is_edited(row)], "edited")
        for row in changed:
            if row.answer == "confirmed" != row.before["answer"]:
                hook_calls.review_changed(ReviewChanged(ReviewId(row.id), "confirmed", now))
    elif target is INCIDENTS:
        for incident in list(_new_incidents(chunk)):
            hook_calls.incident_recorded(incident)


def reviews(ids: Collection[int], change: Literal["new", "edited", "order", "removed"]) -> None:
    """Tell of reviews, a batch a call; call it outside of any transaction."""
    now = datetime.now(UTC)
    found = sorted(map(ReviewId, ids))
    for start in range(0, len(found), BATCH):
        hook_calls.reviews_changed(ReviewsChanged(tuple(found[start : start + BATCH]), change, now))


def buyers(ids: Collection[int], change: Literal["known", "orders", "removed"]) -> None:
    """The same of buyers."""
    now = datetime.now(UTC)
    found = sorted(map(BuyerId, ids))
    for start in range(0, len(found), BATCH):
        hook_calls.buyers_changed(BuyersChanged(tuple(found[start : start + BATCH]), change, now))


def reviews_of_orders(order_ids: Collection[int]) -> list[int]:
    """The ids of the orders' reviews."""
    found = db.session().scalars(select(Review.id).where(Review.order_id.in_(order_ids))).all() if order_ids else []
    db.session.rollback()
    return list(found)


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


def _written(chunk: dict[str, int], target: Target, column: Any) -> set[int]:
    """What stands in the column of the chunk's new and changed rows."""
    stage, table = target.stage, target.table
    same = and_(*(table.c[name] == stage.c[name] for name in target.natural))
    query = select(column).distinct().select_from(stage).join(table, same)
    return {row[0] for row in _rows(query.where(*within(stage), stage.c.action.in_(_ANY), column.is_not(None)), chunk)}


def _identified(chunk: dict[str, int]) -> set[int]:
    """Whose identifiers are new or changed: the chunk itself says it."""
    stage = IDENTIFIERS.stage
    query = select(stage.c.buyer_id).distinct().where(*within(stage), stage.c.action.in_(_ANY))
    return {row[0] for row in _rows(query.where(stage.c.buyer_id.is_not(None)), chunk)}


def _changed_orders(chunk: dict[str, int], now: datetime, actor: AccountId | None) -> Iterator[OrderChanged]:
    for row in _rows(_updated(ORDERS, ORDERS.table.c.status), chunk):
        if row.before["status"] != row.status:
            yield OrderChanged(OrderId(row.id), row.before["status"], row.status, now, actor)


def _is_edited(row: Any) -> bool:
    return any(row.before[name] != row._mapping[name] for name in TEXTS)


def _reviews_of_changed_orders(chunk: dict[str, int]) -> list[int]:
    stage = ORDERS.stage
    changed = select(stage.c.target_id).where(*within(stage), stage.c.action == UPDATED)
    return [row.id for row in _rows(select(Review.id).where(Review.order_id.in_(changed)), chunk)]


def _new_incidents(chunk: dict[str, int]) -> Iterator[IncidentRecorded]:
    table = INCIDENTS.table
    rows = _rows(_new(INCIDENTS, table.c.kind, table.c.order_id, table.c.occurred_at), chunk)
    orders = {row.order_id for row in rows if row.order_id is not None}
    found = db.session().execute(select(Order.id, Order.buyer_id).where(Order.id.in_(orders)))
    buyers = {order.id: order.buyer_id for order in found}
    db.session.rollback()
    for row in rows:
        order_id = OrderId(row.order_id) if row.order_id else None
        buyer_id = buyers.get(row.order_id)
        yield IncidentRecorded(row.id, order_id, BuyerId(buyer_id) if buyer_id else None, row.kind, row.occurred_at)

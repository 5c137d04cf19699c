"""Join what came in the wrong order: reviews, incidents and orders whose other half arrived only now.

Everything that is linked keeps its former state like any other change of the run, so an undo unlinks it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, bindparam, func, select, update

from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.cases import Incident
from shopadmin.models.orders import Order, OrderLine
from shopadmin.models.reviews import Review
from shopadmin.services import contacts, failpoints
from shopadmin.services.imports import announcing, images
from shopadmin.services.imports.control import Control
from shopadmin.services.imports.people import ACCOUNT_PLATFORMS, account_identifier
from shopadmin.services.transactions import writing

BATCH = 500

# One page of rows after an id: (last id looked at, None at the end; id of a row to the columns it gets).
Page = tuple[int | None, dict[int, dict[str, Any]]]


def link(run_id: int, done: int, control: Control) -> None:
    """Find the missing halves, a page a transaction. Raises what ``Control.step`` raises."""
    steps: Sequence[tuple[Any, Callable[[Connection, int], Page]]] = (
        (Order.__table__, _orders_without_buyer),
        (Review.__table__, _reviews_without_order),
        (Review.__table__, _reviews_by_product),
        (Incident.__table__, _incidents_without_order),
    )
    for table, find in steps:
        after: int | None = 0
        while after is not None:
            with writing() as session:
                connection = session.connection()
                control.step(done, "linking")
                after, found = find(connection, after)
                _write(connection, table, run_id, found)
                if found:
                    failpoints.reach("import.link")
            if table is Review.__table__:
                announcing.reviews(found, "order")
            elif table is Order.__table__:
                announcing.buyers({values["buyer_id"] for values in found.values()}, "orders")


def _write(connection: Connection, table: Table, run_id: int, found: dict[int, dict[str, Any]]) -> None:
    if not found:
        return
    images.keep(connection, table, run_id, select(table.c.id).where(table.c.id.in_(found)))
    columns = next(iter(found.values()))
    connection.execute(
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values({**{name: bindparam(f"new_{name}") for name in columns}, "revision": table.c.revision + 1}),
        [
            {"row_id": row_id, **{f"new_{name}": value for name, value in values.items()}}
            for row_id, values in found.items()
        ],
    )


def _page(connection: Connection, query: Any, key: Any, after: int) -> tuple[int | None, Sequence[Row[Any]]]:
    rows = connection.execute(query.where(key > after).order_by(key).limit(BATCH)).all()
    return (rows[-1].id if len(rows) == BATCH else None), rows


def _orders_without_buyer(connection: Connection, after: int) -> Page:
    """Olist: the buyers' file names the accounts that orders refer to."""
    query = select(Order.id, Order.platform, Order.buyer_ref).where(
        Order.platform.in_(ACCOUNT_PLATFORMS), Order.buyer_id.is_(None), Order.buyer_ref != ""
    )
    last, rows = _page(connection, query, Order.id, after)
    keys = contacts.keyring()
    hashes = {row.id: account_identifier(keys, row.platform, row.buyer_ref).value_hash for row in rows}
    holders = {
        row.value_hash: row.buyer_id
        for row in connection.execute(
            select(BuyerIdentifier.value_hash, func.min(BuyerIdentifier.buyer_id).label("buyer_id"))
            .where(BuyerIdentifier.kind == "account", BuyerIdentifier.value_hash.in_(hashes.values()))
            .group_by(BuyerIdentifier.value_hash)
        )
    }
    return last, {row_id: {"buyer_id": holders[digest]} for row_id, digest in hashes.items() if digest in holders}


def _reviews_without_order(connection: Connection, after: int) -> Page:
    """A review names its order, which came later; or its order has found its buyer only now."""
    query = (
        select(Review.id, Review.buyer_id, Order.id.label("order_id"), Order.buyer_id.label("orders_buyer"))
        .join(Order, and_(Order.platform == Review.platform, Order.order_no == Review.order_no))
        .where(
            Review.order_no != "", Review.order_id.is_(None) | (Review.buyer_id.is_(None) & Order.buyer_id.is_not(None))
        )
    )
    last, rows = _page(connection, query, Review.id, after)
    return last, {row.id: {"order_id": row.order_id, "buyer_id": row.buyer_id or row.orders_buyer} for row in rows}


def _reviews_by_product(connection: Connection, after: int) -> Page:
    """A review without an order number: its buyer's newest order of the product before it, unless two are as new."""
    query = select(Review.id, Review.buyer_id, Review.product_ref, Review.created_at).where(
        Review.order_id.is_(None), Review.order_no == "", Review.product_ref != "", Review.buyer_id.is_not(None)
    )
    last, rows = _page(connection, query, Review.id, after)
    found = {}
    for row in rows:
        order_id = _newest_order(connection, row.buyer_id, row.product_ref, row.created_at)
        if order_id is not None:
            found[row.id] = {"order_id": order_id}
    return last, found


def _newest_order(connection: Connection, buyer_id: int, product_ref: str, before: datetime) -> int | None:
    orders = connection.execute(
        select(Order.id, Order.created_at)
        .where(
            Order.buyer_id == buyer_id,
            Order.created_at <= before,
            select(OrderLine.id).where(OrderLine.order_id == Order.id, OrderLine.product_ref == product_ref).exists(),
        )
        .order_by(Order.created_at.desc(), Order.id.desc())
        .limit(2)
    ).all()
    if not orders or (len(orders) == 2 and orders[0].created_at == orders[1].created_at):
        return None
    return int(orders[0].id)


def _incidents_without_order(connection: Connection, after: int) -> Page:
    """The shop's own list names no platform: a number that two platforms share is left open."""
    query = (
        select(Incident.id, func.min(Order.id).label("order_id"))
        .join(Order, Order.order_no == Incident.order_no)
        .where(Incident.order_id.is_(None), Incident.order_no != "")
        .group_by(Incident.id)
        .having(func.count() == 1)
    )
    last, rows = _page(connection, query, Incident.id, after)
    return last, {row.id: {"order_id": row.order_id} for row in rows}

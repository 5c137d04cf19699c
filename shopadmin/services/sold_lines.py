"""What the shop sold, line by line in the order of time, for reports: read in pieces, whatever their number.

An order counts when it is sold (``domain.orders.SOLD``: paid for, and not taken back), at its creation. Nobody is
named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select, tuple_

from shopadmin import hook_calls
from shopadmin.domain.orders import SOLD
from shopadmin.models import db
from shopadmin.models.id_lists import among
from shopadmin.models.orders import Order, OrderLine
from shopadmin.platforms.names import platform_name

# Orders at a time.
_CHUNK = 500
_OF_ORDERS = (
    select(
        OrderLine.order_id, OrderLine.line_no, OrderLine.product_ref, OrderLine.sku, OrderLine.title, OrderLine.qty,
        OrderLine.price, OrderLine.paid,
    )
    .where(among(OrderLine.order_id, "ids"))
    .order_by(OrderLine.order_id, OrderLine.line_no)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line of a sold order. ``price``: of one piece, ``paid``: of the whole line, both minor units.

    ``paid`` is the platform's own word, else the price of all pieces. ``sold_at``: aware UTC.
    """

    platform: str
    order_no: str
    sold_at: datetime
    currency: str
    line_no: str
    product_ref: str
    sku: str
    title: str
    qty: int
    price: int
    paid: int


def sold_lines(begins: datetime, ends: datetime) -> Iterator[SoldLine]:
    """The lines of what was sold in ``[begins, ends)``, aware; by the order's creation, an order's lines together.

    Orders are paged by creation and id, so that neither the rows nor a cursor on them are held: an order that comes in
    meanwhile is read if its place is still ahead.
    """
    after: tuple[datetime, int] | None = None
    while orders := _orders(begins, ends, after):
        yield from _lines([order for order in orders if order.status in SOLD])
        after = (orders[-1].created_at, orders[-1].id)


def is_anything_sold(begins: datetime, ends: datetime) -> bool:
    """Whether any order in ``[begins, ends)`` counts."""
    is_sold = (*_in(begins, ends), Order.status.in_(SOLD))
    return bool(db.session().scalar(select(exists().where(*is_sold))))


def selling_platforms() -> dict[str, str]:
    """Platforms whose orders can be imported, by code, with their names in the reader's language."""
    codes = {layout.platform for layout in hook_calls.import_formats() if layout.kinds[0] in ("orders", "order_lines")}
    return {code: platform_name(code) for code in sorted(codes)}


def _in(begins: datetime, ends: datetime) -> list[ColumnElement[bool]]:
    return [Order.created_at >= begins, Order.created_at < ends]


def _orders(begins: datetime, ends: datetime, after: tuple[datetime, int] | None) -> Sequence[Any]:
    """A page of orders whatever their status: asked for the sold ones, SQLite goes by status and sorts all that is left
    for every page."""
    place = (Order.created_at, Order.id)
    query = select(Order.id, Order.platform, Order.order_no, Order.created_at, Order.currency, Order.status)
    query = query.where(*_in(after[0] if after else begins, ends))
    if after:
        types = [column.type for column in place]
        query = query.where(tuple_(*place) > tuple_(*after, types=types))
    return db.session().execute(query.order_by(*place).limit(_CHUNK)).all()


def _lines(orders: Sequence[Any]) -> Iterator[SoldLine]:
    found: dict[int, list[Any]] = {}
    for line in db.session().execute(_OF_ORDERS, {"ids": [order.id for order in orders]}):
        found.setdefault(line.order_id, []).append(line)
    for order in orders:
        for line in found.get(order.id, ()):
            yield SoldLine(
                platform=order.platform, order_no=order.order_no, sold_at=order.created_at, currency=order.currency,
                line_no=line.line_no, product_ref=line.product_ref, sku=line.sku, title=line.title, qty=line.qty,
                price=line.price, paid=line.price * line.qty if line.paid is None else line.paid,
            )  # fmt: skip

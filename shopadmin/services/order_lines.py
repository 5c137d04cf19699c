"""What was ordered, line by line, for plugins that keep something of their own on an order's lines."""

from dataclasses import dataclass

from sqlalchemy import select

from shopadmin.models import db
from shopadmin.models.orders import Order, OrderLine


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line as the platform told it, whatever became of the order. ``price``: of one piece, minor units."""

    line_no: str
    sku: str
    title: str
    qty: int
    price: int


def order_lines(platform: str, order_no: str) -> list[OrderedLine]:
    """The lines of an order by their numbers; none where the shop does not know the order."""
    query = (
        select(OrderLine.line_no, OrderLine.sku, OrderLine.title, OrderLine.qty, OrderLine.price)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.platform == platform, Order.order_no == order_no)
        .order_by(OrderLine.line_no)
    )
    return [OrderedLine(*row) for row in db.session().execute(query)]

"""What an order has brought in and may still be given back, for plugins that promise money."""

from dataclasses import dataclass

from sqlalchemy import func, select

from shopadmin.domain.orders import refundable
from shopadmin.models import db
from shopadmin.models.orders import Order, Refund


@dataclass(frozen=True, slots=True)
class OrderAmount:
    """``left``: minor units of ``currency`` that were paid and not given back."""

    currency: str
    left: int


def refundable_amount(order_id: int) -> OrderAmount | None:
    """What may still be given back of the order; None for an unknown one."""
    order = db.session().get(Order, order_id)
    if order is None:
        return None
    recorded = db.session().scalar(select(func.sum(Refund.amount)).where(Refund.order_id == order_id)) or 0
    return OrderAmount(order.currency, refundable(order.paid, order.total, order.refunded, int(recorded)))

"""What became of orders, as queries to join with a plugin's tables: how many were taken back, how many cost the shop.

An order counts when it was paid for, whatever came later. "Returned": money was given back, as the platform reports it
or the shop wrote it down. "Lost": the bank took the payment back, or an incident that was written down cost something.
"""

from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select

from shopadmin.domain.orders import SOLD, OrderStatus
from shopadmin.models.cases import Incident
from shopadmin.models.orders import Chargeback, Order, Refund


def order_outcomes() -> Select[int, int | None, datetime, bool, bool]:
    """A row for each order that was paid: ``order_id``, ``buyer_id``, ``created_at``, ``is_returned``, ``is_lost``."""
    refunded = exists().where(Refund.order_id == Order.id)
    taken_back = exists().where(Chargeback.order_id == Order.id, Chargeback.state != "won")
    costly = exists().where(Incident.order_id == Order.id, Incident.cost > 0)
    return select(
        Order.id.label("order_id"),
        Order.buyer_id,
        Order.created_at,
        or_(Order.status == OrderStatus.REFUNDED, Order.refunded > 0, refunded).label("is_returned"),
        or_(taken_back, costly).label("is_lost"),
    ).where(Order.status.in_((*SOLD, OrderStatus.REFUNDED)))


def order_sums() -> Select[int, datetime, int, str, bool]:
    """A row for each order, whatever became of it: ``order_id``, ``created_at``, ``total``, ``currency``,
    ``is_cancelled``. ``total``: minor units of ``currency``, 0 where the order tells none.
    """
    return select(
        Order.id.label("order_id"),
        Order.created_at,
        func.coalesce(Order.total, 0).label("total"),
        Order.currency,
        (Order.status == OrderStatus.CANCELLED).label("is_cancelled"),
    )

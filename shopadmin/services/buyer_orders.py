"""Orders by their buyers: what has not gone out yet, and what became of the rest."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, literal, or_, select

from shopadmin.contract import BuyerId, OrderId
from shopadmin.domain.orders import OrderStatus
from shopadmin.models import db
from shopadmin.models.cases import Incident
from shopadmin.models.id_lists import among
from shopadmin.models.orders import Chargeback, Order, Refund

# Nothing of it has left the shop, as far as anybody said.
UNSHIPPED = (OrderStatus.PENDING_PAYMENT, OrderStatus.PAID)
_ARRIVED = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
_ORDERS = Order.__table__.c


@dataclass(frozen=True, slots=True)
class BuyersOrder:
    """An order of a buyer. ``created_at``: aware UTC; ``total``: minor units of ``currency``.

    ``outcome``: ``well`` for one that arrived and came to nothing else, ``badly`` after a refund, a chargeback that the
    shop did not win or an incident, empty while nobody can tell, and for one that never went out.
    """

    id: OrderId
    order_no: str
    buyer_id: BuyerId
    status: str
    created_at: datetime
    total: int
    currency: str
    outcome: str


def _outcome() -> Any:
    trouble = or_(
        _ORDERS.status == OrderStatus.REFUNDED.value,
        func.coalesce(_ORDERS.refunded, 0) > 0,
        exists().where(Refund.order_id == _ORDERS.id),
        exists().where(Chargeback.order_id == _ORDERS.id, Chargeback.state != "won"),
        exists().where(Incident.order_id == _ORDERS.id),
    )
    arrived = _ORDERS.status.in_([status.value for status in _ARRIVED])
    return case((trouble, "badly"), (arrived, "well"), else_="")


def _query(outcome: Any) -> Select[Any]:
    return select(
        _ORDERS.id, _ORDERS.order_no, _ORDERS.buyer_id, _ORDERS.status, _ORDERS.created_at, _ORDERS.total,
        _ORDERS.currency, outcome.label("outcome"),
    )  # fmt: skip


_UNSHIPPED = _query(literal("")).where(
    _ORDERS.status.in_([status.value for status in UNSHIPPED]), _ORDERS.buyer_id.is_not(None)
)
_OF_BUYERS = among(_ORDERS.buyer_id, "ids")


def unshipped_after(after: int = 0, limit: int = 5000) -> list[BuyersOrder]:
    """Orders that have a buyer and have not gone out, by id after ``after``; their outcome is empty."""
    query = _UNSHIPPED.where(_ORDERS.id > after).order_by(_ORDERS.id).limit(limit)
    return list(_read(db.session().execute(query)))


def unshipped_among(order_ids: Collection[int]) -> list[BuyersOrder]:
    """Those of the orders that have a buyer and have not gone out."""
    query = _UNSHIPPED.where(among(_ORDERS.id, "ids"))
    return list(_read(db.session().execute(query, {"ids": list(order_ids)}))) if order_ids else []


def unshipped_of(buyer_ids: Collection[int]) -> list[BuyersOrder]:
    """The orders of these buyers that have not gone out."""
    query = _UNSHIPPED.where(_OF_BUYERS)
    return list(_read(db.session().execute(query, {"ids": list(buyer_ids)}))) if buyer_ids else []


def orders_since(buyer_ids: Collection[int], since: datetime) -> list[BuyersOrder]:
    """All orders of these buyers since then, with what became of them."""
    query = _query(_outcome()).where(_OF_BUYERS, _ORDERS.created_at >= since)
    return list(_read(db.session().execute(query, {"ids": list(buyer_ids)}))) if buyer_ids else []


def last_order_id() -> int:
    """The highest id that an order has, 0 without any: ids are used again once an import is undone."""
    return db.session().scalar(select(func.max(_ORDERS.id))) or 0


def _read(rows: Iterable[Any]) -> Iterable[BuyersOrder]:
    for row in rows:
        yield BuyersOrder(
            OrderId(row.id), row.order_no, BuyerId(row.buyer_id), row.status, row.created_at, row.total or 0,
            row.currency, row.outcome,
        )  # fmt: skip

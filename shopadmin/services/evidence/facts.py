"""What the shop's own books say of an order, as a text to keep as evidence: neither phone nor address nor notes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from shopadmin.contract import OrderId
from shopadmin.domain.money import to_decimal
from shopadmin.models import db
from shopadmin.models.orders import Order, OrderLine, Refund, Shipment
from shopadmin.services.conflicts import MissingError

_TIMES = ("created_at", "promised_at", "paid_at", "shipped_at", "delivered_at", "confirmed_at")
_AMOUNTS = ("goods", "shipping", "total", "paid", "refunded")


def order_facts(order_id: OrderId) -> str:
    """The same as ``order_text``, for plugins. Raises MissingError."""
    order = db.session().get(Order, order_id)
    if order is None:
        raise MissingError(order_id)
    return order_text(order)


def order_text(order: Order) -> str:
    """The facts of an order, a line each: field names as the API has them, times in UTC, amounts in major units."""
    return "\n".join(_lines(order))


def _lines(order: Order) -> Iterator[str]:
    yield f"platform: {order.platform}"
    yield f"order_no: {order.order_no}"
    yield f"status: {order.status}" + (f" ({order.status_raw})" if order.status_raw else "")
    yield from (f"{name}: {_time(at)}" for name in _TIMES if (at := getattr(order, name)) is not None)
    for name in _AMOUNTS:
        if (amount := getattr(order, name)) is not None:
            yield f"{name}: {_money(amount, order)}"
    for line in _belonging(OrderLine, order):
        named = " · ".join(filter(None, (line.title, line.spec, line.sku)))
        yield f"line {line.line_no}: {line.qty} × {_money(line.price, order)} {named}"
    for parcel in _belonging(Shipment, order):
        moments = f"shipped {_time(parcel.shipped_at)}, delivered {_time(parcel.delivered_at)}"
        yield f"parcel: {parcel.carrier} {parcel.tracking_no}, {moments}"
    for refund in _belonging(Refund, order):
        yield f"refund: {_money(refund.amount, order)} {_time(refund.refunded_at)}"


def _belonging(model: Any, order: Order) -> Any:
    return db.session().scalars(select(model).where(model.order_id == order.id).order_by(model.id))


def _money(amount: int, order: Order) -> str:
    return f"{to_decimal(amount, order.currency)} {order.currency}"


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "–"

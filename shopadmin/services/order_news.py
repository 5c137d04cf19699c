"""Orders on their way, for plugins that tell buyers about them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from shopadmin.contract import BuyerId, OrderId
from shopadmin.models import db
from shopadmin.models.orders import Order


@dataclass(frozen=True, slots=True)
class OrderNews:
    """An order that has a buyer and is not delivered. Times are aware UTC, None where nobody knows."""

    id: OrderId
    order_no: str
    status: str
    buyer_id: BuyerId
    created_at: datetime
    promised_at: datetime | None
    shipped_at: datetime | None


def order_news(since: datetime, after: int = 0, limit: int = 500) -> list[OrderNews]:
    """Orders created since then that were shipped, promised for a day or not to be had, by id after ``after``."""
    table = Order.__table__.c
    query = (
        select(table.id, table.order_no, table.status, table.buyer_id, table.created_at, table.promised_at,
               table.shipped_at)
        .where(
            table.created_at >= since, table.id > after, table.buyer_id.is_not(None), table.delivered_at.is_(None),
            or_(table.shipped_at.is_not(None), table.promised_at.is_not(None), table.status == "unavailable"),
        )
        .order_by(table.id)
        .limit(limit)
    )  # fmt: skip
    return [
        OrderNews(
            OrderId(row.id), row.order_no, row.status, BuyerId(row.buyer_id), row.created_at, row.promised_at,
            row.shipped_at,
        )
        for row in db.session().execute(query)
    ]  # fmt: skip

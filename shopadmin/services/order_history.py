"""What the shop sold, as counts for forecasts: how many orders and buyers reached an amount. Nobody is named.

An order counts when it is sold (``domain.orders.SOLD``: paid for, and not taken back), at its creation, by its goods
without freight: the platform's own sum, else its total less its freight, else its lines. One that tells none of them
is counted apart. An order without a known buyer counts as a buyer of its own.

The database counts, so that a million orders come back as a few numbers.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, literal, select, union_all

from shopadmin.domain.orders import SOLD
from shopadmin.models import db
from shopadmin.models.orders import Order, OrderLine

# A sum of integers is no integer to PostgreSQL, and everything that is compared with it would be slow.
_LINES = (
    select(cast(func.sum(OrderLine.price * OrderLine.qty), BigInteger))
    .where(OrderLine.order_id == Order.id)
    .correlate(Order)
).scalar_subquery()
GOODS: ColumnElement[Any] = func.coalesce(Order.goods, Order.total - Order.shipping, _LINES)
# Ids are positive, so that an order's own can stand for a buyer nobody knows.
_BUYER: ColumnElement[Any] = func.coalesce(Order.buyer_id, -Order.id)


@dataclass(frozen=True, slots=True)
class SoldPeriod:
    """What was sold in ``[begins, ends)``, aware UTC; ``goods`` in minor units, ``left_out``: orders that tell none.

    ``orders_from`` and ``buyers_from``: how many orders had at least each of the amounts that were asked for, and how
    many different buyers had such an order.
    """

    begins: datetime
    ends: datetime
    orders: int
    goods: int
    left_out: int
    orders_from: tuple[int, ...]
    buyers_from: tuple[int, ...]


def sold_periods(
    windows: Sequence[tuple[datetime, datetime]], currency: str, amounts: Sequence[int]
) -> list[SoldPeriod]:
    """What was sold in each half-open window of aware instants, in one currency. ``amounts``: minor units.

    A query for each window, which is a range of the index: one for all of them would have to find each order's window.
    """
    steps = sorted(set(amounts))
    places = [bisect_left(steps, amount) + 1 for amount in amounts]
    session = db.session()
    return [_period(window, session.execute(_counts(window, currency, steps)).all(), places) for window in windows]


def first_sold(since: datetime, currency: str) -> datetime | None:
    """When the first order since then came in that counts, aware UTC; None where there is none."""
    found = select(Order.created_at).where(*is_sold(currency, since)).order_by(Order.created_at, Order.id)
    return db.session().scalar(found.limit(1))


def sold_buyers(begins: datetime, ends: datetime, currency: str) -> int:
    """How many different buyers have a sold order in ``[begins, ends)``."""
    return db.session().scalar(select(func.count(_BUYER.distinct())).where(*is_sold(currency, begins, ends))) or 0


def is_sold(currency: str, begins: datetime, ends: datetime | None = None) -> list[ColumnElement[bool]]:
    """What makes an order count: sold, in this currency, in ``[begins, ends)``."""
    found = [Order.created_at >= begins, Order.status.in_(SOLD), Order.currency == currency]
    return found if ends is None else [*found, Order.created_at < ends]


def _counts(window: tuple[datetime, datetime], currency: str, steps: Sequence[int]) -> Any:
    """Orders by step (-1: no amount), and buyers by the step that their largest order reaches.

    One statement, so that the orders are read once for both.
    """
    sold = select(GOODS.label("goods"), _BUYER.label("buyer")).where(*is_sold(currency, *window)).cte("sold")
    largest = func.max(sold.c.goods).label("goods")
    best = select(largest).where(sold.c.goods.is_not(None)).group_by(sold.c.buyer).subquery()
    parts = []
    for kind, source, goods in (("orders", sold, func.sum(sold.c.goods)), ("buyers", best, literal(0))):
        step = _step(source.c.goods, steps).label("step")
        columns = (literal(kind).label("kind"), step, func.count().label("many"), goods.label("goods"))
        parts.append(select(*columns).group_by(step))
    return union_all(*parts)


def _step(goods: ColumnElement[Any], steps: Sequence[int]) -> ColumnElement[Any]:
    """How many of the steps, ascending, the amount reaches; -1 where there is none."""
    reached = [(goods >= amount, place) for place, amount in reversed(list(enumerate(steps, 1)))]
    return case((goods.is_(None), -1), *reached, else_=0)


def _period(window: tuple[datetime, datetime], rows: Sequence[Any], places: Sequence[int]) -> SoldPeriod:
    reaching = {}
    for kind in ("orders", "buyers"):
        counts = {row.step: row.many for row in rows if row.kind == kind}
        reaching[kind] = _reaching(counts, max(places, default=0))
    return SoldPeriod(
        *window,
        orders=reaching["orders"][0],
        goods=sum(int(row.goods or 0) for row in rows),
        left_out=sum(row.many for row in rows if row.step < 0),
        orders_from=tuple(reaching["orders"][place] for place in places),
        buyers_from=tuple(reaching["buyers"][place] for place in places),
    )


def _reaching(counts: Mapping[int, int], steps: int) -> list[int]:
    """How many reach each step; at 0 stand all of them."""
    here = [counts.get(step, 0) for step in range(steps + 1)]
    return list(accumulate(reversed(here)))[::-1]

"""What rules that act did to orders: what they held, asked for, and kept out of campaigns.

The database counts, and joins each hold with what its order came to.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from shopadmin.plugin_api import db, order_outcomes, order_sums
from shopadmin_buyer_labels.domain import reports as rules
from shopadmin_buyer_labels.domain.policy import REQUIREMENTS
from shopadmin_buyer_labels.domain.reports import Counts, Ending
from shopadmin_buyer_labels.models import OrderDecision, OrderHold
from shopadmin_buyer_labels.services.reports import Span, within

_PAID = order_outcomes().subquery("paid")
_PLACED = order_sums().subquery("placed")


@dataclass(frozen=True, slots=True)
class Held:
    """Orders whose hold ended so. ``money``: their totals, minor units by currency.

    ``sold``: those of them that were paid for, with what came back or cost the shop.
    """

    orders: int
    money: Mapping[str, int]
    sold: Counts


@dataclass(frozen=True, slots=True)
class Prevented:
    """What rules that act did: holds by how they ended, what was asked for by requirement and by the hold's end, and
    orders and buyers that were kept out of campaigns.
    """

    holds: Mapping[Ending, Held]
    asked: Mapping[str, Mapping[Ending, int]]
    excluded_orders: int
    excluded_buyers: int


def prevented(span: Span, now: datetime | None = None) -> Prevented:
    """What became of the orders that rules held, asked something of, or kept out of campaigns in the range."""
    orders, buyers = _excluded(span)
    now = now or datetime.now(UTC)
    return Prevented(_holds(span, now), _asked(span, now), orders, buyers)


def _holds(span: Span, now: datetime) -> Mapping[Ending, Held]:
    """By the end of the hold; the few groups of the database are joined by the rule."""
    columns = _hold_columns(now)
    is_sold = _PAID.c.order_id.is_not(None)
    query = (
        select(
            *columns, _PLACED.c.currency, func.count().label("orders"),
            func.coalesce(func.sum(_PLACED.c.total), 0).label("total"), func.count().filter(is_sold).label("sold"),
            func.count().filter(_PAID.c.is_returned).label("returned"),
            func.count().filter(_PAID.c.is_lost).label("lost"),
        )
        .select_from(OrderHold)
        .outerjoin(_PLACED, _same_order(_PLACED.c))
        .outerjoin(_PAID, _same_order(_PAID.c))
        .where(*within(OrderHold.held_at, span.months))
        .group_by(*columns, _PLACED.c.currency)
    )  # fmt: skip
    found: dict[Ending, Held] = {}
    for row in db.session().execute(query):
        held = found.get(_ending(row), Held(0, {}, Counts()))
        money = Counter(held.money)
        if row.currency:
            money[row.currency] += int(row.total)
        sold = held.sold + Counts(row.sold, row.returned, row.lost)
        found[_ending(row)] = Held(held.orders + row.orders, money, sold)
    return found


def _asked(span: Span, now: datetime) -> Mapping[str, Mapping[Ending, int]]:
    """By requirement and the end of the order's hold; an order that several rules ask the same of counts once."""
    columns = _hold_columns(now)
    codes = [func.max(case((OrderDecision.requires.contains(code), 1), else_=0)).label(code) for code in REQUIREMENTS]
    asked = (
        select(OrderDecision.order_id, OrderDecision.ordered_at, *codes)
        .where(OrderDecision.mode == "live", OrderDecision.requires != "")
        .group_by(OrderDecision.order_id, OrderDecision.ordered_at)
        .subquery("asked")
    )
    query = (
        select(*columns, *(func.sum(asked.c[code]).label(code) for code in REQUIREMENTS))
        .select_from(OrderHold)
        .join(asked, and_(asked.c.order_id == OrderHold.order_id, asked.c.ordered_at == OrderHold.ordered_at))
        .outerjoin(_PLACED, _same_order(_PLACED.c))
        .where(*within(OrderHold.held_at, span.months))
        .group_by(*columns)
    )
    found: dict[str, Counter[Ending]] = {code: Counter() for code in REQUIREMENTS}
    for row in db.session().execute(query):
        for code in REQUIREMENTS:
            found[code][_ending(row)] += int(getattr(row, code))
    return {code: counted for code, counted in found.items() if counted.total()}


def _excluded(span: Span) -> tuple[int, int]:
    """Orders and buyers that a rule which acts kept out of campaigns."""
    query = select(func.count(OrderDecision.order_id.distinct()), func.count(OrderDecision.buyer_id.distinct())).where(
        OrderDecision.mode == "live",
        OrderDecision.campaigns.is_(False),
        *within(OrderDecision.decided_at, span.months),
    )
    orders, buyers = db.session().execute(query).one()
    return orders, buyers


def _hold_columns(now: datetime) -> tuple[Any, ...]:
    """What the end of a hold follows from."""
    return (
        OrderHold.released_why,
        OrderHold.confirmed_at.is_not(None).label("is_confirmed"),
        (OrderHold.release_at <= now).label("is_due"),
        func.coalesce(_PLACED.c.is_cancelled, False).label("is_cancelled"),
    )


def _ending(row: Any) -> Ending:
    return rules.ending(
        row.released_why, is_confirmed=bool(row.is_confirmed), is_due=bool(row.is_due),
        is_cancelled=bool(row.is_cancelled),
    )  # fmt: skip


def _same_order(columns: Any) -> ColumnElement[bool]:
    """Ids of orders are used again once an import is undone."""
    return and_(columns.order_id == OrderHold.order_id, columns.created_at == OrderHold.ordered_at)

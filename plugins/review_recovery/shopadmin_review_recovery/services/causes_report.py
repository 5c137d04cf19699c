"""Causes of bad reviews by week, product, supplier and courier: cases, orders beside them, and which way it goes.

A case counts in the week its review was written, whatever became of it, but for those that were no case after all. Its
products are the one that the review names, else those of its order. The database counts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all

from shopadmin.plugin_api import (
    db,
    last_order_id,
    order_couriers,
    order_suppliers,
    ordered_products,
    orders_placed,
    parcel_couriers,
    product_suppliers,
    product_titles,
    shop_settings,
)
from shopadmin_review_recovery.domain import rates
from shopadmin_review_recovery.domain.rates import Count
from shopadmin_review_recovery.domain.weeks import Window, windows
from shopadmin_review_recovery.models import ReviewCase

By = Literal["product", "supplier", "courier"]
BY: tuple[By, ...] = ("product", "supplier", "courier")
SPANS = (4, 12, 26, 52)
# As many of a kind as are listed, those with the most cases.
MOST = 20
# A case whose cause nobody knows yet.
NOT_KNOWN = ""


@dataclass(frozen=True, slots=True)
class Span:
    """So many weeks up to the one with ``last`` in it. ``is_confirmed``: without causes that are only proposed."""

    last: date
    weeks: int
    is_confirmed: bool = False

    @property
    def windows(self) -> list[tuple[date, Window]]:
        """The weeks, oldest first."""
        return windows(self.last, self.weeks, shop_settings().zone)

    @property
    def whole(self) -> Window:
        """From the first to the end of the last, aware UTC."""
        found = self.windows
        return found[0][1][0], found[-1][1][1]

    @property
    def middle(self) -> datetime:
        """Where the later half begins."""
        return self.windows[self.weeks // 2][1][0]


@dataclass(frozen=True, slots=True)
class Week:
    """A week's cases by cause, and its orders."""

    monday: date
    causes: Mapping[str, int]
    orders: int

    @property
    def count(self) -> Count:
        """All causes together."""
        return Count(sum(self.causes.values()), self.orders)


@dataclass(frozen=True, slots=True)
class Line:
    """A product, supplier or courier. ``platform``: of a product alone; ``earlier``, ``later``: halves of the span."""

    platform: str
    key: str
    name: str
    causes: Mapping[str, int]
    earlier: Count
    later: Count

    @property
    def count(self) -> Count:
        """Of the whole span."""
        return self.earlier + self.later

    @property
    def trend(self) -> rates.Change:
        """The later half against the earlier one."""
        return rates.change(self.earlier, self.later)


def by_week(span: Span) -> list[Week]:
    """Every week of the span, also those without a case."""
    shown = span.windows
    place = week_of(span)
    cause = func.coalesce(ReviewCase.cause, NOT_KNOWN)
    query = select(place.label("week"), cause.label("cause"), func.count().label("many")).where(*told(span))
    found: list[dict[str, int]] = [{} for _window in shown]
    for row in db.session().execute(query.group_by(place, cause)):
        found[row.week][row.cause] = row.many
    orders = orders_placed([window for _day, window in shown])
    return [Week(day, found[number], orders[number]) for number, (day, _window) in enumerate(shown)]


def totals(span: Span) -> Mapping[str, int]:
    """Cases of the whole span by cause, the commonest first."""
    cause = func.coalesce(ReviewCase.cause, NOT_KNOWN)
    query = select(cause, func.count()).where(*told(span)).group_by(cause)
    found = {row[0]: row[1] for row in db.session().execute(query)}
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def by(kind: By, span: Span) -> list[Line]:
    """The ``MOST`` of a kind with the most cases, those first."""
    rows = _ranked(_SOURCES[kind](span), span)
    causes: dict[tuple[str, str], dict[str, int]] = {}
    later: Counter[tuple[str, str]] = Counter()
    for row in rows:
        key = (row.platform, row.key)
        causes.setdefault(key, {})[row.cause] = row.many
        later[key] += row.later
    totals = {key: sum(mine.values()) for key, mine in causes.items()}
    keys = sorted(causes, key=lambda key: (-totals[key], key))
    orders = _orders(kind, keys, span) if keys else {}
    titles = product_titles(keys) if kind == "product" else {}
    return [
        Line(
            *key, titles.get(key) or key[1], causes[key],
            Count(totals[key] - later[key], orders.get(key, (0, 0))[0]), Count(later[key], orders.get(key, (0, 0))[1]),
        )
        for key in keys
    ]  # fmt: skip


def week_of(span: Span) -> ColumnElement[int]:
    """Which of the span's weeks a case counts in, from 0 on."""
    ends = [window[1] for _day, window in span.windows]
    return case(*((ReviewCase.reviewed_at < end, place) for place, end in enumerate(ends)), else_=len(ends))


def told(span: Span) -> list[ColumnElement[bool]]:
    """Which cases count."""
    begins, ends = span.whole
    found = [ReviewCase.reviewed_at >= begins, ReviewCase.reviewed_at < ends, ReviewCase.state != "invalid"]
    return [*found, ReviewCase.cause_confirmed_at.is_not(None)] if span.is_confirmed else found


def cases_by_product(conditions: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    """A row for each case and product: ``id``, ``cause``, ``reviewed_at``, ``platform``, ``ref``."""
    sold = ordered_products().subquery()
    own = select(*_CASE, ReviewCase.platform, ReviewCase.product_ref.label("ref"))
    of_order = select(*_CASE, sold.c.platform, sold.c.ref).join(sold, sold.c.order_id == ReviewCase.order_id)
    return _own_or_of_order(conditions, own, of_order)


def _own_or_of_order(
    conditions: Sequence[ColumnElement[bool]], own: Select[*tuple[Any, ...]], of_order: Select[*tuple[Any, ...]]
) -> Select[*tuple[Any, ...]]:
    """Cases by the product that their review names, else by those of their order; each of these once a case."""
    named = own.where(ReviewCase.product_ref != "", *conditions)
    both = union_all(named, of_order.where(ReviewCase.product_ref == "", *conditions).distinct())
    return select(both.subquery("goods"))


_CASE = (ReviewCase.id, func.coalesce(ReviewCase.cause, NOT_KNOWN).label("cause"), ReviewCase.reviewed_at)


def _of_products(span: Span) -> Select[*tuple[Any, ...]]:
    goods = cases_by_product(told(span)).subquery()
    return select(goods.c.id, goods.c.cause, goods.c.reviewed_at, goods.c.platform, goods.c.ref.label("key"))


def _of_suppliers(span: Span) -> Select[*tuple[Any, ...]]:
    known, sold = product_suppliers().subquery(), order_suppliers().subquery()
    is_it = (known.c.platform == ReviewCase.platform) & (known.c.ref == ReviewCase.product_ref)
    nowhere = literal("").label("platform")
    own = select(*_CASE, nowhere, known.c.supplier.label("key")).join(known, is_it)
    # Two products of one supplier in an order are one case still.
    of_order = (
        select(*_CASE, nowhere, sold.c.supplier.label("key"))
        .join(sold, sold.c.order_id == ReviewCase.order_id)
        .where(sold.c.supplier != "")
    )
    return _own_or_of_order(told(span), own, of_order)


def _of_couriers(span: Span) -> Select[*tuple[Any, ...]]:
    sent = parcel_couriers().subquery()
    columns = (*_CASE, literal("").label("platform"), sent.c.courier.label("key"))
    return select(*columns).join(sent, sent.c.order_id == ReviewCase.order_id).where(*told(span)).distinct()


_ORDERS = {"product": ordered_products, "supplier": order_suppliers, "courier": order_couriers}
_SOURCES = {"product": _of_products, "supplier": _of_suppliers, "courier": _of_couriers}


def _ranked(source: Select[*tuple[Any, ...]], span: Span) -> Sequence[Any]:
    """Counts by key and cause of those keys that have the most cases."""
    rows = source.subquery()
    later = func.count().filter(rows.c.reviewed_at >= span.middle)
    counted = (
        select(rows.c.platform, rows.c.key, rows.c.cause, func.count().label("many"), later.label("later"))
        .group_by(rows.c.platform, rows.c.key, rows.c.cause)
        .cte("counted")
    )
    total = func.sum(counted.c.many)
    top = (
        select(counted.c.platform, counted.c.key)
        .group_by(counted.c.platform, counted.c.key)
        .order_by(total.desc(), counted.c.platform, counted.c.key)
        .limit(MOST)
        .subquery("top")
    )
    same = (top.c.platform == counted.c.platform) & (top.c.key == counted.c.key)
    return db.session().execute(select(counted).join(top, same)).all()


def _orders(kind: By, keys: Sequence[tuple[str, str]], span: Span) -> dict[tuple[str, str], tuple[int, int]]:
    """How many orders each had, in the earlier and in the later half."""
    rows = _ORDERS[kind]().subquery("orders")
    name = rows.c["ref" if kind == "product" else kind]
    platform = rows.c.platform if kind == "product" else literal("")
    begins, ends = span.whole
    half = case(
        (rows.c.ordered_at < begins, None), (rows.c.ordered_at >= ends, None), (rows.c.ordered_at >= span.middle, 1),
        else_=0,
    )  # fmt: skip
    found = select(rows.c.order_id, platform.label("platform"), name.label("key"), half.label("half"))
    if not _is_most(span):
        found = found.where(rows.c.ordered_at >= begins, rows.c.ordered_at < ends)
    names = [key for _platform, key in keys]
    if kind == "product":
        found = found.where(name.in_(names))
    # A product that stands twice in an order is one order still; what is left after the names is few enough to count.
    # Suppliers are made once, as finding them costs more than all the rest.
    is_named = kind == "product"
    once = (found if is_named else found.distinct()).cte("once")
    many = func.count(once.c.order_id.distinct()) if is_named else func.count()
    query = (
        select(once.c.platform, once.c.key, many.filter(once.c.half == 0), many.filter(once.c.half == 1))
        .where(once.c.key.in_(names), once.c.half.is_not(None))
        .group_by(once.c.platform, once.c.key)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in db.session().execute(query)}


def _is_most(span: Span) -> bool:
    """Whether most orders are of these weeks: reading all in a row is then faster than finding each by its day."""
    return 2 * orders_placed([span.whole])[0] > last_order_id()

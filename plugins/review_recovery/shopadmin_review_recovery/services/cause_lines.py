"""Causes by product, supplier and courier: cases of those with the most, orders beside them, and which way it goes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import CTE, ColumnElement, Select, case, func, literal, select, union_all

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
)
from shopadmin_review_recovery.domain import rates
from shopadmin_review_recovery.domain.rates import Count
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services.causes_report import NOT_KNOWN, Span, told

By = Literal["product", "supplier", "courier"]
BY: tuple[By, ...] = ("product", "supplier", "courier")
# As many of a kind as are listed, those with the most cases.
MOST = 20


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


def by(kind: By, span: Span) -> list[Line]:
    """The ``MOST`` of a kind with the most cases, those first."""
    causes: dict[tuple[str, str], Counter[str]] = {}
    later: Counter[tuple[str, str]] = Counter()
    for row in _ranked(_SOURCES[kind](span)):
        key = (row.platform, row.key)
        causes.setdefault(key, Counter())[row.cause] += row.many
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


def _cases(span: Span) -> CTE:
    """The span's cases: what is counted by, and whether each is of the later half."""
    is_later = case((ReviewCase.reviewed_at >= span.middle, 1), else_=0)
    query = select(
        ReviewCase.id, func.coalesce(ReviewCase.cause, NOT_KNOWN).label("cause"), is_later.label("later"),
        ReviewCase.platform, ReviewCase.product_ref, ReviewCase.order_id,
    ).where(*told(span))  # fmt: skip
    if db.engine.dialect.name == "sqlite":
        # Changes nothing but their order: orders and parcels are then found one after the other, not each in another
        # corner of the file. They are read once, while PostgreSQL would lose sight of how many name a product.
        query = query.group_by(ReviewCase.order_id, ReviewCase.id)
    return query.cte("cases").prefix_with("NOT MATERIALIZED", dialect="postgresql")


def _of_products(span: Span) -> Sequence[Select[*tuple[Any, ...]]]:
    found, sold = _cases(span), ordered_products().subquery()
    named = select(*_told_of(found), found.c.platform, found.c.product_ref.label("key"))
    of_order = select(*_told_of(found), sold.c.platform, sold.c.ref.label("key")).join(
        sold, sold.c.order_id == found.c.order_id
    )
    return named.where(found.c.product_ref != ""), of_order.where(found.c.product_ref == "").distinct()


def _of_suppliers(span: Span) -> Sequence[Select[*tuple[Any, ...]]]:
    found, known, sold = _cases(span), product_suppliers().subquery(), order_suppliers().subquery()
    is_it = (known.c.platform == found.c.platform) & (known.c.ref == found.c.product_ref)
    named = select(*_told_of(found), _NOWHERE, known.c.supplier.label("key")).join(known, is_it)
    # Two products of one supplier in an order are one case still.
    of_order = select(*_told_of(found), _NOWHERE, sold.c.supplier.label("key")).join(
        sold, sold.c.order_id == found.c.order_id
    )
    is_known = (found.c.product_ref == "", sold.c.supplier != "")
    return named.where(found.c.product_ref != ""), of_order.where(*is_known).distinct()


def _of_couriers(span: Span) -> Sequence[Select[*tuple[Any, ...]]]:
    found, sent = _cases(span), parcel_couriers().subquery()
    columns = (*_told_of(found), _NOWHERE, sent.c.courier.label("key"))
    return (select(*columns).join(sent, sent.c.order_id == found.c.order_id).distinct(),)


def _told_of(found: CTE) -> Sequence[ColumnElement[Any]]:
    return found.c.id, found.c.cause, found.c.later


_NOWHERE = literal("").label("platform")
_ORDERS = {"product": ordered_products, "supplier": order_suppliers, "courier": order_couriers}
_SOURCES = {"product": _of_products, "supplier": _of_suppliers, "courier": _of_couriers}


def _ranked(sources: Sequence[Select[*tuple[Any, ...]]]) -> Sequence[Any]:
    """Counts by key and cause of those keys that have the most cases; a key may come from more than one source.

    Each source is counted for itself: what they come to is little, while all cases together would be written down.
    """
    counted = union_all(*(_counted(source) for source in sources)).cte("counted")
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


def _counted(source: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    rows = source.subquery()
    by_key = (rows.c.platform, rows.c.key, rows.c.cause)
    return select(*by_key, func.count().label("many"), func.sum(rows.c.later).label("later")).group_by(*by_key)


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

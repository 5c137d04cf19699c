"""Causes of bad reviews by week, with orders beside them; ``cause_lines`` counts by product, supplier and courier.

A case counts in the week its review was written, whatever became of it, but for those that were no case after all. Its
products are the one that the review names, else those of its order. The database counts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all

from shopadmin.plugin_api import db, ordered_products, orders_placed, shop_settings
from shopadmin_review_recovery.domain.rates import Count
from shopadmin_review_recovery.domain.weeks import Window, windows
from shopadmin_review_recovery.models import ReviewCase

SPANS = (4, 12, 26, 52)
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
    return _commonest_first({row[0]: row[1] for row in db.session().execute(query)})


def totals_of(weeks: Sequence[Week]) -> Mapping[str, int]:
    """The same of weeks that are counted already."""
    found: Counter[str] = Counter()
    for week in weeks:
        found.update(week.causes)
    return _commonest_first(found)


def _commonest_first(found: Mapping[str, int]) -> Mapping[str, int]:
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def week_of(span: Span) -> ColumnElement[int]:
    """Which of the span's weeks a case counts in, from 0 on."""
    return _place([window[1] for _day, window in span.windows], 0)


def _place(ends: Sequence[datetime], first: int) -> ColumnElement[int]:
    """By halves: of 52 weeks each case is compared with six ends, not with twenty-six on the average."""
    if not ends:
        return literal(first)
    half = len(ends) // 2
    earlier, later = _place(ends[:half], first), _place(ends[half + 1 :], first + half + 1)
    return case((ReviewCase.reviewed_at < ends[half], earlier), else_=later)


def told(span: Span) -> list[ColumnElement[bool]]:
    """Which cases count."""
    begins, ends = span.whole
    found = [ReviewCase.reviewed_at >= begins, ReviewCase.reviewed_at < ends, ReviewCase.state != "invalid"]
    return [*found, ReviewCase.cause_confirmed_at.is_not(None)] if span.is_confirmed else found


def cases_by_product(conditions: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    """A row for each case and product: ``id``, ``cause``, ``reviewed_at``, ``platform``, ``ref``.

    The product that the review names, else those of the order; each of these once a case.
    """
    sold = ordered_products().subquery()
    cause = func.coalesce(ReviewCase.cause, NOT_KNOWN).label("cause")
    told_of = (ReviewCase.id, cause, ReviewCase.reviewed_at)
    named = select(*told_of, ReviewCase.platform, ReviewCase.product_ref.label("ref"))
    of_order = select(*told_of, sold.c.platform, sold.c.ref).join(sold, sold.c.order_id == ReviewCase.order_id)
    both = union_all(
        named.where(ReviewCase.product_ref != "", *conditions),
        of_order.where(ReviewCase.product_ref == "", *conditions).distinct(),
    )
    return select(both.subquery("goods"))

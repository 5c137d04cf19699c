"""The price-protection export (R23): what was sold, line by line, with the shares that were frozen on it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select

from shopadmin.plugin_api import SoldLine, db, is_anything_sold, plugin_settings, shop_settings, sold_lines
from shopadmin_red_envelope.domain.prices import WINDOW_DAYS, Fact, Item, Sale, price_facts
from shopadmin_red_envelope.models import RedEnvelopeAllocation, RedEnvelopeHold

MOST_DAYS = 366
_CHUNK = 500
# By order: by line key, quantity, amount before the share and share.
_Shares = Mapping[tuple[str, str], Mapping[str, Any]]


def counting_markets() -> frozenset[str]:
    """Platforms on which an envelope lowers the price after all: the owner says so."""
    return frozenset(plugin_settings("red_envelope").get("counting_markets") or ())


def has_sales(first: date, last: date) -> bool:
    """Whether anything was sold from ``first`` to ``last``, both included, days of the shop's zone."""
    return is_anything_sold(_midnight(first), _midnight(last + timedelta(days=1)))


def facts(first: date, last: date) -> Iterator[Fact]:
    """A fact for each item and day, both ends included; read as it is asked for, in pieces.

    Orders that refer to no goods, pieces or price (gifts) make no price.
    """
    begins = _midnight(first - timedelta(days=WINDOW_DAYS - 1))
    lines = sold_lines(begins, _midnight(last + timedelta(days=1)))
    return price_facts(_sales(lines), first, counting_markets())


def _midnight(day: date) -> datetime:
    """When the day begins in the shop; where the clocks jump over midnight, the moment they do."""
    return datetime.combine(day, time(), shop_settings().zone).astimezone(UTC)


def _sales(lines: Iterator[SoldLine]) -> Iterator[Sale]:
    zone, day = shop_settings().zone, date.min
    while chunk := list(islice(lines, _CHUNK)):
        shares = _shares({line.order_no for line in chunk})
        for line in chunk:
            # Never back: clocks that are put back over midnight would bring yesterday a second time.
            day = max(day, line.sold_at.astimezone(zone).date())
            found = _sale(line, day, shares.get((line.platform, line.order_no)))
            if line.qty > 0 and line.price > 0 and found is not None:
                yield found


def _sale(line: SoldLine, day: date, shares: Mapping[str, Any] | None) -> Sale | None:
    """What was frozen at the placement wins: a platform's report may or may not have the share taken off.

    None for a line that is no goods.
    """
    item = Item(line.platform, line.product_ref or line.title, line.sku, line.currency)
    frozen = shares.get(line.line_no) if shares else None
    if frozen is not None and not frozen.is_goods:
        return None
    if frozen is None:
        return Sale(day, item, line.title, line.qty, line.paid, is_open=shares is not None)
    return Sale(day, item, line.title, frozen.quantity, frozen.before, frozen.share)


def _shares(order_nos: Iterable[str]) -> _Shares:
    """What envelopes do on these orders, released holds aside."""
    table, hold = RedEnvelopeAllocation, RedEnvelopeHold
    query = (
        select(
            hold.platform, hold.order_no, table.line_key, table.is_goods, table.quantity, table.before, table.share
        )
        .join(hold, hold.id == table.hold_id)
        .where(hold.order_no.in_(order_nos), hold.state != "released")
    )  # fmt: skip
    found: dict[tuple[str, str], dict[str, Any]] = {}
    rows: Sequence[Any] = db.session().execute(query).all()
    for row in rows:
        found.setdefault((row.platform, row.order_no), {})[row.line_key] = row
    return found

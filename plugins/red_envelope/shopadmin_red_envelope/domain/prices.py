"""Price facts of platform activities (R23): what an item sold for, with the envelope left out.

An envelope is the shop's gift to one buyer, not a lower price of the goods: the 30-day lowest price and the transaction
price are those before its share. A market that sees it otherwise is named by the owner.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal, get_args

# A day's lowest price is that of the 30 days that end with it.
WINDOW_DAYS = 30
# What became of the shares of a day: left out of its prices, part of them, or not known line by line.
Reason = Literal["", "envelope_left_out", "envelope_counted", "envelope_not_by_line"]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Item:
    """What is sold, as a platform tells it apart."""

    platform: str
    ref: str
    sku: str
    currency: str


@dataclass(frozen=True, slots=True)
class Sale:
    """One line that was sold. ``before``: minor units of all its pieces, before the envelope's share.

    ``is_open``: an envelope is on the order, and nobody knows which part of it is this line's.
    """

    day: date
    item: Item
    title: str
    pieces: int
    before: int
    share: int = 0
    is_open: bool = False

    def price(self, is_counted: bool) -> int:
        """Of one piece, rounded down to a whole minor unit: a lowest price is never told too high."""
        return (self.before - (self.share if is_counted else 0)) // self.pieces


@dataclass(frozen=True, slots=True)
class Fact:
    """An item's day. Minor units of the item's currency; ``amount``: of all ``pieces``, before the share.

    ``price`` is the day's lowest transaction price of one piece, ``lowest`` that of the 30 days; ``share``: of all
    pieces together.
    """

    day: date
    item: Item
    title: str
    pieces: int
    amount: int
    price: int
    lowest: int
    share: int
    reason: Reason

    @property
    def currency(self) -> str:
        """That of all its amounts."""
        return self.item.currency


def price_facts(sales: Iterable[Sale], first: date, counting: Collection[str] = ()) -> Iterator[Fact]:
    """A fact for each item and day from ``first`` on, the items of a day in their order.

    ``sales``: by day, from 29 days before ``first`` on; only what 30 days sold is kept in mind. ``counting``: platforms
    whose prices are those after the share.
    """
    window = _Window()
    for day, of_day in groupby(sales, key=lambda sale: sale.day):
        by_item: dict[Item, list[Sale]] = {}
        for sale in of_day:
            by_item.setdefault(sale.item, []).append(sale)
        prices = {item: _lowest(item, found, counting) for item, found in by_item.items()}
        window.add(day, prices)
        if day >= first:
            for item in sorted(by_item, key=lambda it: (it.platform, it.ref, it.sku, it.currency)):
                yield _fact(item, by_item[item], prices[item], window.lowest(item), counting)


class _Window:
    """The lowest price of each item in the 30 days that end with the day added last.

    For each item only the days that can still be the lowest: each is dearer than the one before it.
    """

    def __init__(self) -> None:
        self._days: deque[tuple[date, list[Item]]] = deque()
        self._prices: dict[Item, deque[tuple[date, int]]] = {}

    def add(self, day: date, prices: Mapping[Item, int]) -> None:
        """A day's lowest prices, later than all before."""
        while self._days and self._days[0][0] <= day - timedelta(days=WINDOW_DAYS):
            self._forget(*self._days.popleft())
        self._days.append((day, list(prices)))
        for item, price in prices.items():
            kept = self._prices.setdefault(item, deque())
            while kept and kept[-1][1] >= price:
                kept.pop()
            kept.append((day, price))

    def lowest(self, item: Item) -> int:
        """Of an item that was sold in these days."""
        return self._prices[item][0][1]

    def _forget(self, day: date, items: Iterable[Item]) -> None:
        for item in items:
            kept = self._prices[item]
            if kept[0][0] <= day:
                kept.popleft()
            if not kept:
                del self._prices[item]


def _lowest(item: Item, sales: Iterable[Sale], counting: Collection[str]) -> int:
    return min(sale.price(item.platform in counting) for sale in sales)


def _fact(item: Item, sales: list[Sale], price: int, lowest: int, counting: Collection[str]) -> Fact:
    share = sum(sale.share for sale in sales)
    reason: Reason = ""
    if any(sale.is_open for sale in sales):
        reason = "envelope_not_by_line"
    elif share:
        reason = "envelope_counted" if item.platform in counting else "envelope_left_out"
    return Fact(
        day=sales[-1].day, item=item, title=sales[-1].title, pieces=sum(sale.pieces for sale in sales),
        amount=sum(sale.before for sale in sales), price=price, lowest=lowest, share=share, reason=reason,
    )  # fmt: skip

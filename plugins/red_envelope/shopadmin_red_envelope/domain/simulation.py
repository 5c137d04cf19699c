"""What a campaign may cost, from what the shop sold before. Whoever reads it decides; nothing here promises anything.

History is cut into periods as long as an envelope can be used. In each, a buyer with an order that the envelope would
have fitted (R6) could have used one, and only one (R4). Money is rounded up where it is a cost, so that a forecast is
never below what it is made of. A fraction is kept exact until then.

History cannot tell who would have bought anyway, who would fill a basket to reach a threshold, what competitors do,
or whether stock lasts: hence a break-even and no promise (R26).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from shopadmin_red_envelope.domain.times import DAY_MS

CLAIM_RATES = (10, 30, 60, 100)
# Orders that miss a threshold by less than this share of it are near misses, in percent.
NEAR_PERCENT = 20
_OF_AMOUNT = (2, 3, 5, 8, 10, 15, 20)
_OF_THRESHOLD = (50, 75, 90, 100, 125, 150, 200)


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign as far as its cost goes. Amounts in minor units; ``quantity``: pieces, None without a cap.

    ``use_days``: how long an envelope can be used, at least 1.
    """

    amount: int
    threshold: int | None = None
    quantity: int | None = None
    use_days: int = 7


@dataclass(frozen=True, slots=True)
class Counted:
    """Orders and different buyers, on average over the periods, exact; and the buyers of the busiest one."""

    orders: Fraction
    buyers: Fraction
    busiest: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What one claim rate (percent) costs in minor units: in a usual period, and in one like the busiest.

    ``claims``: envelopes used in a usual period.
    """

    rate: int
    claims: int
    usual: int
    busiest: int


@dataclass(frozen=True, slots=True)
class BreakEven:
    """What must be sold beyond the usual to earn the cost back: goods in minor units, orders, and as a share of usual
    sales. ``rate``: the claim rate in percent that it belongs to.
    """

    rate: int
    goods: int
    orders: int
    uplift: Fraction


@dataclass(frozen=True, slots=True)
class History:
    """What was sold in each period, the oldest first: orders, and goods in minor units.

    ``reached``: orders and different buyers of each period with at least that goods amount, for every amount that
    ``amounts`` asked for.
    """

    orders: tuple[int, ...]
    goods: tuple[int, ...]
    reached: Mapping[int, tuple[tuple[int, ...], tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Variant:
    """The draft with another amount or threshold: whom it fits, and its cost at one claim rate.

    ``near``: orders of a usual period that miss the threshold by 20 % at most; 0 without a threshold.
    """

    draft: Draft
    found: Counted
    cost: Cost
    near: Fraction


def smallest_order(amount: int, threshold: int | None) -> int:
    """The smallest goods amount that the envelope fits (R6, D1): the threshold, else a unit above the envelope."""
    return amount + 1 if threshold is None else threshold


def near_from(threshold: int) -> int:
    """From which goods amount on an order misses the threshold by 20 % at most."""
    return ceil(Fraction(threshold * (100 - NEAR_PERCENT), 100))


def thresholds(amount: int, threshold: int | None) -> tuple[int, ...]:
    """The thresholds worth comparing, ascending: around the campaign's own, or multiples of the amount. All above it
    (R6), in whole hundreds of minor units where that leaves them apart.
    """
    if threshold is None:
        return tuple(amount * times for times in _OF_AMOUNT)
    unit = 100 if threshold >= 1000 else 1
    around = {threshold * percent // 100 // unit * unit for percent in _OF_THRESHOLD if percent != 100} | {threshold}
    return tuple(sorted(found for found in around if found > amount))


def windows(until: int, days: int, use_days: int, first: int | None) -> list[tuple[int, int]]:
    """The periods ``[begins, ends)`` in milliseconds UTC, the last ends at ``until``, the oldest comes first.

    Each is ``use_days`` long and lies whole in the last ``days`` and after ``first``, the shop's first order, so that
    days before the shop existed do not count as quiet ones. At least one period, as much as there is.
    """
    start = max(until - days * DAY_MS, until if first is None else first)
    length = use_days * DAY_MS
    count = (until - start) // length
    if count < 1:
        return [(until - min(length, days * DAY_MS), until)]
    return [(until - length * place, until - length * (place - 1)) for place in range(count, 0, -1)]


def amounts(draft: Draft, denominations: Iterable[int]) -> tuple[int, ...]:
    """Every goods amount that the sweeps ask the history for, ascending."""
    drafts = [draft, *_with_denominations(draft, denominations), *_with_thresholds(draft)]
    smallest = {smallest_order(found.amount, found.threshold) for found in drafts}
    return tuple(sorted(smallest | {near_from(found.threshold) for found in drafts if found.threshold}))


def counted(history: History, draft: Draft) -> Counted:
    """Whom the envelope would have fitted."""
    orders, buyers = history.reached[smallest_order(draft.amount, draft.threshold)]
    return Counted(_mean(orders), _mean(buyers), max(buyers))


def by_denomination(history: History, draft: Draft, denominations: Iterable[int], rate: int) -> list[Variant]:
    """The draft with each amount of the category that stays below its threshold (R6)."""
    return [_variant(history, found, rate) for found in _with_denominations(draft, denominations)]


def by_threshold(history: History, draft: Draft, rate: int) -> list[Variant]:
    """The draft with each of ``thresholds``."""
    return [_variant(history, found, rate) for found in _with_thresholds(draft)]


def cost(draft: Draft, found: Counted, rate: int) -> Cost:
    """What it costs when ``rate`` percent of the buyers whom it fits claim one and use it."""
    claims, busiest = (_claims(buyers, rate, draft.quantity) for buyers in (found.buyers, Fraction(found.busiest)))
    return Cost(rate, claims, claims * draft.amount, busiest * draft.amount)


def break_even(cost: Cost, margin: int, history: History) -> BreakEven | None:
    """Cost over contribution margin: what must be sold on top in a usual period; None where nothing is usual.

    ``margin``: contribution in percent of goods sold, 1 to 100.
    """
    sold, orders = sum(history.goods), sum(history.orders)
    if not sold:
        return None
    extra = ceil(Fraction(cost.usual * 100, margin))
    return BreakEven(
        rate=cost.rate,
        goods=extra,
        orders=ceil(Fraction(extra * orders, sold)),
        uplift=Fraction(extra * len(history.goods), sold),
    )


def _with_denominations(draft: Draft, denominations: Iterable[int]) -> list[Draft]:
    return [
        replace(draft, amount=amount) for amount in denominations if draft.threshold is None or draft.threshold > amount
    ]


def _with_thresholds(draft: Draft) -> list[Draft]:
    return [replace(draft, threshold=threshold) for threshold in thresholds(draft.amount, draft.threshold)]


def _variant(history: History, draft: Draft, rate: int) -> Variant:
    found = counted(history, draft)
    near = Fraction(0)
    if draft.threshold is not None:
        near = _mean(history.reached[near_from(draft.threshold)][0]) - found.orders
    return Variant(draft, found, cost(draft, found, rate), near)


def _mean(numbers: Sequence[int]) -> Fraction:
    return Fraction(sum(numbers), len(numbers))


def _claims(buyers: Fraction, rate: int, quantity: int | None) -> int:
    wanted = ceil(buyers * rate / 100)
    return wanted if quantity is None else min(wanted, quantity)

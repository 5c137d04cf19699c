"""What a campaign did: two groups drawn by chance are compared, with the interval that the difference lies in (R26).

The intervals are the core's. One that contains 0 says "not distinguishable", and no more is claimed then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True, slots=True)
class ExtraOrders:
    """Orders that would not have come otherwise, and the minor units that each cost; None where no interval says so."""

    orders: Fraction
    cost_each: int | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far forecasts have been off so far, after one more campaign; shares of what it really cost.

    ``error``: their distance (MAD/mean ratio, S. Kolassa and W. Schütz, Foresight 6, 2007: it stays defined when one
    campaign cost nothing). ``bias``: above 0 where forecasts were too high. None as long as nothing was spent.
    """

    forecast: int
    actual: int
    error: Fraction | None
    bias: Fraction | None


def extra_orders(push: tuple[int, int], holdout: tuple[int, int], is_more: bool, cost: int) -> ExtraOrders | None:
    """How many of the push group's orders the push made, and what one cost (rounded up), from its whole ``cost``.

    ``push``, ``holdout``: how many bought, and how many there were; None while a group is empty. ``is_more``: the
    interval of the difference lies above 0; there is a price only then.
    """
    (bought, told), (by_themselves, kept) = push, holdout
    if not (told and kept):
        return None
    orders = Fraction(bought) - Fraction(by_themselves * told, kept)
    return ExtraOrders(orders, ceil(cost / orders) if is_more else None)


def calibrate(campaigns: Iterable[tuple[int, int]]) -> list[Calibration]:
    """Forecast and actual cost of each campaign (minor units), the oldest first, with the error up to there."""
    off = above = spent = 0
    found = []
    for forecast, actual in campaigns:
        off, above, spent = off + abs(forecast - actual), above + forecast - actual, spent + actual
        error, bias = (Fraction(off, spent), Fraction(above, spent)) if spent else (None, None)
        found.append(Calibration(forecast, actual, error, bias))
    return found

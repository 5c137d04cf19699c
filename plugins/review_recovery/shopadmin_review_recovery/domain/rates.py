"""Shares of cases as they may be shown, and whether a rate has changed (section 8 of the rules).

Intervals are Wilson's score interval at 95 % (E. B. Wilson, JASA 22, 1927, 209-212): it keeps its level for small
numbers. Statistics are the one place where floats are right.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import Literal

# Below so many cases a share is shown in grey: it says little.
LEAST = 20
_Z = NormalDist().inv_cdf(0.975)
Change = Literal["more", "fewer", "same", "unknown"]


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of`` cases. Raises ValueError for more hits than that."""

    hits: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.of:
            raise ValueError(f"{self.hits} of {self.of}")

    @property
    def value(self) -> Fraction | None:
        """None of nothing."""
        return Fraction(self.hits, self.of) if self.of else None

    @property
    def is_sure(self) -> bool:
        """Whether there are cases enough to read anything into it."""
        return self.of >= LEAST

    def __add__(self, other: "Share") -> "Share":
        """Both together."""
        return Share(self.hits + other.hits, self.of + other.of)


def wilson(share: Share) -> tuple[float, float] | None:
    """Where the true share lies, from and to; None of nothing."""
    hits, count, square = share.hits, share.of, _Z * _Z
    if not count:
        return None
    middle = 2 * hits + square
    reach = _Z * sqrt(square + 4 * hits * (count - hits) / count)
    scale = 2 * (count + square)
    # Exact at the ends, where a float would miss by the last digit.
    return (
        0.0 if hits == 0 else (middle - reach) / scale,
        1.0 if hits == count else (middle + reach) / scale,
    )


@dataclass(frozen=True, slots=True)
class Count:
    """Cases and the orders that they were among; orders may be unknown, which is 0."""

    cases: int
    orders: int

    @property
    def per_hundred(self) -> Fraction | None:
        """Cases for each 100 orders; None without orders."""
        return Fraction(100 * self.cases, self.orders) if self.orders else None

    def __add__(self, other: "Count") -> "Count":
        """Both together."""
        return Count(self.cases + other.cases, self.orders + other.orders)


def change(before: Count, after: Count) -> Change:
    """Whether there are more cases for the same orders than before, as far as so few can tell.

    Had nothing changed, the later cases would be a share of all cases as the later orders are of all orders. "same" is
    what lies within two standard deviations of that, computed exactly. "unknown" where either time had no orders.
    """
    if not (before.orders and after.orders):
        return "unknown"
    cases = before.cases + after.cases
    part = Fraction(after.orders, before.orders + after.orders)
    apart = after.cases - cases * part
    if apart * apart <= 4 * cases * part * (1 - part):
        return "same"
    return "more" if apart > 0 else "fewer"

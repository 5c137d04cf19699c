"""What a campaign did: two groups drawn by chance are compared, with the interval that the difference lies in (R26).

Intervals hold the true difference in 95 of 100 campaigns. One that contains 0 says "not distinguishable", and no
more is claimed then. Methods:

- Shares: Wilson's score interval (E. B. Wilson, JASA 22, 1927, 209-212).
- Difference of two shares: Newcombe's hybrid score interval without continuity correction, method 10 of R. G. Newcombe,
  Statistics in Medicine 17, 1998, 873-890. It keeps its level for small groups and for shares near 0, as purchase rates
  are, where the textbook's Wald interval does not.
- Difference of two means: B. L. Welch, Biometrika 34, 1947, 28-35. Revenue is skewed and full of zeros, and the two
  groups are of very different size and spread, so that no pooled variance will do. The interval needs sums only: no
  buyer's revenue leaves the database, and the same data always gives the same answer, which a bootstrap of a hundred
  thousand buyers would pay for dearly. Groups below ``FEWEST`` buyers get no interval: too few for means of such data.

Statistics are the one place where floats are right: money goes in as integers and comes out as rounded minor units.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt
from statistics import NormalDist

FEWEST = 30
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and where the truth lies, with 95 % confidence."""

    estimate: float
    low: float
    high: float

    @property
    def is_distinguishable(self) -> bool:
        """Whether there is a difference at all, as far as the data goes."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of``: buyers who bought, old customers who came back. Raises ValueError for more hits than that."""

    hits: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.of:
            raise ValueError(f"{self.hits} of {self.of}")


@dataclass(frozen=True, slots=True)
class Revenue:
    """What a group's buyers spent, minor units: how many buyers (those who spent nothing too), sum, sum of squares."""

    buyers: int
    total: int
    squares: int


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


def share(found: Share) -> Interval | None:
    """Wilson's interval; None for nobody."""
    if not found.of:
        return None
    low, high = _wilson(found)
    return Interval(found.hits / found.of, low, high)


def difference(push: Share, holdout: Share) -> Interval | None:
    """By how much the first share is above the second; None while a group is empty."""
    if not (push.of and holdout.of):
        return None
    first, second = push.hits / push.of, holdout.hits / holdout.of
    (low1, high1), (low2, high2) = _wilson(push), _wilson(holdout)
    estimate = first - second
    return Interval(
        estimate,
        max(estimate - sqrt((first - low1) ** 2 + (high2 - second) ** 2), -1.0),
        min(estimate + sqrt((high1 - first) ** 2 + (second - low2) ** 2), 1.0),
    )


def revenue_difference(push: Revenue, holdout: Revenue) -> Interval | None:
    """By how much a buyer of the first group spent more, minor units; None below ``FEWEST`` buyers in a group."""
    if min(push.buyers, holdout.buyers) < FEWEST:
        return None
    estimate = float(Fraction(push.total, push.buyers) - Fraction(holdout.total, holdout.buyers))
    parts = [(_variance(group) / group.buyers, group.buyers) for group in (push, holdout)]
    spread = sum(part for part, _buyers in parts)
    if not spread:
        return Interval(estimate, estimate, estimate)
    freedom = spread**2 / sum(part**2 / (buyers - 1) for part, buyers in parts)
    reach = student_975(float(freedom)) * sqrt(spread)
    return Interval(estimate, estimate - reach, estimate + reach)


def extra_orders(push: Share, holdout: Share, cost: int) -> ExtraOrders | None:
    """How many of the push group's orders the push made, and what one cost (rounded up), from its whole ``cost``.

    None while a group is empty. There is a price only where more was bought distinguishably.
    """
    found = difference(push, holdout)
    if found is None:
        return None
    orders = Fraction(push.hits) - Fraction(holdout.hits * push.of, holdout.of)
    return ExtraOrders(orders, ceil(cost / orders) if found.low > 0 else None)


def calibrate(campaigns: Iterable[tuple[int, int]]) -> list[Calibration]:
    """Forecast and actual cost of each campaign (minor units), the oldest first, with the error up to there."""
    off = above = spent = 0
    found = []
    for forecast, actual in campaigns:
        off, above, spent = off + abs(forecast - actual), above + forecast - actual, spent + actual
        error, bias = (Fraction(off, spent), Fraction(above, spent)) if spent else (None, None)
        found.append(Calibration(forecast, actual, error, bias))
    return found


def student_975(freedom: float) -> float:
    """The 97.5 % quantile of Student's t: the expansion 26.7.5 in Abramowitz and Stegun, 1964.

    Right to 0.0001 from 7 degrees of freedom on; ``FEWEST`` keeps it above 29.
    """
    x = _Z
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return x + sum(term / freedom**power for power, term in enumerate(terms, 1))


def _wilson(found: Share) -> tuple[float, float]:
    hits, count, square = found.hits, found.of, _Z * _Z
    middle = 2 * hits + square
    reach = _Z * sqrt(square + 4 * hits * (count - hits) / count)
    scale = 2 * (count + square)
    # Exact at the ends, where a float would miss by the last digit.
    low = 0.0 if hits == 0 else (middle - reach) / scale
    high = 1.0 if hits == count else (middle + reach) / scale
    return low, high


def _variance(group: Revenue) -> Fraction:
    """Of a sample, exact: no digits are lost between two large sums."""
    return Fraction(group.squares * group.buyers - group.total**2, group.buyers * (group.buyers - 1))

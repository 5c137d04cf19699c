"""Estimates from counts, each with the interval that the truth lies in, with 95 % confidence.

- Shares: Wilson's score interval (E. B. Wilson, JASA 22, 1927, 209-212): it keeps its level for small numbers.
- Difference of two shares: Newcombe's hybrid score interval without continuity correction, method 10 of R. G. Newcombe,
  Statistics in Medicine 17, 1998, 873-890. It keeps its level for small groups and for shares near 0, where the
  textbook's Wald interval does not.
- Difference of two means: B. L. Welch, Biometrika 34, 1947, 28-35. Amounts are skewed and full of zeros, and groups are
  of very different size and spread, so that no pooled variance will do. The interval needs sums only: nobody's amounts
  leave the database, and the same data always gives the same answer, which a bootstrap would pay for dearly. Groups
  below ``FEWEST`` get no interval: too few for means of such data.

Statistics are the one place where floats are right: money goes in as integers.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

# Below so many cases a share is shown in grey: it says little.
LEAST = 20
FEWEST = 30
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and where the truth lies. One that contains 0 says "not distinguishable", and no more."""

    estimate: float
    low: float
    high: float

    @property
    def is_distinguishable(self) -> bool:
        """Whether there is a difference at all, as far as the data goes."""
        return self.low > 0 or self.high < 0


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


@dataclass(frozen=True, slots=True)
class Sums:
    """Amounts of a group: how many members (those with nothing too), their sum, and the sum of their squares."""

    count: int
    total: int
    squares: int


def of_share(found: Share) -> Interval | None:
    """Wilson's interval; None of nothing."""
    hits, count, square = found.hits, found.of, _Z * _Z
    if not count:
        return None
    middle = 2 * hits + square
    reach = _Z * sqrt(square + 4 * hits * (count - hits) / count)
    scale = 2 * (count + square)
    # Exact at the ends, where a float would miss by the last digit.
    low = 0.0 if hits == 0 else (middle - reach) / scale
    high = 1.0 if hits == count else (middle + reach) / scale
    return Interval(hits / count, low, high)


def of_difference(first: Share, second: Share) -> Interval | None:
    """By how much the first share is above the second; None while one is of nothing."""
    one, other = of_share(first), of_share(second)
    if one is None or other is None:
        return None
    estimate = one.estimate - other.estimate
    return Interval(
        estimate,
        max(estimate - sqrt((one.estimate - one.low) ** 2 + (other.high - other.estimate) ** 2), -1.0),
        min(estimate + sqrt((one.high - one.estimate) ** 2 + (other.estimate - other.low) ** 2), 1.0),
    )


def of_mean_difference(first: Sums, second: Sums) -> Interval | None:
    """By how much the first group's mean is above the second's; None below ``FEWEST`` members in a group."""
    if min(first.count, second.count) < FEWEST:
        return None
    estimate = float(Fraction(first.total, first.count) - Fraction(second.total, second.count))
    parts = [(_variance(group) / group.count, group.count) for group in (first, second)]
    spread = sum(part for part, _count in parts)
    if not spread:
        return Interval(estimate, estimate, estimate)
    freedom = spread**2 / sum(part**2 / (count - 1) for part, count in parts)
    reach = student_975(float(freedom)) * sqrt(spread)
    return Interval(estimate, estimate - reach, estimate + reach)


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


def _variance(group: Sums) -> Fraction:
    """Of a sample, exact: no digits are lost between two large sums."""
    return Fraction(group.squares * group.count - group.total**2, group.count * (group.count - 1))

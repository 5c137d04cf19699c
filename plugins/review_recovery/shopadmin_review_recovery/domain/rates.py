"""Whether a rate has changed (section 8 of the rules)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Change = Literal["more", "fewer", "same", "unknown"]


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

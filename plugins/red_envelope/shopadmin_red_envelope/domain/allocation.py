"""How an amount is spread over the lines of an order: exact largest remainder, in integers.

Proved by the tests: P1 the shares sum to the amount; P2 none is negative or, under ``allocate``, above its line;
P3 a line of zero takes nothing; P4 each share is less than one unit off the exact one; P5 the order of the lines does
not matter; P6 a larger line never takes less, and equal lines differ by one unit at most. A larger amount may lower a
share. So shares are computed once, when the order is placed, and kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shopadmin_red_envelope.domain.baskets import Line


@dataclass(frozen=True, slots=True)
class Allocation:
    """The share of each line, in the order of the lines, and what no line could take. Minor units."""

    shares: tuple[int, ...]
    undistributed: int


@dataclass(frozen=True, slots=True)
class Split:
    """A line at placement: what is left of it before the envelope, and its share. Non-goods stand as 0 in both."""

    key: str
    before: int
    share: int

    @property
    def paid(self) -> int:
        """What the buyer pays for the line's goods, and so the most that a refund of it gives in cash (R21)."""
        return self.before - self.share


def apportion(amount: int, lines: Sequence[Line]) -> Allocation:
    """Spread the whole amount by the weight of each line; it may be more than they sum to.

    ``a_i = D*x_i // T``; the units left over go one each by larger remainder, then larger ``x_i``, then smaller key
    by code point. Without any weight all of it is undistributed. Raises ValueError for a negative amount, and for a
    key that stands twice, as a tie between the two could then not be decided.
    """
    weights = [line.goods_amount for line in lines]
    if amount < 0 or min(weights, default=0) < 0:
        raise ValueError("a negative amount cannot be spread")
    if len({line.key for line in lines}) < len(lines):
        raise ValueError("a line key stands twice")
    total = sum(weights)
    if total == 0:
        return Allocation((0,) * len(lines), amount)
    shares = [amount * weight // total for weight in weights]
    takers = sorted(
        range(len(lines)), key=lambda at: (-(amount * weights[at] % total), -weights[at], lines[at].key)
    )  # fmt: skip
    for at in takers[: amount - sum(shares)]:
        shares[at] += 1
    return Allocation(tuple(shares), 0)


def allocate(discount: int, lines: Sequence[Line]) -> Allocation:
    """Spread a discount over what the goods lines are worth, never more than that; the rest is undistributed (R7).

    Lines that are no goods, and free gifts, take nothing. An order with a rest cannot be placed. Raises as
    ``apportion``.
    """
    capped = min(discount, sum(line.goods_amount for line in lines))
    return Allocation(apportion(capped, lines).shares, discount - capped)


def split(discounts: int, envelope: int, lines: Sequence[Line]) -> tuple[Split, ...]:
    """What each line costs and bears: first the order-level discounts, then the envelope on what they leave.

    ``discounts``: the sum of all that combine with an envelope, spread at once, so that their order says nothing.
    """
    reduced = allocate(discounts, lines).shares
    left = [
        Line(line.key, line.goods_amount - share) for line, share in zip(lines, reduced, strict=True)
    ]  # fmt: skip
    shares = allocate(envelope, left).shares
    return tuple(Split(line.key, line.amount, share) for line, share in zip(left, shares, strict=True))

"""Who decides what a buyer gets (G14), and whether money is still open before anything is asked for (G5).

A compensation is for what went wrong with an order. Nothing here knows a review, its stars or what came of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["refund", "return_freight", "replacement", "coupon", "gift"]
State = Literal["requested", "approved", "declined", "withdrawn", "settled"]
KINDS: tuple[Kind, ...] = ("refund", "return_freight", "replacement", "coupon", "gift")
STATES: tuple[State, ...] = ("requested", "approved", "declined", "withdrawn", "settled")
# Always the owner's to give: they look like a price for something.
OWNERS_KINDS: tuple[Kind, ...] = ("coupon", "gift")
OPEN: tuple[State, ...] = ("requested", "approved")
Why = Literal["kind", "limit", "paid", "currency"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for. ``amount``: minor units of ``currency``; what a coupon, gift or new piece is worth."""

    kind: Kind
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be given without asking. Amounts are minor units of ``currency``.

    ``limit``: the owner's setting for all that one case gets without being asked; ``given_alone``: of the case so far;
    ``paid``: what the order cost the buyer, less what was paid back, None where nobody knows; ``given``: all that is
    promised for the order already.
    """

    limit: int
    currency: str
    paid: int | None
    given_alone: int = 0
    given: int = 0

    @property
    def alone_up_to(self) -> int:
        """The highest amount that needs nobody's decision."""
        of_order = 0 if self.paid is None else self.paid - self.given
        return max(0, min(self.limit - self.given_alone, of_order))


def reasons(wanted: Wanted, bounds: Bounds) -> tuple[Why, ...]:
    """Why the owner must decide; empty when it may be given at once. Pieces of the limit add up to no more than it."""
    is_foreign = wanted.currency != bounds.currency
    holds: tuple[tuple[Why, bool], ...] = (
        ("kind", wanted.kind in OWNERS_KINDS),
        ("currency", is_foreign),
        ("limit", not is_foreign and bounds.given_alone + wanted.amount > bounds.limit),
        ("paid", not is_foreign and (bounds.paid is None or bounds.given + wanted.amount > bounds.paid)),
    )
    return tuple(why for why, is_so in holds if is_so)


def open_ones(states: Iterable[str]) -> int:
    """How many are undecided, or decided and not handed over: while there is one, no invitation (G5)."""
    return sum(state in OPEN for state in states)

"""The owner's limit: what a campaign can cost at worst, and whether somebody must say so before it is scheduled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorstCase:
    """The most that a campaign can cost, in minor units.

    ``is_bound`` is False without a cap: the amount is then what it costs if each of the shop's past ``buyers`` uses
    one, and new buyers come on top.
    """

    amount: int
    is_bound: bool
    buyers: int = 0


def worst_case(amount: int, quantity: int | None, buyers: int) -> WorstCase:
    """Pieces times amount; without a cap one for each of the past ``buyers``, as each gets one at most (R4)."""
    if quantity is not None:
        return WorstCase(quantity * amount, is_bound=True)
    return WorstCase(buyers * amount, is_bound=False, buyers=buyers)


def must_be_confirmed(worst: WorstCase, limit: int | None) -> bool:
    """Whether its amount must be typed: when it passes the owner's limit, if there is one, or has no bound at all."""
    return limit is not None and (not worst.is_bound or worst.amount > limit)

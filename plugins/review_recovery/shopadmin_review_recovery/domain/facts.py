"""What the order itself says about a bad review, before any word of it is read (section 3 of the rules).

Days are calendar days of the instants as they are given: whoever asks gives all of them in one zone, a shop its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Fact = Literal[
    "cancelled", "unavailable", "not_dispatched", "in_transit", "delivered_after_review", "late", "mismatch", "none"
]
FACTS: tuple[Fact, ...] = (
    "cancelled",
    "unavailable",
    "not_dispatched",
    "in_transit",
    "delivered_after_review",
    "late",
    "mismatch",
    "none",
)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as triage needs it; what is not known is None or empty.

    ``ordered``, ``shipped``: pieces by SKU; an empty ``shipped`` says that nobody wrote down what went out.
    ``refunds``: how many there were. ``is_out_of_stock``: the stock of something ordered is known to be zero.
    """

    status: str = ""
    promised_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    ordered: Mapping[str, int] = field(default_factory=dict)
    shipped: Mapping[str, int] = field(default_factory=dict)
    refunds: int = 0
    is_out_of_stock: bool = False


def by_fact(order: OrderFacts | None, reviewed_at: datetime | None) -> Fact:
    """The first fact that holds, ``none`` without an order. ``reviewed_at``: when the review was written."""
    if order is None:
        return "none"
    if order.status in ("cancelled", "unavailable"):
        return "cancelled" if order.status == "cancelled" else "unavailable"
    if order.status in ("pending_payment", "paid"):
        return "not_dispatched"
    if order.status == "shipped" and order.delivered_at is None:
        return "in_transit"
    if _is_later_day(order.delivered_at, reviewed_at):
        return "delivered_after_review"
    if _is_later_day(order.delivered_at, order.promised_at):
        return "late"
    return "mismatch" if is_mismatch(order) else "none"


def is_mismatch(order: OrderFacts) -> bool:
    """Whether something else went out than was ordered; pieces that nobody counted say nothing."""
    if not order.shipped:
        return False
    ordered = {sku: count for sku, count in order.ordered.items() if count}
    return bool(ordered) and ordered != {sku: count for sku, count in order.shipped.items() if count}


def _is_later_day(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one.date() > other.date()

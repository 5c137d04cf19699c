"""Orders: their statuses and the changes a person may make by hand."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """Where an order stands; readers map every platform's own words to these."""

    PENDING_PAYMENT = "pending_payment"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    UNAVAILABLE = "unavailable"


TO_SHIP = OrderStatus.PAID

# What counts as sold: paid for, and not taken back.
SOLD = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED)

# What staff may set by hand. A later import may always overrule it: the platform knows better.
_BY_HAND: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING_PAYMENT: frozenset({OrderStatus.PAID, OrderStatus.CANCELLED}),
    OrderStatus.PAID: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED, OrderStatus.REFUNDED}),
    OrderStatus.SHIPPED: frozenset({OrderStatus.DELIVERED, OrderStatus.REFUNDED}),
    OrderStatus.DELIVERED: frozenset({OrderStatus.COMPLETED, OrderStatus.REFUNDED}),
    OrderStatus.COMPLETED: frozenset({OrderStatus.REFUNDED}),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.REFUNDED: frozenset(),
    OrderStatus.UNAVAILABLE: frozenset({OrderStatus.CANCELLED}),
}


def next_statuses(status: OrderStatus) -> frozenset[OrderStatus]:
    """The statuses that may follow by hand."""
    return _BY_HAND[status]


def can_change_status(current: OrderStatus, wanted: OrderStatus) -> bool:
    """Whether a person may move an order from one status to the other."""
    return wanted in _BY_HAND[current]


def refundable(paid: int | None, total: int | None, reported: int | None, recorded: int) -> int:
    """What may still be given back, in minor units.

    ``reported`` is the platform's sum and may hold the same refunds as ``recorded``, the shop's own: the larger one
    counts, not both.
    """
    received = paid if paid is not None else total or 0
    return max(received - max(reported or 0, recorded), 0)

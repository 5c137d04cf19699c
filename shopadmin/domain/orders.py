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

# What platforms call paying the courier, in the words that buyers read, and the code that shop systems have for it.
CASH_WORDS = (
    "货到付款", "貨到付款", "代金引換", "cash on delivery", "cash_on_delivery", "(cod)", "nachnahme",
    "contre remboursement", "contra reembolso", "contrassegno", "za pobraniem",
)  # fmt: skip
CASH_CODE = "cod"

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


def is_paid_on_delivery(method: str) -> bool:
    """Whether the courier takes the money, by the platform's words for the way of payment."""
    text = method.strip().lower()
    return text == CASH_CODE or any(word in text for word in CASH_WORDS)


def status_taken(status: OrderStatus | None, method: str) -> OrderStatus | None:
    """The status that an import takes over: an order that is paid on delivery is to be shipped, not waited for.

    Some platforms say so themselves (WooCommerce), others call it unpaid until the courier has the money (Shopify).
    """
    waits = status is OrderStatus.PENDING_PAYMENT and bool(method)
    return TO_SHIP if waits and is_paid_on_delivery(method) else status


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

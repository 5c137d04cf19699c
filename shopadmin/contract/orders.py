"""Orders as plugins see them, and what happens to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shopadmin.contract.ids import AccountId, BuyerId, OrderId


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """An order as a plugin sees it: no phone, no address."""

    id: OrderId
    platform: str
    order_no: str
    status: str
    created_at: datetime
    currency: str
    total: int
    buyer_id: BuyerId | None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What became of an order: for asking why its buyer is unhappy. Times are aware UTC, None where nobody knows.

    ``ordered``, ``shipped``: pieces by SKU (by the product's or the line's number where there is none); ``shipped`` is
    empty unless somebody wrote down what went out. ``refunds``: how many there were. ``is_out_of_stock``: the stock of
    something ordered is known to be zero.
    """

    order_no: str
    status: str
    created_at: datetime
    promised_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    ordered: Mapping[str, int]
    shipped: Mapping[str, int]
    refunds: int
    is_out_of_stock: bool


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What is about to happen to an order; plugins may object in ``check_order_change``."""

    order: OrderSnapshot
    status_before: str
    status_after: str


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order was changed and the change is kept."""

    order_id: OrderId
    status_before: str
    status_after: str
    at: datetime
    actor: AccountId | None

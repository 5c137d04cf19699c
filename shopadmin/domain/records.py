"""What a platform reader yields: one canonical record per thing found in a file.

Amounts are minor units of ``currency``, times aware UTC, ids text. Mutable, because a frozen dataclass
costs three times as much to build and a file has a million of them; nothing changes one after it is built.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shopadmin.domain.orders import OrderStatus

Kind = Literal[
    "orders", "order_lines", "payments", "buyers", "products", "sellers", "categories", "reviews", "incidents"
]

# The order in which kinds are applied, so that files may be given in any order.
KINDS: tuple[Kind, ...] = (
    "categories", "sellers", "products", "buyers", "orders", "order_lines", "payments", "reviews",
    "incidents",
)  # fmt: skip


@dataclass(slots=True)
class Phone:
    """A telephone number as the file has it, taken apart.

    ``number``: digits with an optional leading ``+``; with ``*`` where ``masked``. ``extension``: of a virtual
    number (host and extension), which a platform lets expire at ``expires_at``.
    """

    number: str
    extension: str = ""
    masked: bool = False
    expires_at: datetime | None = None


@dataclass(slots=True)
class CategoryRecord:
    """A product category and its English name."""

    ref: str
    name: str


@dataclass(slots=True)
class SellerRecord:
    """Who ships on a marketplace; to a shop with own stock, its supplier."""

    ref: str
    name: str
    city: str = ""
    region: str = ""
    postcode: str = ""


@dataclass(slots=True)
class ProductRecord:
    """Something that is sold. ``supplier_ref`` and ``stock`` come from the shop's own layout only."""

    ref: str
    sku: str = ""
    title: str = ""
    category_ref: str = ""
    supplier_ref: str = ""
    stock: int | None = None


@dataclass(slots=True)
class BuyerRecord:
    """A person who buys. ``account`` is a further id of the same person on the platform (Olist: customer_id)."""

    ref: str
    account: str = ""
    name: str = ""
    email: str = ""
    phone: Phone | None = None
    city: str = ""
    region: str = ""
    postcode: str = ""


@dataclass(slots=True)
class OrderRecord:
    """One order. ``buyer_ref`` is empty where the file masks it; ``buyer_name`` is then for display alone.

    ``status``: None where the file lists paid orders and does not say what became of them.
    """

    order_no: str
    status: OrderStatus | None
    status_raw: str
    created_at: datetime
    currency: str
    buyer_ref: str = ""
    buyer_name: str = ""
    email: str = ""
    phone: Phone | None = None
    recipient: str = ""
    address: str = ""
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    promised_at: datetime | None = None
    delivered_at: datetime | None = None
    confirmed_at: datetime | None = None
    close_reason: str = ""
    goods: int | None = None
    shipping: int | None = None
    total: int | None = None
    paid: int | None = None
    refunded: int | None = None
    carrier: str = ""
    tracking_no: str = ""
    buyer_note: str = ""
    shop_note: str = ""
    accepts_marketing: bool | None = None
    payment_method: str = ""
    shop_ref: str = ""
    item_count: int | None = None


@dataclass(slots=True)
class LineRecord:
    """One line of an order; ``price`` is of one piece, ``paid`` and ``refunded`` of the whole line."""

    order_no: str
    line_no: str
    qty: int
    price: int
    currency: str
    product_ref: str = ""
    sku: str = ""
    title: str = ""
    spec: str = ""
    paid: int | None = None
    shipping: int | None = None
    status: str = ""
    refund_status: str = ""
    refunded: int | None = None
    seller_ref: str = ""


@dataclass(slots=True)
class PaymentRecord:
    """One payment of an order."""

    order_no: str
    sequence: str
    method: str
    amount: int
    currency: str
    instalments: int | None = None


@dataclass(slots=True)
class ReviewRecord:
    """One review. ``review_ref`` is the platform's own id, unique together with ``order_no``, or empty."""

    created_at: datetime
    review_ref: str = ""
    order_no: str = ""
    line_no: str = ""
    product_ref: str = ""
    product_title: str = ""
    spec: str = ""
    buyer_ref: str = ""
    buyer_name: str = ""
    email: str = ""
    stars: int | None = None
    grade: str = ""
    title: str = ""
    body: str = ""
    followup_body: str = ""
    followup_at: datetime | None = None
    reply: str = ""
    reply_at: datetime | None = None
    state: str = "published"
    verified: bool | None = None
    photos: tuple[str, ...] = field(default_factory=tuple)


@dataclass(slots=True)
class IncidentRecord:
    """Something that went wrong, from the shop's own layout. ``incident_ref`` is the shop's own number of it."""

    incident_ref: str
    kind: str
    occurred_at: datetime
    order_no: str = ""
    note: str = ""
    cost: int | None = None
    currency: str = ""


Record = (
    CategoryRecord | SellerRecord | ProductRecord | BuyerRecord
    | OrderRecord | LineRecord | PaymentRecord | ReviewRecord | IncidentRecord
)  # fmt: skip


@dataclass(slots=True)
class Rejection:
    """Why one row was not taken. ``code`` is stable and translated where it is shown.

    ``row`` counts data rows from 1 (the heading is not one); ``field`` is the file's own heading; ``value`` what
    stood there, cut to 80 characters. Of a text that is too long, in characters: ``most`` that are kept, and its
    ``length``.
    """

    row: int
    kind: Kind
    code: str
    field: str = ""
    value: str = ""
    most: int | None = None
    length: int | None = None


KIND_OF: dict[type, Kind] = {
    CategoryRecord: "categories",
    SellerRecord: "sellers",
    ProductRecord: "products",
    BuyerRecord: "buyers",
    OrderRecord: "orders",
    LineRecord: "order_lines",
    PaymentRecord: "payments",
    ReviewRecord: "reviews",
    IncidentRecord: "incidents",
}

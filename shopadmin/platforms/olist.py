"""Olist, a marketplace in Brazil: eight CSV files. Amounts are reais, times local to the shop."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.domain.orders import OrderStatus
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.readers import Rules, Values, table_format
from shopadmin.platforms.times import time_parser

_STATUSES = {
    "created": OrderStatus.PENDING_PAYMENT,
    "approved": OrderStatus.PAID,
    "invoiced": OrderStatus.PAID,
    "processing": OrderStatus.PAID,
    "shipped": OrderStatus.SHIPPED,
    "delivered": OrderStatus.DELIVERED,
    "canceled": OrderStatus.CANCELLED,
    "unavailable": OrderStatus.UNAVAILABLE,
}


def _end_of_day(ctx: ReadContext) -> Callable[[str], datetime | None]:
    """The estimated delivery is always given as midnight and means "by the end of that day"."""
    parse = time_parser(ctx)
    return lambda text: parse(f"{text.strip()[:10]} 23:59:59") if text.strip() else None


def _nameless(values: Values) -> None:
    """Sellers are known by their id alone."""
    values["name"] = values["ref"]


ORDERS = Layout(
    {
        "order_no": "order_id",
        "buyer_ref": "customer_id",
        "status": "order_status",
        "status_raw": "order_status",
        "created_at": "order_purchase_timestamp",
        "paid_at": "order_approved_at",
        "shipped_at": "order_delivered_carrier_date",
        "delivered_at": "order_delivered_customer_date",
        "promised_at": "order_estimated_delivery_date",
    },
    required=("order_no", "buyer_ref", "status", "created_at"),
)
REVIEWS = Layout(
    {
        "review_ref": "review_id",
        "order_no": "order_id",
        "rating": "review_score",
        "title": "review_comment_title",
        "body": "review_comment_message",
        "created_at": "review_creation_date",
    },
    required=("review_ref", "order_no", "rating", "created_at"),
)
LINES = Layout(
    {
        "order_no": "order_id",
        "line_no": "order_item_id",
        "product_ref": "product_id",
        "seller_ref": "seller_id",
        "price": "price",
        "shipping": "freight_value",
    },
    required=("order_no", "line_no", "product_ref", "seller_ref", "price"),
)
PAYMENTS = Layout(
    {
        "order_no": "order_id",
        "sequence": "payment_sequential",
        "method": "payment_type",
        "instalments": "payment_installments",
        "amount": "payment_value",
    },
    required=("order_no", "sequence", "method", "amount"),
)
BUYERS = Layout(
    {
        "ref": "customer_unique_id",
        "account": "customer_id",
        "postcode": "customer_zip_code_prefix",
        "city": "customer_city",
        "region": "customer_state",
    },
    required=("ref", "account"),
)
PRODUCTS = Layout(
    {"ref": "product_id", "category_ref": "product_category_name"},
    required=("ref", "category_ref"),
    # Really spelt so; it tells the file from a shop's own list.
    marks=("product_name_lenght",),
)
SELLERS = Layout(
    {"ref": "seller_id", "postcode": "seller_zip_code_prefix", "city": "seller_city", "region": "seller_state"},
    required=("ref", "postcode"),
)
CATEGORIES = Layout({"ref": "product_category_name", "name": "product_category_name_english"}, required=("ref", "name"))

# Olist writes one row for each piece.
_LINE_RULES = Rules(currency="BRL", defaults={"qty": 1}, needed=("line_no", "product_ref"))

FORMATS: tuple[ImportFormat, ...] = (
    table_format(
        "olist.orders",
        lazy_gettext("Olist orders"),
        "orders",
        ORDERS,
        Rules(currency="BRL", statuses=_STATUSES, special={"promised_at": _end_of_day}, needed=("buyer_ref",)),
    ),
    table_format(
        "olist.reviews", lazy_gettext("Olist reviews"), "reviews", REVIEWS, Rules(needed=("review_ref", "order_no"))
    ),
    table_format("olist.lines", lazy_gettext("Olist order lines"), "order_lines", LINES, _LINE_RULES),
    table_format("olist.payments", lazy_gettext("Olist payments"), "payments", PAYMENTS, Rules(currency="BRL")),
    table_format("olist.buyers", lazy_gettext("Olist customers"), "buyers", BUYERS, Rules(needed=("account",))),
    table_format("olist.products", lazy_gettext("Olist products"), "products", PRODUCTS),
    table_format("olist.sellers", lazy_gettext("Olist sellers"), "sellers", SELLERS, Rules(finish=_nameless)),
    table_format("olist.categories", lazy_gettext("Olist category names"), "categories", CATEGORIES),
)

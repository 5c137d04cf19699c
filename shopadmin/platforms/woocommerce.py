"""WooCommerce: orders and reviews as its REST API answers (JSON), and two CSV exports of plugins.

``_gmt`` times are UTC without saying so. A review of 0 stars has no rating. Reviews name no order.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat, ReadContext, Row
from shopadmin.domain.orders import CASH_CODE, OrderStatus, is_paid_on_delivery
from shopadmin.domain.records import LineRecord, OrderRecord
from shopadmin.platforms.cells import clean_text, html_to_text, parse_amount, parse_phone, parse_stars
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.objects import text_of
from shopadmin.platforms.readers import (
    Found,
    RecordBuilder,
    Rows,
    Rules,
    cells_of,
    layout_format,
    rejection,
    table_format,
)
from shopadmin.platforms.refusals import MAX_CELL_CHARS, BadCell
from shopadmin.platforms.times import time_parser

STATUSES = {
    "pending": OrderStatus.PENDING_PAYMENT,
    "on-hold": OrderStatus.PENDING_PAYMENT,
    "processing": OrderStatus.PAID,
    "completed": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
    "failed": OrderStatus.CANCELLED,
    "trash": OrderStatus.CANCELLED,
    "refunded": OrderStatus.REFUNDED,
}

ORDERS = Layout(
    {
        "order_no": "number",
        "status": "status",
        "status_raw": "status",
        "currency": "currency",
        "created_at": "date_created_gmt",
        "paid_at": "date_paid_gmt",
        "shipping": "shipping_total",
        "total": "total",
        "buyer_note": "customer_note",
        "payment_method": "payment_method_title",
    },
    required=("order_no", "status", "currency", "created_at", "total"),
    marks=("line_items", "billing"),
)
LINES = Layout(
    {
        "line_no": "id",
        "title": "name",
        "product_ref": "product_id",
        "qty": "quantity",
        "paid": "total",
        "sku": "sku",
        "price": "price",
    },
    required=("line_no", "qty", "price"),
)
_LINE_HEADINGS = ("id", "name", "product_id", "quantity", "total", "sku", "price")
REVIEWS = Layout(
    {
        "review_ref": "id",
        "created_at": "date_created_gmt",
        "product_ref": "product_id",
        "product_title": "product_name",
        "state": "status",
        "buyer_name": "reviewer",
        "email": "reviewer_email",
        "body": "review",
        "rating": "rating",
        "verified": "verified",
    },
    required=("review_ref", "created_at", "product_ref", "state", "body", "rating"),
)
REVIEW_TABLE = Layout(
    {
        "review_ref": "comment_ID",
        "product_ref": "comment_post_ID",
        "email": "comment_author_email",
        "buyer_name": "comment_author",
        "created_at": "comment_date_gmt",
        "body": "comment_content",
        "state": "comment_approved",
        "rating": "rating",
        "verified": "verified",
        "title": "title",
    },
    required=("review_ref", "product_ref", "created_at", "body", "rating"),
)
# The items are packed into cells in a way that no documentation fixes: they are not read.
ORDER_TABLE = Layout(
    {
        "order_no": "order_number",
        "created_at": "order_date",
        "paid_at": "paid_date",
        "status": "status",
        "status_raw": "status",
        "total": "order_total",
        "shipping": "shipping_total",
        "currency": "order_currency",
        "email": "customer_email",
        "buyer_note": "customer_note",
    },
    required=("order_no", "created_at", "status", "total", "email"),
)


def _utc(ctx: ReadContext) -> Callable[[str], datetime | None]:
    parse = time_parser(ctx)
    return lambda text: parse(f"{text.strip()}Z") if text.strip() else None


def _rating(ctx: ReadContext) -> Callable[[str], tuple[int | None, str]]:
    return lambda text: (None, "") if clean_text(text) in ("0", "") else parse_stars(text)


def _words(ctx: ReadContext) -> Callable[[str], str | None]:
    return lambda text: html_to_text(text) or None


_REVIEW_RULES = Rules(special={"created_at": _utc, "rating": _rating, "body": _words}, needed=("review_ref",))


class _Orders:
    """Reads one file of order objects; every order brings its lines along."""

    def __init__(self, headings: Sequence[str], ctx: ReadContext) -> None:
        self.headings = headings
        rules = Rules(statuses=STATUSES, special={"created_at": _utc, "paid_at": _utc, "buyer_note": _words})
        self.build_order = RecordBuilder("orders", ORDERS, headings, ctx, rules)
        line_rules = Rules(defaults={"order_no": ""}, needed=("line_no",))
        self.build_line = RecordBuilder("order_lines", LINES, _LINE_HEADINGS, ctx, line_rules)

    def read(self, rows: Rows) -> Found:
        for number, row in rows:
            try:
                order: OrderRecord = self.build_order(cells_of(row, self.headings))
                if isinstance(row, dict):
                    _add_people(order, row)
                    _add_refunds(order, row)
                    _add_cash(order, row)
            except BadCell as bad:
                yield rejection(number, "orders", bad)
                continue
            yield order
            yield from self._lines(number, order, row)

    def _lines(self, number: int, order: OrderRecord, row: Row) -> Found:
        for item in _objects(row, "line_items"):
            try:
                line: LineRecord = self.build_line(cells_of(item, _LINE_HEADINGS), order.currency)
            except BadCell as bad:
                yield rejection(number, "order_lines", bad)
                continue
            line.order_no = order.order_no
            yield line


def _objects(row: Row, name: str) -> Iterator[dict[str, Any]]:
    found = row.get(name) if isinstance(row, dict) else None
    return (item for item in found if isinstance(item, dict)) if isinstance(found, list) else iter(())


def _add_people(order: OrderRecord, row: dict[str, Any]) -> None:
    """Who pays, and where it goes; customer 0 is a guest."""
    customer = _short(row, "customer_id")
    order.buyer_ref = "" if customer == "0" else customer
    billing = _object(row, "billing")
    shipping = _object(row, "shipping")
    order.email = _short(billing, "email")
    order.phone = parse_phone(_short(billing, "phone") or _short(shipping, "phone"))
    order.buyer_name = _joined(billing, " ", "first_name", "last_name")
    order.recipient = _joined(shipping, " ", "first_name", "last_name")
    order.address = _joined(shipping, ", ", "address_1", "address_2", "city", "state", "postcode", "country")


def _add_refunds(order: OrderRecord, row: dict[str, Any]) -> None:
    """Refunds are given as negative totals."""
    totals = [_short(refund, "total") for refund in _objects(row, "refunds")]
    try:
        amounts = [abs(parse_amount(total, order.currency)) for total in totals if total]
    except BadCell as bad:
        raise BadCell(bad.code, "refunds", bad.value) from None
    if "refunds" in row:
        order.refunded = sum(amounts)


def _add_cash(order: OrderRecord, row: dict[str, Any]) -> None:
    """A shop may call cash on delivery what it likes: the code of the way of payment is always the same."""
    if _short(row, "payment_method") == CASH_CODE and not is_paid_on_delivery(order.payment_method):
        order.payment_method = f"{order.payment_method} (COD)".strip()


def _object(row: dict[str, Any], name: str) -> dict[str, Any]:
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def _short(row: dict[str, Any], name: str) -> str:
    text = text_of(row.get(name))
    if len(text) > MAX_CELL_CHARS:
        raise BadCell("cell_too_long", name, text, MAX_CELL_CHARS)
    return clean_text(text)


def _joined(row: dict[str, Any], between: str, *names: str) -> str:
    return between.join(filter(None, (_short(row, name) for name in names)))


def _read_orders(headings: Sequence[str], rows: Rows, ctx: ReadContext) -> Found:
    return _Orders(headings, ctx).read(rows)


FORMATS: tuple[ImportFormat, ...] = (
    layout_format(
        "woocommerce.orders", lazy_gettext("WooCommerce orders"), ("orders", "order_lines"), ORDERS, _read_orders
    ),
    table_format("woocommerce.reviews", lazy_gettext("WooCommerce reviews"), "reviews", REVIEWS, _REVIEW_RULES),
    table_format(
        "woocommerce.review_table",
        lazy_gettext("WooCommerce reviews (CSV)"),
        "reviews",
        REVIEW_TABLE,
        _REVIEW_RULES,
    ),
    table_format(
        "woocommerce.order_table",
        lazy_gettext("WooCommerce orders (CSV)"),
        "orders",
        ORDER_TABLE,
        Rules(statuses=STATUSES),
        slash_dates=("order_date", "paid_date"),
    ),
)

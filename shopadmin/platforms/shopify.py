"""Shopify: orders_export.csv, one row per line item, and the export of the retired Product Reviews app."""

from collections.abc import Sequence

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.domain.orders import OrderStatus
from shopadmin.domain.records import OrderRecord, Rejection
from shopadmin.platforms.cells import clean_text
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.readers import (
    Cells,
    Found,
    RecordBuilder,
    Rows,
    Rules,
    cells_of,
    layout_format,
    rejection,
    table_format,
)
from shopadmin.platforms.refusals import BadCell

# Financial status; an order with a cancelling date is cancelled, and one that is fulfilled is shipped.
STATUSES = {
    "pending": OrderStatus.PENDING_PAYMENT,
    "authorized": OrderStatus.PENDING_PAYMENT,
    "partially_paid": OrderStatus.PENDING_PAYMENT,
    "expired": OrderStatus.CANCELLED,
    "voided": OrderStatus.CANCELLED,
    "paid": OrderStatus.PAID,
    "partially_refunded": OrderStatus.PAID,
    "refunded": OrderStatus.REFUNDED,
}
_MAY_SHIP = (OrderStatus.PAID, OrderStatus.PENDING_PAYMENT)

ORDERS = Layout(
    {
        "order_no": "Name",
        "email": "Email",
        "status": "Financial Status",
        "paid_at": "Paid at",
        "shipped_at": "Fulfilled at",
        "accepts_marketing": "Accepts Marketing",
        "currency": "Currency",
        "goods": "Subtotal",
        "shipping": "Shipping",
        "total": "Total",
        "created_at": "Created at",
        "buyer_name": "Billing Name",
        "recipient": "Shipping Name",
        "phone": "Shipping Phone",
        "address": "Shipping Street",
        "buyer_note": "Notes",
        "payment_method": "Payment Method",
        "refunded": "Refunded Amount",
    },
    required=("order_no", "status", "created_at", "currency", "total"),
    fallbacks={"phone": ("Billing Phone", "Phone"), "buyer_name": ("Shipping Name",)},
    marks=("Fulfillment Status", "Lineitem quantity", "Lineitem name", "Lineitem price"),
)
LINES = Layout(
    {
        "order_no": "Name",
        "qty": "Lineitem quantity",
        "title": "Lineitem name",
        "price": "Lineitem price",
        "sku": "Lineitem sku",
        "status": "Lineitem fulfillment status",
    },
    required=("order_no", "qty", "price"),
)
REVIEWS = Layout(
    {
        "product_ref": "product_handle",
        "state": "state",
        "rating": "rating",
        "title": "title",
        "buyer_name": "author",
        "email": "email",
        "body": "body",
        "reply": "reply",
        "created_at": "created_at",
        "reply_at": "replied_at",
    },
    required=("product_ref", "state", "rating", "body", "created_at"),
)
_ADDRESS = ("Shipping Street", "Shipping City", "Shipping Zip", "Shipping Province", "Shipping Country")
_EXTRA = Layout(
    {"cancelled": "Cancelled at", "fulfilment": "Fulfillment Status"} | {name: name for name in _ADDRESS}, required=()
)


class _Orders:
    """Reads one file: order cells stand on the first row of a Name alone and hold for the rows after it."""

    def __init__(self, headings: Sequence[str], ctx: ReadContext) -> None:
        self.headings = headings
        self.build_order = RecordBuilder(
            "orders", ORDERS, headings, ctx, Rules(statuses=STATUSES, defaults={"status_raw": ""})
        )
        self.build_line = RecordBuilder("order_lines", LINES, headings, ctx, Rules(defaults={"line_no": ""}))
        self.extra = {name: places[0] for name, places in _EXTRA.columns(headings).items()}
        self.name_at = ORDERS.columns(headings)["order_no"][0]
        self.status_at = ORDERS.columns(headings)["status"][0]
        self.name = ""
        self.currency = ""
        self.lines = 0
        self.rejected = False

    def read(self, rows: Rows) -> Found:
        for number, row in rows:
            try:
                cells = cells_of(row, self.headings)
            except BadCell as bad:
                self._lose_order(row)
                yield rejection(number, "orders", bad)
                continue
            name = clean_text(cells[self.name_at])
            if not name or name != self.name:
                order = self._order(number, cells)
                self._begin(name, order)
                yield order
            elif self.rejected:
                yield Rejection(number, "order_lines", "order_rejected", self.headings[self.name_at], name[:80])
            if not self.rejected:
                yield from self._line(number, cells)

    def _lose_order(self, row: object) -> None:
        """A row that cannot be cut into cells may have been an order's first: Name is what comes before the break."""
        name = clean_text(row[self.name_at]) if isinstance(row, list) and len(row) > self.name_at else ""
        if name != self.name:
            self.name, self.rejected = name, True

    def _begin(self, name: str, order: OrderRecord | Rejection) -> None:
        self.name, self.lines, self.rejected = name, 0, isinstance(order, Rejection)
        self.currency = "" if isinstance(order, Rejection) else order.currency

    def _order(self, number: int, cells: Cells) -> OrderRecord | Rejection:
        try:
            order: OrderRecord = self.build_order(cells)
        except BadCell as bad:
            return rejection(number, "orders", bad)
        order.status = self._status(cells, order.status)
        order.status_raw = self._status_raw(cells)
        order.address = ", ".join(filter(None, (self._extra(cells, part) for part in _ADDRESS)))
        return order

    def _status(self, cells: Cells, financial: OrderStatus | None) -> OrderStatus | None:
        if self._extra(cells, "cancelled"):
            return OrderStatus.CANCELLED
        fulfilled = self._extra(cells, "fulfilment").casefold() == "fulfilled"
        return OrderStatus.SHIPPED if fulfilled and financial in _MAY_SHIP else financial

    def _status_raw(self, cells: Cells) -> str:
        words = (clean_text(cells[self.status_at]), self._extra(cells, "fulfilment"))
        return " / ".join(filter(None, (*words, "cancelled" if self._extra(cells, "cancelled") else "")))

    def _extra(self, cells: Cells, name: str) -> str:
        return clean_text(cells[self.extra[name]]) if name in self.extra else ""

    def _line(self, number: int, cells: Cells) -> Found:
        """Lines have no number of their own: their place within the order is one."""
        self.lines += 1
        try:
            line = self.build_line(cells, self.currency)
        except BadCell as bad:
            yield rejection(number, "order_lines", bad)
            return
        line.line_no = str(self.lines)
        yield line


def _read_orders(headings: Sequence[str], rows: Rows, ctx: ReadContext) -> Found:
    return _Orders(headings, ctx).read(rows)


FORMATS: tuple[ImportFormat, ...] = (
    layout_format("shopify.orders", lazy_gettext("Shopify orders"), ("orders", "order_lines"), ORDERS, _read_orders),
    table_format(
        "shopify.reviews",
        lazy_gettext("Shopify product reviews"),
        "reviews",
        REVIEWS,
        slash_dates=("created_at", "replied_at"),
    ),
)

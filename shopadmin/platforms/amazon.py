"""Amazon's flat order reports: TAB, quotes are literal, one row per line, every row with its order's cells.

``item-price`` and ``shipping-price`` are of the whole line, not of one piece.
"""

from collections.abc import Iterator, Sequence

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.domain.identifiers import is_relay_email
from shopadmin.domain.orders import OrderStatus
from shopadmin.domain.records import LineRecord, OrderRecord, Rejection
from shopadmin.platforms.cells import clean_text
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.readers import (
    Cells,
    Found,
    RecordBuilder,
    Rows,
    Rules,
    Values,
    cells_of,
    layout_format,
    rejection,
)
from shopadmin.platforms.refusals import BadCell

# Orders of more lines get no total; they are read all the same.
MAX_LINES_AT_ONCE = 1_000

_ORDER = {
    "order_no": "order-id",
    "created_at": "purchase-date",
    "paid_at": "payments-date",
    "promised_at": "promise-date",
    "email": "buyer-email",
    "buyer_name": "buyer-name",
    "phone": "buyer-phone-number",
    "recipient": "recipient-name",
    "address": "ship-address-1",
    "currency": "currency",
    "shop_ref": "sales-channel",
}
_SPARE = {"phone": ("ship-phone-number",)}
ORDERS = Layout(_ORDER, required=("order_no", "created_at"), fallbacks=_SPARE, marks=("order-item-id", "item-price"))
# Without prices: what is still to be sent, and by when.
UNSHIPPED = Layout(
    _ORDER,
    required=("order_no", "created_at", "promised_at"),
    fallbacks=_SPARE,
    marks=("order-item-id",),
    without=("item-price",),
)
ALL_ORDERS = Layout(
    {
        "order_no": "amazon-order-id",
        "created_at": "purchase-date",
        "status": "order-status",
        "status_raw": "order-status",
        "currency": "currency",
        "shop_ref": "sales-channel",
    },
    required=("order_no", "created_at", "status"),
    marks=("sku", "quantity", "item-price"),
)
LINES = Layout(
    {
        "order_no": ("order-id", "amazon-order-id"),
        "line_no": "order-item-id",
        "sku": "sku",
        "product_ref": "asin",
        "title": "product-name",
        "qty": ("quantity-purchased", "quantity"),
        "currency": "currency",
        "paid": "item-price",
        "shipping": "shipping-price",
        "status": "item-status",
    },
    required=("order_no", "qty", "paid"),
)
STATUSES = {
    "Pending": OrderStatus.PENDING_PAYMENT,
    "Unshipped": OrderStatus.PAID,
    "Shipping": OrderStatus.PAID,
    "Shipped": OrderStatus.SHIPPED,
    "Shipped - Delivered to Buyer": OrderStatus.DELIVERED,
    "Cancelled": OrderStatus.CANCELLED,
}
_ADDRESS = (
    "ship-address-1", "ship-address-2", "ship-address-3", "ship-city", "ship-state", "ship-postal-code",
    "ship-country",
)  # fmt: skip


def _price_of_piece(values: Values) -> None:
    """Half up where the line's amount does not divide evenly; ``paid`` stays exact."""
    qty = max(values["qty"], 1)
    values["price"] = (2 * values["paid"] + qty) // (2 * qty)


_LINE_RULES = Rules(defaults={"price": 0, "line_no": ""}, needed=("paid",), finish=_price_of_piece)
# These reports list paid orders and say nothing of what became of them: a known order keeps its status.
_PAID = Rules(defaults={"status": None, "status_raw": ""})

Group = list[tuple[int, Cells]]


class _Orders:
    """Reads one file. Rows of an order stand together; they are gathered, for its total is their sum."""

    def __init__(
        self, layout: Layout, rules: Rules, headings: Sequence[str], ctx: ReadContext, has_lines: bool
    ) -> None:
        self.headings = headings
        self.build_order = RecordBuilder("orders", layout, headings, ctx, rules)
        self.build_line = RecordBuilder("order_lines", LINES, headings, ctx, _LINE_RULES) if has_lines else None
        self.order_at = layout.columns(headings)["order_no"][0]
        address = Layout({name: name for name in _ADDRESS}, required=()).columns(headings)
        self.address_at = [places[0] for places in address.values()]
        self.order_no = ""
        self.lines = 0
        self.rejected = False

    def read(self, rows: Rows) -> Found:
        group: Group = []
        order_no = ""
        for number, row in rows:
            try:
                cells = cells_of(row, self.headings)
            except BadCell as bad:
                yield rejection(number, "orders", bad)
                continue
            found = clean_text(cells[self.order_at])
            if group and (found != order_no or not found or len(group) >= MAX_LINES_AT_ONCE):
                yield from self._order(order_no, group, whole=found != order_no)
                group = []
            order_no = found
            group.append((number, cells))
        if group:
            yield from self._order(order_no, group, whole=True)

    def _order(self, order_no: str, group: Group, whole: bool) -> Found:
        goes_on = bool(order_no) and order_no == self.order_no
        order = None if goes_on else self._first(*group[0])
        if order is not None:
            self.order_no, self.lines, self.rejected = order_no, 0, isinstance(order, Rejection)
        lines = list(self._lines(group if goes_on or not self.rejected else group[1:]))
        if isinstance(order, OrderRecord) and whole:
            _add_up(order, lines)
        if order is not None:
            yield order
        yield from lines

    def _first(self, number: int, cells: Cells) -> OrderRecord | Rejection:
        try:
            order: OrderRecord = self.build_order(cells)
        except BadCell as bad:
            return rejection(number, "orders", bad)
        order.address = ", ".join(filter(None, (clean_text(cells[place]) for place in self.address_at)))
        if is_relay_email(order.email.lower()):
            order.phone = None
        return order

    def _lines(self, group: Group) -> Iterator[LineRecord | Rejection]:
        build = self.build_line
        if build is None:
            return
        for number, cells in group:
            if self.rejected:
                heading = self.headings[self.order_at]
                yield Rejection(number, "order_lines", "order_rejected", heading, cells[self.order_at][:80])
                continue
            self.lines += 1
            try:
                line: LineRecord = build(cells)
            except BadCell as bad:
                yield rejection(number, "order_lines", bad)
                continue
            line.line_no = line.line_no or str(self.lines)
            yield line


def _add_up(order: OrderRecord, lines: list[LineRecord | Rejection]) -> None:
    """Goods and shipping; whether a price contains its tax differs by marketplace, so taxes are left out.

    With a rejected line the sums would be wrong, and stay unknown.
    """
    read = [line for line in lines if isinstance(line, LineRecord) and line.currency == order.currency]
    if read and len(read) == len(lines):
        order.goods = sum(line.paid or 0 for line in read)
        order.shipping = sum(line.shipping or 0 for line in read)
        order.total = order.goods + order.shipping


def _read_orders(headings: Sequence[str], rows: Rows, ctx: ReadContext) -> Found:
    return _Orders(ORDERS, _PAID, headings, ctx, has_lines=True).read(rows)


def _read_unshipped(headings: Sequence[str], rows: Rows, ctx: ReadContext) -> Found:
    return _Orders(UNSHIPPED, _PAID, headings, ctx, has_lines=False).read(rows)


def _read_all_orders(headings: Sequence[str], rows: Rows, ctx: ReadContext) -> Found:
    return _Orders(ALL_ORDERS, Rules(statuses=STATUSES), headings, ctx, has_lines=True).read(rows)


FORMATS: tuple[ImportFormat, ...] = (
    layout_format(
        "amazon.orders",
        lazy_gettext("Amazon order report"),
        ("orders", "order_lines"),
        ORDERS,
        _read_orders,
        literal_quotes=True,
    ),
    layout_format(
        "amazon.unshipped",
        lazy_gettext("Amazon unshipped orders"),
        ("orders",),
        UNSHIPPED,
        _read_unshipped,
        literal_quotes=True,
    ),
    layout_format(
        "amazon.all_orders",
        lazy_gettext("Amazon all orders"),
        ("orders", "order_lines"),
        ALL_ORDERS,
        _read_all_orders,
        literal_quotes=True,
    ),
)

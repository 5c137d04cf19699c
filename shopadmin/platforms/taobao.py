"""Taobao and Tmall: order report, sub-order report, rating sheets, and ratings from the API. Amounts are yuan."""

import re
from collections.abc import Sequence

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.domain.orders import OrderStatus
from shopadmin.domain.records import LineRecord, ReviewRecord
from shopadmin.platforms.cells import clean_text, parse_phone
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.readers import (
    Found,
    RecordBuilder,
    Rows,
    Rules,
    Values,
    cells_of,
    layout_format,
    read_rows,
    rejection,
    table_format,
)
from shopadmin.platforms.refusals import BadCell

STATUSES = {
    "等待买家付款": OrderStatus.PENDING_PAYMENT,
    "买家已付款，等待卖家发货": OrderStatus.PAID,
    "卖家已发货，等待买家确认": OrderStatus.SHIPPED,
    "交易成功": OrderStatus.COMPLETED,
    "交易关闭": OrderStatus.CANCELLED,
}
_NOT_CLOSED = "订单未关闭"
# ``姓名，86-手机号，地址`` in the address cell of newer files.
_ADDRESS = re.compile(r"([^，,]{1,60})[，,]\s*(86-[0-9*转_-]{7,30})[，,]\s*(.+)", re.DOTALL)

ORDERS = Layout(
    {
        "order_no": "订单编号",
        "buyer_ref": "买家会员名",
        "buyer_name": "买家会员名",
        "status": "订单状态",
        "status_raw": "订单状态",
        "goods": "买家应付货款",
        "shipping": "买家应付邮费",
        "total": "总金额",
        "paid": "买家实际支付金额",
        "refunded": "退款金额",
        "buyer_note": "买家留言",
        "recipient": "收货人姓名",
        "address": "收货地址",
        "phone": "联系手机",
        "phone_expires_at": "虚拟号过期时间",
        "created_at": "订单创建时间",
        "paid_at": "订单付款时间",
        "shipped_at": "发货时间",
        "confirmed_at": "确认收货时间",
        "tracking_no": "物流单号",
        "carrier": "物流公司",
        "shop_note": "订单备注",
        "item_count": "宝贝总数量",
        "shop_ref": "店铺Id",
        "close_reason": "订单关闭原因",
    },
    required=("order_no", "buyer_ref", "status", "created_at", "total", "paid"),
    fallbacks={"phone": ("联系电话",), "shop_note": ("商家备忘",)},
    without=("子订单编号",),
)
LINES = Layout(
    {
        "order_no": "主订单编号",
        "line_no": "子订单编号",
        "title": ("标题", "商品标题", "宝贝标题"),
        "price": ("价格", "商品价格"),
        "qty": "购买数量",
        "sku": "商家编码",
        "spec": "商品属性",
        "status": "订单状态",
        "paid": ("买家实际支付金额", "买家实付金额"),
        "refund_status": "退款状态",
        "refunded": "退款金额",
        "product_ref": "商品ID",
    },
    required=("order_no", "title", "price", "qty"),
    fallbacks={"order_no": ("订单编号",), "sku": ("外部系统编号",)},
)
RATINGS = Layout(
    {
        "review_ref": ("评论ID", "评价编号"),
        "order_no": "订单编号",
        "line_no": "子订单编号",
        "product_ref": "商品ID",
        "product_title": ("商品标题", "宝贝标题"),
        "buyer_ref": "用户昵称",
        "buyer_name": "用户昵称",
        "created_at": ("评价时间", "评论时间", "日期"),
        "spec": ("SKU", "商品规格"),
        "rating": ("评分", "评价星级"),
        "body": ("初评内容", "评价内容", "评论内容"),
        "followup_body": ("追评内容", "追加评论"),
        "followup_at": "追评时间",
        "reply": "商家回复",
    },
    required=("created_at", "rating", "body"),
)
# Objects of taobao.traderates.get.
API_RATINGS = Layout(
    {
        "order_no": "tid",
        "line_no": "oid",
        "buyer_ref": "nick",
        "buyer_name": "nick",
        "rating": "result",
        "created_at": "created",
        "product_title": "item_title",
        "body": "content",
        "reply": "reply",
        "product_ref": "num_iid",
    },
    required=("order_no", "rating", "created_at"),
    marks=("role",),
)


def _tidy_order(values: Values) -> None:
    """Not closed is no reason, and a telephone number does not stay within the address."""
    if values.get("close_reason") == _NOT_CLOSED:
        del values["close_reason"]
    found = _ADDRESS.fullmatch(values.get("address", ""))
    if not found:
        return
    name, number, values["address"] = found.groups()
    values.setdefault("recipient", name)
    if "phone" not in values and (phone := parse_phone(number)):
        values["phone"] = phone


def _read_lines(headings: Sequence[str], rows: Rows, ctx: ReadContext) -> Found:
    """Older files have no line number: there the lines of an order, which stand together, are counted."""
    build = RecordBuilder("order_lines", LINES, headings, ctx, Rules(currency="CNY", defaults={"line_no": ""}))
    order_no, count = "", 0
    for item in read_rows("order_lines", build, headings, rows):
        if isinstance(item, LineRecord):
            count = count + 1 if item.order_no == order_no else 1
            order_no = item.order_no
            item.line_no = item.line_no or str(count)
        yield item


def _read_api_ratings(headings: Sequence[str], rows: Rows, ctx: ReadContext) -> Found:
    """Ratings by buyers; the same list holds the shop's own ratings of them, which are refused ``not_by_buyer``."""
    build = RecordBuilder("reviews", API_RATINGS, headings, ctx)
    role = next((place for place, heading in enumerate(headings) if heading.strip().casefold() == "role"), None)
    for number, row in rows:
        try:
            cells = cells_of(row, headings)
            if role is None or clean_text(cells[role]) != "buyer":
                raise BadCell("not_by_buyer", "role", "" if role is None else cells[role])
            review: ReviewRecord = build(cells)
            yield review
        except BadCell as bad:
            yield rejection(number, "reviews", bad)


FORMATS: tuple[ImportFormat, ...] = (
    table_format(
        "taobao.orders",
        lazy_gettext("Taobao order report"),
        "orders",
        ORDERS,
        Rules(currency="CNY", statuses=STATUSES, finish=_tidy_order),
    ),
    layout_format("taobao.lines", lazy_gettext("Taobao sub-order report"), ("order_lines",), LINES, _read_lines),
    table_format("taobao.ratings", lazy_gettext("Taobao rating sheet"), "reviews", RATINGS),
    layout_format(
        "taobao.api_ratings", lazy_gettext("Taobao ratings (API)"), ("reviews",), API_RATINGS, _read_api_ratings
    ),
)

"""What the samples do not show: rows that follow a rejected one, and layouts known from documents alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.domain.records import IncidentRecord, LineRecord, OrderRecord, ProductRecord, Rejection
from shopadmin.platforms.refusals import MAX_CELL_CHARS

Write = Callable[..., Path]
Read = Callable[..., Any]

SHOPIFY = (
    "Name,Financial Status,Fulfillment Status,Currency,Total,Created at,Cancelled at,"
    "Lineitem quantity,Lineitem name,Lineitem price\n"
)
TIME = "2026-09-03 10:14:00 -0400"
AMAZON = "order-id\torder-item-id\tpurchase-date\tsku\tproduct-name\tquantity-purchased\tcurrency\titem-price\n"
TAOBAO = "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,订单创建时间,买家留言,收货地址\n"


def test_lines_of_a_rejected_shopify_order_are_rejected_with_it(write: Write, read: Read) -> None:
    path = write(
        SHOPIFY
        + f"#1,paid,fulfilled,USD,oops,{TIME},,1,Bag,20\n#1,,,,,,,2,Cup,10\n"
        + f"#2,paid,,JPY,200,{TIME},,1,Bag,200\n#2,,,,,,,1,Cup,1.5e3\n#2,,,,,,,1,Hat,10\n"
    )

    reading = read(path)

    assert reading.codes() == {1: "bad_amount", 2: "order_rejected", 4: "bad_amount"}
    assert [(line.line_no, line.price, line.currency) for line in reading.of(LineRecord)] == [
        ("1", 200, "JPY"),
        ("3", 10, "JPY"),
    ]


def test_lines_of_a_shopify_order_whose_first_row_is_cut_are_rejected(write: Write, read: Read) -> None:
    path = write(SHOPIFY + "#1,paid\n#1,,,,,,,2,Cup,10\n" + "#2,,,,,,,2,Cup,10\n")

    assert read(path).codes() == {1: "cell_count", 2: "order_rejected", 3: "missing_value"}


@pytest.mark.parametrize(
    ("financial", "fulfilment", "cancelled", "status"),
    [
        ("paid", "unfulfilled", "", "paid"),
        ("paid", "fulfilled", "", "shipped"),
        ("partially_refunded", "partial", "", "paid"),
        ("refunded", "fulfilled", "", "refunded"),
        ("refunded", "", TIME, "cancelled"),
        ("authorized", "", "", "pending_payment"),
        ("voided", "", "", "cancelled"),
    ],
)
def test_shopify_statuses(
    write: Write, read: Read, financial: str, fulfilment: str, cancelled: str, status: str
) -> None:
    path = write(SHOPIFY + f"#1,{financial},{fulfilment},USD,1,{TIME},{cancelled},1,Bag,1\n")

    assert str(read(path).of(OrderRecord)[0].status) == status


def test_lines_of_a_rejected_amazon_order_are_rejected_with_it(write: Write, read: Read) -> None:
    path = write(
        AMAZON
        + "A\t1\tnever\tS\tBag\t1\tUSD\t10\nA\t2\t2026-09-02T08:15:00+00:00\tS\tCup\t1\tUSD\t10\n"
        + "B\t3\t2026-09-02T08:15:00+00:00\tS\tBag\tmany\tUSD\t10\nB\t4\t2026-09-02T08:15:00Z\tS\tCup\t3\tUSD\t10\n"
    )

    reading = read(path)

    assert reading.codes() == {1: "bad_time", 2: "order_rejected", 3: "bad_number"}
    (order,), (line,) = reading.of(OrderRecord), reading.of(LineRecord)
    assert (order.total, line.line_no, line.price, line.paid) == (None, "4", 333, 1000)


def test_an_amazon_order_of_very_many_lines_is_one_order(write: Write, read: Read) -> None:
    rows = "".join(f"A\t{number}\t2026-09-02T08:15:00Z\tS\tBag\t1\tUSD\t1\n" for number in range(2_500))

    reading = read(write(AMAZON + rows))

    assert reading.counts() == {"OrderRecord": 1, "LineRecord": 2_500}
    assert reading.records[0].total is None


def test_the_unshipped_report_tells_promises_and_no_prices(write: Write, read: Read) -> None:
    path = write(
        "order-id\torder-item-id\tpurchase-date\tpromise-date\tbuyer-phone-number\tsku\tquantity-purchased\n"
        "A\t1\t2026-09-02T08:15:00Z\t2026-09-05T23:59:59Z\t+1 555-0100\tS\t1\n"
        "A\t2\t2026-09-02T08:15:00Z\t2026-09-05T23:59:59Z\t+1 555-0100\tS\t1\n"
    )

    reading = read(path)

    assert (reading.format, reading.counts()) == ("amazon.unshipped", {"OrderRecord": 1})
    assert reading.records[0].promised_at.isoformat() == "2026-09-05T23:59:59+00:00"
    assert reading.records[0].phone.number == "+15550100"


def test_the_amazon_report_of_all_orders_counts_lines_without_a_number(write: Write, read: Read) -> None:
    path = write(
        "amazon-order-id\tpurchase-date\torder-status\tsku\tquantity\tcurrency\titem-price\n"
        "A\t2026-09-02T08:15:00Z\tShipped\tS\t1\tUSD\t10\nA\t2026-09-02T08:15:00Z\tShipped\tS\t1\tUSD\t5\n"
        "B\t2026-09-02T08:15:00Z\tLost\tS\t1\tUSD\t5\n"
    )

    reading = read(path)

    assert [line.line_no for line in reading.of(LineRecord)] == ["1", "2"]
    assert (str(reading.of(OrderRecord)[0].status), reading.codes()) == ("shipped", {3: "unknown_status"})


def test_older_taobao_lines_are_counted_within_their_order(write: Write, read: Read) -> None:
    path = write("订单编号,标题,价格,购买数量\n1,a,1,1\n1,b,1,1\n2,c,1,1\n", encoding="gbk")

    assert [(line.order_no, line.line_no) for line in read(path).records] == [("1", "1"), ("1", "2"), ("2", "1")]


def test_taobao_status_with_a_narrow_comma_is_the_same_and_others_may_be_mapped(write: Write, read: Read) -> None:
    row = '1,nick,1,1,"买家已付款,等待卖家发货",2026/9/1 10:02,,\n2,nick,1,1,退款中,2026/9/1 10:02,,\n'

    statuses = [str(order.status) for order in read(write(TAOBAO + row), statuses={"退款中": "refunded"}).records]

    assert statuses == ["paid", "refunded"]


def test_a_phone_hidden_in_the_address_becomes_a_phone(write: Write, read: Read) -> None:
    row = "1,nick,1,1,交易成功,2026/9/1 10:02,,测**，86-17000000000-0201，示例省，测试路1号\n"

    (order,) = read(write(TAOBAO + row)).records

    assert (order.recipient, order.address) == ("测**", "示例省，测试路1号")
    assert (order.phone.number, order.phone.extension) == ("17000000000", "0201")


def test_a_huge_cell_rejects_its_row_alone(write: Write, read: Read) -> None:
    rows = [f"{number},nick,1,1,交易成功,2026/9/1 10:02," for number in (1, 2, 3)]
    path = write(TAOBAO + rows[0] + ",\n" + rows[1] + "好" * 2_000_000 + ",\n" + rows[2] + ",\n")

    reading = read(path)

    assert reading.rejected == [
        Rejection(2, "orders", "cell_too_long", "买家留言", "好" * 80, MAX_CELL_CHARS, 2_000_000)
    ]
    assert [order.order_no for order in reading.records] == ["1", "3"]


def test_negative_amounts_are_refused(write: Write, read: Read) -> None:
    assert read(write(TAOBAO + "1,nick,-1,1,交易成功,2026/9/1 10:02,,\n")).codes() == {1: "negative_amount"}


def test_ratings_of_buyers_by_the_shop_are_not_reviews(write: Write, read: Read) -> None:
    rates = [
        f'{{"tid": 390, "oid": 391, "role": "{role}", "nick": "测**1", "result": "bad", '
        '"created": "2026-09-01 10:00:00", "content": "x", "num_iid": 6}'
        for role in ("buyer", "seller")
    ]
    path = write('{"traderates_get_response": {"trade_rates": {"trade_rate": [' + ",".join(rates) + "]}}}")

    reading = read(path)

    assert reading.codes() == {2: "not_by_buyer"}
    (review,) = reading.records
    assert (review.order_no, review.line_no, review.grade, review.stars) == ("390", "391", "bad", None)


def test_objects_of_unexpected_shapes_reject_their_row(write: Write, read: Read) -> None:
    head = '"status": "completed", "currency": "USD", "date_created_gmt": "2026-09-01T14:00:00", "total": "1"'
    path = write(
        f'[{{"number": "1", {head}, "line_items": "none", "billing": [1]}}, 7, {{"number": {{}}, {head}}},'
        f'{{"number": "2", {head}, "refunds": [{{"total": "some"}}]}},'
        f'{{"number": "3", {head}, "billing": {{"email": "{"x" * (MAX_CELL_CHARS + 1)}"}}}},'
        f'{{"number": "4", {head}, "line_items": [{{"id": 9, "quantity": 1, "price": 1e999999}}]}}]'
    )

    reading = read(path)

    assert [order.order_no for order in reading.records] == ["1", "4"]
    assert reading.codes() == {
        2: "cell_count", 3: "missing_value", 4: "bad_amount", 5: "cell_too_long", 6: "bad_amount",
    }  # fmt: skip


def test_the_woocommerce_tables_are_read(write: Write, read: Read) -> None:
    reviews = read(
        write(
            "comment_ID,comment_post_ID,comment_author_email,comment_date_gmt,comment_content,comment_approved,rating\n"
            "7,22,a@example.com,2026-09-01 10:00:00,<p>Fine</p>,1,0\n8,22,a@example.com,2026-09-01 10:00:00,,trash,2\n"
        )
    ).records
    orders = read(
        write("order_number,order_date,paid_date,status,order_total,customer_email\n5,2026-09-01,,failed,3,a@b.c\n")
    ).records

    assert [(review.body, review.stars, review.state) for review in reviews] == [
        ("Fine", None, "published"),
        ("", 2, "trash"),
    ]
    assert reviews[0].created_at.isoformat() == "2026-09-01T10:00:00+00:00"
    assert str(orders[0].status) == "cancelled"


def test_the_retired_shopify_review_app_is_told_from_loox(write: Write, read: Read) -> None:
    path = write(
        "product_handle,state,rating,title,author,email,location,body,reply,created_at,replied_at\n"
        "bag,unpublished,2,t,A,a@example.com,NY,b,,2026-09-01 10:00:00 UTC,\n"
    )

    reading = read(path)

    assert (reading.format, reading.records[0].state) == ("shopify.reviews", "hidden")


def test_the_shops_own_lists_are_read_in_both_languages(write: Write, read: Read) -> None:
    (product,) = read(write("SKU,Title,Supplier,Stock\nCUP-02,Cup,Acme,-3\n")).of(ProductRecord)
    (same,) = read(write("商家编码,商品名称,供应商,库存\nCUP-02,杯,Acme,3\n", encoding="gbk")).of(ProductRecord)
    (incident,) = read(
        write("incident_no,order_no,kind,occurred_at,note,cost\nI-1,390,lost,2026-09-01 10:00,gone,12.5\n")
    ).of(IncidentRecord)

    assert (product.ref, product.sku, product.supplier_ref, product.stock) == ("CUP-02", "CUP-02", "Acme", -3)
    assert same.ref == product.ref
    assert (incident.incident_ref, incident.cost, incident.currency) == ("I-1", 1250, "CNY")


def test_every_format_has_a_name_of_its_own_and_a_title(formats: tuple[ImportFormat, ...], ctx: ReadContext) -> None:
    assert len({layout.name for layout in formats}) == len(formats)
    assert all(layout.name.startswith(f"{layout.platform}.") for layout in formats)

"""Every sample file gives exactly what its description promises."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from shopadmin.contract import ImportFormat
from shopadmin.domain.orders import OrderStatus
from shopadmin.domain.records import LineRecord, OrderRecord, ReviewRecord
from shopadmin.domain.reviews import is_bad
from shopadmin.platforms.files import open_sources
from shopadmin.platforms.recognise import recognise
from shopadmin.platforms.refusals import FileRefused

pytestmark = pytest.mark.data

Read = Callable[..., Any]

SAMPLES = {
    "taobao_orders_gbk.csv": ("taobao.orders", {"OrderRecord": 12}),
    "taobao_suborders_gbk.csv": ("taobao.lines", {"LineRecord": 14}),
    "taobao_orders_new_utf8bom.csv": ("taobao.orders", {"OrderRecord": 8}),
    "taobao_ratings_plugin_utf8bom.csv": ("taobao.ratings", {"ReviewRecord": 12}),
    "taobao_ratings_sheet_gbk.csv": ("taobao.ratings", {"ReviewRecord": 10}),
    "shopify_orders_export.csv": ("shopify.orders", {"OrderRecord": 7, "LineRecord": 10}),
    "judgeme_export.csv": ("judgeme.reviews", {"ReviewRecord": 8}),
    "loox_import_layout.csv": ("loox.import", {"ReviewRecord": 6}),
    "loox_export_layout.csv": ("loox.export", {"ReviewRecord": 5}),
    "yotpo_layout_a.csv": ("yotpo.reviews", {"ReviewRecord": 6}),
    "yotpo_layout_b.csv": ("yotpo.reviews", {"ReviewRecord": 6}),
    "woocommerce_reviews.json": ("woocommerce.reviews", {"ReviewRecord": 6}),
    "woocommerce_orders.json": ("woocommerce.orders", {"OrderRecord": 5, "LineRecord": 5}),
    "amazon_orders.tsv": ("amazon.orders", {"OrderRecord": 5, "LineRecord": 6}),
}
OLIST = {
    "olist_orders_dataset.csv": ("olist.orders", {"OrderRecord": 8135}),
    "olist_order_items_dataset.csv": ("olist.lines", {"LineRecord": 8365}),
    "olist_order_reviews_dataset.csv": ("olist.reviews", {"ReviewRecord": 8225}),
    "olist_order_payments_dataset.csv": ("olist.payments", {"PaymentRecord": 8924}),
    "olist_customers_dataset.csv": ("olist.buyers", {"BuyerRecord": 8135}),
    "olist_products_dataset.csv": ("olist.products", {"ProductRecord": 5460}),
    "olist_sellers_dataset.csv": ("olist.sellers", {"SellerRecord": 1610}),
    "product_category_name_translation.csv": ("olist.categories", {"CategoryRecord": 71}),
}


def low(reviews: Iterable[ReviewRecord]) -> int:
    """Reviews that open a case: spam does not."""
    return sum(is_bad(review.stars, review.grade) for review in reviews if review.state != "spam")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_without_a_rejected_row(test_data: Path, read: Read, name: str) -> None:
    layout, counts = SAMPLES[name]

    reading = read(test_data / "samples" / name)

    assert (reading.format, reading.counts(), reading.rejected) == (layout, counts, [])


@pytest.mark.parametrize("name", OLIST)
def test_an_olist_file_is_read_to_its_last_row(test_data: Path, read: Read, name: str) -> None:
    layout, counts = OLIST[name]

    reading = read(test_data / "olist" / name)

    assert (reading.format, reading.counts(), reading.rejected) == (layout, counts, [])


def test_exactly_one_format_recognises_each_sample(test_data: Path, formats: tuple[ImportFormat, ...]) -> None:
    paths = [test_data / "samples" / name for name in SAMPLES] + [test_data / "olist" / name for name in OLIST]

    for path in paths:
        (source,) = open_sources(path)
        assert len([layout.name for layout in formats if layout.recognise(source.normalised)]) == 1, path.name


def test_the_file_of_broken_rows_names_each_row_and_its_fault(test_data: Path, read: Read) -> None:
    reading = read(test_data / "samples" / "broken_mixed_rows.csv")

    assert reading.codes() == {
        3: "bad_id", 4: "missing_value", 6: "bad_time", 7: "bad_amount", 8: "cell_count", 9: "cell_count",
        11: "unknown_status",
    }  # fmt: skip
    assert [rejection.field for rejection in reading.rejected][:4] == ["订单编号", "订单编号", "订单创建时间", "总金额"]
    assert len({order.order_no for order in reading.records}) == 5
    assert reading.records[4].buyer_note == '=HYPERLINK("https://example.com","看这里")'
    assert reading.records[5].buyer_note == "第一行\n第二行"


def refused(path: Path, formats: tuple[ImportFormat, ...]) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        recognise(path, formats)
    return refusal.value


def test_a_file_in_no_encoding_is_refused_with_its_first_bad_byte(
    test_data: Path, formats: tuple[ImportFormat, ...]
) -> None:
    path = test_data / "samples" / "broken_encoding.csv"

    found = refused(path, formats)

    assert found.code == "encoding_unknown"
    assert (found.details["offset"], found.details["encoding"]) == (1089, "gb18030")
    assert path.read_bytes()[:1089].decode("gb18030")


def test_a_file_without_its_order_number_is_refused_with_what_the_mapping_step_needs(
    test_data: Path, formats: tuple[ImportFormat, ...]
) -> None:
    found = refused(test_data / "samples" / "broken_missing_column.csv", formats)

    assert found.code == "missing_column"
    assert found.details["fields"] == ("订单编号",)
    assert found.details["layout"] == "taobao.orders"
    assert len(found.details["headings"]) == 40  # type: ignore[arg-type]
    assert len(found.details["samples"]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("taobao_ratings_plugin_utf8bom.csv", 9),
        ("taobao_ratings_sheet_gbk.csv", 9),
        ("judgeme_export.csv", 5),
        ("loox_import_layout.csv", 4),
        ("loox_export_layout.csv", 3),
        ("yotpo_layout_a.csv", 4),
        ("yotpo_layout_b.csv", 4),
        ("woocommerce_reviews.json", 3),
    ],
)
def test_low_reviews_are_told_from_spam_and_unrated_ones(test_data: Path, read: Read, name: str, expected: int) -> None:
    assert low(read(test_data / "samples" / name).records) == expected


def test_taobao_orders_join_their_lines_and_ratings(test_data: Path, read: Read) -> None:
    samples = test_data / "samples"
    orders = {order.order_no: order for order in read(samples / "taobao_orders_gbk.csv").records}

    lines = read(samples / "taobao_suborders_gbk.csv").records
    ratings = read(samples / "taobao_ratings_sheet_gbk.csv").records

    assert {line.order_no for line in lines} == orders.keys()
    assert len({(line.order_no, line.line_no) for line in lines}) == 14
    assert {rating.order_no for rating in ratings} < orders.keys()
    assert {line.refunded for line in lines} == {0, 2000, 2900, 3600}


def test_taobao_phones_are_taken_apart_in_all_four_spellings(test_data: Path, read: Read) -> None:
    phones = [order.phone for order in read(test_data / "samples" / "taobao_orders_gbk.csv").records]

    assert [(phone.number, phone.extension) for phone in phones if not phone.masked] == [
        ("17000000000", "0102"),
        ("17000000000", "0106"),
        ("17000000000", "0109"),
    ]
    assert sum(phone.masked for phone in phones) == 9


def test_the_newest_taobao_report_keeps_masked_nicks_for_display_only(test_data: Path, read: Read) -> None:
    orders = read(test_data / "samples" / "taobao_orders_new_utf8bom.csv").records

    assert {order.buyer_ref for order in orders} == {""}
    assert orders[0].buyer_name == "测**01"
    assert orders[0].address == "示例省示例市示例区测试路1号"
    assert orders[0].phone.expires_at.isoformat() == "2026-09-20T12:12:00+00:00"
    assert orders[0].shipped_at.isoformat() == "2026-09-01T09:00:00+00:00"
    assert orders[0].confirmed_at.isoformat() == "2026-09-05T12:12:00+00:00"
    assert [order.refunded for order in orders] == [0, 0, 0, 3600, 1000, 0, 0, 0]


def test_taobao_follow_ups_are_texts_of_their_own(test_data: Path, read: Read) -> None:
    reviews = read(test_data / "samples" / "taobao_ratings_plugin_utf8bom.csv").records

    assert [review.review_ref[-2:] for review in reviews if review.followup_body] == ["02", "11"]
    assert all(review.followup_at for review in reviews if review.followup_body)


def test_a_running_number_is_no_review_id(test_data: Path, read: Read) -> None:
    reviews = read(test_data / "samples" / "taobao_ratings_sheet_gbk.csv").records

    assert {review.review_ref for review in reviews} == {""}


def test_shopify_orders_take_their_status_from_three_columns(test_data: Path, read: Read) -> None:
    orders = read(test_data / "samples" / "shopify_orders_export.csv").of(OrderRecord)

    assert [str(order.status) for order in orders] == [
        "shipped", "shipped", "paid", "shipped", "cancelled", "pending_payment", "shipped",
    ]  # fmt: skip
    assert orders[0].address == "1 Test Street, Sampletown, 00001, NY, US"
    assert orders[6].buyer_note == "Leave at door,\nring twice"
    assert [order.accepts_marketing for order in orders[:2]] == [False, True]


def test_a_deciding_date_settles_the_order_of_a_judgeme_file(test_data: Path, read: Read) -> None:
    reviews = read(test_data / "samples" / "judgeme_export.csv").records

    assert reviews[6].created_at.isoformat() == "2026-09-13T16:00:00+00:00"
    assert reviews[7].title == '=HYPERLINK("https://example.com")'
    assert [review.state for review in reviews][5:7] == ["spam", "hidden"]
    assert len(reviews[1].photos) == 2


def test_both_yotpo_layouts_tell_the_same_reviews(test_data: Path, read: Read) -> None:
    def told(name: str) -> list[tuple[Any, ...]]:
        reviews = read(test_data / "samples" / name).records
        return [(r.email, r.stars, r.title, r.body, r.created_at, r.product_ref) for r in reviews]

    assert told("yotpo_layout_a.csv") == told("yotpo_layout_b.csv")


def test_woocommerce_reviews_lose_their_markup_and_zero_is_no_rating(test_data: Path, read: Read) -> None:
    reviews = read(test_data / "samples" / "woocommerce_reviews.json").records

    assert reviews[1].body == "Box was open & the lid is broken."
    assert reviews[2].body == "Asked for a refund.\nNo reply."
    assert (reviews[5].stars, reviews[5].grade) == (None, "")
    assert [review.state for review in reviews] == [
        "published", "published", "hidden", "published", "spam", "published",
    ]  # fmt: skip
    assert reviews[0].created_at.isoformat() == "2026-09-06T21:59:17+00:00"


def test_woocommerce_guests_have_no_buyer_ref(test_data: Path, read: Read) -> None:
    orders = read(test_data / "samples" / "woocommerce_orders.json").of(OrderRecord)

    assert sum(not order.buyer_ref for order in orders) == 1
    assert sum(order.status is OrderStatus.REFUNDED for order in orders) == 1
    assert sum(order.status is OrderStatus.CANCELLED for order in orders) == 1
    assert sum(order.refunded > 0 for order in orders) == 1


def test_amazon_relays_are_never_phoned_and_quotes_are_literal(test_data: Path, read: Read) -> None:
    reading = read(test_data / "samples" / "amazon_orders.tsv")

    orders, lines = reading.of(OrderRecord), reading.of(LineRecord)
    assert {order.phone for order in orders} == {None}
    assert all("@marketplace.amazon." in order.email for order in orders)
    assert lines[4].title == 'Canvas "Tote" Bag'
    assert (lines[0].price, lines[0].paid, orders[0].total) == (1600, 3200, 5200)


def test_olist_reviews_are_known_by_review_and_order(test_data: Path, read: Read) -> None:
    reviews = read(test_data / "olist" / "olist_order_reviews_dataset.csv").records

    assert len({(review.review_ref, review.order_no) for review in reviews}) == 8225
    assert len({review.review_ref for review in reviews}) == 8225 - 34
    assert sum(review.stars == 1 for review in reviews) == 2638


def test_olist_promises_last_to_the_end_of_their_day(test_data: Path, read: Read) -> None:
    order = read(test_data / "olist" / "olist_orders_dataset.csv").records[0]

    assert order.promised_at.isoformat() == "2017-08-01T15:59:59+00:00"

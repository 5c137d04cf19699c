"""The real and the made-up export files, whole, into an empty shop."""

from pathlib import Path

import pytest
from flask import Flask
from importing import contents, rows, run
from sqlalchemy import update

from shopadmin.models.orders import Order
from shopadmin.services.imports import runs
from shopadmin.services.transactions import writing

pytestmark = pytest.mark.data


# File to the counts of its kinds: (new, duplicates, rejected).
SAMPLES = {
    "taobao_orders_gbk.csv": {"orders": (12, 0, 0)},
    "taobao_suborders_gbk.csv": {"order_lines": (0, 0, 14)},
    "taobao_orders_new_utf8bom.csv": {"orders": (8, 0, 0)},
    "taobao_ratings_plugin_utf8bom.csv": {"reviews": (12, 0, 0)},
    "taobao_ratings_sheet_gbk.csv": {"reviews": (10, 0, 0)},
    "shopify_orders_export.csv": {"orders": (7, 0, 0), "order_lines": (10, 0, 0)},
    "judgeme_export.csv": {"reviews": (8, 0, 0)},
    "loox_import_layout.csv": {"reviews": (6, 0, 0)},
    "loox_export_layout.csv": {"reviews": (5, 0, 0)},
    "yotpo_layout_a.csv": {"reviews": (6, 0, 0)},
    "yotpo_layout_b.csv": {"reviews": (6, 0, 0)},
    "woocommerce_reviews.json": {"reviews": (6, 0, 0)},
    "woocommerce_orders.json": {"orders": (5, 0, 0), "order_lines": None},
    "amazon_orders.tsv": {"orders": (5, 0, 0), "order_lines": (6, 0, 0)},
    "broken_mixed_rows.csv": {"orders": (5, 1, 7)},
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_taken_as_its_readme_says(app: Flask, test_data: Path, name: str) -> None:
    report = run([test_data / "samples" / name])

    assert [found.error for found in report.files] == [""] * len(SAMPLES[name])
    found = {entry.kind: entry.counts for entry in report.files}
    assert found.keys() == SAMPLES[name].keys()
    for kind, expected in SAMPLES[name].items():
        if expected is not None:
            counts = found[kind]
            assert (counts["new"], counts["duplicates"], counts["rejected"]) == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_a_second_import_of_the_same_file_changes_nothing(app: Flask, test_data: Path, name: str) -> None:
    run([test_data / "samples" / name])
    before = contents()

    report = run([test_data / "samples" / name])

    assert (report.totals["new"], report.totals["updated"]) == (0, 0)
    assert contents() == before


def test_a_file_without_a_status_leaves_that_of_a_known_order(app: Flask, test_data: Path) -> None:
    text = (test_data / "samples" / "amazon_orders.tsv").read_text()
    run({"amazon.tsv": text})
    assert {status for (status,) in rows("shop_order", "status")} == {"paid"}
    with writing() as session:
        session.execute(update(Order).values(status="shipped"))

    report = run({"amazon.tsv": text.replace("Sample Buyer 01", "Sample Buyer 91")})

    assert report.totals["updated"] == 1
    assert {status for (status,) in rows("shop_order", "status")} == {"shipped"}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_dry_run_says_what_the_import_does_and_changes_nothing(app: Flask, test_data: Path, name: str) -> None:
    before = contents()
    checked = run([test_data / "samples" / name], runs.CHECK)
    after = contents()
    done = run([test_data / "samples" / name])

    assert checked.state == "staged"
    assert after == before
    assert checked.totals == done.totals


@pytest.mark.parametrize(
    ("name", "code"), [("broken_encoding.csv", "encoding_unknown"), ("broken_missing_column.csv", "missing_column")]
)
def test_a_broken_file_is_refused_and_nothing_is_written(app: Flask, test_data: Path, name: str, code: str) -> None:
    before = contents()

    report = run([test_data / "samples" / name])

    assert [found.error for found in report.files] == [code]
    assert contents() == before


def test_suborders_join_their_orders_whichever_file_comes_first(app: Flask, test_data: Path) -> None:
    names = ("taobao_suborders_gbk.csv", "taobao_orders_gbk.csv", "taobao_ratings_sheet_gbk.csv")

    report = run([test_data / "samples" / name for name in names])

    assert report.totals["new"] == 14 + 12 + 10
    assert report.totals["rejected"] == 0
    assert all(order_id for (order_id,) in rows("review", "order_id"))


def test_ratings_find_their_orders_when_these_come_in_a_later_run(app: Flask, test_data: Path) -> None:
    run([test_data / "samples" / "taobao_ratings_sheet_gbk.csv"])
    assert not any(order_id for (order_id,) in rows("review", "order_id"))

    run([test_data / "samples" / "taobao_orders_gbk.csv"])

    assert all(order_id for (order_id,) in rows("review", "order_id"))


def test_all_samples_together(app: Flask, test_data: Path) -> None:
    report = run(sorted((test_data / "samples").iterdir()))

    assert sorted({found.name for found in report.files if found.error}) == [
        "broken_encoding.csv",
        "broken_missing_column.csv",
    ]
    assert report.state == "applied"


def test_the_olist_set_whole_and_again(app: Flask, test_data: Path) -> None:
    files = sorted((test_data / "olist").glob("*.csv"))

    first = run(files)
    again = run(files)

    new = {found.kind: found.counts["new"] for found in first.files}
    assert (new["orders"], new["order_lines"], new["reviews"]) == (8135, 8365, 8225)
    assert (new["buyers"], new["payments"], new["products"], new["sellers"]) == (8016, 8924, 5460, 1610)
    assert (first.totals["rejected"], first.totals["duplicates"]) == (0, 119)
    assert (again.totals["new"], again.totals["updated"]) == (0, 0)
    assert all(buyer for (buyer,) in rows("shop_order", "buyer_id"))
    assert len(rows("buyer_identifier", "id")) == 8135


def test_olist_files_one_by_one_in_the_wrong_order_end_the_same(app: Flask, test_data: Path) -> None:
    for part in ("order_reviews", "orders", "customers", "order_items", "order_payments"):
        run([test_data / "olist" / f"olist_{part}_dataset.csv"])

    assert all(buyer for (buyer,) in rows("shop_order", "buyer_id"))
    assert all(order and buyer for order, buyer in rows("review", "order_id", "buyer_id"))
    assert (len(rows("order_line", "id")), len(rows("payment", "id"))) == (8365, 8924)

"""What an import makes of what files say, and of what they do not."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from importing import begin, contents, rows, run, undo, work
from orders_file import line, lines, order, orders, rating, ratings, text
from sqlalchemy import select
from sqlalchemy import text as sql

from shopadmin.contract import (
    BuyersChanged,
    ImportFormat,
    IncidentRecorded,
    Manifest,
    OrderChanged,
    ReviewChanged,
    ReviewsChanged,
)
from shopadmin.hookspecs import hookimpl
from shopadmin.models import db
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Reply, Review, ReviewVersion
from shopadmin.models.staging import STAGE
from shopadmin.services import contacts
from shopadmin.services.imports import announcing, runs
from shopadmin.services.imports.messages import file_message
from shopadmin.services.transactions import writing

SHOPIFY = ("Name", "Email", "Financial Status", "Fulfillment Status", "Accepts Marketing", "Currency", "Subtotal",
           "Shipping", "Total", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price",
           "Lineitem sku")  # fmt: skip


def shopify(*changes: dict[str, str]) -> str:
    base = {
        "Name": "#1", "Email": "Buyer@Example.com", "Financial Status": "paid", "Fulfillment Status": "",
        "Accepts Marketing": "yes", "Currency": "USD", "Subtotal": "1", "Shipping": "0", "Total": "1",
        "Created at": "2026-03-01 10:00:00 +0000", "Lineitem quantity": "1", "Lineitem name": "x",
        "Lineitem price": "1", "Lineitem sku": "s",
    }  # fmt: skip
    return text(SHOPIFY, [base | change for change in changes])


def contact() -> contacts.Contact:
    sealed = db.session().scalar(select(Order.contact_encrypted))
    db.session.rollback()
    return contacts.open_contact(contacts.keyring(), sealed)


def test_an_order_that_is_paid_on_delivery_is_to_be_shipped_whatever_its_platform_calls_it(app: Flask) -> None:
    cash = {"Payment Method": "Cash on Delivery (COD)", "Financial Status": "pending"}
    said = [
        cash, cash | {"Payment Method": "Bank Deposit"}, cash | {"Fulfillment Status": "fulfilled"},
        cash | {"Financial Status": "voided"}, cash | {"Payment Method": ""},
    ]  # fmt: skip
    base = dict(zip(SHOPIFY, shopify({}).splitlines()[1].split(","), strict=True))
    woo = {
        "number": "w1", "status": "on-hold", "currency": "EUR", "date_created_gmt": "2026-03-01T10:00:00", "total": "9",
        "payment_method": "cod", "payment_method_title": "Beim Boten", "line_items": [], "billing": {},
    }  # fmt: skip

    run({
        "shopify.csv": text(
            (*SHOPIFY, "Payment Method"), [base | each | {"Name": f"#{number}"} for number, each in enumerate(said, 1)]
        ),
        "woo.json": json.dumps([woo]),
    })  # fmt: skip

    assert rows("shop_order", "order_no", "status", "payment_method") == [
        ("#1", "paid", "Cash on Delivery (COD)"), ("#2", "pending_payment", "Bank Deposit"),
        ("#3", "shipped", "Cash on Delivery (COD)"), ("#4", "cancelled", "Cash on Delivery (COD)"),
        ("#5", "pending_payment", ""), ("w1", "paid", "Beim Boten (COD)"),
    ]  # fmt: skip


def test_an_empty_cell_never_takes_away_what_is_known(app: Flask) -> None:
    run({"a.csv": orders(order(1))})

    report = run({"b.csv": orders(order(1, 收货地址="", 收货人姓名="", 物流公司="", 联系手机="'138****0001"))})

    found = contact()
    assert (found.address, found.recipient, found.phone) == ("Sample street 1", "Sample", "17000000001")
    assert report.totals["updated"] == 0
    assert rows("shipment", "carrier") == [("Sample courier",)]


def test_a_changed_contact_is_joined_with_the_present_one_and_is_stable(app: Flask) -> None:
    run({"a.csv": orders(order(1))})

    first = run({"b.csv": orders(order(1, 收货地址="Another street", 联系手机=""))})
    again = run({"b.csv": orders(order(1, 收货地址="Another street", 联系手机=""))})

    assert (contact().address, contact().phone) == ("Another street", "17000000001")
    assert (first.totals["updated"], again.totals["updated"]) == (1, 0)


def test_the_first_of_a_file_wins_and_the_later_file_of_a_run(app: Flask) -> None:
    report = run({"a.csv": orders(order(1, 总金额="1"), order(1, 总金额="2")), "b.csv": orders(order(1, 总金额="3"))})

    counts = [found.counts for found in report.files]
    assert (counts[0]["new"], counts[0]["duplicates"]) == (1, 1)
    assert (counts[1]["new"], counts[1]["updated"]) == (0, 1)
    assert rows("shop_order", "total") == [(300,)]


def test_a_dry_run_of_two_files_counts_what_the_second_changes_of_the_first(app: Flask) -> None:
    files = {"a.csv": orders(order(1), order(2)), "b.csv": orders(order(1, 总金额="3"), order(2), order(3))}

    checked = run(files, runs.CHECK)
    done = run(files)

    assert [found.counts for found in checked.files] == [found.counts for found in done.files]
    assert (done.totals["new"], done.totals["updated"], done.totals["unchanged"]) == (3, 1, 1)


def test_a_dry_run_can_be_carried_out_and_says_the_same(app: Flask) -> None:
    checked = run({"l.csv": lines(line(1), line(2)), "o.csv": orders(order(1))}, runs.CHECK)
    runs.begin_job(None, checked.run_id, runs.RUN, wake=False)

    done = work(checked.run_id)

    assert done.state == "applied"
    assert done.totals == checked.totals
    assert done.totals["rejected"] == 1


def test_people_are_told_apart_by_the_strongest_sign(app: Flask) -> None:
    run(
        {
            "taobao.csv": orders(
                order(1),
                order(2, 买家会员名="nick1"),
                order(3, 买家会员名="测**01"),
                order(4, 买家会员名="测**01", 联系手机="17000000000-0004"),
                order(5, 买家会员名="测**01", 联系手机="138****0001"),
            ),
            "shopify.csv": shopify({}, {"Name": "#2", "Email": "buyer@example.com "}),
        }
    )

    kinds = sorted(ref.partition(":")[0] for (ref,) in rows("buyer", "ref"))
    assert kinds == ["email", "order", "order", "phone", "taobao"]


def test_a_stronger_sign_takes_an_order_over_and_a_weaker_one_never(app: Flask) -> None:
    masked = orders(order(1, 买家会员名="测**01", 联系手机="138****0001"))
    run({"masked.csv": masked})

    run({"open.csv": orders(order(1))})
    after = rows("shop_order", "buyer_id")
    run({"masked.csv": masked})

    refs = dict(rows("buyer", "id", "ref"))
    assert refs[after[0][0]] == "taobao:nick1"
    assert rows("shop_order", "buyer_id") == after


def test_contact_data_is_encrypted_and_found_by_hash(app: Flask) -> None:
    run({"shopify.csv": shopify({}), "taobao.csv": orders(order(1))})

    with db.engine.connect() as connection:
        plain = str(connection.execute(select(BuyerIdentifier.__table__)).all())
        plain += str(connection.execute(select(Order.__table__)).all())
    for secret in ("buyer@example.com", "17000000001", "Sample street"):
        assert secret not in plain.lower()
    keys = contacts.keyring()
    hashes = {value for (value,) in rows("buyer_identifier", "value_hash")}
    assert contacts.identifier_hash(keys, "email", "buyer@example.com") in hashes
    assert contacts.identifier_hash(keys, "phone", "17000000001") in hashes
    tails = {value for (value,) in rows("buyer_identifier", "tail_hash")}
    assert contacts.tail_hash(keys, "0001") in tails


def test_uploads_are_gone_once_the_import_is_over(app: Flask) -> None:
    report = run({"a.csv": orders(order(1))})

    assert report.state == "applied"
    folder: Path = app.config["DATA_FOLDER"] / "imports"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("says", [("yes", "no"), ("no", "yes")])
def test_a_withdrawn_consent_stands_whichever_file_comes_last(app: Flask, says: tuple[str, str]) -> None:
    run({f"{word}.csv": shopify({"Name": f"#{word}", "Accepts Marketing": word}) for word in says})
    run({"yes.csv": shopify({"Name": "#yes", "Accepts Marketing": "yes"})})

    assert rows("buyer", "accepts_marketing") == [(False,)]


def test_a_changed_review_keeps_its_former_text(app: Flask) -> None:
    run({"a.csv": ratings(rating(1))})

    report = run({"b.csv": ratings(rating(1, 评价内容="Better now", 评分="5"))})

    with db.session() as session:
        review = session.scalars(select(Review)).one()
        old = session.scalars(select(ReviewVersion)).one()
        assert report.totals["updated"] == 1
        assert (review.body, review.stars, review.inbox_rank, review.text_version) == ("Better now", 5, 1, 2)
        assert (old.body, old.stars, old.version, old.import_run_id) == ("Sample text 1", 2, 1, report.run_id)


def test_an_answer_that_comes_back_confirms_the_reply(app: Flask) -> None:
    run({"a.csv": ratings(rating(1), rating(2))})
    with writing() as session:
        review = session.scalars(select(Review).where(Review.key.like("R1/%"))).one()
        review.answer = "posted"
        session.add(
            Reply(review_id=review.id, text="x", state="posted", review_version=1, written_at=datetime.now(UTC))
        )

    run({"b.csv": ratings(rating(1, 商家回复="Thank you"), rating(2))})

    assert rows("review", "answer") == [("confirmed",), ("open",)]
    assert rows("review_reply", "state") == [("confirmed",)]


def test_a_review_without_order_number_finds_the_newest_order_of_its_product(app: Flask) -> None:
    order_1, order_2 = (
        {"id": number, "number": str(number), "status": "completed", "currency": "EUR", "date_created_gmt": at,
         "total": "5.00", "billing": {"email": "a@example.com"},
         "line_items": [{"id": number, "name": "x", "product_id": 7, "quantity": 1, "total": "5.00", "price": 5}]}
        for number, at in ((11, "2026-01-01T10:00:00"), (12, "2026-02-01T10:00:00"))
    )  # fmt: skip
    review = {"id": 5, "date_created_gmt": "2026-01-20T10:00:00", "product_id": 7, "status": "approved",
              "reviewer": "A", "reviewer_email": "A@example.com", "review": "Bad", "rating": 1,
              "verified": True}  # fmt: skip

    run({"reviews.json": json.dumps([review]), "orders.json": json.dumps([order_1, order_2])})

    numbers = dict(rows("shop_order", "id", "order_no"))
    assert [numbers[order_id] for (order_id,) in rows("review", "order_id")] == ["11"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary_file"),
        (b"PK\x03\x04 not a workbook", "bad_archive"),
        (orders(order(1)).replace("买家会员名,", "", 1).encode(), "missing_column"),
        (orders(order(1)).replace("物流公司", "总金额", 1).encode(), "column_twice"),
        (b"Colour,Size\nred,4\n", "unknown_layout"),
        (orders(order(1)).encode() + b'"never closed', "unclosed_quote"),
        (b'{"a": [1,', "bad_json"),
    ],
)
def test_a_broken_file_is_refused_by_name_while_the_others_go_on(app: Flask, content: bytes, code: str) -> None:
    report = run({"broken.csv": content, "good.csv": orders(order(9))})

    broken, good = report.files
    assert broken.error == code
    assert "broken.csv" in str(file_message(code, broken.name, broken.error_details))
    assert (good.error, good.counts["new"]) == ("", 1)
    assert rows("shop_order", "order_no") == [(f"39{9:017}",)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"订单编号": "3.9E+18"}, "bad_id"),
        ({"订单编号": ""}, "missing_value"),
        ({"总金额": "-1"}, "negative_amount"),
        ({"总金额": "much"}, "bad_amount"),
        ({"订单创建时间": "2026-02-30 10:00:00"}, "bad_time"),
        ({"订单状态": "?"}, "unknown_status"),
        ({"收货地址": "x" * 2_000_000}, "cell_too_long"),
        ({"物流单号": "x" * 3_000}, "cell_too_long"),
        ({"收货人姓名": "x" * 3_000}, "cell_too_long"),
    ],
)
def test_a_broken_row_is_rejected_by_number_while_the_others_are_taken(
    app: Flask, changes: dict[str, str], code: str
) -> None:
    report = run({"a.csv": orders(order(1), order(2, **changes), order(3))})

    assert (report.totals["new"], report.totals["rejected"]) == (2, 1)
    assert rows("import_rejection", "row", "code") == [(2, code)]
    path = app.config["DATA_FOLDER"] / "imports" / str(report.run_id) / "rejected.csv"
    assert path.stat().st_mode & 0o077 == 0
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) >= 2


def test_a_file_above_the_limit_is_refused_without_being_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MAX_FILE_BYTES", 1_000)

    report = run({"a.csv": orders(*map(order, range(100)))})

    assert [found.error for found in report.files] == ["too_large"]
    assert rows("shop_order", "id") == []


def test_the_shops_own_lists_bring_supplier_stock_and_incidents(app: Flask) -> None:
    incidents = "incident_no,order_no,kind,occurred_at,note,cost\nI1,{},damaged,2026-03-02 10:00:00,box,3.50\n"
    files = {
        "incidents.csv": incidents.format(f"39{1:017}"),
        "products.csv": "sku,title,supplier,stock\nP1,Lamp,Sample Works,4\n",
        "orders.csv": orders(order(1)),
    }

    run(files)
    again = run(files)

    assert rows("product", "sku", "title", "stock") == [("P1", "Lamp", 4)]
    assert rows("seller", "name") == [("Sample Works",)]
    assert all(supplier for (supplier,) in rows("product", "supplier_id"))
    assert [(kind, cost) for kind, cost, order_id in rows("incident", "kind", "cost", "order_id") if order_id] == [
        ("damaged", 350)
    ]
    assert (again.totals["new"], again.totals["updated"]) == (0, 0)


def failing_reader(headings: Any, rows_: Any, ctx: Any) -> Any:
    for number, _row in rows_:
        if number > 1:
            raise RuntimeError("a plugin's fault")
        yield from ()


class Faulty:
    """A plugin whose reader breaks."""

    @hookimpl
    def shopadmin_import_formats(self) -> list[ImportFormat]:
        return [
            ImportFormat(
                "faulty.x", "faulty", "x", ("orders",), lambda headings: "odd" in headings, failing_reader
            )
        ]  # fmt: skip

    @hookimpl
    def shopadmin_manifest(self) -> Any:
        return Manifest("faulty", "Faulty", "1", 1)


def test_a_plugins_reader_that_breaks_costs_its_file_alone(make_app: Any) -> None:
    app = make_app(plugins={"faulty": Faulty()})
    with app.app_context():
        report = run({"odd.csv": "odd,b\n1,2\n3,4\n", "good.csv": orders(order(1))})

        assert [found.error for found in report.files] == ["reader_failed", ""]
        assert len(rows("shop_order", "id")) == 1


class Listener:
    """A plugin that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    @hookimpl
    def shopadmin_manifest(self) -> Manifest:
        return Manifest("listener", "Listener", "1", 1)

    @hookimpl
    def shopadmin_order_changed(self, event: OrderChanged) -> None:
        self.told.append(("order", event.status_before, event.status_after))

    @hookimpl
    def shopadmin_review_changed(self, event: ReviewChanged) -> None:
        self.told.append(("review", event.change))

    @hookimpl
    def shopadmin_reviews_changed(self, event: ReviewsChanged) -> None:
        self.told.append(("reviews", event.change, *map(str, event.review_ids)))

    @hookimpl
    def shopadmin_incident_recorded(self, event: IncidentRecorded) -> None:
        self.told.append(("incident", event.kind, "linked" if event.buyer_id else ""))


def test_plugins_are_told_of_changed_orders_reviews_and_incidents(make_app: Any) -> None:
    listener = Listener()
    incident = f"incident_no,order_no,kind,occurred_at\nI1,39{1:017},damaged,2026-03-02 10:00:00\n"
    with make_app(plugins={"listener": listener}).app_context():
        run({"o.csv": orders(order(1, 订单状态="等待买家付款")), "r.csv": ratings(rating(1)), "i.csv": incident})
        first, listener.told = listener.told, []
        run({"o.csv": orders(order(1)), "r.csv": ratings(rating(1, 评价内容="Other", 商家回复="Thanks"))})

    assert first == [("reviews", "new", "1"), ("incident", "damaged", "linked")]
    assert listener.told == [
        ("order", "pending_payment", "completed"),
        ("reviews", "order", "1"),
        ("reviews", "edited", "1"),
        ("review", "confirmed"),
    ]


def test_plugins_are_told_of_a_review_whose_order_comes_later(make_app: Any) -> None:
    listener = Listener()
    with make_app(plugins={"listener": listener}).app_context():
        run({"r.csv": ratings(rating(1))})
        listener.told.clear()
        run({"o.csv": orders(order(1))})

    assert listener.told == [("reviews", "order", "1")]


class BuyersListener:
    def __init__(self) -> None:
        self.told: list[tuple[str, tuple[int, ...]]] = []

    @hookimpl
    def shopadmin_manifest(self) -> Manifest:
        return Manifest("listener", "Listener", "1", 1)

    @hookimpl
    def shopadmin_buyers_changed(self, event: BuyersChanged) -> None:
        self.told.append((event.change, event.buyer_ids))


def test_plugins_are_told_of_buyers_who_come_change_order_and_go(make_app: Any) -> None:
    listener = BuyersListener()
    with make_app(plugins={"listener": listener}).app_context():
        first = run({"o.csv": orders(order(1), order(2))})
        came, listener.told = listener.told, []
        second = run({"o.csv": orders(order(1, 联系手机="17000000009"))})
        changed, listener.told = listener.told, []
        undo(second.run_id)
        given_back, listener.told = listener.told, []
        undo(first.run_id)

    assert came == [("known", (1, 2)), ("known", (1, 2)), ("orders", (1, 2))]
    assert changed == [("known", (1,)), ("orders", (1,))]
    assert sorted(set(given_back)) == [("known", (1,)), ("orders", (1,))]
    assert listener.told[-1] == ("removed", (1, 2))


def test_plugins_are_told_what_an_undo_takes_away_and_gives_back(make_app: Any) -> None:
    listener = Listener()
    with make_app(plugins={"listener": listener}).app_context():
        run({"o.csv": orders(order(1, 订单状态="等待买家付款"))})
        brought = run({"r.csv": ratings(rating(1))})
        changed = run({"o.csv": orders(order(1)), "r.csv": ratings(rating(1, 评价内容="Other"))})
        listener.told.clear()
        undo(changed.run_id)
        given_back, listener.told = listener.told, []
        undo(brought.run_id)

    assert sorted(given_back) == [("reviews", "edited", "1"), ("reviews", "order", "1")]
    assert listener.told == [("reviews", "removed", "1")]


def test_reviews_are_told_of_by_the_batch(make_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "BATCH", 2)
    listener = Listener()
    with make_app(plugins={"listener": listener}).app_context():
        run({"r.csv": ratings(*(rating(number) for number in range(1, 6)))})

    assert listener.told == [("reviews", "new", "1", "2"), ("reviews", "new", "3", "4"), ("reviews", "new", "5")]


def test_staging_tables_are_those_of_the_first_revision(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        run_id = begin({"a.csv": orders(order(1))}, runs.CHECK)
        work(run_id)
        assert (app.config["DATA_FOLDER"] / "imports" / str(run_id) / "stage.db").exists()
        return
    query = "select table_name, column_name from information_schema.columns where table_name like 'stage%'"
    with db.engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(sql(query))}
        unlogged = connection.scalar(
            sql("select count(*) from pg_class where relname like 'stage%' and relkind = 'r' and relpersistence = 'u'")
        )

    assert found == {(table.name, column.name) for table in STAGE.sorted_tables for column in table.columns}
    assert unlogged == len(STAGE.sorted_tables)


def test_a_run_needs_files(app: Flask) -> None:
    before = contents()

    with pytest.raises(runs.ImportRefusedError):
        runs.create_run(None, [], {})
    with pytest.raises(runs.ImportRefusedError):
        runs.create_run(None, [runs.Upload("a", io.BytesIO(b""))] * 51, {})

    assert rows("import_run", "id") == []
    assert contents() == before

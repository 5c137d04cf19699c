"""The price export (R23): what items sold for, with the envelope left out; on either database, and for whom it is."""

import csv
import io
import json
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from red_envelope_shop import Clock, begun, order, stored
from shopadmin_red_envelope.domain.baskets import Line, Tool
from shopadmin_red_envelope.domain.prices import REASONS, WINDOW_DAYS, Fact, Item, Sale, price_facts
from shopadmin_red_envelope.price_pages import REASON_WORDS
from shopadmin_red_envelope.services import claiming, holding, prices, refunding

from shopadmin import testing
from shopadmin.models.orders import OrderLine
from shopadmin.plugin_api import db, writing
from shopadmin.services import plugins, settings

PAGE = "/admin/red-envelope/prices/"
REPORT = "red_envelope.campaign:report"
DAY = date(2026, 6, 20)
ITEM = Item("test", "P1", "", "CNY")


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    shop.config["WTF_CSRF_ENABLED"] = False
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


def noon(day: date = DAY) -> datetime:
    """Midday in Shanghai."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def sell(number: int, *lines: tuple[str, int, int], at: datetime | None = None, **changes: Any) -> str:
    """An order of (item, pieces, price of one); lines are called L1 and so on. Returns its number."""
    order_no = f"S{number:03}"
    made = testing.make_order(number, order_no=order_no, created_at=at or noon(), **changes)
    with writing() as session:
        for place, (ref, qty, price) in enumerate(lines, 1):
            session.add(OrderLine(order_id=made, line_no=f"L{place}", product_ref=ref, title=ref, qty=qty, price=price))
    return order_no


def found(first: date = DAY, last: date = DAY) -> list[Fact]:
    db.session.rollback()
    return list(prices.facts(first, last))


def told(facts: list[Fact]) -> list[tuple[Any, ...]]:
    """All that an envelope must leave alone."""
    return [(it.day, it.item, it.pieces, it.amount, it.price, it.lowest) for it in facts]


def use(campaign: int, order_no: str, buyer: str, lines: list[Line], tools: tuple[Tool, ...] = ()) -> None:
    """The buyer collects an envelope, and pays the order with it."""
    outcome = claiming.claim(campaign, buyer)
    assert outcome.envelope_id is not None
    held = holding.hold(outcome.envelope_id, order(order_no, buyer, lines=lines, tools=tools))
    holding.redeem(held.id)


def sale(days: int, before: int, pieces: int = 1, share: int = 0, item: Item = ITEM) -> Sale:
    return Sale(DAY + timedelta(days=days), item, "Sample", pieces, before, share)


def test_r23_the_lowest_price_is_that_of_thirty_days_before_the_share() -> None:
    sales = [sale(-30, 100), sale(-29, 900), sale(-1, 2000, share=1500), sale(0, 3001, pieces=2, share=1000)]

    assert [(it.price, it.lowest, it.share, it.reason) for it in price_facts(sales, DAY)] == [
        (1500, 900, 1000, "envelope_left_out")
    ]
    after = list(price_facts(sales, DAY, {"test"}))
    assert [(it.amount, it.price, it.lowest, it.reason) for it in after] == [(3001, 1000, 500, "envelope_counted")]


SALES = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from("AB"), st.integers(1, 3), st.integers(1, 500), st.integers(0, 500)),
    max_size=30,
).map(sorted)


@given(SALES)
def test_r23_no_share_moves_a_price_and_the_lowest_is_that_of_a_plain_search(rows: list[Any]) -> None:
    def sales(with_shares: bool) -> list[Sale]:
        return [
            sale(day, before, pieces, min(share, before) * with_shares, Item("test", ref, "", "CNY"))
            for day, ref, pieces, before, share in rows
        ]

    with_shares, without = (list(price_facts(sales(shared), DAY)) for shared in (True, False))

    assert told(with_shares) == told(without)
    for fact in without:
        begins = fact.day - timedelta(days=WINDOW_DAYS - 1)
        near = [it for it in sales(False) if it.item == fact.item and begins <= it.day <= fact.day]
        assert fact.lowest == min(it.before // it.pieces for it in near)
        assert fact.price == min(it.before // it.pieces for it in near if it.day == fact.day)
        assert fact.amount == sum(it.before for it in near if it.day == fact.day)


def test_r23_a_claim_and_redeem_storm_leaves_the_price_facts_unchanged(shop: Flask, clock: Clock) -> None:
    for number in range(12):
        sell(number, ("P1", 1, 4000 + number), ("P2", 2, 3000))
        sell(100 + number, ("P1", 1, 3500), at=noon(DAY - timedelta(days=20)))
    before = found()
    campaign = begun(clock)

    def buy(number: int) -> None:
        with shop.app_context():
            lines = [Line("L1", 4000 + number), Line("L2", 6000, quantity=2)]
            use(campaign, f"S{number:03}", f"test:buyer{number}", lines)
            if number % 3 == 0:
                refunding.complete(refunding.start(f"S{number:03}", {"L1": 1}).id)
            db.session.remove()

    all_at_once([lambda number=number: buy(number) for number in range(12)])

    after = found()
    assert told(after) == told(before)
    assert [it.reason for it in before] == ["", ""]
    assert [it.reason for it in after] == ["envelope_left_out"] * 2
    assert sum(it.share for it in after) == 12 * 1000


def all_at_once(acts: list[Callable[[], None]]) -> None:
    """Each in a thread of its own; the first error is raised."""
    errors: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_r23_a_report_of_the_platform_with_the_share_taken_off_does_not_lower_the_price(
    shop: Flask, clock: Clock
) -> None:
    sell(1, ("P1", 1, 10000))
    before = found()
    use(begun(clock), "S001", "test:anna", [Line("L1", 10000)])
    with writing() as session:
        session.query(OrderLine).update({"paid": 9000})

    assert told(found()) == told(before)


def test_r23_a_discount_of_the_shop_is_part_of_the_price_and_the_envelope_is_not(shop: Flask, clock: Clock) -> None:
    sell(1, ("P1", 1, 10000))
    use(begun(clock), "S001", "test:anna", [Line("L1", 10000)], (Tool("store_full_discount", 2000),))

    assert [(it.price, it.share, it.reason) for it in found()] == [(8000, 1000, "envelope_left_out")]


def test_r23_the_owner_says_on_which_platforms_the_envelope_counts(shop: Flask, clock: Clock) -> None:
    sell(1, ("P1", 1, 10000))
    use(begun(clock), "S001", "test:anna", [Line("L1", 10000)])

    plugins.save_settings(None, "red_envelope", {"counting_markets": ["test"]})

    assert [(it.amount, it.price, it.lowest, it.share, it.reason) for it in found()] == [
        (10000, 9000, 9000, 1000, "envelope_counted")
    ]


def test_an_envelope_on_an_order_with_other_lines_is_pointed_out(shop: Flask, clock: Clock) -> None:
    sell(1, ("P1", 1, 10000))
    sell(2, ("P2", 1, 10000), platform="shopify")  # the same storefront number elsewhere is another order
    campaign = begun(clock)
    use(campaign, "S001", "test:anna", [Line("other", 10000)])
    use(campaign, "S002", "test:ben", [Line("L1", 10000)])

    assert [(it.item.platform, it.price, it.share, it.reason) for it in found()] == [
        ("shopify", 10000, 0, ""), ("test", 10000, 0, "envelope_not_by_line"),
    ]  # fmt: skip


def test_a_cancelled_hold_leaves_no_share(shop: Flask, clock: Clock) -> None:
    sell(1, ("P1", 1, 10000))
    campaign = begun(clock)
    outcome = claiming.claim(campaign, "test:anna")
    assert outcome.envelope_id is not None
    held = holding.hold(outcome.envelope_id, order("S001", lines=[Line("L1", 10000)]))
    assert found()[0].share == 1000

    holding.cancel(held.id)

    assert [(it.share, it.reason) for it in found()] == [(0, "")]


def test_gifts_freight_and_what_is_not_sold_make_no_price(shop: Flask, clock: Clock) -> None:
    sell(1, ("P1", 1, 10000), ("gift", 1, 0), ("none", 0, 500), ("freight", 1, 800))
    sell(2, ("P1", 1, 10), status="refunded")
    sell(3, ("P1", 1, 20), status="pending_payment")
    use(begun(clock), "S001", "test:anna", [Line("L1", 10000), Line("L4", 800, type="freight")])

    assert [(it.item.ref, it.lowest) for it in found()] == [("P1", 10000)]


def test_a_day_is_one_of_the_shops_own_calendar(shop: Flask, clock: Clock) -> None:
    midnight = datetime(2026, 6, 19, 16, tzinfo=UTC)
    sell(1, ("before", 1, 100), at=midnight - timedelta(microseconds=1))
    sell(2, ("first", 1, 100), at=midnight)
    sell(3, ("last", 1, 100), at=midnight + timedelta(days=1) - timedelta(microseconds=1))
    sell(4, ("after", 1, 100), at=midnight + timedelta(days=1))

    assert [it.item.ref for it in found()] == ["first", "last"]


def test_days_with_a_clock_that_is_put_back_over_midnight_come_once_and_in_order(shop: Flask, clock: Clock) -> None:
    settings.save(None, timezone="America/St_Johns")  # until 2011 a minute past midnight was put back to 23:01
    begins = datetime(2009, 11, 1, 2, tzinfo=UTC)
    for number in range(60):
        sell(number, ("P1", 1, 100), at=begins + timedelta(minutes=5 * number))

    facts = found(date(2009, 10, 31), date(2009, 11, 2))

    assert [it.day for it in facts] == [date(2009, 10, 31), date(2009, 11, 1)]
    assert sum(it.pieces for it in facts) == 60


def test_more_orders_than_are_read_at_a_time_are_all_there(shop: Flask, clock: Clock, monkeypatch: Any) -> None:
    monkeypatch.setattr("shopadmin.services.sold_lines._CHUNK", 3)
    monkeypatch.setattr(prices, "_CHUNK", 2)
    for number in range(10):
        sell(number, ("P1", 1, 1000), ("P2", 2, 500), at=noon() + timedelta(minutes=number // 4))

    assert [(it.item.ref, it.pieces, it.amount) for it in found()] == [("P1", 10, 10000), ("P2", 20, 10000)]


def test_the_page_says_what_the_file_means_and_offers_it_where_something_was_sold(
    owner: testing.ShopClient, shop: Flask
) -> None:
    empty = owner.get(f"{PAGE}?first=2026-06-20&last=2026-06-20").text
    assert "Nothing was sold on these days" in empty
    assert "Download CSV" not in empty
    sell(1, ("P1", 1, 10000))

    page = owner.get(f"{PAGE}?first=2026-06-20&last=2026-06-20").text

    assert f"{PAGE}export/csv?first=2026-06-20&amp;last=2026-06-20" in page
    assert "2026-06-20 – 2026-06-20" in page
    assert all(code in page for code in REASONS if code)
    assert owner.get(PAGE).status_code == 200
    assert PAGE in owner.get("/admin/red-envelope/").text


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("first=2026-06-20&last=2026-06-19", "ends before it begins"),
        ("first=2025-06-01&last=2026-06-30", "At most 366 days"),
        ("first=0001-01-01&last=0001-01-02", "No shop sold that early"),
        ("first=9999-12-31&last=9999-12-31", "No shop has sold that late"),
        ("first=soon&last=2026-06-19", "Not a valid date"),
        ("last=2026-06-19", "required"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field_and_make_no_file(
    owner: testing.ShopClient, days: str, said: str
) -> None:
    page = owner.get(f"{PAGE}?{days}")

    assert page.status_code == 400
    assert said in page.text
    assert "Download" not in page.text
    assert owner.get(f"{PAGE}export/csv?{days}").status_code == 400


def test_the_file_holds_exact_amounts_and_no_live_formula(owner: testing.ShopClient, clock: Clock) -> None:
    sell(1, ("=1+1", 2, 5025))
    use(begun(clock), "S001", "test:anna", [Line("L1", 10050, quantity=2)])
    before = stored()

    answer = owner.get(f"{PAGE}export/csv?first=2026-06-20&last=2026-06-20")
    as_json = owner.get(f"{PAGE}export/json?first=2026-06-20&last=2026-06-20")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert row == {
        "day": "2026-06-20", "platform": "test", "item": "'=1+1", "sku": "", "title": "'=1+1", "currency": "CNY",
        "pieces": "2", "amount": "100.50", "transaction_price": "50.25", "lowest_price_30_days": "50.25",
        "envelope_share": "10.00", "share_reason": "envelope_left_out",
    }  # fmt: skip
    (fact,) = json.loads(as_json.data)
    assert (fact["day"], fact["item"], fact["transaction_price"], fact["envelope_share"]) == (
        "2026-06-20", "=1+1", 5025, 1000,
    )  # fmt: skip
    assert as_json.content_type == "application/json"
    assert stored() == before
    assert owner.get(f"{PAGE}export/xlsx?first=2026-06-20&last=2026-06-20").status_code == 404


def test_an_empty_file_is_still_a_file(owner: testing.ShopClient) -> None:
    address = f"{PAGE}export/%s?first=2026-06-20&last=2026-06-20"

    assert json.loads(owner.get(address % "json").data) == []
    assert owner.get(address % "csv").data.decode("utf-8-sig").startswith("day,platform,item,")


def test_prices_are_for_those_who_may_see_reports(shop: Flask, clock: Clock) -> None:
    shop.config["WTF_CSRF_ENABLED"] = False
    days = "first=2026-06-20&last=2026-06-20"
    reader = testing.sign_in(shop, testing.make_account(shop, "red_envelope.campaign:read"))
    reporter = testing.sign_in(shop, testing.make_account(shop, REPORT, "red_envelope.campaign:read"))

    for path in (f"{PAGE}?{days}", f"{PAGE}export/csv?{days}", f"{PAGE}export/json?{days}"):
        assert reader.get(path).status_code == 403
        assert reporter.get(path).status_code == 200
        assert shop.test_client().get(path).status_code == 302
    assert PAGE not in reader.get("/admin/red-envelope/").text


def test_every_code_of_the_file_is_explained() -> None:
    assert REASON_WORDS.keys() == set(REASONS) - {""}

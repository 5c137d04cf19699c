"""Past buyers: who bought before, what they bought since, and whom a storefront's name means; on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from shopadmin import plugin_api, testing
from shopadmin.domain.orders import OrderStatus
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.plugin_api import db, writing
from shopadmin.services import contacts, past_buyers
from shopadmin.services.messages import people

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def named(ref: str) -> int:
    with writing() as session:
        buyer = Buyer(platform=ref.partition(":")[0], ref=ref, name="Sample", created_at=START)
        session.add(buyer)
        session.flush()
        return buyer.id


def has_account(buyer_id: int, platform: str, account: str) -> None:
    value, keys = contacts.account_value(platform, account), contacts.keyring()
    with writing() as session:
        session.add(
            BuyerIdentifier(
                buyer_id=buyer_id,
                kind="account",
                value_hash=contacts.identifier_hash(keys, "account", value),
                value_encrypted=contacts.seal_identifier(keys, value),
            )
        )


def sell(number: int, buyer_id: int | None, status: str = "completed", days: float = 0, **changes: object) -> None:
    testing.make_order(number, buyer_id=buyer_id, status=status, created_at=START + days * DAY, **changes)


def test_a_past_buyer_has_an_order_that_reached_them(app: Flask) -> None:
    found = {}
    for number, status in enumerate(OrderStatus):
        buyer_id = testing.make_buyer()
        sell(number, buyer_id, status)
        found[status] = buyer_id
    sell(99, None)
    testing.make_buyer()

    ids = [buyer.id for buyer in past_buyers.past_buyers(0, 100)]

    assert ids == sorted([found[OrderStatus.DELIVERED], found[OrderStatus.COMPLETED]])


def test_past_buyers_come_in_pages_each_once(app: Flask) -> None:
    everybody = [testing.make_buyer() for _ in range(5)]
    for number in range(10):
        sell(number, everybody[number % 5])

    pages, after = [], 0
    while page := past_buyers.past_buyers(after, 2):
        pages.append([buyer.id for buyer in page])
        after = page[-1].id

    assert pages == [everybody[:2], everybody[2:4], everybody[4:]]
    refs = past_buyers.refs_of([everybody[0], 10**6])
    assert refs == {everybody[0]: past_buyers.past_buyers(0, 1)[0].ref}


def test_what_was_bought_counts_by_buyer_in_the_window_and_the_money(app: Flask) -> None:
    anna, bert = testing.make_buyer("Anna"), testing.make_buyer("Bert")
    sell(1, anna, "paid", 0, goods=5000)
    sell(2, anna, "completed", 1, goods=None, total=7600, shipping=600)
    sell(3, anna, "paid", 2, goods=9999)  # at the end, which is no part of it
    sell(4, anna, "paid", -0.001, goods=9999)
    sell(5, anna, "refunded", 1, goods=9999)
    sell(6, anna, "paid", 1, goods=9999, currency="USD")
    sell(7, anna, "paid", 1, goods=None, total=None)

    found = past_buyers.bought([anna, bert], START, START + 2 * DAY, "CNY")

    assert found == {anna: past_buyers.Bought(3, 12_000)}


def test_old_customers_return_or_do_not(app: Flask) -> None:
    anna, bert, carl = (testing.make_buyer(name) for name in ("Anna", "Bert", "Carl"))
    sell(1, anna, "completed", -9)
    sell(2, bert, "delivered", -9)
    sell(3, carl, "paid", -9)
    sell(4, anna, "paid", 1)
    sell(5, anna, "paid", 1.5)
    sell(6, carl, "paid", 1)

    assert past_buyers.returned(START, START + 2 * DAY, "CNY") == past_buyers.Returned(old=2, back=1)


def test_a_storefronts_name_finds_the_buyer_in_every_spelling(app: Flask) -> None:
    nick = named("taobao:小明abc")
    abroad = testing.make_buyer(email="ada@example.com", platform="shopify")
    has_account(abroad, "shopify", "C-17")
    names = [("taobao", "小明ABC"), ("taobao", "小明"), ("tmall", "小明abc"), ("shopify", " Ada@Example.com"),
             ("shopify", "c-17"), ("other", "c-17")]  # fmt: skip

    found = past_buyers.known_as(names)

    assert {name: {buyer.id for buyer in buyers} for name, buyers in found.items()} == {
        names[0]: {nick}, names[3]: {abroad}, names[4]: {abroad},
    }  # fmt: skip
    assert past_buyers.known_as([]) == {}


@pytest.mark.parametrize(("kind", "reached"), [("", "AB"), ("email", "A"), ("phone", "B")])
def test_whoever_has_a_whole_address_can_be_reached(app: Flask, kind: str, reached: str) -> None:
    everybody = {
        "A": testing.make_buyer(phone="139****0001", email="ada@example.com"),
        "B": testing.make_buyer(phone="13900139001"),
    }

    found = people.reachable([*everybody.values(), 10**6], kind)  # type: ignore[arg-type]

    assert found == {everybody[name] for name in reached}
    db.session.rollback()


def test_plugins_reach_all_of_it_through_the_one_door() -> None:
    assert {
        "past_buyers", "bought_by", "buyers_known_as", "buyer_refs", "returned_buyers", "reachable_buyers",
        "message_channels",
    } <= set(plugin_api.__all__)  # fmt: skip

"""What the shop sold, as counts: the same as counting order by order, on whichever database."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask

from shopadmin import plugin_api, testing
from shopadmin.models.orders import OrderLine
from shopadmin.services import order_history
from shopadmin.services.transactions import writing

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def week(number: int = 0) -> tuple[datetime, datetime]:
    return START + 7 * number * DAY, START + 7 * (number + 1) * DAY


def sold(number: int, goods: int | None, at: datetime = START, **changes: Any) -> int:
    return testing.make_order(number, goods=goods, created_at=at, total=goods, **changes)


def test_orders_and_buyers_are_counted_from_each_amount_on(app: Flask) -> None:
    anna, ben = testing.make_buyer("Anna"), testing.make_buyer("Ben")
    for number, (buyer, goods) in enumerate([(anna, 999), (anna, 1000), (ben, 1000), (None, 5000), (None, 5000)]):
        sold(number, goods, buyer_id=buyer)

    (found,) = order_history.sold_periods([week()], "CNY", [5000, 1000, 1001, 1])

    assert (found.orders, found.goods, found.left_out) == (5, 12_999, 0)
    assert found.orders_from == (2, 4, 2, 5)
    assert found.buyers_from == (2, 4, 2, 4)


def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(app: Flask) -> None:
    for number, at in enumerate([START - timedelta(microseconds=1), START, START + 7 * DAY, START + 14 * DAY]):
        sold(number, 10**number, at)

    found = order_history.sold_periods([week(0), week(1)], "CNY", [1])

    assert [period.goods for period in found] == [10, 100]
    assert [(period.begins, period.ends) for period in found] == [week(0), week(1)]


@pytest.mark.parametrize("status", ["pending_payment", "cancelled", "refunded", "unavailable"])
def test_what_is_not_sold_does_not_count(app: Flask, status: str) -> None:
    sold(1, 1000, status=status)

    (found,) = order_history.sold_periods([week()], "CNY", [1])

    assert (found.orders, found.orders_from, found.buyers_from) == (0, (0,), (0,))
    assert order_history.first_sold(START, "CNY") is None
    assert order_history.sold_buyers(*week(), "CNY") == 0


def test_money_of_another_currency_does_not_count(app: Flask) -> None:
    sold(1, 1000, currency="USD")

    (found,) = order_history.sold_periods([week()], "CNY", [1])

    assert found.orders == 0


def test_goods_are_the_platforms_sum_else_the_total_without_freight_else_the_lines(app: Flask) -> None:
    testing.make_order(1, created_at=START, goods=700, total=9000, shipping=100)
    testing.make_order(2, created_at=START, goods=None, total=900, shipping=100)
    by_lines = testing.make_order(3, created_at=START, goods=None, total=None, shipping=None)
    testing.make_order(4, created_at=START, goods=None, total=5000, shipping=None)
    with writing() as session:
        for line_no, qty in (("1", 2), ("2", 1)):
            session.add(OrderLine(order_id=by_lines, line_no=line_no, qty=qty, price=300, shipping=50))

    (found,) = order_history.sold_periods([week()], "CNY", [700, 800, 900, 901])

    assert found.orders_from == (3, 2, 1, 0)
    assert (found.orders, found.goods, found.left_out) == (3, 2400, 1)


def test_no_window_asks_nothing_and_an_empty_shop_has_zeros(app: Flask) -> None:
    (found,) = order_history.sold_periods([week()], "CNY", [])

    assert order_history.sold_periods([], "CNY", [1]) == []
    assert (found.orders, found.goods, found.orders_from, found.buyers_from) == (0, 0, (), ())


def test_the_first_order_and_the_different_buyers_are_found(app: Flask) -> None:
    anna = testing.make_buyer("Anna")
    sold(1, 1, START - DAY, buyer_id=anna)
    for number, buyer in ((2, anna), (3, anna), (4, None), (5, None)):
        sold(number, 1, START + number * DAY, buyer_id=buyer)

    assert order_history.first_sold(START, "CNY") == START + 2 * DAY
    assert order_history.sold_buyers(*week(), "CNY") == 3


def test_the_database_counts_as_one_would_by_hand(app: Flask) -> None:
    chance = Random(7)
    buyers: list[int | None] = [testing.make_buyer(f"Buyer {number}") for number in range(12)]
    orders = [
        (
            chance.choice([*buyers, None]),
            chance.randrange(1, 60),
            START + chance.randrange(28 * 24) * timedelta(hours=1),
        )
        for _ in range(120)
    ]
    for number, (buyer, goods, at) in enumerate(orders):
        sold(number, goods, at, buyer_id=buyer)
    amounts, windows = list(range(0, 62, 3)), [week(number) for number in range(4)]

    found = order_history.sold_periods(windows, "CNY", amounts)

    for (begins, ends), period in zip(windows, found, strict=True):
        mine = [(buyer or -number, goods) for number, (buyer, goods, at) in enumerate(orders, 1) if begins <= at < ends]
        assert (period.orders, period.goods) == (len(mine), sum(goods for _buyer, goods in mine))
        assert period.orders_from == tuple(sum(goods >= amount for _buyer, goods in mine) for amount in amounts)
        assert period.buyers_from == tuple(
            len({buyer for buyer, goods in mine if goods >= amount}) for amount in amounts
        )


def test_plugins_get_counts_and_charts_through_the_one_door(app: Flask) -> None:
    assert plugin_api.sold_periods is order_history.sold_periods
    assert {"first_sold", "sold_buyers", "sold_periods", "SoldPeriod"} <= set(plugin_api.__all__)
    assert {"Series", "chart_svg", "chart_response", "chosen_look"} <= set(plugin_api.__all__)
    # Counts, instants and sums: nothing that could name a buyer.
    assert set(plugin_api.SoldPeriod.__annotations__) == {
        "begins", "ends", "orders", "goods", "left_out", "orders_from", "buyers_from",
    }  # fmt: skip

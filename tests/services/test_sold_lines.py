"""What the shop sold, line by line: in the order of time, in pieces, each line once; on whichever database."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.orders import OrderLine
from shopadmin.services import sold_lines
from shopadmin.services.transactions import writing

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def sell(number: int, at: datetime = START, lines: int = 1, **changes: Any) -> None:
    made = testing.make_order(number, created_at=at, **changes)
    with writing() as session:
        for place in range(lines):
            line = OrderLine(order_id=made, line_no=f"L{place}", product_ref="P1", title="Cup", qty=2, price=150)
            session.add(line)


def numbers() -> list[str]:
    return [line.order_no for line in sold_lines.sold_lines(START, START + DAY)]


def test_lines_come_by_the_time_of_their_order_however_many_are_read_at_once(app: Flask, monkeypatch: Any) -> None:
    for number in (3, 1, 2, 5, 4):
        sell(number, START + timedelta(minutes=number // 2), lines=2)
    sell(6, START + timedelta(hours=1), lines=0)

    everything = numbers()
    for chunk in (1, 2, 5):
        monkeypatch.setattr(sold_lines, "_CHUNK", chunk)
        assert numbers() == everything

    assert everything == [f"T00000{number}" for number in (1, 1, 3, 3, 2, 2, 5, 5, 4, 4)]


def test_the_first_instant_is_in_the_last_is_not_and_only_what_is_sold_counts(app: Flask) -> None:
    for number, at in enumerate([START - timedelta(microseconds=1), START, START + DAY]):
        sell(number, at)
    sell(7, status="cancelled")
    sell(8, status="pending_payment")

    assert numbers() == ["T000001"]
    assert sold_lines.is_anything_sold(START, START + DAY)
    assert not sold_lines.is_anything_sold(START + timedelta(seconds=1), START + DAY)


def test_what_was_paid_is_the_platforms_word_else_the_price_of_all_pieces(app: Flask) -> None:
    sell(1)
    (line,) = sold_lines.sold_lines(START, START + DAY)
    assert (line.line_no, line.qty, line.price, line.paid, line.sold_at) == ("L0", 2, 150, 300, START)
    with writing() as session:
        session.query(OrderLine).update({"paid": 0})

    assert [line.paid for line in sold_lines.sold_lines(START, START + DAY)] == [0]


def test_the_first_lines_cost_a_piece_and_not_the_whole(app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setattr(sold_lines, "_CHUNK", 2)
    for number in range(10):
        sell(number)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    assert len(list(islice(sold_lines.sold_lines(START, START + DAY), 2))) == 2

    assert sum("order_line" in statement for statement in asked) == 1


@pytest.mark.parametrize("code", ["taobao", "shopify"])
def test_platforms_that_sell_are_offered_and_those_that_collect_reviews_are_not(app: Flask, code: str) -> None:
    offered = sold_lines.selling_platforms()

    assert code in offered
    assert "judgeme" not in offered

"""An order's lines for plugins: those of this order alone, by their numbers."""

from flask import Flask

from shopadmin import testing
from shopadmin.models.orders import OrderLine
from shopadmin.plugin_api import OrderedLine, order_lines
from shopadmin.services.transactions import writing


def add_line(order: int, line_no: str, title: str) -> None:
    with writing() as session:
        session.add(OrderLine(order_id=order, line_no=line_no, sku="CUP-1", title=title, qty=2, price=150))


def test_the_lines_of_an_order_come_by_their_numbers(app: Flask) -> None:
    order = testing.make_order(1, platform="test", order_no="S1")
    other = testing.make_order(2, platform="other", order_no="S1")
    for made, line_no, title in ((order, "2", "Saucer"), (order, "1", "Cup"), (other, "1", "Spoon")):
        add_line(made, line_no, title)

    assert order_lines("test", "S1") == [
        OrderedLine("1", "CUP-1", "Cup", 2, 150),
        OrderedLine("2", "CUP-1", "Saucer", 2, 150),
    ]


def test_an_order_that_the_shop_does_not_know_has_no_lines(app: Flask) -> None:
    testing.make_order(1, platform="test", order_no="S1")

    assert order_lines("test", "S2") == []
    assert order_lines("other", "S1") == []

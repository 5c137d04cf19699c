"""What plugins get to know of low reviews and their orders, and of the people of the shop."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.orders import Order, OrderLine, Refund, Shipment, ShipmentLine
from shopadmin.models.products import Product
from shopadmin.services import review_dossiers
from shopadmin.services.colleagues import account_names, accounts_that_may
from shopadmin.services.transactions import writing

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def add_line(order_id: int, line_no: str = "1", **fields: object) -> int:
    with writing() as session:
        line = OrderLine(**({"order_id": order_id, "line_no": line_no, "qty": 1, "price": 100} | fields))
        session.add(line)
        session.flush()
        return line.id


def add_parcel(order_id: int, pieces: dict[int, int]) -> None:
    with writing() as session:
        parcel = Shipment(order_id=order_id, tracking_no=f"T{order_id}")
        session.add(parcel)
        session.flush()
        session.add_all(
            ShipmentLine(shipment_id=parcel.id, order_line_id=line, qty=qty) for line, qty in pieces.items()
        )


@pytest.mark.parametrize(("stars", "expected"), [(1, [1, 11]), (2, [1, 2, 11]), (3, [1, 2, 3, 11, 12])])
def test_low_reviews_are_those_of_few_stars_or_as_bad_a_grade(app: Flask, stars: int, expected: list[int]) -> None:
    made = {number: testing.make_review(number, stars=number) for number in (1, 2, 3, 4, 5)}
    grades = enumerate(("bad", "neutral", "good"), 11)
    made |= {number: testing.make_review(number, stars=None, grade=grade) for number, grade in grades}
    made |= {20: testing.make_review(20, stars=1, state="spam"), 21: testing.make_review(21, stars=1, state="trash")}
    made |= {22: testing.make_review(22, stars=None)}

    found = [mark.id for mark in review_dossiers.low_reviews(stars)]

    assert found == [made[number] for number in expected]
    assert list(review_dossiers.review_dossiers(made.values(), stars)) == found


def test_low_reviews_are_walked_from_id_to_id(app: Flask) -> None:
    ids = [testing.make_review(number) for number in range(1, 8)]
    walked, after = [], 0

    while marks := review_dossiers.low_reviews(3, after, limit=3):
        walked += [mark.id for mark in marks]
        after = marks[-1].id

    assert walked == ids


def test_only_reviews_that_are_there_are_known(app: Flask) -> None:
    review_id = testing.make_review(stars=5)

    assert review_dossiers.known_reviews([review_id, 999]).keys() == {review_id}


def test_a_dossier_tells_what_became_of_the_order(app: Flask) -> None:
    order_id = testing.make_order(status="shipped", delivered_at=NOW, promised_at=NOW)
    one, two = add_line(order_id, "1", sku="A", qty=2), add_line(order_id, "2", product_ref="P2", qty=1)
    add_parcel(order_id, {one: 1, two: 1})
    with writing() as session:
        session.add_all(Refund(order_id=order_id, amount=5, refunded_at=NOW) for _ in range(2))
    review_id = testing.make_review(order_id=order_id, followup_body="still broken")

    dossier = review_dossiers.review_dossiers([review_id])[review_id]

    order = dossier.order
    assert order is not None
    assert (order.ordered, order.shipped, order.refunds) == ({"A": 2, "P2": 1}, {"A": 1, "P2": 1}, 2)
    assert (order.status, order.delivered_at, order.is_out_of_stock) == ("shipped", NOW, False)
    assert (dossier.followup, dossier.version) == ("still broken", 1)
    assert review_dossiers.reviews_of_order(order_id) == [review_id]


def test_what_was_sent_is_empty_where_nobody_wrote_it_down_and_a_sum_counts_as_one_refund(app: Flask) -> None:
    order_id = testing.make_order(refunded=500)
    add_line(order_id, "1")

    facts = review_dossiers.facts_of_orders([order_id])[order_id]

    assert (facts.ordered, facts.shipped, facts.refunds) == ({"1": 1}, {}, 1)


@pytest.mark.parametrize(("stock", "is_out"), [(0, True), (3, False), (None, False)])
def test_a_product_of_which_none_is_left_is_told(app: Flask, stock: int | None, is_out: bool) -> None:
    order_id = testing.make_order()
    add_line(order_id, "1", product_ref="P1")
    with writing() as session:
        session.add(Product(platform="test", ref="P1", stock=stock))

    assert review_dossiers.facts_of_orders([order_id])[order_id].is_out_of_stock is is_out


def test_a_review_without_an_order_has_none_in_its_dossier(app: Flask) -> None:
    review_id = testing.make_review()

    assert review_dossiers.review_dossiers([review_id])[review_id].order is None
    assert review_dossiers.facts_of_orders([]) == {}
    assert db.session().get(Order, 1) is None


def test_work_is_given_to_those_who_may_do_it_and_names_are_told_of_all(app: Flask) -> None:
    able = testing.make_account(app, "core.reviews:reply", email="able@example.com")
    other = testing.make_account(app, "core.orders:read", email="other@example.com")
    owner = testing.make_account(app, is_owner=True)

    assert {*accounts_that_may("core.reviews:reply")} == {able, owner}
    assert account_names([able, other, None, 999]).keys() == {able, other}

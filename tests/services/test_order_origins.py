"""What plugins may ask about products, suppliers, couriers and ratings, and what they see of complaints."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from shopadmin import testing
from shopadmin.contract import ComplaintRequest
from shopadmin.models import db
from shopadmin.models.orders import OrderLine, Shipment
from shopadmin.models.products import Product, Seller
from shopadmin.services.complaints import opening
from shopadmin.services.order_origins import (
    order_couriers,
    order_suppliers,
    ordered_products,
    orders_placed,
    parcel_couriers,
    product_suppliers,
    product_titles,
)
from shopadmin.services.product_ratings import ProductRating, product_ratings, shop_rating
from shopadmin.services.transactions import writing

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_lines_tell_their_supplier_by_product_then_seller_then_number(app: Flask) -> None:
    with writing() as session:
        own = Seller(platform="shop", ref="Alpha", name="Alpha")
        session.add_all(
            [own, Seller(platform="test", ref="s1", name=""), Seller(platform="test", ref="s2", name="Beta")]
        )
        session.flush()
        session.add(Product(platform="test", ref="cup", title="Blue cup", supplier_id=own.id))
    order_id = testing.make_order(1, created_at=DAY)
    with writing() as session:
        for number, (ref, seller) in enumerate(
            (("cup", "s2"), ("pot", "s2"), ("pan", "s1"), ("lid", "s9"), ("", "s2"))
        ):
            session.add(OrderLine(order_id=order_id, line_no=str(number), product_ref=ref, title=f"Sample {ref}", qty=1,
                                  price=1, seller_ref=seller))  # fmt: skip
        session.add_all(
            Shipment(order_id=order_id, tracking_no=number, carrier=carrier)
            for number, carrier in (("1", "SF"), ("2", ""))
        )

    found = {row.ref: row.supplier for row in db.session.execute(order_suppliers())}
    products = [row.ref for row in db.session.execute(ordered_products())]

    assert sorted(products) == ["cup", "lid", "pan", "pot"]
    assert db.session.execute(product_suppliers()).all() == [("test", "cup", "Alpha")]
    assert db.session.execute(parcel_couriers()).all() == [(order_id, "SF")]
    assert found == {"cup": "Alpha", "pot": "Beta", "pan": "s1", "lid": "s9"}
    assert [row.courier for row in db.session.execute(order_couriers())] == ["SF"]
    assert orders_placed([(DAY, DAY + timedelta(days=1)), (DAY - timedelta(days=1), DAY)]) == [1, 0]
    wanted = {("test", "cup"), ("test", "pot"), ("test", "gone")}
    assert product_titles(wanted) == {
        ("test", "cup"): "Blue cup", ("test", "pot"): "Sample pot", ("test", "gone"): "",
    }  # fmt: skip


def test_ratings_count_published_stars_for_the_product_or_those_of_the_order(app: Flask) -> None:
    order_id = testing.make_order(1)
    with writing() as session:
        for number, ref in enumerate(("cup", "pot", "cup")):
            session.add(OrderLine(order_id=order_id, line_no=str(number), product_ref=ref, title="", qty=1, price=1))
    testing.make_review(1, stars=5, product_ref="cup")
    testing.make_review(2, stars=2, order_id=order_id)
    testing.make_review(3, stars=1, product_ref="cup", state="spam")
    testing.make_review(4, stars=None, grade="bad", product_ref="cup")

    assert product_ratings(5) == [ProductRating("test", "cup", 2, 7), ProductRating("test", "pot", 1, 2)]
    assert shop_rating() == ProductRating("", "", 2, 7)


def test_complaints_of_a_plugin_are_counted_by_what_came_of_them(app: Flask) -> None:
    ground = opening.grounds("test")[0][0]
    for number in (1, 2):
        opening.for_plugin(None, ComplaintRequest("test", ground, "hello.thing", number))
    opening.for_plugin(None, ComplaintRequest("test", ground, "hello.other", 1))
    now = datetime.now(UTC)

    assert opening.outcomes_of("hello.thing", now - timedelta(days=1), now + timedelta(days=1)) == {"": 2}
    assert opening.outcomes_of("hello.thing", now + timedelta(days=1), now + timedelta(days=2)) == {}

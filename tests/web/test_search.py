"""The search over all areas: rows that the reader may see, and no way round a mask."""

import pytest

from shopadmin import testing
from shopadmin.models.products import Product
from shopadmin.services.transactions import writing

AREAS = {
    "core.orders:read": "/admin/orders/details/",
    "core.buyers:read": "/admin/buyers/details/",
    "core.reviews:read": "/admin/reviews/details/",
    "core.products:read": "/admin/products/details/",
}


@pytest.fixture
def shop(app):
    """One row of each area that holds the word."""
    buyer_id = testing.make_buyer("Zebra", phone="13900004321")
    testing.make_order(1, order_no="Zebra-1", buyer_id=buyer_id)
    testing.make_order(2, order_no="Y-2", buyer_id=buyer_id, buyer_name="Anna Sample")
    testing.make_review(1, body="Zebra stripes")
    with writing() as session:
        session.add(Product(platform="test", ref="1", title="Zebra mug"))
    return app


def text_of(client, term):
    return client.get("/admin/search/", query_string={"q": term}).get_data(as_text=True)


@pytest.mark.parametrize("point", AREAS)
def test_hits_are_filtered_by_the_permission_of_their_list(shop, client_as, point):
    text = text_of(client_as(point), "Zebra")

    assert {address for address in AREAS.values() if address in text} == {AREAS[point]}


def test_somebody_without_any_area_finds_nothing(shop, client_as):
    assert "Nothing found" in text_of(client_as(), "Zebra")


def test_a_phones_tail_finds_nothing_without_the_right(shop, client_as):
    may = text_of(client_as("core.orders:read", "core.buyers:contact"), "4321")
    may_not = text_of(client_as("core.orders:read", "core.buyers:read"), "4321")

    assert "Y-2" in may
    assert "Zebra" in may
    assert "Nothing found" in may_not


def test_names_beside_hits_are_masked(shop, client_as):
    text = text_of(client_as("core.orders:read"), "Y-2")

    assert "A**" in text
    assert "Anna" not in text


def test_pages_of_the_menu_are_found_by_those_who_may_open_them(shop, client_as):
    assert 'href="/admin/orders/"' in text_of(client_as("core.orders:read"), "order").partition("<main")[2]
    assert 'href="/admin/orders/"' not in text_of(client_as("core.reviews:read"), "order").partition("<main")[2]


@pytest.mark.parametrize(("term", "status"), [("", 200), ("%", 200), ("x" * 201, 400), ("\0", 400), ("<b>", 200)])
def test_junk_is_no_fault_and_no_markup(shop, client_as, term, status):
    response = client_as(owner=True).get("/admin/search/", query_string={"q": term})

    assert response.status_code == status
    assert b"<b>" not in response.data

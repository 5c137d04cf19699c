"""Today: figures for those who may see them, and a page that outlives a broken one."""

from datetime import UTC, datetime, timedelta

import pytest

from shopadmin import testing
from shopadmin.admin import today as page
from shopadmin.contract import Tile
from shopadmin.services import settings

ORDERS, REVIEWS = "core.orders:read", "core.reviews:read"


@pytest.fixture
def shop(app):
    now = datetime.now(UTC)
    testing.make_order(1, created_at=now - timedelta(days=3))
    testing.make_order(2, created_at=now, total=12_345)
    testing.make_review(1, created_at=now - timedelta(days=2))
    return app


def text_of(client, address="/admin/"):
    return client.get(address).get_data(as_text=True)


def test_each_tile_and_chart_needs_its_own_permission(shop, client_as):
    nobody, seller, carer = (text_of(client_as(*points)) for points in ((), (ORDERS,), (REVIEWS,)))

    for marker in ("Sales today", "To ship", "sales.svg"):
        assert marker in seller
        assert marker not in nobody + carer
    for marker in ("Unanswered ≤ 3★", "ratings.svg"):
        assert marker in carer
        assert marker not in nobody + seller


def test_a_charts_picture_needs_the_permission_of_its_tile(shop, client_as):
    assert client_as(ORDERS).get("/admin/sales.svg").status_code == 200
    assert client_as(ORDERS).get("/admin/ratings.svg").status_code == 403
    assert client_as(REVIEWS).get("/admin/sales.svg").status_code == 403


def test_figures_stand_in_tiles_and_in_the_table_beside_the_chart(shop, client_as):
    text = text_of(client_as(ORDERS))

    assert "CN¥123.45" in text
    assert "the oldest waits 3 days" in text
    assert "2 orders for CN¥223.45 in 30 days" in text


def test_where_there_are_too_many_tiles_what_presses_stays_in_its_place():
    calm = [Tile(f"Calm {number}", "0", "", ORDERS, tone="ok") for number in range(page.MOST_TILES - 1)]
    pressing = [Tile(tone, "1", "", ORDERS, tone=tone) for tone in ("neutral", "warn", "info", "danger")]

    shown = page.most_urgent([calm[0], pressing[0], *calm[1:], *pressing[1:]])

    assert shown == [calm[0], pressing[0], *calm[1:4], *pressing[1:]]
    assert page.most_urgent(calm) == calm


def test_a_broken_tile_or_chart_costs_itself(shop, client_as, monkeypatch):
    def broken(*_arguments):
        raise RuntimeError("on purpose")

    monkeypatch.setattr(page.today, "to_ship", broken)
    monkeypatch.setattr(page.today, "ratings_by_week", broken)

    response = client_as(owner=True).get("/admin/")

    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "Cannot be shown" in text
    assert "Sales today" in text
    assert "sales.svg" in text
    assert "ratings.svg" not in text
    assert "on purpose" not in text


def test_an_empty_shop_shows_its_owner_what_to_do_first(app, client_as):
    text = text_of(client_as(owner=True))
    assert text.index("Set up your shop") < text.index("To ship")
    assert "sales.svg" not in text
    assert "ratings.svg" not in text
    assert "Set up your shop" not in text_of(client_as(ORDERS))

    settings.save(None, name="Mugs")
    testing.make_order()

    assert "Set up your shop" not in text_of(client_as(owner=True))


def test_what_happened_lately_is_told_to_those_who_may_know(make_app):
    app = make_app(WTF_CSRF_ENABLED=False)
    with app.app_context():
        order_id = testing.make_order()
        owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
        owner.post(f"/admin/orders/details/{order_id}/status/cancelled?revision=1")
        seller = testing.sign_in(app, testing.make_account(app, ORDERS))
        carer = testing.sign_in(app, testing.make_account(app, REVIEWS))

        assert "To ship → Cancelled" in text_of(seller)
        assert "To ship → Cancelled" not in text_of(carer)

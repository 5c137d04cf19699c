"""What envelopes did: the order's card, the refund calculator; and that nobody sees them without permission."""

import re
from typing import Any

import pytest
from flask import Flask
from red_envelope_shop import HOUR, NOW, Clock, begun, claimed, order, stored
from shopadmin_red_envelope.domain.baskets import Line
from shopadmin_red_envelope.services import holding, refunding

from shopadmin import testing

CALCULATOR = "/admin/red-envelope/refund-calculator/"
READ = "red_envelope.campaign:read"
REPORT = "red_envelope.campaign:report"
USE_TO = NOW + 72 * HOUR


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    shop.config["WTF_CSRF_ENABLED"] = False
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


def bought(campaign: int, order_no: str = "S1", buyer: str = "test:anna", **changes: Any) -> int:
    """An envelope of the campaign that is redeemed on an order; returns its id."""
    envelope = claimed(campaign, buyer)
    holding.redeem(holding.hold(envelope, order(order_no, buyer, **changes)).id)
    return envelope


def words(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def in_chinese(client: testing.ShopClient) -> testing.ShopClient:
    with client.session_transaction() as cookie:
        cookie["language"] = "zh"
    return client


def card(client: testing.ShopClient, shop: Flask, platform: str = "test", order_no: str = "S1") -> str:
    """The page of a new order of this platform and number, in words."""
    made = testing.make_order(platform=platform, order_no=order_no)
    return words(client.get(f"/admin/orders/details/{made}").text)


def test_the_orders_card_says_share_payment_and_why_the_envelope_went_back(
    shop: Flask, owner: testing.ShopClient, clock: Clock
) -> None:
    bought(begun(clock))
    refunding.complete(refunding.start("S1").id)

    page = card(owner, shop)

    assert "Red envelope State Given back Envelope CN¥10.00 Paid for goods CN¥90.00" in page
    assert "L01 1 CN¥4.00 CN¥36.00 CN¥36.00 L02 1 CN¥6.00 CN¥54.00 CN¥54.00" in page
    assert "The envelope went back to the buyer: All units in one refund" in page.replace("Yes ", "")
    assert CALCULATOR + "?order_no=S1" in owner.get("/admin/orders/details/1").text


def test_the_orders_card_says_why_an_envelope_stayed_away(shop: Flask, owner: testing.ShopClient, clock: Clock) -> None:
    bought(begun(clock))
    holding.receive("S1")
    refund = refunding.start("S1", {"L01": 1})
    clock.set(USE_TO)

    assert "Started, not completed" in card(owner, shop)
    refunding.complete(refund.id)

    page = words(owner.get("/admin/orders/details/1").text)
    assert "Refund of CN¥36.00" in page
    assert "its share of CN¥4.00 is forfeited" in page
    for reason in ("Only a part", "Not started before the receipt", "Not completed before the envelope's end"):
        assert reason in page.replace("&#39;", "'")


def test_other_orders_have_no_card(shop: Flask, owner: testing.ShopClient, clock: Clock) -> None:
    bought(begun(clock))

    assert "Envelope's share" not in card(owner, shop, order_no="S2").replace("&#39;", "'")
    assert "Envelope's share" not in card(owner, shop, platform="other").replace("&#39;", "'")


def test_a_hold_that_is_over_shows_no_card(shop: Flask, owner: testing.ShopClient, clock: Clock) -> None:
    holding.hold(claimed(begun(clock)), order())
    assert "Held, not paid yet" in card(owner, shop)

    clock.set(clock.start + HOUR)

    assert "Held, not paid yet" not in words(owner.get("/admin/orders/details/1").text)


def test_the_card_is_for_those_who_may_see_campaigns(shop: Flask, clock: Clock) -> None:
    bought(begun(clock))
    stranger = testing.sign_in(shop, testing.make_account(shop, "core.orders:read"))
    reader = testing.sign_in(shop, testing.make_account(shop, "core.orders:read", READ))

    assert "Envelope" not in card(stranger, shop)
    assert "Envelope CN¥10.00" in words(reader.get("/admin/orders/details/1").text)
    assert "状态 已使用 红包" in words(in_chinese(reader).get("/admin/orders/details/1").text)


def test_the_calculator_asks_for_an_order_first(owner: testing.ShopClient) -> None:
    assert "Which order?" in owner.get(CALCULATOR).text
    missing = owner.get(f"{CALCULATOR}?order_no=S1")
    assert missing.status_code == 404
    assert "No order of this number is paid with a red envelope." in missing.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "Cash CN¥90.00 Envelope given back CN¥10.00"),
        ("&units.L01=1&units.L02=1&start=before", "Cash CN¥90.00 Envelope given back CN¥10.00"),
        ("&start=after", "Cash CN¥90.00 Envelope given back no Forfeited share CN¥10.00"),
        ("&units.L01=1&units.L02=", "Cash CN¥36.00 Envelope given back no Forfeited share CN¥4.00"),
        ("&units.L01=0&units.L02=1", "Cash CN¥54.00 Envelope given back no Forfeited share CN¥6.00"),
    ],
)
def test_r18_r20_r22_the_calculator_says_what_comes_back_and_writes_nothing(
    owner: testing.ShopClient, clock: Clock, asked: str, said: str
) -> None:
    bought(begun(clock))
    before = stored()

    page = owner.get(f"{CALCULATOR}?order_no=S1{asked}")

    assert page.status_code == 200
    assert said in words(page.text)
    assert stored() == before


def test_the_calculator_names_the_reason_that_stands_against_the_envelope(
    owner: testing.ShopClient, clock: Clock
) -> None:
    bought(begun(clock))
    holding.receive("S1")

    received = words(owner.get(f"{CALCULATOR}?order_no=S1").text)
    supposed = words(owner.get(f"{CALCULATOR}?order_no=S1&start=before").text)

    assert "Not started before the receipt was confirmed" in received
    assert "Envelope given back CN¥10.00" in supposed
    clock.set(USE_TO)
    late = words(owner.get(f"{CALCULATOR}?order_no=S1&start=before").text).replace("&#39;", "'")
    assert "Not completed before the envelope's end" in late


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("&units.L01=2", 409, "Line L01: So many units of this line are not left to refund."),
        ("&units.L01=-1", 400, "Line L01: Write a number of units, 0 or more."),
        ("&units.L01=%D9%A1", 400, "Line L01: Write a number of units, 0 or more."),
        ("&units.L01=99999999", 400, "Line L01: Write a number of units, 0 or more."),
        ("&units.L09=1", 400, "Line L09: The order has no such line."),
        ("&units.L01=0", 409, "There is nothing left to refund."),
    ],
)
def test_the_calculator_says_what_is_wrong_with_units(
    owner: testing.ShopClient, clock: Clock, asked: str, status: int, said: str
) -> None:
    bought(begun(clock))
    before = stored()

    page = owner.get(f"{CALCULATOR}?order_no=S1{asked}")

    assert (page.status_code, said in words(page.text)) == (status, True)
    assert "Then the buyer gets" not in page.text
    assert stored() == before


def test_the_calculator_waits_for_the_payment(owner: testing.ShopClient, clock: Clock) -> None:
    holding.hold(claimed(begun(clock)), order())

    page = owner.get(f"{CALCULATOR}?order_no=S1")

    assert page.status_code == 409
    assert "The order is not paid yet." in page.text


def test_freight_takes_no_share_and_what_is_gone_is_not_offered(owner: testing.ShopClient, clock: Clock) -> None:
    lines = [Line("L01", 4000), Line("L02", 6000, 2), Line("post", 800, type="freight")]
    bought(begun(clock), lines=lines)
    refunding.complete(refunding.start("S1", {"L01": 1}).id)

    page = owner.get(f"{CALCULATOR}?order_no=S1")

    assert 'name="units.L01"' not in page.text
    assert "Line L02: units, 2 left" in page.text
    assert "Cash CN¥54.00" in words(page.text)


def test_the_calculator_is_for_those_who_may_see_campaigns(shop: Flask, clock: Clock) -> None:
    bought(begun(clock))
    stranger = testing.sign_in(shop, testing.make_account(shop, "core.orders:read"))
    reader = testing.sign_in(shop, testing.make_account(shop, READ))

    refused = stranger.get(f"{CALCULATOR}?order_no=S1")

    assert refused.status_code == 403
    assert "L01" not in refused.text
    assert "Then the buyer gets" in reader.get(f"{CALCULATOR}?order_no=S1").text
    assert "则买家将得到" in in_chinese(reader).get(f"{CALCULATOR}?order_no=S1").text

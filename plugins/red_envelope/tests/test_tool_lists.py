"""The owner's own tools (R8, R12): the two lists are open, and what the notice names stays where it has it."""

from typing import Any

import pytest
from flask import Flask
from red_envelope_api import LINES, ROOT, Buyer
from red_envelope_shop import Clock, begun, claimed, order, stored
from shopadmin_red_envelope.domain.baskets import NOTICE_TOOLS, Tool
from shopadmin_red_envelope.services import holding, tool_lists

from shopadmin import testing
from shopadmin.plugin_api import plugin_settings
from shopadmin.services import plugins

SETTINGS = "/admin/plugins/details/red_envelope/settings"
PAGE = "/admin/plugins/details/red_envelope"
POSTED = {"remind_days": "3"}


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    shop.config["WTF_CSRF_ENABLED"] = False
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


def verdict(envelope: int, kind: str, amount: int = 0) -> Any:
    return holding.quote(envelope, order(tools=[Tool(kind, amount)]))


def test_r8_r12_a_tool_that_the_owner_lists_counts_from_the_next_quote_on(
    owner: testing.ShopClient, clock: Clock
) -> None:
    envelope = claimed(begun(clock))
    assert verdict(envelope, "member_price", 9500).reasons == ("tool_not_listed",)

    def answer(**lists: str) -> Any:
        assert owner.post(SETTINGS, data=POSTED | lists).status_code == 302
        return verdict(envelope, "member_price", 9500)

    assert answer(more_tenders="member_price").payable_goods == 9000
    assert answer(more_discounts="member_price").reasons == ("remainder_not_above_envelope",)
    assert answer(more_refused="member_price").reasons == ("conflicts_with_coupon",)
    assert answer().reasons == ("tool_not_listed",)


def test_r8_r12_a_hold_goes_by_the_lists_of_the_shop_and_is_kept_when_they_change(
    owner: testing.ShopClient, clock: Clock
) -> None:
    envelope = claimed(begun(clock))
    wanted = order(tools=[Tool("member_price", 500)])
    with pytest.raises(holding.NotUsableError):
        holding.hold(envelope, wanted)
    owner.post(SETTINGS, data=POSTED | {"more_discounts": "member_price"})
    held = holding.hold(envelope, wanted)
    owner.post(SETTINGS, data=POSTED)

    assert holding.redeem(held.id).payable_goods == 8500


def test_r8_r12_the_storefront_asks_by_the_same_lists(
    owner: testing.ShopClient, shop: Flask, clock: Clock, anna: Buyer
) -> None:
    body = {"envelope_id": anna.claimed(begun(clock)), "lines": LINES, "tools": [{"kind": "member_price"}]}

    def reasons() -> Any:
        (quote,) = anna.post(f"{ROOT}/quotes", body).get_json()["items"]
        return quote["reasons"]

    assert reasons() == ["tool_not_listed"]

    owner.post(SETTINGS, data=POSTED | {"more_tenders": "member_price"})

    assert reasons() == []


def test_codes_are_parted_by_blanks_or_commas_and_kept_once(owner: testing.ShopClient) -> None:
    posted = {"more_discounts": " Member_Price，live_price,member_price ", "counting_markets": ["taobao", "shopify"]}

    assert owner.post(SETTINGS, data=POSTED | posted).status_code == 302

    assert plugin_settings("red_envelope")["more_discounts"] == "member_price live_price"
    assert plugin_settings("red_envelope")["counting_markets"] == ["taobao", "shopify"]
    assert tool_lists.current().discounts == NOTICE_TOOLS.discounts | {"member_price", "live_price"}
    page = owner.get(PAGE).text
    assert 'value="member_price live_price"' in page
    assert page.count("checked") >= 2


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ({"more_discounts": "store_coupon"}, "“store_coupon” stands in another list by the rules of the notice"),
        ({"more_refused": "gold_coins"}, "“gold_coins” stands in another list by the rules of the notice"),
        ({"more_tenders": "store_full_discount"}, "stands in another list by the rules of the notice"),
        ({"more_discounts": "red-packet"}, "“red-packet” is no code"),
        ({"more_refused": "红包"}, "“红包” is no code"),
        ({"more_discounts": "one two", "more_refused": "two"}, "“two” stands in two lists"),
        ({"counting_markets": ["nowhere"]}, "not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_kept(
    owner: testing.ShopClient, lists: dict[str, Any], said: str
) -> None:
    owner.post(SETTINGS, data=POSTED | {"more_tenders": "points"})
    before, settings = stored(), plugin_settings("red_envelope")

    answer = owner.post(SETTINGS, data=POSTED | lists)

    assert answer.status_code == 400
    assert said in answer.text
    assert (stored(), plugin_settings("red_envelope")) == (before, settings)


def test_a_setting_of_an_older_version_without_lists_still_holds(shop: Flask, clock: Clock) -> None:
    plugins.save_settings(None, "red_envelope", {"remind_days": 3, "more_tenders": None})

    assert tool_lists.current() == NOTICE_TOOLS
    assert verdict(claimed(begun(clock)), "gold_coins").usable

"""What envelopes did: on an order, if it is refunded, in a campaign, in the list; and who may see it."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from red_envelope_shop import HOUR, NOW, Clock, begun, claimed, make_campaign, order, stored
from shopadmin_red_envelope import envelope_pages
from shopadmin_red_envelope.domain.baskets import Line
from shopadmin_red_envelope.models.envelopes import POSTINGS
from shopadmin_red_envelope.services import holding, refunding

from shopadmin import testing
from shopadmin.models.orders import OrderLine
from shopadmin.plugin_api import writing

CALCULATOR = "/admin/red-envelope/refund-calculator/"
ENVELOPES = "/admin/red-envelope/envelopes/"
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
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


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
    assert (
        "Line L01 × 1 Envelope's share CN¥4.00 Paid CN¥36.00 Refunded CN¥36.00"
        " Line L02 × 1 Envelope's share CN¥6.00 Paid CN¥54.00 Refunded CN¥54.00" in page
    )
    assert "The envelope went back to the buyer: All units in one refund" in page.replace("Yes ", "")
    assert CALCULATOR not in owner.get("/admin/orders/details/1").text


def test_the_orders_card_says_why_an_envelope_stayed_away(shop: Flask, owner: testing.ShopClient, clock: Clock) -> None:
    bought(begun(clock))
    holding.receive("S1")
    refund = refunding.start("S1", {"L01": 1})
    clock.set(USE_TO)

    assert "Started, not completed" in card(owner, shop)
    refunding.complete(refund.id)

    page = words(owner.get("/admin/orders/details/1").text)
    assert "Refund of CN¥36.00" in page
    assert CALCULATOR + "?order_no=S1" in owner.get("/admin/orders/details/1").text
    assert "its share of CN¥4.00 is forfeited" in page
    for reason in ("Only a part", "Not started before the receipt", "Not completed before the envelope's end"):
        assert reason in page


def test_the_orders_card_says_that_the_envelope_is_forfeited_once_all_is_refunded(
    shop: Flask, owner: testing.ShopClient, clock: Clock
) -> None:
    bought(begun(clock))
    refunding.complete(refunding.start("S1", {"L01": 1}).id)
    rest = refunding.start("S1", {"L02": 1})
    assert "Red envelope State Used Envelope" in card(owner, shop)

    refunding.complete(rest.id)

    assert "Red envelope State Forfeited Envelope" in words(owner.get("/admin/orders/details/1").text)


def test_lines_are_called_as_the_order_calls_them(shop: Flask, owner: testing.ShopClient, clock: Clock) -> None:
    lines = [Line("1", 4000), Line("CUP-2", 6000), Line("3", 700), Line("4", 700, 2), Line("5", 500)]
    bought(begun(clock), lines=[*lines, Line("post", 800, type="freight")])
    made = testing.make_order(platform="test", order_no="S1")
    with writing() as session:
        for number, sku, title in (
            ("1", "A", "Tea <b>pot"),
            ("2", "CUP-2", "Cup"),
            ("3", "B", "Tray"),
            ("4", "C", "Tray"),
        ):
            session.add(OrderLine(order_id=made, line_no=number, sku=sku, title=title, qty=1, price=4000))

    page = words(owner.get(f"/admin/orders/details/{made}").text)
    calculator = owner.get(f"{CALCULATOR}?order_no=S1&units.CUP-2=x")

    for name in ("Tea <b>pot × 1", "Cup × 1", "Tray (line 3) × 1", "Tray (line 4) × 2", "Line 5 × 1"):
        assert f" {name} Envelope's share" in page
    assert "Tea &lt;b&gt;pot: units, 1 left" in calculator.text
    assert "Cup: Write a number of units, 0 or more." in calculator.text
    for name in ("Tea <b>pot", "Cup", "Tray (line 3)", "Line 5", "Line post (no goods)"):
        assert f" {name} 1 " in words(calculator.text)


def test_other_orders_have_no_card(shop: Flask, owner: testing.ShopClient, clock: Clock) -> None:
    bought(begun(clock))

    assert "Envelope's share" not in card(owner, shop, order_no="S2")
    assert "Envelope's share" not in card(owner, shop, platform="other")


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
    for number in ("S1", "S%00", "S" * 65):
        missing = owner.get(f"{CALCULATOR}?order_no={number}")
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
    late = words(owner.get(f"{CALCULATOR}?order_no=S1&start=before").text)
    assert "Not completed before the envelope's end" in late


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("&units.L01=2", 409, "Line L01: So many units of this line are not left to refund."),
        ("&units.L01=-1", 400, "Line L01: Write a number of units, 0 or more."),
        ("&units.L01=%D9%A1", 400, "Line L01: Write a number of units, 0 or more."),
        ("&units.L01=99999999", 400, "Line L01: Write a number of units, 0 or more."),
        ("&units.L09=1", 400, "Line L09: The order has no such line."),
        ("&start=zzz", 400, "The refund was started: “zzz” is none of the choices."),
        ("&colour=red", 400, "There is no field “colour”."),
        ("&units.L01=0", 409, "Nothing is named: say how many units of which lines go back."),
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


def test_the_calculator_asks_for_the_platform_where_two_have_orders_of_the_number(
    owner: testing.ShopClient, clock: Clock
) -> None:
    campaign = begun(clock)
    for buyer in ("test:anna", "own:anna"):
        holding.redeem(holding.hold(claimed(campaign, buyer), order(buyer=buyer)).id)

    asked, chosen = (owner.get(f"{CALCULATOR}?order_no=S1{more}") for more in ("", "&platform=own"))

    assert (asked.status_code, chosen.status_code) == (409, 200)
    assert "Several platforms have an order of this number." in asked.text
    assert '<option value="own">' in asked.text
    assert "Then the buyer gets" in chosen.text


def test_the_calculator_says_when_all_is_refunded(owner: testing.ShopClient, clock: Clock) -> None:
    bought(begun(clock))
    refund = refunding.start("S1")
    started = owner.get(f"{CALCULATOR}?order_no=S1").text
    refunding.complete(refund.id)

    page = owner.get(f"{CALCULATOR}?order_no=S1")

    assert "Everything of this order is refunded already." not in started
    assert "all units are taken by refunds, of which not all are completed" in started
    assert page.status_code == 200
    assert "Everything of this order is refunded already." in page.text
    assert "Then the buyer gets" not in page.text


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
    assert "Line post (no goods) 1 L0" not in words(page.text)
    assert "Line post (no goods) 1 An envelope takes nothing off freight and fees" in words(page.text)


def test_the_calculator_is_for_those_who_may_see_reports(shop: Flask, clock: Clock) -> None:
    bought(begun(clock))
    stranger = testing.sign_in(shop, testing.make_account(shop, "core.orders:read", READ))
    reader = testing.sign_in(shop, testing.make_account(shop, REPORT))

    refused = stranger.get(f"{CALCULATOR}?order_no=S1")

    assert refused.status_code == 403
    assert "L01" not in refused.text
    assert "Then the buyer gets" in reader.get(f"{CALCULATOR}?order_no=S1").text
    assert "买家将得到" in in_chinese(reader).get(f"{CALCULATOR}?order_no=S1").text


def burn(client: testing.ShopClient, campaign: int) -> str:
    """What a campaign's page says of how far it has got."""
    page = words(client.get(f"/admin/red-envelope/details/{campaign}").text)
    return page.partition("How far it has got ")[2].partition(" Its envelopes")[0]


def everything_happened(clock: Clock, **changes: Any) -> int:
    """A campaign whose buyers each have an envelope in another state; returns its id."""
    campaign = begun(clock, **changes)
    claimed(campaign, "test:available")
    bought(campaign, "S1", "test:used")
    bought(campaign, "S2", "test:forfeited")
    bought(campaign, "S3", "test:given-back")
    for line in ("L01", "L02"):
        refunding.complete(refunding.start("S2", {line: 1}).id)
    refunding.complete(refunding.start("S3").id)
    holding.hold(claimed(campaign, "test:held"), order("S4", "test:held"))
    return campaign


def test_a_campaign_says_how_far_it_has_got(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = everything_happened(clock)

    assert burn(owner, campaign) == (
        "Collected 5 / 100 95 Left 2 Available 1 Held 1 Used 1 Forfeited 0 Expired 1 Given back"
        " Discount so far, without what was refunded CN¥10.00 Paid for the same goods CN¥90.00"
    )
    # A hold that is over holds nothing, whether or not a job has come by.
    clock.set(clock.start + HOUR)
    assert "3 Available 0 Held" in burn(owner, campaign)
    clock.set(USE_TO)
    assert "0 Available 0 Held 1 Used 1 Forfeited 3 Expired" in burn(owner, campaign)


def test_a_campaign_without_a_limit_says_so(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = begun(clock, quantity=None)
    assert "0 collected, without a limit Nobody has collected one yet." in burn(owner, campaign)

    claimed(campaign)

    assert burn(owner, campaign).startswith("1 collected, without a limit 1 Available")
    assert "Left" not in burn(owner, campaign)


def test_a_running_campaign_is_watched_and_an_ended_one_is_not(
    shop: Flask, owner: testing.ShopClient, clock: Clock
) -> None:
    campaign = begun(clock)
    address = f"/admin/red-envelope/details/{campaign}/burn"

    assert f'data-poll-src="{address}"' in owner.get(f"/admin/red-envelope/details/{campaign}").text
    assert "data-poll-done" not in owner.get(address).text
    clock.set(USE_TO)
    assert "data-poll-src" not in owner.get(f"/admin/red-envelope/details/{campaign}").text
    assert "data-poll-done" in owner.get(address).text
    assert "Nobody collected one." in burn(owner, campaign)


def test_a_campaign_that_has_not_begun_has_got_nowhere(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()

    assert burn(owner, campaign) == ""
    assert owner.get(f"/admin/red-envelope/details/{campaign}/burn").status_code == 404
    assert owner.get("/admin/red-envelope/details/99/burn").status_code == 404


def buyers(page: str) -> list[str]:
    """The buyers of a list's rows."""
    return re.findall(r"data-row-link>test:([\w-]+)<", page)


def test_the_list_tells_envelopes_apart_by_state_and_campaign(owner: testing.ShopClient, clock: Clock) -> None:
    assert "No envelopes yet" in owner.get(ENVELOPES).text
    other = make_campaign(title="Nobody's")
    campaign = everything_happened(clock)

    everybody = ["held", "given-back", "forfeited", "used", "available"]
    assert buyers(owner.get(ENVELOPES).text) == everybody
    assert buyers(owner.get(f"{ENVELOPES}?campaign={campaign}").text) == everybody
    assert "Nothing matches" in owner.get(f"{ENVELOPES}?campaign={other}").text
    for view, expected in {
        "available": ["given-back", "available"], "held": ["held"], "redeemed": ["used"], "forfeited": ["forfeited"],
        "expired": [],
    }.items():  # fmt: skip
        assert buyers(owner.get(f"{ENVELOPES}?view={view}").text) == expected
    assert owner.get(f"{ENVELOPES}?campaign=99").status_code == 400
    clock.set(USE_TO)
    assert buyers(owner.get(f"{ENVELOPES}?view=expired").text) == ["held", "given-back", "available"]


@pytest.mark.parametrize(("term", "found"), [("test:used", ["used"]), ("USE", ["used"]), ("S1", ["used"]), ("S9", [])])
def test_the_list_is_searched_by_buyer_and_order(
    owner: testing.ShopClient, clock: Clock, term: str, found: list[str]
) -> None:
    everything_happened(clock)

    assert buyers(owner.get(f"{ENVELOPES}?search={term}").text) == found


def test_who_may_not_see_contact_data_sees_buyers_masked_and_finds_those_that_are_named_in_full(
    shop: Flask, clock: Clock
) -> None:
    envelope = bought(begun(clock), buyer="test:13800138000")
    reader = testing.sign_in(shop, testing.make_account(shop, REPORT))
    trusted = testing.sign_in(shop, testing.make_account(shop, REPORT, "core.buyers:contact"))
    pages = [ENVELOPES, f"{ENVELOPES}details/{envelope}", *(f"{ENVELOPES}?search={term}" for term in ("138", "S1"))]

    for page in pages:
        assert "test:13800138000" in trusted.get(page).text
        assert "13800138000" not in reader.get(page).text
    assert "test:1**" in reader.get(ENVELOPES).text
    assert "test:1**" in reader.get(f"{ENVELOPES}?search=13800138000").text
    assert "test:1**" in reader.get(f"{ENVELOPES}?search=test:13800138000").text
    for part in ("138", "8000", "test", "test:138"):
        assert "Nothing matches" in reader.get(f"{ENVELOPES}?search={part}").text


def test_an_envelopes_page_tells_its_journal_and_its_orders(owner: testing.ShopClient, clock: Clock) -> None:
    envelope = bought(begun(clock))
    refunding.complete(refunding.start("S1").id)
    clock.set(clock.start + 1)
    holding.redeem(holding.hold(envelope, order("S2")).id)
    refunding.complete(refunding.start("S2", {"L02": 1}).id)

    page = words(owner.get(f"{ENVELOPES}details/{envelope}").text)

    story = re.findall(r"(Collected by|Held for|Used:|Given back to|Forfeited with)", page)
    assert story == ["Collected by", "Held for", "Used:", "Given back to", "Held for", "Used:", "Forfeited with"]
    assert "Borne by the envelope CN¥6.00 S2 L02" in page
    assert "Refunded to the buyer CN¥54.00 S2 L02" in page
    assert "Borne by the envelope no more CN¥6.00 S2 L02" in page
    assert page.index("Order S2") < page.index("Order S1")
    assert "its share of CN¥6.00 is forfeited" in page


def test_an_envelopes_page_leads_to_an_order_that_the_shop_knows_and_the_list_back_to_the_campaigns(
    owner: testing.ShopClient, clock: Clock
) -> None:
    envelope = bought(begun(clock))
    page = f"{ENVELOPES}details/{envelope}"
    assert "/admin/orders/?search=S1" not in owner.get(page).text

    made = testing.make_order(platform="test", order_no="S1")
    with writing() as session:
        session.add(OrderLine(order_id=made, line_no="A", sku="A", title="Scarf", qty=1, price=4000))

    assert 'href="/admin/orders/?search=S1"' in owner.get(page).text
    assert 'class="back" href="/admin/red-envelope/"' in owner.get(ENVELOPES).text


def test_an_envelope_on_no_order_says_so_and_an_unknown_one_is_not_found(
    owner: testing.ShopClient, clock: Clock
) -> None:
    envelope = claimed(begun(clock))

    assert "It is on no order now." in owner.get(f"{ENVELOPES}details/{envelope}").text
    for wrong in (envelope + 1, 0, "x", 10**20):
        assert owner.get(f"{ENVELOPES}details/{wrong}").status_code == 404


def test_every_posting_of_the_ledger_has_words() -> None:
    told = {(book, event, to) for book, event, to in envelope_pages.POSTING_WORDS}

    assert {
        (book, event, moved.partition(">")[2])
        for book, event, moved in (posting.split(":") for posting in POSTINGS)
    } == told  # fmt: skip


def test_what_envelopes_did_is_for_those_who_may_see_reports(shop: Flask, clock: Clock) -> None:
    campaign = everything_happened(clock)
    reader = testing.sign_in(shop, testing.make_account(shop, READ))
    reporter = testing.sign_in(shop, testing.make_account(shop, REPORT, READ))
    pages = (ENVELOPES, f"{ENVELOPES}details/1", f"/admin/red-envelope/details/{campaign}/burn")

    for page in pages:
        refused = reader.get(page)
        assert (refused.status_code, "test:" in refused.text) == (403, False)
        assert reporter.get(page).status_code == 200
    assert burn(reader, campaign) == ""
    assert ENVELOPES not in reader.get("/admin/red-envelope/").text
    assert "5 / 100" in burn(reporter, campaign)
    for page, said in zip(pages, ("已作废", "流水", "已领取"), strict=True):
        assert said in in_chinese(reporter).get(page).text

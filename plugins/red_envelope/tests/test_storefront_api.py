"""The storefront API over HTTP: the way from claim to refund, what buyers see, and what orders refuse."""

from typing import Any

import pytest
from flask import Flask
from red_envelope_api import LINES, ROOT, Buyer, buyer, check_problem
from red_envelope_shop import HOUR, NOW, Clock, begun, make_campaign, stored
from shopadmin_red_envelope.services import books

from shopadmin import testing
from shopadmin.plugin_api import db
from shopadmin.services import plugins

START = NOW + 24 * HOUR
CLAIM_TO = NOW + 48 * HOUR
USE_TO = NOW + 72 * HOUR


def test_from_claim_to_a_part_refund_that_gives_no_envelope_back(shop: Flask, clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)
    server = testing.api_client(shop)

    envelope = anna.claim(campaign)
    made = anna.hold(envelope.get_json()["id"])
    paid = server.post(f"{ROOT}/holds/{made.get_json()['id']}/redeem")
    preview = anna.post(f"{ROOT}/orders/S1/refund-preview", {"units": {"L01": 1}}, key="")
    started = anna.post(f"{ROOT}/orders/S1/refunds", {"units": {"L01": 1}})
    done = server.post(f"{ROOT}/refunds/{started.get_json()['id']}/complete")

    assert [each.status_code for each in (envelope, made, paid, preview, started, done)] == [
        201,
        201,
        200,
        200,
        201,
        200,
    ]
    assert envelope.headers["Location"] == f"/api/v1{ROOT}/wallet/{envelope.get_json()['id']}"
    assert made.get_json()["shares"] == {"L01": 400, "L02": 600}
    assert made.get_json()["payable_goods"] == 9000
    assert made.get_json()["expires_at"] == "2026-06-18T16:30:00Z"
    assert paid.get_json()["status"] == "redeemed"
    assert preview.get_json()["lines"] == [{"key": "L01", "units": 1, "cash": 3600, "share": 400}]
    assert (started.get_json()["cash"], started.get_json()["gives_back"]) == (3600, None)
    assert (done.get_json()["gives_back"], done.get_json()["forfeited"]) == (False, 400)
    (kept,) = anna.get(f"{ROOT}/wallet").get_json()["items"]
    assert (kept["status"], kept["order_no"]) == ("redeemed", "S1")


def test_r18_a_full_refund_before_the_receipt_gives_the_envelope_back(clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)
    anna.bought(campaign)

    preview = anna.post(f"{ROOT}/orders/S1/refund-preview", {"all": True}, key="").get_json()
    refund = anna.post(f"{ROOT}/orders/S1/refunds", {"all": True}).get_json()["id"]
    done = anna.post(f"{ROOT}/refunds/{refund}/complete").get_json()

    assert (preview["cash"], preview["gives_back"], preview["given_back"]) == (9000, True, 1000)
    assert (done["cash_by_line"], done["gives_back"]) == ({"L01": 3600, "L02": 5400}, True)
    assert [kept["status"] for kept in anna.get(f"{ROOT}/wallet").get_json()["items"]] == ["available"]


def test_r18_not_once_the_receipt_is_confirmed(clock: Clock, anna: Buyer) -> None:
    anna.bought(begun(clock))
    clock.set(clock.start + 1000)
    received = anna.post(f"{ROOT}/orders/S1/receipt")
    clock.set(clock.start + 2000)
    again = anna.post(f"{ROOT}/orders/S1/receipt")

    refund = anna.post(f"{ROOT}/orders/S1/refunds", {"all": True}).get_json()["id"]
    done = anna.post(f"{ROOT}/refunds/{refund}/complete").get_json()

    assert received.get_json()["received_at"] == again.get_json()["received_at"] == "2026-06-18T16:00:01Z"
    assert (done["gives_back"], done["given_back"]) == (False, 0)


def test_a_cancelled_hold_gives_the_envelope_back_and_repeating_is_no_harm(clock: Clock, anna: Buyer) -> None:
    hold = anna.held(anna.claimed(begun(clock)))

    answers = [anna.post(f"{ROOT}/holds/{hold}/cancel") for _ in range(2)]

    assert [(each.status_code, each.get_json()["status"]) for each in answers] == [(200, "released")] * 2
    assert anna.get(f"{ROOT}/wallet?status=available").get_json()["items"][0]["order_no"] is None


def test_an_order_may_repeat_its_hold_and_not_with_other_lines(clock: Clock, anna: Buyer) -> None:
    envelope = anna.claimed(begun(clock))
    first = anna.hold(envelope)
    before = stored()

    again = anna.hold(envelope)
    other = anna.hold(envelope, lines=[{"key": "L01", "amount": 9999}])

    assert again.get_json() == first.get_json()
    check_problem(other, 409, "hold_differs", before)


def test_campaigns_are_listed_from_when_they_are_scheduled_until_collection_ends(clock: Clock, anna: Buyer) -> None:
    make_campaign("draft")
    make_campaign("withdrawn")
    make_campaign("scheduled", mode="push")
    shown = make_campaign("scheduled")

    def seen() -> list[tuple[int, str]]:
        return [(each["id"], each["status"]) for each in anna.get(f"{ROOT}/campaigns").get_json()["items"]]

    coming = seen()
    clock.set(START)
    running = seen()
    clock.set(CLAIM_TO)

    assert (coming, running, seen()) == ([(shown, "coming")], [(shown, "open")], [])
    assert anna.get(f"{ROOT}/campaigns/{shown}").get_json()["status"] == "closed"


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_a_campaign_that_is_not_on_offer_cannot_be_seen(clock: Clock, anna: Buyer, state: str) -> None:
    campaign = make_campaign(state)

    check_problem(anna.get(f"{ROOT}/campaigns/{campaign}"), 404, "not_found")


def test_what_is_left_is_told_coarsely(clock: Clock, anna: Buyer, shop: Flask) -> None:
    campaign = begun(clock, quantity=10)
    path = f"{ROOT}/campaigns/{campaign}"
    told = [anna.get(path).get_json()["left"]]

    for number in range(10):
        buyer(shop, f"b{number}").claimed(campaign)
        told.append(anna.get(path).get_json()["left"])

    assert told == ["many"] * 9 + ["few", "none"]
    assert "10" not in anna.get(path).text.replace('"amount":1000', "")


def test_a_campaign_without_a_cap_says_so(clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock, quantity=None, threshold=None)

    found = anna.get(f"{ROOT}/campaigns/{campaign}").get_json()

    assert found["left"] == "unlimited"
    assert found["condition"] == {"at_least": None, "above": 1000, "after_order_discounts": False}


def test_lists_go_page_by_page_and_answer_304_to_who_has_them(clock: Clock, anna: Buyer) -> None:
    made = [make_campaign("scheduled") for _ in range(3)]
    clock.set(clock.start)
    envelopes = [anna.claimed(campaign) for campaign in made]

    for path, expected in (("campaigns", made), ("wallet", envelopes[::-1])):
        first = anna.get(f"{ROOT}/{path}?limit=2").get_json()
        second = anna.get(f"{ROOT}/{path}?limit=2&cursor={first['next_cursor']}").get_json()
        tag = anna.get(f"{ROOT}/{path}").headers["ETag"]
        unchanged = anna.get(f"{ROOT}/{path}", headers={"If-None-Match": tag})

        assert [each["id"] for each in first["items"] + second["items"]] == expected
        assert second["next_cursor"] is None
        assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_the_wallet_is_asked_by_status_as_the_clock_has_it(clock: Clock, anna: Buyer) -> None:
    made = [make_campaign("scheduled") for _ in range(3)]
    clock.set(clock.start)
    free, held, used = [anna.claimed(campaign) for campaign in made]
    anna.held(held, "S1")
    anna.post(f"{ROOT}/holds/{anna.held(used, 'S2')}/redeem")

    def wallet() -> dict[str, list[int]]:
        statuses = ("available", "held", "redeemed", "expired", "forfeited")
        asked = {status: anna.get(f"{ROOT}/wallet?status={status}").get_json()["items"] for status in statuses}
        assert all(each["status"] == status for status, found in asked.items() for each in found)
        return {status: [each["id"] for each in found] for status, found in asked.items() if found}

    now = wallet()
    clock.set(clock.start + 30 * 60_000)
    lapsed = wallet()
    clock.set(USE_TO)

    assert now == {"available": [free], "held": [held], "redeemed": [used]}
    assert lapsed == {"available": [held, free], "redeemed": [used]}
    assert wallet() == {"expired": [held, free], "redeemed": [used]}


def test_a_quote_says_for_each_envelope_what_it_would_do_and_changes_nothing(clock: Clock, anna: Buyer) -> None:
    near, far = make_campaign("scheduled"), make_campaign("scheduled", threshold=20_000)
    clock.set(clock.start)
    usable, too_far = anna.claimed(near), anna.claimed(far)
    before = stored()

    found = anna.post(f"{ROOT}/quotes", {"lines": LINES}, key="").get_json()["items"]

    assert found == [
        {"envelope_id": usable, "amount": 1000, "currency": "CNY", "usable": True, "reasons": [], "missing": None,
         "payable_goods": 9000, "shares": {"L01": 400, "L02": 600}},
        {"envelope_id": too_far, "amount": 1000, "currency": "CNY", "usable": False, "reasons": ["below_threshold"],
         "missing": 10_000, "payable_goods": None, "shares": {}},
    ]  # fmt: skip
    assert stored() == before


@pytest.mark.parametrize(
    ("basket", "reasons", "missing"),
    [
        ({"lines": [{"key": "A", "amount": 4999}]}, ["below_threshold"], 1),
        ({"lines": [{"key": "A", "amount": 9000, "type": "freight"}]}, ["no_goods"], None),
        ({"tools": [{"kind": "store_coupon", "amount": 1}]}, ["conflicts_with_coupon"], None),
        ({"tools": [{"kind": "new_tool", "amount": 1}]}, ["tool_not_listed"], None),
        ({"tools": [{"kind": "store_full_reduction", "amount": 9500}]}, ["remainder_not_above_envelope"], 501),
    ],
)
def test_a_hold_is_refused_for_the_reasons_that_the_quote_gives(
    clock: Clock, anna: Buyer, basket: dict[str, Any], reasons: list[str], missing: int | None
) -> None:
    envelope = anna.claimed(begun(clock))
    before = stored()

    quote = anna.post(f"{ROOT}/quotes", {"lines": LINES, "envelope_id": envelope} | basket, key="").get_json()
    refused = check_problem(anna.hold(envelope, **basket), 409, "not_usable", before)

    assert (quote["items"][0]["reasons"], quote["items"][0]["missing"]) == (reasons, missing)
    assert (refused["reasons"], refused["missing"]) == (reasons, missing)


def test_an_envelope_that_came_back_is_not_put_on_the_order_that_was_refunded(clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)
    hold = anna.held(envelope := anna.claimed(campaign))
    anna.post(f"{ROOT}/holds/{hold}/redeem")
    anna.post(f"{ROOT}/refunds/{anna.post(f'{ROOT}/orders/S1/refunds', {'all': True}).get_json()['id']}/complete")
    before = stored()

    answer = anna.post(f"{ROOT}/quotes", {"lines": LINES, "envelope_id": envelope, "order_no": "S1"}, key="")
    refused = check_problem(anna.hold(envelope), 409, "not_usable", before)

    assert answer.get_json()["items"][0]["reasons"] == refused["reasons"] == ["second_envelope"]
    assert anna.hold(envelope, "S2").status_code == 201


def test_a_quote_does_not_tell_whether_another_buyers_order_exists(shop: Flask, clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)
    anna.bought(campaign)
    berta = buyer(shop, "berta")
    envelope = berta.claimed(campaign)
    before = stored()

    quotes = [
        berta.post(f"{ROOT}/quotes", {"lines": LINES, "envelope_id": envelope, "order_no": order_no}, key="").get_json()
        for order_no in ("S1", "S2")
    ]

    assert quotes[0] == quotes[1]
    assert quotes[0]["items"][0]["usable"] is True
    assert check_problem(berta.hold(envelope), 409, "not_usable", before)["reasons"] == ["second_envelope"]


def test_two_platforms_may_have_orders_of_one_number(shop: Flask, clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)
    server = testing.api_client(shop)
    other = Buyer(shop, server.for_buyer("anna", "claims", "orders", "payments", platform="own").token)

    holds = {each: each.bought(campaign) for each in (anna, other)}
    refund = other.post(f"{ROOT}/orders/S1/refunds", {"units": {"L02": 1}}).get_json()
    before = stored()

    assert [each.get(f"{ROOT}/orders/S1").get_json()["hold"]["id"] for each in holds] == list(holds.values())
    assert [len(each.get(f"{ROOT}/orders/S1").get_json()["refunds"]) for each in holds] == [0, 1]
    assert (refund["platform"], server.get(f"{ROOT}/refunds/{refund['id']}").get_json()) == ("own", refund)
    for path in ("receipt", "refunds", "refund-preview"):
        body = None if path == "receipt" else {"all": True}
        check_problem(server.post(f"{ROOT}/orders/S1/{path}", body), 409, "which_platform", before)
    check_problem(server.get(f"{ROOT}/orders/S1"), 409, "which_platform", before)
    check_problem(anna.get(f"{ROOT}/orders/S1?platform=own"), 404, "not_found", before)
    assert server.get(f"{ROOT}/orders/S1?platform=own").get_json()["hold"]["id"] == holds[other]
    assert server.post(f"{ROOT}/orders/S1/receipt?platform=own").get_json()["platform"] == "own"
    assert anna.get(f"{ROOT}/orders/S1").get_json()["hold"]["received_at"] is None


def test_an_order_is_shown_with_its_lines_and_refunds(shop: Flask, clock: Clock, anna: Buyer) -> None:
    hold = anna.held(anna.claimed(begun(clock)))
    placed = anna.get(f"{ROOT}/orders/S1").get_json()
    anna.post(f"{ROOT}/holds/{hold}/redeem")
    refund = anna.post(f"{ROOT}/orders/S1/refunds", {"units": {"L01": 1}}).get_json()

    found = testing.api_client(shop).get(f"{ROOT}/orders/S1").get_json()

    assert (placed["hold"]["status"], found["hold"]["status"], found["currency"]) == ("live", "redeemed", "CNY")
    assert found["lines"] == [
        {"key": "L01", "units": 1, "share": 400, "paid": 3600, "refunded_units": 1, "refunded_cash": 3600,
         "refunded_share": 400},
        {"key": "L02", "units": 1, "share": 600, "paid": 5400, "refunded_units": 0, "refunded_cash": 0,
         "refunded_share": 0},
    ]  # fmt: skip
    assert found["refunds"] == [refund]
    assert refund["status"] == "started"
    check_problem(anna.get(f"{ROOT}/orders/S2"), 404, "not_found")


def test_a_cancelled_refund_is_as_if_it_had_not_been_started(shop: Flask, clock: Clock, anna: Buyer) -> None:
    """So a full one that follows is one act that covers everything (R18, R20)."""
    anna.bought(begun(clock))
    refund = anna.post(f"{ROOT}/orders/S1/refunds", {"units": {"L01": 1}}).get_json()["id"]

    answers = [anna.post(f"{ROOT}/refunds/{refund}/cancel") for _ in range(2)]
    before = stored()
    check_problem(anna.post(f"{ROOT}/refunds/{refund}/complete"), 409, "refund_cancelled", before)
    whole = anna.post(f"{ROOT}/orders/S1/refunds", {"all": True}).get_json()["id"]
    done = anna.post(f"{ROOT}/refunds/{whole}/complete").get_json()

    assert [(each.status_code, each.get_json()["status"]) for each in answers] == [(200, "cancelled")] * 2
    assert answers[0].get_json() == answers[1].get_json()
    assert (done["cash"], done["gives_back"]) == (9000, True)
    after = stored()
    check_problem(anna.post(f"{ROOT}/refunds/{whole}/cancel"), 409, "refund_completed", after)
    assert list(books.problems()) == []


def test_a_refund_that_a_later_one_was_reckoned_on_is_not_cancelled_before_it(clock: Clock, anna: Buyer) -> None:
    line = {"key": "L01", "amount": 10_002, "qty": 3}
    hold = anna.hold(anna.claimed(begun(clock)), lines=[line]).get_json()["id"]
    anna.post(f"{ROOT}/holds/{hold}/redeem")
    one = {"units": {"L01": 1}}
    first, second = (anna.post(f"{ROOT}/orders/S1/refunds", one).get_json()["id"] for _ in range(2))
    before = stored()

    refused = check_problem(anna.post(f"{ROOT}/refunds/{first}/cancel"), 409, "later_refund", before)

    assert refused["lines"] == ["L01"]
    assert [anna.post(f"{ROOT}/refunds/{each}/cancel").status_code for each in (second, first)] == [200, 200]
    assert anna.post(f"{ROOT}/orders/S1/refunds", {"all": True}).get_json()["cash"] == 9002
    assert list(books.problems()) == []


def test_more_than_the_order_is_never_refunded(clock: Clock, anna: Buyer) -> None:
    anna.bought(begun(clock))
    before = stored()

    found = check_problem(anna.post(f"{ROOT}/orders/S1/refunds", {"units": {"L01": 2}}), 409, "more_than_left", before)
    assert found["lines"] == ["L01"]
    assert anna.post(f"{ROOT}/orders/S1/refunds", {"all": True}).status_code == 201
    after = stored()
    check_problem(anna.post(f"{ROOT}/orders/S1/refunds", {"all": True}), 409, "nothing_to_refund", after)
    check_problem(anna.post(f"{ROOT}/orders/S1/refunds", {"units": {"L01": 1}}), 409, "more_than_left", after)


def test_a_refund_is_completed_once(clock: Clock, anna: Buyer) -> None:
    anna.bought(begun(clock))
    refund = anna.post(f"{ROOT}/orders/S1/refunds", {"all": True}).get_json()["id"]
    first = anna.post(f"{ROOT}/refunds/{refund}/complete")
    before = stored()

    again = anna.post(f"{ROOT}/refunds/{refund}/complete")

    assert again.get_json() == first.get_json()
    assert stored() == before


def test_an_order_that_is_not_paid_has_nothing_to_refund_and_no_receipt(clock: Clock, anna: Buyer) -> None:
    anna.held(anna.claimed(begun(clock)))
    before = stored()

    check_problem(anna.post(f"{ROOT}/orders/S1/refunds", {"all": True}), 409, "not_redeemed", before)
    check_problem(anna.post(f"{ROOT}/orders/S1/receipt"), 409, "not_redeemed", before)


def test_what_is_cancelled_or_lapsed_is_not_redeemed_and_what_is_redeemed_is_not_cancelled(
    shop: Flask, clock: Clock, anna: Buyer
) -> None:
    campaign = begun(clock)
    hold = anna.held(anna.claimed(campaign))
    anna.post(f"{ROOT}/holds/{hold}/cancel")
    berta = buyer(shop, "berta")
    late = berta.held(berta.claimed(campaign), "S2")
    paid = buyer(shop, "carl").bought(campaign, "S3")
    clock.set(clock.start + 30 * 60_000)
    before = stored()

    check_problem(anna.post(f"{ROOT}/holds/{hold}/redeem"), 409, "hold_released", before)
    check_problem(berta.post(f"{ROOT}/holds/{late}/redeem"), 409, "hold_lapsed", before)
    check_problem(testing.api_client(shop).post(f"{ROOT}/holds/{paid}/cancel"), 409, "already_redeemed", before)


def test_refusals_are_in_the_callers_language(clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)
    anna.claimed(campaign)

    answer = anna.post(f"{ROOT}/campaigns/{campaign}/claims", headers={"Accept-Language": "zh-CN"})

    assert answer.get_json()["title"] == "买家已领取该红包：每人限领一个"
    assert answer.headers["Content-Language"] == "zh-Hans"


def test_while_the_plugin_is_off_nothing_of_it_is_there(shop: Flask, clock: Clock, anna: Buyer) -> None:
    begun(clock)
    plugins.disable(None, "red_envelope")
    db.session.remove()

    check_problem(anna.get(f"{ROOT}/campaigns"), 404, "not_found")

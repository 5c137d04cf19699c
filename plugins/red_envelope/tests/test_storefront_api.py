"""The storefront API over HTTP: the way from claim to refund, and every refusal with its code and without effect."""

import json
import types
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shopadmin_red_envelope
import sqlalchemy as sa
from flask import Flask
from red_envelope_api import ALL, LINES, ROOT, Buyer, buyer, check_problem
from red_envelope_shop import HOUR, NOW, Clock, begun, make_campaign, stored
from shopadmin_red_envelope.http_api import ENDPOINTS

from shopadmin import testing
from shopadmin.models.api import ApiToken
from shopadmin.plugin_api import Manifest, Standing, StandingQuery, db, hookimpl, writing
from shopadmin.services import plugins

START = NOW + 24 * HOUR
CLAIM_TO = NOW + 48 * HOUR
USE_TO = NOW + 72 * HOUR
NO_HOLD = "0" * 32


@pytest.fixture
def anna(shop: Flask) -> Buyer:
    return buyer(shop)


# --- the way


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


# --- what buyers see


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
    campaigns = [make_campaign("scheduled") for _ in range(3)]
    clock.set(clock.start)
    envelopes = [anna.claimed(campaign) for campaign in campaigns]

    for path, expected in (("campaigns", campaigns), ("wallet", envelopes[::-1])):
        first = anna.get(f"{ROOT}/{path}?limit=2").get_json()
        second = anna.get(f"{ROOT}/{path}?limit=2&cursor={first['next_cursor']}").get_json()
        tag = anna.get(f"{ROOT}/{path}").headers["ETag"]
        unchanged = anna.get(f"{ROOT}/{path}", headers={"If-None-Match": tag})

        assert [each["id"] for each in first["items"] + second["items"]] == expected
        assert second["next_cursor"] is None
        assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_the_wallet_is_asked_by_status_as_the_clock_has_it(clock: Clock, anna: Buyer) -> None:
    campaigns = [make_campaign("scheduled") for _ in range(3)]
    clock.set(clock.start)
    free, held, used = [anna.claimed(campaign) for campaign in campaigns]
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


# --- quotes


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


# --- who is let in

EXAMPLES: dict[str, dict[str, Any]] = {
    "quotes": {"lines": LINES},
    "holds": {"lines": LINES, "envelope_id": 1, "order_no": "S1"},
    "refund-preview": {"all": True},
    "refunds": {"all": True},
}


def call(client: testing.ApiClient, endpoint: Any, **values: Any) -> Any:
    """Call an endpoint with a body that fits, on things that are not there unless ``values`` name them."""
    known = {"campaign_id": 1, "envelope_id": 1, "hold_id": NO_HOLD, "refund_id": NO_HOLD, "order_no": "S1"} | values
    path = endpoint.path.removeprefix("/api/v1").format(**known)
    if endpoint.method == "GET":
        return client.get(path)
    body = EXAMPLES.get(path.rpartition("/")[2])
    if body is not None and "envelope_id" in body:
        body = body | {"envelope_id": known["envelope_id"]}
    return client.post(path, body)


NAMES = [f"{each.method} {each.path.removeprefix('/api/v1/red-envelope/')}" for each in ENDPOINTS]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_a_token_that_is_unknown_or_out_of_date_or_lacks_the_scope_does_nothing(
    shop: Flask, clock: Clock, anna: Buyer, endpoint: Any
) -> None:
    campaign = begun(clock)
    anna.bought(campaign)
    before = stored()
    others = [scope for scope in ALL if scope != endpoint.scope_code]

    check_problem(call(testing.ApiClient(shop, "shop_st_unknown"), endpoint), 401, "unauthenticated", before)
    check_problem(call(buyer(shop, "anna", *others), endpoint), 403, "scope_missing", before)
    with writing() as session:
        session.execute(sa.update(ApiToken).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    check_problem(call(anna, endpoint), 401, "unauthenticated", before)


@pytest.mark.parametrize("endpoint", [each for each in ENDPOINTS if each.needs_buyer], ids=lambda each: each.path)
def test_the_storefront_itself_has_no_wallet(shop: Flask, clock: Clock, endpoint: Any) -> None:
    begun(clock)
    before = stored()

    check_problem(call(testing.api_client(shop), endpoint), 403, "buyer_needed", before)


@pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if each.scope_code in ("orders", "payments")], ids=lambda each: each.path
)
def test_a_browser_never_names_a_basket_that_is_spent(clock: Clock, anna: Buyer, endpoint: Any) -> None:
    begun(clock)
    path = endpoint.path.removeprefix("/api/v1").format(hold_id=NO_HOLD, refund_id=NO_HOLD, order_no="S1")

    answer = anna.post(path, EXAMPLES.get(path.rpartition("/")[2]), headers={"Sec-Fetch-Site": "same-origin"})

    check_problem(answer, 403, "server_only")


def test_a19_another_buyers_things_look_as_if_they_were_not_there(shop: Flask, clock: Clock, anna: Buyer) -> None:
    hold = anna.bought(begun(clock))
    refund = anna.post(f"{ROOT}/orders/S1/refunds", {"units": {"L01": 1}}).get_json()["id"]
    envelope = stored()["envelope"][0][0]
    before, berta = stored(), buyer(shop, "berta")

    for endpoint in ENDPOINTS[3:]:
        if endpoint.path in (f"/api/v1{ROOT}/wallet", f"/api/v1{ROOT}/quotes"):
            continue
        theirs = call(berta, endpoint, envelope_id=envelope, hold_id=hold, refund_id=refund, order_no="S1")
        missing = call(berta, endpoint, envelope_id=envelope + 1, hold_id=NO_HOLD, refund_id=NO_HOLD, order_no="S0")
        check_problem(theirs, 404, "not_found", before)
        paths = (theirs.request.path, missing.request.path)
        assert theirs.text.replace(paths[0], "") == missing.text.replace(paths[1], "")
    quote = berta.post(f"{ROOT}/quotes", {"lines": LINES, "envelope_id": envelope}, key="")
    check_problem(quote, 404, "not_found", before)
    assert berta.get(f"{ROOT}/wallet").get_json()["items"] == []


# --- claims


@pytest.mark.parametrize(
    ("instant", "status"),
    [(START - 1000, 409), (START - 1, 409), (START, 201), (CLAIM_TO - 1, 201), (CLAIM_TO, 409), (CLAIM_TO + 1000, 409)],
)
def test_a22_claims_at_the_exact_millisecond(clock: Clock, anna: Buyer, instant: int, status: int) -> None:
    campaign = begun(clock)
    before = stored()
    clock.set(instant)

    answer = anna.claim(campaign)

    if status == 201:
        assert answer.status_code == 201
    else:
        check_problem(answer, 409, "claim_closed", before)


@pytest.mark.parametrize(("state", "status", "code"), [("draft", 404, "not_found"), ("withdrawn", 409, "claim_closed")])
def test_a_draft_is_nobodys_business_and_a_withdrawn_campaign_is_closed(
    clock: Clock, anna: Buyer, state: str, status: int, code: str
) -> None:
    campaign = make_campaign(state)
    clock.set(START)
    before = stored()

    check_problem(anna.claim(campaign), status, code, before)
    check_problem(anna.claim(campaign + 1), 404, "not_found", before)


def test_a_second_claim_is_led_to_the_envelope(clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)
    envelope = anna.claimed(campaign)
    before = stored()

    found = check_problem(anna.claim(campaign), 409, "already_claimed", before)

    assert (found["envelope_id"], found["reasons"]) == (envelope, ["already_claimed"])
    assert anna.get(found["envelope"].removeprefix("/api/v1")).get_json()["id"] == envelope


def test_when_all_are_gone_everybody_is_told_and_who_has_one_is_still_led_to_it(
    shop: Flask, clock: Clock, anna: Buyer
) -> None:
    campaign = begun(clock, quantity=1)
    anna.claimed(campaign)
    before = stored()

    for _ in range(2):
        check_problem(buyer(shop, "berta").claim(campaign, key="k"), 409, "sold_out", before)
    check_problem(anna.claim(campaign), 409, "already_claimed", before)


def test_an_excluded_buyer_is_told_so(make_app: Callable[..., Flask], shop: Flask, clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)
    guest = types.ModuleType("shopadmin_guest")
    guest.__file__ = None
    manifest = Manifest(name="guest", title="Guest", version="1", api_version=1)

    @hookimpl
    def shopadmin_buyer_standing(queries: list[StandingQuery]) -> dict[int, Standing]:
        return {position: Standing(campaigns=query.purpose != "campaign") for position, query in enumerate(queries)}

    guest.shopadmin_manifest = hookimpl(lambda: manifest)  # type: ignore[attr-defined]
    guest.shopadmin_buyer_standing = shopadmin_buyer_standing  # type: ignore[attr-defined]
    strict = make_app(plugins={"red_envelope": shopadmin_red_envelope, "guest": guest}, shop_of=shop)
    before = stored()

    check_problem(Buyer(strict, anna.token).claim(campaign), 409, "buyer_excluded", before)


# --- keys


def test_the_same_key_gets_the_same_bytes_and_has_one_effect(clock: Clock, anna: Buyer) -> None:
    campaign = begun(clock)
    first = anna.claim(campaign, key="claim")
    hold = anna.hold(first.get_json()["id"], key="hold")
    paths = {
        "redeem": (f"{ROOT}/holds/{hold.get_json()['id']}/redeem", None),
        "refund": (f"{ROOT}/orders/S1/refunds", {"units": {"L01": 1}}),
    }
    done = {key: anna.post(path, body, key=key) for key, (path, body) in paths.items()}
    before = stored()

    again = [anna.claim(campaign, key="claim"), anna.hold(first.get_json()["id"], key="hold")]
    again += [anna.post(path, body, key=key) for key, (path, body) in paths.items()]

    for told, repeated in zip([first, hold, *done.values()], again, strict=True):
        assert (repeated.status_code, repeated.data) == (told.status_code, told.data)
        assert repeated.headers["Idempotent-Replayed"] == "true"
        assert repeated.headers.get("Location") == told.headers.get("Location")
    assert stored() == before


def test_a_key_of_another_request_is_refused(clock: Clock, anna: Buyer) -> None:
    campaigns = [make_campaign("scheduled") for _ in range(2)]
    clock.set(clock.start)
    envelope = anna.claim(campaigns[0], key="claim").get_json()["id"]
    anna.hold(envelope, key="hold")
    before = stored()

    check_problem(anna.claim(campaigns[1], key="claim"), 422, "idempotency_key_reused", before)
    check_problem(anna.hold(envelope, "S2", key="hold"), 422, "idempotency_key_reused", before)


def test_a_refusal_is_answered_again_under_its_key_even_when_things_have_changed(clock: Clock, anna: Buyer) -> None:
    campaign = make_campaign("scheduled")
    clock.set(START - 1)
    early = anna.claim(campaign, key="early")
    clock.set(START)

    again = anna.claim(campaign, key="early")

    assert (early.status_code, early.get_json()["code"]) == (409, "claim_closed")
    assert again.data == early.data
    assert anna.claim(campaign, key="new").status_code == 201


@pytest.mark.parametrize("endpoint", [each for each in ENDPOINTS if each.effect != "none"], ids=lambda each: each.path)
def test_without_a_key_nothing_is_done(clock: Clock, anna: Buyer, endpoint: Any) -> None:
    campaign = begun(clock)
    before = stored()
    path = endpoint.path.removeprefix("/api/v1")
    path = path.format(campaign_id=campaign, hold_id=NO_HOLD, refund_id=NO_HOLD, order_no="S1")

    answer = anna.post(path, EXAMPLES.get(path.rpartition("/")[2]), key="")

    check_problem(answer, 400, "idempotency_key_missing", before)


# --- bad bodies

HOLD = {"lines": LINES, "envelope_id": 1, "order_no": "S1"}
HOSTILE: dict[str, tuple[bytes, int]] = {
    "not JSON": (b"{", 400),
    "NaN": (b'{"lines": [{"key": "A", "amount": NaN}], "envelope_id": 1, "order_no": "S1"}', 400),
    "infinite": (b'{"lines": [{"key": "A", "amount": 1e309}], "envelope_id": 1, "order_no": "S1"}', 400),
    "10^30": (b'{"lines": [{"key": "A", "amount": 1' + b"0" * 30 + b'}], "envelope_id": 1, "order_no": "S1"}', 400),
    "2^63": (b'{"lines": [{"key": "A", "amount": 9223372036854775808}], "envelope_id": 1, "order_no": "S1"}', 400),
    "duplicate": (b'{"lines": [], "lines": [], "envelope_id": 1, "order_no": "S1"}', 400),
    "deep": (b'{"lines": ' + b"[" * 80 + b"]" * 80 + b"}", 400),
    "NUL": (b'{"lines": [{"key": "\\u0000", "amount": 1}], "envelope_id": 1, "order_no": "S1"}', 400),
    "surrogate": (b'{"lines": [{"key": "\\ud800", "amount": 1}], "envelope_id": 1, "order_no": "S1"}', 400),
    "huge": (json.dumps(HOLD | {"order_no": "x" * 70_000}).encode(), 413),
    "negative": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": -1}]}).encode(), 422),
    "10^16": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": 10**16}]}).encode(), 422),
    "true": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": True}]}).encode(), 422),
    "a text": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": "4000"}]}).encode(), 422),
    "no units": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": 4000, "qty": 0}]}).encode(), 422),
    "no lines": (json.dumps(HOLD | {"lines": []}).encode(), 422),
    "key twice": (json.dumps(HOLD | {"lines": [LINES[0], LINES[0]]}).encode(), 422),
    "an amount of its own": (json.dumps(HOLD | {"amount": 5}).encode(), 422),
    "a status of its own": (json.dumps(HOLD | {"status": "redeemed"}).encode(), 422),
    "a buyer of its own": (json.dumps(HOLD | {"buyer": "test:berta"}).encode(), 422),
    "a list": (b"[]", 422),
    "an order number with a slash": (json.dumps(HOLD | {"order_no": "../S1"}).encode(), 422),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a23_a_hostile_body_changes_nothing(clock: Clock, anna: Buyer, name: str) -> None:
    body, status = HOSTILE[name]
    anna.claimed(begun(clock))
    before = stored()

    answer = anna.post(f"{ROOT}/holds", data=body, content_type="application/json")

    assert answer.status_code == status, answer.text
    assert answer.get_json()["code"] in {"invalid_json", "too_large", "invalid_request", "bad_lines"}
    assert stored() == before


@pytest.mark.parametrize(
    "body", [{}, {"all": False}, {"all": True, "units": {"L01": 1}}, {"units": {"L01": -1}}, {"units": {"L01": 1.5}},
             {"units": {"L09": 1}}, {"units": [1]}, {"all": 1}, {"units": {"L01": 10**30}}],
)  # fmt: skip
def test_a_refund_of_what_is_not_there_changes_nothing(clock: Clock, anna: Buyer, body: Any) -> None:
    anna.bought(begun(clock))
    before = stored()

    for path, key in (("refunds", None), ("refund-preview", "")):
        answer = anna.post(f"{ROOT}/orders/S1/{path}", body, key=key)
        assert answer.status_code == (400 if "0000" in str(body) else 422), answer.text
        assert answer.get_json()["code"] in {"invalid_request", "invalid_json"}
    assert stored() == before


def test_an_order_in_another_currency_is_refused(clock: Clock, anna: Buyer) -> None:
    envelope = anna.claimed(begun(clock))
    before = stored()

    check_problem(anna.hold(envelope, currency="USD"), 409, "other_currency", before)
    body = {"lines": LINES, "envelope_id": envelope, "currency": "USD"}
    check_problem(anna.post(f"{ROOT}/quotes", body, key=""), 409, "other_currency", before)
    assert anna.hold(envelope, currency="CNY").status_code == 201


# --- orders


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

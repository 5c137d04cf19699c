"""Who may call the storefront API, whose things they see, and what a repeated request gets."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from red_envelope_api import ALL, LINES, ROOT, Buyer, buyer, check_problem
from red_envelope_shop import HOUR, NOW, Clock, begun, make_campaign, stored
from shopadmin_red_envelope.http_api import ENDPOINTS

from shopadmin import testing
from shopadmin.models.api import ApiToken
from shopadmin.plugin_api import writing

START = NOW + 24 * HOUR
NO_HOLD = "0" * 32


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

    headers = {"Sec-Fetch-Site": "same-origin"}
    body = EXAMPLES.get(path.rpartition("/")[2])
    answer = anna.get(path, headers=headers) if endpoint.method == "GET" else anna.post(path, body, headers=headers)

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
    made = [make_campaign("scheduled") for _ in range(2)]
    clock.set(clock.start)
    envelope = anna.claim(made[0], key="claim").get_json()["id"]
    anna.hold(envelope, key="hold")
    before = stored()

    check_problem(anna.claim(made[1], key="claim"), 422, "idempotency_key_reused", before)
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


@pytest.mark.parametrize("state", ["open", "sold out", "closed", "draft", "unknown"])
def test_a_revoked_token_collects_nothing_repeats_nothing_and_learns_nothing(
    shop: Flask, clock: Clock, state: str
) -> None:
    """Whichever way a claim goes, and whatever was answered under the key before."""
    draft = make_campaign("draft")
    campaign = begun(clock, quantity=1)
    first, late = buyer(shop, "first"), buyer(shop, "late")
    asked = {"draft": draft, "unknown": campaign + 99}.get(state, campaign)
    if state in ("sold out", "closed"):
        assert first.claim(campaign, key="kept").status_code == 201
        check_problem(late.claim(campaign, key="kept"), 409, "sold_out")
    if state == "closed":
        clock.set(NOW + 48 * HOUR)
    with writing() as session:
        session.execute(sa.update(ApiToken).values(revoked_at=datetime.now(UTC)))
    before = stored()

    for client in (first, late):
        check_problem(client.claim(asked, key="kept"), 401, "unauthenticated", before)


def test_when_all_are_gone_each_is_still_told_what_was_answered_before(shop: Flask, clock: Clock) -> None:
    campaign = begun(clock, quantity=1)
    first, late = buyer(shop, "first"), buyer(shop, "late")
    won = first.claim(campaign, key="kept")
    gone = late.claim(campaign, key="kept")

    again, second, other = first.claim(campaign, key="kept"), first.claim(campaign), late.claim(campaign, key="kept")

    assert (again.status_code, again.data) == (won.status_code, won.data) == (201, won.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    check_problem(second, 409, "already_claimed")
    assert (other.status_code, other.data) == (gone.status_code, gone.data)

"""Claims over HTTP: by the exact millisecond, one each, and until all are gone."""

import types
from collections.abc import Callable
from typing import Any

import pytest
import shopadmin_red_envelope
from flask import Flask
from red_envelope_api import Buyer, buyer, check_problem
from red_envelope_shop import HOUR, NOW, Clock, begun, make_campaign, stored
from shopadmin_red_envelope.http_api import campaigns
from shopadmin_red_envelope.services import claiming

from shopadmin.plugin_api import Manifest, Standing, StandingQuery, hookimpl

START = NOW + 24 * HOUR
CLAIM_TO = NOW + 48 * HOUR


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
        said = check_problem(answer, 409, "claim_closed", before)
        assert said["detail"] == "It is collected from the campaign's claim_from until its claim_to."


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


def test_once_all_are_gone_the_answer_writes_nothing_and_waits_for_nobody(
    shop: Flask, clock: Clock, anna: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = begun(clock, quantity=1)
    anna.claimed(campaign)
    berta = buyer(shop, "berta")
    berta.claim(campaign)

    def refuse() -> Any:
        raise AssertionError("it writes")

    for module in (claiming, campaigns):
        monkeypatch.setattr(module, "writing", refuse)

    check_problem(berta.claim(campaign), 409, "sold_out")
    check_problem(buyer(shop, "carl").claim(campaign), 409, "sold_out")


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

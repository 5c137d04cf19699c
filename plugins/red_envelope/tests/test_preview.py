"""The time machine: what a buyer would see at any instant, by the storefront's own rules; nothing is written."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from red_envelope_shop import HOUR, Clock, begun, claimed, make_campaign, order, stored
from shopadmin_red_envelope.domain.baskets import NOTICE_TOOLS, Line, Tool
from shopadmin_red_envelope.domain.preview import Scene, Sight, look
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.services import claiming, holding, offers

from shopadmin import testing
from shopadmin.plugin_api import shop_settings
from shopadmin.services import plugins, settings

PAGE = "/admin/red-envelope/preview/"
SCENE = Scene("scheduled", 1000, 100, claim_from=100, claim_to=200, use_from=150, use_to=300, threshold=5000)


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    shop.config["WTF_CSRF_ENABLED"] = False
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


def see(now: int, goods: int = 6000, scene: Scene = SCENE, **changes: Any) -> Sight:
    return look(scene, [Line("L01", goods)] if goods else [], now, NOTICE_TOOLS, **changes)


def at(instant: int) -> str:
    """As a form says it."""
    return f"{to_datetime(instant).astimezone(shop_settings().zone):%Y-%m-%dT%H:%M:%S}"


def words(client: testing.ShopClient, campaign: int, instant: int, goods: str = "60", **more: str) -> str:
    answer = client.get(f"{PAGE}{campaign}", query_string={"at": at(instant), "goods": goods} | more)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("now", "state", "status", "refusal", "can_be_owned", "reasons"),
    [
        (99, "scheduled", "coming", "claim_closed", False, ("not_started",)),
        (100, "running", "open", None, True, ("not_started",)),
        (149, "running", "open", None, True, ("not_started",)),
        (150, "running", "open", None, True, ()),
        (199, "running", "open", None, True, ()),
        (200, "running", "closed", "claim_closed", True, ()),
        (299, "running", "closed", "claim_closed", True, ()),
        (300, "ended", "closed", "claim_closed", True, ("expired",)),
    ],
)
def test_each_boundary_is_seen_at_its_very_millisecond(
    now: int, state: str, status: str, refusal: str | None, can_be_owned: bool, reasons: tuple[str, ...]
) -> None:
    found = see(now)

    assert (found.state, found.status, found.refusal, found.can_be_owned) == (state, status, refusal, can_be_owned)
    assert found.verdict is not None
    assert found.verdict.reasons == reasons


def test_a_basket_shows_shares_or_what_is_missing_and_none_shows_nothing() -> None:
    usable, short, reduced = see(160), see(160, 4000), see(160, discounts=[Tool("store_full_reduction", 5500)])

    assert usable.verdict is not None
    assert [split.share for split in usable.verdict.splits] == [1000]
    assert short.verdict is not None
    assert (short.verdict.reasons, short.verdict.missing) == (("below_threshold",), 1000)
    assert reduced.verdict is not None
    assert reduced.verdict.reasons == ("remainder_not_above_envelope",)
    assert see(160, 0).verdict is None


@given(st.integers(0, 400), st.booleans())
def test_nobody_can_collect_what_is_gone_and_nobody_has_what_was_withdrawn(now: int, is_gone: bool) -> None:
    gone = see(now, scene=Scene("scheduled", 1000, 100, 100, 200, 150, 300, is_gone=is_gone))
    withdrawn = see(now, scene=Scene("withdrawn", 1000, 100, 100, 200, 150, 300, is_gone=is_gone))

    assert (gone.refusal is None) == (100 <= now < 200 and not is_gone)
    assert (withdrawn.refusal, withdrawn.can_be_owned, withdrawn.state) == ("claim_closed", False, "withdrawn")


@pytest.mark.parametrize("late", [-1000, 0, 24 * HOUR - 1000, 24 * HOUR, 48 * HOUR - 1000, 48 * HOUR])
def test_what_is_foreseen_is_what_the_storefront_then_says(owner: testing.ShopClient, clock: Clock, late: int) -> None:
    campaign = make_campaign()
    instant = clock.start + late
    foreseen = words(owner, campaign, instant)

    clock.set(instant)
    offer = offers.find(campaign)
    outcome = claiming.claim(campaign, "test:anna")

    assert ("cannot be collected then" in foreseen) == (outcome.refusal == "claim_closed")
    assert {"coming": "Not yet", "open": "Open", "closed": "Over"}[offer.status] in foreseen
    if outcome.envelope_id is not None:
        from_the_storefront = holding.quote(outcome.envelope_id, order(lines=[Line("L01", 6000)]))
        assert ("It can be used." in foreseen) == from_the_storefront.usable


def test_the_page_opens_at_the_start_with_a_basket_and_writes_nothing(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()
    before = stored()

    page = owner.get(f"{PAGE}{campaign}")

    assert page.status_code == 200
    assert f'value="{at(clock.start)[:16]}' in page.text
    assert "It can be used." in page.text
    assert "¥40.00" in page.text
    assert stored() == before
    assert f"{PAGE}{campaign}" in owner.get(f"/admin/red-envelope/details/{campaign}").text


def test_a_campaign_that_begins_within_a_second_is_seen_open_from_the_next_on(
    owner: testing.ShopClient, clock: Clock
) -> None:
    campaign = make_campaign(claim_from=clock.start + 1, use_from=clock.start + 1)

    page = owner.get(f"{PAGE}{campaign}").text

    assert f'value="{at(clock.start + 1000)}"' in page
    assert "It can be used." in page


def test_reasons_and_what_is_missing_are_told_in_words(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()

    early = words(owner, campaign, clock.start - HOUR)
    short = words(owner, campaign, clock.start, "40")
    late = words(owner, campaign, clock.start + 48 * HOUR)

    assert "The envelope cannot be used yet." in early
    assert "Nobody can have this envelope then." in early
    assert "The goods do not reach the amount that the envelope asks for." in short
    assert "Goods still needed: " in short
    assert "¥10.00" in short
    assert "The envelope has expired." in late
    assert "What the envelope would do" not in words(owner, campaign, clock.start, "")


def test_the_owners_own_tools_and_several_lines_count(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign()
    plugins.save_settings(None, "red_envelope", {"more_discounts": "member_price"})

    page = words(owner, campaign, clock.start, "40 60", discount="20")

    assert "¥70.00" in page
    assert "¥4.00" in page
    assert "Line 1" in page
    assert "Line 2" in page


def test_a_draft_is_looked_at_as_if_it_were_scheduled_and_one_that_is_not_filled_in_says_what_is_missing(
    owner: testing.ShopClient, clock: Clock
) -> None:
    draft = make_campaign("draft")
    empty = make_campaign("draft", claim_from=None, amount=None)

    page = words(owner, draft, clock.start)
    lacking = owner.get(f"{PAGE}{empty}")

    assert "Still a draft" in page
    assert "Can be collected" in page
    assert lacking.status_code == 200
    assert "Fill in first: Denomination, Collected from." in lacking.text


def test_what_is_gone_now_is_gone_later(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = begun(clock, quantity=1)
    claimed(campaign)

    assert "All envelopes of this campaign are gone." in words(owner, campaign, clock.start + HOUR)
    assert "All envelopes of this campaign are gone." not in words(owner, campaign, clock.start + 30 * HOUR)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"at": "soon"}, "Not a valid datetime"),
        ({"at": ""}, "required"),
        ({"at": "2026-03-29T02:30"}, "Choose 03:00 or later"),
        ({"goods": "1,500"}, "may be one amount or several"),
        ({"goods": "free"}, "field-errors"),
        ({"goods": "-1"}, "field-errors"),
        ({"goods": " ".join(["1"] * 21)}, "At most 20 lines"),
        ({"discount": "1e5"}, "field-errors"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_at_its_field(
    owner: testing.ShopClient, asked: dict[str, str], said: str
) -> None:
    campaign = make_campaign()
    settings.save(None, timezone="Europe/Berlin")
    before = stored()

    answer = owner.get(f"{PAGE}{campaign}", query_string={"at": "2026-06-19T12:00", "goods": "60"} | asked)

    assert answer.status_code == 400
    assert said in answer.text
    assert "What a buyer sees" not in answer.text
    assert stored() == before


def test_of_a_time_that_comes_twice_the_page_says_which_is_taken(owner: testing.ShopClient) -> None:
    campaign = make_campaign()
    settings.save(None, timezone="Europe/Berlin")

    page = owner.get(f"{PAGE}{campaign}?at=2026-10-25T02:30&goods=60").text

    assert "comes twice that night" in page
    assert "UTC+02:00" in page


def test_whoever_may_see_campaigns_may_look_and_nobody_else(shop: Flask, clock: Clock) -> None:
    campaign = make_campaign()
    reader = testing.sign_in(shop, testing.make_account(shop, "red_envelope.campaign:read"))
    stranger = testing.sign_in(shop, testing.make_account(shop, "core.today:read"))

    assert reader.get(f"{PAGE}{campaign}").status_code == 200
    assert reader.get(f"{PAGE}999").status_code == 404
    assert reader.get(f"{PAGE}x").status_code == 404
    assert reader.get(PAGE).location == "/admin/red-envelope/"
    assert reader.post(f"{PAGE}{campaign}").status_code == 405
    assert stranger.get(f"{PAGE}{campaign}").status_code == 403
    assert shop.test_client().get(f"{PAGE}{campaign}").status_code == 302

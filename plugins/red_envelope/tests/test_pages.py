"""The pages: what each shows, and that a post past a disabled form is refused."""

import re

import pytest
from flask import Flask
from red_envelope_shop import HOUR, NOW, Clock, campaign_form, make_activity, make_campaign, stored

from shopadmin import testing
from shopadmin.plugin_api import plugin_settings

LIST = "/admin/red-envelope/"


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    shop.config["WTF_CSRF_ENABLED"] = False
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


def test_an_empty_shop_says_what_a_campaign_is(owner: testing.ShopClient) -> None:
    assert b"No campaigns yet" in owner.get(LIST).data
    assert b"No activities yet" in owner.get(f"{LIST}activities/").data
    assert "500" in owner.get(f"{LIST}denominations/").text


def test_a_new_campaign_leads_to_a_new_activity_where_there_is_none(owner: testing.ShopClient) -> None:
    assert 'href="/admin/red-envelope/activities/new"' in owner.get(f"{LIST}new").text

    make_activity()

    assert "activities/new" not in owner.get(f"{LIST}new").text


def test_above_the_list_one_button_stands_out_and_what_is_seldom_wanted_is_in_a_menu(owner: testing.ShopClient) -> None:
    (buttons,) = re.findall(r'<div class="page-actions cluster">(.*?)</header>', owner.get(LIST).text, re.DOTALL)

    shown, menu, primary = re.split(r'<details class="pop">|</details>', buttons)
    assert re.findall(r'class="btn btn-(\w+)"[^>]*>([^<]+)', shown) == [
        ("secondary", "Activities"), ("secondary", "Envelopes"),
    ]  # fmt: skip
    assert re.findall(rf'class="pop-item" href="{LIST}([^"]+)/"', menu) == [
        "pushes", "push-reports", "refund-calculator", "prices", "denominations",
    ]  # fmt: skip
    assert primary.count("btn-primary") == 1


def test_an_owner_sets_a_campaign_up_and_changes_its_amount_until_it_starts(
    owner: testing.ShopClient, clock: Clock
) -> None:
    times = {"starts_at": "2026-06-19T00:00", "ends_at": "2026-06-25T00:00"}
    answer = owner.post(f"{LIST}activities/new", data={"name": "Summer", "kind": "store", **times,
                                                       "supports_store_envelopes": "y"})  # fmt: skip
    assert answer.status_code == 302
    page = owner.post(f"{LIST}new", data=campaign_form(1), follow_redirects=True).text
    assert "A draft" in page
    page = owner.post(f"{LIST}details/1/schedule?version=1", follow_redirects=True).text
    assert "Only the amount can change now" in page
    page = owner.post(f"{LIST}details/1/amount?version=2", data={"amount": "500"}, follow_redirects=True).text
    assert "The amount is changed." in page
    clock.set(clock.start)
    before = stored()

    refused = owner.post(f"{LIST}details/1/amount?version=3", data={"amount": "2000"})

    assert refused.status_code == 409
    assert "Everything is locked" in refused.text
    assert stored()["campaign"] == before["campaign"]
    for path in ("schedule", "withdraw", "delete"):
        assert owner.post(f"{LIST}details/1/{path}?version=3").status_code == 409
    assert owner.post(f"{LIST}details/1/edit?version=3", data=campaign_form(1)).status_code == 409
    assert stored()["campaign"] == before["campaign"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("denomination", "womens_clothing|700", "Not a valid choice"),
        ("quantity", "0", "Between 1 and"),
        ("quantity", "1000000000000", "Between 1 and"),
        ("threshold", "10", "must be above the envelope"),
        ("claim_to", "2026-06-19T00:00", "ends in the moment it begins"),
        ("use_to", "2026-06-18T00:00", "ends before it begins"),
        ("claim_from", "2026-06-01T00:00", "must lie in the future"),
    ],
)
def test_bad_values_are_shown_at_their_field_and_nothing_is_kept(
    owner: testing.ShopClient, field: str, value: str, said: str
) -> None:
    activity = make_activity()
    before = stored()

    answer = owner.post(f"{LIST}new", data=campaign_form(activity, **{field: value}))

    assert answer.status_code == 400
    assert said in answer.text
    assert stored() == before


def test_tabs_show_each_state_by_the_clock(owner: testing.ShopClient, clock: Clock) -> None:
    make_campaign("withdrawn")
    make_campaign()
    make_campaign("draft")

    for now, expected in ((NOW, "draft scheduled withdrawn"), (clock.start, "running withdrawn")):
        clock.set(now)
        page = owner.get(LIST).text
        counts = dict(re.findall(r'view=(\w+)"[^>]*>[^<]*<span class="count">(\d+)', page))
        shown = [state for state in ("draft", "scheduled", "running", "ended", "withdrawn") if counts[state] != "0"]
        assert " ".join(shown) == expected


def test_a_reader_sees_and_changes_nothing(shop: Flask, clock: Clock) -> None:
    shop.config["WTF_CSRF_ENABLED"] = False
    campaign = make_campaign()
    client = testing.sign_in(shop, testing.make_account(shop, "red_envelope.campaign:read"))
    before = stored()

    assert client.get(f"{LIST}details/{campaign}").status_code == 200
    assert client.get(f"{LIST}details/999").status_code == 404
    for path in ("new", f"details/{campaign}/edit?version=2", "activities/new", "denominations/"):
        assert client.get(f"{LIST}{path}").status_code == 403
    for path in ("schedule", "withdraw", "amount", "delete", "copy"):
        answer = client.post(f"{LIST}details/{campaign}/{path}?version=2", data={"amount": "500"})
        assert answer.status_code == 403

    assert stored() == before


def test_there_is_no_bulk_action_to_attack(owner: testing.ShopClient) -> None:
    campaign = make_campaign()
    before = stored()

    for path in ("action/", "delete/", "ajax/update/"):
        answer = owner.post(f"{LIST}{path}", data={"action": "delete", "rowid": str(campaign), "id": str(campaign)})
        assert answer.status_code in (404, 405)

    assert stored() == before


def test_a_stale_tab_is_told_and_changes_nothing(owner: testing.ShopClient) -> None:
    campaign = make_campaign("draft")
    owner.post(f"{LIST}details/{campaign}/edit?version=1", data=campaign_form(1, title="First"))
    before = stored()

    answer = owner.post(f"{LIST}details/{campaign}/edit?version=1", data=campaign_form(1, title="Second"))

    assert answer.status_code == 409
    assert stored() == before


def test_the_pages_speak_chinese(owner: testing.ShopClient) -> None:
    campaign = make_campaign()
    with owner.session_transaction() as cookie:
        cookie["language"] = "zh"

    assert "新建红包活动" in owner.get(LIST).text
    assert "现在只能更改金额" in owner.get(f"{LIST}details/{campaign}").text


def test_an_activity_is_deleted_until_a_campaign_belongs_to_it(owner: testing.ShopClient) -> None:
    free, used = make_activity(), make_activity()
    make_campaign("draft", used)

    assert "is deleted" in owner.post(f"{LIST}activities/{free}/delete?version=1", follow_redirects=True).text
    before = stored()
    assert owner.post(f"{LIST}activities/{used}/delete?version=1").status_code == 409
    assert owner.post(f"{LIST}activities/{free}/delete?version=1").status_code == 404

    assert [row[0] for row in before["activity"]] == [used]
    assert stored() == before


def tile(client: testing.ShopClient) -> str:
    """What the tile on Today says, without its tags; empty where there is none."""
    found = re.search(r'<a[^>]*href="/admin/red-envelope/\?view=.*?</a>', client.get("/admin/").text, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_today_says_what_runs_and_what_begins_next(owner: testing.ShopClient, clock: Clock) -> None:
    assert tile(owner) == ""
    make_campaign()
    assert tile(owner) == "Red envelopes running 0 the next begins in 1 day"

    clock.set(clock.start)

    assert tile(owner) == "Red envelopes running 1"
    clock.set(NOW + 73 * HOUR)
    assert tile(owner) == ""


def test_today_reminds_of_a_draft_as_early_as_the_owner_wants(owner: testing.ShopClient, clock: Clock) -> None:
    settings = "/admin/plugins/details/red_envelope/settings"
    make_campaign("draft")
    clock.set(NOW - 24 * HOUR)
    assert tile(owner) == "Red envelopes running 0 1 draft begins soon and is not scheduled"

    assert owner.post(settings, data={"remind_days": "1"}).status_code == 302

    assert tile(owner) == ""
    for wrong in ("0", "31", "soon", ""):
        assert owner.post(settings, data={"remind_days": wrong}).status_code == 400
    assert 'name="remind_days" ' in owner.get("/admin/plugins/details/red_envelope").text
    assert plugin_settings("red_envelope") == {
        "remind_days": 1,
        "worst_case_limit": None,
        "hold_minutes": 30,
        "more_discounts": "",
        "more_tenders": "",
        "more_refused": "",
        "counting_markets": [],
        "holdout_percent": 10,
    }


def test_what_is_wrong_with_a_setting_is_said_in_the_readers_language(owner: testing.ShopClient) -> None:
    with owner.session_transaction() as cookie:
        cookie["language"] = "zh"

    page = owner.post("/admin/plugins/details/red_envelope/settings", data={"remind_days": "0"}).text

    assert "1" in page
    assert "Number must be" not in page


def test_search_finds_campaigns_for_those_who_may_read_them(shop: Flask, clock: Clock) -> None:
    campaign = make_campaign(title="Summer 100% ten")
    reader = testing.sign_in(shop, testing.make_account(shop, "core.search:read", "red_envelope.campaign:read"))
    stranger = testing.sign_in(shop, testing.make_account(shop, "core.search:read", "core.today:read"))
    address = f"{LIST}details/{campaign}"

    assert address in reader.get("/admin/search/?q=summer").text
    assert address in reader.get("/admin/search/?q=100%25").text
    assert address not in reader.get("/admin/search/?q=_u").text
    assert address not in stranger.get("/admin/search/?q=summer").text
    assert tile(stranger) == ""


def test_the_tabs_of_the_list_begin_with_what_runs_then_what_comes(owner: testing.ShopClient) -> None:
    make_campaign()

    page = owner.get(LIST).text

    tabs = re.findall(r'class="tab" href="[^"]*view=(\w+)', page)
    assert tabs == ["all", "running", "scheduled", "draft", "ended", "withdrawn"]

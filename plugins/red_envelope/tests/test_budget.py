"""The owner's limit: what passes it is scheduled only by typing the amount, on pages and by commands alike."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from red_envelope_shop import Clock, make_activity, make_campaign, stored
from shopadmin_red_envelope.services import budget, campaigns

from shopadmin import testing
from shopadmin.cli.main import build
from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import MissingError, RefusedError, db, plugin_settings
from shopadmin.services import plugins, settings

LIST = "/admin/red-envelope/"
SETTINGS = "/admin/plugins/details/red_envelope/settings"


def set_limit(minor: int | None) -> None:
    plugins.save_settings(None, "red_envelope", {"remind_days": 3, "worst_case_limit": minor})


def sell_to(buyers: int) -> None:
    """So many orders of buyers nobody knows, a few days ago."""
    for number in range(buyers):
        testing.make_order(number, created_at=datetime.now(UTC) - timedelta(days=5))


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    shop.config["WTF_CSRF_ENABLED"] = False
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


@pytest.mark.parametrize("typed", [None, 99_999, 100_001, 0])
def test_above_the_limit_nothing_but_the_amount_itself_schedules(clock: Clock, typed: int | None) -> None:
    set_limit(99_999)
    campaign = make_campaign("draft")
    before = stored()

    with pytest.raises(RefusedError) as refused:
        campaigns.schedule(None, campaign, 1, typed)

    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == ("red_envelope.worst_case", "confirm_worst_case")
    assert "1000.00" in str(problem.message)
    assert stored() == before


def test_the_amount_itself_schedules_and_stands_in_the_activity_log(clock: Clock) -> None:
    set_limit(99_999)
    campaign = make_campaign("draft")

    campaigns.schedule(None, campaign, 1, 100_000)

    assert campaigns.find(campaign).state == "scheduled"
    entry = db.session.query(AuditEntry).filter_by(code="red_envelope.campaign.scheduled").one()
    assert entry.after["confirmed_worst_case"] == 100_000


@pytest.mark.parametrize("limit", [None, 100_000])
def test_within_the_limit_or_without_one_nobody_types_anything(clock: Clock, limit: int | None) -> None:
    set_limit(limit)
    campaign = make_campaign("draft")

    campaigns.schedule(None, campaign, 1)

    assert campaigns.find(campaign).state == "scheduled"


def test_another_amount_is_no_way_past_the_limit(clock: Clock) -> None:
    set_limit(100_000)
    campaign = make_campaign()
    before = stored()

    with pytest.raises(RefusedError) as refused:
        campaigns.set_amount(None, campaign, 2000, 2)

    assert refused.value.problems[0].code == "red_envelope.worst_case"
    assert stored() == before
    campaigns.set_amount(None, campaign, 500, 2)
    campaigns.set_amount(None, campaign, 2000, 3, 200_000)
    assert campaigns.find(campaign).amount == 2000


def test_without_a_number_of_pieces_the_bound_of_the_history_is_confirmed_however_small(clock: Clock) -> None:
    sell_to(3)
    set_limit(10**9)
    campaign = make_campaign("draft", quantity=None)
    before = stored()

    with pytest.raises(RefusedError) as refused:
        campaigns.schedule(None, campaign, 1)

    assert refused.value.problems[0].code == "red_envelope.unbounded_case"
    assert "30.00" in str(refused.value.problems[0].message)
    assert stored() == before
    campaigns.schedule(None, campaign, 1, 3000)
    assert campaigns.find(campaign).state == "scheduled"


def test_a_shop_without_buyers_has_no_bound_either(clock: Clock) -> None:
    set_limit(10**9)
    campaign = make_campaign("draft", quantity=None)

    with pytest.raises(RefusedError):
        campaigns.schedule(None, campaign, 1)

    campaigns.schedule(None, campaign, 1, 0)
    assert campaigns.find(campaign).state == "scheduled"


def test_a_limit_in_other_money_says_nothing_so_every_amount_is_confirmed(clock: Clock) -> None:
    campaign = make_campaign("draft")
    set_limit(10**9)
    settings.save(None, currency="EUR")

    with pytest.raises(RefusedError):
        campaigns.schedule(None, campaign, 1)

    campaigns.schedule(None, campaign, 1, 100_000)
    assert budget.limit("EUR") == 10**9


def test_a_campaign_that_is_not_there_stays_missing(clock: Clock) -> None:
    with pytest.raises(MissingError):
        campaigns.schedule(None, 999, 1)


def test_the_page_asks_for_the_amount_and_takes_it_as_people_write_it(owner: testing.ShopClient) -> None:
    set_limit(50_000)
    campaign = make_campaign("draft")
    address = f"{LIST}details/{campaign}/schedule?version=1"
    before = stored()

    page = owner.get(f"{LIST}details/{campaign}").text
    assert "If every piece is used it costs CN¥1,000.00. Your limit is CN¥500.00." in page
    for typed in ({}, {"confirm_worst_case": ""}, {"confirm_worst_case": "999"}, {"confirm_worst_case": "all"}):
        refused = owner.post(address, data=typed)
        assert refused.status_code == 400
    assert "“all” is no amount. Write it such as 12.50." in refused.text
    # Asked again on the page itself, with what was typed.
    assert 'name="confirm_worst_case" inputmode="decimal" autocomplete="off" maxlength="20" value="all"' in refused.text
    assert 'data-dialog="schedule"' in page
    assert 'data-dialog="schedule"' not in refused.text
    assert stored()["campaign"] == before["campaign"]

    assert owner.post(address, data={"confirm_worst_case": "1,000.00"}).status_code == 302
    assert campaigns.find(campaign).state == "scheduled"


@pytest.mark.parametrize(
    ("language", "typed"),
    [("en", "CN¥1,000.00"), ("en", " CN¥1,000.00 "), ("en", "1000"), ("zh", "¥1,000.00"), ("zh", "￥1，000.00")],
)
def test_the_page_takes_the_amount_as_it_shows_it(owner: testing.ShopClient, language: str, typed: str) -> None:
    set_limit(50_000)
    campaign = make_campaign("draft")
    address = f"{LIST}details/{campaign}/schedule?version=1"
    with owner.session_transaction() as cookie:
        cookie["language"] = language
    before = stored()

    for other in ("US$1,000.00", "CN¥1,000.01", "¥¥1,000.00", "CN¥10,00.00", "CN¥"):
        assert owner.post(address, data={"confirm_worst_case": other}).status_code == 400
    assert stored()["campaign"] == before["campaign"]

    assert owner.post(address, data={"confirm_worst_case": typed}).status_code == 302
    assert campaigns.find(campaign).state == "scheduled"


def test_the_page_of_a_scheduled_campaign_takes_the_amount_with_the_new_denomination(
    owner: testing.ShopClient,
) -> None:
    campaign = make_campaign()
    assert "confirm_worst_case" not in owner.get(f"{LIST}details/{campaign}").text
    set_limit(100_000)
    address = f"{LIST}details/{campaign}/amount?version=2"

    assert "confirm_worst_case" in owner.get(f"{LIST}details/{campaign}").text
    refused = owner.post(address, data={"amount": "2000", "confirm_worst_case": ""})
    assert refused.status_code == 400
    assert "Type 2000.00 to confirm it" in refused.text
    assert '<option selected value="2000">' in refused.text
    assert campaigns.find(campaign).amount == 1000

    assert owner.post(address, data={"amount": "2000", "confirm_worst_case": "2000"}).status_code == 302
    assert campaigns.find(campaign).amount == 2000


def test_the_page_says_that_there_is_no_bound(owner: testing.ShopClient) -> None:
    sell_to(2)
    set_limit(10**9)
    campaign = make_campaign("draft", quantity=None)

    page = owner.get(f"{LIST}details/{campaign}").text

    assert "For each of the 2 buyers of the last 365 days it would be CN¥20.00" in page


def test_without_the_right_to_reports_nobody_learns_how_many_buyers_there_are(shop: Flask, clock: Clock) -> None:
    shop.config["WTF_CSRF_ENABLED"] = False
    sell_to(7)
    set_limit(10**9)
    draft, scheduled = make_campaign("draft", quantity=None), make_campaign("draft", quantity=None)
    campaigns.schedule(None, scheduled, 1, 7000)
    points = [f"red_envelope.campaign:{point}" for point in ("read", "create", "amount")]
    client = testing.sign_in(shop, testing.make_account(shop, *points))
    before = stored()

    answers = [
        client.get(f"{LIST}details/{draft}"),
        client.post(f"{LIST}details/{draft}/schedule?version=1", data={"confirm_worst_case": "70"}),
        client.get(f"{LIST}details/{scheduled}"),
        client.post(
            f"{LIST}details/{scheduled}/amount?version=2", data={"amount": "2000", "confirm_worst_case": "140"}
        ),
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 200, 400]
    for answer in answers:
        assert not any(figure in answer.text for figure in ("7 buyers", "70.00", "140.00", 'name="confirm_worst_case"'))
    for answer in (answers[0], answers[1], answers[3]):
        assert "Only the owner and those who may see the reports" in answer.text
    assert stored() == before


def test_the_campaigns_page_says_what_it_costs_at_worst_to_those_who_may_see_reports(
    shop: Flask, owner: testing.ShopClient, clock: Clock
) -> None:
    sell_to(2)
    capped, open_ended = make_campaign(), make_campaign(quantity=None)
    reader = testing.sign_in(shop, testing.make_account(shop, "red_envelope.campaign:read"))

    def said(client: testing.ShopClient, campaign: int) -> str:
        page = " ".join(re.sub(r"<[^>]+>", " ", client.get(f"{LIST}details/{campaign}").text).split())
        return page.partition(" At worst ")[2].partition(" Category ")[0]

    assert said(owner, capped) == "CN¥1,000.00"
    assert said(owner, open_ended) == "no bound; CN¥20.00 if each of 2 buyers of the last 365 days uses one"
    assert (said(reader, capped), said(reader, open_ended)) == ("", "")
    clock.set(clock.start)
    assert said(owner, capped) == "CN¥1,000.00"
    assert said(owner, open_ended) == "no bound"


def test_the_owner_sets_the_limit_in_money_and_can_take_it_away(owner: testing.ShopClient) -> None:
    for typed, kept in (("5,000", 500_000), ("0", 0), ("12.5", 1250), ("", None)):
        assert owner.post(SETTINGS, data={"remind_days": "3", "worst_case_limit": typed}).status_code == 302
        assert plugin_settings("red_envelope")["worst_case_limit"] == kept
    owner.post(SETTINGS, data={"remind_days": "3", "worst_case_limit": "1250"})
    assert 'value="1250.00"' in owner.get("/admin/plugins/details/red_envelope").text

    for wrong in ("-1", "much", "nan", "1e40"):
        answer = owner.post(SETTINGS, data={"remind_days": "3", "worst_case_limit": wrong})
        assert answer.status_code == 400
        assert f'value="{wrong}"' in answer.text
    assert plugin_settings("red_envelope")["worst_case_limit"] == 125_000


def call(shop: Flask, *arguments: str, given: object) -> tuple[int, dict[str, Any]]:
    answer = CliRunner().invoke(
        build(lambda: shop, ()), ["red-envelope", *arguments, "--json"], input=json.dumps(given), obj=lambda: shop
    )
    return answer.exit_code, json.loads(answer.stdout)


def test_the_commands_take_the_amount_in_minor_units(shop: Flask, clock: Clock) -> None:
    set_limit(50_000)
    campaign = make_campaign("draft", make_activity())
    before = stored()

    for confirmed in ({}, {"confirm_worst_case": 1000}, {"confirm_worst_case": "100000"}, {"confirm": 100_000}):
        code, answer = call(shop, "campaign", "schedule", given={"id": campaign, "version": 1} | confirmed)
        assert (code, list(answer)) == (2, ["error", "code"])
    assert stored() == before

    given = {"id": campaign, "version": 1, "confirm_worst_case": 100_000}
    assert call(shop, "campaign", "schedule", given=given)[0] == 0
    raised = {"id": campaign, "version": 2, "amount": 2000}
    assert call(shop, "campaign", "set-amount", given=raised)[0] == 2
    assert call(shop, "campaign", "set-amount", given=raised | {"confirm_worst_case": 200_000})[0] == 0
    assert campaigns.find(campaign).amount == 2000

"""Names of campaigns and the wording check: a draft is warned, and is not scheduled while its name asks for reviews."""

from dataclasses import replace

import pytest
from flask import Flask
from red_envelope_shop import TERMS, Clock, make_campaign, stored
from shopadmin_red_envelope.services import campaigns

from shopadmin import testing
from shopadmin.plugin_api import RefusedError

LIST = "/admin/red-envelope/"


@pytest.fixture
def owner(shop: Flask, clock: Clock) -> testing.ShopClient:
    shop.config["WTF_CSRF_ENABLED"] = False
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Five-star fans", "wording.campaign_praise"),
        ("好 评 红 包", "wording.campaign_praise"),
        ("Edit your review week", "wording.campaign_change"),
        ("写评价领红包", "wording.campaign_review"),
    ],
)
def test_a_name_that_speaks_of_reviews_is_not_scheduled(clock: Clock, title: str, code: str) -> None:
    campaign = make_campaign("draft", title=title)
    before = stored()

    with pytest.raises(RefusedError) as refused:
        campaigns.schedule(None, campaign, 1)

    assert code in [problem.code for problem in refused.value.problems]
    assert {problem.field for problem in refused.value.problems} == {"title"}
    assert stored() == before


def test_a_name_that_keeps_reviews_out_is_scheduled(clock: Clock) -> None:
    campaign = make_campaign("scheduled", title="红包不看评分，所有买家都有")

    assert campaigns.find(campaign).state == "scheduled"


def test_another_name_lets_the_draft_be_scheduled(clock: Clock) -> None:
    campaign = make_campaign("draft", title="好评返现")
    campaigns.edit(None, campaign, replace(TERMS, title="双十一红包"), campaigns.find(campaign).activity_id, 1)

    campaigns.schedule(None, campaign, 2)

    assert campaigns.find(campaign).state == "scheduled"


def test_a_draft_s_page_warns_and_the_refusal_says_why(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign("draft", title="Rate us 5★ and save")

    warned = owner.get(f"{LIST}details/{campaign}").text
    refused = owner.post(f"{LIST}details/{campaign}/schedule?version=1")

    assert "may not ask for praise" in warned
    assert refused.status_code == 400
    assert "may not ask for praise" in refused.text
    assert campaigns.find(campaign).state == "draft"


def test_a_harmless_name_meets_no_warning(owner: testing.ShopClient, clock: Clock) -> None:
    campaign = make_campaign("draft", title="Starry night bedding")

    assert "may not" not in owner.get(f"{LIST}details/{campaign}").text

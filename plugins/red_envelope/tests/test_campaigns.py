"""Campaigns through the services: what is allowed before the start, what is refused, and that nothing changed then."""

from dataclasses import replace
from typing import Any

import pytest
from red_envelope_shop import ACTIVITY, HOUR, NOW, TERMS, Clock, make_activity, make_campaign, stored
from shopadmin_red_envelope import triggers
from shopadmin_red_envelope.models import RedEnvelopeSeal
from shopadmin_red_envelope.services import activities, campaigns, denominations, erasing, sealing

from shopadmin.plugin_api import Actor, ForbiddenError, ObjectionsError, RefusedError, db
from shopadmin.services import integrity, schema


def test_a_campaign_goes_from_draft_to_scheduled_with_a_new_amount_and_back_by_withdrawal(clock: Clock) -> None:
    campaign = make_campaign("draft")
    campaigns.edit(None, campaign, replace(TERMS, amount=2000), campaigns.find(campaign).activity_id, 1)
    campaigns.schedule(None, campaign, 2)
    campaigns.set_amount(None, campaign, 500, 3)
    campaigns.withdraw(None, campaign, 4)

    row = campaigns.find(campaign)
    assert (row.state, row.amount, row.version, row.lock_at) == ("withdrawn", 500, 5, clock.start)


BAD: dict[str, dict[str, Any]] = {
    "red_envelope.amount_not_listed": {"amount": 700},
    "red_envelope.ends_before_start": {"claim_to": TERMS.claim_from - 1},
    "red_envelope.window_empty": {"use_to": TERMS.use_from, "claim_to": TERMS.use_from},
    "red_envelope.starts_in_past": {"claim_from": NOW - 1},
    "red_envelope.bad_quantity": {"quantity": 0},
    "red_envelope.threshold_not_above_amount": {"threshold": 1000},
    "red_envelope.claimed_after_use": {"claim_to": TERMS.use_to + 1},
    "red_envelope.no_denominations": {"category": "shoes"},
    "red_envelope.bad_name": {"title": "  "},
}


@pytest.mark.parametrize("code", BAD)
def test_bad_terms_are_refused_and_nothing_is_kept(clock: Clock, code: str) -> None:
    activity = make_activity()
    before = stored()

    with pytest.raises(RefusedError) as refused:
        campaigns.create(None, replace(TERMS, **BAD[code]), activity)

    assert code in [problem.code for problem in refused.value.problems]
    assert stored() == before


def test_a_million_million_pieces_are_refused(clock: Clock) -> None:
    activity = make_activity()

    with pytest.raises(RefusedError):
        campaigns.create(None, replace(TERMS, quantity=10**12), activity)

    assert stored()["campaign"] == []


def test_an_activity_without_store_envelopes_takes_no_campaign(clock: Clock) -> None:
    campaign = make_campaign("draft", make_activity(supports_store_envelopes=False))

    with pytest.raises(RefusedError) as refused:
        campaigns.schedule(None, campaign, 1)

    assert [problem.code for problem in refused.value.problems] == ["red_envelope.no_store_envelopes"]
    assert campaigns.find(campaign).state == "draft"


def test_a_draft_that_leaves_something_open_is_not_scheduled(clock: Clock) -> None:
    campaign = make_campaign("draft", amount=None, threshold=None, use_to=None)

    with pytest.raises(RefusedError) as refused:
        campaigns.schedule(None, campaign, 1)

    assert [problem.field for problem in refused.value.problems] == ["amount", "use_to"]


def test_the_second_of_two_tabs_is_refused(clock: Clock) -> None:
    campaign = make_campaign()
    campaigns.set_amount(None, campaign, 500, 2)

    with pytest.raises(ObjectionsError) as refused:
        campaigns.set_amount(None, campaign, 2000, 2)

    assert refused.value.problems[0].code == "red_envelope.stale"
    assert campaigns.find(campaign).amount == 500


def test_the_service_closes_two_seconds_before_the_start(clock: Clock) -> None:
    campaign = make_campaign()
    clock.set(clock.start - 2001)
    campaigns.set_amount(None, campaign, 500, 2)
    clock.set(clock.start - 2000)

    with pytest.raises(ObjectionsError) as refused:
        campaigns.set_amount(None, campaign, 2000, 3)

    assert refused.value.problems[0].code == "red_envelope.closing"
    assert campaigns.find(campaign).amount == 500


def test_the_first_touch_after_the_start_seals_the_terms(clock: Clock) -> None:
    campaign = make_campaign()
    clock.set(clock.start)

    with pytest.raises(ObjectionsError):
        campaigns.withdraw(None, campaign, 2)

    seal = db.session.get(RedEnvelopeSeal, campaign)
    assert seal is not None
    assert seal.sha256 == sealing.digest(seal.terms)
    assert sealing.seal_due() == 0


def test_a_withdrawn_campaign_is_copied_with_its_times_and_a_begun_one_without(clock: Clock) -> None:
    activity = make_activity()
    withdrawn = make_campaign("withdrawn", activity)
    begun = make_campaign("scheduled", activity)
    first = campaigns.find(campaigns.copy(None, withdrawn))
    clock.set(clock.start)
    second = campaigns.find(campaigns.copy(None, begun))

    assert (first.state, first.lock_at, first.claim_to) == ("draft", clock.start, TERMS.claim_to)
    assert (second.state, second.lock_at, second.claim_to, second.amount) == ("draft", None, None, 1000)


def test_an_activity_moves_with_its_drafts_until_a_campaign_is_scheduled(clock: Clock) -> None:
    activity = make_activity()
    campaign = make_campaign("draft", activity)
    activities.edit(None, activity, replace(ACTIVITY, starts_at=NOW + HOUR), 1)
    assert campaigns.find(campaign).lock_at == NOW + HOUR
    campaigns.schedule(None, campaign, 2)
    before = stored()

    with pytest.raises(ObjectionsError) as refused:
        activities.edit(None, activity, ACTIVITY, 2)

    assert refused.value.problems[0].code == "red_envelope.activity_in_use"
    assert stored() == before


def test_a_campaign_keeps_its_version_of_the_denominations(clock: Clock) -> None:
    campaign = make_campaign()
    denominations.save(None, "womens_clothing", [300, 1000], "CNY", 1)

    campaigns.set_amount(None, campaign, 2000, 2)
    with pytest.raises(RefusedError):
        campaigns.set_amount(None, campaign, 300, 3)

    assert campaigns.find(campaign).amount == 2000


def test_nobody_acts_without_the_point(clock: Clock) -> None:
    campaign = make_campaign()
    nobody = Actor(account_id=1, name="", is_owner=False, permissions=frozenset({"red_envelope.campaign:read"}))
    before = stored()

    for act in (
        lambda: campaigns.set_amount(nobody, campaign, 500, 2),
        lambda: campaigns.withdraw(nobody, campaign, 2),
        lambda: campaigns.copy(nobody, campaign),
        lambda: activities.create(nobody, ACTIVITY),
        lambda: denominations.save(nobody, "womens_clothing", [100], "CNY", 1),
    ):
        with pytest.raises(ForbiddenError):
            act()

    assert stored() == before


def test_models_and_revisions_agree_and_go_down_and_up_again(shop: Any) -> None:
    assert schema.differences("red_envelope") == []
    with db.engine.connect() as connection:
        assert list(triggers.differences(connection)) == []

    schema.downgrade("red_envelope", "base")
    assert schema.upgrade() == ["red_envelope"]
    assert integrity.problems() == []


def test_data_stays_until_every_campaign_has_ended(clock: Clock) -> None:
    assert erasing.objections() == []
    make_campaign()
    assert [problem.code for problem in erasing.objections()] == ["red_envelope.not_ended"]

    clock.set(TERMS.use_to or 0)

    assert erasing.objections() == []

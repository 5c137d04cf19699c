"""What a push did: two groups as they were drawn, figures once all is over, and no effect that is not one (R26)."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from red_envelope_push import OWNER, during, members, names, of, past_buyer, past_buyers, push_campaign, sent, tamper
from red_envelope_shop import HOUR, NOW, Clock, claimed, order
from shopadmin_red_envelope.domain import uplift
from shopadmin_red_envelope.domain.times import to_ms
from shopadmin_red_envelope.models import (
    RedEnvelope,
    RedEnvelopeHold,
    RedEnvelopePush,
    RedEnvelopePushBuyer,
    RedEnvelopeTransfer,
)
from shopadmin_red_envelope.services import campaigns, holding, push_forecasts, push_reports, pushes, refunding, sealing
from shopadmin_red_envelope.services.push_reports import Report
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models.orders import Order
from shopadmin.plugin_api import Share, db, share_difference, writing
from shopadmin.services import erasing, integrity, kept_figures
from shopadmin.services.demo import load

USE_TO = NOW + 72 * HOUR
_numbers = count(10_000)


def buy(clock: Clock, buyers: list[int], goods: int = 6000, **changes: Any) -> None:
    """An order each, while envelopes can be used."""
    with writing():
        for buyer in buyers:
            fields = {"goods": goods, "total": goods, "created_at": during(clock)} | changes
            testing.make_order(next(_numbers), buyer_id=buyer, **fields)


def use(campaign: int, name: str) -> str:
    """An envelope of the buyer's, collected and used; returns the order's number."""
    order_no, buyer = f"P{next(_numbers)}", f"test:{name}"
    hold = holding.hold(claimed(campaign, buyer), order(order_no, buyer))
    holding.redeem(hold.id)
    return order_no


def over(clock: Clock) -> None:
    clock.set(USE_TO)


def read(clock: Clock, campaign: int) -> Report:
    over(clock)
    assert push_reports.status(pushes.of_campaign(campaign), campaigns.find(campaign).use_to) == "ready"
    return push_reports.report(campaign)


def test_r26_more_that_bought_distinguishably_is_an_effect_with_a_price(clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(100)
    sent(campaign, holdout_percent=50)
    told, kept = members(campaign, "asked"), members(campaign, "holdout")
    clock.set(clock.start)
    for name in names(told[:4]):
        use(campaign, name)
    buy(clock, told[:30])
    buy(clock, kept[:5], 4000)

    found = read(clock, campaign)

    assert (found.push.bought, found.holdout.bought) == (Share(30, 50), Share(5, 50))
    assert (found.push.each, found.holdout.each) == (3600, 400)
    assert found.rate == share_difference(found.push.bought, found.holdout.bought)
    assert found.rate is not None
    assert found.rate.is_distinguishable
    assert found.revenue is not None
    assert found.revenue.estimate == 3200
    assert found.revenue.is_distinguishable
    # Four envelopes of ten yuan over 25 orders more than the others' rate would have made.
    assert (found.cost, found.extra) == (4000, uplift.ExtraOrders(25, 160))  # type: ignore[arg-type]


def test_r26_what_is_not_distinguishable_has_no_effect_and_no_price(clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(20)
    sent(campaign, holdout_percent=50)
    buy(clock, members(campaign, "asked")[:4])
    buy(clock, members(campaign, "holdout")[:3])

    found = read(clock, campaign)

    assert found.rate is not None
    assert found.rate.low < 0 < found.rate.high
    assert found.extra is None
    assert found.revenue is None


def test_fewer_that_bought_is_no_effect_with_a_price(clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(80)
    sent(campaign, holdout_percent=50)
    buy(clock, members(campaign, "asked")[:2])
    buy(clock, members(campaign, "holdout")[:30])

    found = read(clock, campaign)

    assert found.rate is not None
    assert found.rate.high < 0
    assert found.extra is None


def test_whoever_was_drawn_counts_in_their_group_whether_the_message_came_or_not(clock: Clock) -> None:
    first, second = push_campaign(clock), push_campaign(clock)
    everybody = past_buyers(20)
    sent(first)
    push = sent(second)
    denied = members(second, "denied")
    assert denied
    buy(clock, denied)

    found = read(clock, second)

    assert found.push.bought == Share(len(denied), 18)
    assert found.holdout.bought.of == 2
    assert found.reached.denied == len(denied)
    assert found.push.bought.of + found.holdout.bought.of == len(everybody)
    assert push.id == of(second).id


def test_only_orders_of_the_time_and_the_money_count(clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(10)
    sent(campaign)
    told = members(campaign, "asked")
    start, end = during(clock, -24), during(clock, 48)
    buy(clock, told[:1], created_at=start)
    buy(clock, told[1:2], created_at=start - timedelta(seconds=1))
    buy(clock, told[2:3], created_at=end - timedelta(milliseconds=1))
    buy(clock, told[3:4], created_at=end)
    buy(clock, told[4:5], currency="USD")
    buy(clock, told[5:6], status="refunded")
    buy(clock, told[:1], 1000)

    found = read(clock, campaign)

    assert (found.push.bought.hits, found.push.orders, found.push.spent.total) == (2, 3, 13_000)


def test_refunds_lower_the_cost_and_only_the_told_groups_envelopes_count_on_a_page(clock: Clock) -> None:
    campaign = push_campaign(clock, mode="page")
    past_buyers(10)
    sent(campaign)
    told, (kept_back,) = names(members(campaign, "asked")), names(members(campaign, "holdout"))
    clock.set(clock.start)
    sealing.seal_due()
    use(campaign, told[0].upper())
    refunded = use(campaign, told[1])
    use(campaign, kept_back)
    use(campaign, "stranger")
    refunding.complete(refunding.start(refunded, {"L01": 1}).id)

    found = read(clock, campaign)

    # 10.00 and the share of L02, 6.00.
    assert found.cost == 1600


def test_old_customers_who_came_back_are_counted_told_or_not(clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(8)
    silent = past_buyer(90, consents=False)
    past_buyer(91, status="paid")
    sent(campaign)
    buy(clock, [silent, members(campaign, "asked")[0]])

    found = read(clock, campaign)

    assert (found.returned.old, found.returned.back) == (9, 2)


def test_the_forecast_is_kept_when_sending_begins_and_held_against_the_cost(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for forecast, used in ((3000, 2), (2000, 1)):
        monkeypatch.setattr(push_forecasts, "forecast", lambda _campaign, forecast=forecast: forecast)
        campaign = push_campaign(clock, mode="page")
        past_buyers(3, first=100 * len(made) + 1)
        sent(campaign)
        made.append((campaign, used))
    clock.set(clock.start)
    sealing.seal_due()
    for campaign, used in made:
        for number in range(used):
            use(campaign, f"visitor{number}")

    first, second = (read(clock, campaign) for campaign, _used in made)

    assert [(held.calibration.forecast, held.calibration.actual) for held in second.held] == [
        (3000, 2000),
        (2000, 1000),
    ]
    assert [held.calibration.error for held in second.held] == [0.5, pytest.approx(2 / 3)]
    assert first.held == second.held  # both end together


def test_a_forecast_asks_the_shops_own_history(clock: Clock) -> None:
    campaign = push_campaign(clock)
    buyers = past_buyers(4)
    with writing():
        for buyer in buyers:
            testing.make_order(
                next(_numbers), buyer_id=buyer, goods=9000, created_at=datetime.now(UTC) - timedelta(days=2)
            )
    push = sent(campaign, forecast_rate=100, holdout_percent=50)

    assert push.forecast is not None
    assert push.forecast > 0
    assert push.forecast % 1000 == 0


def test_a_report_is_counted_once_for_a_page_and_its_pictures(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = push_campaign(clock)
    past_buyers(10)
    sent(campaign)
    monkeypatch.setattr(kept_figures, "this_minute", lambda: datetime(2026, 11, 20, 10, 5, tzinfo=UTC))

    assert read(clock, campaign) is read(clock, campaign)


@pytest.mark.parametrize(("moment", "status"), [(NOW, "early"), (USE_TO - 1, "early"), (USE_TO, "ready")])
def test_there_is_no_figure_before_all_is_over(clock: Clock, moment: int, status: str) -> None:
    campaign = push_campaign(clock)
    assert push_reports.status(None, USE_TO) == "unsent"
    past_buyers(5)
    sent(campaign)

    clock.set(moment)

    assert push_reports.status(pushes.of_campaign(campaign), USE_TO) == status


def test_groups_that_somebody_changed_have_no_figures(clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(10)
    sent(campaign)
    tamper("update plugin_red_envelope_push_buyer set state = 'asked', asked_at = 1 where state = 'holdout'")
    over(clock)

    assert push_reports.status(pushes.of_campaign(campaign), USE_TO) == "changed"


def test_a_buyer_whose_row_is_gone_or_somebody_elses_is_in_no_group(shop: Flask, clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(10)
    sent(campaign)
    lost = members(campaign, "asked")[0]
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.exec_driver_sql(f"update buyer set ref = 'test:another' where id = {lost}")
        connection.commit()
    buy(clock, [lost])

    found = read(clock, campaign)

    assert (found.gone, found.push.bought) == (1, Share(0, 8))


def test_a_buyer_who_is_forgotten_leaves_no_reference_in_a_push(shop: Flask, clock: Clock) -> None:
    campaign = push_campaign(clock)
    past_buyers(10)
    sent(campaign)
    lost = members(campaign, "holdout")[0]
    testing.make_account(shop, is_owner=True)

    erasing.erase_buyer(OWNER, lost, str(lost))

    row = db.session.scalars(select(RedEnvelopePushBuyer).where(RedEnvelopePushBuyer.buyer_id == lost)).one()
    assert row.ref == ""
    assert read(clock, campaign).gone == 1


def test_the_demo_shows_a_push_with_its_report(shop: Flask) -> None:
    load.load(datetime.now(UTC))
    pushed = db.session.query(RedEnvelopePush).one()

    assert push_reports.status(pushed, campaigns.find(pushed.campaign_id).use_to) == "ready"
    found = push_reports.report(pushed.campaign_id)
    assert min(found.push.bought.hits, found.holdout.bought.of, pushed.no_consent) > 0
    assert len(found.held) == 1
    assert 0 < found.cost < found.held[0].calibration.actual


def test_the_demos_buyers_collected_and_used_what_the_push_told_them_of_in_its_days(shop: Flask) -> None:
    load.load(datetime.now(UTC))
    pushed = db.session.query(RedEnvelopePush).one()
    over = campaigns.find(pushed.campaign_id)

    envelopes = db.session.query(RedEnvelope).filter_by(campaign_id=over.id).all()
    assert {envelope.state for envelope in envelopes} == {"expired", "redeemed"}
    assert all(pushed.started_at < envelope.claimed_at < over.claim_to for envelope in envelopes)
    assert {(envelope.use_from, envelope.use_to) for envelope in envelopes} == {(over.use_from, over.use_to)}
    found = db.session.query(RedEnvelopeHold, Order).join(Order, Order.order_no == RedEnvelopeHold.order_no)
    holds = found.filter(RedEnvelopeHold.envelope_id.in_([envelope.id for envelope in envelopes])).all()
    assert len(holds) > 3
    for hold, bought in holds:
        assert abs(hold.held_at - to_ms(bought.created_at)) < HOUR
        assert hold.held_at <= hold.ended_at < hold.expires_at
    moves = db.session.query(RedEnvelopeTransfer).filter(
        RedEnvelopeTransfer.envelope_id.in_([envelope.id for envelope in envelopes])
    )
    assert all(pushed.started_at < move.at <= over.use_to for move in moves)
    assert integrity.problems() == []

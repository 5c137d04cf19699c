"""What a campaign was to cost, kept when its push begins: the simulator's answer for a usual period."""

from dataclasses import dataclass

from sqlalchemy import select

from shopadmin.plugin_api import db
from shopadmin_red_envelope.domain.simulation import Draft
from shopadmin_red_envelope.domain.times import DAY_MS
from shopadmin_red_envelope.domain.uplift import Calibration, calibrate
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopePush
from shopadmin_red_envelope.services import books, denominations, forecasts

# The history that is asked.
DAYS = 90


@dataclass(frozen=True, slots=True)
class Held:
    """A forecast held against what it really cost, minor units; ``calibration``: how far they were off up to here."""

    campaign_id: int
    title: str
    calibration: Calibration


def forecast(campaign_id: int) -> int | None:
    """The cost in minor units at the push's claim rate; None without history, or without such a push."""
    campaign, push = RedEnvelopeCampaign, RedEnvelopePush
    found = db.session().execute(
        select(
            campaign.amount, campaign.threshold, campaign.quantity, campaign.use_from, campaign.use_to,
            campaign.currency, campaign.category, campaign.denomination_version, push.forecast_rate,
        )
        .join(push, push.campaign_id == campaign.id)
        .where(campaign.id == campaign_id)
    ).one_or_none()  # fmt: skip
    if found is None or None in (found.amount, found.use_from, found.use_to):
        return None
    days = min(max(-((found.use_from - found.use_to) // DAY_MS), 1), 365)
    amounts = tuple(denominations.at_version(found.category, found.denomination_version).amounts)
    answer = forecasts.forecast(
        forecasts.Question(
            draft=Draft(found.amount, found.threshold, found.quantity, days),
            currency=found.currency,
            denominations=amounts,
            days=DAYS,
            rate=found.forecast_rate,
        )
    )
    return None if answer is None else answer.chosen.usual


def held_against(campaign_id: int, at: int) -> list[Held]:
    """This campaign's forecast and those of earlier ones in the same money that are over, the oldest first.

    ``at``: milliseconds UTC. Empty where this campaign has none.
    """
    campaign, push = RedEnvelopeCampaign, RedEnvelopePush
    this = (
        db.session()
        .execute(
            select(campaign.currency, campaign.use_to, push.forecast)
            .join(push, push.campaign_id == campaign.id)
            .where(campaign.id == campaign_id)
        )
        .one_or_none()
    )
    if this is None or this.forecast is None:
        return []
    rows = db.session().execute(
        select(campaign.id, campaign.title, push.forecast)
        .join(push, push.campaign_id == campaign.id)
        .where(
            campaign.currency == this.currency, push.forecast.is_not(None), push.started_at.is_not(None),
            campaign.use_to <= min(this.use_to, at),
        )
        .order_by(campaign.use_to, campaign.id)
    ).all()  # fmt: skip
    costs = [(row.forecast, books.balances(row.id, "money").get("subsidy", 0)) for row in rows]
    return [
        Held(row.id, row.title, calibration) for row, calibration in zip(rows, calibrate(costs), strict=True)
    ]  # fmt: skip

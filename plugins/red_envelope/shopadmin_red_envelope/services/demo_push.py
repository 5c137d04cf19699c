"""A push that went out in the demo shop, with its report, and buyers who agreed to offers, so that one can be tried."""

from datetime import timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, DemoShop, bought_by, give_consent, past_buyers
from shopadmin_red_envelope.domain import pushes as rules
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopePush, RedEnvelopePushBuyer

_SEED = "5ee0000000000000000000000000cafe"
_HOLDOUT = 30
_MOST_BUYERS = 10_000
# One in so many has not agreed to offers.
_SILENT = 7
_TEXT = "夏末清仓，50 元红包等您来领。订单满 299 元即可使用。\n\n您收到本消息，是因为您同意接收本店的优惠信息。"


def add(session: Session, shop: DemoShop, campaign: RedEnvelopeCampaign) -> None:
    """The push of a campaign that is over, to those who had bought before it began; each seventh was left out."""
    started = campaign.lock_at or 0
    start = to_datetime(started)
    everybody = past_buyers(0, _MOST_BUYERS)
    before = bought_by((buyer.id for buyer in everybody), start - timedelta(days=3650), start, campaign.currency)
    old = [buyer for buyer in everybody if buyer.id in before]
    audience = [buyer for buyer in old if buyer.id % _SILENT]
    holdout = rules.draw((buyer.id for buyer in audience), _HOLDOUT, _SEED)
    push = RedEnvelopePush(
        campaign_id=campaign.id, state="drawn", channel="chat", subject="", text=_TEXT, holdout_percent=_HOLDOUT,
        seed=_SEED, past_buyers=len(old), no_consent=len(old) - len(audience), forecast_rate=30,
        forecast=5 * (campaign.amount or 0), drawn_at=started, version=4,
    )  # fmt: skip
    session.add(push)
    session.flush()
    rows = [
        {"push_id": push.id, "buyer_id": buyer.id, "ref": buyer.ref, "reason": "",
         "state": "holdout" if buyer.id in holdout else "asked",
         "asked_at": None if buyer.id in holdout else started}
        for buyer in audience
    ]  # fmt: skip
    if rows:
        session.connection().execute(insert(RedEnvelopePushBuyer), rows)
    # The groups are there before it begins, as with every push: afterwards nobody is added any more.
    push.state, push.started_at = "sending", started
    session.flush()
    push.state, push.finished_at = "sent", started
    _agree(shop)


def _agree(shop: DemoShop) -> None:
    owner = Actor(shop.owner_id, "", True, frozenset())
    for buyer_id in shop.buyer_ids:
        if buyer_id % _SILENT:
            give_consent(owner, buyer_id, "marketing", "order_form")

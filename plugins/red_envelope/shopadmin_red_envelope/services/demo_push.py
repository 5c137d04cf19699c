"""A push that went out in the demo shop, with its report, and buyers who agreed to offers, so that one can be tried."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, DemoShop, PastBuyer, bought_by, give_consent, past_buyers
from shopadmin_red_envelope.domain import pushes as rules
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopePush, RedEnvelopePushBuyer

_SEED = "5ee0000000000000000000000000cafe"
_HOLDOUT = 30
_MOST_BUYERS = 10_000
# One in so many has not agreed to offers.
_SILENT = 7
# How many envelopes were to be used.
_FORECAST = 8
# In the morning of its first day, milliseconds after midnight.
AT = 10 * 3_600_000
_TEXT = "夏末清仓，20 元红包等您来领。订单满 99 元即可使用。\n\n您收到本消息，是因为您同意接收本店的优惠信息。"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who had bought before the campaign, who of them agreed to offers, and who was drawn not to be told."""

    bought: Sequence[PastBuyer]
    agreed: Sequence[PastBuyer]
    holdout: Collection[int]

    @property
    def told(self) -> list[PastBuyer]:
        """Those who got the message."""
        return [buyer for buyer in self.agreed if buyer.id not in self.holdout]


def draw(start: int, currency: str) -> Audience:
    """Of those who had bought before it began each seventh was left out."""
    begins = to_datetime(start)
    everybody = past_buyers(0, _MOST_BUYERS)
    before = bought_by((buyer.id for buyer in everybody), begins - timedelta(days=3650), begins, currency)
    bought = [buyer for buyer in everybody if buyer.id in before]
    agreed = [buyer for buyer in bought if buyer.id % _SILENT]
    return Audience(bought, agreed, rules.draw((buyer.id for buyer in agreed), _HOLDOUT, _SEED))


def add(session: Session, shop: DemoShop, campaign: RedEnvelopeCampaign, audience: Audience) -> None:
    """The push of a campaign that is over."""
    started = (campaign.lock_at or 0) + AT
    old, holdout = audience.bought, audience.holdout
    push = RedEnvelopePush(
        campaign_id=campaign.id, state="drawn", channel="chat", subject="", text=_TEXT, holdout_percent=_HOLDOUT,
        seed=_SEED, past_buyers=len(old), no_consent=len(old) - len(audience.agreed), forecast_rate=30,
        forecast=_FORECAST * (campaign.amount or 0), drawn_at=started, version=4,
    )  # fmt: skip
    session.add(push)
    session.flush()
    rows = [
        {"push_id": push.id, "buyer_id": buyer.id, "ref": buyer.ref, "reason": "",
         "state": "holdout" if buyer.id in holdout else "asked",
         "asked_at": None if buyer.id in holdout else started}
        for buyer in audience.agreed
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

"""A campaign in each state for the demo shop, what buyers did with envelopes of the one that runs, and a push.

What has begun cannot be added while the lock is on. The demo is loaded by the tables' owner, whoever serves: the
triggers go and come back in the transaction that fills the demo.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    DemoShop,
    OrderSnapshot,
    buyer_refs,
    order_lines,
    order_snapshots,
    record_audit,
    shop_settings,
    writing,
)
from shopadmin_red_envelope import triggers
from shopadmin_red_envelope.domain.baskets import Line
from shopadmin_red_envelope.domain.states import lock_at
from shopadmin_red_envelope.domain.times import to_ms
from shopadmin_red_envelope.models import RedEnvelope, RedEnvelopeActivity, RedEnvelopeCampaign
from shopadmin_red_envelope.services import changing, demo_push, holding, refunding, sealing
from shopadmin_red_envelope.services.judging import Order

# Name, state, days from today to start and end, amount and threshold in fen.
_SHOWN = (
    ("双旦预热红包", "draft", 20, 26, 1000, 8900),
    ("换季上新红包", "scheduled", 6, 12, 2000, 15900),
    ("老客回访红包", "withdrawn", 9, 12, 500, None),
    ("周年庆红包", "scheduled", -2, 5, 1000, 9900),
    ("夏末清仓红包", "scheduled", -40, -33, 5000, 29900),
)  # fmt: skip


# Past buyers were told of this one.
_PUSHED = "夏末清仓红包"
# What becomes of an envelope, one for each of the latest orders that are large enough.
_STORIES = ("held", "all refunded", "used", "part refunded", "used", "collected", "used", "collected", "used")


def load(shop: DemoShop) -> None:
    """Add the campaigns relative to the demo's day; nothing in a shop that is not the demo."""
    if not shop_settings().is_demo:
        return
    with writing() as session:
        connection = session.connection()
        triggers.remove_all(connection)
        for shown in _SHOWN:
            _add(session, shop.today, *shown)
        session.flush()
        triggers.install_all(connection)
        record_audit(None, "red_envelope.lock.rebuilt", "red_envelope.campaign", reason="demo")
        _use(session, shop)
        ended = select(RedEnvelopeCampaign).where(RedEnvelopeCampaign.title == _PUSHED)
        demo_push.add(session, shop, session.scalars(ended).one())


def _use(session: Session, shop: DemoShop) -> None:
    """Let buyers collect, hold, redeem and refund now, by the services; not if no campaign runs by the clock."""
    now = changing.now(session)
    running = select(RedEnvelopeCampaign).where(
        RedEnvelopeCampaign.state == "scheduled", RedEnvelopeCampaign.claim_from <= now,
        RedEnvelopeCampaign.claim_to > now,
    )  # fmt: skip
    campaign = session.scalars(running).first()
    if campaign is None:
        return
    least = max(campaign.threshold or 0, (campaign.amount or 0) + 1)
    waiting = [
        (order, lines)
        for order in order_snapshots(shop.order_ids)
        if order.platform == "taobao" and order.status == "paid" and _goods(lines := _lines(order)) >= least
    ]
    refs = buyer_refs([order.buyer_id for order, _bought in waiting if order.buyer_id])
    for story in _STORIES:
        # Only of several units a part can go back.
        fit = [each for each in waiting if story != "part refunded" or sum(line.quantity for line in each[1]) > 1]
        if fit:
            order, lines = fit[0]
            # A buyer has one envelope of a campaign.
            waiting = [each for each in waiting if each[0].buyer_id != order.buyer_id]
            _tell(session, campaign, order, refs[order.buyer_id or 0], lines, story, now)


def _lines(order: OrderSnapshot) -> list[Line]:
    """The order's own lines at their price, which is before the envelope's share."""
    ordered = order_lines(order.platform, order.order_no)
    return [Line(line.line_no, line.price * line.qty, line.qty) for line in ordered if line.qty]


def _goods(lines: Sequence[Line]) -> int:
    return sum(line.amount for line in lines)


def _tell(
    session: Session,
    campaign: RedEnvelopeCampaign,
    order: OrderSnapshot,
    buyer: str,
    lines: Sequence[Line],
    story: str,
    now: int,
) -> None:
    envelope = RedEnvelope(
        campaign_id=campaign.id, buyer=buyer, amount=campaign.amount,
        currency=campaign.currency, use_from=campaign.use_from, use_to=campaign.use_to, claimed_at=now,
    )  # fmt: skip
    session.add(envelope)
    session.flush()
    if story == "collected":
        return
    hold = holding.hold(envelope.id, Order(order.order_no, envelope.buyer, order.currency, lines))
    if story == "held":
        return
    holding.redeem(hold.id)
    if story != "used":
        units = {lines[0].key: 1} if story == "part refunded" else None
        refunding.complete(refunding.start(order.order_no, units, platform=order.platform).id)


def _add(
    session: Session, today: datetime, title: str, state: str, first: int, last: int, amount: int, threshold: Any
) -> None:
    # At midnight of the shop, as people choose it.
    midnight = today.astimezone(shop_settings().zone).replace(hour=0, minute=0, second=0, microsecond=0)
    start, end, use_to = (to_ms(midnight + timedelta(days=day)) for day in (first, last, last + 3))
    activity = RedEnvelopeActivity(
        name=title.removesuffix("红包"), kind="store", supports_store_envelopes=True, starts_at=start, ends_at=end,
        version=1,
    )  # fmt: skip
    session.add(activity)
    session.flush()
    campaign = RedEnvelopeCampaign(
        title=title, activity_id=activity.id, state=state, category="womens_clothing", denomination_version=1,
        amount=amount, currency="CNY", quantity=200, threshold=threshold, mode="page", after_order_discounts=False,
        lock_at=lock_at(start, start), claim_from=start, claim_to=end, use_from=start, use_to=use_to,
        rule_version="2016-08-23", version=2,
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    if state == "scheduled" and start <= to_ms(today):
        sealing.seal(session, campaign, start)

"""What buyers of the demo shop did with their envelopes: collected, held, used and refunded by the services, now.

Of a campaign that is over it happens now as well, and is then moved back to the time of the order.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import DemoShop, OrderSnapshot, buyer_refs, order_lines, order_snapshots
from shopadmin_red_envelope.domain.baskets import Line
from shopadmin_red_envelope.domain.times import to_ms
from shopadmin_red_envelope.models import RedEnvelope, RedEnvelopeCampaign, RedEnvelopeHold, RedEnvelopeTransfer
from shopadmin_red_envelope.services import holding, refunding
from shopadmin_red_envelope.services.demo_push import AT, Audience
from shopadmin_red_envelope.services.judging import Order

# What becomes of an envelope, one for each of the latest orders that are large enough.
_STORIES = ("held", "all refunded", "used", "part refunded", "used", "collected", "used", "collected", "used")
_MINUTE = 60_000
# Of those who were told: how many more collected an envelope and did not use it.
_IDLE = 6
# Of those who were not: how many more found its page by themselves.
_STRANGERS = 1
_BOUGHT = ("shipped", "delivered", "completed")


def use(session: Session, shop: DemoShop, campaign: RedEnvelopeCampaign, now: int) -> None:
    """Let buyers collect, hold, redeem and refund now."""
    waiting = [each for each in _fitting(shop, campaign) if each[0].status == "paid"]
    refs = buyer_refs([order.buyer_id for order, _bought in waiting if order.buyer_id])
    for story in _STORIES:
        # Only of several units a part can go back.
        fit = [each for each in waiting if story != "part refunded" or sum(line.quantity for line in each[1]) > 1]
        if fit:
            order, lines = fit[0]
            # A buyer has one envelope of a campaign.
            waiting = [each for each in waiting if each[0].buyer_id != order.buyer_id]
            _tell(session, campaign, order, refs[order.buyer_id or 0], lines, story, now)


def use_then(
    session: Session,
    shop: DemoShop,
    campaign: RedEnvelopeCampaign,
    days: Mapping[str, int],
    audience: Audience,
    now: int,
) -> dict[int, int]:
    """Let buyers do now what they did on those days; returns by how much each envelope is to be moved back."""
    told = {buyer.id: buyer.ref for buyer in audience.told}
    by_then: dict[int, tuple[OrderSnapshot, list[Line]]] = {}
    for order, lines in _fitting(shop, campaign):
        at = to_ms(order.created_at)
        if order.status in _BOUGHT and days["lock_at"] + AT + 60 * _MINUTE <= at < days["claim_to"]:
            by_then.setdefault(order.buyer_id or 0, (order, lines))
    strangers = [buyer for buyer in by_then if buyer and buyer not in told][:_STRANGERS]
    refs = told | buyer_refs(strangers)
    moved = {}
    for buyer, (order, lines) in by_then.items():
        if buyer in refs:
            made = _tell(session, campaign, order, refs[buyer], lines, "used", now)
            moved[made] = now - to_ms(order.created_at)
    idle = [ref for buyer, ref in told.items() if buyer not in by_then][:_IDLE]
    for number, ref in enumerate(idle, 1):
        at = days["lock_at"] + AT + number * 97 * _MINUTE
        moved[_collect(session, campaign, ref, now)] = now - at
    return moved


def move_back(session: Session, campaign: RedEnvelopeCampaign, moved: Mapping[int, int]) -> None:
    """Date what was done with these envelopes back by so many milliseconds, the collecting some minutes more."""
    connection = session.connection()
    for envelope_id, by in moved.items():
        early = by + 20 * _MINUTE
        envelope, hold, ledger = RedEnvelope, RedEnvelopeHold, RedEnvelopeTransfer
        times = {"use_from": campaign.use_from, "use_to": campaign.use_to, "claimed_at": envelope.claimed_at - early}
        connection.execute(update(envelope).where(envelope.id == envelope_id).values(times))
        connection.execute(
            update(hold)
            .where(hold.envelope_id == envelope_id)
            .values(held_at=hold.held_at - by, expires_at=hold.expires_at - by, ended_at=hold.ended_at - by)
        )
        of_it = ledger.envelope_id == envelope_id
        connection.execute(update(ledger).where(of_it, ledger.event != "issue").values(at=ledger.at - by))
        connection.execute(update(ledger).where(of_it, ledger.event == "issue").values(at=ledger.at - early))
    session.expire_all()


def date_expiry(session: Session, campaign: RedEnvelopeCampaign) -> None:
    """Whatever nobody used expired when the campaign was over, not today."""
    ledger, envelope = RedEnvelopeTransfer, RedEnvelope
    of_it = ledger.envelope_id.in_(select(envelope.id).where(envelope.campaign_id == campaign.id))
    session.connection().execute(update(ledger).where(of_it, ledger.event == "expiry").values(at=campaign.use_to))


def _fitting(shop: DemoShop, campaign: RedEnvelopeCampaign) -> list[tuple[OrderSnapshot, list[Line]]]:
    """The orders that are large enough for it, with their lines."""
    least = max(campaign.threshold or 0, (campaign.amount or 0) + 1)
    return [
        (order, lines)
        for order in order_snapshots(shop.order_ids)
        if order.platform == "taobao" and _goods(lines := _lines(order)) >= least
    ]


def _lines(order: OrderSnapshot) -> list[Line]:
    """The order's own lines at their price, which is before the envelope's share."""
    ordered = order_lines(order.platform, order.order_no)
    return [Line(line.line_no, line.price * line.qty, line.qty) for line in ordered if line.qty]


def _goods(lines: Sequence[Line]) -> int:
    return sum(line.amount for line in lines)


def _collect(session: Session, campaign: RedEnvelopeCampaign, buyer: str, now: int) -> int:
    envelope = RedEnvelope(
        campaign_id=campaign.id, buyer=buyer, amount=campaign.amount,
        currency=campaign.currency, use_from=campaign.use_from, use_to=campaign.use_to, claimed_at=now,
    )  # fmt: skip
    session.add(envelope)
    session.flush()
    return envelope.id


def _tell(
    session: Session,
    campaign: RedEnvelopeCampaign,
    order: OrderSnapshot,
    buyer: str,
    lines: Sequence[Line],
    story: str,
    now: int,
) -> int:
    """Play one story; returns the envelope."""
    envelope_id = _collect(session, campaign, buyer, now)
    if story == "collected":
        return envelope_id
    hold = holding.hold(envelope_id, Order(order.order_no, buyer, order.currency, lines))
    if story == "held":
        return envelope_id
    holding.redeem(hold.id)
    if story != "used":
        units = {lines[0].key: 1} if story == "part refunded" else None
        refunding.complete(refunding.start(order.order_no, units, platform=order.platform).id)
    return envelope_id

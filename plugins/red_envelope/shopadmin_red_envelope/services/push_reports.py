"""What a push did: those who were drawn for it against those who were kept back, once all is over (R26).

Everybody who was drawn counts in their group, reached or not: whoever compares the reached alone compares other people.
Both groups are looked at over the same time, from the first message until envelopes end. Before that there is no
figure: a look at what has not ended takes chance for an effect.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select

from shopadmin.plugin_api import (
    Bought,
    Interval,
    Returned,
    Share,
    Sums,
    bought_by,
    buyer_refs,
    buyers_known_as,
    db,
    kept_for_a_minute,
    mean_difference,
    returned_buyers,
    share_difference,
    share_interval,
)
from shopadmin_red_envelope.domain import uplift
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.domain.uplift import ExtraOrders
from shopadmin_red_envelope.models import (
    RedEnvelope,
    RedEnvelopeAllocation,
    RedEnvelopeCampaign,
    RedEnvelopeHold,
    RedEnvelopePush,
    RedEnvelopePushBuyer,
)
from shopadmin_red_envelope.services import push_checks, push_forecasts, pushes
from shopadmin_red_envelope.services.changing import now
from shopadmin_red_envelope.services.push_forecasts import Held

# Why there are no figures: nothing was sent, the campaign is not over, or the groups are not those that were drawn.
Status = Literal["unsent", "early", "changed", "ready"]


@dataclass(frozen=True, slots=True)
class Group:
    """One of the two: how many bought, and what they spent. ``orders``: all of theirs."""

    name: Literal["push", "holdout"]
    bought: Share
    spent: Sums
    orders: int

    @property
    def rate(self) -> Interval | None:
        """The purchase rate with its 95 % interval; None for nobody."""
        return share_interval(self.bought)

    @property
    def each(self) -> int | None:
        """Goods per buyer, those who bought nothing too, minor units, rounded; None for nobody."""
        return round(self.spent.total / self.spent.count) if self.spent.count else None


@dataclass(frozen=True, slots=True)
class Report:
    """The answer. Instants: milliseconds UTC, ``[begins, ends)``; amounts: minor units of ``currency``.

    ``rate``, ``revenue``: by how much the push's group is above the holdout. ``extra``: None unless more bought
    distinguishably. ``cost``: what the envelopes of the push's group took off, less what came back. ``returned``:
    old customers, told or not. ``gone``: buyers who are not in the shop's data any more, and in no group.
    """

    currency: str
    begins: int
    ends: int
    push: Group
    holdout: Group
    rate: Interval | None
    revenue: Interval | None
    extra: ExtraOrders | None
    cost: int
    returned: Returned
    held: list[Held]
    reached: pushes.Groups
    gone: int


def status(push: RedEnvelopePush | None, use_to: int | None) -> Status:
    """Whether there are figures, and if not why."""
    if push is None or push.started_at is None:
        return "unsent"
    if use_to is None or now() < use_to:
        return "early"
    return "ready" if push_checks.is_as_drawn(push) else "changed"


@kept_for_a_minute
def report(campaign_id: int) -> Report:
    """The figures of a push whose status is ready. Kept for a minute, as the page's pictures ask the same."""
    campaign, push = db.session().get_one(RedEnvelopeCampaign, campaign_id), pushes.of_campaign(campaign_id)
    if push is None or push.started_at is None or campaign.use_to is None:
        raise LookupError(campaign_id)
    told, kept, gone = _members(push.id)
    begins, ends = to_datetime(push.started_at), to_datetime(campaign.use_to)
    found = bought_by([*told, *kept], begins, ends, campaign.currency)
    first, second = _group("push", told, found), _group("holdout", kept, found)
    cost = _cost(campaign, None if campaign.mode == "push" else told)
    rate = share_difference(first.bought, second.bought)
    is_effect = rate is not None and rate.low > 0
    return Report(
        currency=campaign.currency,
        begins=push.started_at,
        ends=campaign.use_to,
        push=first,
        holdout=second,
        rate=rate,
        revenue=mean_difference(first.spent, second.spent),
        extra=uplift.extra_orders(_counts(first), _counts(second), is_effect, cost) if is_effect else None,
        cost=cost,
        returned=returned_buyers(begins, ends, campaign.currency),
        held=push_forecasts.held_against(campaign_id, now()),
        reached=pushes.groups(push.id),
        gone=gone,
    )


def _members(push_id: int) -> tuple[frozenset[int], frozenset[int], int]:
    """Who was drawn for the message, who was kept back, and how many of all are somebody else or nobody by now."""
    buyer = RedEnvelopePushBuyer
    query = select(buyer.buyer_id, buyer.ref, buyer.state).where(buyer.push_id == push_id)
    rows = db.session().execute(query).all()
    refs = buyer_refs(row.buyer_id for row in rows)
    there = [row for row in rows if refs.get(row.buyer_id) == row.ref]
    kept = frozenset(row.buyer_id for row in there if row.state == "holdout")
    return frozenset(row.buyer_id for row in there) - kept, kept, len(rows) - len(there)


def _group(name: Literal["push", "holdout"], buyers: Collection[int], found: dict[int, Bought]) -> Group:
    theirs = [found[buyer] for buyer in buyers if buyer in found]
    goods = [bought.goods for bought in theirs]
    spent = Sums(len(buyers), sum(goods), sum(amount * amount for amount in goods))
    return Group(name, Share(len(theirs), len(buyers)), spent, sum(bought.orders for bought in theirs))


def _counts(group: Group) -> tuple[int, int]:
    return group.bought.hits, group.bought.of


def _cost(campaign: RedEnvelopeCampaign, buyers: Collection[int] | None) -> int:
    """What redeemed envelopes of these buyers took off goods, less what refunds took back; of all of them for None."""
    envelope, hold, line = RedEnvelope, RedEnvelopeHold, RedEnvelopeAllocation
    rows = db.session().execute(
        select(envelope.buyer, func.sum(line.share - line.refunded_share).label("cost"))
        .join(hold, hold.envelope_id == envelope.id)
        .join(line, line.hold_id == hold.id)
        .where(envelope.campaign_id == campaign.id, hold.state == "redeemed")
        .group_by(envelope.buyer)
    ).all()  # fmt: skip
    if buyers is None:
        return sum(int(row.cost) for row in rows)
    names = {row.buyer: (row.buyer.partition(":")[0], row.buyer.partition(":")[2]) for row in rows}
    known = buyers_known_as(list(names.values()))
    return sum(int(row.cost) for row in rows if any(found.id in buyers for found in known.get(names[row.buyer], ())))

"""What the demo shop's rules did: some that act, one that watches, and orders that they held."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from shopadmin.plugin_api import Actor, BuyerId, BuyersOrder, db, orders_since, unshipped_of
from shopadmin_buyer_labels.models import PolicyRule
from shopadmin_buyer_labels.services import deciding, holds, orders, rules

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Rules are older than what the demo sold, so that what watches has looked at all of it.
_WRITTEN = 100 * _DAY
_LIVE = 40 * _DAY
# What makes somebody wait, and what is asked for; that nobody takes part in campaigns is watched still.
_ACT = ("shipped.hold", "shipped.signature")
# How many hours ago orders were held, and what a person did; the first one went on by itself.
_HELD = ((26, ""), (20, "release"), (18, "confirm"), (21, ""), (7, ""), (3, ""))


def begin(owner: Actor, today: datetime) -> None:
    """Rules that the owner let act, and one that still watches."""
    rules.ensure_shipped(today - _WRITTEN)
    query = select(PolicyRule.id).where(PolicyRule.name.in_(_ACT), PolicyRule.live_since.is_(None))
    for rule_id in db.session().scalars(query.order_by(PolicyRule.id)).all():
        rules.go_live(owner, rule_id, is_approved=True, now=today - _LIVE)


def waiting_buyers(buyer_ids: Sequence[BuyerId], today: datetime) -> list[BuyerId]:
    """Buyers with an order that has not gone out, those who ordered most first."""
    waiting = {order.buyer_id: order for order in _waiting(buyer_ids, today)}
    counts = Counter(order.buyer_id for order in orders_since(waiting.keys(), today - 100 * _DAY))
    return sorted(waiting, key=lambda each: (-counts[each], each))


def hold(owner: Actor, buyer_ids: Sequence[BuyerId], today: datetime) -> None:
    """Have the rules decide about orders of these buyers at different times, and a person about two of them."""
    waiting = _waiting(buyer_ids, today)
    for order, (hours, act) in zip(waiting, _HELD, strict=False):
        at = max(today - hours * _HOUR, order.created_at + _HOUR / 12)
        deciding.decide([order], at)
        holds.release_due(min(at + _DAY + _HOUR / 60, today))
        later = min(at + 2 * _HOUR, today)
        if act == "release":
            orders.release(owner, order.id, "已与买家通话，地址无误（样例）", now=later)
        elif act == "confirm":
            orders.confirm(owner, order.id, "等买家回复电话（样例）", now=later)


def _waiting(buyer_ids: Sequence[BuyerId], today: datetime) -> list[BuyersOrder]:
    """The oldest order of each buyer that has not gone out, the oldest first."""
    found: dict[BuyerId, BuyersOrder] = {}
    for order in sorted(unshipped_of(buyer_ids), key=lambda each: (each.created_at, each.id)):
        if order.created_at < today - 2 * _HOUR:
            found.setdefault(order.buyer_id, order)
    return list(found.values())

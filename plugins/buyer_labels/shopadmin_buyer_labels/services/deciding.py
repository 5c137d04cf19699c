"""Which orders are decided about, and when: a page of orders at a time, safe to repeat."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from shopadmin.plugin_api import BuyersOrder, among, db, last_order_id, unshipped_after, unshipped_of, writing
from shopadmin_buyer_labels.models import Label, OrderDecision, OrderHold
from shopadmin_buyer_labels.services import changes, marks, rules
from shopadmin_buyer_labels.services.known import load_known
from shopadmin_buyer_labels.services.people import same_people
from shopadmin_buyer_labels.services.settling import settle

PAGE = 5000
# Orders that commit out of their order by id are looked at again.
_BEHIND = 1000
_CONCERNED = select(OrderDecision.order_id).where(
    among(OrderDecision.order_id, "ids"), OrderDecision.ended_at.is_(None)
)
_STANDS = OrderDecision.ended_at.is_(None)
_KEPT_OF_BUYERS = select(OrderDecision.order_id).where(among(OrderDecision.buyer_id, "ids"), _STANDS).distinct()
_KEPT_OF_LABELS = select(OrderDecision.order_id).where(among(OrderDecision.label_id, "ids"), _STANDS).distinct()
_ANY_LABEL = select(Label.id).limit(1)


def decide_new(now: datetime | None = None) -> int:
    """Decide about the orders that came since the last time; returns how many of them were looked at."""
    now = now or datetime.now(UTC)
    mark, looked_at = marks.read(marks.ORDERS), 0
    reached = min(mark, last_order_id())
    after = max(reached - _BEHIND, 0)
    while page := unshipped_after(after, PAGE):
        decide(page, now)
        after, looked_at = page[-1].id, looked_at + len(page)
        if len(page) < PAGE:
            break
    if max(after, reached) != mark:
        with writing() as session:
            marks.write(session, marks.ORDERS, max(after, reached))
    return looked_at


def decide_all(now: datetime | None = None) -> int:
    """Look again at every order of a labelled buyer, and at all that was decided; returns at how many."""
    now = now or datetime.now(UTC)
    found = set(_orders_of_labelled(now)) | set(_undone())
    ids = sorted(found)
    for start in range(0, len(ids), PAGE):
        settle(ids[start : start + PAGE], now)
    return len(ids)


def decide_for_buyers(buyer_ids: Collection[int], now: datetime | None = None) -> int:
    """Look again at the orders of these buyers and of those who are the same person; returns at how many."""
    now = now or datetime.now(UTC)
    if db.session().scalar(_ANY_LABEL) is None:
        return 0
    known = load_known(buyer_ids, now)
    ids = set(db.session().scalars(_KEPT_OF_BUYERS, {"ids": list(buyer_ids)}))
    if known.labels and rules.standing():
        everybody = {each for same in same_people(known.labels.keys()).values() for each in same}
        ids |= {order.id for order in unshipped_of(everybody)}
    settle(sorted(ids), now)
    return len(ids)


def decide_orders(order_ids: Sequence[int], now: datetime | None = None) -> None:
    """Look again at these orders, if anything was decided about them."""
    kept = set(db.session().scalars(_CONCERNED, {"ids": list(order_ids)}))
    settle(sorted(kept), now or datetime.now(UTC))


@changes.listen
def labels_changed(label_ids: Collection[int]) -> None:
    """Follow labels: hold, let go, at once."""
    ids = {"ids": list(label_ids)}
    query = select(Label.buyer_id).where(among(Label.id, "ids")).distinct()
    # By label as well: somebody who was the same person may not be so any more.
    decide_orders(db.session().scalars(_KEPT_OF_LABELS, ids).all())
    decide_for_buyers(db.session().scalars(query, ids).all())


def decide(orders: Sequence[BuyersOrder], now: datetime) -> None:
    """Decide about a page of orders; those of buyers without labels cost two questions for all of them."""
    rows = rules.standing()
    known = load_known([order.buyer_id for order in orders], now)
    kept = set(db.session().scalars(_CONCERNED, {"ids": [order.id for order in orders]}))
    concerned = [order.id for order in orders if order.id in kept or (rows and known.labels.get(order.buyer_id))]
    if concerned:
        settle(concerned, now)


def _orders_of_labelled(now: datetime) -> Iterator[int]:
    query = select(Label.buyer_id).where(Label.expires_at > now).distinct()
    labelled = db.session().scalars(query).all()
    for start in range(0, len(labelled), PAGE):
        people = same_people(labelled[start : start + PAGE])
        yield from (order.id for order in unshipped_of({each for same in people.values() for each in same}))


def _undone() -> Iterator[int]:
    """Orders with decisions or holds that are not over: what they are about may be."""
    session = db.session()
    yield from session.scalars(select(OrderDecision.order_id).where(OrderDecision.ended_at.is_(None)).distinct())
    yield from session.scalars(select(OrderHold.order_id).where(OrderHold.released_at.is_(None)))

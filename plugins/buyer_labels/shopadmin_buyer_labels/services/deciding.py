"""What orders of labelled buyers lead to, by the shop's rules: a page of orders at a time, safe to repeat.

An order that has a labelled buyer is decided under one lock that everybody who decides takes: what is read there is
what holds when it is written, so that a label that lost its effect meanwhile holds nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    BulkRows,
    BuyersOrder,
    among,
    audit_entry,
    db,
    last_order_id,
    record_audits,
    unshipped_after,
    unshipped_among,
    unshipped_of,
    writing,
)
from shopadmin_buyer_labels.domain import policy
from shopadmin_buyer_labels.domain.policy import Effect, LabelFacts, Level, Match
from shopadmin_buyer_labels.domain.status import Effect as Reach
from shopadmin_buyer_labels.models import BuyerAllowance, Label, OrderDecision, OrderHold, PolicyRule
from shopadmin_buyer_labels.services import alike, changes, marks, rules
from shopadmin_buyer_labels.services.people import same_people, ties
from shopadmin_buyer_labels.services.reading import LabelSnapshot, labels_of

PAGE = 5000
# Orders that commit out of their order by id are looked at again.
_BEHIND = 1000
ORDER = "order"
_DECISION_COLUMNS = (
    "order_id", "ordered_at", "buyer_id", "label_id", "rule_id", "version", "via", "level", "requires", "campaigns",
    "hold_hours", "mode", "decided_at", "ended_why",
)  # fmt: skip
_HOLD_COLUMNS = ("order_id", "ordered_at", "buyer_id", "held_at", "release_at", "released_why")
_DECISIONS = BulkRows(OrderDecision.__table__, _DECISION_COLUMNS, or_not=True)  # type: ignore[arg-type]
_HOLDS = BulkRows(
    OrderHold.__table__, _HOLD_COLUMNS, or_not=True, returning=("id", "order_id")  # type: ignore[arg-type]
)  # fmt: skip
_KEPT = select(OrderDecision).where(among(OrderDecision.order_id, "ids")).order_by(OrderDecision.id)
_STANDING_HOLDS = select(OrderHold).where(among(OrderHold.order_id, "ids"), OrderHold.released_at.is_(None))
_CONCERNED = select(OrderDecision.order_id).where(
    among(OrderDecision.order_id, "ids"), OrderDecision.ended_at.is_(None)
)
_STANDS = OrderDecision.ended_at.is_(None)
_KEPT_OF_BUYERS = select(OrderDecision.order_id).where(among(OrderDecision.buyer_id, "ids"), _STANDS).distinct()
_KEPT_OF_LABELS = select(OrderDecision.order_id).where(among(OrderDecision.label_id, "ids"), _STANDS).distinct()
_ANY_LABEL = select(Label.id).limit(1)
_ALLOWED = select(BuyerAllowance.buyer_id).where(
    among(BuyerAllowance.buyer_id, "ids"), BuyerAllowance.until > bindparam("now")
)
# An order and when it was made: its id may be another's after an import was undone.
OrderKey = tuple[int, datetime]
_Key = tuple[int, datetime, int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of buyers: their labels with those of the same people, and whom somebody allowed."""

    labels: Mapping[int, Sequence[LabelSnapshot]]
    allowed: Collection[int]


@dataclass(slots=True)
class _Outcome:
    """What a look at a page of orders comes to."""

    decisions: dict[_Key, dict[str, Any]] = field(default_factory=dict)
    effects: dict[OrderKey, Effect] = field(default_factory=dict)
    whys: dict[int, str] = field(default_factory=dict)


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
        _settle(ids[start : start + PAGE], now)
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
    _settle(sorted(ids), now)
    return len(ids)


def decide_orders(order_ids: Sequence[int], now: datetime | None = None) -> None:
    """Look again at these orders, if anything was decided about them."""
    kept = set(db.session().scalars(_CONCERNED, {"ids": list(order_ids)}))
    _settle(sorted(kept), now or datetime.now(UTC))


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
        _settle(concerned, now)


def load_known(buyer_ids: Collection[int], now: datetime) -> Known:
    """Labels of these buyers and of those who are the same person, by buyer, and whom somebody allowed."""
    people = same_people(buyer_ids)
    everybody = {each for same in people.values() for each in same}
    labels = labels_of(everybody, now)
    labelled: alike.Labels = {
        buyer_id: [label for each in sorted(same) for label in labels.get(each, ())]
        for buyer_id, same in people.items()
        if any(each in labels for each in same)
    }
    labelled = alike.with_alike(labelled, people, now)
    asked = {each for buyer_id in labelled for each in people[buyer_id]}
    let_pass = set(db.session().scalars(_ALLOWED, {"ids": list(asked), "now": now})) if asked else set()
    return Known(labelled, {buyer_id for buyer_id in labelled if people[buyer_id] & let_pass})


def matches_of(labels: Iterable[LabelSnapshot]) -> list[Match]:
    """The labels as the rules see them: of the buyer, of one who is known to be the same person, or perhaps is."""
    return [
        Match(LabelFacts(label.code, label.tier, label.severity, label.status, label.effect), label.is_exact)
        for label in labels
    ]


def _settle(order_ids: Sequence[int], now: datetime) -> None:
    """Bring decisions and holds of these orders to what follows from labels and rules now."""
    if not order_ids:
        return
    with writing() as session:
        marks.lock(session)
        orders = unshipped_among(order_ids)
        outcome = _look(orders, now)
        _write_decisions(session, order_ids, outcome, now)
        _write_holds(session, order_ids, {(order.id, order.created_at): order for order in orders}, outcome, now)


def _look(orders: Sequence[BuyersOrder], now: datetime) -> _Outcome:
    rows = rules.standing()
    as_rules = [rules.as_rule(row) for row in rows]
    known, outcome = load_known([order.buyer_id for order in orders], now), _Outcome()
    via = _ties(orders, known)
    for order in orders:
        labels = known.labels.get(order.buyer_id, ())
        is_allowed = order.buyer_id in known.allowed
        live = []
        for found in policy.decide(as_rules, matches_of(labels), is_allowed):
            row, label = rows[found.rule], labels[found.match]
            key = (order.id, order.created_at, label.id, row.id)
            tie = via.get((order.buyer_id, label.buyer_id), "buyer") if label.is_exact else alike.VIA
            outcome.decisions[key] = _decision(order, label, tie, row, found.effect, now)
            if row.live_since is not None:
                live.append(found.effect)
        outcome.effects[order.id, order.created_at] = policy.join(live)
        outcome.whys[order.id] = _why_nothing(labels, is_allowed)
    return outcome


def _ties(orders: Sequence[BuyersOrder], known: Known) -> Mapping[tuple[int, int], str]:
    """How those who are labelled are known to be the buyers of the orders, where they are others in the shop's list."""
    return ties(
        {
            (order.buyer_id, label.buyer_id)
            for order in orders
            for label in known.labels.get(order.buyer_id, ())
            if label.buyer_id != order.buyer_id and label.is_exact
        }
    )


def _decision(
    order: BuyersOrder, label: LabelSnapshot, via: str, row: PolicyRule, effect: Effect, now: datetime
) -> dict[str, Any]:
    return {
        "order_id": order.id, "ordered_at": order.created_at, "buyer_id": order.buyer_id, "label_id": label.id,
        "rule_id": row.id, "version": row.version, "via": via, "level": int(effect.level),
        "requires": ",".join(sorted(effect.requires)), "campaigns": effect.campaigns, "hold_hours": effect.hold_hours,
        "mode": "shadow" if row.live_since is None else "live", "decided_at": now, "ended_why": "",
    }  # fmt: skip


def _why_nothing(labels: Sequence[LabelSnapshot], is_allowed: bool) -> str:
    """Why no more follows for an order than does: the word for what was let go."""
    if is_allowed:
        return "allowed"
    labels = [label for label in labels if label.is_exact]
    if any(label.code == policy.CLEAR and label.status == "active" for label in labels):
        return "cleared"
    if not labels:
        return "person"
    without = [label.status for label in labels if label.effect is Reach.NONE and not label.is_protective]
    return next((status for status in without if status in _LOST), "changed" if without else "rule")


_LOST = ("disputed", "suspended", "revoked", "corrected", "expired", "tombstoned")


def _write_decisions(session: Session, order_ids: Sequence[int], outcome: _Outcome, now: datetime) -> None:
    kept = {
        (row.order_id, row.ordered_at, row.label_id, row.rule_id): row
        for row in session.scalars(_KEPT, {"ids": list(order_ids)})
    }
    for key, row in kept.items():
        wanted = outcome.decisions.get(key)
        if wanted is None:
            if row.ended_at is None:
                row.ended_at = now
                row.ended_why = _why(outcome, row.order_id, row.ordered_at)
        elif row.ended_at is not None or any(getattr(row, name) != wanted[name] for name in _SAID):
            for name in (*_SAID, "decided_at", "ended_why"):
                setattr(row, name, wanted[name])
            row.ended_at = None
    session.flush()
    new = [values for key, values in outcome.decisions.items() if key not in kept]
    if new:
        _DECISIONS.insert(session.connection(), new)


# What makes a decision another one when it changes.
_SAID = ("version", "via", "level", "requires", "campaigns", "hold_hours", "mode")


def _why(outcome: _Outcome, order_id: int, ordered_at: datetime) -> str:
    is_waiting = (order_id, ordered_at) in outcome.effects
    return outcome.whys[order_id] if is_waiting else "order"


def _write_holds(
    session: Session, order_ids: Sequence[int], orders: Mapping[OrderKey, BuyersOrder], outcome: _Outcome, now: datetime
) -> None:
    entries = []
    for hold in session.scalars(_STANDING_HOLDS, {"ids": list(order_ids)}):
        effect = outcome.effects.get((hold.order_id, hold.ordered_at))
        if effect is None or effect.level is not Level.HOLD:
            why = _why(outcome, hold.order_id, hold.ordered_at)
        elif hold.confirmed_at is None and hold.release_at <= now:
            why = "auto_released"
        else:
            continue
        release(hold, why, now)
        entries.append(released_entry(hold))
    session.flush()
    wanted = [
        {"order_id": key[0], "ordered_at": key[1], "buyer_id": orders[key].buyer_id, "held_at": now,
         "release_at": now + timedelta(hours=effect.hold_hours), "released_why": ""}
        for key, effect in outcome.effects.items()
        if effect.level is Level.HOLD
    ]  # fmt: skip
    # One that was held before is not held again.
    made = _HOLDS.insert(session.connection(), wanted) if wanted else ()
    for row in made:
        entries.append(audit_entry(None, "buyer_labels.hold.placed", ORDER, row.order_id))
    record_audits(entries)


def release(hold: OrderHold, why: str, now: datetime) -> None:
    """End a hold, in the transaction around."""
    hold.released_at, hold.released_why = now, why


def released_entry(hold: OrderHold) -> dict[str, Any]:
    """The line of the activity log for a hold that the program ended."""
    after = {"why": hold.released_why, "held_at": hold.held_at.isoformat()}
    return audit_entry(None, "buyer_labels.hold.released", ORDER, hold.order_id, after=after)


def release_due(now: datetime | None = None) -> int:
    """Let go of the holds whose time is over and that nobody decided about; returns how many."""
    now = now or datetime.now(UTC)
    query = select(OrderHold).where(
        OrderHold.released_at.is_(None), OrderHold.confirmed_at.is_(None), OrderHold.release_at <= now
    )
    if db.session().scalar(query.with_only_columns(OrderHold.id).limit(1)) is None:
        return 0
    with writing() as session:
        marks.lock(session)
        found = session.scalars(query).all()
        for hold in found:
            release(hold, "auto_released", now)
        record_audits([released_entry(hold) for hold in found])
    return len(found)


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

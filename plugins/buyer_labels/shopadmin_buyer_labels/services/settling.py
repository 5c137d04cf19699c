"""Decisions and holds of orders, brought to what follows from labels and rules now; safe to repeat.

An order is decided about under one lock that everybody who decides takes: what is read there is what holds when it is
written, so that a label that lost its effect meanwhile holds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import BulkRows, BuyersOrder, among, audit_entry, record_audits, unshipped_among, writing
from shopadmin_buyer_labels.domain import policy
from shopadmin_buyer_labels.domain.policy import Effect, Level
from shopadmin_buyer_labels.domain.status import Effect as Reach
from shopadmin_buyer_labels.models import OrderDecision, OrderHold, PolicyRule
from shopadmin_buyer_labels.services import alike, holds, marks, rules
from shopadmin_buyer_labels.services.known import Known, load_known, matches_of
from shopadmin_buyer_labels.services.people import ties
from shopadmin_buyer_labels.services.reading import LabelSnapshot

_DECISION_COLUMNS = (
    "order_id", "ordered_at", "buyer_id", "label_id", "rule_id", "version", "via", "level", "requires", "campaigns",
    "hold_hours", "mode", "decided_at", "ended_why",
)  # fmt: skip
_HOLD_COLUMNS = ("order_id", "ordered_at", "buyer_id", "held_at", "release_at", "released_why")
# What makes a decision another one when it changes.
_SAID = ("version", "via", "level", "requires", "campaigns", "hold_hours", "mode")
# Tables rather than models: a shop whose rules change has a hundred thousand rows of them looked at.
_DECISION, _HOLD = (cast(Table, model.__table__) for model in (OrderDecision, OrderHold))
_DECISIONS = BulkRows(_DECISION, _DECISION_COLUMNS, or_not=True)
_HOLDS = BulkRows(_HOLD, _HOLD_COLUMNS, or_not=True, returning=("id", "order_id"))
_KEPT = (
    select(*(_DECISION.c[name] for name in ("id", "order_id", "ordered_at", "label_id", "rule_id", "ended_at", *_SAID)))
    .where(among(_DECISION.c.order_id, "ids"))
    .order_by(_DECISION.c.id)
)
_STANDING_HOLDS = select(
    *(_HOLD.c[name] for name in ("id", "order_id", "ordered_at", "held_at", "release_at", "confirmed_at"))
).where(among(_HOLD.c.order_id, "ids"), _HOLD.c.released_at.is_(None))
_CHANGE_DECISION, _CHANGE_HOLD = (
    update(table).where(table.c.id == bindparam("row")) for table in (_DECISION, _HOLD)
)  # fmt: skip
# An order and when it was made: its id may be another's after an import was undone.
OrderKey = tuple[int, datetime]
_Key = tuple[int, datetime, int, int]


@dataclass(slots=True)
class _Outcome:
    """What a look at a page of orders comes to."""

    decisions: dict[_Key, dict[str, Any]] = field(default_factory=dict)
    effects: dict[OrderKey, Effect] = field(default_factory=dict)
    whys: dict[int, str] = field(default_factory=dict)


def settle(order_ids: Sequence[int], now: datetime) -> None:
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
    connection = session.connection()
    kept = {
        (row.order_id, row.ordered_at, row.label_id, row.rule_id): row
        for row in connection.execute(_KEPT, {"ids": list(order_ids)})
    }
    ended = [
        {"row": row.id, "ended_at": now, "ended_why": _why(outcome, row.order_id, row.ordered_at)}
        for key, row in kept.items()
        if key not in outcome.decisions and row.ended_at is None
    ]
    changed = [
        {"row": row.id, "ended_at": None} | {name: wanted[name] for name in (*_SAID, "decided_at", "ended_why")}
        for key, row in kept.items()
        if (wanted := outcome.decisions.get(key)) is not None and _is_other(row, wanted)
    ]
    for rows in (ended, changed):
        if rows:
            connection.execute(_CHANGE_DECISION, rows)
            # What the session holds of them is old now.
            session.expire_all()
    new = [values for key, values in outcome.decisions.items() if key not in kept]
    if new:
        _DECISIONS.insert(connection, new)


def _is_other(row: Row[Any], wanted: Mapping[str, Any]) -> bool:
    return row.ended_at is not None or any(getattr(row, name) != wanted[name] for name in _SAID)


def _why(outcome: _Outcome, order_id: int, ordered_at: datetime) -> str:
    is_waiting = (order_id, ordered_at) in outcome.effects
    return outcome.whys[order_id] if is_waiting else "order"


def _write_holds(
    session: Session, order_ids: Sequence[int], orders: Mapping[OrderKey, BuyersOrder], outcome: _Outcome, now: datetime
) -> None:
    connection, over, entries = session.connection(), [], []
    for hold in connection.execute(_STANDING_HOLDS, {"ids": list(order_ids)}):
        effect = outcome.effects.get((hold.order_id, hold.ordered_at))
        if effect is None or effect.level is not Level.HOLD:
            why = _why(outcome, hold.order_id, hold.ordered_at)
        elif hold.confirmed_at is None and hold.release_at <= now:
            why = "auto_released"
        else:
            continue
        over.append({"row": hold.id, "released_at": now, "released_why": why})
        entries.append(holds.released_entry(hold.order_id, why, hold.held_at))
    if over:
        connection.execute(_CHANGE_HOLD, over)
        session.expire_all()
    wanted = [
        {"order_id": key[0], "ordered_at": key[1], "buyer_id": orders[key].buyer_id, "held_at": now,
         "release_at": now + timedelta(hours=effect.hold_hours), "released_why": ""}
        for key, effect in outcome.effects.items()
        if effect.level is Level.HOLD
    ]  # fmt: skip
    # One that was held before is not held again.
    made = _HOLDS.insert(connection, wanted) if wanted else ()
    for row in made:
        entries.append(audit_entry(None, "buyer_labels.hold.placed", holds.ORDER, row.order_id))
    record_audits(entries)

"""How orders stand: what was decided, whether they are held now and until when; one question for a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, select, update

from shopadmin.plugin_api import (
    Actor,
    MissingError,
    ObjectionsError,
    OrderId,
    RefusedError,
    among,
    ask_around,
    db,
    order_snapshots,
    record_audit,
    writing,
)
from shopadmin_buyer_labels import permissions, policy_texts
from shopadmin_buyer_labels.domain.policy import REQUIREMENTS, Level, Requirement
from shopadmin_buyer_labels.models import OrderDecision, OrderHold
from shopadmin_buyer_labels.services import alike, allowances, holds, marks

LONGEST_REASON = 500

_DECISION, _HOLD = (cast(Table, model.__table__) for model in (OrderDecision, OrderHold))
_SAID, _HELD = _DECISION.c, _HOLD.c
# Of the tables rather than the models, which every page of the list would pay for.
_IN_FORCE = (
    select(
        _SAID.order_id, _SAID.ordered_at, _SAID.level, _SAID.requires, _SAID.campaigns, _SAID.decided_at,
        _SAID.label_id, _SAID.via, _HELD.held_at, _HELD.release_at, _HELD.confirmed_at, _HELD.released_at,
        _HELD.released_why,
    )
    .outerjoin_from(
        _DECISION, _HOLD, and_(_HELD.order_id == _SAID.order_id, _HELD.ordered_at == _SAID.ordered_at)
    )
    .where(among(_SAID.order_id, "ids"), _SAID.ended_at.is_(None), _SAID.mode == "live")
    .order_by(_SAID.id)
)  # fmt: skip

_PAUSED = (
    select(OrderDecision.label_id)
    .where(
        OrderDecision.order_id == bindparam("order"), OrderDecision.ordered_at == bindparam("at"),
        OrderDecision.ended_why == "disputed", OrderDecision.mode == "live",
    )
    .distinct()
)  # fmt: skip
_HELD_FOR = (
    select(_SAID.order_id, _SAID.ordered_at, _SAID.label_id)
    .where(among(_SAID.order_id, "ids"), _SAID.mode == "live", _SAID.level >= bindparam("hold"))
    .order_by(_SAID.id)
)


@dataclass(frozen=True, slots=True)
class OrderState:
    """How an order stands at a moment. ``since``: the first decision; ``held_at``, ``until``: of the hold that stands.

    ``until`` is None for one that a person confirmed. ``released_why``: how the hold that was ended.
    ``is_suspected``: only labels of somebody who is perhaps the buyer speak of it. Times: aware UTC.
    """

    ordered_at: datetime
    level: Level
    requires: tuple[Requirement, ...]
    campaigns: bool
    since: datetime
    labels: tuple[int, ...]
    held_at: datetime | None = None
    until: datetime | None = None
    is_confirmed: bool = False
    released_why: str = ""
    is_suspected: bool = False

    @property
    def is_held(self) -> bool:
        """Whether it waits now."""
        return self.level is Level.HOLD


def states_of(order_ids: Collection[int], now: datetime) -> Mapping[int, OrderState]:
    """How these orders stand, by id; those of whom nothing was decided are left out. One query.

    A hold whose time is over is over, whether or not the worker has written that down (section 4).
    """
    found: dict[int, list[Any]] = {}
    rows = ask_around(_IN_FORCE, {"ids": list(order_ids)}) if order_ids else ()
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return {order_id: _state(rows, now) for order_id, rows in found.items()}


def _state(rows: list[Any], now: datetime) -> OrderState:
    # After an undone import the id may be another order's: the newest one counts.
    ordered_at = max(row.ordered_at for row in rows)
    rows = [row for row in rows if row.ordered_at == ordered_at]
    hold, level = rows[0], Level(max(row.level for row in rows))
    is_confirmed = hold.confirmed_at is not None
    stands = hold.held_at is not None and hold.released_at is None and (is_confirmed or now < hold.release_at)
    asked = {code for row in rows for code in row.requires.split(",")}
    released = hold.released_why or ("auto_released" if hold.held_at is not None and not stands else "")
    return OrderState(
        ordered_at=ordered_at,
        level=level if stands else min(level, Level.FLAG),
        requires=tuple(code for code in REQUIREMENTS if code in asked) if stands else (),
        campaigns=all(row.campaigns for row in rows),
        since=min(row.decided_at for row in rows),
        labels=tuple(dict.fromkeys(row.label_id for row in rows)),
        held_at=hold.held_at if stands else None,
        until=hold.release_at if stands and not is_confirmed else None,
        is_confirmed=stands and is_confirmed,
        released_why=released,
        is_suspected=all(row.via == alike.VIA for row in rows),
    )


def paused_by(order_id: int, ordered_at: datetime) -> Sequence[int]:
    """The labels whose decisions about the order ended because somebody objects to them."""
    return db.session().scalars(_PAUSED, {"order": order_id, "at": ordered_at}).all()


def hold_of(order_id: int) -> OrderHold | None:
    """The newest hold of the order, standing or over."""
    query = select(OrderHold).where(OrderHold.order_id == order_id).order_by(OrderHold.ordered_at.desc()).limit(1)
    return db.session().scalar(query)


def held_for(order_ids: Collection[int]) -> Mapping[tuple[int, datetime], tuple[int, ...]]:
    """The labels for which rules held these orders, by order and its time; also where the hold is over. One query."""
    found: dict[tuple[int, datetime], dict[int, None]] = {}
    values = {"ids": list(order_ids), "hold": int(Level.HOLD)}
    for row in db.session().connection().execute(_HELD_FOR, values) if order_ids else ():
        found.setdefault((row.order_id, row.ordered_at), {})[row.label_id] = None
    return {order: tuple(labels) for order, labels in found.items()}


def release(actor: Actor, order_id: int, reason: str, allow_days: int = 0, now: datetime | None = None) -> None:
    """Let an order go on, with the reason; ``allow_days``: the buyer's next orders pass as well, for so many days.

    Raises ForbiddenError, MissingError, RefusedError without a reason, ObjectionsError where it is not held.
    """
    permissions.require(actor, permissions.RELEASE)
    now, reason = now or datetime.now(UTC), checked_reason(reason)
    with writing() as session:
        marks.lock(session)
        hold = _standing(order_id, now)
        holds.release(hold, "by_hand", now)
        hold.released_by, hold.note = actor.account_id, reason
        record_audit(actor, "buyer_labels.hold.released", holds.ORDER, order_id, after={"why": "by_hand"})
        if allow_days:
            allowances.allow(actor, hold.buyer_id, allow_days, reason, now)
        session.flush()


def confirm(actor: Actor, order_id: int, reason: str, now: datetime | None = None) -> None:
    """Keep an order back until a person releases it or cancels it by hand. Raises as ``release``."""
    permissions.require(actor, permissions.RELEASE)
    now, reason = now or datetime.now(UTC), checked_reason(reason)
    with writing() as session:
        marks.lock(session)
        hold = _standing(order_id, now)
        hold.confirmed_at, hold.confirmed_by, hold.note = now, actor.account_id, reason
        session.flush()
        record_audit(actor, "buyer_labels.hold.confirmed", holds.ORDER, order_id)


def forget(buyer_id: int) -> None:
    """Take away what people wrote about the holds of a buyer's orders; in the transaction around."""
    db.session().execute(update(OrderHold).where(OrderHold.buyer_id == buyer_id).values(note=""))


def checked_reason(reason: str) -> str:
    """The reason as it is kept. Raises RefusedError for none, and for one that is too long."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or "\0" in reason:
        raise RefusedError(policy_texts.problem("no_reason", "reason"))
    return reason


def _standing(order_id: int, now: datetime) -> OrderHold:
    if not order_snapshots([OrderId(order_id)]):
        raise MissingError(order_id)
    hold = hold_of(order_id)
    if hold is None or hold.released_at is not None or (hold.confirmed_at is None and hold.release_at <= now):
        raise ObjectionsError(policy_texts.problem("not_held"))
    return hold

"""What people do to an order by hand: change its status, record a parcel, a refund, a chargeback.

Each is one transaction with its entry in the activity log. A status changes only along ``domain/orders.py``, when no
plugin objects, and when nobody changed the order since the page was opened.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopadmin import hook_calls
from shopadmin.contract import Actor, OrderChange, OrderChanged, OrderId, Problem
from shopadmin.domain.orders import OrderStatus, can_change_status, refundable
from shopadmin.models import db
from shopadmin.models.orders import Chargeback, Order, OrderLine, Refund, Shipment, ShipmentLine
from shopadmin.services import audit, incident_reports, kept_texts, orders
from shopadmin.services.amounts import read_amount
from shopadmin.services.conflicts import ChangedMeanwhileError, MissingError, ObjectionsError
from shopadmin.services.transactions import after_commit, writing

MAX_TEXT = 500
MAX_NAME = 120


def change_status(actor: Actor, order_id: int, wanted: OrderStatus, revision: int) -> None:
    """Move an order to another status. ``revision``: of the order that the actor was looking at.

    Raises MissingError, ChangedMeanwhileError, and ObjectionsError where the rules or a plugin object.
    """
    with writing():
        order = _load(actor, order_id)
        if order.revision != revision:
            problem = Problem("changed_meanwhile", _("Somebody changed this order after you opened it."))
            labels = orders.STATUS_LABELS
            raise ChangedMeanwhileError(problem, labels[wanted], labels[OrderStatus(order.status)])
        _set_status(actor, order, wanted)


def record_shipment(
    actor: Actor, order_id: int, carrier: str, tracking_no: str, pieces: Mapping[int, int] | None = None
) -> None:
    """Record a parcel with ``pieces`` per line id (None: all that has not gone out). The last one ships the order.

    Raises MissingError, RefusedError for a value that is not usable, ObjectionsError for pieces that are not there.
    """
    carrier, tracking_no = (
        kept_texts.checked(carrier, "carrier", MAX_NAME),
        kept_texts.checked(tracking_no, "tracking_no", MAX_NAME),
    )
    with writing() as session:
        order = _load(actor, order_id)
        lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
        left = orders.unshipped(order.id, lines)
        sent = left if pieces is None else dict(pieces)
        _check_pieces(sent, left)
        _check_new_parcel(session, order, tracking_no)
        now = datetime.now(UTC)
        parcel = Shipment(order_id=order.id, carrier=carrier, tracking_no=tracking_no, shipped_at=now)
        session.add(parcel)
        session.flush()
        for line_id, qty in sent.items():
            if qty:
                session.add(ShipmentLine(shipment_id=parcel.id, order_line_id=line_id, qty=qty))
        after = {"carrier": carrier, "tracking_no": tracking_no, "pieces": sum(sent.values())}
        audit.record(actor, "core.shipment.recorded", "order", order.id, after=after)
        if order.status == OrderStatus.PAID and all(left[line_id] == sent.get(line_id, 0) for line_id in left):
            _set_status(actor, order, OrderStatus.SHIPPED)


def record_refund(actor: Actor, order_id: int, amount: str, reason: str) -> None:
    """Write down money given back; ``amount`` in major units of the order's currency.

    Raises MissingError, RefusedError, and ObjectionsError for more than was paid and not yet given back.
    """
    reason = kept_texts.checked(reason, "reason", MAX_TEXT)
    with writing() as session:
        order = _load(actor, order_id)
        minor = read_amount(amount, order.currency, "amount")
        recorded = session.scalar(select(func.sum(Refund.amount)).where(Refund.order_id == order.id)) or 0
        if minor > refundable(order.paid, order.total, order.refunded, int(recorded)):
            raise ObjectionsError(
                Problem("refund_too_high", _("That is more than was paid and not yet given back."), "amount")
            )
        session.add(
            Refund(
                order_id=order.id,
                amount=minor,
                reason=reason,
                refunded_at=datetime.now(UTC),
                recorded_by=actor.account_id,
            )
        )
        after = {"amount": minor, "currency": order.currency}
        audit.record(actor, "core.refund.recorded", "order", order.id, after=after, reason=reason)


def record_chargeback(actor: Actor, order_id: int, amount: str, reason: str) -> None:
    """Write down that a bank takes a payment back; ``amount`` in major units. Raises MissingError, RefusedError."""
    reason = kept_texts.checked(reason, "reason", MAX_TEXT)
    with writing() as session:
        order = _load(actor, order_id)
        minor = read_amount(amount, order.currency, "amount")
        if minor > (order.paid if order.paid is not None else order.total or 0):
            raise ObjectionsError(Problem("chargeback_too_high", _("That is more than was paid."), "amount"))
        session.add(
            Chargeback(
                order_id=order.id,
                amount=minor,
                reason=reason,
                opened_at=datetime.now(UTC),
                recorded_by=actor.account_id,
            )
        )
        after = {"amount": minor, "currency": order.currency}
        audit.record(actor, "core.chargeback.recorded", "order", order.id, after=after, reason=reason)


def decide_chargeback(actor: Actor, order_id: int, chargeback_id: int, is_won: bool) -> None:
    """Write down how a chargeback ended. Raises MissingError, and ObjectionsError when it already has."""
    with writing() as session:
        order = _load(actor, order_id)
        found = session.scalar(
            select(Chargeback).where(Chargeback.id == chargeback_id, Chargeback.order_id == order.id).with_for_update()
        )
        if found is None:
            raise MissingError(chargeback_id)
        if found.state != "open":
            raise ObjectionsError(Problem("chargeback_decided", _("This chargeback has been decided already.")))
        found.state, found.decided_at = "won" if is_won else "lost", datetime.now(UTC)
        audit.record(
            actor,
            "core.chargeback.decided",
            "order",
            order.id,
            before={"state": "open"},
            after={"state": found.state, "amount": found.amount, "currency": order.currency},
        )
        if is_won:
            incident_reports.chargeback_won(actor, order, found)


def known_carriers() -> list[str]:
    """Couriers of the newest parcels, offered while one types."""
    newest = select(Shipment.carrier).order_by(Shipment.id.desc()).limit(200).subquery()
    names = db.session().scalars(select(newest.c.carrier).where(newest.c.carrier != "").distinct())
    return sorted(names)


def _load(actor: Actor, order_id: int) -> Order:
    """The order, locked: what is checked next holds until the commit (SQLite has one writer anyway)."""
    order = orders.find(actor, order_id, lock=True)
    if order is None:
        raise MissingError(order_id)
    return order


def _set_status(actor: Actor, order: Order, wanted: OrderStatus) -> None:
    before = OrderStatus(order.status)
    if not can_change_status(before, wanted):
        labels = orders.STATUS_LABELS
        message = _("%(before)s → %(wanted)s is not possible.", before=labels[before], wanted=labels[wanted])
        raise ObjectionsError(Problem("status_change", message, "status"))
    change = OrderChange(orders.snapshot(order), before, wanted)
    if problems := hook_calls.check_order_change(change, actor):
        raise ObjectionsError(*problems)
    now = datetime.now(UTC)
    order.status = wanted
    if wanted is OrderStatus.PAID and order.paid_at is None:
        order.paid_at = now
    elif wanted is OrderStatus.SHIPPED and order.shipped_at is None:
        order.shipped_at = now
    elif wanted is OrderStatus.DELIVERED and order.delivered_at is None:
        order.delivered_at = now
    audit.record(
        actor, "core.order.status_changed", "order", order.id, before={"status": before}, after={"status": wanted}
    )
    event = OrderChanged(OrderId(order.id), before, wanted, now, actor.account_id)
    after_commit(lambda: hook_calls.order_changed(event))


def _check_pieces(sent: Mapping[int, int], left: Mapping[int, int]) -> None:
    for line_id, qty in sent.items():
        if line_id not in left:
            raise MissingError(line_id)
        if qty < 0 or qty > left[line_id]:
            raise ObjectionsError(Problem("too_many_pieces", _("More pieces than have not gone out yet."), "pieces"))
    # An order whose lines no file named still goes out as a whole.
    if left and not any(sent.values()):
        raise ObjectionsError(Problem("nothing_to_ship", _("Everything in this order has gone out already."), "pieces"))


def _check_new_parcel(session: Session, order: Order, tracking_no: str) -> None:
    query = select(Shipment.id).where(Shipment.order_id == order.id, Shipment.tracking_no == tracking_no)
    if session.scalar(query) is not None:
        raise ObjectionsError(
            Problem("parcel_known", _("This order has a parcel with that tracking number already."), "tracking_no")
        )

"""Holds: an envelope on an order that is about to be paid. Made, redeemed, cancelled, or lapsed."""

import uuid
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shopadmin.plugin_api import ObjectionsError, db, plugin_settings, record_audit
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain import baskets, eligibility, envelopes
from shopadmin_red_envelope.models import RedEnvelopeAllocation, RedEnvelopeHold
from shopadmin_red_envelope.services import holds, judging, terms
from shopadmin_red_envelope.services.changing import Change, changing, now
from shopadmin_red_envelope.services.holds import Hold
from shopadmin_red_envelope.services.judging import Order


class NotUsableError(ObjectionsError):
    """The envelope cannot pay for this order; ``verdict`` says all that speaks against it."""

    def __init__(self, verdict: eligibility.Verdict) -> None:
        super().__init__(*(messages.problem(reason) for reason in verdict.reasons))
        self.verdict = verdict


def quote(envelope_id: int, order: Order) -> eligibility.Verdict:
    """Whether the envelope is usable for the order now, and what it would do. Changes nothing.

    Of what else is on the order it sees this buyer's envelopes alone.
    Raises BasketError, MissingError; ObjectionsError for an order in another currency.
    """
    baskets.check_lines(order.lines)
    session = db.session()
    return judging.judge(session, judging.find_envelope(session, envelope_id), order, now(session), is_quote=True)


def hold(envelope_id: int, order: Order) -> Hold:
    """Hold an envelope for an order and freeze the shares of its lines; the same order may repeat it as it was.

    Raises BasketError, MissingError; NotUsableError, ObjectionsError for what is a conflict.
    """
    baskets.check_lines(order.lines)
    with changing() as change:
        # First, so that holds are always locked before their envelopes.
        _release_lapsed(change, or_(_of_envelope(envelope_id), holds.is_of_order(order.platform, order.order_no)))
        envelope = judging.find_envelope(change.session, envelope_id, locked=True)
        change.now = now(change.session)
        found = judging.judge(change.session, envelope, order, change.now)
        if envelope.state == "held" and found.usable:
            return _repeated(change.session, envelope, order, found)
        if not found.usable:
            raise NotUsableError(found)
        return _place_or_lose(change, envelope, order, found)


def redeem(hold_id: str, order_no: str | None = None) -> Hold:
    """The order is paid: the envelope is used up. To repeat it is no harm.

    ``order_no``: refused when the hold is another order's. Raises MissingError, ObjectionsError.
    """
    with changing() as change:
        matching = [RedEnvelopeHold.id == hold_id, RedEnvelopeHold.expires_at > change.now]
        if order_no is not None:
            matching.append(RedEnvelopeHold.order_no == order_no)
        if _end(change, "redeemed", *matching):
            _record("redeemed", hold_id)
            return holds.load(change.session, RedEnvelopeHold.id == hold_id)
        found = holds.load(change.session, RedEnvelopeHold.id == hold_id)
        if order_no is not None and found.order_no != order_no:
            raise ObjectionsError(messages.problem("other_order"))
        if found.state == "redeemed":
            return found
        raise ObjectionsError(messages.problem("hold_released" if found.state == "released" else "hold_lapsed"))


def cancel(hold_id: str) -> Hold:
    """The order is not paid: the envelope goes back to its buyer, or expires past its end (D5). Repeating is no harm.

    Raises MissingError; ObjectionsError once it is redeemed.
    """
    with changing() as change:
        if _end(change, "released", RedEnvelopeHold.id == hold_id):
            _record("cancelled", hold_id)
        found = holds.load(change.session, RedEnvelopeHold.id == hold_id)
        if found.state == "redeemed":
            raise ObjectionsError(messages.problem("already_redeemed"))
        return found


def receive(order_no: str, platform: str | None = None) -> Hold:
    """The buyer has confirmed the receipt of an order: set once, by the database's clock (R18).

    ``platform`` as in ``holds.of_order``. Raises MissingError; ObjectionsError for an order that is not paid yet.
    """
    with changing() as change:
        found = holds.of_order(change.session, order_no, platform)
        set_once = (
            update(RedEnvelopeHold)
            .where(
                RedEnvelopeHold.id == found.id, RedEnvelopeHold.state == "redeemed",
                RedEnvelopeHold.received_at.is_(None),
            )
            .values(received_at=change.now)
            .returning(RedEnvelopeHold.id)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        if (hold_id := change.session.scalar(set_once)) is not None:
            _record("received", hold_id)
        found = holds.load(change.session, RedEnvelopeHold.id == found.id)
        if found.state != "redeemed":
            raise ObjectionsError(messages.problem("not_redeemed"))
        return found


def release_lapsed(change: Change, most: int) -> int:
    """Release holds that are over; returns how many."""
    return _release_lapsed(change, RedEnvelopeHold.expires_at <= change.now, most)


def _of_envelope(envelope_id: int) -> Any:
    return RedEnvelopeHold.envelope_id == envelope_id


def _release_lapsed(change: Change, which: Any, most: int = 100) -> int:
    lapsed = (
        select(RedEnvelopeHold.id)
        .where(which, RedEnvelopeHold.state == "live", RedEnvelopeHold.expires_at <= change.now)
        .order_by(RedEnvelopeHold.expires_at, RedEnvelopeHold.id)
        .limit(most)
    )
    released = [
        hold_id
        for hold_id in change.session.scalars(lapsed).all()
        if _end(change, "released", RedEnvelopeHold.id == hold_id)
    ]
    for hold_id in released:
        _record("lapsed", hold_id)
    return len(released)


def _end(change: Change, state: str, *matching: Any) -> bool:
    """End a live hold; whether it was this transaction that did. What follows from it, the database's triggers do."""
    statement = (
        update(RedEnvelopeHold)
        .where(RedEnvelopeHold.state == "live", *matching)
        .values(state=state, ended_at=change.now)
        .returning(RedEnvelopeHold.id)
        .execution_options(synchronize_session=False)
    )
    return change.session.scalar(statement) is not None


def _repeated(session: Session, envelope: Row[Any], order: Order, verdict: eligibility.Verdict) -> Hold:
    """The order's own hold, if its basket is still the one that the shares were frozen for."""
    found = holds.load(session, RedEnvelopeHold.id == envelope.hold_id)
    frozen = session.execute(
        select(RedEnvelopeAllocation.line_key, RedEnvelopeAllocation.quantity, RedEnvelopeAllocation.before)
        .where(RedEnvelopeAllocation.hold_id == found.id)
    ).all()  # fmt: skip
    asked = [
        (split.key, line.quantity, split.before) for line, split in zip(order.lines, verdict.splits, strict=True)
    ]  # fmt: skip
    if sorted(map(tuple, frozen)) != sorted(asked):
        raise ObjectionsError(messages.problem("hold_differs"))
    return found


def _place_or_lose(change: Change, envelope: Row[Any], order: Order, verdict: eligibility.Verdict) -> Hold:
    """Place it, unless another envelope has come onto the order since it was judged: the database lets one through."""
    try:
        with change.session.begin_nested():
            return _place(change, envelope, order, verdict)
    except IntegrityError:
        meanwhile = judging.judge(change.session, envelope, order, now(change.session))
        if meanwhile.usable:
            raise
        raise NotUsableError(meanwhile) from None


def _place(change: Change, envelope: Row[Any], order: Order, verdict: eligibility.Verdict) -> Hold:
    hold_id = uuid.uuid4().hex
    sealed = terms.read(change.session, envelope.campaign_id)
    goods = sum(line.goods_amount for line in order.lines)
    remainder = sum(split.before for split in verdict.splits)
    minutes = plugin_settings("red_envelope").get("hold_minutes") or envelopes.DEFAULT_HOLD_MS // envelopes.MINUTE_MS
    shares = [
        {
            "hold_id": hold_id, "line_key": line.key, "is_goods": line.type == baskets.GOODS,
            "quantity": line.quantity, "before": split.before, "share": split.share, "paid": split.paid,
            "refunded_units": 0, "refunded_cash": 0, "refunded_share": 0,
        }
        for line, split in zip(order.lines, verdict.splits, strict=True)
    ]  # fmt: skip
    change.session.connection().execute(insert(RedEnvelopeAllocation), shares)
    change.session.execute(
        insert(RedEnvelopeHold).values(
            id=hold_id, envelope_id=envelope.id, platform=judging.platform_of(envelope.buyer),
            order_no=order.order_no, amount=envelope.amount,
            currency=envelope.currency, goods=goods, discounts=goods - remainder,
            basis=remainder if sealed and sealed.after_order_discounts else goods, lines=len(shares), state="live",
            held_at=change.now, expires_at=envelopes.hold_end(change.now, minutes * envelopes.MINUTE_MS),
        )
    )  # fmt: skip
    _record("made", hold_id, {"envelope": envelope.id, "order": order.order_no, "amount": envelope.amount})
    return holds.load(change.session, RedEnvelopeHold.id == hold_id)


def _record(act: str, hold_id: str, after: dict[str, Any] | None = None) -> None:
    record_audit(None, f"red_envelope.hold.{act}", "red_envelope.hold", hold_id, after=after)

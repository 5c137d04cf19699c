"""Refunds of orders that an envelope helped to pay: what they give, and whether the envelope returns (R18 to R22)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shopadmin.plugin_api import MissingError, ObjectionsError, RefusedError, db, record_audit
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain import refunds
from shopadmin_red_envelope.models import (
    RedEnvelope,
    RedEnvelopeAllocation,
    RedEnvelopeHold,
    RedEnvelopeRefund,
    RedEnvelopeRefundLine,
)
from shopadmin_red_envelope.services import holds, refund_records
from shopadmin_red_envelope.services.changing import Change, changing, now
from shopadmin_red_envelope.services.refund_records import Refund

# Whose fault: the first are wrong whatever happened before, the others have become impossible.
_BAD_INPUT = ("unknown_line", "bad_units")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a refund would be, started and completed now. ``facts``: why the envelope would return or not."""

    act: refunds.Refund
    facts: refunds.GiveBack
    settlement: refunds.Settlement
    currency: str


def preview(
    order_no: str,
    units: Mapping[str, int] | None = None,
    *,
    is_before_receipt: bool | None = None,
    platform: str | None = None,
) -> Preview:
    """What refunding these units by line key would give, None for all that is left. Changes nothing.

    ``is_before_receipt``: supposes that it was started before or after the receipt was confirmed, None for as it is.
    ``platform`` as in ``holds.of_order``. Raises MissingError, RefusedError, ObjectionsError.
    """
    session = db.session()
    hold = _redeemed(session, order_no, platform)
    at = now(session)
    act = _act(session, hold.id, units)
    use_to = session.scalar(select(RedEnvelope.use_to).where(RedEnvelope.id == hold.envelope_id)) or 0
    received_at = hold.received_at if is_before_receipt is None else None if is_before_receipt else at
    facts = refunds.give_back(act, at, at, received_at, use_to)
    return Preview(act, facts, refunds.settle(act, facts, hold.amount), hold.currency)


def start(
    order_no: str, units: Mapping[str, int] | None = None, currency: str | None = None, *, platform: str | None = None
) -> Refund:
    """Start a refund: its units are taken from now on, so that no other refund takes them too.

    ``units`` and ``platform`` as in ``preview``. Raises MissingError, RefusedError, ObjectionsError.
    """
    with changing() as change:
        hold = _redeemed(change.session, order_no, platform, locked=True)
        if currency not in (None, hold.currency):
            raise ObjectionsError(messages.problem("other_currency"))
        act = _act(change.session, hold.id, units)
        refund_id = uuid.uuid4().hex
        lines = [
            {"refund_id": refund_id, "line_key": line.key, "units": line.units, "cash": line.cash, "share": line.share}
            for line in act.lines
        ]
        change.session.connection().execute(insert(RedEnvelopeRefundLine), lines)
        change.session.execute(
            insert(RedEnvelopeRefund).values(
                id=refund_id, hold_id=hold.id, lines=len(lines), cash=act.cash, share=act.share,
                started_at=now(change.session), is_full=act.is_full,
            )
        )  # fmt: skip
        _record("started", refund_id, {"order": order_no, "cash": act.cash, "share": act.share})
        return refund_records.load(change.session, refund_id)


def complete(refund_id: str) -> Refund:
    """The money has gone back: now it is decided whether the envelope returns. To repeat it is no harm.

    Raises MissingError; ObjectionsError for one that was cancelled.
    """
    with changing() as change:
        row = _locked(change.session, refund_id)
        if row.cancelled_at is not None:
            raise ObjectionsError(messages.problem("refund_cancelled"))
        if row.completed_at is None:
            _decide(change, row)
        return refund_records.load(change.session, refund_id)


def cancel(refund_id: str) -> Refund:
    """No money goes back: the units can be refunded again, as if it had not been started. To repeat it is no harm.

    Raises MissingError; ObjectionsError once it is completed, or where a later refund was reckoned on top of it.
    """
    with changing() as change:
        row = _locked(change.session, refund_id)
        if row.completed_at is not None:
            raise ObjectionsError(messages.problem("refund_completed"))
        if row.cancelled_at is None:
            _give_up(change, row)
        return refund_records.load(change.session, refund_id)


def _locked(session: Session, refund_id: str) -> Any:
    """The refund's row, held until the commit. Raises MissingError."""
    table = RedEnvelopeRefund
    query = select(*table.__table__.columns).where(table.id == refund_id).with_for_update()
    row = session.execute(query).one_or_none()
    if row is None:
        raise MissingError(refund_id)
    return row


def _give_up(change: Change, row: Any) -> None:
    # Held as for a start, which reckons on what the lines have left.
    change.session.execute(select(RedEnvelopeHold.id).where(RedEnvelopeHold.id == row.hold_id).with_for_update())
    line, part = RedEnvelopeAllocation, RedEnvelopeRefundLine
    rows = change.session.execute(
        select(part.line_key, line.quantity, line.before, line.share, line.refunded_units, line.refunded_cash,
               line.refunded_share, part.units, part.cash, part.share.label("part_share"))
        .join(line, and_(line.hold_id == row.hold_id, line.line_key == part.line_key))
        .where(part.refund_id == row.id)
        .order_by(part.line_key)
    ).all()  # fmt: skip
    stuck = [
        found.line_key
        for found in rows
        if not refunds.can_be_undone(
            refunds.PlacedLine(*found[:5]), found.refunded_cash, found.refunded_share,
            refunds.LineRefund(found.line_key, found.units, found.cash, found.part_share),
        )
    ]  # fmt: skip
    if stuck:
        raise ObjectionsError(*(messages.problem("later_refund", key) for key in stuck))
    # A clock that was set back cancels nothing before it was started.
    at = max(now(change.session), row.started_at)
    change.session.execute(
        update(RedEnvelopeRefund)
        .where(RedEnvelopeRefund.id == row.id)
        .values(cancelled_at=at)
        .execution_options(synchronize_session=False)
    )
    _record("cancelled", row.id, {"cash": row.cash, "share": row.share})


def _decide(change: Change, row: Any) -> None:
    hold = change.session.execute(
        select(RedEnvelopeHold.envelope_id, RedEnvelopeHold.received_at)
        .where(RedEnvelopeHold.id == row.hold_id)
        .with_for_update()
    ).one()
    use_to = change.session.scalar(select(RedEnvelope.use_to).where(RedEnvelope.id == hold.envelope_id)) or 0
    try:
        with change.session.begin_nested():
            facts = _settle(change.session, row, hold.received_at, use_to)
    except IntegrityError as error:
        said = messages.said_by_trigger(error)
        if said is None or not said.code.endswith(".facts"):
            raise
        # The envelope's end came between the look at the clock and the statement.
        facts = _settle(change.session, row, hold.received_at, use_to)
    _record("completed", row.id, {"gives_back": facts.is_granted, "cash": row.cash})


def _settle(session: Session, row: Any, received_at: int | None, use_to: int) -> refunds.GiveBack:
    # A clock that was set back makes no refund end before its start.
    at = max(now(session), row.started_at)
    facts = refunds.give_back(refunds.Refund((), row.is_full), row.started_at, at, received_at, use_to)
    session.execute(
        update(RedEnvelopeRefund)
        .where(RedEnvelopeRefund.id == row.id, RedEnvelopeRefund.completed_at.is_(None))
        .values(
            completed_at=at, is_before_receipt=facts.is_before_receipt, is_valid=facts.is_valid,
            gives_back=facts.is_granted,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return facts


def _redeemed(session: Session, order_no: str, platform: str | None, *, locked: bool = False) -> holds.Hold:
    hold = holds.of_order(session, order_no, platform, locked=locked)
    if hold.state != "redeemed":
        raise ObjectionsError(messages.problem("not_redeemed"))
    return hold


def _act(session: Session, hold_id: str, units: Mapping[str, int] | None) -> refunds.Refund:
    table = RedEnvelopeAllocation
    rows = session.execute(
        select(table.line_key, table.quantity, table.before, table.share, table.refunded_units)
        .where(table.hold_id == hold_id)
        .order_by(table.line_key)
    ).all()
    try:
        return refunds.refund([refunds.PlacedLine(*row) for row in rows], units)
    except refunds.RefundError as error:
        # The rule says both with one code: here it is known which.
        is_empty = error.code == "nothing_to_refund" and any(row.quantity > row.refunded_units for row in rows)
        problem = messages.problem("no_units" if is_empty else error.code, error.key)
        raise (RefusedError if error.code in _BAD_INPUT else ObjectionsError)(problem) from error


def _record(act: str, refund_id: str, after: dict[str, Any]) -> None:
    record_audit(None, f"red_envelope.refund.{act}", "red_envelope.refund", refund_id, after=after)

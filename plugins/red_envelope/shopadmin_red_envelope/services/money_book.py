"""Where holds, their lines and refunds say something else than the ledger, or than each other."""

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from shopadmin_red_envelope.models import (
    RedEnvelope,
    RedEnvelopeAllocation,
    RedEnvelopeHold,
    RedEnvelopeRefund,
    RedEnvelopeRefundLine,
    RedEnvelopeTransfer,
)

Column = InstrumentedAttribute[str]


def mismatched_holds() -> Select[str]:
    """A live hold has a held envelope; a held or redeemed envelope has its hold."""
    hold, envelope = RedEnvelopeHold, RedEnvelope
    wanted = case((envelope.state == "held", "live"), else_="redeemed")
    orphans = (
        select(hold.id)
        .join(envelope, envelope.id == hold.envelope_id)
        .where(hold.state == "live", or_(envelope.state != "held", envelope.hold_id.is_distinct_from(hold.id)))
    )
    widows = (
        select(envelope.hold_id)
        .outerjoin(hold, and_(hold.id == envelope.hold_id, hold.envelope_id == envelope.id))
        .where(envelope.hold_id.is_not(None), or_(hold.id.is_(None), hold.state != wanted))
    )
    found = union_all(orphans, widows).subquery()
    return select(found.c.id)


def misallocated() -> Select[str]:
    """The lines of a hold sum to its amount and to what its discounts left of the goods."""
    hold, line = RedEnvelopeHold, RedEnvelopeAllocation
    return (
        select(hold.id)
        .outerjoin(line, line.hold_id == hold.id)
        .group_by(hold.id, hold.amount, hold.lines, hold.goods, hold.discounts)
        .having(
            or_(
                func.coalesce(func.sum(line.share), 0) != hold.amount,
                func.coalesce(func.sum(line.before), 0) != hold.goods - hold.discounts,
                func.count(line.line_key) != hold.lines,
            )
        )
        .order_by(hold.id)
    )


def _booked(source: Column, line_key: Column, event: str, account: str) -> ColumnElement[int]:
    """What the money book has of one line of a hold or refund, on the other side of sales."""
    transfer = RedEnvelopeTransfer
    other = transfer.to_account if event == "redeem" else transfer.from_account
    found = select(func.coalesce(func.sum(transfer.amount), 0)).where(
        transfer.source == source, transfer.source != "", transfer.line_key == line_key, transfer.book == "money",
        transfer.event == event, other == account,
    )  # fmt: skip
    return found.scalar_subquery()


def misbooked() -> Select[str]:
    """Redeemed lines and completed refund lines stand in the money book with just what they say; others do not."""
    line, hold = RedEnvelopeAllocation, RedEnvelopeHold
    part, refund = RedEnvelopeRefundLine, RedEnvelopeRefund
    is_paid = case((hold.state == "redeemed", 1), else_=0)
    is_back = case((refund.completed_at.is_not(None), 1), else_=0)
    sold = (
        select((line.hold_id + " " + line.line_key).label("id"))
        .join(hold, hold.id == line.hold_id)
        .where(
            or_(
                _booked(line.hold_id, line.line_key, "redeem", "cash") != line.paid * is_paid,
                _booked(line.hold_id, line.line_key, "redeem", "subsidy") != line.share * is_paid,
            )
        )
    )
    returned = (
        select((part.refund_id + " " + part.line_key).label("id"))
        .join(refund, refund.id == part.refund_id)
        .where(
            or_(
                _booked(part.refund_id, part.line_key, "refund", "cash") != part.cash * is_back,
                _booked(part.refund_id, part.line_key, "refund", "subsidy") != part.share * is_back,
            )
        )
    )
    found = union_all(sold, returned).subquery()
    return select(found.c.id)


def misrefunded() -> Select[str]:
    """A line counts units, cash and share of its refunds, cancelled ones aside; none is above what was paid."""
    line, part, refund = RedEnvelopeAllocation, RedEnvelopeRefundLine, RedEnvelopeRefund
    parts = (
        select(refund.hold_id, part.line_key, *(func.sum(column).label(column.key) for column in
                                                (part.units, part.cash, part.share)))
        .join(refund, refund.id == part.refund_id)
        .where(refund.cancelled_at.is_(None))
        .group_by(refund.hold_id, part.line_key)
        .subquery()
    )  # fmt: skip
    return (
        select(line.hold_id + " " + line.line_key)
        .outerjoin(parts, and_(parts.c.hold_id == line.hold_id, parts.c.line_key == line.line_key))
        .where(
            or_(
                func.coalesce(parts.c.units, 0) != line.refunded_units,
                func.coalesce(parts.c.cash, 0) != line.refunded_cash,
                func.coalesce(parts.c.share, 0) != line.refunded_share,
                line.refunded_cash > line.paid,
                line.refunded_units > line.quantity,
            )
        )
        .order_by(line.hold_id, line.line_key)
    )


def misdecided() -> Select[str]:
    """The lines of a refund sum to it, and it gave the envelope back exactly where all three facts hold."""
    refund, part = RedEnvelopeRefund, RedEnvelopeRefundLine
    granted = and_(refund.is_full, refund.is_before_receipt.is_(true()), refund.is_valid.is_(true()))
    return (
        select(refund.id)
        .outerjoin(part, part.refund_id == refund.id)
        .group_by(*refund.__table__.columns)
        .having(
            or_(
                func.coalesce(func.sum(part.cash), 0) != refund.cash,
                func.coalesce(func.sum(part.share), 0) != refund.share,
                func.count(part.line_key) != refund.lines,
                func.coalesce(refund.gives_back, false()) != func.coalesce(granted, false()),
            )
        )
        .order_by(refund.id)
    )

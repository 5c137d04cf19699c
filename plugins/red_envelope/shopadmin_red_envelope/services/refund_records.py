"""Refunds as they stand: one by its id, all of an order. Who starts and ends them is ``refunding``."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import MissingError, db
from shopadmin_red_envelope.models import RedEnvelopeHold, RedEnvelopeRefund, RedEnvelopeRefundLine
from shopadmin_red_envelope.services import holds


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund act as it stands. Cash by line and in sum; minor units; milliseconds UTC.

    ``gives_back``: None until it is completed, and of what was cancelled. ``given_back``, ``forfeited``: what became of
    the envelope's share.
    """

    id: str
    platform: str
    order_no: str
    currency: str
    cash: int
    cash_by_line: Mapping[str, int]
    started_at: int
    completed_at: int | None
    cancelled_at: int | None
    is_full: bool
    gives_back: bool | None
    given_back: int
    forfeited: int


def find(refund_id: str) -> Refund:
    """The refund. Raises MissingError."""
    return load(db.session(), refund_id)


def of_order(order_no: str, platform: str | None = None) -> list[Refund]:
    """The refunds of an order that was placed with an envelope, the oldest first. Raises as ``holds.of_order``."""
    session = db.session()
    hold = holds.of_order(session, order_no, platform)
    table = RedEnvelopeRefund
    ids = session.scalars(select(table.id).where(table.hold_id == hold.id).order_by(table.started_at, table.id)).all()
    return [load(session, refund_id) for refund_id in ids]


def load(session: Session, refund_id: str) -> Refund:
    """The refund. Raises MissingError."""
    row = session.execute(
        select(*RedEnvelopeRefund.__table__.columns, RedEnvelopeHold.platform, RedEnvelopeHold.order_no,
               RedEnvelopeHold.currency, RedEnvelopeHold.amount)
        .join(RedEnvelopeHold, RedEnvelopeHold.id == RedEnvelopeRefund.hold_id)
        .where(RedEnvelopeRefund.id == refund_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise MissingError(refund_id)
    line = RedEnvelopeRefundLine
    lines = session.execute(select(line.line_key, line.cash).where(line.refund_id == refund_id).order_by(line.line_key))
    is_done = row.completed_at is not None
    return Refund(
        id=row.id, platform=row.platform, order_no=row.order_no, currency=row.currency, cash=row.cash,
        cash_by_line={found.line_key: found.cash for found in lines}, started_at=row.started_at,
        completed_at=row.completed_at, cancelled_at=row.cancelled_at, is_full=row.is_full, gives_back=row.gives_back,
        given_back=row.amount if row.gives_back else 0,
        forfeited=row.share if is_done and not row.gives_back else 0,
    )  # fmt: skip

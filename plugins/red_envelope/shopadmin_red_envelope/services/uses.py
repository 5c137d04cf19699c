"""What envelopes did on orders: frozen shares by line, refunds so far, and why one came back or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from shopadmin.plugin_api import db
from shopadmin_red_envelope.models import (
    RedEnvelope,
    RedEnvelopeAllocation,
    RedEnvelopeHold,
    RedEnvelopeRefund,
)
from shopadmin_red_envelope.services.changing import now


@dataclass(frozen=True, slots=True)
class Use:
    """An envelope on an order that is placed or paid. Rows of the tables; minor units, milliseconds UTC.

    ``envelope``: its id, buyer, state, campaign and end; it may be on another order by now. ``refunds``: oldest first.
    """

    hold: Any
    envelope: Any
    lines: Sequence[Any]
    refunds: Sequence[Any]

    @property
    def platform(self) -> str:
        """Where the order was placed."""
        return str(self.hold.platform)

    @property
    def gave_back(self) -> bool:
        """Whether a refund of this order gave the envelope back."""
        return any(refund.gives_back for refund in self.refunds)

    @property
    def is_forfeited(self) -> bool:
        """Whether refunds took all of this order and gave the envelope back in none."""
        return bool(self.envelope.state == "forfeited" and self.envelope.hold_id == self.hold.id)

    @property
    def left(self) -> int:
        """Units that no refund has taken yet."""
        return sum(line.quantity - line.refunded_units for line in self.lines)


def of_order(order_no: str, platform: str) -> Use | None:
    """The envelope on an order, None where there is none or its hold is over. Changes nothing."""
    found = _uses(and_(RedEnvelopeHold.platform == platform, RedEnvelopeHold.order_no == order_no))
    return found[0] if found else None


def platforms_of(order_no: str) -> list[str]:
    """The platforms that have an order of this number with an envelope on it, by name."""
    found = select(RedEnvelopeHold.platform).where(RedEnvelopeHold.order_no == order_no, _is_on())
    return sorted(db.session().scalars(found.distinct()))


def of_envelope(envelope_id: int) -> list[Use]:
    """The orders that the envelope is or was on, the latest first: more than one where refunds gave it back."""
    return _uses(RedEnvelopeHold.envelope_id == envelope_id)


def _uses(which: ColumnElement[bool]) -> list[Use]:
    hold = RedEnvelopeHold
    query = select(*hold.__table__.columns).where(which, _is_on()).order_by(hold.held_at.desc(), hold.id)
    rows = db.session().execute(query).all()
    return [_use(row) for row in rows]


def _is_on() -> ColumnElement[bool]:
    hold = RedEnvelopeHold
    return or_(hold.state == "redeemed", and_(hold.state == "live", hold.expires_at > now(db.session())))


def _use(hold: Any) -> Use:
    envelope, line, refund = RedEnvelope, RedEnvelopeAllocation, RedEnvelopeRefund
    read = db.session().execute
    return Use(
        hold=hold,
        envelope=read(
            select(envelope.id, envelope.campaign_id, envelope.buyer, envelope.state, envelope.use_to, envelope.hold_id)
            .where(envelope.id == hold.envelope_id)
        ).one(),
        lines=read(select(*line.__table__.columns).where(line.hold_id == hold.id).order_by(line.line_key)).all(),
        refunds=read(
            select(*refund.__table__.columns)
            .where(refund.hold_id == hold.id)
            .order_by(refund.started_at, refund.id)
        ).all(),
    )  # fmt: skip

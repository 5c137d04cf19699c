"""A buyer's envelopes, and whose an envelope is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from shopadmin.plugin_api import MissingError, db
from shopadmin_red_envelope.domain import envelopes
from shopadmin_red_envelope.models import RedEnvelope, RedEnvelopeHold
from shopadmin_red_envelope.services import changing, holds, refund_records, terms
from shopadmin_red_envelope.services.terms import Sealed

# A quote looks at no more: a basket takes one anyhow.
MOST_USABLE = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """An envelope as its buyer sees it now; minor units, milliseconds UTC. ``order_no``: what it is held for or paid.

    ``held_until``: while it is held.
    """

    id: int
    status: envelopes.State
    terms: Sealed
    claimed_at: int
    order_no: str | None
    held_until: int | None


def find(envelope_id: int, buyer: str) -> Kept:
    """The buyer's envelope. Raises MissingError, for another's as well."""
    row = db.session().execute(_kept(buyer).where(RedEnvelope.id == envelope_id)).one_or_none()
    if row is None:
        raise MissingError(envelope_id)
    return _seen(row, changing.now())


def page(buyer: str, status: str, before: int | None, size: int) -> list[Kept]:
    """The buyer's envelopes in this state, or in ``all``, the latest first. ``before``: the last one's id."""
    now = changing.now()
    query = _kept(buyer)
    if status != "all":
        query = query.where(_in(status, now))
    if before is not None:
        query = query.where(RedEnvelope.id < before)
    rows = db.session().execute(query.order_by(RedEnvelope.id.desc()).limit(size)).all()
    return [_seen(row, now) for row in rows]


def usable(buyer: str) -> list[int]:
    """The buyer's envelopes that are not used up or over, by their end."""
    now = changing.now()
    query = (
        select(RedEnvelope.id)
        .outerjoin(RedEnvelopeHold, RedEnvelopeHold.id == RedEnvelope.hold_id)
        .where(RedEnvelope.buyer == buyer, or_(_in("available", now), _in("held", now)))
        .order_by(RedEnvelope.use_to, RedEnvelope.id)
        .limit(MOST_USABLE)
    )
    return list(db.session().scalars(query))


def require_hold(buyer: str, hold_id: str) -> None:
    """Raise MissingError unless the hold is on an envelope of the buyer's."""
    find(holds.find(hold_id).envelope_id, buyer)


def require_order(buyer: str, platform: str, order_no: str) -> None:
    """Raise MissingError unless the order lives on an envelope of the buyer's."""
    find(holds.of_order(db.session(), order_no, platform).envelope_id, buyer)


def require_refund(buyer: str, refund_id: str) -> None:
    """Raise MissingError unless the refund is of such an order."""
    found = refund_records.find(refund_id)
    require_order(buyer, found.platform, found.order_no)


def _kept(buyer: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            RedEnvelope.id, RedEnvelope.campaign_id, RedEnvelope.state, RedEnvelope.use_to, RedEnvelope.claimed_at,
            RedEnvelopeHold.order_no, RedEnvelopeHold.expires_at,
        )
        .outerjoin(RedEnvelopeHold, RedEnvelopeHold.id == RedEnvelope.hold_id)
        .where(RedEnvelope.buyer == buyer)
    )  # fmt: skip


def _in(status: str, now: int) -> ColumnElement[bool]:
    """The same as ``envelopes.shown_state`` says, in SQL."""
    is_over, is_held = RedEnvelope.use_to <= now, RedEnvelope.state == "held"
    is_free = or_(RedEnvelope.state == "available", and_(is_held, RedEnvelopeHold.expires_at <= now))
    if status == "available":
        return and_(is_free, ~is_over)
    if status == "expired":
        return or_(RedEnvelope.state == "expired", and_(is_free, is_over))
    if status == "held":
        return and_(is_held, RedEnvelopeHold.expires_at > now)
    return RedEnvelope.state == status


def _seen(row: Row[Any], now: int) -> Kept:
    sealed = terms.read(db.session(), row.campaign_id)
    if sealed is None:
        raise LookupError(f"campaign {row.campaign_id} has envelopes and no seal")
    status = envelopes.shown_state(envelopes.Standing(row.state, row.use_to, row.expires_at), now)
    is_bound = status in ("held", "redeemed", "forfeited")
    return Kept(
        id=row.id, status=status, terms=sealed, claimed_at=row.claimed_at,
        order_no=row.order_no if is_bound else None, held_until=row.expires_at if status == "held" else None,
    )  # fmt: skip

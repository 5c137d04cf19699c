"""Holds as they stand: by id, by order, and line by line. Who makes and ends them is ``holding``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import MissingError, ObjectionsError, db
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.models import RedEnvelopeAllocation, RedEnvelopeHold


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as it stands. ``shares``: by line key, frozen. Instants: milliseconds UTC."""

    id: str
    envelope_id: int
    platform: str
    order_no: str
    amount: int
    currency: str
    state: str
    held_at: int
    expires_at: int
    ended_at: int | None
    received_at: int | None
    payable_goods: int
    shares: Mapping[str, int]


def find(hold_id: str) -> Hold:
    """The hold. Raises MissingError."""
    return load(db.session(), RedEnvelopeHold.id == hold_id)


def of_order(session: Session, order_no: str, platform: str | None = None, *, locked: bool = False) -> Hold:
    """The hold that an order lives on, released ones aside.

    ``platform``: whose order it is; None for the one platform that has an order of this number.
    Raises MissingError; ObjectionsError where several have.
    """
    if platform is None:
        known = select(RedEnvelopeHold.platform).where(
            RedEnvelopeHold.order_no == order_no, RedEnvelopeHold.state != "released"
        )
        platforms = session.scalars(known.limit(2)).all()
        if not platforms:
            raise MissingError(order_no)
        if len(platforms) > 1:
            raise ObjectionsError(messages.problem("which_platform"))
        platform = platforms[0]
    return load(session, is_of_order(platform, order_no), RedEnvelopeHold.state != "released", locked=locked)


def lines_of(hold_id: str) -> list[Any]:
    """The lines of a hold by key: shares as they were frozen, and what refunds have taken since. Minor units."""
    line = RedEnvelopeAllocation
    query = select(*line.__table__.columns).where(line.hold_id == hold_id).order_by(line.line_key)
    return list(db.session().execute(query))


def is_of_order(platform: str, order_no: str) -> Any:
    """Which holds were made for the order."""
    return and_(RedEnvelopeHold.platform == platform, RedEnvelopeHold.order_no == order_no)


def load(session: Session, *which: Any, locked: bool = False) -> Hold:
    """The hold that these conditions find; ``locked``: held until the commit. Raises MissingError."""
    query: Any = select(*RedEnvelopeHold.__table__.columns).where(*which)
    row = session.execute(query.with_for_update() if locked else query).one_or_none()
    if row is None:
        raise MissingError
    lines = session.execute(
        select(RedEnvelopeAllocation.line_key, RedEnvelopeAllocation.share)
        .where(RedEnvelopeAllocation.hold_id == row.id)
        .order_by(RedEnvelopeAllocation.line_key)
    ).all()
    return Hold(
        id=row.id, envelope_id=row.envelope_id, platform=row.platform, order_no=row.order_no, amount=row.amount,
        currency=row.currency, state=row.state, held_at=row.held_at, expires_at=row.expires_at, ended_at=row.ended_at,
        received_at=row.received_at, payable_goods=row.goods - row.discounts - row.amount,
        shares={line.line_key: line.share for line in lines},
    )  # fmt: skip

"""Campaigns as buyers see them: what may be collected now or soon. Drafts and withdrawn ones are nobody's business."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, or_, select, tuple_

from shopadmin.plugin_api import MissingError, db
from shopadmin_red_envelope.domain import claims
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopeStock
from shopadmin_red_envelope.services import changing, recipients


@dataclass(frozen=True, slots=True)
class Offer:
    """A campaign's terms and how much is left. Minor units; ``[claim_from, claim_to)`` and so on, milliseconds UTC."""

    id: int
    title: str
    status: claims.Status
    amount: int
    currency: str
    threshold: int | None
    after_order_discounts: bool
    claim_from: int
    claim_to: int
    use_from: int
    use_to: int
    left: claims.Left


def shown_to(campaign_id: int, buyer: str | None) -> Offer:
    """A campaign that is or was on offer to this buyer, as ``recipients.require`` says. Raises MissingError."""
    recipients.require(campaign_id, None, buyer)
    return find(campaign_id)


def find(campaign_id: int) -> Offer:
    """A campaign that is or was on offer, whomever it is for. Raises MissingError."""
    row = db.session().execute(_offers().where(RedEnvelopeCampaign.id == campaign_id)).one_or_none()
    if row is None:
        raise MissingError(campaign_id)
    return _offer(row, changing.now())


def coming(after: Sequence[Any], size: int, buyer: str | None) -> list[Offer]:
    """Campaigns that are open or will be, the earliest first, for pages of ``size``; those that are pushed are shown
    to whom they were sent. ``after``: start of collection and id of the last one before, or nothing."""
    now, start = changing.now(), (RedEnvelopeCampaign.claim_from, RedEnvelopeCampaign.id)
    shown = or_(RedEnvelopeCampaign.mode == "page", RedEnvelopeCampaign.id.in_(_pushed(now, buyer)))
    query = _offers().where(shown, RedEnvelopeCampaign.claim_to > now)
    if after:
        query = query.where(tuple_(*start) > tuple_(*after))
    rows = db.session().execute(query.order_by(*start).limit(size)).all()
    return [_offer(row, now) for row in rows]


def _pushed(now: int, buyer: str | None) -> Collection[int]:
    """The campaigns that this buyer alone, and others like them, know of."""
    table = RedEnvelopeCampaign
    query = select(table.id).where(table.mode == "push", table.state == "scheduled", table.claim_to > now)
    return recipients.of_buyer(db.session().scalars(query).all(), buyer)


def _offers() -> Select[*tuple[Any, ...]]:
    table = RedEnvelopeCampaign
    return (
        select(
            table.id, table.title, table.amount, table.currency, table.threshold, table.after_order_discounts,
            table.claim_from, table.claim_to, table.use_from, table.use_to, table.quantity, RedEnvelopeStock.claimed,
        )
        .outerjoin(RedEnvelopeStock, RedEnvelopeStock.campaign_id == table.id)
        .where(table.state == "scheduled")
    )  # fmt: skip


def _offer(row: Row[Any], now: int) -> Offer:
    status = claims.status(row.claim_from, row.claim_to, now)
    return Offer(
        id=row.id, title=row.title, status=status, amount=row.amount, currency=row.currency, threshold=row.threshold,
        after_order_discounts=row.after_order_discounts, claim_from=row.claim_from, claim_to=row.claim_to,
        use_from=row.use_from, use_to=row.use_to, left=claims.coarse_left(row.quantity, row.claimed or 0),
    )  # fmt: skip

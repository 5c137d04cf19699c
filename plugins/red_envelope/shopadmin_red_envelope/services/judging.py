"""May this envelope pay for that order: what is known of both, put to the one rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import MissingError, ObjectionsError
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain import eligibility, envelopes
from shopadmin_red_envelope.domain.baskets import Line, Tool
from shopadmin_red_envelope.models import RedEnvelope, RedEnvelopeHold
from shopadmin_red_envelope.services import terms, tool_lists

# This shop: an envelope knows no other (R5).
SHOP = "this"


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the storefront names it when it is placed. Amounts: minor units of ``currency``."""

    order_no: str
    buyer: str
    currency: str
    lines: Sequence[Line]
    tools: Sequence[Tool] = ()
    shop: str = SHOP

    @property
    def platform(self) -> str:
        """Whose order it is: the buyer's platform. Two may have orders of one number."""
        return platform_of(self.buyer)


def platform_of(buyer: str) -> str:
    """The platform of a buyer ``<platform>:<ref>``."""
    return buyer.partition(":")[0]


def find_envelope(session: Session, envelope_id: int, *, locked: bool = False) -> Row[Any]:
    """The envelope's row. Raises MissingError."""
    query: Any = select(
        RedEnvelope.id, RedEnvelope.campaign_id, RedEnvelope.buyer, RedEnvelope.amount, RedEnvelope.currency,
        RedEnvelope.use_from, RedEnvelope.use_to, RedEnvelope.state, RedEnvelope.hold_id,
    ).where(RedEnvelope.id == envelope_id)  # fmt: skip
    found = session.execute(query.with_for_update() if locked else query).one_or_none()
    if found is None:
        raise MissingError(envelope_id)
    return found


def judge(
    session: Session, envelope: Row[Any], order: Order, at: int, *, is_quote: bool = False
) -> eligibility.Verdict:
    """What the rule says at ``at``, milliseconds UTC, by the shop's own lists of tools.

    ``is_quote``: count what this buyer has on the order alone. Whoever may only ask must not learn by guessing which
    order numbers there are; the hold itself counts everybody's.
    Raises MissingError; ObjectionsError for an order in another currency.
    """
    if order.currency != envelope.currency:
        raise ObjectionsError(messages.problem("other_currency"))
    sealed = terms.read(session, envelope.campaign_id)
    if sealed is None:
        raise MissingError(envelope.id)
    state, held_by = _standing(session, envelope, at)
    asked = eligibility.Envelope(
        amount=envelope.amount, shop=SHOP, owner=envelope.buyer, use_from=envelope.use_from, use_to=envelope.use_to,
        threshold=sealed.threshold, after_order_discounts=sealed.after_order_discounts, state=state, held_by=held_by,
    )  # fmt: skip
    # Not the hold it is on; but one that a refund took it from still stands on its order.
    others = select(func.count()).where(
        RedEnvelopeHold.platform == platform_of(envelope.buyer),
        RedEnvelopeHold.order_no == order.order_no,
        RedEnvelopeHold.id != (envelope.hold_id or ""),
        or_(
            RedEnvelopeHold.state == "redeemed",
            and_(RedEnvelopeHold.state == "live", RedEnvelopeHold.expires_at > at),
        ),
    )  # fmt: skip
    if is_quote:
        own = select(RedEnvelope.id).where(RedEnvelope.buyer == order.buyer)
        others = others.where(RedEnvelopeHold.envelope_id.in_(own))
    basket = eligibility.Basket(
        order.shop, order.buyer, order.lines, order.tools, order.order_no, session.scalar(others) or 0
    )
    return eligibility.eligibility(asked, basket, at, tool_lists.current())


def _standing(session: Session, envelope: Row[Any], at: int) -> tuple[Any, str | None]:
    """The envelope's state now, and the order that holds it: a hold that is over holds nothing."""
    held = session.execute(
        select(RedEnvelopeHold.order_no, RedEnvelopeHold.expires_at).where(RedEnvelopeHold.id == envelope.hold_id)
    ).one_or_none()
    standing = envelopes.Standing(envelope.state, envelope.use_to, held.expires_at if held else None)
    return envelopes.shown_state(standing, at), held.order_no if held else None

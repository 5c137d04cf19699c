"""What several endpoints take or answer: ids, instants, an envelope."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shopadmin.plugin_api import ApiCall, ApiModel, ApiQuery
from shopadmin_red_envelope.domain import times
from shopadmin_red_envelope.domain.envelopes import State
from shopadmin_red_envelope.services.terms import Sealed
from shopadmin_red_envelope.services.wallets import Kept

ROOT = "/api/v1/red-envelope"

Minor = Annotated[int, Field(ge=0, description="Minor units")]
Id = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")]
HexId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
OF_PLATFORM = (
    "Unique on its platform, which is the buyer's: two platforms may have orders of one number, and each takes an "
    "envelope of its own"
)
OrderNo = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9#_-][A-Za-z0-9#_.:-]{0,63}$",
        description=f"The storefront's own, always the same. {OF_PLATFORM}",
    ),
]


class EnvelopeId(ApiQuery):
    """Which envelope."""

    envelope_id: Id


class Condition(ApiModel):
    """The goods that an order needs, freight and fees aside: ``at_least`` or ``above``, the other is null.

    ``after_order_discounts``: whether other discounts of the order are taken off before.
    """

    at_least: Minor | None
    above: Minor | None
    after_order_discounts: bool


class Envelope(ApiModel):
    """A buyer's envelope. It is used in ``[use_from, use_to)``; ``order_no``: what it is held for or has paid."""

    id: int
    campaign_id: int
    title: str
    status: State
    amount: Minor
    currency: str
    condition: Condition
    use_from: AwareDatetime
    use_to: AwareDatetime
    claimed_at: AwareDatetime
    order_no: str | None
    held_until: AwareDatetime | None


Status = Literal["all", "available", "held", "redeemed", "forfeited", "expired"]


def condition(threshold: int | None, amount: int, after_order_discounts: bool) -> Condition:
    """D1: an amount that the goods reach, or the envelope itself, which they exceed."""
    above = amount if threshold is None else None
    return Condition(at_least=threshold, above=above, after_order_discounts=after_order_discounts)


def envelope(kept: Kept) -> Envelope:
    """The envelope as it is answered."""
    sealed: Sealed = kept.terms
    return Envelope(
        id=kept.id, campaign_id=sealed.id, title=sealed.title, status=kept.status, amount=sealed.amount,
        currency=sealed.currency, condition=condition(sealed.threshold, sealed.amount, sealed.after_order_discounts),
        use_from=moment(sealed.use_from), use_to=moment(sealed.use_to), claimed_at=moment(kept.claimed_at),
        order_no=kept.order_no, held_until=maybe_moment(kept.held_until),
    )  # fmt: skip


def moment(instant: int) -> datetime:
    """Milliseconds as an aware time, which JSON writes by RFC 3339."""
    return times.to_datetime(instant)


def maybe_moment(instant: int | None) -> datetime | None:
    """The same, for what may not have been."""
    return None if instant is None else moment(instant)


def buyer(call: ApiCall) -> str:
    """The buyer of the token, as envelopes keep it."""
    return f"{call.buyer.platform}:{call.buyer.ref}"


def maybe_buyer(call: ApiCall) -> str | None:
    """The same for what the storefront's server may call in its own name, too."""
    return None if call.caller.buyer is None else buyer(call)

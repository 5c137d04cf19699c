"""The buyer's envelopes, and what they would do for a basket."""

from typing import Annotated

from pydantic import Field

from shopadmin.plugin_api import ApiAnswer, ApiCall, ApiEndpoint, ApiListQuery, ApiModel
from shopadmin_red_envelope.domain.eligibility import Reason, Verdict
from shopadmin_red_envelope.http_api import refusals, shapes
from shopadmin_red_envelope.http_api.baskets import Basket, WhichEnvelope, order
from shopadmin_red_envelope.http_api.shapes import OF_PLATFORM, ROOT, Envelope, EnvelopeId, Minor, OrderNo, Status
from shopadmin_red_envelope.services import holding, wallets


class WalletQuery(ApiListQuery):
    """Which envelopes."""

    status: Status = "all"


class Wallet(ApiModel):
    """A page of envelopes, the latest first."""

    items: list[Envelope]
    next_cursor: str | None


class QuoteRequest(Basket):
    """A basket: what would the envelope do for it, or each of the buyer's where none is named."""

    envelope_id: WhichEnvelope | None = None
    order_no: Annotated[
        OrderNo | None, Field(description=f"An order's own hold does not stand in its way. {OF_PLATFORM}")
    ] = None


class Quote(ApiModel):
    """What one envelope would do. ``missing``: how much more goods it takes, where that is what is wrong.

    ``shares``, by line key, and ``payable_goods``: when it is usable.
    """

    envelope_id: int
    amount: Minor
    currency: str
    usable: bool
    reasons: list[Reason]
    missing: Minor | None
    payable_goods: Minor | None
    shares: dict[str, Minor]


class Quotes(ApiModel):
    """For each envelope that was asked about; those that end first come first."""

    items: list[Quote]


def page(call: ApiCall) -> ApiAnswer:
    """The buyer's own."""
    size, after = call.query.size, call.after(call.query.cursor)
    found = wallets.page(shapes.buyer(call), call.query.status, after[0] if after else None, size + 1)
    cursor = call.cursor([found[size - 1].id]) if len(found) > size else None
    return ApiAnswer(Wallet(items=[shapes.envelope(kept) for kept in found[:size]], next_cursor=cursor))


def show(call: ApiCall) -> ApiAnswer:
    """One of the buyer's own."""
    return ApiAnswer(shapes.envelope(wallets.find(int(call.params.envelope_id), shapes.buyer(call))))


def quote(call: ApiCall) -> ApiAnswer:
    """Ask the rule, change nothing."""
    body: QuoteRequest = call.body
    buyer = shapes.buyer(call)
    wanted = wallets.usable(buyer) if body.envelope_id is None else [body.envelope_id]
    with refusals.named():
        return ApiAnswer(
            Quotes(items=[_quote(wallets.find(envelope_id, buyer), body, buyer) for envelope_id in wanted])
        )


def _quote(kept: wallets.Kept, body: QuoteRequest, buyer: str) -> Quote:
    currency = kept.terms.currency
    verdict: Verdict = holding.quote(kept.id, order(body, body.order_no or "", buyer, currency))
    return Quote(
        envelope_id=kept.id, amount=kept.terms.amount, currency=currency, usable=verdict.usable,
        reasons=list(verdict.reasons), missing=verdict.missing, payable_goods=verdict.payable_goods,
        shares={split.key: split.share for split in verdict.splits},
    )  # fmt: skip


ENDPOINTS = (
    ApiEndpoint("GET", f"{ROOT}/wallet", "wallet", "The buyer's envelopes", page, Wallet, query=WalletQuery),
    ApiEndpoint(
        "GET", f"{ROOT}/wallet/{{envelope_id}}", "wallet", "One envelope", show, Envelope, params=EnvelopeId
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/quotes", "wallet", "What envelopes would do for a basket", quote, Quotes, body=QuoteRequest,
        problems=(refusals.OTHER_CURRENCY, refusals.BAD_LINES),
        description="Changes nothing. Whether an envelope may be used is decided when it is held. "
        "Of what is on the order already it sees this buyer's envelopes alone.",
    ),
)  # fmt: skip

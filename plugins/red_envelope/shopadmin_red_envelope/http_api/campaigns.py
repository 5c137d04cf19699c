"""Campaigns and claims."""

from typing import Literal

from pydantic import AwareDatetime

from shopadmin.plugin_api import (
    ApiAnswer,
    ApiCall,
    ApiEndpoint,
    ApiKey,
    ApiLink,
    ApiListQuery,
    ApiModel,
    ApiQuery,
    ApiRefusalError,
    ApiRendered,
    store_api_answers,
    stored_api_answers,
    writing,
)
from shopadmin_red_envelope.domain.claims import Left
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.http_api import refusals, shapes
from shopadmin_red_envelope.http_api.shapes import ROOT, Condition, Envelope, Id, Minor
from shopadmin_red_envelope.services import claiming, offers, wallets
from shopadmin_red_envelope.services.claiming import Outcome


class CampaignId(ApiQuery):
    """Which campaign."""

    campaign_id: Id


class Campaign(ApiModel):
    """A campaign: collected in ``[claim_from, claim_to)``, used in ``[use_from, use_to)``. ``left`` is no number."""

    id: int
    title: str
    status: Literal["coming", "open", "closed"]
    amount: Minor
    currency: str
    condition: Condition
    claim_from: AwareDatetime
    claim_to: AwareDatetime
    use_from: AwareDatetime
    use_to: AwareDatetime
    left: Left


class CampaignPage(ApiModel):
    """A page of campaigns, those first that open first."""

    items: list[Campaign]
    next_cursor: str | None


def page(call: ApiCall) -> ApiAnswer:
    """Open and coming ones, and those that were sent to this buyer."""
    size = call.query.size
    found = offers.coming(call.after(call.query.cursor), size + 1, shapes.maybe_buyer(call))
    last = found[size - 1] if len(found) > size else None
    cursor = call.cursor([last.claim_from, last.id]) if last else None
    return ApiAnswer(CampaignPage(items=[_campaign(offer) for offer in found[:size]], next_cursor=cursor))


def show(call: ApiCall) -> ApiAnswer:
    """One that is or was on offer; one that is sent to buyers is there for those alone."""
    return ApiAnswer(_campaign(offers.shown_to(int(call.params.campaign_id), shapes.maybe_buyer(call))))


def claim(call: ApiCall) -> ApiRendered:
    """Collect an envelope; the answer is committed with it."""
    if call.key is None:
        raise LookupError("an effect without a key")
    asked = claiming.Call(call.key, lambda outcome: call.render(_told(outcome)))
    try:
        outcome = claiming.claim(int(call.params.campaign_id), shapes.buyer(call), call=asked)
    except (claiming.BusyError, claiming.UnknownOutcomeError):
        raise ApiRefusalError(refusals.BUSY, retry_after=1) from None
    if outcome.answer is not None:
        return outcome.answer
    answer = asked.render(outcome)
    # That nothing is left never changes: to write it down would make the answer dear, and add nothing.
    return answer if outcome.refusal == "sold_out" else _stored(call.key, answer, outcome.at)


def _stored(key: ApiKey, answer: ApiRendered, at: int) -> ApiRendered:
    """The answer once it is stored, or what another request with this key has stored meanwhile."""
    with writing() as session:
        store_api_answers(session, [key.row(answer, to_datetime(at))])
        stands = stored_api_answers(session, [key])[key.key_hash]
    return answer if stands.body == answer.body else stands


def _told(outcome: Outcome) -> ApiAnswer | ApiRefusalError:
    if outcome.terms is not None and outcome.envelope_id is not None and outcome.refusal is None:
        kept = wallets.Kept(outcome.envelope_id, "available", outcome.terms, outcome.at, None, None)
        return ApiAnswer(shapes.envelope(kept), location=f"{ROOT}/wallet/{kept.id}")
    more = {}
    if outcome.envelope_id is not None:
        more = {"envelope_id": outcome.envelope_id, "envelope": f"{ROOT}/wallet/{outcome.envelope_id}"}
    code = outcome.refusal or ""
    return ApiRefusalError(refusals.CLAIMS[code], reasons=[code], more=more)


def _campaign(offer: offers.Offer) -> Campaign:
    return Campaign(
        id=offer.id, title=offer.title, status=offer.status, amount=offer.amount, currency=offer.currency,
        condition=shapes.condition(offer.threshold, offer.amount, offer.after_order_discounts),
        claim_from=shapes.moment(offer.claim_from), claim_to=shapes.moment(offer.claim_to),
        use_from=shapes.moment(offer.use_from), use_to=shapes.moment(offer.use_to), left=offer.left,
    )  # fmt: skip


ENDPOINTS = (
    ApiEndpoint(
        "GET", f"{ROOT}/campaigns", "claims", "Campaigns that are open or coming", page, CampaignPage,
        query=ApiListQuery, needs_buyer=False,
    ),
    ApiEndpoint(
        "GET", f"{ROOT}/campaigns/{{campaign_id}}", "claims", "One campaign", show, Campaign, params=CampaignId,
        needs_buyer=False,
        links={"claim": ApiLink("POST", f"{ROOT}/campaigns/{{campaign_id}}/claims",
                                {"campaign_id": "$response.body#/id"})},
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/campaigns/{{campaign_id}}/claims", "claims", "Collect an envelope", claim, Envelope,
        params=CampaignId, problems=(*refusals.CLAIMS.values(), refusals.BUSY), effect="own", status=201, together=True,
        description="One for each buyer. `already_claimed` names the envelope in `envelope_id` and links it.",
        links={"envelope": ApiLink("GET", f"{ROOT}/wallet/{{envelope_id}}", {"envelope_id": "$response.body#/id"})},
    ),
)  # fmt: skip

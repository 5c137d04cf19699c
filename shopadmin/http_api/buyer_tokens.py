"""``POST /api/v1/buyer-tokens``: a storefront's server gets a token for one buyer, good for fifteen minutes."""

from datetime import UTC, datetime
from typing import Annotated

from flask_babel import lazy_gettext as _
from pydantic import AwareDatetime, ConfigDict, Field

from shopadmin.api_contract import (
    STOREFRONT,
    ApiAnswer,
    ApiCall,
    ApiEndpoint,
    ApiModel,
    ApiProblem,
    ApiRefusalError,
)
from shopadmin.http_api import problems
from shopadmin.services import api_buyers, api_scopes, api_tokens

# 409 rather than 422: which platforms there are depends on the shop, and the form of a name says nothing of it.
UNKNOWN_PLATFORM = ApiProblem("unknown_platform", 409, _("The shop does not know this platform"))
# What nobody sees makes one buyer two: blanks at either end, control characters, marks without width.
_UNSEEN = r"\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_REF = rf"^[^\s{_UNSEEN}]([^{_UNSEEN}]*[^\s{_UNSEEN}])?$"


class BuyerTokenRequest(ApiModel):
    """Whom the token is for. The storefront vouches for them: nobody else is asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"platform": "taobao", "buyer_ref": "sample_buyer"}]})

    platform: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z0-9_]{0,39}$",
            description="As in the shop: taobao, shopify, …; own for buyers of your own website, test for trying out",
        ),
    ]
    buyer_ref: Annotated[
        str,
        Field(
            min_length=1,
            max_length=api_buyers.MAX_REF,
            pattern=_REF,
            description="The platform's own word for the buyer, always the same. Capitals count; wide letters are"
            " read as narrow ones (NFKC); no blanks at either end, nothing invisible",
        ),
    ]
    scopes: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]*$")]] | None,
        Field(max_length=20, description="Of the storefront's own; left out: those that may reach a browser"),
    ] = None


class BuyerToken(ApiModel):
    """A buyer's token."""

    token: str
    expires_at: AwareDatetime
    scopes: list[str]
    server_only: Annotated[bool, Field(description="Whether it holds a scope that must not reach a browser")]


def mint(call: ApiCall) -> ApiAnswer:
    """Sign a token; nothing is stored."""
    wanted: BuyerTokenRequest = call.body
    scopes = _scopes(call, wanted.scopes)
    try:
        buyer = api_buyers.identify(wanted.platform, wanted.buyer_ref)
    except api_buyers.UnknownPlatformError as unknown:
        detail = _("It knows these: %(names)s.", names=", ".join(unknown.known))
        raise ApiRefusalError(UNKNOWN_PLATFORM, detail, reasons=unknown.known) from None
    text, until = api_tokens.mint(call.caller, buyer, scopes, datetime.now(UTC))
    browser = api_scopes.for_browsers(scopes)
    return ApiAnswer(BuyerToken(token=text, expires_at=until, scopes=scopes, server_only=len(browser) < len(scopes)))


def _scopes(call: ApiCall, wanted: list[str] | None) -> list[str]:
    if wanted is None:
        return api_scopes.for_browsers(call.caller.scopes)
    beyond = sorted(set(wanted) - call.caller.scopes)
    if beyond:
        raise ApiRefusalError(problems.SCOPE_MISSING, reasons=beyond)
    return api_scopes.check(wanted)


ENDPOINT = ApiEndpoint(
    method="POST",
    path="/api/v1/buyer-tokens",
    scope=STOREFRONT,
    summary="Mint a token for one buyer",
    description=(
        "For the storefront's server. The buyer's identity comes from this token alone, never from a body. "
        "It ends after fifteen minutes, and at once when the storefront's token is revoked."
    ),
    run=mint,
    body=BuyerTokenRequest,
    answer=BuyerToken,
    problems=(problems.SCOPE_MISSING, UNKNOWN_PLATFORM),
    status=201,
    needs_buyer=False,
)

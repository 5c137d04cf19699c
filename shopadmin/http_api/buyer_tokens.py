"""``POST /api/v1/buyer-tokens``: a storefront's server gets a token for one buyer, good for fifteen minutes."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from shopadmin.api_contract import (
    STOREFRONT,
    ApiAnswer,
    ApiBuyer,
    ApiCall,
    ApiEndpoint,
    ApiLine,
    ApiModel,
    ApiRefusalError,
)
from shopadmin.http_api import problems
from shopadmin.services import api_scopes, api_tokens


class BuyerTokenRequest(ApiModel):
    """Whom the token is for. The storefront vouches for them: nobody else is asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"platform": "taobao", "buyer_ref": "sample_buyer"}]})

    platform: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="As in the shop: taobao, shopify, …")]
    buyer_ref: Annotated[
        ApiLine,
        Field(min_length=1, max_length=120, description="The platform's own word for the buyer, always the same"),
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
    buyer = ApiBuyer(wanted.platform, wanted.buyer_ref)
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
    problems=(problems.SCOPE_MISSING,),
    status=201,
    needs_buyer=False,
)

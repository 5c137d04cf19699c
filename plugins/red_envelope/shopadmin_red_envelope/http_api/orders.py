"""Holds: an envelope on an order, redeemed when it is paid, cancelled when it is not; and the receipt."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shopadmin.plugin_api import ApiAnswer, ApiCall, ApiEndpoint, ApiLink, ApiModel, ApiQuery, MissingError
from shopadmin_red_envelope.http_api import refusals, shapes
from shopadmin_red_envelope.http_api.baskets import Basket, WhichEnvelope, order
from shopadmin_red_envelope.http_api.shapes import ROOT, HexId, Minor, OrderNo
from shopadmin_red_envelope.services import holding, holds, wallets


class HoldId(ApiQuery):
    """Which hold."""

    hold_id: HexId


class OrderNumber(ApiQuery):
    """Which order."""

    order_no: OrderNo


class WhichPlatform(ApiQuery):
    """Whose order it is, for a number that orders of several platforms have."""

    platform: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z][a-z0-9_]{0,39}$",
            description="As the buyer's token was made for. Left out: the one platform that has an order of this "
            "number; a buyer's token says it by itself",
        ),
    ] = None


class HoldRequest(Basket):
    """An order that is placed with an envelope."""

    envelope_id: WhichEnvelope
    order_no: OrderNo


class Hold(ApiModel):
    """An envelope on an order, until ``expires_at`` unless it is paid. ``shares``: by line key, frozen."""

    id: str
    envelope_id: int
    platform: str
    order_no: str
    status: Literal["live", "redeemed", "released"]
    amount: Minor
    currency: str
    payable_goods: Minor
    shares: dict[str, Minor]
    held_at: AwareDatetime
    expires_at: AwareDatetime
    ended_at: AwareDatetime | None
    received_at: AwareDatetime | None


def hold(call: ApiCall) -> ApiAnswer:
    """At order placement: decide, and freeze the shares."""
    body: HoldRequest = call.body
    buyer = shapes.buyer(call)
    kept = wallets.find(body.envelope_id, buyer)
    with refusals.named():
        return ApiAnswer(shown(holding.hold(kept.id, order(body, body.order_no, buyer, kept.terms.currency))))


def redeem(call: ApiCall) -> ApiAnswer:
    """The order is paid."""
    return _change(call, holding.redeem)


def cancel(call: ApiCall) -> ApiAnswer:
    """The order is not paid."""
    return _change(call, holding.cancel)


def receive(call: ApiCall) -> ApiAnswer:
    """The buyer has the goods."""
    with refusals.named():
        return ApiAnswer(shown(holding.receive(*which_order(call))))


def which_order(call: ApiCall) -> tuple[str, str | None]:
    """Number and platform of the order that is meant. Raises MissingError unless the caller may know of it."""
    order_no, platform = call.params.order_no, call.query.platform
    if (buyer := shapes.maybe_buyer(call)) is None:
        return order_no, platform
    if platform not in (None, call.buyer.platform):
        raise MissingError(order_no)
    wallets.require_order(buyer, call.buyer.platform, order_no)
    return order_no, call.buyer.platform


def _change(call: ApiCall, change: Callable[[str], holds.Hold]) -> ApiAnswer:
    hold_id: str = call.params.hold_id
    if (buyer := shapes.maybe_buyer(call)) is not None:
        wallets.require_hold(buyer, hold_id)
    with refusals.named():
        return ApiAnswer(shown(change(hold_id)))


def shown(found: holds.Hold) -> Hold:
    """The hold as it is answered."""
    return Hold(
        id=found.id, envelope_id=found.envelope_id, platform=found.platform, order_no=found.order_no,
        status=found.state, amount=found.amount,  # type: ignore[arg-type] # the column's own check
        currency=found.currency, payable_goods=found.payable_goods, shares=dict(found.shares),
        held_at=shapes.moment(found.held_at), expires_at=shapes.moment(found.expires_at),
        ended_at=shapes.maybe_moment(found.ended_at), received_at=shapes.maybe_moment(found.received_at),
    )  # fmt: skip


_ID = {"hold_id": "$response.body#/id"}
ENDPOINTS = (
    ApiEndpoint(
        "POST", f"{ROOT}/holds", "orders", "Hold an envelope for an order", hold, Hold, body=HoldRequest,
        problems=(refusals.NOT_USABLE, refusals.OTHER_CURRENCY, refusals.HOLD_DIFFERS, refusals.BAD_LINES),
        effect="transaction", status=201,
        description="When the order is placed. The order may repeat it; with other lines it is refused.",
        links={
            "redeem": ApiLink("POST", f"{ROOT}/holds/{{hold_id}}/redeem", _ID),
            "cancel": ApiLink("POST", f"{ROOT}/holds/{{hold_id}}/cancel", _ID),
            "order": ApiLink("GET", f"{ROOT}/orders/{{order_no}}", {"order_no": "$response.body#/order_no"}),
        },
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/holds/{{hold_id}}/redeem", "payments", "The order is paid: use the envelope up", redeem, Hold,
        params=HoldId, problems=(refusals.HOLD_LAPSED, refusals.HOLD_RELEASED), effect="transaction",
        needs_buyer=False,
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/holds/{{hold_id}}/cancel", "orders", "The order is not paid: give the envelope back", cancel,
        Hold, params=HoldId, problems=(refusals.ALREADY_REDEEMED,), effect="transaction", needs_buyer=False,
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/orders/{{order_no}}/receipt", "payments", "The buyer has confirmed the receipt", receive,
        Hold, params=OrderNumber, query=WhichPlatform, problems=(refusals.NOT_REDEEMED, refusals.WHICH_PLATFORM),
        effect="transaction", needs_buyer=False,
        description="Set once. A refund that starts later gives no envelope back.",
    ),
)  # fmt: skip
